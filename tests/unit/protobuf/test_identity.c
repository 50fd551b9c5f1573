/* SPDX-License-Identifier: Apache-2.0 */
/* Which sources are the same schema, and which are not. */
#include "pb_test.h"

static struct scute_str identity(struct arena *arena, struct scute_str text,
	const struct pb_test_file *files, uint32_t flags)
{
	struct scute_source source = pb_test_source(arena, text, files, flags);
	struct scute_error err = { 0 };
	struct scute_str bytes = { 0 };

	assert_int_equal(pb_identity(&source, &arena->base, &bytes, &err), SCUTE_OK);
	return bytes;
}

static struct scute_str stored(struct arena *arena, const char *text)
{
	return identity(arena, str_z(text), NULL, SCUTE_SOURCE_STORED);
}

#define P3 "syntax = \"proto3\"; "

/* The first one of a group and what is the same as it; NULL ends a group. */
static const char *const equal[] = {
	/* Comments and layout. */
	P3 "package p; message M { int32 a = 1; }",
	"// c\nsyntax='proto3';\npackage /* x */ p;\n\nmessage M {\n\tint32 a=0x1; // a\n;}// end",
	P3 "package p; message M { int32 a = 1; };", NULL,
	/* The order of imports and options. */
	P3 "import 'a'; import public 'p'; import 'b'; option java_package = 'j'; option "
	   "go_package = 'g'; message M { option deprecated = true; option (x) = 1; int32 a = 1 "
	   "[deprecated = true, json_name = 'q', packed = false]; }",
	"syntax = 'proto3'; option go_package = \"g\"; import 'b'; import public 'p'; message M { "
	"int32 "
	"a = 1 [packed = false, deprecated = true, json_name = 'q']; option (x) = 1; option "
	"deprecated "
	"= true; } option java_package = 'j'; import 'a';", NULL,
	/* What servers reorder when they store it. */
	P3 "message M { enum E { A = 0; } message N {} oneof o { int32 b = 2; } map<string, N> c "
	"= 3; "
	   "E a = 1; reserved 9; option deprecated = true; } enum E { B = 0; } message Z {} "
	   "service S {}",
	P3 "message M { reserved 9; option deprecated = true; map<string, N> c = 3; E a = 1; "
	"oneof o { "
	   "int32 b = 2; } message N {} enum E { A = 0; } } message Z {} enum E { B = 0; } "
	   "service S {}",
	NULL,
	/* Names that mean the same in this file. */
	P3 "package p; message M { M a = 1; In b = 2; p.Other c = 3; google.protobuf.Any d = 4; "
	"message "
	   "In { In x = 1; } map<int32, In> e = 5; }",
	P3 "package p; message M { .p.M a = 1; M.In b = 2; Other c = 3; .google.protobuf.Any d = "
	"4; "
	   "message In { p.M.In x = 1; } map<int32, .p.M.In> e = 5; }", NULL,
	/* What a descriptor cannot tell apart. */
	"message M { optional int32 a_b = 1 [default = 0x10, json_name = \"aB\"]; } service S { "
	"rpc R(M) "
	"returns (M); }",
	"syntax = \"proto2\"; message M { optional int32 a_b = 1 [default = 16]; } service S { "
	"rpc R(M) "
	"returns (M) {} }", NULL,
	/* Strings and aggregates. */
	P3 "option (a) = { x: 'a' 'b' y < z: [1] > };", P3 "option (a) = { x: \"\\141b\", y: { z: "
	"[1], } };",
	NULL,
	NULL,
};

static void same(void **state)
{
	(void)state;
	for (size_t i = 0; equal[i]; i++) {
		struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		struct scute_str first = stored(&arena, equal[i]);
		assert_false(str_starts(first, SCUTE_STR("raw:")));
		for (i++; equal[i]; i++) {
			struct scute_str other = stored(&arena, equal[i]);
			if (!str_eq(first, other)) {
				print_error("%.*s\n%.*s\n", STR_ARGS(first), STR_ARGS(other));
			}
			assert_true(str_eq(first, other));
		}
		arena_finish(&arena);
	}
}

