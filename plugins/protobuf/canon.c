/* SPDX-License-Identifier: Apache-2.0 */
/* The text that is stored, and the one under normalize=true. */
#include "print.h"
#include "protobuf.h"

static enum scute_status schema_print(const struct scute_schema *schema, uint32_t flags,
	struct scute_arena *arena, struct scute_str *ret_text, struct scute_error *err)
{
	if (schema->from_descriptor) {
		/* A descriptor has every name in full, which nobody would write. */
		flags |= PB_PRINT_FROM_DESCRIPTOR | PB_PRINT_SHORT_NAMES;
	}
	return pb_print(schema->file, schema->pool, flags, (size_t)schema->limits.bytes_max, arena,
		ret_text, err);
}

enum scute_status pb_canonical(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	return schema_print(schema, PB_PRINT_COMMENTS, arena, ret_text, err);
}

/* Without comments: two texts that differ in nothing else have one normal form. */
enum scute_status pb_normalize(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	return schema_print(schema, PB_PRINT_SORTED | PB_PRINT_SHORT_NAMES, arena, ret_text, err);
}
