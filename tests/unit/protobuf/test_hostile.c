/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts and descriptors made to hurt: deep, wide, each with the largest tables in it; and the
 * failure of every single allocation.
 */
#include <stdlib.h>
#include <time.h>

#include "pack.h"
#include "pb_test.h"

#define DEEP 20000
#define WIDE 30000
/* Far more than any of it takes, far less than what goes wrong would: also under sanitizers. */
#define SECONDS_MAX 10.0

static double seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static enum scute_status parse_timed(struct scute_str text, struct scute_error *err)
{
	struct arena arena;
	double start = seconds();

	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = pb_test_parse_str(&arena, text, NULL, 0, err);
	arena_finish(&arena);
	assert_true(seconds() - start < SECONDS_MAX);
	return schema ? SCUTE_OK : err->status;
}

/* '%' becomes n, '#' n + 20000 (no reserved number), apostrophes quotation marks. */
static void append_form(struct buf *text, const char *form, unsigned n)
{
	for (; *form; form++) {
		if (*form == '%') {
			buf_append_u64(text, n);
		} else if (*form == '#') {
			buf_append_u64(text, n + 20000);
		} else {
			buf_append_byte(text, *form == '\'' ? '"' : *form);
		}
	}
}

static void repeat(struct buf *text, const char *form, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		append_form(text, form, i);
	}
}

/* Parts: what comes once, what is repeated, what comes then, what closes each, what comes last. */
struct shape {
	const char *head;
	const char *each;
	const char *middle;
	const char *close;
	const char *tail;
};

static struct scute_str build(struct buf *text, const struct shape *shape, unsigned times)
{
	buf_reset(text);
	append_form(text, shape->head, 0);
	repeat(text, shape->each, times);
	append_form(text, shape->middle, 0);
	repeat(text, shape->close, times);
	append_form(text, shape->tail, 0);
	assert_false(text->failed);
	return buf_str(text);
}

static void nesting_ends_in_a_limit(void **state)
{
	static const struct shape shapes[] = {
		{"", "message M {", "", "}", ""},
		{"message M {", "optional group G = 1 {", "", "}", "}"},
		{"message M { oneof o {", "group G = 1 { oneof o {", "int32 a = 1;", "} }", "} }"},
		{"option (o) = ", "{ a: ", "1", "}", ";"},
		{"option (o) = {", "a < ", "", ">", "};"},
		{"option (o) = {", "a: [ { ", "", "} ]", "};"},
		{"message M { optional int32 a = 1 [(o) = ", "{ a ", "{}", "}", "]; }"},
		{"option ", "a.", "a = 1;", "", ""},
		{"option (", "a.", "a) = 1;", "", ""},
		{"package ", "a.", "a;", "", ""},
		{"message M { optional ", "a.", "M a = 1; }", "", ""},
		{"service S { rpc R(", "a.", "M) returns (M); }", "", ""},
		{"extend ", "a.", "M { optional int32 a = 1; }", "", ""},
	};
	struct scute_error err;
	struct buf text;

	(void)state;
	buf_init(&text, 16 << 20);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct scute_str deep = build(&text, &shapes[i], DEEP);
		err = (struct scute_error){ 0 };
		enum scute_status status = parse_timed(deep, &err);
		if (status != SCUTE_ELIMIT || err.line != 1 || err.column < 1) {
			print_error("shape %zu: %d, %s\n", i, (int)status, err.text);
			fail();
		}
	}
	buf_finish(&text);
}

