/* SPDX-License-Identifier: Apache-2.0 */
/* Default values: checked against the field's type, and in the form that descriptors have. */
#include "linker.h"

#include <math.h>

#include "support/arena.h"
#include "support/buf.h"
#include "undescribe.h"
#include "value_text.h"

static enum scute_status integer_default(struct linker *linker, struct pb_field *field,
	const struct pb_value *value)
{
	bool is_signed = field->type != PB_TYPE_UINT32 && field->type != PB_TYPE_UINT64 &&
			 field->type != PB_TYPE_FIXED32 && field->type != PB_TYPE_FIXED64;
	bool is_32 = field->type == PB_TYPE_INT32 || field->type == PB_TYPE_SINT32 ||
		     field->type == PB_TYPE_SFIXED32 || field->type == PB_TYPE_UINT32 ||
		     field->type == PB_TYPE_FIXED32;
	uint64_t max = is_32       ? is_signed ? INT32_MAX : UINT32_MAX
		       : is_signed ? INT64_MAX
				   : UINT64_MAX;

	if (value->kind == PB_VALUE_FLOAT) {
		return link_object(linker, value->offset, "the default is no integer in range");
	}
	if (value->kind != PB_VALUE_UINT && value->kind != PB_VALUE_INT) {
		return link_object(linker, value->offset, "the default is no integer");
	}
	if (value->kind == PB_VALUE_INT && !is_signed && value->number != 0) {
		return link_object(linker, value->offset,
			"the default of an unsigned field is not negative");
	}
	if (value->number > max + (value->kind == PB_VALUE_INT && is_signed)) {
		return link_object(linker, value->offset, "the default is beyond the range of %s",
			pb_type_word((enum pb_type)field->type));
	}
	field->default_text = arena_printf(linker->arena, "%s%llu",
		value->kind == PB_VALUE_INT && value->number != 0 ? "-" : "",
		(unsigned long long)value->number);
	return field->default_text.data ? SCUTE_OK : link_memory(linker);
}

static enum scute_status float_default(struct linker *linker, struct pb_field *field,
	const struct pb_value *value)
{
	bool is_float = field->type == PB_TYPE_FLOAT;
	double number = value->real;

	if (value->kind == PB_VALUE_IDENTIFIER) {
		if (str_eq_z(value->text, "inf")) {
			number = value->negative ? -INFINITY : INFINITY;
		} else if (str_eq_z(value->text, "nan")) {
			number = NAN;
		} else {
			return link_object(linker, value->offset, "the default is no number");
		}
	} else if (value->kind != PB_VALUE_UINT && value->kind != PB_VALUE_INT &&
		   value->kind != PB_VALUE_FLOAT) {
		return link_object(linker, value->offset, "the default is no number");
	}
	field->default_text =
		real_text(is_float ? (double)(float)number : number, is_float, linker->arena);
	return field->default_text.data ? SCUTE_OK : link_memory(linker);
}

static struct scute_str escape_bytes(struct scute_str bytes, struct scute_arena *arena)
{
	struct buf buf;

	buf_init_arena(&buf, bytes.len * 4 + 1, arena);
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.data[i];
		switch (c) {
		case '\n':
			buf_append_z(&buf, "\\n");
			break;
		case '\r':
			buf_append_z(&buf, "\\r");
			break;
		case '\t':
			buf_append_z(&buf, "\\t");
			break;
		case '"':
		case '\'':
		case '\\':
			buf_append_byte(&buf, '\\');
			buf_append_byte(&buf, (char)c);
			break;
		default:
			if (c < 0x20 || c >= 0x7f) {
				buf_printf(&buf, "\\%03o", c);
			} else {
				buf_append_byte(&buf, (char)c);
			}
		}
	}
	if (bytes.len == 0) {
		return SCUTE_STR("");
	}
	return buf.failed ? (struct scute_str){ NULL, 0 } : buf_str(&buf);
}

