/* SPDX-License-Identifier: Apache-2.0 */
/* Who can read what: a table, the text of a difference, what always holds, and the limits. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pb_test.h"

#define P2 "syntax = 'proto2'; "
#define P3 "syntax = 'proto3'; "

#define DIFFERENCES_MAX 1000u

/* Each takes well below a second, what is quadratic far longer; the rest is for valgrind. */
#define SECONDS_MAX 20

struct compat_case {
	const char *original;
	const char *update;
	const char *lines;   /* type and path of the differences, "+" before compatible ones */
	const char *verdict; /* BACKWARD, FORWARD: y or n */
	const struct pb_test_file *original_files;
	const struct pb_test_file *update_files;
};

static const struct pb_test_file files_q_string[] = {
	{ "q.proto", P3 "package p; message Q { string a = 1; }" }, { NULL, NULL } };
static const struct pb_test_file files_q_int[] = {
	{ "q.proto", P3 "package p; message Q { int32 a = 1; }" }, { NULL, NULL } };
static const struct pb_test_file files_r[] = {
	{ "deep.proto", P3 "package r; message Deep { int32 a = 1; } message Other {}" },
	{ "r.proto", P3 "package r; import 'deep.proto'; message Q { Deep d = 1; }" },
	{ NULL, NULL } };
static const struct pb_test_file files_r_new[] = {
	{ "deep.proto", P3 "package r; message Deep { double a = 1; }" },
	{ "r.proto", P3 "package r; import 'deep.proto'; message Q { Deep d = 1; Q q = 2; }" },
	{ NULL, NULL } };
static const struct pb_test_file files_tree[] = {
	{ "tree.proto", P3 "package tree; message Node { repeated Node in = 1; string name = 2; "
	  "}" },
	{ NULL, NULL } };
static const struct pb_test_file files_tree_new[] = {
	{ "tree.proto", P3 "package tree; message Node { repeated Node in = 1; "
	  "}" }, { NULL, NULL } };

static const struct compat_case cases[] = {
#include "compat_cases.inc"
};

#define N_CASES (sizeof(cases) / sizeof(cases[0]))

static struct scute_compat ask_schemas(struct arena *arena, const struct scute_schema *writer,
	const struct scute_schema *reader, uint32_t max)
{
	struct scute_error err = { 0 };
	struct scute_compat compat = { .size = sizeof(compat), .reader = reader, .writer = writer,
		.reader_label = "new", .writer_label = "old", .differences_max = max,
		.arena = &arena->base };

	assert_int_equal(pb_compatible(&compat, &err), SCUTE_OK);
	assert_true(compat.n_differences <= max);
	return compat;
}

static struct scute_compat ask(struct arena *arena, const char *writer, const char *reader,
	uint32_t max)
{
	return ask_schemas(arena, pb_test_valid(arena, writer, NULL),
		pb_test_valid(arena, reader, NULL), max);
}

static void lines_write(const struct scute_compat *compat, struct buf *lines)
{
	for (size_t i = 0; i < compat->n_differences; i++) {
		const struct scute_difference *at = &compat->differences[i];
		buf_printf(lines, "%s%s %.*s\n", at->compatible ? "+" : "", at->type,
			STR_ARGS(at->path));
	}
}

static bool breaks(const struct scute_compat *compat)
{
	for (size_t i = 0; i < compat->n_differences; i++) {
		if (!compat->differences[i].compatible) {
			return true;
		}
	}
	return false;
}

