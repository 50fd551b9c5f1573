/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the CSV plugin without a host: it is loaded as the host loads it and asked directly. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scute/plugin.h"
#include "support/arena.h"
#include "support/str.h"

static const struct scute_limits limits = {
	.size = sizeof(limits), .depth_max = 32, .bytes_max = 1 << 20, .items_max = 10000
};

static const struct scute_format *csv;
static struct arena arena;
static struct scute_error err;

static void check(bool ok, const char *what, int line)
{
	if (!ok) {
		(void)fprintf(stderr, "check.c:%d: %s (last error: %s)\n", line, what, err.text);
		exit(1);
	}
}

#define CHECK(condition) check((condition), #condition, __LINE__)

static enum scute_status parse_as(const char *text, uint32_t flags, const struct scute_schema **ret)
{
	struct scute_source source = {
		.size = sizeof(source), .flags = flags, .text = str_z(text), .limits = &limits
	};

	err.text[0] = '\0';
	return csv->parse(&source, &arena.base, ret, &err);
}

static const struct scute_schema *schema(const char *text)
{
	const struct scute_schema *parsed = NULL;

	CHECK(parse_as(text, 0, &parsed) == SCUTE_OK);
	return parsed;
}

static void refused(const char *text, const char *why)
{
	const struct scute_schema *parsed = NULL;

	CHECK(parse_as(text, 0, &parsed) != SCUTE_OK);
	CHECK(!parsed);
	check(strcmp(err.text, why) == 0, why, 0);
}

static void canonical_is(const char *text, const char *wanted)
{
	struct scute_str out;

	CHECK(csv->canonical(schema(text), &arena.base, &out, &err) == SCUTE_OK);
	check(str_eq_z(out, wanted), wanted, 0);
}

static void headers(void)
{
	struct scute_str identity;
	struct scute_str lines;
	struct scute_source twice = { .size = sizeof(twice), .text = SCUTE_STR("a,\"a\"\r\n"),
		.limits = &limits };

	canonical_is("id,name", "id,name");
	canonical_is("\"id\",\"name\"\r\n", "id,name");
	canonical_is("\"a,b\",\"say \"\"hi\"\"\", c \n", "\"a,b\",\"say \"\"hi\"\"\", c ");
	refused("", "column 1 has no name");
	refused("a,,b", "column 2 has no name");
	refused("b,a,b", "columns 1 and 3 have the same name \"b\"");
	refused("a,\"b", "a quoted field has no end at line 1, column 5");
	refused("a,\"b\"c", "text after a closing quote at line 1, column 6");
	refused("a,b\"c", "a quote inside a field that does not begin with one at line 1, column 4");
	refused("a\nb", "more than one line at line 1, column 2");
	refused("a,\"b\nc\"", "the name of column 2 has a control character");
	refused("a,\xff", "the text is not UTF-8");
	CHECK(csv->render(schema("a,\"b,c\""), SCUTE_STR("lines"), &arena.base, &lines, &err) == SCUTE_OK);
	CHECK(str_eq_z(lines, "a\nb,c\n"));
	CHECK(csv->render(schema("a"), SCUTE_STR("x"), &arena.base, &lines, &err) == SCUTE_EUNSUPPORTED);
	CHECK(csv->identity(&twice, &arena.base, &identity, &err) == SCUTE_OK);
	CHECK(str_eq_z(identity, "a,a"));
}