static enum scute_status word_default(struct linker *linker, struct pb_field *field,
	const struct pb_value *value)
{
	if (value->kind != PB_VALUE_IDENTIFIER || value->negative) {
		return link_object(
			linker, value->offset, "the default of an enum is the name of a value");
	}
	if (field->enum_type && !pb_value_by_name(field->enum_type, value->text)) {
		return link_object(linker, value->offset,
			"\"%.*s\" is no value of the enum \"%.*s\"", STR_ARGS(value->text),
			STR_ARGS(field->enum_type->full_name));
	}
	field->default_text = value->text;
	return SCUTE_OK;
}

static enum scute_status default_by_type(struct linker *linker, struct pb_field *field,
	const struct pb_value *value)
{
	switch ((enum pb_type)field->type) {
	case PB_TYPE_MESSAGE:
	case PB_TYPE_GROUP:
		return link_object(linker, value->offset, "a message has no default");
	case PB_TYPE_UNKNOWN:
	case PB_TYPE_ENUM:
		return word_default(linker, field, value);
	case PB_TYPE_BOOL:
		if (value->kind != PB_VALUE_IDENTIFIER || value->negative ||
			(!str_eq_z(value->text, "true") && !str_eq_z(value->text, "false"))) {
			return link_object(linker, value->offset,
				"the default of a bool is true or false");
		}
		field->default_text = value->text;
		return SCUTE_OK;
	case PB_TYPE_STRING:
	case PB_TYPE_BYTES:
		if (value->kind != PB_VALUE_STRING) {
			return link_object(
				linker, value->offset, "the default is a string in quotes");
		}
		field->default_text = field->type == PB_TYPE_STRING
					      ? value->text
					      : escape_bytes(value->text, linker->arena);
		return field->default_text.data ? SCUTE_OK : link_memory(linker);
	case PB_TYPE_FLOAT:
	case PB_TYPE_DOUBLE:
		return float_default(linker, field, value);
	default:
		return integer_default(linker, field, value);
	}
}

static enum scute_status field_default(struct linker *linker, struct pb_field *field)
{
	const struct pb_value *value = field->default_value;
	uint32_t offset = value ? value->offset : field->name_offset;

	if (!field->has_default) {
		return SCUTE_OK;
	}
	enum scute_status status = SCUTE_OK;
	if (field->label == PB_REPEATED) {
		status = link_object(linker, offset, "a repeated field has no default");
	} else if (linker->file->syntax == PB_PROTO3) {
		status = link_object(linker, offset, "proto3 has no explicit defaults");
	} else if (!field->has_presence) {
		status = link_object(linker, offset,
			"a field with implicit presence has no default");
	}
	if (status == SCUTE_OK && !value) {
		status = default_from_text(linker, field, &value);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	status = default_by_type(linker, field, value);
	if (status == SCUTE_OK && !field->default_text.data) {
		field->has_default = false; /* stored, and of no use */
	}
	return status;
}

static enum scute_status defaults_of(struct linker *linker, struct pb_field *const *fields,
	uint32_t n)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		status = field_default(linker, fields[i]);
	}
	return status;
}

static enum scute_status defaults_in(struct linker *linker, struct pb_message *const *messages,
	uint32_t n)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		struct pb_message *message = messages[i];
		status = defaults_of(linker, message->fields, message->n_fields);
		if (status == SCUTE_OK) {
			status = defaults_of(linker, message->extensions, message->n_extensions);
		}
		if (status == SCUTE_OK) {
			status = defaults_in(linker, message->messages, message->n_messages);
		}
	}
	return status;
}

enum scute_status defaults_resolve(struct linker *linker)
{
	struct pb_file *file = linker->file;
	enum scute_status status = defaults_in(linker, file->messages, file->n_messages);

	return status == SCUTE_OK ? defaults_of(linker, file->extensions, file->n_extensions)
				  : status;
}
