/* SPDX-License-Identifier: Apache-2.0 */
/* The stored text: its order and layout, byte for byte; that it loses nothing; the normal form. */
#include <time.h>

#include "pb_test.h"
#include "print.h"
#include "wellknown.h"

/* Each takes well below a second, what is quadratic far longer; the rest is for valgrind. */
#define SECONDS_MAX 20

struct print_case {
	const char *text;
	const char *printed; /* NULL: the same */
};

static const struct print_case cases[] = {
#include "print_cases.inc"
};

#define N_CASES (sizeof(cases) / sizeof(cases[0]))

static struct scute_str canonical(struct arena *arena, const struct scute_schema *schema)
{
	struct scute_error err = { 0 };
	struct scute_str text = { 0 };

	if (pb_canonical(schema, &arena->base, &text, &err) != SCUTE_OK) {
		print_error("%s\n", err.text);
		fail();
	}
	return text;
}

static const struct scute_schema *stored(struct arena *arena, struct scute_str text)
{
	struct scute_error err = { 0 };
	const struct scute_schema *schema =
		pb_test_parse_str(arena, text, NULL, SCUTE_SOURCE_STORED, &err);

	if (!schema) {
		print_error("%s\nin:\n%.*s\n", err.text, STR_ARGS(text));
	}
	assert_non_null(schema);
	return schema;
}

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		const char *expected = cases[i].printed ? cases[i].printed : cases[i].text;
		struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		struct scute_str text =
			canonical(&arena, stored(&arena, str_z(cases[i].text)));
		assert_str(text, expected);
		/* And it stays what it is. */
		assert_str(canonical(&arena, stored(&arena, text)), expected);
		arena_finish(&arena);
	}
}

static struct scute_str normal(struct arena *arena, const struct scute_schema *schema)
{
	struct scute_error err = { 0 };
	struct scute_str text = { 0 };

	assert_int_equal(pb_normalize(schema, &arena->base, &text, &err), SCUTE_OK);
	return text;
}

static const struct pb_test_file files[] = {
	{ "fleet/base.proto", "syntax = \"proto3\"; package fleet; message Position {} "
			      "message Trip2 { message Leg {} }" },
	{ "other.proto", "syntax = \"proto3\"; package other; message Thing {} enum Kind { A = 0; "
	  "}" },
	{ NULL, NULL } };

struct normal_case {
	const char *text;
	const char *normal;
};

static const struct normal_case normals[] = {
	/* Names become as short as they can be, options and imports are sorted, comments go. */
	{ "// c\nsyntax = 'proto3'; package fleet; import 'other.proto'; import "
	  "'fleet/base.proto'; option java_package = 'b'; option go_package = 'a'; message Trip { "
	  ".fleet.Position a = 1; fleet.Position b = 2; Position c = 3; .other.Thing d = 4; "
	  "map<string, .fleet.Trip.Leg> e = 5; Trip.Leg f = 6; message Leg { .fleet.Trip.Leg g = "
	  "1; "
	  "fleet.Trip2.Leg h = 2; .other.Kind k = 3; } int32 i = 7 [json_name = 'i', deprecated = "
	  "true]; } // x",
	  "syntax = \"proto3\";\npackage fleet;\n\nimport \"fleet/base.proto\";\n"
	  "import \"other.proto\";\n\noption go_package = \"a\";\noption java_package = \"b\";\n\n"
	  "message Trip {\n  Position a = 1;\n  Position b = 2;\n  Position c = 3;\n"
	  "  other.Thing d = 4;\n  map<string, Leg> e = 5;\n  Leg f = 6;\n"
	  "  int32 i = 7 [deprecated = true];\n\n  message Leg {\n    Leg g = 1;\n"
	  "    Trip2.Leg h = 2;\n    other.Kind k = 3;\n  }\n}\n" },
	/* A short name that means something else here is not short. */
	{ "syntax = 'proto3'; package fleet; import 'other.proto'; message A { message other {} "
	  ".other.Thing t = 1; message A { .fleet.A a = 1; .fleet.A.A b = 2; } fleet.A.A c = 2; "
	  ".fleet.A d = 3; }",
	  "syntax = \"proto3\";\npackage fleet;\n\nimport \"other.proto\";\n\nmessage A {\n"
	  "  .other.Thing t = 1;\n  A c = 2;\n  fleet.A d = 3;\n\n  message other {}\n"
	  "  message A {\n    fleet.A a = 1;\n    A b = 2;\n  }\n}\n" },
	/* Numbers have one form. */
	{ "message M { optional int32 a = 0x10 [default = 0x1F]; optional double b = 2 [default = "
	  "1.50]; optional int64 c = 3 [default = -010]; }",
	  "syntax = \"proto2\";\n\nmessage M {\n  optional int32 a = 16 [default = 31];\n"
	  "  optional double b = 2 [default = 1.5];\n  optional int64 c = 3 [default = -8];\n}\n" },
	/* Services and extends have types too. */
	{ "syntax = 'proto2'; package p; message M { extensions 5; } extend .p.M { optional .p.M "
	  "m = 5; "
	  "} service S { rpc R(.p.M) returns (stream p.M) {} }",
	  "syntax = \"proto2\";\npackage p;\n\nmessage M {\n  extensions 5;\n}\n\nextend M {\n"
	  "  optional M m = 5;\n}\n\nservice S {\n  rpc R (M) returns (stream M);\n}\n" },
};

