/* SPDX-License-Identifier: Apache-2.0 */
/* The wire format of messages (https://protobuf.dev/programming-guides/encoding/). */
#include "pack.h"

#include <string.h>

#define VARINT_BYTES_MAX 10

static unsigned put(char *out, uint64_t value)
{
	unsigned n = 0;

	while (value >= 0x80) {
		out[n++] = (char)(value | 0x80);
		value >>= 7;
	}
	out[n++] = (char)value;
	return n;
}

void pack_varint(struct buf *buf, uint64_t value)
{
	char bytes[VARINT_BYTES_MAX];

	buf_append(buf, bytes, put(bytes, value));
}

void pack_tag(struct buf *buf, int32_t number, enum pack_type type)
{
	pack_varint(buf, (uint64_t)number << 3 | type);
}

void pack_fixed32(struct buf *buf, uint32_t value)
{
	char bytes[4];

	for (unsigned i = 0; i < 4; i++) {
		bytes[i] = (char)(value >> (8 * i));
	}
	buf_append(buf, bytes, 4);
}

void pack_fixed64(struct buf *buf, uint64_t value)
{
	pack_fixed32(buf, (uint32_t)value);
	pack_fixed32(buf, (uint32_t)(value >> 32));
}

void pack_int(struct buf *buf, int32_t number, int64_t value)
{
	char bytes[VARINT_BYTES_MAX * 2];
	unsigned n = put(bytes, (uint64_t)number << 3 | PACK_VARINT);

	n += put(bytes + n, (uint64_t)value);
	buf_append(buf, bytes, n);
}

void pack_bytes(struct buf *buf, int32_t number, struct scute_str text)
{
	char bytes[VARINT_BYTES_MAX * 2];
	unsigned n = put(bytes, (uint64_t)number << 3 | PACK_BYTES);

	n += put(bytes + n, text.len);
	buf_append(buf, bytes, n);
	buf_append_str(buf, text);
}

size_t pack_begin(struct buf *buf, int32_t number)
{
	pack_tag(buf, number, PACK_BYTES);
	return buf->len;
}

void pack_end(struct buf *buf, size_t begin)
{
	char bytes[VARINT_BYTES_MAX];
	size_t len = buf->len - begin;
	unsigned n = put(bytes, len);

	if (buf->failed || !buf_reserve(buf, n)) {
		return;
	}
	memmove(buf->data + begin + n, buf->data + begin, len);
	memcpy(buf->data + begin, bytes, n);
	buf->len += n;
}

static bool take_varint(struct scute_str *rest, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < VARINT_BYTES_MAX && i < rest->len; i++) {
		uint8_t byte = (uint8_t)rest->data[i];
		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte < 0x80) {
			rest->data += i + 1;
			rest->len -= i + 1;
			*ret_value = value;
			return true;
		}
	}
	return false;
}

static bool take_fixed(struct scute_str *rest, unsigned bytes, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (rest->len < bytes) {
		return false;
	}
	for (unsigned i = 0; i < bytes; i++) {
		value |= (uint64_t)(uint8_t)rest->data[i] << (8 * i);
	}
	rest->data += bytes;
	rest->len -= bytes;
	*ret_value = value;
	return true;
}

static bool take_tag(struct scute_str *rest, struct unpacked *field)
{
	uint64_t tag;

	if (!take_varint(rest, &tag) || tag > UINT32_MAX || tag >> 3 == 0) {
		return false;
	}
	field->number = (int32_t)(tag >> 3);
	field->type = tag & 7;
	return true;
}

static bool take_value(struct scute_str *rest, struct unpacked *field)
{
	switch (field->type) {
	case PACK_VARINT:
		return take_varint(rest, &field->value);
	case PACK_FIXED64:
		return take_fixed(rest, 8, &field->value);
	case PACK_FIXED32:
		return take_fixed(rest, 4, &field->value);
	case PACK_BYTES:
		if (!take_varint(rest, &field->value) || field->value > rest->len) {
			return false;
		}
		field->bytes = (struct scute_str){ rest->data, (size_t)field->value };
		rest->data += field->bytes.len;
		rest->len -= field->bytes.len;
		return true;
	default:
		return false;
	}
}

/* Behind the tag that starts a group: all up to its end. */
static bool take_group(struct scute_str *rest, uint32_t depth_max, struct unpacked *field)
{
	struct scute_str start = *rest;
	uint32_t depth = 1;

	while (depth > 0) {
		struct unpacked inner = { 0 };
		size_t before = rest->len;
		if (!take_tag(rest, &inner)) {
			return false;
		}
		if (inner.type == PACK_START_GROUP) {
			if (++depth > depth_max) {
				return false;
			}
		} else if (inner.type == PACK_END_GROUP) {
			if (--depth == 0 && inner.number != field->number) {
				return false;
			}
			field->bytes = (struct scute_str){ start.data, start.len - before };
		} else if (!take_value(rest, &inner)) {
			return false;
		}
	}
	return true;
}

bool unpack_next(struct scute_str *rest, uint32_t depth_max, struct unpacked *ret_field)
{
	struct unpacked field = { 0 };
	struct scute_str left = *rest;

	if (left.len == 0 || !take_tag(&left, &field)) {
		return false;
	}
	if (field.type == PACK_START_GROUP ? !take_group(&left, depth_max, &field)
					   : !take_value(&left, &field)) {
		return false;
	}
	*rest = left;
	*ret_field = field;
	return true;
}

bool unpack_element(struct scute_str *rest, enum pack_type type, struct unpacked *ret_field)
{
	struct unpacked field = { .type = (uint8_t)type };

	if (type == PACK_BYTES || !take_value(rest, &field)) {
		return false;
	}
	*ret_field = field;
	return true;
}
