/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the codec share: payloads as hexadecimal text, and schemas. */
#ifndef CODEC_TEST_H
#define CODEC_TEST_H

#include "pb_test.h"

/* The schemas that the tables are about. */
enum codec_schema {
	CODEC_PROTO3,   /* package p3, message M first */
	CODEC_PROTO2,   /* package p2 */
	CODEC_EDITION,  /* edition 2023, package e */
	CODEC_WELL_KNOWN, /* package w */
	CODEC_SCHEMAS,
};

extern const char *const codec_schema_texts[CODEC_SCHEMAS];

/* Bytes of a text like "00 0801"; blanks are skipped. */
struct scute_str codec_bytes(struct arena *arena, const char *hex);

/* Encodes as name ("" or NULL: the first message), to hexadecimal text that ends with a NUL. */
enum scute_status codec_encode(const struct scute_schema *schema, const char *name,
	const char *json, struct arena *arena, struct scute_str *ret_hex, struct scute_error *err);

enum scute_status codec_decode(const struct scute_schema *schema, const char *hex,
	struct arena *arena, struct scute_str *ret_json, struct scute_error *err);

#endif
