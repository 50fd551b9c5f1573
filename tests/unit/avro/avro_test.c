/* SPDX-License-Identifier: Apache-2.0 */
/* Sources from texts, and an arena whose n-th allocation fails. */
#include "avro_test.h"

#include <stdlib.h>

const struct scute_plugin *scute_plugin_entry(void);

const struct scute_format *avro_format_table(void)
{
	return scute_plugin_entry()->table.format;
}

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

const struct scute_schema *parse_str(struct arena *arena, struct scute_str text, uint32_t flags,
	struct scute_error *err)
{
	struct scute_source source = { .size = sizeof(source), .flags = flags, .text = text };
	const struct scute_schema *schema = NULL;
	enum scute_status status =
		avro_format_table()->parse(&source, &arena->base, &schema, err);

	assert_int_equal(status == SCUTE_OK, schema != NULL);
	if (status != SCUTE_OK) {
		assert_int_equal(err->status, status);
	}
	return schema;
}

const struct scute_schema *parse_text(struct arena *arena, const char *text, uint32_t flags,
	struct scute_error *err)
{
	return parse_str(arena, quoted(arena, text), flags, err);
}

enum scute_status exercise(struct scute_arena *arena, struct scute_str text, uint32_t flags)
{
	const struct scute_format *format = avro_format_table();
	struct scute_source source = { .size = sizeof(source), .flags = flags, .text = text };
	const struct scute_schema *schema = NULL;
	struct scute_error err = { 0 };
	struct scute_str out;
	enum scute_status status = format->identity(&source, arena, &out, &err);

	if (status == SCUTE_OK) {
		status = format->parse(&source, arena, &schema, &err);
	}
	if (status == SCUTE_OK) {
		status = format->canonical(schema, arena, &out, &err);
	}
	if (status == SCUTE_OK) {
		status = format->normalize(schema, arena, &out, &err);
	}
	if (status == SCUTE_OK) {
		status = format->fingerprint(schema, arena, &out, &err);
	}
	if (status == SCUTE_OK && avro_is_named(schema->root)) {
		status = format->record_name(schema, arena, &out, &err);
	}
	if (status == SCUTE_OK) {
		struct scute_compat compat = { .size = sizeof(compat), .reader = schema,
			.writer = schema, .reader_label = "new", .writer_label = "old",
			.differences_max = 100, .arena = arena };
		status = format->compatible(&compat, &err);
	}
	return status;
}

void assert_str(struct scute_str actual, const char *expected)
{
	char *copy = malloc(actual.len + 1);

	assert_non_null(copy);
	if (actual.len > 0) {
		memcpy(copy, actual.data, actual.len);
	}
	copy[actual.len] = '\0';
	assert_string_equal(copy, expected);
	free(copy);
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
