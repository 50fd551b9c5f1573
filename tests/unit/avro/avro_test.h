/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the Avro plugin share: sources from texts, and a failing arena. */
#ifndef AVRO_TEST_H
#define AVRO_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schema.h"
#include "scute/plugin.h"
#include "support/arena.h"
#include "support/str.h"

#define ARENA_BYTES (256u << 20)

/* The plugin's table, by the way the host takes. */
const struct scute_format *avro_format_table(void);

/* A copy in which apostrophes are quotation marks, with a NUL behind it. */
struct scute_str quoted(struct arena *arena, const char *text);

/* Parses; NULL and *err on failure. flags: enum scute_source_flag. */
const struct scute_schema *parse_str(struct arena *arena, struct scute_str text, uint32_t flags,
	struct scute_error *err);
const struct scute_schema *parse_text(struct arena *arena, const char *text, uint32_t flags,
	struct scute_error *err);

/* All that can be done with a text, in one arena: the first failure's status. */
enum scute_status exercise(struct scute_arena *arena, struct scute_str text, uint32_t flags);

/* Is not the same as str_eq in that it shows both. */
void assert_str(struct scute_str actual, const char *expected);

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

#endif
