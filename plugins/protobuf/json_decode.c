/* SPDX-License-Identifier: Apache-2.0 */
/* Messages in memory to JSON: objects, arrays and maps. */
#include <stdlib.h>

#include "support/str.h"

#include "wkt.h"

bool json_decode_check(struct codec *codec, const struct json_out *out)
{
	if (out->buf->failed) {
		return codec_fail_memory(codec);
	}
	if (out->buf->len > codec->bytes_max) {
		return codec_fail(codec, SCUTE_ELIMIT, NULL,
			"the JSON text has more than %zu bytes", codec->bytes_max);
	}
	return true;
}

/* A single value, or one element. */
static bool decode_value(struct codec *codec, const struct rt_field *field, const void *value,
	struct json_out *out, const struct codec_path *path, uint32_t depth)
{
	if (field->is_message) {
		return json_decode_message(codec, *(ProtobufCMessage *const *)value, out, path,
			depth + 1);
	}
	json_decode_scalar(field, value, out);
	return true;
}

static bool decode_list(struct codec *codec, const ProtobufCMessage *message,
	const struct rt_field *field, struct json_out *out, const struct codec_path *path,
	uint32_t depth)
{
	const char *elements = *(char **)rt_value(message, field);
	size_t bytes = rt_element_bytes(field);
	size_t n = *rt_count(message, field);

	json_out_array(out);
	for (size_t i = 0; i < n; i++) {
		struct codec_path element = codec_at_index(path, i);
		if (!decode_value(codec, field, elements + i * bytes, out, &element, depth) ||
		    !json_decode_check(codec, out)) {
			return false;
		}
	}
	json_out_array_end(out);
	return true;
}

/* An entry and its place on the wire. */
struct entry {
	const ProtobufCMessage *message;
	size_t place;
};

static const struct rt_field *key_field(const struct entry *entry)
{
	return &rt_of(entry->message)->fields[0];
}

static int compare_keys(const struct entry *one, const struct entry *other)
{
	const struct rt_field *field = key_field(one);
	const void *a = rt_value(one->message, field);
	const void *b = rt_value(other->message, field);

	switch (field->c->type) {
	case PROTOBUF_C_TYPE_BYTES:
		return str_cmp(
			(struct scute_str){ (const char *)((const ProtobufCBinaryData *)a)->data,
				((const ProtobufCBinaryData *)a)->len },
			(struct scute_str){ (const char *)((const ProtobufCBinaryData *)b)->data,
				((const ProtobufCBinaryData *)b)->len });
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return (*(const int64_t *)a > *(const int64_t *)b) -
			(*(const int64_t *)a < *(const int64_t *)b);
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return (*(const uint64_t *)a > *(const uint64_t *)b) -
			(*(const uint64_t *)a < *(const uint64_t *)b);
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return (*(const uint32_t *)a > *(const uint32_t *)b) -
			(*(const uint32_t *)a < *(const uint32_t *)b);
	default:
		return (*(const int32_t *)a > *(const int32_t *)b) -
			(*(const int32_t *)a < *(const int32_t *)b);
	}
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *one = a;
	const struct entry *other = b;
	int order = compare_keys(one, other);

	return order != 0 ? order : one->place < other->place ? -1 : 1;
}

/* By key, and of equal keys only the last on the wire; *n becomes how many are left. */
static struct entry *sort_entries(struct codec *codec, ProtobufCMessage *const *messages, size_t *n)
{
	struct entry *entries = codec_alloc(codec, *n, sizeof(*entries));
	size_t n_left = 0;

	if (!entries) {
		return NULL;
	}
	for (size_t i = 0; i < *n; i++) {
		entries[i] = (struct entry){ messages[i], i };
	}
	qsort(entries, *n, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < *n; i++) {
		if (i + 1 == *n || compare_keys(&entries[i], &entries[i + 1]) != 0) {
			entries[n_left++] = entries[i];
		}
	}
	*n = n_left;
	return entries;
}