/* Each table that something is looked up in is as large as a text can make it. */
static void width_is_no_trouble(void **state)
{
	static const char options[] = "import 'google/protobuf/descriptor.proto';"
				      "extend google.protobuf.FileOptions { repeated O o = 50000; "
				      "optional O p = 50001; } ";
	static const struct shape shapes[] = {
		{"message M {", "optional int32 a% = #;", "}", "", ""},
		{"syntax = 'proto3'; message M {", "optional int32 a% = #;", "}", "", ""},
		{"message M {", "oneof o% { int32 a% = #; }", "}", "", ""},
		{"message M {", "map<int32, M> a% = #;", "}", "", ""},
		{"message M {", "optional int32 a% = # [json_name = 'x%'];", "}", "", ""},
		{"message M {", "reserved #; reserved 'a%';", "}", "", ""},
		{"enum E {", "A% = %;", "}", "", ""},
		{"enum E { option allow_alias = true; Z = 0;", "A% = 0;", "}", "", ""},
		{"", "message M% { optional M% m = 1; }", "", "", ""},
		{"", "enum E% { A% = 0; }", "", "", ""},
		{"message M { extensions 1 to max; }", "extend M { optional int32 a% = #; }", "",
			"", ""},
		{"message M {", "extensions #;", "} extend M { ", "optional int32 a% = #;", "}"},
		{"message M {} service S {", "rpc R%(M) returns (M);", "}", "", ""},
		{"message O { optional int32 a = 1; }", "", options, "option (o) = { a: 1 };", ""},
		{"message O {", "optional int32 a% = #;", "} ", "option (p).a% = 1;", options},
		{"", "// c\n/* d */ ;", "", "", ""},
		{"option java_package = 'a'", "/* c */ 'b'", ";", "", ""},
		{"message M { optional double d = 1 [default = 1", "00", "]; }", "", ""},
		{"message M { extensions 20000 to max [",
			"declaration = { number: # full_name: '.a%' type: 'int32' },",
			"verification = DECLARATION]; } extend M {", "optional int32 a% = #;", "}"},
	};
	struct scute_error err = { 0 };
	struct buf text;

	(void)state;
	buf_init(&text, 16 << 20);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct scute_str wide = build(&text, &shapes[i], WIDE);
		if (parse_timed(wide, &err) != SCUTE_OK) {
			print_error("shape %zu: %s\n", i, err.text);
			fail();
		}
	}
	buf_finish(&text);
}

/*
 * Names in deep scopes are long, and each oneof of an optional field tries names until one is free.
 */
static void long_names(void **state)
{
	struct scute_error err = { 0 };
	struct buf text;

	(void)state;
	buf_init(&text, 16 << 20);
	for (unsigned i = 0; i < 100; i++) {
		append_form(&text, "message A_rather_long_name_of_a_message_% {", i);
	}
	repeat(&text, "message N% {}", WIDE);
	repeat(&text, "}", 100);
	assert_int_equal(parse_timed(buf_str(&text), &err), SCUTE_ELIMIT);
	buf_reset(&text);
	buf_append_z(&text, "syntax = \"proto3\"; message M {");
	for (unsigned i = 0; i < 2000; i++) {
		buf_append_z(&text, "optional int32 ");
		for (unsigned j = 0; j < i; j++) {
			buf_append_byte(&text, 'X');
		}
		append_form(&text, "_a = %;", i + 1);
	}
	buf_append_byte(&text, '}');
	assert_int_equal(parse_timed(buf_str(&text), &err), SCUTE_OK);
	buf_finish(&text);
}

static enum scute_status compile_wire(struct scute_str bytes, struct scute_error *err)
{
	const struct scute_limits limits = { sizeof(limits), 128, 16 << 20, 1000000 };
	static const struct scute_str no_path = { NULL, 0 };
	const struct pb_file *file = NULL;
	struct arena arena;
	double start = seconds();

	arena_init(&arena, ARENA_BYTES);
	enum scute_status status = pb_compile_wire(pb_pool_create(&arena.base), no_path, bytes, 0,
		&limits, &file, err);
	arena_finish(&arena);
	assert_true(seconds() - start < SECONDS_MAX);
	return status;
}

/* Messages within messages, built from the inside: each a name and what was so far. */
static void deep_descriptor(void **state)
{
	struct scute_error err = { 0 };
	struct buf buf;
	size_t begin[DEEP];

	(void)state;
	buf_init(&buf, 16 << 20);
	for (unsigned i = 0; i < DEEP; i++) {
		begin[i] = pack_begin(&buf, i == 0 ? 4 : 3);
		pack_bytes(&buf, 1, SCUTE_STR("M"));
	}
	for (unsigned i = DEEP; i > 0; i--) {
		pack_end(&buf, begin[i - 1]);
	}
	assert_int_equal(compile_wire(buf_str(&buf), &err), SCUTE_ELIMIT);
	buf_reset(&buf);
	/* Groups are skipped, but not without end. */
	for (unsigned i = 0; i < DEEP; i++) {
		pack_tag(&buf, 1000, PACK_START_GROUP);
	}
	for (unsigned i = 0; i < DEEP; i++) {
		pack_tag(&buf, 1000, PACK_END_GROUP);
	}
	assert_int_equal(compile_wire(buf_str(&buf), &err), SCUTE_EINVAL);
	buf_finish(&buf);
}

/* One allocation each, the n-th of which fails. */
struct failing {
	struct scute_arena base;
	size_t count;
	size_t fail_at;
	void **pieces;
	size_t n_pieces;
};

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
	memset(piece, 0xa5, bytes); /* nobody may count on zeros */
	failing->pieces[failing->n_pieces++] = piece;
	return piece;
}

