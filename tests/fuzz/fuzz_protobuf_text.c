/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the text side of the Protobuf plugin with pairs of texts, a NUL between them: what is
 * parsed is printed as a text that means the same and stays as it is; the normal form is one;
 * identity does not depend on how a text is laid out; any two schemas can be compared, each
 * with itself without a difference.
 */
#include <string.h>

#include "fuzz.h"
#include "descriptor.h"
#include "protobuf.h"
#include "support/arena.h"
#include "support/str.h"

#define ARENA_BYTES ((size_t)64 << 20)
#define DIFFERENCES_MAX 20u

static const char *const seeds[] = {
	"syntax = 'proto3'; package p; message M { int32 a = 1; map<string, M> b = 2; oneof o { M "
	"c = "
	"3; string d = 4; } enum E { A = 0; } E e = 5; optional bytes f = 6; reserved 9, 11 to "
	"13; }",
	"syntax = 'proto2'; message M { optional group G = 1 { repeated M m = 1; } required int32 "
	"r = 2 "
	"[default = 0x1F, deprecated = true]; extensions 100 to max; extend M { optional string e "
	"= "
	"100; } message N { map<int32, N> n = 1; } map<int32, N> q = 3; }",
	"edition = '2023'; import 'google/protobuf/any.proto'; option java_package = 'x'; message "
	"M { "
	"google.protobuf.Any a = 1 [features.field_presence = IMPLICIT]; reserved b; }",
	"// c\n\n// d\nmessage M { // e\n // f\n\n /* g\n * h */ optional int32 a = 1; // i\n // "
	"j\n} // "
	"k\nservice S { rpc R(M) returns (stream M) { option (x).y = { a: 'b' c < d: [1, -inf] > "
	"}; } "
	"} // l\n",
	"import 'google/protobuf/descriptor.proto'; package p.q; extend "
	"google.protobuf.FieldOptions { "
	"repeated string s = 50000; optional group G = 50001 { optional double d = 1; } } message "
	"M { "
	"optional int32 a = 1 [(s) = '\\377\\n', (.p.q.s) = \"x\", (g).d = 1e300]; }",
	NULL,
};

static const char *const words[] = { "message A {", "message M { int32 a = 1; }", "}", "{", ";",
	"int32 b = 2;", "optional string c = 3;", "repeated M d = 4;", "map<string, int64> e = 5;",
	"oneof o {", "oneof p { int32 f = 6; }", "enum E { Z = 0; Y = -1; }", "group G = 7 {",
	"optional group H = 8 {", "extensions 100 to 199;", "extend M { optional int32 g = 100; }",
	"reserved 10, 12 to max;", "reserved 'x';", "option (o) = 1;", "option deprecated = true;",
	"[deprecated = true]", "[json_name = 'j', default = 5]", "import 'a';", "import public "
	"'b';",
	"package q;", "service S {", "rpc R(M) returns (M);", "// c\n", "/* d "
	"*/", "\n\n", "\n", " ",
	"'", "\\", "\\000", "\xc3\xa9", ".", "=", "syntax = 'proto3';", "edition = "
	"'2023';", "{ a: 1 }",
	"CgFhEgFi", NULL };

static const struct scute_schema *parse(struct scute_arena *arena, struct scute_str text,
	uint32_t flags)
{
	struct scute_source source = { .size = sizeof(source), .flags = flags, .text = text };
	const struct scute_schema *schema = NULL;
	struct scute_error err = { 0 };
	enum scute_status status = pb_parse(&source, arena, &schema, &err);

	MUST((status == SCUTE_OK) == (schema != NULL));
	if (status != SCUTE_OK) {
		fuzz_check_error(&err, status);
	}
	return schema;
}

static struct scute_str identity(struct scute_arena *arena, struct scute_str text)
{
	struct scute_source source = { .size = sizeof(source), .flags = SCUTE_SOURCE_STORED,
		.text = text };
	struct scute_str bytes = { 0 };
	struct scute_error err = { 0 };

	MUST(pb_identity(&source, arena, &bytes, &err) == SCUTE_OK);
	MUST(bytes.len > 0);
	return bytes;
}

