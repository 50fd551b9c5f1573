/* SPDX-License-Identifier: Apache-2.0 */
/* Well-known types to their JSON. */
#include <math.h>

#include "support/str.h"

#include "wkt.h"
#include "wkt_text.h"

static struct wkt_time get_time(const ProtobufCMessage *message)
{
	/* What is not set is zero in memory. */
	return (struct wkt_time){
		*(int64_t *)rt_value(message, wkt_field(rt_of(message), 1)),
		*(int32_t *)rt_value(message, wkt_field(rt_of(message), 2)),
	};
}

static bool decode_time(struct codec *codec, const ProtobufCMessage *message, struct json_out *out,
	const struct codec_path *path)
{
	struct wkt_time time = get_time(message);
	bool is_timestamp = rt_of(message)->wkt == RT_TIMESTAMP;
	char text[WKT_TEXT_BYTES];
	size_t len;

	if (!(is_timestamp ? wkt_timestamp_in_range(time) : wkt_duration_in_range(time))) {
		return codec_fail(codec, SCUTE_EINVAL, path,
			"%lld seconds and %ld nanoseconds are no %s that JSON can have",
			(long long)time.seconds, (long)time.nanos,
			is_timestamp ? "Timestamp" : "Duration");
	}
	len = is_timestamp ? wkt_timestamp_write(time, text) : wkt_duration_write(time, text);
	json_out_str(out, (struct scute_str){ text, len });
	return true;
}

static bool decode_field_mask(struct codec *codec, const ProtobufCMessage *message,
	struct json_out *out, const struct codec_path *path)
{
	const struct rt_field *field = wkt_field(rt_of(message), 1);
	const ProtobufCBinaryData *paths = *(ProtobufCBinaryData **)rt_value(message, field);
	struct buf text;

	buf_init_arena(&text, codec->bytes_max, codec->arena);
	for (size_t i = 0; i < *rt_count(message, field); i++) {
		struct scute_str one = { (const char *)paths[i].data, paths[i].len };
		if (i > 0) {
			buf_append_byte(&text, ',');
		}
		if (!wkt_path_to_camel(&text, one)) {
			return codec_fail(codec, SCUTE_EINVAL, path,
				"the path \"%.*s\" of a FieldMask would not come back from JSON",
				(int)(one.len > 100 ? 100 : one.len), one.data ? one.data : "");
		}
	}
	if (text.failed) {
		return codec_fail_memory(codec);
	}
	json_out_str(out, buf_str(&text));
	return true;
}

/* A Value in which nothing is set is null too. */
static bool decode_value(struct codec *codec, const ProtobufCMessage *message, struct json_out *out,
	const struct codec_path *path, uint32_t depth)
{
	const struct rt_type *type = rt_of(message);
	struct rt_field *field = NULL;

	for (uint32_t number = 2; number <= 6; number++) {
		if (rt_has(message, wkt_field(type, number))) {
			field = wkt_field(type, number);
		}
	}
	if (!field) {
		json_out_null(out);
		return true;
	}
	if (field->c->id == 2 && !isfinite(*(double *)rt_value(message, field))) {
		return codec_fail(codec, SCUTE_EINVAL, path,
			"a Value holds NaN or an infinity, which JSON does not have");
	}
	return json_decode_field(codec, message, field, out, path, depth);
}

static bool decode_only(struct codec *codec, const ProtobufCMessage *message, struct json_out *out,
	const struct codec_path *path, uint32_t depth)
{
	return json_decode_field(codec, message, wkt_field(rt_of(message), 1), out, path,
		depth);
}

bool wkt_decode(struct codec *codec, const ProtobufCMessage *message, struct json_out *out,
	const struct codec_path *path, uint32_t depth)
{
	switch (rt_of(message)->wkt) {
	case RT_ANY:
		return any_decode(codec, message, out, path, depth);
	case RT_TIMESTAMP:
	case RT_DURATION:
		return decode_time(codec, message, out, path);
	case RT_FIELD_MASK:
		return decode_field_mask(codec, message, out, path);
	case RT_VALUE:
		return decode_value(codec, message, out, path, depth);
	default:
		return decode_only(codec, message, out, path, depth);
	}
}
