/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas and instances made to take for ever: a verdict or a limit, and no crash. */
#include "regex.h"
#include "rig.h"
#include "validate.h"

static enum scute_status judge(struct arena *arena, const char *schema_text,
	struct scute_str instance, struct scute_error *err)
{
	const struct scute_schema *schema = parse_good(arena, schema_text);

	return js_validate(schema, instance, &arena->base, err);
}

/* n times open, middle, n times close. */
static struct scute_str nested(struct arena *arena, const char *open, const char *middle,
	const char *close, size_t n)
{
	struct buf buf;

	buf_init_arena(&buf, ARENA_BYTES, &arena->base);
	for (size_t i = 0; i < n; i++) {
		buf_append_z(&buf, open);
	}
	buf_append_z(&buf, middle);
	for (size_t i = 0; i < n; i++) {
		buf_append_z(&buf, close);
	}
	assert_false(buf.failed);
	return buf_str(&buf);
}

static void test_endless_references(void **state)
{
	static const char *const schemas[] = {
		"{'$ref':'#'}",
		"{'allOf':[{'$ref':'#'}]}",
		"{'anyOf':[{'$ref':'#'},{'$ref':'#'}]}",
		"{'not':{'$ref':'#'}}",
		"{'if':{'$ref':'#'}, 'then':true}",
		"{'definitions':{'a':{'$ref':'#/definitions/b'},'b':{'$ref':'#/definitions/a'}},"
		"'properties':{'x':{'$ref':'#/definitions/a'}}}",
		"{'$schema':'https://json-schema.org/draft/2020-12/schema','$dynamicAnchor':'n',"
		"'$dynamicRef':'#n','unevaluatedProperties':false}",
		"{'$schema':'https://json-schema.org/draft/2019-09/schema','$recursiveAnchor':true,"
		"'$recursiveRef':'#'}",
		("{'$schema':'https://json-schema.org/draft/2020-12/schema',"
		"'dependentSchemas':{'x':{'$ref':'#'}}}"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
		struct arena arena;
		struct scute_error err = { 0 };
		arena_init(&arena, ARENA_BYTES);
		assert_int_equal(judge(&arena, schemas[i], SCUTE_STR("{\"x\":1}"), &err),
			SCUTE_ELIMIT);
		assert_non_null(strstr(err.text, "nested deeper than"));
		arena_finish(&arena);
	}
}

static void test_deep_instances(void **state)
{
	struct arena arena;
	struct scute_error err;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const char *schema = "{'properties':{'n':{'allOf':[{'$ref':'#'}]}},'items':{'$ref':'#'},"
			     "'type':['object','array','null'],'uniqueItems':true}";
	assert_int_equal(judge(&arena, schema, nested(&arena, "{\"n\":", "null", "}", 250), &err),
		SCUTE_OK);
	assert_int_equal(judge(&arena, schema, nested(&arena, "[", "null", "]", 250), &err),
		SCUTE_OK);
	assert_int_equal(judge(&arena, schema, nested(&arena, "[", "0", "]", 250), &err),
		SCUTE_EINVAL);
	assert_non_null(strstr(err.text, "0 is of none of the types allowed"));
	assert_int_equal(judge(&arena, schema, nested(&arena, "[", "", "]", 300), &err),
		SCUTE_ELIMIT);
	assert_int_equal(judge(&arena, schema, nested(&arena, "[", "", "", 1000000), &err),
		SCUTE_ELIMIT);
	arena_finish(&arena);
}

/* Each level tries the next one twice: 2^n ways. */
static void test_exponential(void **state)
{
	struct arena arena;
	struct scute_error err;
	struct buf buf;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	buf_init_arena(&buf, ARENA_BYTES, &arena.base);
	buf_append_z(&buf, "{'$ref':'#/definitions/d0','definitions':{");
	for (int i = 0; i < 60; i++) {
		buf_printf(&buf, "'d%d':{'%s':[{'$ref':'#/definitions/d%d'},"
			"{'$ref':'#/definitions/d%d'}]},", i, i % 2 ? "anyOf" : "oneOf", i + 1,
			i + 1);
	}
	buf_append_z(&buf, "'d60':{'type':'null'}}}");
	buf_append_byte(&buf, '\0');
	assert_int_equal(judge(&arena, buf.data, SCUTE_STR("1"), &err), SCUTE_ELIMIT);
	assert_string_equal(err.text, "validating takes more steps than the limit");

	/* The same by the instance: each level of it is looked at twice by the one above. */
	const char *twice = "{'$schema':'https://json-schema.org/draft/2020-12/schema',"
		"'anyOf':[{'items':{'$ref':'#'},'contains':false},{'items':{'$ref':'#'}}],"
		"'not':{'items':{'$ref':'#'},'contains':false},'unevaluatedItems':false}";
	assert_int_equal(judge(&arena, twice, nested(&arena, "[", "[]", "]", 200), &err),
		SCUTE_ELIMIT);
	arena_finish(&arena);
}

static void test_patterns(void **state)
{
	enum { BYTES = 1 << 20 };
	struct arena arena;
	struct scute_error err;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	char *text = scute_alloc(&arena.base, BYTES);
	assert_non_null(text);
	memset(text, 'a', BYTES);
	text[0] = text[BYTES - 1] = '"';
	text[BYTES - 2] = '!';
	assert_int_equal(judge(&arena, "{'pattern':'^(a+)+$'}", (struct scute_str){ text, BYTES },
		&err), SCUTE_ELIMIT);
	assert_non_null(strstr(err.text, "takes too much time or memory"));

	/* Many short ones, each of which is just bearable. */
	struct buf buf;
	buf_init_arena(&buf, ARENA_BYTES, &arena.base);
	buf_append_byte(&buf, '[');
	for (int i = 0; i < 20000; i++) {
		buf_append_z(&buf, "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\",");
	}
	buf_append_z(&buf, "0]");
	assert_int_equal(judge(&arena, "{'items':{'not':{'pattern':'^(a+)+$'}}}", buf_str(&buf),
		&err), SCUTE_ELIMIT);
	arena_finish(&arena);
}

/* A megabyte against schemas that could be slow about it. */
/* More code than a thread keeps: each name makes all of it anew. */
static void test_heavy_patterns(void **state)
{
	struct arena arena;
	struct scute_error err;
	struct buf schema;
	struct buf text;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	buf_init_arena(&schema, ARENA_BYTES, &arena.base);
	buf_init_arena(&text, ARENA_BYTES, &arena.base);
	buf_append_z(&schema, "{'patternProperties':{");
	for (int i = 0; i < 100; i++) {
		buf_printf(&schema, "%s'^x([ab]?){0,999}%d':true", i > 0 ? "," : "", i);
	}
	buf_append(&schema, "}}", sizeof("}}"));
	for (int i = 0; i < 2000; i++) {
		buf_printf(&text, "%s\"a%d\":1", i > 0 ? "," : "{", i);
	}
	buf_append_byte(&text, '}');
	assert_false(schema.failed || text.failed);
	assert_int_equal(judge(&arena, schema.data, buf_str(&text), &err), SCUTE_ELIMIT);
	assert_non_null(strstr(err.text, "takes too much time or memory"));
	arena_finish(&arena);
}

static void test_large_instances(void **state)
{
	static const char *const schemas[] = {
		("{'additionalProperties':{'type':'integer'},"
		"'patternProperties':{'^k[0-9]+$':true}}"),
		"{'propertyNames':{'maxLength':10},'minProperties':5}",
		"{'enum':[1,2,{'a':1}]}",
		"{'const':{'k1':1}}",
		("{'$schema':'https://json-schema.org/draft/2020-12/schema',"
		"'unevaluatedProperties':false,"
		"'anyOf':[{'properties':{'k1':true}},{'additionalProperties':true}]}"),
		"{'required':['k0','k99999'],'dependencies':{'k0':['k1','k2']}}",
	};
	static const bool good[] = { true, true, false, false, true, true };
	struct arena arena;
	struct scute_error err;
	struct buf buf;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	buf_init_arena(&buf, ARENA_BYTES, &arena.base);
	for (int i = 0; i < 100000; i++) {
		buf_printf(&buf, "%s\"k%d\":%d", i == 0 ? "{" : ",", i, i);
	}
	buf_append_byte(&buf, '}');
	for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
		assert_int_equal(judge(&arena, schemas[i], buf_str(&buf), &err),
			good[i] ? SCUTE_OK : SCUTE_EINVAL);
	}
	arena_finish(&arena);
}