static void limit(void)
{
	char many[20002];
	const struct scute_schema *parsed = NULL;

	memset(many, ',', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	CHECK(parse_as(many, SCUTE_SOURCE_STORED, &parsed) == SCUTE_ELIMIT);
	CHECK(!parsed);
}

static struct scute_compat compare(const char *reader, const char *writer, enum scute_policy policy,
	uint32_t differences_max)
{
	struct scute_compat c = {
		.size = sizeof(c),
		.policy = policy,
		.reader = schema(reader),
		.writer = schema(writer),
		.reader_label = "new",
		.writer_label = "old",
		.differences_max = differences_max,
		.arena = &arena.base,
	};

	CHECK(csv->compatible(&c, &err) == SCUTE_OK);
	return c;
}

static void compatibility(void)
{
	struct scute_compat c = compare("b,a", "a,b,c", SCUTE_POLICY_STRICT, 10);

	CHECK(c.compatible && c.n_differences == 0);
	c = compare("a,it's,c", "a", SCUTE_POLICY_STRICT, 10);
	CHECK(!c.compatible && c.n_differences == 2 && !c.differences[0].compatible);
	CHECK(strcmp(c.differences[0].type, "READER_COLUMN_MISSING") == 0);
	CHECK(str_eq_z(c.differences[0].path, "/1"));
	CHECK(str_eq_z(c.differences[1].text, "{errorType:'READER_COLUMN_MISSING', description:'The "
		"column 'c' at path '/2' in the new schema is missing in the old schema', "
		"additionalInfo:'c'}"));
	c = compare("a,b,c", "a", SCUTE_POLICY_STRICT, 1);
	CHECK(!c.compatible && c.n_differences == 1);
	c = compare("a,b,c", "a", SCUTE_POLICY_STRICT, 0);
	CHECK(!c.compatible && c.n_differences == 0);
	c = compare("a,b", "a", SCUTE_POLICY_LENIENT, 10);
	CHECK(c.compatible && c.n_differences == 1 && c.differences[0].compatible);
}

static void row(const char *header, const char *json, const char *line, const char *back)
{
	const struct scute_schema *parsed = schema(header);
	struct scute_str out;

	CHECK(csv->validate(parsed, str_z(json), &arena.base, &err) == SCUTE_OK);
	CHECK(csv->encode(parsed, str_z(json), &arena.base, &out, &err) == SCUTE_OK);
	check(str_eq_z(out, line), line, 0);
	CHECK(csv->decode(parsed, out, &arena.base, &out, &err) == SCUTE_OK);
	check(str_eq_z(out, back), back, 0);
}

static void row_refused(const char *header, const char *json, const char *why)
{
	struct scute_str out;

	CHECK(csv->encode(schema(header), str_z(json), &arena.base, &out, &err) == SCUTE_EINVAL);
	check(strcmp(err.text, why) == 0, why, 0);
	CHECK(csv->validate(schema(header), str_z(json), &arena.base, &err) == SCUTE_EINVAL);
}

static void rows(void)
{
	struct scute_str out;

	row("id,name", "{\"name\": \"O'Hara, S.\", \"id\": 12.50}", "12.50,\"O'Hara, S.\"",
		"{\"id\":\"12.50\",\"name\":\"O'Hara, S.\"}");
	row("a,b,c", "[true, null, \"\"]", "true,,\"\"", "{\"a\":\"true\",\"b\":null,\"c\":\"\"}");
	row("a", "{}", "", "{\"a\":null}");
	row("a,b", "[\"x\\ny\", \"\\\"\"]", "\"x\ny\",\"\"\"\"", "{\"a\":\"x\\ny\",\"b\":\"\\\"\"}");
	row_refused("a", "{\"z\": 1}", "there is no column \"z\"");
	row_refused("a", "[1, 2]", "the array has 2 items, wanted 1");
	row_refused("a", "[[]]", "column \"a\" is an array, wanted a string, number, boolean or null");
	row_refused("a", "7", "the row is of type number, wanted object or array");
	CHECK(csv->decode(schema("a,b"), SCUTE_STR("1\r\n"), &arena.base, &out, &err) == SCUTE_EINVAL);
	CHECK(strcmp(err.text, "the line has 1 fields, wanted 2") == 0);
	CHECK(csv->decode(schema("a"), SCUTE_STR("1\n2"), &arena.base, &out, &err) == SCUTE_EINVAL);
}

/* Of a datum too: what goes in, and what comes out. */
static void row_limit(void)
{
	const struct scute_limits tight = { .size = sizeof(tight), .depth_max = 32, .bytes_max = 12,
		.items_max = 10 };
	struct scute_source source = { .size = sizeof(source), .text = SCUTE_STR("a"),
		.limits = &tight };
	const struct scute_schema *parsed = NULL;
	struct scute_str out;

	CHECK(csv->parse(&source, &arena.base, &parsed, &err) == SCUTE_OK);
	CHECK(csv->encode(parsed, SCUTE_STR("[\"\\\"\\\"\\\"\"]"), &arena.base, &out, &err) == SCUTE_OK);
	CHECK(csv->encode(parsed, SCUTE_STR("[\"123456789\"]"), &arena.base, &out, &err) ==
		SCUTE_ELIMIT);
	CHECK(csv->decode(parsed, SCUTE_STR("123456"), &arena.base, &out, &err) == SCUTE_ELIMIT);
	CHECK(strcmp(err.text, "the row makes 14 bytes, at most 12 are taken") == 0);
}

static void row_memory(void)
{
	const struct scute_schema *parsed = schema("id,\"a,b\",c");
	_Alignas(16) char room[8192];
	struct scute_str line = SCUTE_STR("1,\"\"\"\",3");
	struct scute_str out;
	struct arena small;
	size_t n_enough = 0;

	for (size_t bytes = 0; bytes < sizeof(room); bytes += 16) {
		arena_init_with(&small, 0, room, bytes);
		if (csv->encode(parsed, SCUTE_STR("[1, \"\\\"\", 3]"), &small.base, &out, &err) ==
			SCUTE_OK) {
			n_enough++;
		} else {
			CHECK(err.status == SCUTE_ENOMEM && n_enough == 0);
		}
		arena_finish(&small);
		arena_init_with(&small, 0, room, bytes);
		CHECK(csv->decode(parsed, line, &small.base, &out, &err) == SCUTE_OK ||
			err.status == SCUTE_ENOMEM);
		arena_finish(&small);
	}
	CHECK(n_enough > 0);
}

/* Each allocation fails once: the call must say so and leave its result alone. */
static void memory(void)
{
	size_t enough = 0;

	for (size_t bytes = 0; bytes < 4096; bytes += 16) {
		struct scute_source source = { .size = sizeof(source), .limits = &limits,
			.text = SCUTE_STR("id,\"a,b\",c") };
		const struct scute_schema *parsed = NULL;
		_Alignas(16) char room[4096];
		struct arena small;

		arena_init_with(&small, 0, room, bytes);
		if (csv->parse(&source, &small.base, &parsed, &err) == SCUTE_OK) {
			enough = enough ? enough : bytes;
		} else {
			CHECK(err.status == SCUTE_ENOMEM && !parsed && !enough);
		}
		arena_finish(&small);
	}
	CHECK(enough > 0);
}

int main(int argc, char **argv)
{
	void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
	const struct scute_plugin *(*entry)(void) = NULL;
	void *symbol = library ? dlsym(library, SCUTE_PLUGIN_ENTRY) : NULL;

	if (!symbol) {
		(void)fprintf(stderr, "usage: check.bin ./csv.so\n%s\n", argc > 1 ? dlerror() : "");
		return 2;
	}
	memcpy(&entry, &symbol, sizeof(entry));
	csv = entry()->table.format;
	arena_init(&arena, 16 << 20);
	headers();
	limit();
	compatibility();
	rows();
	row_limit();
	row_memory();
	memory();
	arena_finish(&arena);
	(void)puts("csv: all checks passed");
	return 0;
}