/* No two of these are the same. */
static const char *const different[] = {
	P3 "message M { int32 a = 1; int32 b = 2; }",
	P3 "message M { int32 b = 2; int32 a = 1; }",
	P3 "message M { int32 a = 2; int32 b = 1; }",
	P3 "message M { int32 a = 1; int64 b = 2; }",
	P3 "message M { int32 a = 1; optional int32 b = 2; }",
	P3 "message M { int32 a = 1; repeated int32 b = 2; }",
	P3 "message M { int32 a = 1; int32 b = 2 [deprecated = true]; }",
	P3 "message M { int32 a = 1; int32 b = 2 [deprecated = false]; }",
	P3 "message M { int32 a = 1; int32 b = 2 [json_name = 'c']; }",
	P3 "message M { int32 a = 1; oneof o { int32 b = 2; } }",
	P3 "message M { int32 a = 1; int32 b = 2; reserved 3; }",
	P3 "message M { int32 a = 1; int32 b = 2; reserved 3, 4; }",
	P3 "message M { int32 a = 1; int32 b = 2; reserved 4, 3; }",
	P3 "message M { int32 a = 1; int32 b = 2; } message N {}",
	P3 "message N {} message M { int32 a = 1; int32 b = 2; }",
	P3 "package p; message M { int32 a = 1; int32 b = 2; }",
	P3 "message M { int32 a = 1; int32 b = 2; } option (x) = 1; option (x) = 2;",
	P3 "message M { int32 a = 1; int32 b = 2; } option (x) = 2; option (x) = 1;",
	P3 "import 'i'; message M { int32 a = 1; int32 b = 2; }",
	P3 "import public 'i'; message M { int32 a = 1; int32 b = 2; }",
	P3 "package p; message M { .X a = 1; }",
	P3 "package p; message M { X a = 1; }",
	P3 "package p; message M { q.X a = 1; }",
	"message M { optional int32 a = 1; optional int32 b = 2; }",
	"edition = '2023'; message M { int32 a = 1; int32 b = 2; }",
	"message M { int32 a = ; }",
	"message M { int32 a = ;}",
	"",
};

static void apart(void **state)
{
	size_t n = sizeof(different) / sizeof(different[0]);
	struct scute_str bytes[sizeof(different) / sizeof(different[0])];
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (size_t i = 0; i < n; i++) {
		bytes[i] = stored(&arena, different[i]);
		for (size_t k = 0; k < i; k++) {
			if (str_eq(bytes[i], bytes[k])) {
				print_error("%s\n%s\n", different[i], different[k]);
			}
			assert_false(str_eq(bytes[i], bytes[k]));
		}
	}
	arena_finish(&arena);
}

static const struct pb_test_file files[] = {
	{ "pos.proto", P3 "package fleet; message Position {} enum Kind { A = 0; }" },
	{ "opt.proto", "import 'google/protobuf/descriptor.proto'; package o; extend "
		       "google.protobuf.FieldOptions { optional int32 level = 50000; }" },
	{ NULL, NULL } };

static const char with_references[] =
	P3 "package fleet; import 'opt.proto'; import 'pos.proto'; import "
	   "'google/protobuf/timestamp.proto'; message Trip { Position a = 1 [(o.level) = 3]; "
	   "map<string, fleet.Kind> k = 2; .google.protobuf.Timestamp t = 3; }";

/* With references, without them, stored or new, and once more as what is stored of it. */
static void references(void **state)
{
	struct arena arena;
	struct scute_error err = { 0 };
	struct scute_str text;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	struct scute_str bytes = identity(&arena, str_z(with_references), files, 0);
	assert_true(str_eq(bytes, identity(&arena, str_z(with_references), NULL, 0)));
	assert_true(str_eq(bytes, stored(&arena, with_references)));
	const struct scute_schema *schema = pb_test_valid(&arena, with_references, files);
	assert_int_equal(pb_canonical(schema, &arena.base, &text, &err), SCUTE_OK);
	assert_true(str_eq(bytes, identity(&arena, text, NULL, SCUTE_SOURCE_STORED)));
	arena_finish(&arena);
}

