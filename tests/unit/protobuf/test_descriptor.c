/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors: to bytes, and from bytes or base64 back to the same model. That the bytes are
 * protoc's is seen to by tests/oracle.
 */
#include "pack.h"
#include "pb_test.h"

static const struct scute_str no_path = { NULL, 0 };
static const struct scute_limits limits = { sizeof(limits), 128, 1 << 20, 100000 };

static struct scute_str describe(struct arena *arena, const struct pb_file *file)
{
	struct scute_error err = { 0 };
	struct scute_str bytes = { NULL, 0 };

	assert_int_equal(
		pb_descriptor_write(file, SCUTE_STR("t.proto"), &arena->base, &bytes, &err),
		SCUTE_OK);
	return bytes;
}

static const struct pb_file *undescribe(struct arena *arena, struct scute_str bytes,
	struct scute_error *err)
{
	const struct pb_file *file = NULL;
	struct pb_pool *pool = pb_pool_create(&arena->base);

	assert_non_null(pool);
	pb_compile_wire(pool, no_path, bytes, 0, &limits, &file, err);
	return file;
}

static void assert_bytes(struct scute_str actual, struct scute_str expected)
{
	assert_int_equal(actual.len, expected.len);
	assert_memory_equal(actual.data, expected.data, expected.len);
}

/* As protoc 3.21.12 writes it. */
static void small_file(void **state)
{
	static const char expected[] =
		"\x0a\x07\x74\x2e\x70\x72\x6f\x74\x6f\x12\x01\x70\x22\x28\x0a\x01\x4d\x12\x0f\x0a"
		"\x03\x61"
		"\x5f\x62\x18\x01\x20\x01\x28\x05\x52\x02\x61\x42\x12\x12\x0a\x01\x6d\x18\x02\x20"
		"\x03\x28"
		"\x0b\x32\x04\x2e\x70\x2e\x4d\x52\x01\x6d\x62\x06\x70\x72\x6f\x74\x6f\x33";
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct pb_file *file = pb_test_valid(&arena,
		"syntax = \"proto3\"; package p; message M { int32 a_b = 1; repeated M m = 2; }",
		NULL)->file;
	assert_bytes(describe(&arena, file), (struct scute_str){ expected, sizeof(expected) - 1 });
	arena_finish(&arena);
}

/* Everything that there is comes back from its own bytes. */
static void there_and_back(void **state)
{
	static const char *const texts[] = {
		"syntax = \"proto3\"; import public \"google/type/date.proto\"; import weak "
		"\"google/protobuf/any.proto\"; message M { map<string, google.type.Date> m = 1; "
		"message "
		"N { } map<int32, N> n = 2; oneof o { string s = 3; N t = 4; } optional int32 i = "
		"5 "
		"[json_name = \"J\", deprecated = true]; reserved 7, 9 to max; reserved \"x\", "
		"\"y\"; }",
		"message M { optional group G = 1 { optional group H = 1 { } } message N { } "
		"extensions "
		"10 to 20, 30; extensions 40 to max [verification = UNVERIFIED]; enum E { option "
		"allow_alias = true; A = -1; B = -1 [deprecated = true]; reserved -9 to -5, 7; "
		"reserved "
		"\"C\"; } extend M { repeated group X = 10 { } optional E e = 11 [default = B]; } "
		"optional "
		"bytes b = 2 [default = \"\\001'\\\"\\\\\"]; optional float f = 3 [default = "
		"-1e-40]; "
		"optional bool t = 4 [default = true]; } extend M { optional M m = 12; }",
		"import \"google/protobuf/descriptor.proto\"; package p; message O { optional O o "
		"= 1; "
		"repeated int32 r = 2 [packed = true]; optional double d = 3; oneof x { string s = "
		"4; } "
		"extensions 9; optional group G = 5 { optional sint32 i = 1; } } extend O { "
		"optional "
		"fixed64 f = 9; } extend google.protobuf.MessageOptions { optional O o = 50000; "
		"repeated "
		"O l = 50001; optional float g = 50002; } message M { option (o).o.d = nan; option "
		"(o).o.s = \"\\377\"; option (o).(f) = 1; option (l) = { r: [1, -2] [p.f]: 7 G { "
		"i: -5 } }; "
		"option (l) = { }; option (g) = -inf; option deprecated = true; }",
		"edition = \"2023\"; option features.field_presence = IMPLICIT; message M { M m = "
		"1 "
		"[features.message_encoding = DELIMITED]; int32 r = 2 [features.field_presence = "
		"LEGACY_REQUIRED]; reserved a, b; }",
		"message M { } service S { option deprecated = true; rpc A(M) returns (stream M) { "
		"} rpc "
		"B(stream M) returns (M); }",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct arena arena;
		struct scute_error err = { 0 };
		arena_init(&arena, ARENA_BYTES);
		const struct pb_file *file = pb_test_valid(&arena, texts[i], NULL)->file;
		struct scute_str bytes = describe(&arena, file);
		const struct pb_file *again = undescribe(&arena, bytes, &err);
		if (!again) {
			print_error("%s\n%s\n", texts[i], err.text);
		}
		assert_non_null(again);
		assert_bytes(describe(&arena, again), bytes);
		arena_finish(&arena);
	}
}

