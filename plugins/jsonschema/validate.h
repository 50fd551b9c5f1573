/* SPDX-License-Identifier: Apache-2.0 */
/* The validator: a schema compiled once, and instances held against it. */
#ifndef JSONSCHEMA_VALIDATE_H
#define JSONSCHEMA_VALIDATE_H

#include "schema.h"

/*
 * The last step of parsing: sets schema->program, for what the root can reach. Time is linear
 * in the schema. In stored schemas (SCUTE_SOURCE_STORED) patterns that do not compile and
 * references that do not resolve become errors of the validation that meets them.
 */
enum scute_status js_compile(struct scute_schema *schema, struct scute_arena *arena,
	struct scute_error *err);

/*
 * See struct scute_format. SCUTE_EINVAL: not JSON, or no instance; err->text has the first
 * error with the JSON pointers of instance and keyword. SCUTE_ELIMIT: beyond the schema's
 * limits, or more work than such limits allow.
 */
enum scute_status js_validate(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, struct scute_error *err);

/* An instance that was read already. Scratch memory from arena. */
enum scute_status js_validate_tree(const struct scute_schema *schema, const struct json *instance,
	struct scute_arena *arena, struct scute_error *err);

/* See struct scute_format. The payload is the JSON text without space around it. */
enum scute_status js_encode(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, struct scute_str *ret_payload, struct scute_error *err);

/* See struct scute_format. The payload is only held to be JSON: its writer has validated it. */
enum scute_status js_decode(const struct scute_schema *schema, struct scute_str payload,
	struct scute_arena *arena, struct scute_str *ret_json, struct scute_error *err);

#endif
