/* SPDX-License-Identifier: Apache-2.0 */
/* Texts made to hurt the parser, and the failure of every single allocation. */
#include <time.h>

#include "rig.h"
#include "support/buf.h"

/* Far more than any of it takes, far less than what goes wrong would: also under sanitizers. */
#define SECONDS_MAX 10.0
#define BYTES_MAX (16u << 20)

static double seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* Everything that is asked about one source; the first failure's status. */
static enum scute_status exercise(struct scute_arena *arena, const struct scute_source *source)
{
	const struct scute_schema *schema = NULL;
	struct scute_error err = { 0 };
	struct scute_str out;
	enum scute_status status = js_identity(source, arena, &out, &err);

	if (status == SCUTE_OK) {
		status = js_parse(source, arena, &schema, &err);
	}
	if (status == SCUTE_OK) {
		status = js_canonical(schema, arena, &out, &err);
	}
	if (status == SCUTE_OK) {
		status = js_normalize(schema, arena, &out, &err);
	}
	if (status == SCUTE_OK) {
		status = js_fingerprint(schema, arena, &out, &err);
	}
	if (status != SCUTE_OK) {
		assert_int_equal(err.status, status);
		assert_true(err.text[0] != '\0');
	}
	return status;
}

static void assert_status(struct buf *text, uint32_t flags, enum scute_status expected)
{
	struct scute_source source = { .size = sizeof(source), .flags = flags,
		.text = buf_str(text) };
	struct arena arena;
	double start = seconds();

	assert_false(text->failed);
	arena_init(&arena, ARENA_BYTES);
	assert_int_equal(exercise(&arena.base, &source), expected);
	arena_finish(&arena);
	assert_true(seconds() - start < SECONDS_MAX);
}

/* % is the number of the round. */
static void append(struct buf *text, const char *form, unsigned n)
{
	for (; *form; form++) {
		if (*form == '%') {
			buf_append_u64(text, n);
		} else {
			buf_append_byte(text, *form == '\'' ? '"' : *form);
		}
	}
}

static void repeat(struct buf *text, const char *form, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		append(text, form, i);
	}
}

/* Each is good and takes a millisecond: their number is bounded by their code. */
static void test_many_heavy_patterns(void **state)
{
	struct buf text;
	double start = seconds();

	(void)state;
	buf_init(&text, BYTES_MAX);
	append(&text, "{'allOf':[", 0);
	repeat(&text, "{'pattern':'([ab]?){0,999}%'},", 20000);
	append(&text, "{}]}", 0);
	assert_status(&text, 0, SCUTE_ELIMIT);
	/* Nothing is compiled of what is in the topic already. */
	assert_status(&text, SCUTE_SOURCE_STORED, SCUTE_OK);
	buf_finish(&text);
	assert_true(seconds() - start < SECONDS_MAX);
}

static void test_nesting(void **state)
{
	static const char *const forms[] = { "[", "{'not':", "{'properties':{'a':",
		"{'allOf':[", "{'x':", "{'$defs':{'a':" };
	struct buf text;

	(void)state;
	buf_init(&text, BYTES_MAX);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		buf_reset(&text);
		repeat(&text, forms[i], 100000);
		assert_status(&text, 0, SCUTE_ELIMIT);
		assert_status(&text, SCUTE_SOURCE_STORED, SCUTE_ELIMIT);
	}
	for (unsigned n = 256; n <= 257; n++) {
		buf_reset(&text);
		repeat(&text, "{'not':", n);
		append(&text, "{}", 0);
		repeat(&text, "}", n);
		assert_status(&text, 0, n == 256 ? SCUTE_OK : SCUTE_ELIMIT);
	}
	buf_finish(&text);
}

struct many {
	const char *head;
	const char *first; /* so often */
	unsigned n_first;
	const char *middle;
	const char *second;
	unsigned n_second;
	const char *tail;
	enum scute_status status;
	enum scute_status stored;
};

