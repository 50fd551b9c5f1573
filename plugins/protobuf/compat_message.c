/* SPDX-License-Identifier: Apache-2.0 */
/* Two messages: their fields by number, their oneofs, what else stands in them. */
#include "compat.h"

#include "support/str.h"

#include "pool_build.h"

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

static struct types types_in(const struct scute_schema *schema, const struct pb_message *message)
{
	return (struct types){ schema->pool, pool_scope_of(schema->pool, message->file, message),
		message->messages, message->n_messages, message->enums, message->n_enums };
}

/* The types and extends that stand in them. */
static enum scute_status inner_check(struct check *c, const struct place *at,
	const struct pair *pair)
{
	const struct types writers = types_in(c->writer, pair->writer);
	const struct types readers = types_in(c->reader, pair->reader);
	enum scute_status status = compat_types(c, at, &writers, &readers);

	if (status != SCUTE_OK) {
		return status;
	}
	return compat_extensions(c, pair->writer->extensions, pair->writer->n_extensions,
		pair->reader->extensions, pair->reader->n_extensions);
}

enum scute_status compat_messages(struct check *c, const struct place *at, const struct pair *pair,
	bool whole)
{
	bool is_new;
	enum scute_status status = compat_begin(c, pair, &is_new);

	if (status != SCUTE_OK || !is_new) {
		return status;
	}
	status = fields_check(c, at, pair);
	if (status == SCUTE_OK) {
		status = compat_oneofs(c, at, pair);
	}
	return status == SCUTE_OK && whole ? inner_check(c, at, pair) : status;
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
	const struct pb_message *extendee;
	enum scute_status status = compat_counterpart(c, writer->extendee->full_name, c->writer,
		c->reader, &extendee);

	if (status != SCUTE_OK) {
		return status;
	}
	const struct pb_field *reader =
		extendee ? field_in(c->reader, extendee, writer->number) : NULL;
	return reader ? compat_fields(c, &at, writer, reader) : field_gone(c, &at, writer);
}

static enum scute_status extension_new(struct check *c, const struct pb_field *reader)
{
	struct place at = { .name = compat_name(c->reader, reader->extendee) };
	const struct pb_message *extendee;
	enum scute_status status = compat_counterpart(c, reader->extendee->full_name, c->reader,
		c->writer, &extendee);

	if (status != SCUTE_OK) {
		return status;
	}
	if (extendee && field_in(c->writer, extendee, reader->number)) {
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
