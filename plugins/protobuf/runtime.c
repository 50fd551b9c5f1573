/* SPDX-License-Identifier: Apache-2.0 */
/* Message types for protobuf-c: made from the model when first met, kept for the call. */
#include "runtime.h"

#include <assert.h>
#include <stdlib.h>

#include "support/str.h"

#include "runtime_build.h"
#include "wkt.h"

enum {
	TYPES_CAP_FIRST = 16,
	BYTES_PER_ITEM = 64, /* of a message in memory */
	ONEOF_BYTES = 16,    /* the largest member: ProtobufCBinaryData */
};

static const uint8_t c_types[] = {
	[PB_TYPE_DOUBLE] = PROTOBUF_C_TYPE_DOUBLE,     [PB_TYPE_FLOAT] = PROTOBUF_C_TYPE_FLOAT,
	[PB_TYPE_INT64] = PROTOBUF_C_TYPE_INT64,       [PB_TYPE_UINT64] = PROTOBUF_C_TYPE_UINT64,
	[PB_TYPE_INT32] = PROTOBUF_C_TYPE_INT32,       [PB_TYPE_FIXED64] = PROTOBUF_C_TYPE_FIXED64,
	[PB_TYPE_FIXED32] = PROTOBUF_C_TYPE_FIXED32,   [PB_TYPE_BOOL] = PROTOBUF_C_TYPE_BOOL,
	[PB_TYPE_STRING] = PROTOBUF_C_TYPE_BYTES,      [PB_TYPE_GROUP] = PROTOBUF_C_TYPE_MESSAGE,
	[PB_TYPE_MESSAGE] = PROTOBUF_C_TYPE_MESSAGE,   [PB_TYPE_BYTES] = PROTOBUF_C_TYPE_BYTES,
	[PB_TYPE_UINT32] = PROTOBUF_C_TYPE_UINT32,     [PB_TYPE_ENUM] = PROTOBUF_C_TYPE_ENUM,
	[PB_TYPE_SFIXED32] = PROTOBUF_C_TYPE_SFIXED32,
	[PB_TYPE_SFIXED64] = PROTOBUF_C_TYPE_SFIXED64,
	[PB_TYPE_SINT32] = PROTOBUF_C_TYPE_SINT32,     [PB_TYPE_SINT64] = PROTOBUF_C_TYPE_SINT64,
};

static size_t c_type_bytes(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_ENUM:
		return 4;
	default:
		return 8;
	}
}

size_t rt_element_bytes(const struct rt_field *field)
{
	return c_type_bytes(field->c->type);
}

/* A type */

static int compare_numbers(const void *a, const void *b)
{
	int32_t one = (*(const struct pb_field *const *)a)->number;
	int32_t other = (*(const struct pb_field *const *)b)->number;

	return one < other ? -1 : one > other;
}

/* Sorted by number, of equal ones (in stored sources) the first; returns how many are left. */
static uint32_t sort_fields(const struct pb_field **fields, uint32_t n)
{
	uint32_t n_left = n > 0;
	bool sorted = true;

	for (uint32_t i = 1; i < n; i++) {
		sorted = sorted && fields[i - 1]->number < fields[i]->number;
	}
	if (sorted) {
		return n;
	}
	qsort(fields, n, sizeof(const struct pb_field *), compare_numbers);
	for (uint32_t i = 1; i < n; i++) {
		if (fields[i]->number != fields[n_left - 1]->number) {
			fields[n_left++] = fields[i];
		}
	}
	return n_left;
}

/* The fields of a message and its extensions, by number. */
static const struct pb_field **gather(struct codec *codec, const struct pb_message *message,
	uint32_t *ret_count)
{
	const struct rt_extension *extensions = NULL;
	uint32_t n_extensions = 0;
	const struct pb_field **fields;

	if (message->n_extension_ranges > 0) {
		if (!rt_extensions(codec, message, &extensions, &n_extensions)) {
			return NULL;
		}
	}
	fields = codec_alloc(codec, (size_t)message->n_fields + n_extensions,
		sizeof(const struct pb_field *));
	if (!fields) {
		return NULL;
	}
	for (uint32_t i = 0; i < message->n_fields; i++) {
		fields[i] = message->fields[i];
	}
	for (uint32_t i = 0; i < n_extensions; i++) {
		fields[message->n_fields + i] = extensions[i].field;
	}
	*ret_count = sort_fields(fields, message->n_fields + n_extensions);
	return fields;
}