static const struct many manies[] = {
	/* Many references to few places, and to many, through nodes and outside of them. */
	{ "{'definitions':{'a':{}},'anyOf':[{}", ",{'$ref':'#/definitions/a'}", 100000, "", "", 0,
		"]}", SCUTE_OK, SCUTE_OK },
	{ "{'definitions':{'a':{}", ",'k%':{}", 50000, "},'anyOf':[{}",
		",{'$ref':'#/definitions/k%'}", 50000, "]}", SCUTE_OK, SCUTE_OK },
	{ "{'x':{'a':{}", ",'k%':{}", 50000, "},'anyOf':[{}", ",{'$ref':'#/x/k%'}", 50000, "]}",
		SCUTE_OK, SCUTE_OK },
	{ "{'x':[{}", ",{}", 50000, "],'anyOf':[{}", ",{'$ref':'#/x/%'}", 50000, "]}",
		SCUTE_OK, SCUTE_OK },
	{ "{'oneOf':[{}", ",{}", 50000, "],'anyOf':[{}", ",{'$ref':'#/oneOf/%'}", 50000, "]}",
		SCUTE_OK, SCUTE_OK },
	{ "{'definitions':{'a':{}", ",'k%':{'$id':'#a%'}", 50000, "},'anyOf':[{}",
		",{'$ref':'#a%'}", 50000, "]}", SCUTE_OK, SCUTE_OK },
	{ "{'anyOf':[{}", ",{'$ref':'gone%.json'}", 50000, "", "", 0, "]}", SCUTE_EREFERENCE, SCUTE_OK },
	/* A chain, and a cycle, of references. */
	{ "{'$ref':'#/definitions/k0','definitions':{'k50000':{'$ref':'#'}",
		",'k%':{'$ref':'#/definitions/k50000'}", 50000, "", "", 0, "}}", SCUTE_OK, SCUTE_OK },
	/* A long base counts with every URI relative to it. */
	{ "{'$id':'http://x/", "a/", 2000, "','definitions':{'a':{}", ",'b%':{'$id':'b%'}", 30000,
		"}}", SCUTE_ELIMIT, SCUTE_ELIMIT },
	{ "{'$id':'http://x/", "a/", 2000, "','anyOf':[{'$ref':'#'}", ",{'$ref':'b%'}", 30000,
		"],'definitions':{'a':{'$id':'b0'}}}", SCUTE_EREFERENCE, SCUTE_ELIMIT },
	{ "{'$id':'http://x/", "a/", 3000, "','not':{}", "", 0, "}", SCUTE_ELIMIT, SCUTE_OK },
	{ "{'$id':'http://x/','$ref':'", "../", 1300, "./", "a", 1, "'}", SCUTE_EREFERENCE, SCUTE_OK },
	/* Resources within resources. */
	{ "", "{'$id':'a%/','not':", 200, "{'$ref':'#'}", "}", 200, "", SCUTE_OK, SCUTE_OK },
	/* Names, equal and long. */
	{ "{'required':['r'", ",'k%'", 50000, "", "", 0, ",'k49999']}", SCUTE_EINVAL, SCUTE_OK },
	{ "{'properties':{'", "p", 100000, "':{}", ",'k%':{}", 50000, "}}", SCUTE_OK, SCUTE_OK },
	{ "{'$ref':'#/", "a~1", 100000, "',", "'a%':{},", 2, "'b':1}", SCUTE_EREFERENCE, SCUTE_OK },
	{ "{'$ref':'#/", "not/", 100000, "a','x':{}", "", 0, "}", SCUTE_EREFERENCE, SCUTE_OK },
	{ "{'allOf':[{}", ",{'allOf':[{},{'type':['string','null']}]}", 20000, "", "", 0, "]}",
		SCUTE_OK, SCUTE_OK },
	/* More things wrong than anybody wants to read. */
	{ "{'allOf':[{}", ",{'minimum':'%'}", 50000, "", "", 0, "]}", SCUTE_EINVAL, SCUTE_OK },
};

