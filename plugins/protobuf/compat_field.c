/* SPDX-License-Identifier: Apache-2.0 */
/* Two fields of one number: can what was written as the one be read as the other? */
#include "compat.h"

#include "support/str.h"

/* How a value stands on the wire, as far as another type of the same kind reads it. */
enum field_kind {
	KIND_UNKNOWN, /* a type that did not resolve */
	KIND_VARINT,
	KIND_ZIGZAG,
	KIND_BYTES,
	KIND_FIXED32,
	KIND_FIXED64,
	KIND_FLOAT,
	KIND_DOUBLE,
	KIND_MESSAGE,
	KIND_GROUP,
	KIND_MAP,
};

static const uint8_t scalar_kinds[] = {
	[PB_TYPE_DOUBLE] = KIND_DOUBLE, [PB_TYPE_FLOAT] = KIND_FLOAT,
	[PB_TYPE_INT64] = KIND_VARINT, [PB_TYPE_UINT64] = KIND_VARINT,
	[PB_TYPE_INT32] = KIND_VARINT, [PB_TYPE_UINT32] = KIND_VARINT,
	[PB_TYPE_BOOL] = KIND_VARINT, [PB_TYPE_ENUM] = KIND_VARINT,
	[PB_TYPE_SINT32] = KIND_ZIGZAG, [PB_TYPE_SINT64] = KIND_ZIGZAG,
	[PB_TYPE_FIXED32] = KIND_FIXED32, [PB_TYPE_SFIXED32] = KIND_FIXED32,
	[PB_TYPE_FIXED64] = KIND_FIXED64, [PB_TYPE_SFIXED64] = KIND_FIXED64,
	[PB_TYPE_STRING] = KIND_BYTES, [PB_TYPE_BYTES] = KIND_BYTES,
	[PB_TYPE_UNKNOWN] = KIND_UNKNOWN,
};

static enum field_kind kind_of(const struct pb_field *field)
{
	if (field->is_map) {
		return KIND_MAP;
	}
	if (field->type == PB_TYPE_GROUP || field->is_delimited) {
		return KIND_GROUP;
	}
	return field->type == PB_TYPE_MESSAGE ? KIND_MESSAGE :
						(enum field_kind)scalar_kinds[field->type];
}

static bool is_scalar(enum field_kind kind)
{
	return kind >= KIND_VARINT && kind <= KIND_DOUBLE;
}

static enum scute_status labels_check(struct check *c, const struct place *at,
	const struct pb_field *writer, const struct pb_field *reader, enum field_kind kind)
{
	if ((writer->label == PB_REPEATED) == (reader->label == PB_REPEATED)) {
		return SCUTE_OK;
	}
	return compat_report(c,
		kind == KIND_BYTES ? DIFF_FIELD_STRING_OR_BYTES_LABEL_CHANGED :
				     DIFF_FIELD_NUMERIC_LABEL_CHANGED,
		at);
}

static enum scute_status named_check(struct check *c, const struct place *at,
	const struct pb_field *writer, const struct pb_field *reader)
{
	struct pair pair = { writer->message_type, reader->message_type };

	if (!pair.writer || !pair.reader) {
		return compat_same_written(c, writer, reader) ?
			SCUTE_OK :
			compat_report(c, DIFF_FIELD_NAMED_TYPE_CHANGED, at);
	}
	/* What a group is called is the field's name, no type's. */
	if (!writer->is_group && !reader->is_group && !compat_same_name(c, &pair)) {
		return compat_report(c, DIFF_FIELD_NAMED_TYPE_CHANGED, at);
	}
	if (writer->is_group || reader->is_group) {
		return compat_messages(c, at, &pair, true);
	}
	return compat_enqueue(c, &pair);
}

static enum scute_status values_check(struct check *c, const struct place *at,
	const struct pb_field *writer, const struct pb_field *reader);

/* A map is, on the wire, a repeated message with two fields; older texts may have it so. */
static enum scute_status map_check(struct check *c, const struct place *at,
	const struct pb_field *writer, const struct pb_field *reader)
{
	struct pair pair = { writer->message_type, reader->message_type };
	enum scute_status status;

	if (writer->is_map && reader->is_map) {
		status = values_check(c, at, pair.writer->fields[0], pair.reader->fields[0]);
		return status != SCUTE_OK ?
			status :
			values_check(c, at, pair.writer->fields[1], pair.reader->fields[1]);
	}
	if (writer->label != PB_REPEATED || reader->label != PB_REPEATED || !pair.writer ||
		!pair.reader || !compat_same_name(c, &pair)) {
		return compat_report(c, DIFF_FIELD_KIND_CHANGED, at);
	}
	return compat_enqueue(c, &pair);
}

/* Kind, type and label. */
static enum scute_status values_check(struct check *c, const struct place *at,
	const struct pb_field *writer, const struct pb_field *reader)
{
	enum field_kind from = kind_of(writer);
	enum field_kind to = kind_of(reader);

	if (is_scalar(from) && is_scalar(to)) {
		return from == to ? labels_check(c, at, writer, reader, from) :
				    compat_report(c, DIFF_FIELD_SCALAR_KIND_CHANGED, at);
	}
	if (from == KIND_MAP || to == KIND_MAP) {
		return map_check(c, at, writer, reader);
	}
	if (from != to && from != KIND_UNKNOWN && to != KIND_UNKNOWN) {
		return compat_report(c, DIFF_FIELD_KIND_CHANGED, at);
	}
	if (writer->type_name.len == 0 || reader->type_name.len == 0) {
		return compat_report(c, DIFF_FIELD_KIND_CHANGED, at);
	}
	return named_check(c, at, writer, reader);
}

enum scute_status compat_fields(struct check *c, const struct place *message,
	const struct pb_field *writer, const struct pb_field *reader)
{
	const struct place at = { .up = message, .number = writer->number };
	enum scute_status status = SCUTE_OK;

	if (!str_eq(writer->name, reader->name)) {
		status = compat_report(c, DIFF_FIELD_NAME_CHANGED, &at);
	}
	if (status == SCUTE_OK) {
		status = values_check(c, &at, writer, reader);
	}
	if (status == SCUTE_OK && reader->is_required && !writer->is_required) {
		status = compat_report(c, DIFF_REQUIRED_FIELD_ADDED, &at);
	}
	return status;
}