/* The layout that is being made. */
struct layout {
	struct codec *codec;
	struct rt_type *type;
	ProtobufCFieldDescriptor *c_fields;
	unsigned *oneofs;   /* where the case of each oneof of the message is; 0: not yet placed */
	unsigned bytes;
};

static const struct pb_oneof *real_oneof(const struct pb_field *field)
{
	bool is_real = field->oneof && !field->oneof->is_synthetic && !field->extendee;

	return is_real ? field->oneof : NULL;
}

/* A count or flag, then the value, each where its alignment wants it. */
static void place(struct layout *layout, ProtobufCFieldDescriptor *c, const struct pb_oneof *oneof)
{
	unsigned at = layout->bytes;
	unsigned value_bytes = (unsigned)c_type_bytes(c->type);

	if (c->label == PROTOBUF_C_LABEL_REPEATED) {
		c->quantifier_offset = at;
		c->offset = at + (unsigned)sizeof(size_t);
		layout->bytes = c->offset + (unsigned)sizeof(void *);
	} else if (oneof) {
		unsigned *placed = &layout->oneofs[oneof->index];
		if (*placed == 0) {
			*placed = at;
			layout->bytes = at + 8 + ONEOF_BYTES;
		}
		c->quantifier_offset = *placed;
		c->offset = *placed + 8;
	} else if (c->type == PROTOBUF_C_TYPE_MESSAGE) {
		c->offset = at; /* protobuf-c takes quantifier 0 for "none" */
		layout->bytes = at + (unsigned)sizeof(void *);
	} else {
		c->quantifier_offset = at;
		c->offset = value_bytes == 4 ? at + 4 : at + 8;
		layout->bytes = (c->offset + value_bytes + 7) & ~7u;
	}
}

static bool name_key(struct layout *layout, struct rt_field *field)
{
	const struct pb_field *model = field->field;
	char *key;

	if (!model->extendee) {
		field->key = model->json_name;
		return true;
	}
	key = codec_alloc(layout->codec, model->full_name.len + 2, 1);
	if (!key) {
		return false;
	}
	key[0] = '[';
	memcpy(key + 1, model->full_name.data, model->full_name.len);
	key[model->full_name.len + 1] = ']';
	field->key = (struct scute_str){ key, model->full_name.len + 2 };
	return true;
}

static bool describe(struct layout *layout, uint32_t i, const struct pb_field *model)
{
	struct rt_field *field = &layout->type->fields[i];
	ProtobufCFieldDescriptor *c = &layout->c_fields[i];
	const struct pb_oneof *oneof = real_oneof(model);

	field->field = model;
	field->c = c;
	field->is_message = model->message_type != NULL;
	field->is_repeated = model->label == PB_REPEATED;
	field->is_null_value = model->enum_type &&
		str_eq_z(model->enum_type->full_name, "google.protobuf.NullValue");
	c->name = "";
	c->id = (uint32_t)model->number;
	c->type = (ProtobufCType)c_types[model->type];
	c->label = field->is_repeated ? PROTOBUF_C_LABEL_REPEATED : PROTOBUF_C_LABEL_OPTIONAL;
	c->flags = model->is_packed ? PROTOBUF_C_FIELD_FLAG_PACKED : 0;
	if (oneof && !field->is_repeated) {
		c->flags |= PROTOBUF_C_FIELD_FLAG_ONEOF;
	}
	place(layout, c, oneof);
	if (field->is_message && !field->is_repeated) {
		field->single = layout->type->n_singles++;
	}
	field->is_implicit = !field->is_repeated && !field->is_message && !model->has_presence;
	layout->type->n_required += model->is_required;
	layout->type->n_implicit += field->is_implicit;
	layout->codec->has_delimited |= model->is_delimited;
	return name_key(layout, field);
}

/* Runs of consecutive numbers, and one more that ends the last. */
static bool make_ranges(struct codec *codec, struct rt_type *type)
{
	ProtobufCIntRange *ranges = codec_alloc(codec, (size_t)type->n_fields + 1, sizeof(*ranges));
	unsigned n = 0;

	if (!ranges) {
		return false;
	}
	for (uint32_t i = 0; i < type->n_fields; i++) {
		if (i == 0 || type->c.fields[i].id != type->c.fields[i - 1].id + 1) {
			ranges[n++] = (ProtobufCIntRange){ (int)type->c.fields[i].id, i };
		}
	}
	ranges[n] = (ProtobufCIntRange){ 0, type->n_fields };
	type->c.field_ranges = ranges;
	type->c.n_field_ranges = n;
	return true;
}

