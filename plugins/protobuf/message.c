/* SPDX-License-Identifier: Apache-2.0 */
/* Messages in memory, as protobuf-c lays them out by the types of runtime.c. */
#include <assert.h>

#include "support/arena.h"
#include "support/str.h"

#include "runtime.h"

static void *at_quantifier(const ProtobufCMessage *message, const struct rt_field *field)
{
	return (char *)(uintptr_t)message + field->c->quantifier_offset;
}

uint32_t rt_oneof_case(const ProtobufCMessage *message, const struct rt_field *field)
{
	assert(field->c->flags & PROTOBUF_C_FIELD_FLAG_ONEOF);
	return *(uint32_t *)at_quantifier(message, field);
}

bool rt_has(const ProtobufCMessage *message, const struct rt_field *field)
{
	assert(!field->is_repeated);
	if (field->c->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
		return rt_oneof_case(message, field) == field->c->id;
	}
	if (field->is_message) {
		return *(ProtobufCMessage **)rt_value(message, field) != NULL;
	}
	return *(protobuf_c_boolean *)at_quantifier(message, field);
}

void rt_set(ProtobufCMessage *message, const struct rt_field *field)
{
	if (field->c->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
		*(uint32_t *)at_quantifier(message, field) = field->c->id;
	} else if (!field->is_message) {
		*(protobuf_c_boolean *)at_quantifier(message, field) = 1;
	}
}

ProtobufCMessage *rt_message(struct codec *codec, const struct rt_type *type)
{
	ProtobufCMessage *message;

	if (!codec_count(codec, type->weight)) {
		return NULL;
	}
	message = codec_alloc(codec, 1, type->c.sizeof_message);
	if (message) {
		message->descriptor = &type->c;
	}
	return message;
}

bool rt_is_zero(const ProtobufCMessage *message, const struct rt_field *field)
{
	const void *value = rt_value(message, field);
	uint64_t zero = 0;

	if (field->c->type == PROTOBUF_C_TYPE_BYTES) {
		return ((const ProtobufCBinaryData *)value)->len == 0;
	}
	return memcmp(value, &zero, rt_element_bytes(field)) == 0;
}

static bool finish_field(struct codec *codec, ProtobufCMessage *message,
	const struct rt_field *field, const struct codec_path *path)
{
	if (field->field->is_required && !field->is_repeated && !rt_has(message, field)) {
		return codec_fail(codec, SCUTE_EINVAL, path,
			"%.*s requires the field %.*s, which is missing",
			STR_ARGS(rt_of(message)->message->full_name), STR_ARGS(field->field->name));
	}
	if (field->is_implicit && rt_has(message, field) && rt_is_zero(message, field)) {
		*(protobuf_c_boolean *)at_quantifier(message, field) = 0;
	}
	return true;
}

bool rt_finish(struct codec *codec, ProtobufCMessage *message, const struct codec_path *path)
{
	const struct rt_type *type = rt_of(message);

	if (type->n_required == 0 && type->n_implicit == 0) {
		return true;
	}
	for (uint32_t i = 0; i < type->n_fields; i++) {
		if (!finish_field(codec, message, &type->fields[i], path)) {
			return false;
		}
	}
	return true;
}

bool rt_pack(struct codec *codec, const ProtobufCMessage *message, struct scute_str *ret_bytes)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *out;

	if (!codec_spend(codec, size)) {
		return false;
	}
	out = scute_alloc(codec->arena, size);
	if (!out) {
		return codec_fail_memory(codec);
	}
	size_t written = protobuf_c_message_pack(message, out);
	assert(written == size);
	*ret_bytes = (struct scute_str){ (char *)out, written };
	return true;
}

static void *arena_give(void *arena, size_t bytes)
{
	return scute_alloc(arena, bytes);
}

/* The arena takes nothing back. */
static void arena_keep_all(void *arena, void *at)
{
	(void)arena;
	(void)at;
}

ProtobufCMessage *rt_unpack(struct codec *codec, const struct rt_type *type,
	struct scute_str bytes)
{
	ProtobufCAllocator allocator = { arena_give, arena_keep_all, codec->arena };
	ProtobufCMessage *message = protobuf_c_message_unpack(&type->c, &allocator, bytes.len,
		(const uint8_t *)bytes.data);

	/* The guard lets nothing through that protobuf-c refuses: only memory is left. */
	if (!message) {
		codec_fail_memory(codec);
	}
	return message;
}
