/* SPDX-License-Identifier: Apache-2.0 */
/* The value of a scalar option (or member of an aggregate), checked and as wire bytes. */
#include "interpret.h"

#include <math.h>
#include <string.h>

#include "support/buf.h"

enum pack_type scalar_wire_type(enum pb_type type)
{
	switch (type) {
	case PB_TYPE_DOUBLE:
	case PB_TYPE_FIXED64:
	case PB_TYPE_SFIXED64:
		return PACK_FIXED64;
	case PB_TYPE_FLOAT:
	case PB_TYPE_FIXED32:
	case PB_TYPE_SFIXED32:
		return PACK_FIXED32;
	case PB_TYPE_STRING:
	case PB_TYPE_BYTES:
	case PB_TYPE_MESSAGE:
		return PACK_BYTES;
	case PB_TYPE_GROUP:
		return PACK_START_GROUP;
	default:
		return PACK_VARINT;
	}
}

static enum scute_status wrong(struct interpreter *in, const struct pb_field *field,
	const struct pb_value *value, const char *wanted)
{
	return link_fail(in->linker, value->offset, "the value of \"%.*s\" is %s",
		STR_ARGS(field->name), wanted);
}

static enum scute_status out_of_range(struct interpreter *in, const struct pb_field *field,
	const struct pb_value *value)
{
	return link_fail(in->linker, value->offset,
		"the value of \"%.*s\" is beyond the range of %s", STR_ARGS(field->name),
		pb_type_word((enum pb_type)field->type));
}

static enum scute_status signed_value(struct interpreter *in, const struct pb_field *field,
	const struct pb_value *value, bool is_32, int64_t *ret_value)
{
	uint64_t max = is_32 ? INT32_MAX : INT64_MAX;

	if (value->kind == PB_VALUE_UINT && value->number <= max) {
		*ret_value = (int64_t)value->number;
	} else if (value->kind == PB_VALUE_INT && value->number <= max + 1) {
		*ret_value = (int64_t)(0 - value->number);
	} else if (value->kind == PB_VALUE_UINT || value->kind == PB_VALUE_INT) {
		return out_of_range(in, field, value);
	} else {
		return wrong(in, field, value, "an integer");
	}
	return SCUTE_OK;
}

static enum scute_status unsigned_value(struct interpreter *in, const struct pb_field *field,
	const struct pb_value *value, bool is_32, uint64_t *ret_value)
{
	if (value->kind != PB_VALUE_UINT) {
		return wrong(in, field, value, "an integer that is not negative");
	}
	if (is_32 && value->number > UINT32_MAX) {
		return out_of_range(in, field, value);
	}
	*ret_value = value->number;
	return SCUTE_OK;
}

static enum scute_status float_value(struct interpreter *in, const struct pb_field *field,
	const struct pb_value *value, bool text_format, double *ret_value)
{
	if (value->kind == PB_VALUE_UINT || value->kind == PB_VALUE_INT ||
		value->kind == PB_VALUE_FLOAT) {
		*ret_value = value->real;
		return SCUTE_OK;
	}
	if (value->kind == PB_VALUE_IDENTIFIER) {
		bool inf = str_eq_z(value->text, "inf");
		bool nan_ = str_eq_z(value->text, "nan");
		if (text_format) {
			inf = str_eq_nocase(value->text, SCUTE_STR("inf")) ||
			      str_eq_nocase(value->text, SCUTE_STR("infinity"));
			nan_ = str_eq_nocase(value->text, SCUTE_STR("nan"));
		}
		if (inf || nan_) {
			/* protoc gives -nan no sign. */
			*ret_value = nan_ ? NAN : value->negative ? -INFINITY : INFINITY;
			return SCUTE_OK;
		}
	}
	return wrong(in, field, value, "a number");
}

static enum scute_status bool_value(struct interpreter *in, const struct pb_field *field,
	const struct pb_value *value, bool text_format, uint64_t *ret_value)
{
	bool is_word = value->kind == PB_VALUE_IDENTIFIER && !value->negative;
	bool is_true = is_word && str_eq_z(value->text, "true");
	bool is_false = is_word && str_eq_z(value->text, "false");

	if (text_format) {
		bool digit = value->kind == PB_VALUE_UINT && value->number <= 1;
		is_true =
			is_true || (digit && value->number == 1) ||
			(is_word && (str_eq_z(value->text, "True") || str_eq_z(value->text, "t")));
		is_false = is_false || (digit && value->number == 0) ||
			   (is_word &&
				   (str_eq_z(value->text, "False") || str_eq_z(value->text, "f")));
	}
	if (!is_true && !is_false) {
		return wrong(in, field, value, "true or false");
	}
	*ret_value = is_true;
	return SCUTE_OK;
}

