/* SPDX-License-Identifier: Apache-2.0 */
/* google.protobuf.Any: a message with the URL of its type, "type.googleapis.com/full.name". */
#include "support/str.h"

#include "wire.h"
#include "wkt.h"

/* The type that a URL names, by what stands behind its last slash; NULL and failed. */
static struct rt_type *type_of_url(struct codec *codec, struct scute_str url,
	const struct codec_path *path)
{
	const char *slash = url.data ? memrchr(url.data, '/', url.len) : NULL;
	const struct pb_message *message = NULL;
	struct scute_str name = { NULL, 0 };

	if (slash) {
		name = (struct scute_str){ slash + 1, url.len - (size_t)(slash + 1 - url.data) };
		message = codec_message(codec, name);
	}
	if (!message) {
		codec_fail(codec, SCUTE_EINVAL, path, "\"%.*s\" is not the URL of a message in the "
			"schema, in what it imports or in the built-in files",
			(int)(url.len > 200 ? 200 : url.len), url.data ? url.data : "");
		return NULL;
	}
	return rt_type(codec, message);
}

/* In an Any such a type has its form in "value", beside "@type". */
static const struct json *value_member(struct codec *codec, const struct json *object,
	const struct codec_path *path)
{
	const struct json *value = NULL;

	for (const struct json *member = object->children; member; member = member->next) {
		struct codec_path at = codec_at_name(path, member->key);
		if (str_eq_z(member->key, "value")) {
			value = member;
		} else if (!str_eq_z(member->key, "@type")) {
			codec_fail(codec, SCUTE_EINVAL, &at, "expected \"value\" beside \"@type\"");
			return NULL;
		}
	}
	if (!value) {
		codec_fail(codec, SCUTE_EINVAL, path, "\"value\" is missing beside \"@type\"");
	}
	return value;
}

/* Empty may have "value": {}, as some writers give it. */
static bool has_value(const struct rt_type *type, const struct json *object)
{
	return wkt_is_special(type->wkt) ||
		(type->wkt == RT_EMPTY && object->n_children == 2 && json_get(object, "value"));
}

static bool encode_inner(struct codec *codec, struct rt_type *type, const struct json *object,
	const struct codec_path *path, uint32_t depth, struct scute_str *ret_bytes)
{
	ProtobufCMessage *inner;

	if (has_value(type, object)) {
		const struct json *value = value_member(codec, object, path);
		struct codec_path at = codec_at_name(path, SCUTE_STR("value"));
		if (!value || !json_encode_message(codec, type, value, &at, depth, &inner)) {
			return false;
		}
	} else {
		inner = codec_descend(codec, path, depth) ? rt_message(codec, type) : NULL;
		if (!inner || !json_encode_members(codec, object, true, path, depth, inner)) {
			return false;
		}
	}
	return rt_pack(codec, inner, ret_bytes) &&
		(!codec->has_delimited || wire_restore_groups(codec, type, *ret_bytes, ret_bytes));
}

static void put_bytes(ProtobufCMessage *message, uint32_t number, struct scute_str bytes)
{
	const struct rt_field *field = wkt_field(rt_of(message), number);

	*(ProtobufCBinaryData *)rt_value(message, field) =
		(ProtobufCBinaryData){ bytes.len, (uint8_t *)(uintptr_t)bytes.data };
	rt_set(message, field);
}

bool any_encode(struct codec *codec, const struct json *value, const struct codec_path *path,
	uint32_t depth, ProtobufCMessage *message)
{
	const struct json *url = json_get(value, "@type");
	struct codec_path at = codec_at_name(path, SCUTE_STR("@type"));
	struct scute_str bytes;
	struct rt_type *type;

	if (value->type != JSON_OBJECT) {
		return codec_fail(codec, SCUTE_EINVAL, path, "expected an object for Any, not %s",
			json_type_name(value->type));
	}
	if (value->n_children == 0) {
		return true;
	}
	if (!url || url->type != JSON_STRING) {
		return codec_fail(codec, SCUTE_EINVAL, path,
			"an Any needs \"@type\", a string like \"type.googleapis.com/full.name\"");
	}
	type = type_of_url(codec, url->text, &at);
	if (!type || !encode_inner(codec, type, value, path, depth + 1, &bytes)) {
		return false;
	}
	put_bytes(message, 1, url->text);
	put_bytes(message, 2, bytes);
	return rt_finish(codec, message, path);
}

static struct scute_str get_bytes(const ProtobufCMessage *message, uint32_t number)
{
	const ProtobufCBinaryData *data = rt_value(message, wkt_field(rt_of(message), number));

	return (struct scute_str){ (const char *)data->data, data->len };
}

static bool decode_inner(struct codec *codec, struct rt_type *type, struct scute_str bytes,
	struct json_out *out, const struct codec_path *path, uint32_t depth)
{
	const ProtobufCMessage *inner;

	if (!wire_guard(codec, type, bytes, path, depth, &bytes)) {
		return false;
	}
	inner = rt_unpack(codec, type, bytes);
	if (!inner) {
		return false;
	}
	if (!wkt_is_special(type->wkt)) {
		return json_decode_members(codec, inner, out, path, depth);
	}
	json_out_key(out, "value");
	return json_decode_message(codec, inner, out, path, depth);
}

bool any_decode(struct codec *codec, const ProtobufCMessage *message, struct json_out *out,
	const struct codec_path *path, uint32_t depth)
{
	struct scute_str url = get_bytes(message, 1);
	struct scute_str bytes = get_bytes(message, 2);
	struct rt_type *type;

	json_out_object(out);
	if (url.len > 0 || bytes.len > 0) {
		type = type_of_url(codec, url, path);
		if (!type) {
			return false;
		}
		json_out_key(out, "@type");
		json_out_str(out, url);
		if (!decode_inner(codec, type, bytes, out, path, depth + 1)) {
			return false;
		}
	}
	json_out_object_end(out);
	return true;
}
