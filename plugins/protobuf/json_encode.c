/* SPDX-License-Identifier: Apache-2.0 */
/* JSON to messages in memory: objects, arrays, maps and oneofs. */
#include "support/str.h"

#include "wkt.h"

/* null stands for a value only here; elsewhere it means absent. */
static bool takes_null(struct codec *codec, struct rt_field *field, bool *ret_takes)
{
	struct rt_type *type;

	*ret_takes = field->is_null_value;
	if (!field->is_message || field->field->is_map) {
		return true;
	}
	type = rt_field_type(codec, field);
	if (!type) {
		return false;
	}
	*ret_takes = type->wkt == RT_VALUE;
	return true;
}

/* A single value, or one element. */
static bool encode_value(struct codec *codec, struct rt_field *field, const struct json *value,
	const struct codec_path *path, uint32_t depth, void *out)
{
	struct rt_type *type;
	bool takes;

	if (value->type == JSON_NULL) {
		if (!takes_null(codec, field, &takes)) {
			return false;
		}
		if (!takes) {
			return codec_fail(codec, SCUTE_EINVAL, path,
				"null is no element of a list or map");
		}
	}
	if (!field->is_message) {
		return json_encode_scalar(codec, field, value, path, out);
	}
	type = rt_field_type(codec, field);
	return type && json_encode_message(codec, type, value, path, depth + 1, out);
}

static bool encode_list(struct codec *codec, struct rt_field *field, const struct json *value,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage *message)
{
	size_t bytes = rt_element_bytes(field);
	char *elements;
	size_t n = 0;

	if (value->type != JSON_ARRAY) {
		return codec_fail(codec, SCUTE_EINVAL, path, "expected an array, not %s",
			json_type_name(value->type));
	}
	if (!codec_count(codec, value->n_children)) {
		return false;
	}
	elements = codec_alloc(codec, value->n_children, bytes);
	if (!elements) {
		return false;
	}
	for (const struct json *child = value->children; child; child = child->next) {
		struct codec_path element = codec_at_index(path, n);
		if (!encode_value(codec, field, child, &element, depth, elements + n * bytes)) {
			return false;
		}
		n++;
	}
	*rt_count(message, field) = n;
	*(char **)rt_value(message, field) = elements;
	return true;
}

/* Key and value are always written, zero or not. */
static bool encode_entry(struct codec *codec, struct rt_type *type, const struct json *member,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage **ret_entry)
{
	struct codec_path at = codec_at_name(path, member->key);
	struct rt_field *key = &type->fields[0];
	struct rt_field *value = &type->fields[1];
	ProtobufCMessage *entry = rt_message(codec, type);

	if (!entry || !codec_descend(codec, &at, depth)) {
		return false;
	}
	if (!json_encode_key(codec, key, member->key, &at, rt_value(entry, key)) ||
	    !encode_value(codec, value, member, &at, depth, rt_value(entry, value))) {
		return false;
	}
	rt_set(entry, key);
	rt_set(entry, value);
	*ret_entry = entry;
	return true;
}

static bool encode_map(struct codec *codec, struct rt_field *field, const struct json *value,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage *message)
{
	struct rt_type *type = rt_entry_type(codec, field, path);
	ProtobufCMessage **entries;
	size_t n = 0;

	if (!type) {
		return false;
	}
	if (value->type != JSON_OBJECT) {
		return codec_fail(codec, SCUTE_EINVAL, path, "expected an object, not %s",
			json_type_name(value->type));
	}
	entries = codec_alloc(codec, value->n_children, sizeof(ProtobufCMessage *));
	if (!entries) {
		return false;
	}
	for (const struct json *child = value->children; child; child = child->next) {
		if (!encode_entry(codec, type, child, path, depth + 1, &entries[n])) {
			return false;
		}
		n++;
	}
	*rt_count(message, field) = n;
	*(ProtobufCMessage ***)rt_value(message, field) = entries;
	return true;
}

bool json_encode_field(struct codec *codec, struct rt_field *field, const struct json *value,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage *message)
{
	if (field->field->is_map) {
		return encode_map(codec, field, value, path, depth, message);
	}
	if (field->is_repeated) {
		return encode_list(codec, field, value, path, depth, message);
	}
	if (!encode_value(codec, field, value, path, depth, rt_value(message, field))) {
		return false;
	}
	rt_set(message, field);
	return true;
}

/* Is the field free, and the oneof that it stands in? */
static bool check_free(struct codec *codec, const ProtobufCMessage *message,
	const struct rt_field *field, const struct codec_path *path)
{
	if (field->is_repeated ? *rt_count(message, field) > 0 : rt_has(message, field)) {
		return codec_fail(codec, SCUTE_EINVAL, path,
			"the field is given twice, by two of its names");
	}
	if (field->c->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
		uint32_t hint = 0;
		uint32_t other = rt_oneof_case(message, field);
		if (other != 0) {
			return codec_fail(codec, SCUTE_EINVAL, path,
				"another member of the oneof %.*s is given too: %.*s",
				STR_ARGS(field->field->oneof->name),
				STR_ARGS(rt_find(rt_of(message), other, &hint)->key));
		}
	}
	return true;
}

static bool encode_member(struct codec *codec, struct rt_field *field, const struct json *value,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage *message)
{
	bool takes = false;

	if (value->type == JSON_NULL) {
		if (!field->is_repeated && !takes_null(codec, field, &takes)) {
			return false;
		}
		if (!takes) {
			return true;
		}
	}
	return check_free(codec, message, field, path) &&
		json_encode_field(codec, field, value, path, depth, message);
}

bool json_encode_members(struct codec *codec, const struct json *object, bool in_any,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage *message)
{
	const struct rt_type *type = rt_of(message);
	uint32_t hint = 0;

	for (const struct json *member = object->children; member; member = member->next) {
		struct codec_path at = codec_at_name(path, member->key);
		struct rt_field *field;
		if (in_any && str_eq_z(member->key, "@type")) {
			continue;
		}
		field = rt_find_key(codec, type, member->key, &hint);
		if (!field) {
			return codec_fail(codec, SCUTE_EINVAL, &at, "%.*s has no such field",
				STR_ARGS(type->message->full_name));
		}
		if (!encode_member(codec, field, member, &at, depth, message)) {
			return false;
		}
	}
	return rt_finish(codec, message, path);
}

static bool encode_body(struct codec *codec, const struct json *value,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage *message)
{
	const struct rt_type *type = rt_of(message);

	if (wkt_is_special(type->wkt)) {
		return wkt_encode(codec, value, path, depth, message);
	}
	if (value->type != JSON_OBJECT) {
		return codec_fail(codec, SCUTE_EINVAL, path, "expected an object for %.*s, not %s",
			STR_ARGS(type->message->full_name), json_type_name(value->type));
	}
	return json_encode_members(codec, value, false, path, depth, message);
}

bool json_encode_message(struct codec *codec, const struct rt_type *type, const struct json *value,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage **ret_message)
{
	ProtobufCMessage *message;

	if (!codec_descend(codec, path, depth)) {
		return false;
	}
	message = rt_message(codec, type);
	if (!message || !encode_body(codec, value, path, depth, message)) {
		return false;
	}
	*ret_message = message;
	return true;
}