static enum scute_status enum_value(struct interpreter *in, const struct pb_field *field,
	const struct pb_value *value, bool text_format, int64_t *ret_value)
{
	const struct pb_enum *enum_ = field->enum_type;
	const struct pb_enum_value *found = NULL;

	if (value->kind == PB_VALUE_IDENTIFIER && !value->negative) {
		found = pb_value_by_name(enum_, value->text);
		if (!found) {
			return link_fail(in->linker, value->offset,
				"\"%.*s\" is no value of the enum \"%.*s\"", STR_ARGS(value->text),
				STR_ARGS(enum_->full_name));
		}
		*ret_value = found->number;
		return SCUTE_OK;
	}
	if (!text_format || (value->kind != PB_VALUE_UINT && value->kind != PB_VALUE_INT)) {
		return wrong(in, field, value, "the name of an enum's value");
	}
	enum scute_status status = signed_value(in, field, value, true, ret_value);
	if (status == SCUTE_OK && enum_->is_closed &&
		!pb_value_by_number(enum_, (int32_t)*ret_value)) {
		return link_fail(in->linker, value->offset, "%d is no value of the enum \"%.*s\"",
			(int)*ret_value, STR_ARGS(enum_->full_name));
	}
	return status;
}

/* Types of the kinds of varint and fixed integers. */
static enum scute_status integer_encode(struct interpreter *in, const struct pb_field *field,
	const struct pb_value *value, bool text_format, struct buf *out, bool *ret_is_zero)
{
	enum pb_type type = (enum pb_type)field->type;
	bool is_32 = type == PB_TYPE_INT32 || type == PB_TYPE_SINT32 || type == PB_TYPE_SFIXED32 ||
		     type == PB_TYPE_UINT32 || type == PB_TYPE_FIXED32;
	enum scute_status status;
	uint64_t bits = 0;
	int64_t number = 0;

	if (type == PB_TYPE_BOOL) {
		status = bool_value(in, field, value, text_format, &bits);
	} else if (type == PB_TYPE_ENUM) {
		status = enum_value(in, field, value, text_format, &number);
		bits = (uint64_t)number;
	} else if (type == PB_TYPE_UINT32 || type == PB_TYPE_FIXED32 || type == PB_TYPE_UINT64 ||
		   type == PB_TYPE_FIXED64) {
		status = unsigned_value(in, field, value, is_32, &bits);
	} else {
		status = signed_value(in, field, value, is_32, &number);
		bits = (uint64_t)number;
	}
	if (status != SCUTE_OK) {
		return status;
	}
	*ret_is_zero = bits == 0;
	if (type == PB_TYPE_SINT32 || type == PB_TYPE_SINT64) {
		bits = type == PB_TYPE_SINT32 ? pack_zigzag32((int32_t)number)
					      : pack_zigzag64(number);
	}
	if (scalar_wire_type(type) == PACK_FIXED32) {
		pack_fixed32(out, (uint32_t)bits);
	} else if (scalar_wire_type(type) == PACK_FIXED64) {
		pack_fixed64(out, bits);
	} else {
		pack_varint(out, bits);
	}
	return SCUTE_OK;
}

static enum scute_status float_encode(struct interpreter *in, const struct pb_field *field,
	const struct pb_value *value, bool text_format, struct buf *out, bool *ret_is_zero)
{
	double number = 0;
	enum scute_status status = float_value(in, field, value, text_format, &number);

	if (status != SCUTE_OK) {
		return status;
	}
	if (field->type == PB_TYPE_FLOAT) {
		float narrow = (float)number;
		uint32_t bits;
		memcpy(&bits, &narrow, sizeof(bits));
		*ret_is_zero = bits == 0;
		pack_fixed32(out, bits);
	} else {
		uint64_t bits;
		memcpy(&bits, &number, sizeof(bits));
		*ret_is_zero = bits == 0;
		pack_fixed64(out, bits);
	}
	return SCUTE_OK;
}

enum scute_status scalar_encode(struct interpreter *in, const struct pb_field *field,
	const struct pb_value *value, bool text_format, struct buf *out, bool *ret_is_zero)
{
	if (value->kind == PB_VALUE_AGGREGATE || value->kind == PB_VALUE_LIST) {
		return wrong(in, field, value, "a single value");
	}
	switch ((enum pb_type)field->type) {
	case PB_TYPE_FLOAT:
	case PB_TYPE_DOUBLE:
		return float_encode(in, field, value, text_format, out, ret_is_zero);
	case PB_TYPE_STRING:
	case PB_TYPE_BYTES:
		if (value->kind != PB_VALUE_STRING) {
			return wrong(in, field, value, "a string in quotes");
		}
		if (field->type == PB_TYPE_STRING && text_format && field->validate_utf8 &&
			!str_is_utf8(value->text)) {
			return wrong(in, field, value, "UTF-8");
		}
		*ret_is_zero = value->text.len == 0;
		pack_varint(out, value->text.len);
		buf_append_str(out, value->text);
		return SCUTE_OK;
	case PB_TYPE_ENUM:
		if (!field->enum_type) {
			return wrong(in, field, value, "of a type that is not known");
		}
		return integer_encode(in, field, value, text_format, out, ret_is_zero);
	case PB_TYPE_UNKNOWN:
	case PB_TYPE_MESSAGE:
	case PB_TYPE_GROUP:
		return wrong(in, field, value, "a message: { .. }");
	default:
		return integer_encode(in, field, value, text_format, out, ret_is_zero);
	}
}