/* BACKWARD and FORWARD as the registry asks them; FULL is both. */
static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		const struct compat_case *at = &cases[i];
		struct arena arena;
		struct buf lines;
		arena_init(&arena, ARENA_BYTES);
		buf_init(&lines, 1 << 20);
		const struct scute_schema *original =
			pb_test_valid(&arena, at->original, at->original_files);
		const struct scute_schema *update =
			pb_test_valid(&arena, at->update, at->update_files);
		struct scute_compat backward =
			ask_schemas(&arena, original, update, DIFFERENCES_MAX);
		struct scute_compat forward =
			ask_schemas(&arena, update, original, DIFFERENCES_MAX);
		lines_write(&backward, &lines);
		if (!str_eq_z(buf_str(&lines), at->lines) ||
			backward.compatible != (at->verdict[0] == 'y') ||
			forward.compatible != (at->verdict[1] == 'y')) {
			print_error("original: %s\nupdate: %s\n", at->original, at->update);
			print_error("differences:\n%.*s", STR_ARGS(buf_str(&lines)));
			print_error("verdict: %d %d\n", backward.compatible, forward.compatible);
		}
		assert_str(buf_str(&lines), at->lines);
		assert_int_equal(backward.compatible, at->verdict[0] == 'y');
		assert_int_equal(forward.compatible, at->verdict[1] == 'y');
		assert_int_equal(backward.compatible, !breaks(&backward));
		assert_int_equal(forward.compatible, !breaks(&forward));
		/* Without room for differences the verdict is the same. */
		assert_int_equal(ask_schemas(&arena, original, update, 0).compatible,
			backward.compatible);
		buf_finish(&lines);
		arena_finish(&arena);
	}
}

/* Each type is in the table at least twice. */
static void every_type(void **state)
{
	static const char *const types[] = {
#define DIFFERENCE(name, compatible, text) #name,
#include "differences.def"
#undef DIFFERENCE
	};

	(void)state;
	assert_int_equal(sizeof(types) / sizeof(types[0]), 26);
	for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
		unsigned n = 0;
		for (size_t i = 0; i < N_CASES; i++) {
			const char *found = strstr(cases[i].lines, types[t]);
			/* Not the tail of a longer one. */
			while (found && found != cases[i].lines && found[-1] != '\n' &&
				found[-1] != '+') {
				found = strstr(found + 1, types[t]);
			}
			n += found && found[strlen(types[t])] == ' ';
		}
		if (n < 2) {
			print_error("%s: %u\n", types[t], n);
		}
		assert_true(n >= 2);
	}
}

static void each_is_compatible_with_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		const struct scute_schema *a =
			pb_test_valid(&arena, cases[i].update, cases[i].update_files);
		const struct scute_schema *b =
			pb_test_valid(&arena, cases[i].update, cases[i].update_files);
		struct scute_compat compat = ask_schemas(&arena, a, b, DIFFERENCES_MAX);
		assert_true(compat.compatible);
		assert_int_equal(compat.n_differences, 0);
		arena_finish(&arena);
	}
}

/* Adding and renaming fields never breaks anything, whatever else is in the message. */
static void additions(void **state)
{
	static const char *const bodies[] = { "int32 x = 1;", "map<string, M> x = 1;",
		"oneof o { string x = 1; M y = 2; }",
		("repeated M x = 1; enum E { A = 0; } E y = "
		 "2;"),
		"optional bytes x = 1; message In { In y = 1; }" };

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct arena arena;
		char old[200];
		char new[200];
		arena_init(&arena, ARENA_BYTES);
		snprintf(old, sizeof(old), P3 "message M { %s }", bodies[i]);
		snprintf(new, sizeof(new), P3 "message M { %s repeated M z = 9; }", bodies[i]);
		struct scute_compat there = ask(&arena, old, new, DIFFERENCES_MAX);
		struct scute_compat back = ask(&arena, new, old, DIFFERENCES_MAX);
		assert_true(there.compatible && back.compatible);
		assert_int_equal(there.n_differences, 1);
		assert_string_equal(there.differences[0].type, "FIELD_ADDED");
		assert_string_equal(back.differences[0].type, "FIELD_REMOVED");
		for (char *at = strchr(new, '{'); at; at = strchr(at + 1, 'x')) {
			*at = *at == 'x' ? 'q' : *at;
		}
		there = ask(&arena, old, new, DIFFERENCES_MAX);
		assert_true(there.compatible);
		assert_int_equal(there.n_differences, 2);
		arena_finish(&arena);
	}
}

static void text_of_a_difference(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	struct scute_compat compat = ask(&arena, P3 "message M { message N { int32 a = 2; } }",
		P3 "message M { message N { M a = 2; } }", 10);
	assert_int_equal(compat.n_differences, 1);
	assert_str(compat.differences[0].path, "#/M/N/2");
	assert_str(compat.differences[0].text,
		"{errorType:\"FIELD_KIND_CHANGED\", description:\"The field at path '#/M/N/2' is "
		"of "
		"another kind in the new schema than in the old schema\"}");
	arena_finish(&arena);
}

