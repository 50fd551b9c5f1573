/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas from texts and references, and an arena whose n-th allocation fails. */
#include "rig.h"

#include <stdlib.h>

struct scute_str quoted(struct arena *arena, const char *text)
{
	struct scute_str with_nul = { text, strlen(text) + 1 };
	struct scute_str copy = arena_copy(&arena->base, with_nul);

	assert_non_null(copy.data);
	copy.len--;
	for (size_t i = 0; i < copy.len; i++) {
		char *c = (char *)(uintptr_t)&copy.data[i];
		*c = *c == '\'' ? '"' : *c;
	}
	return copy;
}

struct scute_reference reference(struct arena *arena, const char *name, const char *text)
{
	return (struct scute_reference){ str_z(name), SCUTE_STR("s"), 1, quoted(arena, text) };
}

const struct scute_schema *parse_with(struct arena *arena, struct scute_str text,
	const struct scute_reference *references, size_t n_references, uint32_t flags,
	struct scute_error *err)
{
	struct scute_source source = { .size = sizeof(source), .flags = flags, .text = text,
		.references = references, .n_references = n_references };
	const struct scute_schema *schema = NULL;
	enum scute_status status = js_parse(&source, &arena->base, &schema, err);

	assert_int_equal(status == SCUTE_OK, schema != NULL);
	if (status != SCUTE_OK) {
		assert_int_equal(err->status, status);
	}
	return schema;
}

const struct scute_schema *parse_text(struct arena *arena, const char *text, uint32_t flags,
	struct scute_error *err)
{
	return parse_with(arena, quoted(arena, text), NULL, 0, flags, err);
}

const struct scute_schema *parse_good(struct arena *arena, const char *text)
{
	struct scute_error err = { 0 };
	const struct scute_schema *schema = parse_text(arena, text, 0, &err);

	if (!schema) {
		fail_msg("%s: %s", text, err.text);
	}
	return schema;
}

void assert_str(struct scute_str actual, const char *expected)
{
	if (!str_eq_z(actual, expected)) {
		fail_msg("\"%.*s\" is not \"%s\"", STR_ARGS(actual), expected);
	}
}

static void *failing_grow(struct scute_arena *arena, size_t bytes)
{
	struct failing *failing = (struct failing *)arena;

	failing->count++;
	if (failing->fail_at > 0 && failing->count >= failing->fail_at) {
		return NULL;
	}
	void **pieces =
		realloc(failing->pieces, (failing->n_pieces + 1) * sizeof(*failing->pieces));
	assert_non_null(pieces);
	failing->pieces = pieces;
	void *piece = aligned_alloc(16, bytes > 0 ? bytes : 16);
	assert_non_null(piece);
	memset(piece, 0xa5, bytes);
	failing->pieces[failing->n_pieces++] = piece;
	return piece;
}

void failing_init(struct failing *failing, size_t fail_at)
{
	*failing = (struct failing){ .base = { NULL, NULL, failing_grow }, .fail_at = fail_at };
}

void failing_finish(struct failing *failing)
{
	for (size_t i = 0; i < failing->n_pieces; i++) {
		free(failing->pieces[i]);
	}
	free(failing->pieces);
}