/* Ways to write one schema. */
static void one_normal_form(void **state)
{
	static const char *const texts[] = {
		"syntax = 'proto3'; package p; import 'google/protobuf/descriptor.proto'; message Opt { "
		"int32 a = 1; repeated string s = 2; Opt o = 3; } extend google.protobuf.FieldOptions { Opt "
		"opt = 50000; int32 n = 50001; } message M { int32 x = 1 [(opt) = { o: { a: 5 } s: ['a', "
		"'b'] a: 0x10 }, (n) = 010, deprecated = true]; }",
		"// c\nsyntax = 'proto3'; package p; import 'google/protobuf/descriptor.proto'; message Opt { "
		"int32 a = 1; repeated string s = 2; Opt o = 3; } message M { int32 x = 1 [deprecated = true, "
		"(n) = 8, (.p.opt) = { s: 'a', s: \"\\142\"; a: 16 o <a: 0x5> }]; } extend "
		"google.protobuf.FieldOptions { .p.Opt opt = 50000; int32 n = 50001; }",
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	struct scute_str first = normal(&arena, pb_test_valid(&arena, texts[0], NULL));
	struct scute_str second = normal(&arena, pb_test_valid(&arena, texts[1], NULL));
	assert_str(second, arena_printf(&arena.base, "%.*s", STR_ARGS(first)).data);
	arena_finish(&arena);
}

static void normal_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(normals) / sizeof(normals[0]); i++) {
		struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		struct scute_str text =
			normal(&arena, pb_test_valid(&arena, normals[i].text, files));
		assert_str(text, normals[i].normal);
		/* It means the same, and is its own normal form. */
		assert_str(normal(&arena, pb_test_valid(&arena, normals[i].normal, files)),
			normals[i].normal);
		arena_finish(&arena);
	}
}

static struct scute_str rendered(struct arena *arena, const struct scute_schema *schema,
	const char *form)
{
	struct scute_error err = { 0 };
	struct scute_str text = { 0 };

	assert_int_equal(pb_render(schema, str_z(form), &arena->base, &text, &err), SCUTE_OK);
	return text;
}

static struct scute_str descriptor(struct arena *arena, const struct pb_file *file)
{
	struct scute_error err = { 0 };
	struct scute_str bytes = { 0 };

	assert_int_equal(pb_descriptor_write(file, SCUTE_STR("x"), &arena->base, &bytes, &err),
		SCUTE_OK);
	return bytes;
}

/* Does a field stand behind a oneof? Then the printer moves it, and so does the descriptor. */
static bool has_field_behind_oneof(const struct pb_file *file)
{
	for (uint32_t i = 0; i < file->n_messages; i++) {
		bool in_oneof = false;
		for (uint32_t k = 0; k < file->messages[i]->n_fields; k++) {
			if (in_oneof && !file->messages[i]->fields[k]->oneof) {
				return true;
			}
			in_oneof = file->messages[i]->fields[k]->oneof != NULL;
		}
	}
	return false;
}