static enum scute_status parse_failing(const struct scute_source *source, size_t fail_at,
	size_t *ret_count)
{
	struct failing failing = { .base = { NULL, NULL, failing_grow }, .fail_at = fail_at };
	const struct scute_schema *schema = NULL;
	struct scute_error err = { 0 };
	enum scute_status status = pb_parse(source, &failing.base, &schema, &err);

	*ret_count = failing.count;
	for (size_t i = 0; i < failing.n_pieces; i++) {
		free(failing.pieces[i]);
	}
	free(failing.pieces);
	return status;
}

static void every_allocation_may_fail(void **state)
{
	static const char text[] =
		"// c\nsyntax = \"proto3\"; package p; import \"a.proto\"; import "
		"\"google/protobuf/descriptor.proto\"; /* d */ message M { optional int32 a_b = 1 "
		"[(o) = { x: { y: \"a\" \"b\" z: [1, 2] } }, (o) = { }, (q).x.y = \"s\"]; "
		"map<int32, "
		"A> m = 2; oneof f { A g = 3; } reserved 4; reserved \"r\"; enum E { Z = 0; } } "
		"message X { Y x = 1; } message Y { string y = 1; repeated int32 z = 2; } extend "
		"google.protobuf.FieldOptions { repeated X o = 50000; X q = 50001; } service S { "
		"rpc "
		"R(M) returns (p . M) {} }";
	static const struct pb_test_file files[] = {
		{ "a.proto", "package p; message A { extensions 5 [declaration = { number: 5 "
			     "full_name: \".p.e\" type: \"bytes\" }]; extend A { optional bytes e "
			     "= 5 [default = \"\\377\"]; } optional group G = 1 { } optional float "
			     "f = 2 [default = 1.5]; }" },
		{ NULL, NULL },
	};
	struct arena arena;
	size_t n_all;
	size_t n;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	struct scute_source source = pb_test_source(&arena, str_z(text), files, 0);
	assert_int_equal(parse_failing(&source, 0, &n_all), SCUTE_OK);
	assert_true(n_all > 100);
	for (size_t i = 1; i <= n_all; i++) {
		assert_int_equal(parse_failing(&source, i, &n), SCUTE_ENOMEM);
	}
	arena_finish(&arena);
}

/* The same for a descriptor in base64. */
static void every_allocation_of_a_descriptor_may_fail(void **state)
{
	/*
	 * syntax = "proto3"; import "google/protobuf/any.proto"; message M { map<int32, M> m = 1;
	 * optional string s = 2 [deprecated = true]; oneof o { google.protobuf.Any a_b = 3; E e =
	 * 4; } reserved 9 to 12; reserved "x"; enum E { Z = 0; } } service S { option deprecated =
	 * true; rpc R(M) returns (stream M); }
	 */
	static const char text[] =
		"CgliNjQucHJvdG8aGWdvb2dsZS9wcm90b2J1Zi9hbnkucHJvdG8izAEKAU0SFwoBbRgBIAMoCzIJLk0u"
		"TUVudHJ5UgFtEhUKAXMYAiABKAlCAhgBSAFSAXOIAQESJwoDYV9iGAMgASgLMhQuZ29vZ2xlLnByb3Rv"
		"YnVmLkFueUgAUgJhQhIUCgFlGAQgASgOMgQuTS5FSABSAWUaOAoGTUVudHJ5EhAKA2tleRgBIAEoBVID"
		"a2V5EhgKBXZhbHVlGAIgASgLMgIuTVIFdmFsdWU6AjgBIgoKAUUSBQoBWhAAQgMKAW9CBAoCX3NKBAgJ"
		"EA1SAXgyFwoBUxINCgFSEgIuTRoCLk0wARoDiAIBYgZwcm90bzM=";
	const struct scute_source source = { .size = sizeof(source), .text = str_z(text) };
	size_t n_all;
	size_t n;

	(void)state;
	assert_int_equal(parse_failing(&source, 0, &n_all), SCUTE_OK);
	for (size_t i = 1; i <= n_all; i++) {
		assert_int_equal(parse_failing(&source, i, &n), SCUTE_ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nesting_ends_in_a_limit),
		cmocka_unit_test(width_is_no_trouble),
		cmocka_unit_test(long_names),
		cmocka_unit_test(deep_descriptor),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(every_allocation_of_a_descriptor_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
