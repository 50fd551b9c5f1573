/* SPDX-License-Identifier: Apache-2.0 */
/* From a source to a schema: limits, references in their order, then the text itself. */
#include "protobuf.h"

#include "compile.h"
#include "pool_build.h"
#include "support/arena.h"
#include "support/str.h"

#define DEPTH_DEFAULT 128
#define DEPTH_LIMIT 256 /* that no limit of the caller's can raise: recursion stays small */
#define BYTES_DEFAULT (16u << 20)
#define ITEMS_DEFAULT 1000000u
#define ITEMS_LIMIT (1u << 28) /* counts fit 32 bits with room for tables */

struct scute_limits pb_limits(const struct scute_source *source)
{
	const struct scute_limits *given = source->limits;
	struct scute_limits limits = { sizeof(limits), DEPTH_DEFAULT, BYTES_DEFAULT,
		ITEMS_DEFAULT };

	if (given && SCUTE_HAS(given, items_max)) {
		limits.depth_max = given->depth_max ? given->depth_max : DEPTH_DEFAULT;
		limits.bytes_max = given->bytes_max ? given->bytes_max : BYTES_DEFAULT;
		limits.items_max = given->items_max ? given->items_max : ITEMS_DEFAULT;
	}
	if (limits.depth_max > DEPTH_LIMIT) {
		limits.depth_max = DEPTH_LIMIT;
	}
	if (limits.bytes_max > INT32_MAX) {
		limits.bytes_max = INT32_MAX;
	}
	if (limits.items_max > ITEMS_LIMIT) {
		limits.items_max = ITEMS_LIMIT;
	}
	return limits;
}

static enum scute_status in_reference(const struct scute_reference *reference,
	enum scute_status status, struct scute_error *err)
{
	char what[SCUTE_ERROR_TEXT_BYTES];

	if (!err || status == SCUTE_ENOMEM) {
		return status;
	}
	memcpy(what, err->text, sizeof(what));
	return error_set(err, status == SCUTE_EINVAL ? SCUTE_EREFERENCE : status,
		"in the reference \"%.*s\" (subject \"%.*s\", version %d): %s",
		STR_ARGS(reference->name), STR_ARGS(reference->subject), (int)reference->version,
		what);
}

/* The same file may come by two ways. */
static enum scute_status compile_references(struct scute_schema *schema, struct pb_pool *pool,
	const struct scute_source *source, struct scute_error *err)
{
	uint32_t flags = source->flags & SCUTE_SOURCE_STORED ? PB_COMPILE_STORED
							     : PB_COMPILE_REFERENCE;

	for (size_t i = 0; i < source->n_references; i++) {
		const struct scute_reference *reference = &source->references[i];
		const struct pb_file *file;
		if (pb_pool_file(pool, reference->name)) {
			continue;
		}
		enum scute_status status = pb_compile_source(pool, reference->name, reference->text,
			flags, &schema->limits, &file, err);
		if (status != SCUTE_OK) {
			return in_reference(reference, status, err);
		}
	}
	return SCUTE_OK;
}

enum scute_status pb_parse(const struct scute_source *source, struct scute_arena *arena,
	const struct scute_schema **ret_schema, struct scute_error *err)
{
	struct scute_schema *schema = arena_zalloc(arena, 1, sizeof(*schema));
	struct pb_pool *pool = pb_pool_create(arena);
	static const struct scute_str no_path = { NULL, 0 };
	enum scute_status status;

	if (!schema || !pool) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the schema");
	}
	schema->limits = pb_limits(source);
	schema->flags = source->flags;
	schema->pool = pool;
	pool->source = source;
	status = compile_references(schema, pool, source, err);
	if (status == SCUTE_OK) {
		status = pb_compile_source(pool, no_path, source->text,
			source->flags & SCUTE_SOURCE_STORED ? PB_COMPILE_STORED : 0,
			&schema->limits, &schema->file, err);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	pool->source = NULL;
	schema->from_descriptor = !schema->file->text.data;
	schema->files = pool->file_list;
	schema->n_files = pool->n_files;
	*ret_schema = schema;
	return SCUTE_OK;
}