/* The built-in files have nearly everything that a file can have, and nothing of it is lost. */
static void built_in_files(void **state)
{
	size_t n;
	const struct scute_str *paths = pb_wellknown_paths(&n);

	(void)state;
	unsigned n_moved = 0;
	assert_true(n > 20);
	for (size_t i = 0; i < n; i++) {
		struct arena arena;
		struct scute_error err = { 0 };
		struct scute_str text;
		const struct pb_file *file = pb_wellknown(paths[i]);
		arena_init(&arena, ARENA_BYTES);
		assert_int_equal(pb_print(file, NULL, PB_PRINT_FROM_DESCRIPTOR, 1 << 20,
				&arena.base, &text, &err), SCUTE_OK);
		const struct scute_schema *schema =
			pb_test_parse_str(&arena, text, NULL, 0, &err);
		if (!schema) {
			print_error("%.*s: %s\n", STR_ARGS(paths[i]), err.text);
		}
		assert_non_null(schema);
		n_moved += has_field_behind_oneof(file);
		if (!has_field_behind_oneof(file) &&
			!str_eq(descriptor(&arena, schema->file), descriptor(&arena, file))) {
			print_error("%.*s\n", STR_ARGS(paths[i]));
			fail();
		}
		assert_true(str_eq(canonical(&arena, schema), text));
		arena_finish(&arena);
	}
	assert_true(n_moved < 3);
}

/* In the stored text each message has the place among its siblings that it had. */
static void messages_keep_their_places(void **state)
{
	static const char *const texts[] = {
		"message M { message A {} map<int32, A> a = 1; message B {} optional group G = 2 { "
		"message X {} map<int32, X> x = 1; message Y {} } map<int32, B> b = 3; message C "
		"{} }",
		"message M { oneof o { group G = 1 {} group H = 2 {} } message A {} map<int32, A> "
		"a = 3; "
		"extensions 5 to 9; extend M { optional group E = 5 {} optional group F = 6 {} } "
		"message "
		"B {} oneof p { group I = 4 {} } } ",
		"extend M { repeated group G = 5 {} } message A {} extend M { repeated group H = "
		"6 {} } "
		"message M { extensions 5 to 6; } ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		const struct scute_schema *before = pb_test_valid(&arena, texts[i], NULL);
		const struct scute_schema *after = stored(&arena, canonical(&arena, before));
		for (uint32_t k = 0; k < before->file->n_messages; k++) {
			const struct pb_message *one = before->file->messages[k];
			const struct pb_message *other = after->file->messages[k];
			assert_true(str_eq(one->name, other->name));
			assert_int_equal(one->n_messages, other->n_messages);
			for (uint32_t m = 0; m < one->n_messages; m++) {
				assert_true(str_eq(one->messages[m]->full_name,
					other->messages[m]->full_name));
			}
		}
		arena_finish(&arena);
	}
}