/* The descriptor of a schema is the same schema, and what is stored of it is too. */
static void descriptors(void **state)
{
	static const char *const texts[] = {
		with_references,
		P3 "message M { map<string, M> m = 1; optional int32 o = 2; oneof x { In a = 3; } "
		"message "
		   "In { In i = 1; M up = 2; } }",
		"package q.r; message M { optional group G = 1 { optional M m = 1; } extensions 5 "
		"to max; "
		"optional string s = 2 [default = 'a\\n\\377']; optional bytes b = 3 [default = "
		"'\\001\\\\']; optional double d = 4 [default = -inf]; } extend M { repeated M e "
		"= 5; }",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct arena arena;
		struct scute_error err = { 0 };
		struct scute_str base64;
		struct scute_str text;
		arena_init(&arena, ARENA_BYTES);
		const struct scute_schema *schema = pb_test_valid(&arena, texts[i], files);
		assert_int_equal(pb_render(schema, SCUTE_STR("serialized"), &arena.base, &base64,
				&err), SCUTE_OK);
		const struct scute_schema *again =
			pb_test_parse_str(&arena, base64, files, 0, &err);
		if (!again) {
			print_error("%s\n%s\n", texts[i], err.text);
		}
		assert_non_null(again);
		assert_true(again->from_descriptor);
		assert_int_equal(pb_canonical(again, &arena.base, &text, &err), SCUTE_OK);
		struct scute_str bytes = identity(&arena, base64, files, 0);
		struct scute_str from_text = identity(&arena, text, NULL, SCUTE_SOURCE_STORED);
		struct scute_str first = stored(&arena, texts[i]);
		if (!str_eq(from_text, first)) {
			print_error("%.*s\n%.*s\n", STR_ARGS(from_text), STR_ARGS(first));
		}
		assert_true(str_eq(bytes, from_text));
		assert_true(str_eq(from_text, first));
		arena_finish(&arena);
	}
}

/* What is no .proto text has itself as identity. */
static void raw(void **state)
{
	static const char *const texts[] = { "message M { int32", "{\"type\":\"int\"}", "QUJD",
		"notbase64", "\xff", "syntax = \"proto9\";" };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct scute_str bytes = stored(&arena, texts[i]);
		assert_true(str_starts(bytes, SCUTE_STR("raw:")));
		assert_string_equal(texts[i],
			arena_printf(&arena.base, "%.*s", (int)bytes.len - 4, bytes.data + 4).data);
	}
	arena_finish(&arena);
}

/* Stored texts that the checks refuse are still known by their structure. */
static void refused_texts(void **state)
{
	struct arena arena;
	struct scute_str text = SCUTE_STR(P3 "message M { int32 a = 1; Lost b = 1; reserved 1; "
	"message M {} }");
	struct scute_str other = SCUTE_STR(P3 "message M {// c\n int32 a=1;Lost b=1; reserved "
	"1;message M{}}");
	struct scute_error err = { 0 };

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	assert_null(pb_test_parse_str(&arena, text, NULL, 0, &err));
	struct scute_str bytes = identity(&arena, text, NULL, SCUTE_SOURCE_STORED);
	assert_false(str_starts(bytes, SCUTE_STR("raw:")));
	assert_true(str_eq(bytes, identity(&arena, other, NULL, SCUTE_SOURCE_STORED)));
	arena_finish(&arena);
}

/* Deep nesting does not make it longer than the text by more than the order of a constant. */
static void length(void **state)
{
	struct arena arena;
	struct buf text;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	buf_init_arena(&text, 1 << 20, &arena.base);
	for (int i = 0; i < 120; i++) {
		buf_append_z(&text, "message M{");
	}
	for (int i = 1; i < 5000; i++) {
		buf_printf(&text, "required X a%d=%d;", i, i);
	}
	for (int i = 0; i < 120; i++) {
		buf_append_byte(&text, '}');
	}
	struct scute_str bytes = identity(&arena, buf_str(&text), NULL, SCUTE_SOURCE_STORED);
	assert_false(str_starts(bytes, SCUTE_STR("raw:")));
	assert_true(bytes.len < text.len * 2);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same),
		cmocka_unit_test(apart),
		cmocka_unit_test(references),
		cmocka_unit_test(descriptors),
		cmocka_unit_test(raw),
		cmocka_unit_test(refused_texts),
		cmocka_unit_test(length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