static void test_large_arrays(void **state)
{
	struct arena arena;
	struct scute_error err;
	struct buf buf;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	buf_init_arena(&buf, ARENA_BYTES, &arena.base);
	for (int i = 0; i < 100000; i++) {
		buf_printf(&buf, "%s\"item %d\"", i == 0 ? "[" : ",", i);
	}
	size_t len = buf.len;
	buf_append_z(&buf, "]");
	assert_int_equal(judge(&arena, "{'uniqueItems':true}", buf_str(&buf), &err), SCUTE_OK);
	assert_int_equal(judge(&arena, "{'uniqueItems':true,'contains':{'const':'item 99999'}}",
		buf_str(&buf), &err), SCUTE_OK);
	buf.len = len;
	buf_append_z(&buf, ",\"item 77777\"]");
	assert_int_equal(judge(&arena, "{'uniqueItems':true}", buf_str(&buf), &err), SCUTE_EINVAL);
	assert_non_null(strstr(err.text, "items 77777 and 100000 are equal"));
	arena_finish(&arena);
}

/* {'WORD':[ITEM,ITEM,..]} with the numbers from 1 in place of %d. */
static const char *many_schemas(struct arena *arena, const char *word, const char *item, int n)
{
	const char *number = strstr(item, "%d");
	struct buf buf;

	assert_non_null(number);
	buf_init_arena(&buf, ARENA_BYTES, &arena->base);
	buf_printf(&buf, "{'%s':[", word);
	for (int i = 1; i <= n; i++) {
		buf_append(&buf, item, (size_t)(number - item));
		buf_printf(&buf, "%d%s%s", i, number + 2, i < n ? "," : "]}");
	}
	buf_append_byte(&buf, '\0');
	assert_false(buf.failed);
	return buf.data;
}

