/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups after protobuf-c: it has written them as messages. The bytes are written anew from their
 * end to their beginning, so that each length is known when its turn comes.
 */
#include <assert.h>
#include <string.h>

#include "wire.h"

struct restore {
	struct codec *codec;
	const uint8_t *base;
	uint8_t *out;   /* begin of the room */
	uint8_t *at;    /* begin of what is written; moves towards out */
};

static void put_before(struct restore *restore, const uint8_t *data, size_t len)
{
	assert((size_t)(restore->at - restore->out) >= len);
	restore->at -= len;
	memcpy(restore->at, data, len);
}

static void put_varint_before(struct restore *restore, uint64_t value)
{
	uint8_t bytes[10];

	put_before(restore, bytes, wire_put_varint(bytes, value));
}

/* The next record of what protobuf-c wrote. */
static struct wire_record read_own(const uint8_t *at, const uint8_t *end)
{
	struct wire_record record;
	const char *reason = wire_read(at, end, &record);

	assert(!reason && record.value_end);
	return record;
}

static bool restore_content(struct restore *restore, struct rt_type *type, const uint8_t *begin,
	const uint8_t *end);

static bool restore_record(struct restore *restore, struct rt_field *field,
	const struct wire_record *record)
{
	uint64_t tag = (uint64_t)record->number << 3;
	const uint8_t *behind = restore->at;
	struct rt_type *type;

	if (!field->is_message) {
		put_before(restore, record->begin, (size_t)(record->end - record->begin));
		return true;
	}
	type = rt_field_type(restore->codec, field);
	if (!type) {
		return false;
	}
	if (field->field->is_delimited) {
		put_varint_before(restore, tag | WIRE_GROUP_END);
	}
	if (!restore_content(restore, type, record->value, record->value_end)) {
		return false;
	}
	if (!field->field->is_delimited) {
		put_varint_before(restore, (uint64_t)(behind - restore->at));
	}
	put_varint_before(restore, tag | (field->field->is_delimited ? WIRE_GROUP : WIRE_LENGTH));
	return true;
}

static bool restore_content(struct restore *restore, struct rt_type *type, const uint8_t *begin,
	const uint8_t *end)
{
	uint32_t hint = 0;
	uint32_t *offsets;
	size_t n = 0;

	for (const uint8_t *at = begin; at < end; at = read_own(at, end).end) {
		n++;
	}
	offsets = codec_alloc(restore->codec, n, sizeof(*offsets));
	if (!offsets) {
		return false;
	}
	n = 0;
	for (const uint8_t *at = begin; at < end; at = read_own(at, end).end) {
		offsets[n++] = (uint32_t)(at - restore->base);
	}
	while (n > 0) {
		struct wire_record record = read_own(restore->base + offsets[--n], end);
		struct rt_field *field = rt_find(type, record.number, &hint);
		assert(field);
		if (!restore_record(restore, field, &record)) {
			return false;
		}
	}
	return true;
}

bool wire_restore_groups(struct codec *codec, struct rt_type *type, struct scute_str bytes,
	struct scute_str *ret_bytes)
{
	struct restore restore = { .codec = codec, .base = (const uint8_t *)bytes.data };
	/* A message has two bytes or more; an end tag and a longer length add up to 8 to it. */
	size_t room = bytes.len * 5 + 16;
	size_t len;

	restore.out = scute_alloc(codec->arena, room);
	if (!restore.out) {
		return codec_fail_memory(codec);
	}
	restore.at = restore.out + room;
	if (!restore_content(&restore, type, restore.base, restore.base + bytes.len)) {
		return false;
	}
	len = (size_t)(restore.out + room - restore.at);
	if (!codec_spend(codec, len)) {
		return false;
	}
	*ret_bytes = (struct scute_str){ (const char *)restore.at, len };
	return true;
}
