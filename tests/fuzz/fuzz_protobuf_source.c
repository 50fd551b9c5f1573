/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the front end of the Protobuf plugin: texts that are new. What is accepted is printed as
 * a text that is accepted, too; the descriptor, given instead of the text, is the same schema.
 *
 * What stands behind a NUL changes bytes of the descriptor, two bytes a change: where and how. What
 * of that is accepted has a text that is accepted, too.
 */
#include <string.h>

#include "fuzz.h"
#include "compile.h"
#include "descriptor.h"
#include "protobuf.h"
#include "support/arena.h"
#include "support/str.h"

#define ARENA_BYTES ((size_t)64 << 20)

static const char *const seeds[] = {
	"syntax = 'proto3'; package p.q; message M { int32 a_b = 1; map<string, M> b = 2; oneof o "
	"{ "
	"M c = 3; string d = 4; } enum E { A = 0; B = -1; } E e = 5; optional bytes f = 6; "
	"reserved "
	"9, 11 to 13; reserved 'x'; message N { repeated E e = 1 [packed = false]; } }",
	"message M { optional group G = 1 { repeated M m = 1; } required int32 r = 2 [default = "
	"-0x1F, deprecated = true]; extensions 100 to max; extend M { optional group E = 100 { } } "
	"message N { map<int32, N> n = 1; } optional bytes b = 3 [default = '\\001\\xff\\'']; "
	"optional float f = 4 [default = -inf]; optional N.NEntry x = 5; }",
	"edition = '2023'; import 'google/protobuf/any.proto'; option features.enum_type = CLOSED; "
	"message M { google.protobuf.Any a = 1 [features.message_encoding = DELIMITED]; reserved "
	"b; "
	"repeated int32 p = 2 [features = { repeated_field_encoding: EXPANDED }]; } enum E { A = "
	"1; }",
	"import 'google/protobuf/descriptor.proto'; package p; message O { optional O o = 1; "
	"repeated double d = 2; oneof x { E e = 3; string s = 4; } enum E { Z = 0; } extensions 9; "
	"map<string, O> m = 5; optional group G = 6 { optional sint32 i = 1; } } extend O { "
	"optional "
	"fixed64 f = 9; } extend google.protobuf.FieldOptions { repeated O o = 50000; optional O p "
	"= "
	"50001; } message M { optional int32 a = 1 [(o) = { o < e: Z > d: [1, 2e300, -nan] }, "
	"(p).o.e "
	"= Z, (.p.p).(f) = 1, (o) = { [p.f]: 1 m { key: 'k' value { s: 'v' } } G { i: -1 } "
	"}]; }",
	"syntax = 'proto3'; message M { } service S { option deprecated = true; rpc R(stream M) "
	"returns "
	"(.M) { option idempotency_level = IDEMPOTENT; } rpc Q(M) returns (stream M); } option "
	"java_package = 'a' 'b'; import public 'google/type/money.proto'; import weak "
	"'google/protobuf/empty.proto';",
	NULL,
};

static const char *const words[] = {"message A {", "}", "{", ";", "[", "]", "(", ")", "<", ">",
	"int32 b = 2;", "optional string c = 3;", "repeated M d = 4;", "map<string, int64> e = 5;",
	"oneof p { int32 f = 6; }", "enum E { Z = 0; }", "optional group H = 8 { }",
	"extensions 10 to 19;", "extend M { optional int32 g = 100; }", "reserved 10, 12 to max;",
	"option (o) = 1;", "option deprecated = true;", "[deprecated = true]", "[json_name = 'j']",
	"import 'google/protobuf/descriptor.proto';", "package q;", "rpc R(M) returns (M);",
	"// c\n", "/* d */", "'", "\\", "\\u00e9", "\\U0001F600", ".", "..", "=", "-", "max",
	"0x7fffffff", "536870911", "19000", "08", "1e", "1.5e-7", "inf", "nan",
	"features.field_presence = IMPLICIT", "default = 5", "syntax = 'proto2';",
	"edition = '2023';", "{ a: 1 }", "#", NULL};

