/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values to scalars: numbers exactly, from their text. */
#include <math.h>

#include "support/str.h"

#include "base64.h"
#include "number.h"
#include "proto_json.h"

static bool fail_type(struct codec *codec, const struct rt_field *field, const struct json *value,
	const struct codec_path *path, const char *expected)
{
	return codec_fail(codec, SCUTE_EINVAL, path, "expected %s for %s, not %s", expected,
		pb_type_word((enum pb_type)field->field->type), json_type_name(value->type));
}

static bool fail_number(struct codec *codec, const struct rt_field *field, struct scute_str text,
	const struct codec_path *path, enum number_result result)
{
	const char *type = pb_type_word((enum pb_type)field->field->type);
	int shown = text.len > 40 ? 40 : (int)text.len;

	switch (result) {
	case NUMBER_NOMEM:
		return codec_fail_memory(codec);
	case NUMBER_FRACTION:
		return codec_fail(codec, SCUTE_EINVAL, path, "%.*s is no integer, as %s wants it",
			shown, text.data, type);
	case NUMBER_RANGE:
		return codec_fail(codec, SCUTE_EINVAL, path, "%.*s is out of the range of %s",
			shown, text.data, type);
	default:
		return codec_fail(codec, SCUTE_EINVAL, path, "a string that is no number for %s",
			type);
	}
}

/* Of each integer type: the largest magnitude below and above zero, and whether it has 64 bits. */
struct integer_range {
	uint64_t below;
	uint64_t above;
	bool is_wide;
};

static struct integer_range range_of(enum pb_type type)
{
	switch (type) {
	case PB_TYPE_INT64:
	case PB_TYPE_SINT64:
	case PB_TYPE_SFIXED64:
		return (struct integer_range){ (uint64_t)1 << 63, INT64_MAX, true };
	case PB_TYPE_UINT64:
	case PB_TYPE_FIXED64:
		return (struct integer_range){ 0, UINT64_MAX, true };
	case PB_TYPE_UINT32:
	case PB_TYPE_FIXED32:
		return (struct integer_range){ 0, UINT32_MAX, false };
	default:
		return (struct integer_range){ (uint64_t)1 << 31, INT32_MAX, false };
	}
}

static enum number_result put_integer(enum pb_type type, struct scute_str text, void *out)
{
	struct integer_range range = range_of(type);
	uint64_t magnitude;
	bool negative;
	enum number_result result = number_to_integer(text, &negative, &magnitude);

	if (result != NUMBER_OK) {
		return result;
	}
	if (magnitude > (negative ? range.below : range.above)) {
		return NUMBER_RANGE;
	}
	if (negative) {
		magnitude = 0 - magnitude;
	}
	if (range.is_wide) {
		memcpy(out, &magnitude, sizeof(magnitude));
	} else {
		uint32_t narrow = (uint32_t)magnitude;
		memcpy(out, &narrow, sizeof(narrow));
	}
	return NUMBER_OK;
}

static bool special_double(const struct json *value, double *ret_value)
{
	if (value->type != JSON_STRING) {
		return false;
	}
	if (str_eq_z(value->text, "NaN")) {
		*ret_value = (double)NAN;
	} else if (str_eq_z(value->text, "Infinity")) {
		*ret_value = (double)INFINITY;
	} else if (str_eq_z(value->text, "-Infinity")) {
		*ret_value = -(double)INFINITY;
	} else {
		return false;
	}
	return true;
}

static enum number_result put_real(struct codec *codec, enum pb_type type, const struct json *value,
	void *out)
{
	enum number_result result = NUMBER_OK;
	double wide = 0;
	float narrow = 0;

	if (special_double(value, &wide)) {
		narrow = (float)wide;
	} else if (type == PB_TYPE_DOUBLE) {
		result = number_to_double(value->text, codec->arena, &wide);
	} else {
		result = number_to_float(value->text, codec->arena, &narrow);
	}
	if (result == NUMBER_OK && type == PB_TYPE_DOUBLE) {
		memcpy(out, &wide, sizeof(wide));
	} else if (result == NUMBER_OK) {
		memcpy(out, &narrow, sizeof(narrow));
	}
	return result;
}

static bool encode_number(struct codec *codec, const struct rt_field *field,
	const struct json *value, const struct codec_path *path, void *out)
{
	enum pb_type type = (enum pb_type)field->field->type;
	enum number_result result;

	if (value->type != JSON_NUMBER && value->type != JSON_STRING) {
		return fail_type(codec, field, value, path, "a number or a string");
	}
	if (type == PB_TYPE_DOUBLE || type == PB_TYPE_FLOAT) {
		result = put_real(codec, type, value, out);
	} else {
		result = put_integer(type, value->text, out);
	}
	return result == NUMBER_OK || fail_number(codec, field, value->text, path, result);
}