/* A value that is not on the wire is an empty message. */
static bool decode_entry(struct codec *codec, const ProtobufCMessage *entry, struct json_out *out,
	const struct codec_path *path, uint32_t depth)
{
	struct rt_field *value = &rt_of(entry)->fields[1];

	if (value->is_message && !rt_has(entry, value)) {
		const struct rt_type *type = rt_field_type(codec, value);
		const ProtobufCMessage *empty = type ? rt_message(codec, type) : NULL;
		return empty && json_decode_message(codec, empty, out, path, depth + 1);
	}
	return decode_value(codec, value, rt_value(entry, value), out, path, depth);
}

static bool decode_map(struct codec *codec, const ProtobufCMessage *message,
	struct rt_field *field, struct json_out *out, const struct codec_path *path,
	uint32_t depth)
{
	size_t n = *rt_count(message, field);
	struct entry *entries;

	if (n > 0 && !rt_entry_type(codec, field, path)) {
		return false;
	}
	entries = sort_entries(codec, *(ProtobufCMessage ***)rt_value(message, field), &n);
	if (!entries) {
		return false;
	}
	json_out_object(out);
	for (size_t i = 0; i < n; i++) {
		const struct rt_field *key = key_field(&entries[i]);
		struct codec_path at = codec_at_name(path, SCUTE_STR("*"));
		if (key->field->type == PB_TYPE_STRING) {
			const ProtobufCBinaryData *name = rt_value(entries[i].message, key);
			at.name = (struct scute_str){ (const char *)name->data, name->len };
		}
		json_decode_key(key, rt_value(entries[i].message, key), out);
		if (!decode_entry(codec, entries[i].message, out, &at, depth + 1) ||
		    !json_decode_check(codec, out)) {
			return false;
		}
	}
	json_out_object_end(out);
	return true;
}

bool json_decode_field(struct codec *codec, const ProtobufCMessage *message,
	struct rt_field *field, struct json_out *out, const struct codec_path *path,
	uint32_t depth)
{
	if (field->field->is_map) {
		return decode_map(codec, message, field, out, path, depth);
	}
	if (field->is_repeated) {
		return decode_list(codec, message, field, out, path, depth);
	}
	return decode_value(codec, field, rt_value(message, field), out, path, depth);
}

static bool is_written(const ProtobufCMessage *message, const struct rt_field *field)
{
	if (field->is_repeated) {
		return *rt_count(message, field) > 0;
	}
	return rt_has(message, field) && !(field->is_implicit && rt_is_zero(message, field));
}

bool json_decode_members(struct codec *codec, const ProtobufCMessage *message, struct json_out *out,
	const struct codec_path *path, uint32_t depth)
{
	const struct rt_type *type = rt_of(message);

	for (uint32_t i = 0; i < type->n_fields; i++) {
		struct rt_field *field = &type->fields[i];
		struct codec_path at = codec_at_name(path, field->key);
		if (is_written(message, field)) {
			json_out_key_str(out, field->key);
			if (!json_decode_field(codec, message, field, out, &at, depth)) {
				return false;
			}
		} else if (field->field->is_required) {
			return codec_fail(codec, SCUTE_EINVAL, path,
				"%.*s requires the field %.*s, which is missing",
				STR_ARGS(type->message->full_name), STR_ARGS(field->field->name));
		}
		if (!json_decode_check(codec, out)) {
			return false;
		}
	}
	return true;
}

bool json_decode_message(struct codec *codec, const ProtobufCMessage *message, struct json_out *out,
	const struct codec_path *path, uint32_t depth)
{
	if (wkt_is_special(rt_of(message)->wkt)) {
		return wkt_decode(codec, message, out, path, depth);
	}
	json_out_object(out);
	if (!json_decode_members(codec, message, out, path, depth)) {
		return false;
	}
	json_out_object_end(out);
	return true;
}