static void test_many(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, BYTES_MAX);
	for (size_t i = 0; i < sizeof(manies) / sizeof(manies[0]); i++) {
		const struct many *many = &manies[i];
		buf_reset(&text);
		append(&text, many->head, 0);
		repeat(&text, many->first, many->n_first);
		append(&text, many->middle, 0);
		repeat(&text, many->second, many->n_second);
		append(&text, many->tail, 0);
		assert_status(&text, 0, many->status);
		assert_status(&text, SCUTE_SOURCE_STORED, many->stored);
	}
	buf_finish(&text);
}

/* Schemas where no keyword makes one, one within the other: none is built twice. */
static void test_pointed(void **state)
{
	struct scute_error err = { 0 };
	struct arena arena;
	struct buf text;

	(void)state;
	buf_init(&text, BYTES_MAX);
	append(&text, "{'x':", 0);
	repeat(&text, "{'not':", 200);
	append(&text, "{}", 0);
	repeat(&text, "}", 200);
	append(&text, ",'anyOf':[{}", 0);
	for (unsigned i = 200; i > 0; i--) {
		append(&text, ",{'$ref':'#/x", 0);
		repeat(&text, "/not", i);
		append(&text, "'}", 0);
	}
	append(&text, "]}", 0);
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_with(&arena, buf_str(&text), NULL, 0, 0, &err);
	assert_non_null(schema);
	assert_int_equal(schema->n_nodes, 1 + 201 + 200);
	arena_finish(&arena);
	buf_finish(&text);
}

static void test_limits(void **state)
{
	struct scute_limits limits = { sizeof(limits), 10, 1000, 20 };
	struct scute_source source = { .size = sizeof(source), .limits = &limits };
	struct arena arena;
	struct buf text;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	buf_init(&text, BYTES_MAX);
	append(&text, "{'description':'", 0);
	repeat(&text, "x", 1000);
	append(&text, "'}", 0);
	source.text = buf_str(&text);
	assert_int_equal(exercise(&arena.base, &source), SCUTE_ELIMIT);
	source.text = quoted(&arena, "{'not':{'not':{'not':{}}}}");
	assert_int_equal(exercise(&arena.base, &source), SCUTE_OK);
	source.text = quoted(&arena, "{'enum':[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]}");
	assert_int_equal(exercise(&arena.base, &source), SCUTE_ELIMIT);
	/* A meta-schema's nodes count too. */
	source.text = quoted(&arena, "{'$ref':'http://json-schema.org/draft-07/schema#'}");
	assert_int_equal(exercise(&arena.base, &source), SCUTE_ELIMIT);
	buf_finish(&text);
	arena_finish(&arena);
}

static void test_no_memory(void **state)
{
	static const char *const texts[] = {
		"{'$id':'http://x/','properties':{'a':{'$ref':'#/x/1'},'b':{'$ref':'site.json'}},"
		"'x':[0,{'items':[{},{'pattern':'a+'}]}],'required':['b','a'],'anyOf':[true,{}]}",
		"{'$schema':'https://json-schema.org/draft/2020-12/schema','$dynamicAnchor':'a',"
		"'$defs':{'b~/c':{'$id':'q','$anchor':'z'}},'$ref':'q#z','not':{'$dynamicRef':'#a'},"
		"'items':{'$ref':'https://json-schema.org/draft/2020-12/meta/core'},"
		"'else':{'$ref':'#/%24defs/b~0~1c'}}",
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	struct scute_reference site = reference(&arena, "site.json", "{'title':'site'}");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct scute_source source = { .size = sizeof(source), .references = &site,
			.n_references = 1, .text = quoted(&arena, texts[i]) };
		enum scute_status status = SCUTE_ENOMEM;
		for (size_t fail_at = 1; status == SCUTE_ENOMEM && fail_at < 10000; fail_at++) {
			struct failing failing;
			failing_init(&failing, fail_at);
			status = exercise(&failing.base, &source);
			failing_finish(&failing);
		}
		assert_int_equal(status, SCUTE_OK);
	}
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_many_heavy_patterns),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_pointed),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