static bool encode_bool(struct codec *codec, const struct rt_field *field, const struct json *value,
	const struct codec_path *path, protobuf_c_boolean *out)
{
	if (value->type != JSON_TRUE && value->type != JSON_FALSE) {
		return fail_type(codec, field, value, path, "true or false");
	}
	*out = value->type == JSON_TRUE;
	return true;
}

static bool encode_enum(struct codec *codec, const struct rt_field *field, const struct json *value,
	const struct codec_path *path, int32_t *out)
{
	const struct pb_enum *enum_ = field->field->enum_type;
	const struct pb_enum_value *known;
	int32_t number = 0;

	if (value->type == JSON_NULL && field->is_null_value) {
		*out = 0;
		return true;
	}
	if (value->type == JSON_STRING) {
		known = pb_value_by_name(enum_, value->text);
		if (!known) {
			return codec_fail(codec, SCUTE_EINVAL, path, "\"%.*s\" is no value of %.*s",
				(int)(value->text.len > 100 ? 100 : value->text.len),
				value->text.data, STR_ARGS(enum_->full_name));
		}
		*out = known->number;
		return true;
	}
	if (value->type != JSON_NUMBER) {
		return fail_type(codec, field, value, path, "a name or a number");
	}
	if (!encode_number(codec, field, value, path, &number)) {
		return false;
	}
	if (enum_->is_closed && !pb_value_by_number(enum_, number)) {
		return codec_fail(codec, SCUTE_EINVAL, path,
			"%ld is no value of %.*s, which is closed", (long)number,
			STR_ARGS(enum_->full_name));
	}
	*out = number;
	return true;
}

/* Strings stay where the JSON reader has them. */
static bool encode_text(struct codec *codec, const struct rt_field *field, const struct json *value,
	const struct codec_path *path, ProtobufCBinaryData *out)
{
	struct scute_str text = value->text;

	if (value->type != JSON_STRING) {
		return fail_type(codec, field, value, path, "a string");
	}
	if (field->field->type == PB_TYPE_STRING) {
		*out = (ProtobufCBinaryData){ text.len, (uint8_t *)(uintptr_t)text.data };
		return true;
	}
	out->data = codec_alloc(codec, text.len / 4 * 3 + 3, 1);
	if (!out->data) {
		return false;
	}
	if (!base64_decode(text, out->data, &out->len)) {
		return codec_fail(codec, SCUTE_EINVAL, path, "bytes are not in base64");
	}
	return true;
}

bool json_encode_scalar(struct codec *codec, const struct rt_field *field, const struct json *value,
	const struct codec_path *path, void *out)
{
	switch (field->field->type) {
	case PB_TYPE_UNKNOWN:
	case PB_TYPE_MESSAGE:
	case PB_TYPE_GROUP:
		return codec_fail(codec, SCUTE_EREFERENCE, path,
			"the schema does not say what %.*s is", STR_ARGS(field->field->type_name));
	case PB_TYPE_BOOL:
		return encode_bool(codec, field, value, path, out);
	case PB_TYPE_ENUM:
		return encode_enum(codec, field, value, path, out);
	case PB_TYPE_STRING:
	case PB_TYPE_BYTES:
		return encode_text(codec, field, value, path, out);
	default:
		return encode_number(codec, field, value, path, out);
	}
}

/* "0", "12", "-3": one text a number, so that no two names are the same key. */
static bool is_plain_integer(struct scute_str text)
{
	size_t sign = text.len > 0 && text.data[0] == '-';

	for (size_t i = sign; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9') {
			return false;
		}
	}
	if (text.len == sign) {
		return false;
	}
	return text.data[sign] != '0' || text.len == 1;
}

bool json_encode_key(struct codec *codec, const struct rt_field *field, struct scute_str key,
	const struct codec_path *path, void *out)
{
	enum number_result result = NUMBER_MALFORMED;

	switch (field->field->type) {
	case PB_TYPE_STRING:
		*(ProtobufCBinaryData *)out = (ProtobufCBinaryData){ key.len,
			(uint8_t *)(uintptr_t)key.data };
		return true;
	case PB_TYPE_BOOL:
		if (!str_eq_z(key, "true") && !str_eq_z(key, "false")) {
			return codec_fail(codec, SCUTE_EINVAL, path,
				"a map's key of type bool is \"true\" or \"false\"");
		}
		*(protobuf_c_boolean *)out = str_eq_z(key, "true");
		return true;
	default:
		if (is_plain_integer(key)) {
			result = put_integer((enum pb_type)field->field->type, key, out);
		}
		return result == NUMBER_OK || fail_number(codec, field, key, path, result);
	}
}
