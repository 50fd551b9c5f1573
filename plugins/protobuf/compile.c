/* SPDX-License-Identifier: Apache-2.0 */
/* One file from its text to the pool, step by step. */
#include "compile.h"

#include "linker.h"
#include "parser.h"
#include "undescribe.h"
#include "support/arena.h"

/* What of a file does not depend on others. Its offsets are 32 bits. */
static enum scute_status parse_text(struct linker *linker, struct scute_str text)
{
	struct parser parser = { .arena = linker->arena, .err = linker->err, .file = linker->file,
		.limits = linker->limits };
	char *copy;

	if (text.len > linker->limits->bytes_max || text.len >= INT32_MAX) {
		return error_set(linker->err, SCUTE_ELIMIT, "the schema is longer than %llu bytes",
			(unsigned long long)linker->limits->bytes_max);
	}
	copy = scute_alloc(linker->arena, text.len + 1);
	if (!copy) {
		return link_memory(linker);
	}
	if (text.len > 0) {
		memcpy(copy, text.data, text.len);
	}
	copy[text.len] = 0;
	linker->file->text = (struct scute_str){ copy, text.len };
	if (!str_is_utf8(linker->file->text)) {
		return error_set(linker->err, SCUTE_EINVAL, "the schema is not UTF-8");
	}
	uint64_t comments_max = linker->limits->items_max;
	lex_init(&parser.lexer, linker->file->text, linker->stored,
		comments_max > UINT32_MAX ? UINT32_MAX : (uint32_t)comments_max, linker->arena);
	return parse_file(&parser);
}

static enum scute_status link_file(struct linker *linker)
{
	enum scute_status (*const steps[])(struct linker *) = {
		names_assign,
		link_imports,
		link_symbols,
		link_types,
		options_read,
		features_resolve,
		defaults_resolve,
		options_interpret,
		targets_read,
		check_file,
	};
	bool outline = (linker->flags & PB_COMPILE_OUTLINE) != 0;
	enum scute_status status = SCUTE_OK;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && status == SCUTE_OK; i++) {
		if (outline && steps[i] == features_resolve) {
			break;
		}
		status = steps[i](linker);
		if (steps[i] == link_symbols && status == SCUTE_OK) {
			pool_look_from(linker->pool, linker->place);
		}
	}
	return status;
}

static enum scute_status linker_init(struct linker *linker, struct pb_pool *pool,
	struct scute_str path, uint32_t flags, const struct scute_limits *limits,
	struct scute_error *err)
{
	*linker = (struct linker){ .pool = pool, .arena = pool->arena, .err = err, .limits = limits,
		.flags = flags, .stored = (flags & PB_COMPILE_STORED) != 0 };
	linker->file = arena_zalloc(pool->arena, 1, sizeof(*linker->file));
	if (!linker->file) {
		return link_memory(linker);
	}
	linker->file->path = arena_copy(pool->arena, path);
	if (path.len > 0 && !linker->file->path.data) {
		return link_memory(linker);
	}
	return SCUTE_OK;
}

enum scute_status pb_compile_text(struct pb_pool *pool, struct scute_str path,
	struct scute_str text, uint32_t flags, const struct scute_limits *limits,
	const struct pb_file **ret_file, struct scute_error *err)
{
	struct linker linker;
	enum scute_status status = linker_init(&linker, pool, path, flags, limits, err);

	if (status == SCUTE_OK) {
		status = parse_text(&linker, text);
	}
	if (status == SCUTE_OK) {
		status = link_file(&linker);
	}
	if (status == SCUTE_OK) {
		*ret_file = linker.file;
	}
	return status;
}

enum scute_status pb_compile_wire(struct pb_pool *pool, struct scute_str path,
	struct scute_str bytes, uint32_t flags, const struct scute_limits *limits,
	const struct pb_file **ret_file, struct scute_error *err)
{
	struct linker linker;
	enum scute_status status = linker_init(&linker, pool, path, flags, limits, err);

	if (status == SCUTE_OK && bytes.len > limits->bytes_max) {
		return error_set(err, SCUTE_ELIMIT, "the schema is longer than %llu bytes",
			(unsigned long long)limits->bytes_max);
	}
	struct scute_str copy = { NULL, 0 };
	if (status == SCUTE_OK) {
		copy = arena_copy(pool->arena, bytes);
		status = copy.data || bytes.len == 0 ? SCUTE_OK : link_memory(&linker);
	}
	if (status == SCUTE_OK) {
		status = undescribe_file(&linker, copy);
	}
	if (status == SCUTE_OK) {
		status = link_file(&linker);
	}
	if (status == SCUTE_OK) {
		*ret_file = linker.file;
	}
	return status;
}