/* Scalar types by the kinds that may stand for one another. */
static void scalars(void **state)
{
	static const char *const types[] = { "int32", "int64", "uint32", "uint64", "bool", "E",
		"sint32", "sint64", "string", "bytes", "fixed32", "sfixed32", "fixed64", "sfixed64",
		"float", "double" };
	static const char kinds[] = "vvvvvvzzss3344fd";

	(void)state;
	for (size_t w = 0; w < 16; w++) {
		for (size_t r = 0; r < 16; r++) {
			struct arena arena;
			char writer[100];
			char reader[100];
			arena_init(&arena, ARENA_BYTES);
			snprintf(writer, sizeof(writer), P3 "message M { %s a = 1; } enum E { A = "
			"0; }",
				types[w]);
			snprintf(reader, sizeof(reader), P3 "message M { %s a = 1; } enum E { A = "
			"0; }",
				types[r]);
			assert_int_equal(ask(&arena, writer, reader, 10).compatible,
				kinds[w] == kinds[r]);
			arena_finish(&arena);
		}
	}
}

/* What breaks is told first; the rest has what room is left. */
static void differences_max(void **state)
{
	static const char original[] = P3 "message M { int32 a = 1; int32 b = 2; int32 c = 3; "
					  "int32 d = 4; }";
	static const char update[] = P3 "message M { string a = 1; int32 x = 2; string c = 3; "
					"int32 y = 4; }";
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	struct scute_compat compat = ask(&arena, original, update, 3);
	assert_int_equal(compat.n_differences, 3);
	assert_str(compat.differences[0].path, "#/M/1");
	assert_string_equal(compat.differences[1].type, "FIELD_NAME_CHANGED");
	assert_str(compat.differences[2].path, "#/M/3");
	compat = ask(&arena, original, update, 1);
	assert_int_equal(compat.n_differences, 1);
	assert_string_equal(compat.differences[0].type, "FIELD_SCALAR_KIND_CHANGED");
	assert_false(compat.compatible);
	compat = ask(&arena, original, update, 0);
	assert_int_equal(compat.n_differences, 0);
	assert_false(compat.compatible);
	arena_finish(&arena);
}

/* Stored texts may name types that are not there: what is written the same is the same. */
static void unresolved(void **state)
{
	static const char a[] = P3 "package p; message M { lost.Type t = 1; .p.Gone g = 2; }";
	static const char b[] = P3 "package p; message M { lost.Type t = 1; Gone g = 2; }";
	static const char other[] = P3 "package p; message M { lost.Kind t = 1; int32 g = 2; }";
	struct arena arena;
	struct scute_error err = { 0 };

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *one =
		pb_test_parse(&arena, a, NULL, SCUTE_SOURCE_STORED, &err);
	const struct scute_schema *two =
		pb_test_parse(&arena, b, NULL, SCUTE_SOURCE_STORED, &err);
	const struct scute_schema *three =
		pb_test_parse(&arena, other, NULL, SCUTE_SOURCE_STORED, &err);
	assert_non_null(one);
	assert_non_null(two);
	assert_non_null(three);
	assert_true(ask_schemas(&arena, one, two, 10).compatible);
	struct scute_compat compat = ask_schemas(&arena, one, three, 10);
	assert_int_equal(compat.n_differences, 2);
	assert_string_equal(compat.differences[0].type, "FIELD_NAMED_TYPE_CHANGED");
	assert_string_equal(compat.differences[1].type, "FIELD_KIND_CHANGED");
	arena_finish(&arena);
}

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void wide_write(struct buf *text, const char *type, unsigned n, unsigned names)
{
	buf_append_z(text, P3 "message M {");
	for (unsigned i = 1; i <= n; i++) {
		buf_printf(text, "%s f%u=%u;", type, i + names, i < 19000 ? i : i + 1000);
	}
	for (unsigned i = 1; i <= n / 10; i++) {
		buf_printf(text, "message N%u{} oneof o%u{int32 p%u=%u;}", i + names, i + names, i,
			i + 1000000);
	}
	buf_append_byte(text, '}');
}

