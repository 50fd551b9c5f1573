/* SPDX-License-Identifier: Apache-2.0 */
/* The text that is stored, and the one under normalize=true. */
#include "support/str.h"

#include "compile.h"
#include "descriptor.h"
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

/*
 * The schema once more from its own descriptor, in a pool of its own: there are many ways to write the
 * same option, and one to encode it.
 */
static enum scute_status reread(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_schema *ret_schema, struct scute_error *err)
{
	static const struct scute_str no_path = { NULL, 0 };
	struct scute_schema again = *schema;
	struct pb_pool *pool = pb_pool_create(arena);
	struct scute_str bytes = { 0 };
	enum scute_status status = SCUTE_OK;

	if (!pool) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the schema");
	}
	for (uint32_t i = 0; i < schema->n_files && status == SCUTE_OK; i++) {
		if (schema->files[i] != schema->file) {
			status = pb_pool_add(pool, schema->files[i], err);
		}
	}
	if (status == SCUTE_OK) {
		status = pb_descriptor_write(schema->file, no_path, arena, &bytes, err);
	}
	if (status == SCUTE_OK) {
		status = pb_compile_wire(pool, no_path, bytes, 0, &schema->limits, &again.file, err);
	}
	if (status == SCUTE_OK) {
		again.pool = pool;
		again.from_descriptor = true;
		*ret_schema = again;
	}
	return status;
}

/*
 * Without comments: two texts that differ in nothing else have one normal form. Stored texts whose
 * names do not resolve have no whole descriptor; they are taken as they are written.
 */
enum scute_status pb_normalize(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	struct scute_schema again = *schema;

	if ((schema->flags & SCUTE_SOURCE_STORED) == 0 && !schema->from_descriptor) {
		enum scute_status status = reread(schema, arena, &again, err);
		if (status == SCUTE_ENOMEM) {
			return status;
		}
	}
	return schema_print(&again, PB_PRINT_SORTED | PB_PRINT_SHORT_NAMES, arena, ret_text, err);
}