/* Text, its descriptor, and the text of that. */
static const struct normal_case from_descriptors[] = {
	{ "// c\nsyntax = 'proto3'; package fleet; import 'fleet/base.proto'; import 'other.proto'; "
	  "message Trip { .fleet.Position a = 1; optional int32 b_c = 2 [json_name = 'bC']; map<string, "
	  ".fleet.Trip.Leg> d = 3 [deprecated = true]; string e = 4 [json_name = 'x']; message Leg { "
	  "repeated fleet.Trip2.Leg f = 1 [packed = false]; } other.Kind k = 5; }",
	  "syntax = \"proto3\";\npackage fleet;\n\nimport \"fleet/base.proto\";\n"
	  "import \"other.proto\";\n\nmessage Trip {\n  Position a = 1;\n"
	  "  optional int32 b_c = 2;\n  map<string, Leg> d = 3 [deprecated = true];\n"
	  "  string e = 4 [json_name = \"x\"];\n  other.Kind k = 5;\n\n  message Leg {\n"
	  "    repeated Trip2.Leg f = 1 [packed = false];\n  }\n}\n" },
	{ "message M { optional group G = 1 [deprecated = true] { required M m = 1; } optional bytes b = "
	  "2 [default = 'a\"\\001\\377']; optional string s = 3 [default = 'a\"\\n']; optional float f = "
	  "4 [default = -inf]; optional E e = 5 [default = B]; extensions 9, 11 to max; reserved 7 to 8; "
	  "reserved 'q'; } enum E { A = -0x1; B = 0; reserved 5 to max; } extend M { repeated E x = 9 "
	  "[packed = true]; } service S { rpc R(stream M) returns (M) {} }",
	  "syntax = \"proto2\";\n\nmessage M {\n  reserved 7 to 8;\n  reserved \"q\";\n\n"
	  "  optional group G = 1 [deprecated = true] {\n    required M m = 1;\n  }\n"
	  "  optional bytes b = 2 [default = \"a\\\"\\001\\377\"];\n"
	  "  optional string s = 3 [default = \"a\\\"\\n\"];\n"
	  "  optional float f = 4 [default = -inf];\n  optional E e = 5 [default = B];\n\n"
	  "  extensions 9, 11 to max;\n}\nenum E {\n  reserved 5 to max;\n  A = -1;\n  B = 0;\n}\n\n"
	  "extend M {\n  repeated E x = 9 [packed = true];\n}\n\nservice S {\n"
	  "  rpc R (stream M) returns (M) {};\n}\n" },
	{ "edition = '2023'; import 'google/protobuf/descriptor.proto'; package p; extend "
	  "google.protobuf.MessageOptions { o.Opt opt = 50000; } message o { message Opt { repeated "
	  "int32 n = 1; Opt deep = 2; string s = 3; extensions 5; } extend o.Opt { bool ext = 5; } } "
	  "message M { option (opt) = { n: [1, 2] deep { s: 'x' } [p.o.ext]: true }; int32 a = 1 "
	  "[features.field_presence = IMPLICIT]; }",
	  "edition = \"2023\";\npackage p;\n\nimport \"google/protobuf/descriptor.proto\";\n\n"
	  "message o {\n  message Opt {\n    repeated int32 n = 1;\n    Opt deep = 2;\n"
	  "    string s = 3;\n\n    extensions 5;\n  }\n\n  extend Opt {\n    bool ext = 5;\n  }\n}\n"
	  "message M {\n  option (opt) = {\n    n: [\n      1,\n      2\n    ],\n    deep: {\n"
	  "      s: \"x\"\n    },\n    [o.ext]: true\n  };\n\n"
	  "  int32 a = 1 [features.field_presence = IMPLICIT];\n}\n\n"
	  "extend google.protobuf.MessageOptions {\n  o.Opt opt = 50000;\n}\n" },
};

static void of_descriptors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(from_descriptors) / sizeof(from_descriptors[0]); i++) {
		struct arena arena;
		struct scute_error err = { 0 };
		arena_init(&arena, ARENA_BYTES);
		struct scute_str base64 = rendered(&arena,
			pb_test_valid(&arena, from_descriptors[i].text, files), "serialized");
		const struct scute_schema *schema =
			pb_test_parse_str(&arena, base64, files, 0, &err);
		if (!schema) {
			print_error("%s\n", err.text);
		}
		assert_non_null(schema);
		struct scute_str text = canonical(&arena, schema);
		assert_str(text, from_descriptors[i].normal);
		/* And back. */
		schema = pb_test_parse_str(&arena, text, files, 0, &err);
		assert_non_null(schema);
		assert_true(str_eq(rendered(&arena, schema, "serialized"), base64));
		assert_true(str_eq(canonical(&arena, schema), text));
		arena_finish(&arena);
	}
}

static void without_extensions(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	assert_str(rendered(&arena,
			   stored(&arena, SCUTE_STR("option (a) = 1; option java_package = 'x'; "
						    "extend M { optional int32 e = 5; optional "
						    "group G = 6 {} } // c\n"
						    "message M { extensions 5; optional int32 a = "
						    "1 [(b) = 2]; "
						    "extend M { optional int32 f = 7; } } "
						    "service S { rpc R(M) returns (M) { option "
						    "(c) = 3; } }")),
			   "ignore_extensions"),
		"option java_package = \"x\";\n\nmessage M {\n  optional int32 a = 1;\n}\n\n"
		"service S {\n"
		"  rpc R (M) returns (M);\n}\n");
	arena_finish(&arena);
}

static void unknown_form(void **state)
{
	struct arena arena;
	struct scute_error err = { 0 };
	struct scute_str text = { "untouched", 9 };

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	assert_int_equal(pb_render(stored(&arena, SCUTE_STR("")), SCUTE_STR("resolved"),
				 &arena.base, &text, &err),
		SCUTE_EUNSUPPORTED);
	assert_str(text, "untouched");
	arena_finish(&arena);
}

