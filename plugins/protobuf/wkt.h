/* SPDX-License-Identifier: Apache-2.0 */
/* The well-known types that ProtoJSON writes in a way of their own. */
#ifndef PROTOBUF_WKT_H
#define PROTOBUF_WKT_H

#include "proto_json.h"

/*
 * Which one it is: by its full name, and only when it has the fields that it should have; a
 * message of somebody else's with that name is ordinary.
 */
enum rt_wkt rt_wkt_of(const struct pb_message *message);

/* Its field of that number: rt_wkt_of() has seen that it is there. */
struct rt_field *wkt_field(const struct rt_type *type, uint32_t number);

/* Has the value inside an Any a form of its own (then in "value")? */
bool wkt_is_special(enum rt_wkt wkt);

/* Not for RT_ORDINARY and RT_EMPTY. As json_encode_message; message is empty. wkt_encode.c */
bool wkt_encode(struct codec *codec, const struct json *value, const struct codec_path *path,
	uint32_t depth, ProtobufCMessage *message);

/* wkt_decode.c */
bool wkt_decode(struct codec *codec, const ProtobufCMessage *message, struct json_out *out,
	const struct codec_path *path, uint32_t depth);

/* google.protobuf.Any. any.c */
bool any_encode(struct codec *codec, const struct json *value, const struct codec_path *path,
	uint32_t depth, ProtobufCMessage *message);
bool any_decode(struct codec *codec, const ProtobufCMessage *message, struct json_out *out,
	const struct codec_path *path, uint32_t depth);

#endif