static bool compare(struct scute_arena *arena, const struct scute_schema *writer,
	const struct scute_schema *reader, size_t *ret_count)
{
	struct scute_compat compat = { .size = sizeof(compat), .writer = writer, .reader = reader,
		.writer_label = "old", .reader_label = "new", .arena = arena,
		.differences_max = DIFFERENCES_MAX };
	struct scute_compat none = compat;
	struct scute_error err = { 0 };
	bool breaks = false;

	none.differences_max = 0;
	MUST(pb_compatible(&compat, &err) == SCUTE_OK);
	MUST(pb_compatible(&none, &err) == SCUTE_OK);
	MUST(none.compatible == compat.compatible && none.n_differences == 0);
	MUST(compat.n_differences <= DIFFERENCES_MAX);
	for (size_t i = 0; i < compat.n_differences; i++) {
		const struct scute_difference *at = &compat.differences[i];
		breaks = breaks || !at->compatible;
		MUST(str_starts(at->path, SCUTE_STR("#/")));
		MUST(str_starts(at->text, SCUTE_STR("{errorType:\"")));
	}
	MUST(compat.compatible == !breaks);
	*ret_count = compat.n_differences;
	return compat.compatible;
}

/* A stored text is what it was, and stays so. */
static void check_text(struct scute_arena *arena, struct scute_str text,
	const struct scute_schema *schema)
{
	struct scute_error err = { 0 };
	struct scute_str printed;
	struct scute_str again;

	MUST(pb_canonical(schema, arena, &printed, &err) == SCUTE_OK);
	const struct scute_schema *other = parse(arena, printed, SCUTE_SOURCE_STORED);
	MUST(other);
	MUST(pb_canonical(other, arena, &again, &err) == SCUTE_OK);
	MUST(str_eq(printed, again));
	MUST(str_eq(identity(arena, text), identity(arena, printed)));
	MUST(pb_normalize(schema, arena, &printed, &err) == SCUTE_OK);
	other = parse(arena, printed, SCUTE_SOURCE_STORED);
	MUST(other);
	MUST(pb_normalize(other, arena, &again, &err) == SCUTE_OK);
	MUST(str_eq(printed, again));
	MUST(pb_render(schema, SCUTE_STR("ignore_extensions"), arena, &printed, &err) == SCUTE_OK);
	MUST(parse(arena, printed, SCUTE_SOURCE_STORED));
}

/* What all checks accept: its descriptor and its texts are accepted, and are the same schema. */
static void check_valid(struct scute_arena *arena, const struct scute_schema *schema)
{
	struct scute_error err = { 0 };
	struct scute_str printed;
	struct scute_str base64;
	struct scute_str again;

	MUST(pb_render(schema, SCUTE_STR("serialized"), arena, &base64, &err) == SCUTE_OK);
	const struct scute_schema *other = parse(arena, base64, 0);
	MUST(other && other->from_descriptor);
	MUST(pb_canonical(other, arena, &printed, &err) == SCUTE_OK);
	MUST(str_eq(identity(arena, base64), identity(arena, printed)));
	other = parse(arena, printed, 0);
	MUST(other);
	MUST(pb_canonical(other, arena, &again, &err) == SCUTE_OK);
	MUST(str_eq(printed, again));
	MUST(pb_normalize(schema, arena, &printed, &err) == SCUTE_OK);
	MUST(pb_normalize(other, arena, &again, &err) == SCUTE_OK);
	MUST(str_eq(printed, again));
	other = parse(arena, printed, 0);
	MUST(other);
	MUST(pb_normalize(other, arena, &again, &err) == SCUTE_OK);
	MUST(str_eq(printed, again));
}

static void begin(void)
{
}

static bool one(const char *data, size_t len)
{
	const char *zero = len > 0 ? memchr(data, 0, len) : NULL;
	struct scute_str first = { data, zero ? (size_t)(zero - data) : len };
	struct scute_str second = { zero ? zero + 1 : SCUTE_STR("message M { optional int32 a = "
	"1; }").data,
		zero ? len - first.len - 1 : strlen("message M { optional int32 a = 1; }") };
	struct arena arena;
	size_t n;

	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *a = parse(&arena.base, first, SCUTE_SOURCE_STORED);
	const struct scute_schema *b = parse(&arena.base, second, SCUTE_SOURCE_STORED);
	identity(&arena.base, first);
	if (a) {
		check_text(&arena.base, first, a);
		MUST(compare(&arena.base, a, a, &n) && n == 0);
		const struct scute_schema *valid = parse(&arena.base, first, 0);
		if (valid) {
			check_valid(&arena.base, valid);
		}
	}
	if (a && b) {
		compare(&arena.base, a, b, &n);
		compare(&arena.base, b, a, &n);
	}
	arena_finish(&arena);
	return a != NULL;
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