/* Nesting is indented, which makes a text longer: up to the limit, and then an error. */
static void length(void **state)
{
	struct arena arena;
	struct buf text;
	struct scute_limits limits = { sizeof(limits), 200, 20000, 100000 };
	struct scute_error err = { 0 };
	struct scute_str printed = { 0 };
	const struct scute_schema *schema = NULL;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	buf_init_arena(&text, 1 << 20, &arena.base);
	for (int i = 0; i < 90; i++) {
		buf_append_z(&text, "message M{");
	}
	for (int i = 1; i < 100; i++) {
		buf_printf(&text, "optional M a%d=%d;", i, i);
	}
	for (int i = 0; i < 90; i++) {
		buf_append_byte(&text, '}');
	}
	struct scute_source source = { .size = sizeof(source), .text = buf_str(&text),
		.limits = &limits };
	assert_int_equal(pb_parse(&source, &arena.base, &schema, &err), SCUTE_OK);
	assert_int_equal(pb_canonical(schema, &arena.base, &printed, &err), SCUTE_ELIMIT);
	limits.bytes_max = 100000;
	assert_int_equal(pb_parse(&source, &arena.base, &schema, &err), SCUTE_OK);
	assert_int_equal(pb_canonical(schema, &arena.base, &printed, &err), SCUTE_OK);
	assert_true(printed.len > 20000);
	arena_finish(&arena);
}

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* A hundred thousand of whatever there can be many of, and names that hide one another. */
static void many(void **state)
{
	struct arena arena;
	struct buf text;
	struct scute_error err = { 0 };
	struct scute_limits limits = { sizeof(limits), 200, 64 << 20, 10000000 };
	const struct scute_schema *schema = NULL;
	struct scute_str printed;

	(void)state;
	arena_init(&arena, 4 * (size_t)ARENA_BYTES);
	buf_init_arena(&text, 64 << 20, &arena.base);
	for (int i = 0; i < 100000; i++) {
		buf_printf(&text, "option (o%d) = %d; // c\n", i % 1000, i);
	}
	for (int i = 0; i < 100000; i++) {
		buf_append_z(&text, i % 2 ? "\n// d\n" : "/* e */\n");
	}
	for (int i = 0; i < 90; i++) {
		buf_append_z(&text, "message M{");
	}
	for (int i = 1; i < 19000; i++) {
		buf_printf(&text, "optional .M.M.M m%d=%d; map<int32, M> n%d=%d;", i, i, i, i + 20000);
	}
	for (int i = 0; i < 90; i++) {
		buf_append_byte(&text, '}');
	}
	struct scute_source source = { .size = sizeof(source), .text = buf_str(&text),
		.limits = &limits, .flags = SCUTE_SOURCE_STORED };
	assert_int_equal(pb_parse(&source, &arena.base, &schema, &err), SCUTE_OK);
	double from = now();
	assert_int_equal(pb_canonical(schema, &arena.base, &printed, &err), SCUTE_OK);
	assert_int_equal(pb_normalize(schema, &arena.base, &printed, &err), SCUTE_OK);
	assert_true(now() - from < SECONDS_MAX);
	arena_finish(&arena);
}

/* However little memory there is: the text or an error, and nothing else. */
static void out_of_memory(void **state)
{
	static const char text[] = "syntax = 'proto3'; package p; message M { message A {} "
	"map<int32, "
				   "A> m = 1 [deprecated = true]; } option java_package = 'x'; "
				   "option go_package = 'y';";
	struct arena big;
	unsigned n_failed = 0;

	(void)state;
	arena_init(&big, ARENA_BYTES);
	const struct scute_schema *schema = pb_test_valid(&big, text, NULL);
	for (size_t bytes = 64; bytes < 20000; bytes += 64) {
		struct arena arena;
		struct scute_error err = { 0 };
		struct scute_str printed = { 0 };
		arena_init(&arena, bytes);
		enum scute_status status =
			pb_normalize(schema, &arena.base, &printed, &err);
		if (status == SCUTE_OK) {
			assert_true(str_eq(printed, normal(&big, schema)));
		} else {
			assert_int_equal(status, SCUTE_ENOMEM);
			assert_null(printed.data);
			n_failed++;
		}
		arena_finish(&arena);
	}
	assert_true(n_failed > 0);
	arena_finish(&big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(normal_form),
		cmocka_unit_test(one_normal_form),
		cmocka_unit_test(built_in_files),
		cmocka_unit_test(messages_keep_their_places),
		cmocka_unit_test(of_descriptors),
		cmocka_unit_test(without_extensions),
		cmocka_unit_test(unknown_form),
		cmocka_unit_test(length),
		cmocka_unit_test(many),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