static void model_of_a_descriptor(void **state)
{
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct pb_file *file = undescribe(&arena,
		describe(&arena, pb_test_valid(&arena,
					 "message M { oneof o { int32 a = 1; } map<int32, M> m = "
					 "2; message N { } "
					 "optional group G = 3 { } } extend M2 { optional int32 x "
					 "= 5; optional int32 "
					 "y = 6; } message M2 { extensions 5 to 6; option "
					 "deprecated = true; }",
					 NULL)
					 ->file),
		&err);
	assert_non_null(file);
	const struct pb_message *m = file->messages[0];
	const struct pb_node *at = m->first;
	assert_int_equal(at->kind, PB_ONEOF);
	assert_ptr_equal(PB_AS(pb_oneof, at)->first, &m->fields[0]->node);
	at = at->next;
	assert_ptr_equal(at, &m->fields[1]->node);
	assert_true(m->fields[1]->is_map);
	at = at->next;
	assert_ptr_equal(at, &m->messages[1]->node);
	at = at->next;
	assert_ptr_equal(at, &m->fields[2]->node);
	assert_true(m->fields[2]->is_group && m->messages[2]->is_group);
	assert_null(at->next);
	at = file->messages[1]->first;
	assert_int_equal(at->kind, PB_OPTION);
	assert_str(PB_AS(pb_option, at)->parts[0].text, "deprecated");
	assert_int_equal(at->next->kind, PB_EXTENSIONS);
	arena_finish(&arena);
}

/* Each is written field by field: what is in the buffer when all is written. */
static void malformed_descriptors(void **state)
{
	static const struct {
		struct scute_str bytes;
		const char *error;
	} cases[] = {
		{{"\x22\x05\x0a", 3}, "in the descriptor: it is malformed"},
		{{"\x22\x00", 2}, "in the descriptor: a message has no name"},
		{{"\x22\x05\x0a\x03M M", 7}, "in the descriptor: a message has no name"},
		{{"\x22\x07\x0a\x01M\x12\x02\x18\x01", 9},
			"in the descriptor: a field has no name"},
		{{"\x22\x0a\x0a\x01M\x12\x05\x0a\x01"
		  "a\x28\x0b",
			 12},
			"in the descriptor: the type of a field is malformed"},
		{{"\x22\x0c\x0a\x01M\x12\x07\x0a\x01"
		  "a\x28\x05\x48\x00",
			 14},
			"in the descriptor: a field is in a oneof that does not exist"},
		{{"\x22\x08\x0a\x01M\x42\x03\x0a\x01o", 10},
			"in the descriptor: a oneof has no fields"},
		{{"\x62\x06proto4", 8}, "in the descriptor: its syntax or edition is not known"},
		{{"\x12\x02"
		  "a.",
			 4},
			"in the descriptor: its package is no name"},
		{{"\x50\x05", 2}, "in the descriptor: no such dependency"},
		{{"\x1a\x01x", 3}, "import \"x\" is neither built in nor one of the references"},
		{{"\x42\x04\xc0\x99\x31\x01", 6},
			"in the descriptor: the option with number 100760 of "
			"\"google.protobuf.FileOptions\" is not known; is the file that defines it "
			"imported?"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena arena;
		struct scute_error err = { 0 };
		arena_init(&arena, ARENA_BYTES);
		assert_null(undescribe(&arena, cases[i].bytes, &err));
		assert_str(str_z(err.text), cases[i].error);
		arena_finish(&arena);
	}
}

/* message M {} as a FileDescriptorProto is 22 03 0a 01 4d. */
static void base64(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} cases[] = {
		{ "IgMKAU0=", true },
		{ "IgMKAU0=\n", true },
		{ "IgMKAU1=", false }, /* bits behind the end */
		{ "IgMKAU0", false },
		{ "IgMK AU0=", false },
		{ "IgMKAU0==", false },
		{ "////", true }, /* a comment: text wins */
		{ "", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena arena;
		struct scute_error err = { 0 };
		arena_init(&arena, ARENA_BYTES);
		const struct scute_schema *schema =
			pb_test_parse(&arena, cases[i].text, NULL, 0, &err);
		assert_int_equal(schema != NULL, cases[i].valid);
		if (schema) {
			assert_int_equal(schema->from_descriptor, cases[i].text[0] == 'I');
			assert_int_equal(schema->file->n_messages, schema->from_descriptor);
		}
		arena_finish(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_file),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(model_of_a_descriptor),
		cmocka_unit_test(malformed_descriptors),
		cmocka_unit_test(base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
