/* SPDX-License-Identifier: Apache-2.0 */
/* The codec's functions of the format table: payloads with message indexes, and JSON. */
#include "codec.h"

#include "support/str.h"

#include "framing.h"
#include "pool.h"
#include "proto_json.h"
#include "protobuf.h"
#include "wire.h"

enum {
	PAYLOAD_BYTES_FIRST = 64,
};

/* "" is the first message; NULL and failed. */
static const struct pb_message *find_message(struct codec *codec, struct scute_str name)
{
	const struct pb_file *file = codec->schema->file;
	const struct pb_message *message = NULL;

	if (file->n_messages == 0) {
		codec_fail(codec, SCUTE_EUNSUPPORTED, NULL, "the schema has no message");
		return NULL;
	}
	if (name.len == 0) {
		return file->messages[0];
	}
	if (name.data[0] == '.') {
		name = (struct scute_str){ name.data + 1, name.len - 1 };
	}
	message = pb_pool_message(codec->schema->pool, name);
	/* The indexes are those of the file itself; a group is counted as no message of its. */
	if (!message || message->file != file || message->is_map_entry || message->is_group) {
		codec_fail(codec, SCUTE_EINVAL, NULL, "the schema has no message \"%.*s\"",
			(int)(name.len > 300 ? 300 : name.len), name.data);
		return NULL;
	}
	return message;
}

static bool read_json(struct codec *codec, struct scute_str text, const struct json **ret_value)
{
	const struct json_options options = {
		/* A repeated message is an array and objects: two levels. */
		.depth_max = codec->depth_max * 2 + 2,
		.nodes_max = codec->schema->limits.items_max,
		.duplicates = JSON_DUPLICATES_REFUSE,
	};

	if (text.len > codec->bytes_max) {
		return codec_fail(codec, SCUTE_ELIMIT, NULL,
			"the JSON text has more than %zu bytes", codec->bytes_max);
	}
	codec->status = json_read(text, &options, codec->arena, ret_value, codec->err);
	return codec->status == SCUTE_OK;
}

static bool encode_message(struct codec *codec, const struct pb_message *message,
	struct scute_str text, struct scute_str *ret_bytes)
{
	const struct codec_path path = { .index = -1 };
	const struct json *value;
	ProtobufCMessage *datum;
	struct rt_type *type = rt_type(codec, message);

	return type && read_json(codec, text, &value) &&
		json_encode_message(codec, type, value, &path, 1, &datum) &&
		rt_pack(codec, datum, ret_bytes) &&
		(!codec->has_delimited ||
			wire_restore_groups(codec, type, *ret_bytes, ret_bytes));
}

enum scute_status pb_encode_as(const struct scute_schema *schema, struct scute_str name,
	struct scute_str json, struct scute_arena *arena, struct scute_str *ret_payload,
	struct scute_error *err)
{
	struct codec codec;
	const struct pb_message *message;
	struct scute_str bytes;
	struct buf payload;

	codec_init(&codec, schema, arena, err);
	message = find_message(&codec, name);
	if (!message || !encode_message(&codec, message, json, &bytes)) {
		return codec.status;
	}
	buf_init_arena(&payload, SIZE_MAX / 2, arena);
	buf_reserve(&payload, bytes.len + PAYLOAD_BYTES_FIRST);
	framing_write(message, &payload);
	buf_append_str(&payload, bytes);
	if (payload.failed) {
		codec_fail_memory(&codec);
		return codec.status;
	}
	*ret_payload = buf_str(&payload);
	return SCUTE_OK;
}

enum scute_status pb_encode(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, struct scute_str *ret_payload, struct scute_error *err)
{
	return pb_encode_as(schema, (struct scute_str){ NULL, 0 }, json, arena, ret_payload, err);
}

enum scute_status pb_validate(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, struct scute_error *err)
{
	struct scute_str payload;

	return pb_encode(schema, json, arena, &payload, err);
}

static bool decode_message(struct codec *codec, const struct framing *framing,
	struct scute_str *ret_json)
{
	const struct codec_path path = { .index = -1 };
	struct rt_type *type = rt_type(codec, framing->message);
	struct scute_str bytes;
	ProtobufCMessage *datum;
	struct buf text;
	struct json_out out = json_out(&text);

	if (!type || !wire_guard(codec, type, framing->bytes, &path, 1, &bytes)) {
		return false;
	}
	datum = rt_unpack(codec, type, bytes);
	if (!datum) {
		return false;
	}
	buf_init_arena(&text, SIZE_MAX / 4, codec->arena);
	buf_reserve(&text, bytes.len * 2 + PAYLOAD_BYTES_FIRST);
	if (!json_decode_message(codec, datum, &out, &path, 1) || !json_decode_check(codec, &out)) {
		return false;
	}
	*ret_json = buf_str(&text);
	return true;
}

static bool is_same(const struct framing *one, const struct framing *other)
{
	return one->message == other->message && one->bytes.data == other->bytes.data;
}

enum scute_status pb_decode(const struct scute_schema *schema, struct scute_str payload,
	struct scute_arena *arena, struct scute_str *ret_json, struct scute_error *err)
{
	struct framing tried[FRAMING_FORMS];
	struct scute_error other_err;
	size_t n_tried = 0;
	struct codec codec;

	for (size_t i = 0; i < FRAMING_FORMS; i++) {
		struct framing *framing = &tried[n_tried];
		if (!framing_read(schema->file, framing_forms[i], payload, framing) ||
		    (n_tried > 0 && is_same(framing, &tried[0])) ||
		    (n_tried > 1 && is_same(framing, &tried[1]))) {
			continue;
		}
		/*
		 * The error of the most usual form is the one to tell. Bytes that are broken by it
		 * are rather broken than meant otherwise, unless all of them make sense so.
		 */
		codec_init(&codec, schema, arena, n_tried == 0 ? err : &other_err);
		codec.known_only = n_tried++ > 0;
		if (decode_message(&codec, framing, ret_json)) {
			return SCUTE_OK;
		}
		if (codec.status != SCUTE_EINVAL) {
			return n_tried == 1 ? codec.status : SCUTE_EINVAL;
		}
	}
	if (n_tried > 0) {
		return SCUTE_EINVAL;
	}
	return error_set(err, SCUTE_EINVAL,
		"the payload does not begin with the indexes of a message of the schema");
}