static const struct scute_limits limits = { sizeof(limits), 64, 1u << 20, 100000 };
static const struct scute_str no_path = { NULL, 0 };

static const struct pb_file *compile(struct scute_arena *arena, struct scute_str input, bool wire,
	struct scute_schema *ret_schema)
{
	struct pb_pool *pool = pb_pool_create(arena);
	const struct pb_file *file = NULL;
	struct scute_error err = { 0 };

	MUST(pool);
	enum scute_status status =
		wire ? pb_compile_wire(pool, no_path, input, 0, &limits, &file, &err)
		     : pb_compile_text(pool, no_path, input, 0, &limits, &file, &err);
	MUST((status == SCUTE_OK) == (file != NULL));
	if (!file) {
		fuzz_check_error(&err, status);
	}
	*ret_schema = (struct scute_schema){ .file = file, .pool = pool, .limits = limits };
	return file;
}

static struct scute_str descriptor(struct scute_arena *arena, const struct pb_file *file)
{
	struct scute_str bytes = { NULL, 0 };
	struct scute_error err = { 0 };

	MUST(pb_descriptor_write(file, no_path, arena, &bytes, &err) == SCUTE_OK);
	return bytes;
}

/*
 * The text of a schema is accepted. Printing may have moved things, once: from then on text and
 * descriptor are those of each other.
 */
static void check_text(struct scute_arena *arena, const struct scute_schema *schema)
{
	struct scute_schema again;
	struct scute_schema other;
	struct scute_error err = { 0 };
	struct scute_str text;

	MUST(pb_canonical(schema, arena, &text, &err) == SCUTE_OK);
	const struct pb_file *file = compile(arena, text, false, &again);
	MUST(file);
	struct scute_str bytes = descriptor(arena, file);
	const struct pb_file *same = compile(arena, bytes, true, &other);
	MUST(same);
	MUST(str_eq(descriptor(arena, same), bytes));
	MUST(pb_canonical(&other, arena, &text, &err) == SCUTE_OK);
	file = compile(arena, text, false, &again);
	MUST(file);
	MUST(str_eq(descriptor(arena, file), bytes));
}

static void check_changed(struct scute_arena *arena, struct scute_str bytes, const char *changes,
	size_t n)
{
	struct scute_str copy = arena_copy(arena, bytes);
	struct scute_schema schema;

	for (size_t i = 0; i + 1 < n && copy.len > 0; i += 2) {
		size_t at = ((unsigned char)changes[i] * 251u + i) % copy.len;
		((char *)(uintptr_t)copy.data)[at] = (char)(copy.data[at] ^ changes[i + 1]);
	}
	const struct pb_file *file = compile(arena, copy, true, &schema);
	if (file) {
		check_text(arena, &schema);
	}
}

static void begin(void)
{
}

static bool one(const char *data, size_t len)
{
	const char *zero = len > 0 ? memchr(data, 0, len) : NULL;
	struct scute_str text = { data, zero ? (size_t)(zero - data) : len };
	struct scute_schema schema;
	struct arena arena;

	arena_init(&arena, ARENA_BYTES);
	const struct pb_file *file = compile(&arena.base, text, false, &schema);
	if (file) {
		struct scute_str bytes = descriptor(&arena.base, file);
		struct scute_schema other;
		check_text(&arena.base, &schema);
		const struct pb_file *same = compile(&arena.base, bytes, true, &other);
		MUST(same);
		MUST(str_eq(descriptor(&arena.base, same), bytes));
		check_changed(&arena.base, bytes, data + text.len, len - text.len);
	}
	compile(&arena.base, (struct scute_str){ data, len }, true, &schema);
	arena_finish(&arena);
	return file != NULL;
}

static void end(void)
{
}

const struct fuzz_target fuzz_target = {
	.seeds = seeds,
	.words = words,
	.rounds = 20000,
	.begin = begin,
	.one = one,
	.end = end,
};
