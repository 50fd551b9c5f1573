/* SPDX-License-Identifier: Apache-2.0 */
/* Two messages: their fields by number, their oneofs, what else stands in them. */
#include "compat.h"

#include "support/str.h"

#include "pool.h"

/* The reader's field of that number, which may be an extension now; NULL: none. */
static const struct pb_field *field_in(const struct scute_schema *schema,
	const struct pb_message *message, int32_t number)
{
	const struct pb_field *field = pb_field_by_number(message, number);

	return field ? field : pb_pool_extension(schema->pool, message, number);
}

static enum scute_status field_gone(struct check *c, const struct place *message,
	const struct pb_field *field)
{
	const struct place at = { .up = message, .number = field->number };

	if (compat_oneof_of(field)) {
		return SCUTE_OK; /* compat_oneofs() tells */
	}
	return compat_report(c,
		field->is_required ? DIFF_REQUIRED_FIELD_REMOVED : DIFF_FIELD_REMOVED, &at);
}

static enum scute_status field_new(struct check *c, const struct place *message,
	const struct pb_field *field)
{
	const struct place at = { .up = message, .number = field->number };

	if (compat_oneof_of(field)) {
		return SCUTE_OK;
	}
	return compat_report(c,
		field->is_required ? DIFF_REQUIRED_FIELD_ADDED : DIFF_FIELD_ADDED, &at);
}

static enum scute_status fields_check(struct check *c, const struct place *at,
	const struct pair *pair)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < pair->writer->n_fields && status == SCUTE_OK; i++) {
		const struct pb_field *field = pair->writer->fields[i];
		if (!compat_field_counts(pair->writer, field)) {
			continue;
		}
		const struct pb_field *other = field_in(c->reader, pair->reader, field->number);
		status = other ? compat_fields(c, at, field, other) : field_gone(c, at, field);
	}
	for (uint32_t i = 0; i < pair->reader->n_fields && status == SCUTE_OK; i++) {
		const struct pb_field *field = pair->reader->fields[i];
		if (compat_field_counts(pair->reader, field) &&
			!field_in(c->writer, pair->writer, field->number)) {
			status = field_new(c, at, field);
		}
	}
	return status;
}

enum scute_status compat_messages(struct check *c, const struct place *at, const struct pair *pair,
	bool whole)
{
	const struct types writer = { pair->writer->messages, pair->writer->n_messages,
		pair->writer->enums, pair->writer->n_enums };
	const struct types reader = { pair->reader->messages, pair->reader->n_messages,
		pair->reader->enums, pair->reader->n_enums };
	bool is_new;
	enum scute_status status = compat_begin(c, pair, &is_new);

	if (status != SCUTE_OK || !is_new) {
		return status;
	}
	status = fields_check(c, at, pair);
	if (status == SCUTE_OK) {
		status = compat_oneofs(c, at, pair);
	}
	if (status == SCUTE_OK && whole) {
		status = compat_types(c, at, &writer, &reader);
	}
	if (status == SCUTE_OK && whole) {
		status = compat_extensions(c, pair->writer->extensions, pair->writer->n_extensions,
			pair->reader->extensions, pair->reader->n_extensions);
	}
	return status;
}

/* Those of options are in no datum; what is extended may be unknown. */
static bool is_of_data(const struct scute_schema *schema, const struct pb_field *extension)
{
	return extension->extendee &&
	       !str_eq_z(extension->extendee->file->path, "google/protobuf/descriptor.proto") &&
	       field_in(schema, extension->extendee, extension->number) == extension;
}

static enum scute_status extension_check(struct check *c, const struct pb_field *writer)
{
	struct place at = { .name = compat_name(c->writer, writer->extendee) };
	const struct pb_node *node;
	enum scute_status status = compat_counterpart(c, writer->extendee->full_name, c->writer,
		c->reader, &node);

	if (status != SCUTE_OK) {
		return status;
	}
	const struct pb_field *reader = node && node->kind == PB_MESSAGE ?
		field_in(c->reader, PB_AS(pb_message, node), writer->number) :
		NULL;
	return reader ? compat_fields(c, &at, writer, reader) : field_gone(c, &at, writer);
}

static enum scute_status extension_new(struct check *c, const struct pb_field *reader)
{
	struct place at = { .name = compat_name(c->reader, reader->extendee) };
	const struct pb_node *node;
	enum scute_status status = compat_counterpart(c, reader->extendee->full_name, c->reader,
		c->writer, &node);

	if (status != SCUTE_OK) {
		return status;
	}
	if (node && node->kind == PB_MESSAGE &&
		field_in(c->writer, PB_AS(pb_message, node), reader->number)) {
		return SCUTE_OK;
	}
	return field_new(c, &at, reader);
}

enum scute_status compat_extensions(struct check *c, struct pb_field *const *writers,
	uint32_t n_writers, struct pb_field *const *readers, uint32_t n_readers)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n_writers && status == SCUTE_OK; i++) {
		if (is_of_data(c->writer, writers[i])) {
			status = extension_check(c, writers[i]);
		}
	}
	for (uint32_t i = 0; i < n_readers && status == SCUTE_OK; i++) {
		if (is_of_data(c->reader, readers[i])) {
			status = extension_new(c, readers[i]);
		}
	}
	return status;
}