/* Each of many schemas wants to see all of a large value: that counts as steps. */
static void test_many_by_many(void **state)
{
	static const struct {
		const char *word;
		const char *item;
		const char *repeated; /* in the instance, with "," between */
		const char *open;
		const char *close;
	} cases[] = {
		{ "anyOf", "{'enum':[[0,%d]]}", "\"x\"", "[0", "]" },
		{ "allOf", "{'uniqueItems':true,'minItems':%d}", "%d", "[0", "]" },
		{ "allOf", "{'items':{'minimum':-%d}}", "%d", "[0", "]" },
		{ "allOf", "{'not':{'contains':{'const':-%d}}}", "%d", "[0", "]" },
		{ "allOf", "{'properties':{'x%d':false}}", "\"%d\":0", "{\"a\":0", "}" },
		{ "allOf", "{'required':['a'],'maxProperties':999999%d}", "\"%d\":0",
			"{\"a\":0", "}" },
		{ "anyOf", "{'patternProperties':{'%d':false},'required':['b']}", "\"%d\":0",
			"{\"a\":0", "}" },
		{ "allOf", "{'multipleOf':7,'minimum':%d}", "7", "7", "" },
		{ "allOf", "{'minimum':%d}", "9", "9", "" },
		{ "allOf", "{'not':{'const':%d.5}}", "9", "9", "" },
		{ "allOf", "{'pattern':'a%d|(a|b)$'}", "a", "\"a", "\"" },
		{ "allOf", "{'not':{'maxLength':99%d}}", "a", "\"a", "\"" },
	};

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct arena arena;
		struct scute_error err;
		struct buf instance;
		bool is_scalar = k >= 7;
		arena_init(&arena, ARENA_BYTES);
		buf_init_arena(&instance, ARENA_BYTES, &arena.base);
		buf_append_z(&instance, cases[k].open);
		for (int i = 1; i < (is_scalar ? 1000000 : 100000); i++) {
			const char *number = strstr(cases[k].repeated, "%d");
			size_t head = number ? (size_t)(number - cases[k].repeated) :
					       strlen(cases[k].repeated);
			buf_append_z(&instance, is_scalar ? "" : ",");
			buf_append(&instance, cases[k].repeated, head);
			if (number) {
				buf_printf(&instance, "%d%s", i, number + 2);
			}
		}
		buf_append_z(&instance, cases[k].close);
		assert_false(instance.failed);
		enum scute_status status = judge(&arena,
			many_schemas(&arena, cases[k].word, cases[k].item, 20000),
			buf_str(&instance), &err);
		/* [0,1] is not [0,"x",..] at the first look; all others have to walk. */
		if (status != (k == 0 ? SCUTE_EINVAL : SCUTE_ELIMIT)) {
			fail_msg("%s: %d, %s", cases[k].item, status, err.text);
		}
		arena_finish(&arena);
	}
}

