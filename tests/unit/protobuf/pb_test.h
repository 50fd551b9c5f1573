/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the Protobuf plugin share: sources from texts with references. */
#ifndef PB_TEST_H
#define PB_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compile.h"
#include "descriptor.h"
#include "model.h"
#include "pool.h"
#include "protobuf.h"
#include "scute/plugin.h"
#include "support/arena.h"
#include "support/buf.h"
#include "support/str.h"

#define ARENA_BYTES (256u << 20)

/* One file that the text imports, or that another one of them does: in dependency order. */
struct pb_test_file {
	const char *path; /* NULL ends a list */
	const char *text;
};

/*
 * Parses text with its references (files NULL: none); NULL and *err on failure. flags: enum
 * scute_source_flag.
 */
const struct scute_schema *pb_test_parse(struct arena *arena, const char *text,
	const struct pb_test_file *files, uint32_t flags, struct scute_error *err);
const struct scute_schema *pb_test_parse_str(struct arena *arena, struct scute_str text,
	const struct pb_test_file *files, uint32_t flags, struct scute_error *err);

/* Parses what must be valid: prints the error and fails the test otherwise. */
const struct scute_schema *pb_test_valid(struct arena *arena, const char *text,
	const struct pb_test_file *files);

/* A source over text and files, for identity(); references live in arena. */
struct scute_source pb_test_source(struct arena *arena, struct scute_str text,
	const struct pb_test_file *files, uint32_t flags);

/* Is not the same as str_eq in that it shows both. */
void assert_str(struct scute_str actual, const char *expected);

#endif