/* A hundred thousand fields that all differ, and thousands of types and oneofs. */
static void wide(void **state)
{
	struct arena arena;
	struct buf one;
	struct buf two;

	(void)state;
	arena_init(&arena, 2 * (size_t)ARENA_BYTES);
	buf_init(&one, 64 << 20);
	buf_init(&two, 64 << 20);
	wide_write(&one, "int32", 100000, 0);
	wide_write(&two, "string", 100000, 5);
	struct scute_error err = { 0 };
	const struct scute_schema *a =
		pb_test_parse_str(&arena, buf_str(&one), NULL, 0, &err);
	const struct scute_schema *b =
		pb_test_parse_str(&arena, buf_str(&two), NULL, 0, &err);
	assert_non_null(a);
	assert_non_null(b);
	double from = now();
	struct scute_compat compat = ask_schemas(&arena, a, b, 100);
	assert_true(now() - from < SECONDS_MAX);
	assert_false(compat.compatible);
	assert_int_equal(compat.n_differences, 100);
	buf_finish(&one);
	buf_finish(&two);
	arena_finish(&arena);
}

/* Ten thousand types and extensions a hundred levels down. */
static void deep(void **state)
{
	struct arena arena;
	struct buf text;
	struct scute_error err = { 0 };
	const struct scute_schema *schemas[2];

	(void)state;
	arena_init(&arena, 2 * (size_t)ARENA_BYTES);
	for (int side = 0; side < 2; side++) {
		buf_init_arena(&text, 64 << 20, &arena.base);
		buf_printf(&text, "package p%d;", side);
		for (int i = 0; i < 100; i++) {
			buf_append_z(&text, "message M{extensions 1 to max;");
		}
		for (int i = 1; i <= 10000; i++) {
			buf_printf(&text, "message N%d{}extend M{optional N%d e%d=%d;}", i, i, i, i);
		}
		for (int i = 0; i < 100; i++) {
			buf_append_byte(&text, '}');
		}
		schemas[side] = pb_test_parse_str(&arena, buf_str(&text), NULL, 0, &err);
		assert_non_null(schemas[side]);
	}
	double from = now();
	struct scute_compat compat = ask_schemas(&arena, schemas[0], schemas[1], 10);
	assert_true(now() - from < SECONDS_MAX);
	assert_int_equal(compat.n_differences, 1);
	assert_string_equal(compat.differences[0].type, "PACKAGE_CHANGED");
	arena_finish(&arena);
}

/* Files that lead from message to message, far beyond what a stack would take. */
static void long_chain(void **state)
{
	struct arena arena;
	struct buf text;
	struct scute_error err = { 0 };
	struct pb_test_file files[] = { { "chain.proto", NULL }, { NULL, NULL } };
	const struct scute_schema *schemas[2];

	(void)state;
	arena_init(&arena, 2 * (size_t)ARENA_BYTES);
	for (int side = 0; side < 2; side++) {
		buf_init_arena(&text, 64 << 20, &arena.base);
		buf_append_z(&text, P3 "package c;");
		for (unsigned i = 0; i < 50000; i++) {
			buf_printf(&text, "message M%u{M%u n=1;}", i, i + 1);
		}
		buf_printf(&text, "message M50000{%s n=1;}", side == 0 ? "int32" : "string");
		buf_append_byte(&text, '\0');
		files[0].text = text.data;
		schemas[side] = pb_test_parse(&arena,
			P3 "import 'chain.proto'; message M { c.M0 m = 1; }", files, 0, &err);
		assert_non_null(schemas[side]);
	}
	struct scute_compat compat = ask_schemas(&arena, schemas[0], schemas[1], 10);
	assert_false(compat.compatible);
	assert_int_equal(compat.n_differences, 1);
	assert_str(compat.differences[0].path, "#/c.M50000/1");
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(every_type),
		cmocka_unit_test(each_is_compatible_with_itself),
		cmocka_unit_test(additions),
		cmocka_unit_test(text_of_a_difference),
		cmocka_unit_test(scalars),
		cmocka_unit_test(differences_max),
		cmocka_unit_test(unresolved),
		cmocka_unit_test(wide),
		cmocka_unit_test(deep),
		cmocka_unit_test(long_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
