/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the JSON Schema plugin share: schemas from texts and references. */
#ifndef JSONSCHEMA_RIG_H
#define JSONSCHEMA_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schema.h"
#include "support/arena.h"
#include "support/str.h"

#define ARENA_BYTES (256u << 20)

/* A copy in which apostrophes are quotation marks, with a NUL behind it. */
struct scute_str quoted(struct arena *arena, const char *text);

/* A reference of subject "s", version 1, for the array given to parse_with; text is quoted(). */
struct scute_reference reference(struct arena *arena, const char *name, const char *text);

/* Parses; NULL and *err on failure. flags: enum scute_source_flag. */
const struct scute_schema *parse_with(struct arena *arena, struct scute_str text,
	const struct scute_reference *references, size_t n_references, uint32_t flags,
	struct scute_error *err);

/* The same without references, of quoted(text). */
const struct scute_schema *parse_text(struct arena *arena, const char *text, uint32_t flags,
	struct scute_error *err);

/* The same, and it has to succeed. */
const struct scute_schema *parse_good(struct arena *arena, const char *text);

/* Allocates each piece on its own and fails from the n-th on (fail_at 0: never). */
struct failing {
	struct scute_arena base;
	size_t count;
	size_t fail_at;
	void **pieces;
	size_t n_pieces;
};

void failing_init(struct failing *failing, size_t fail_at);
void failing_finish(struct failing *failing);

/* Is not the same as str_eq in that it shows both. */
void assert_str(struct scute_str actual, const char *expected);

#endif
