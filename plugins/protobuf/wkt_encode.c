/* SPDX-License-Identifier: Apache-2.0 */
/* Well-known types from their JSON. */
#include "support/str.h"

#include "wkt.h"
#include "wkt_text.h"

static bool fail_form(struct codec *codec, const ProtobufCMessage *message,
	const struct codec_path *path, const char *expected)
{
	return codec_fail(codec, SCUTE_EINVAL, path, "expected %s for %.*s", expected,
		STR_ARGS(rt_of(message)->message->full_name));
}

/* Seconds and nanos of a message that is made of these two. */
static bool put_time(struct codec *codec, struct wkt_time time, ProtobufCMessage *message,
	const struct codec_path *path)
{
	const struct rt_field *seconds = wkt_field(rt_of(message), 1);
	const struct rt_field *nanos = wkt_field(rt_of(message), 2);

	*(int64_t *)rt_value(message, seconds) = time.seconds;
	*(int32_t *)rt_value(message, nanos) = time.nanos;
	rt_set(message, seconds);
	rt_set(message, nanos);
	return rt_finish(codec, message, path);
}

static bool encode_timestamp(struct codec *codec, const struct json *value,
	const struct codec_path *path, ProtobufCMessage *message)
{
	struct wkt_time time;

	if (value->type != JSON_STRING || !wkt_timestamp_read(value->text, &time)) {
		return fail_form(codec, message, path, "a string like \"1972-01-01T10:00:20.021Z\" "
			"of the years 1 to 9999");
	}
	return put_time(codec, time, message, path);
}

static bool encode_duration(struct codec *codec, const struct json *value,
	const struct codec_path *path, ProtobufCMessage *message)
{
	struct wkt_time time;

	if (value->type != JSON_STRING || !wkt_duration_read(value->text, &time)) {
		return fail_form(codec, message, path,
			"a string like \"-1.5s\" of at most 315576000000 seconds");
	}
	return put_time(codec, time, message, path);
}

/* The next path of a comma-separated list; *rest moves behind it. */
static struct scute_str next_path(struct scute_str *rest)
{
	const char *comma = memchr(rest->data, ',', rest->len);
	struct scute_str path = { rest->data,
		comma ? (size_t)(comma - rest->data) : rest->len };
	size_t used = path.len + (comma != NULL);

	*rest = (struct scute_str){ rest->data + used, rest->len - used };
	return path;
}

static size_t count_paths(struct scute_str text)
{
	size_t n = text.len > 0;

	for (size_t i = 0; i < text.len; i++) {
		n += text.data[i] == ',';
	}
	return n;
}

static bool put_paths(struct codec *codec, struct scute_str text, size_t n,
	ProtobufCBinaryData *out, bool *ret_good)
{
	for (size_t i = 0; i < n; i++) {
		struct scute_str path = next_path(&text);
		struct buf snake;
		buf_init_arena(&snake, path.len * 2, codec->arena);
		*ret_good = wkt_path_to_snake(&snake, path);
		if (!*ret_good) {
			return true;
		}
		if (snake.failed) {
			return codec_fail_memory(codec);
		}
		out[i] = (ProtobufCBinaryData){ snake.len, (uint8_t *)snake.data };
	}
	return true;
}

static bool encode_field_mask(struct codec *codec, const struct json *value,
	const struct codec_path *path, ProtobufCMessage *message)
{
	const struct rt_field *paths = wkt_field(rt_of(message), 1);
	bool good = value->type == JSON_STRING;
	size_t n = good ? count_paths(value->text) : 0;
	ProtobufCBinaryData *out = codec_alloc(codec, n, sizeof(*out));

	if (!out || !codec_count(codec, n)) {
		return false;
	}
	if (good && !put_paths(codec, value->text, n, out, &good)) {
		return false;
	}
	if (!good) {
		return fail_form(codec, message, path, "a string like \"fooBar,a.b\"");
	}
	*rt_count(message, paths) = n;
	*(ProtobufCBinaryData **)rt_value(message, paths) = out;
	return true;
}

/* Which member of a Value holds a JSON value. */
static uint32_t kind_of(enum json_type type)
{
	switch (type) {
	case JSON_NULL:
		return 1;
	case JSON_NUMBER:
		return 2;
	case JSON_STRING:
		return 3;
	case JSON_FALSE:
	case JSON_TRUE:
		return 4;
	case JSON_OBJECT:
		return 5;
	default:
		return 6;
	}
}

static bool encode_value(struct codec *codec, const struct json *value,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage *message)
{
	struct rt_field *field = wkt_field(rt_of(message), kind_of(value->type));

	if (value->type == JSON_NULL) {
		*(int32_t *)rt_value(message, field) = 0;
		rt_set(message, field);
		return true;
	}
	return json_encode_field(codec, field, value, path, depth, message);
}

/* What has one field, and its JSON form. */
static bool encode_only(struct codec *codec, const struct json *value,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage *message)
{
	struct rt_field *field = wkt_field(rt_of(message), 1);

	return json_encode_field(codec, field, value, path, depth, message) &&
		rt_finish(codec, message, path);
}

bool wkt_encode(struct codec *codec, const struct json *value, const struct codec_path *path,
	uint32_t depth, ProtobufCMessage *message)
{
	switch (rt_of(message)->wkt) {
	case RT_ANY:
		return any_encode(codec, value, path, depth, message);
	case RT_TIMESTAMP:
		return encode_timestamp(codec, value, path, message);
	case RT_DURATION:
		return encode_duration(codec, value, path, message);
	case RT_FIELD_MASK:
		return encode_field_mask(codec, value, path, message);
	case RT_VALUE:
		return encode_value(codec, value, path, depth, message);
	default:
		return encode_only(codec, value, path, depth, message);
	}
}
