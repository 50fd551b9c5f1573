/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars in memory to JSON. */
#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "support/str.h"

#include "base64.h"
#include "number.h"
#include "proto_json.h"

static void put_quoted(struct json_out *out, uint64_t magnitude, bool negative)
{
	char text[24];
	size_t at = sizeof(text);

	text[--at] = '"';
	do {
		text[--at] = (char)('0' + magnitude % 10);
		magnitude /= 10;
	} while (magnitude > 0);
	if (negative) {
		text[--at] = '-';
	}
	text[--at] = '"';
	json_out_raw(out, (struct scute_str){ text + at, sizeof(text) - at });
}

static void put_signed(struct json_out *out, int64_t value)
{
	put_quoted(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
}

/* JSON has no word for these; and many readers of -0 take it for an integer without a sign. */
static bool put_special(struct json_out *out, double value)
{
	if (value == 0 && signbit(value)) {
		json_out_raw(out, SCUTE_STR("-0.0"));
		return true;
	}
	if (isfinite(value)) {
		return false;
	}
	json_out_z(out, isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity");
	return true;
}

static void put_double(struct json_out *out, double value)
{
	char text[NUMBER_TEXT_BYTES];

	if (!put_special(out, value)) {
		size_t len = number_from_double(value, text);
		json_out_raw(out, (struct scute_str){ text, len });
	}
}

static void put_float(struct json_out *out, float value)
{
	char text[NUMBER_TEXT_BYTES];

	if (!put_special(out, (double)value)) {
		size_t len = number_from_float(value, text);
		json_out_raw(out, (struct scute_str){ text, len });
	}
}

static void put_bytes(struct json_out *out, const ProtobufCBinaryData *value)
{
	json_out_raw(out, SCUTE_STR("\""));
	base64_encode(out->buf, value->data, value->len);
	buf_append_byte(out->buf, '"');
}

static void put_enum(const struct rt_field *field, int32_t number, struct json_out *out)
{
	const struct pb_enum_value *value = pb_value_by_number(field->field->enum_type, number);

	if (field->is_null_value && number == 0) {
		json_out_null(out);
	} else if (value) {
		json_out_str(out, value->name);
	} else {
		json_out_i64(out, number);
	}
}

void json_decode_scalar(const struct rt_field *field, const void *value, struct json_out *out)
{
	const ProtobufCBinaryData *data = value;

	switch (field->c->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		json_out_i64(out, *(const int32_t *)value);
		break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		json_out_i64(out, *(const uint32_t *)value);
		break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		put_signed(out, *(const int64_t *)value);
		break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		put_quoted(out, *(const uint64_t *)value, false);
		break;
	case PROTOBUF_C_TYPE_FLOAT:
		put_float(out, *(const float *)value);
		break;
	case PROTOBUF_C_TYPE_DOUBLE:
		put_double(out, *(const double *)value);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		json_out_bool(out, *(const protobuf_c_boolean *)value);
		break;
	case PROTOBUF_C_TYPE_ENUM:
		put_enum(field, *(const int32_t *)value, out);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		if (field->field->type == PB_TYPE_BYTES) {
			put_bytes(out, data);
		} else {
			json_out_str(out, (struct scute_str){ (char *)data->data, data->len });
		}
		break;
	default:
		assert(false);
	}
}

void json_decode_key(const struct rt_field *field, const void *value, struct json_out *out)
{
	const ProtobufCBinaryData *data = value;
	char text[24];

	switch (field->c->type) {
	case PROTOBUF_C_TYPE_BYTES:
		json_out_key_str(out, (struct scute_str){ (char *)data->data, data->len });
		return;
	case PROTOBUF_C_TYPE_BOOL:
		json_out_key(out, *(const protobuf_c_boolean *)value ? "true" : "false");
		return;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		snprintf(text, sizeof(text), "%lld", (long long)*(const int64_t *)value);
		break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		snprintf(text, sizeof(text), "%llu", (unsigned long long)*(const uint64_t *)value);
		break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		snprintf(text, sizeof(text), "%lu", (unsigned long)*(const uint32_t *)value);
		break;
	default:
		snprintf(text, sizeof(text), "%ld", (long)*(const int32_t *)value);
		break;
	}
	json_out_key(out, text);
}