/* A thousand digits, a million digits: divided with care. */
static void test_long_numbers(void **state)
{
	struct arena arena;
	struct scute_error err;
	struct buf schema;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	buf_init_arena(&schema, ARENA_BYTES, &arena.base);
	buf_append_z(&schema, "{'multipleOf':1");
	for (int i = 1; i < 999; i++) {
		buf_append_byte(&schema, '0');
	}
	buf_append_z(&schema, "1}");
	buf_append_byte(&schema, '\0');
	assert_int_equal(judge(&arena, schema.data, nested(&arena, "9", "7", "", 1000000), &err),
		SCUTE_ELIMIT);
	assert_int_equal(judge(&arena, schema.data, nested(&arena, "9", "7", "", 1000), &err),
		SCUTE_EINVAL);
	assert_int_equal(judge(&arena, "{'multipleOf':3}", nested(&arena, "9", "", "", 1000000),
		&err), SCUTE_OK);
	assert_int_equal(judge(&arena, "{'multipleOf':7}", SCUTE_STR("1e999999999"), &err),
		SCUTE_EINVAL);
	assert_int_equal(judge(&arena, "{'multipleOf':1e-999999999}", SCUTE_STR("1e999999999"),
		&err), SCUTE_OK);
	arena_finish(&arena);
}

/* Only another registry lets such an enum in; compiling it is linear all the same. */
static void test_equal_values(void **state)
{
	struct arena arena;
	struct scute_error err;
	struct buf buf;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	buf_init_arena(&buf, ARENA_BYTES, &arena.base);
	buf_append_z(&buf, "{\"enum\":[1");
	for (int i = 0; i < 200000; i++) {
		buf_append_z(&buf, ",0");
	}
	buf_append_z(&buf, "]}");
	const struct scute_schema *schema = parse_with(&arena, buf_str(&buf), NULL, 0,
		SCUTE_SOURCE_STORED, &err);
	assert_non_null(schema);
	assert_int_equal(js_validate(schema, SCUTE_STR("0.0"), &arena.base, &err), SCUTE_OK);
	assert_int_equal(js_validate(schema, SCUTE_STR("2"), &arena.base, &err), SCUTE_EINVAL);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endless_references), cmocka_unit_test(test_deep_instances),
		cmocka_unit_test(test_exponential), cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_large_instances), cmocka_unit_test(test_large_arrays),
		cmocka_unit_test(test_many_by_many), cmocka_unit_test(test_long_numbers),
		cmocka_unit_test(test_equal_values), cmocka_unit_test(test_heavy_patterns),
	};
	int failures = cmocka_run_group_tests(tests, NULL, NULL);

	js_regex_thread_finish();
	return failures;
}