static bool complete(struct codec *codec, struct rt_type *type)
{
	const struct pb_message *message = type->message;
	struct layout layout = { .codec = codec, .type = type };
	const struct pb_field **fields = gather(codec, message, &type->n_fields);

	if (!fields) {
		return false;
	}
	layout.bytes = (unsigned)sizeof(ProtobufCMessage);
	layout.c_fields = codec_alloc(codec, type->n_fields, sizeof(*layout.c_fields));
	layout.oneofs = codec_alloc(codec, message->n_oneofs, sizeof(*layout.oneofs));
	type->fields = codec_alloc(codec, type->n_fields, sizeof(*type->fields));
	if (!layout.c_fields || !layout.oneofs || !type->fields) {
		return false;
	}
	for (uint32_t i = 0; i < type->n_fields; i++) {
		if (!describe(&layout, i, fields[i])) {
			return false;
		}
	}
	type->c.magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC;
	type->c.name = type->c.short_name = type->c.c_name = type->c.package_name = "";
	type->c.sizeof_message = (layout.bytes + 7) & ~7u;
	type->c.n_fields = type->n_fields;
	type->c.fields = layout.c_fields;
	type->weight = 1 + layout.bytes / BYTES_PER_ITEM;
	type->wkt = rt_wkt_of(message);
	return make_ranges(codec, type);
}

/* The table of types */

static uint32_t slot_of(const struct codec_types *types, const struct pb_message *message)
{
	uint32_t at = (uint32_t)(((uintptr_t)message >> 4) * 0x9e3779b97f4a7c15u >> 32);

	at &= types->cap - 1;
	while (types->slots[at] && types->slots[at]->message != message) {
		at = (at + 1) & (types->cap - 1);
	}
	return at;
}

static bool grow_types(struct codec *codec)
{
	struct codec_types bigger = { .cap = codec->types.cap * 2, .count = codec->types.count };

	if (bigger.cap == 0) {
		bigger.cap = TYPES_CAP_FIRST;
	}
	bigger.slots = codec_alloc(codec, bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots) {
		return false;
	}
	for (uint32_t i = 0; i < codec->types.cap; i++) {
		struct rt_type *type = codec->types.slots[i];
		if (type) {
			bigger.slots[slot_of(&bigger, type->message)] = type;
		}
	}
	codec->types = bigger;
	return true;
}

struct rt_type *rt_type(struct codec *codec, const struct pb_message *message)
{
	struct rt_type *type;

	if (codec->types.count >= codec->types.cap / 2 && !grow_types(codec)) {
		return NULL;
	}
	struct rt_type **slot = &codec->types.slots[slot_of(&codec->types, message)];
	if (*slot) {
		return *slot;
	}
	if (message->is_message_set) {
		codec_fail(codec, SCUTE_EUNSUPPORTED, NULL,
			"%.*s is a message_set, which has no JSON form",
			STR_ARGS(message->full_name));
		return NULL;
	}
	type = codec_alloc(codec, 1, sizeof(*type));
	if (!type) {
		return NULL;
	}
	type->message = message;
	if (!complete(codec, type)) {
		return NULL;
	}
	*slot = type;
	codec->types.count++;
	return type;
}

struct rt_type *rt_field_type(struct codec *codec, struct rt_field *field)
{
	assert(field->is_message);
	if (!field->type) {
		field->type = rt_type(codec, field->field->message_type);
		field->c->descriptor = field->type ? &field->type->c : NULL;
	}
	return field->type;
}

static bool is_key_type(enum pb_type type)
{
	switch (type) {
	case PB_TYPE_UNKNOWN:
	case PB_TYPE_DOUBLE:
	case PB_TYPE_FLOAT:
	case PB_TYPE_GROUP:
	case PB_TYPE_MESSAGE:
	case PB_TYPE_BYTES:
	case PB_TYPE_ENUM:
		return false;
	default:
		return true;
	}
}

struct rt_type *rt_entry_type(struct codec *codec, struct rt_field *field,
	const struct codec_path *path)
{
	struct rt_type *type = rt_field_type(codec, field);

	if (!type) {
		return NULL;
	}
	/* A descriptor that was stored elsewhere may call anything a map's entry. */
	if (type->n_fields != 2 || type->fields[0].c->id != 1 || type->fields[1].c->id != 2 ||
	    type->fields[0].is_repeated || type->fields[1].is_repeated ||
	    !is_key_type((enum pb_type)type->fields[0].field->type)) {
		codec_fail(codec, SCUTE_EUNSUPPORTED, path, "%.*s is no proper entry of a map",
			STR_ARGS(type->message->full_name));
		return NULL;
	}
	return type;
}
