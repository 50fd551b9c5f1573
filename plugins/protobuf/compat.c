/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can reader read what writer wrote: the rules of current registries. The schemas' own types are
 * compared by name, fields by number; types of other files where fields lead to them.
 */
#include "compat.h"

#include "support/str.h"

#include "pool_build.h"
#include "protobuf.h"

/* Messages of other files, and those that these lead to in turn. */
static enum scute_status queue_check(struct check *c)
{
	enum scute_status status = SCUTE_OK;

	for (; c->queue && status == SCUTE_OK; c->queue = c->queue->next) {
		const struct place at = { .name = compat_name(c->reader, c->queue->pair.reader) };
		status = compat_messages(c, &at, &c->queue->pair, false);
	}
	return status;
}

static struct types types_of(const struct scute_schema *schema)
{
	const struct pb_file *file = schema->file;

	return (struct types){ schema->pool, pool_scope_of(schema->pool, file, NULL),
		file->messages, file->n_messages, file->enums, file->n_enums };
}

static enum scute_status files_check(struct check *c)
{
	const struct pb_file *writer = c->writer->file;
	const struct pb_file *reader = c->reader->file;
	const struct types writers = types_of(c->writer);
	const struct types readers = types_of(c->reader);
	enum scute_status status = SCUTE_OK;

	if (!str_eq(writer->package, reader->package)) {
		status = compat_report(c, DIFF_PACKAGE_CHANGED, NULL);
	}
	if (status == SCUTE_OK) {
		status = compat_types(c, NULL, &writers, &readers);
	}
	if (status == SCUTE_OK) {
		status = compat_extensions(c, writer->extensions, writer->n_extensions,
			reader->extensions, reader->n_extensions);
	}
	return status == SCUTE_OK ? queue_check(c) : status;
}

enum scute_status pb_compatible(struct scute_compat *compat, struct scute_error *err)
{
	struct check c = { .compat = compat, .arena = compat->arena, .err = err,
		.writer = compat->writer, .reader = compat->reader, .compatible = true };
	enum scute_status status;

	c.end = &c.first;
	c.queue_end = &c.queue;
	status = files_check(&c);
	return status == SCUTE_OK ? compat_deliver(&c) : status;
}
