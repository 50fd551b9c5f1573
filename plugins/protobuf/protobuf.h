/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of the format table; each is described in struct scute_format. */
#ifndef PROTOBUF_PROTOBUF_H
#define PROTOBUF_PROTOBUF_H

#include "model.h"

/* parse.c */
enum scute_status pb_parse(const struct scute_source *source, struct scute_arena *arena,
	const struct scute_schema **ret_schema, struct scute_error *err);

/* canon.c: Confluent's order, comments where they stand. */
enum scute_status pb_canonical(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err);

/* identity.c */
enum scute_status pb_identity(const struct scute_source *source, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err);

/* canon.c */
enum scute_status pb_normalize(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err);

/* render.c: the forms "serialized" and "ignore_extensions". */
enum scute_status pb_render(const struct scute_schema *schema, struct scute_str form,
	struct scute_arena *arena, struct scute_str *ret_text, struct scute_error *err);

/* compat.c */
enum scute_status pb_compatible(struct scute_compat *compat, struct scute_error *err);

/* codec.c: ProtoJSON to wire with message indexes in front, and back. */
enum scute_status pb_encode(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, struct scute_str *ret_payload, struct scute_error *err);
enum scute_status pb_encode_as(const struct scute_schema *schema, struct scute_str name,
	struct scute_str json, struct scute_arena *arena, struct scute_str *ret_payload,
	struct scute_error *err);
enum scute_status pb_decode(const struct scute_schema *schema, struct scute_str payload,
	struct scute_arena *arena, struct scute_str *ret_json, struct scute_error *err);
enum scute_status pb_validate(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, struct scute_error *err);

/* plugin.c: full name of the first message. */
enum scute_status pb_record_name(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_name, struct scute_error *err);

#endif
