/* SPDX-License-Identifier: Apache-2.0 */
/* Records of the wire format. */
#include "wire.h"

enum {
	VARINT_BYTES_MAX = 10,
	SMALL_BYTES_MAX = 5, /* of a tag, of a length */
};

bool wire_varint(const uint8_t **at, const uint8_t *end, uint64_t *ret_value)
{
	const uint8_t *byte = *at;
	uint64_t value = 0;

	for (unsigned i = 0; i < VARINT_BYTES_MAX && byte < end; i++) {
		value |= (uint64_t)(*byte & 0x7f) << (7 * i);
		if ((*byte++ & 0x80) == 0) {
			*at = byte;
			*ret_value = value;
			return true;
		}
	}
	return false;
}

size_t wire_put_varint(uint8_t *out, uint64_t value)
{
	size_t len = 0;

	while (value >= 0x80) {
		out[len++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	out[len++] = (uint8_t)value;
	return len;
}

/* A number of 32 bits: other implementations do not read on for more. */
static bool read_small(const uint8_t **at, const uint8_t *end, uint64_t *ret_value)
{
	const uint8_t *last = end - *at > SMALL_BYTES_MAX ? *at + SMALL_BYTES_MAX : end;

	return wire_varint(at, last, ret_value);
}

static const char *read_value(struct wire_record *record, const uint8_t *at, const uint8_t *end)
{
	size_t left = (size_t)(end - at);
	uint64_t value;

	record->value = at;
	switch (record->type) {
	case WIRE_VARINT:
		if (!wire_varint(&at, end, &value)) {
			return "a varint is cut off or too long";
		}
		break;
	case WIRE_64BIT:
	case WIRE_32BIT:
		if (left < (record->type == WIRE_64BIT ? 8u : 4u)) {
			return "a number of fixed size is cut off";
		}
		at += record->type == WIRE_64BIT ? 8 : 4;
		break;
	case WIRE_LENGTH:
		if (!read_small(&at, end, &value)) {
			return "a length is cut off or too long";
		}
		if (value > (uint64_t)(end - at)) {
			return "a value is longer than what is left";
		}
		record->value = at;
		at += value;
		break;
	case WIRE_GROUP:
	case WIRE_GROUP_END:
		record->value_end = NULL;
		record->end = at;
		return NULL;
	default:
		return "a tag has a wire type that does not exist";
	}
	record->value_end = at;
	record->end = at;
	return NULL;
}

const char *wire_read(const uint8_t *at, const uint8_t *end, struct wire_record *ret_record)
{
	uint64_t tag;

	ret_record->begin = at;
	if (!read_small(&at, end, &tag)) {
		return "a tag is cut off or too long";
	}
	if (tag > UINT32_MAX || tag >> 3 == 0) {
		return "a tag has a field number that does not exist";
	}
	ret_record->number = (uint32_t)tag >> 3;
	ret_record->type = tag & 7;
	return read_value(ret_record, at, end);
}

enum wire_type wire_type_of(const struct pb_field *field)
{
	switch (field->type) {
	case PB_TYPE_DOUBLE:
	case PB_TYPE_FIXED64:
	case PB_TYPE_SFIXED64:
		return WIRE_64BIT;
	case PB_TYPE_FLOAT:
	case PB_TYPE_FIXED32:
	case PB_TYPE_SFIXED32:
		return WIRE_32BIT;
	case PB_TYPE_GROUP:
	case PB_TYPE_MESSAGE:
		return field->is_delimited ? WIRE_GROUP : WIRE_LENGTH;
	case PB_TYPE_STRING:
	case PB_TYPE_BYTES:
		return WIRE_LENGTH;
	default:
		return WIRE_VARINT;
	}
}
