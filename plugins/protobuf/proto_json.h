/* SPDX-License-Identifier: Apache-2.0 */
/* ProtoJSON (protobuf.dev, "ProtoJSON Format") between JSON and messages in memory. */
#ifndef PROTOBUF_PROTO_JSON_H
#define PROTOBUF_PROTO_JSON_H

#include "support/json_out.h"

#include "runtime.h"

/*
 * A message from its JSON form; depth: of messages around it, itself among them. Strings
 * point into the JSON tree.
 */
bool json_encode_message(struct codec *codec, const struct rt_type *type, const struct json *value,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage **ret_message);

/* The members of an object into message; in_any: "@type" is not one of them. */
bool json_encode_members(struct codec *codec, const struct json *object, bool in_any,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage *message);

/* One field from its value, which is not null; element by element for repeated fields and maps. */
bool json_encode_field(struct codec *codec, struct rt_field *field, const struct json *value,
	const struct codec_path *path, uint32_t depth, ProtobufCMessage *message);

/* Number, string, bool, enum, bytes to where out is; json_encode_scalar.c */
bool json_encode_scalar(struct codec *codec, const struct rt_field *field, const struct json *value,
	const struct codec_path *path, void *out);

/* The key of a map's entry from a member's name. */
bool json_encode_key(struct codec *codec, const struct rt_field *field, struct scute_str key,
	const struct codec_path *path, void *out);

/* Writes a message that wire_guard() let through; depth as above. */
bool json_decode_message(struct codec *codec, const ProtobufCMessage *message, struct json_out *out,
	const struct codec_path *path, uint32_t depth);

/*
 * After each value: there was memory, and the text is within the limit. False and failed. The
 * buffer itself has no maximum, so that its failing tells one from the other.
 */
bool json_decode_check(struct codec *codec, const struct json_out *out);

/* Only the members. */
bool json_decode_members(struct codec *codec, const ProtobufCMessage *message, struct json_out *out,
	const struct codec_path *path, uint32_t depth);

/* A repeated field as array, a map as object, a single value as itself. */
bool json_decode_field(struct codec *codec, const ProtobufCMessage *message,
	struct rt_field *field, struct json_out *out, const struct codec_path *path,
	uint32_t depth);

/* Number, string, bool, enum, bytes at value; json_decode_scalar.c */
void json_decode_scalar(const struct rt_field *field, const void *value, struct json_out *out);

/* The key of a map's entry as a member's name. */
void json_decode_key(const struct rt_field *field, const void *value, struct json_out *out);

#endif
