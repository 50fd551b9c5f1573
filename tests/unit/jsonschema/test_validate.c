/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts and their errors, payloads, formats as assertions, references, memory. */
#include <pthread.h>

#include "regex.h"
#include "rig.h"
#include "validate.h"

struct verdict_case {
	const char *schema;
	const char *instance;
	const char *error; /* NULL: valid */
};

static const struct verdict_case cases[] = {
#define VALID(schema, instance) { schema, instance, NULL },
#define ERROR(schema, instance, error) { schema, instance, error },
#include "verdict_cases.inc"
#undef VALID
#undef ERROR
};

static enum scute_status judge(struct arena *arena, const struct scute_schema *schema,
	const char *instance, struct scute_error *err)
{
	return js_validate(schema, quoted(arena, instance), &arena->base, err);
}

static void test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena arena;
		struct scute_error err = { 0 };
		arena_init(&arena, ARENA_BYTES);
		const struct scute_schema *schema = parse_good(&arena, cases[i].schema);
		enum scute_status status = judge(&arena, schema, cases[i].instance, &err);
		if (status != (cases[i].error ? SCUTE_EINVAL : SCUTE_OK)) {
			fail_msg("%s on %s: %d, %s", cases[i].schema, cases[i].instance, status,
				err.text);
		}
		if (cases[i].error) {
			assert_string_equal(err.text, quoted(&arena, cases[i].error).data);
			assert_int_equal(err.status, status);
		}
		arena_finish(&arena);
	}
}

static void test_falsy(void **state)
{
	static const char *const falsy[] = { "0", "false", "\"\"", "[]", "{}", "null", "-0.0" };
	struct arena arena;
	struct scute_error err;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *all = parse_good(&arena, "{}");
	const struct scute_schema *none = parse_good(&arena, "{'not':{}}");
	for (size_t i = 0; i < sizeof(falsy) / sizeof(falsy[0]); i++) {
		struct scute_str text = str_z(falsy[i]);
		struct scute_str out = { NULL, 0 };
		assert_int_equal(js_validate(all, text, &arena.base, &err), SCUTE_OK);
		assert_int_equal(js_encode(all, text, &arena.base, &out, &err), SCUTE_OK);
		assert_str(out, falsy[i]);
		assert_int_equal(js_decode(all, out, &arena.base, &out, &err), SCUTE_OK);
		assert_str(out, falsy[i]);
		assert_int_equal(js_validate(none, text, &arena.base, &err), SCUTE_EINVAL);
	}
	arena_finish(&arena);
}

static void test_payloads(void **state)
{
	struct arena arena;
	struct scute_error err;
	struct scute_str out = SCUTE_STR("untouched");

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_good(&arena, "{'type':['object','string']}");
	const char *text = " {\n\t\"b\" : [ 1.50 , 2e0 ],\r\n \"a \\\" \\\\\" : \" x \\u00e9 \" } ";
	assert_int_equal(js_encode(schema, str_z(text), &arena.base, &out, &err), SCUTE_OK);
	assert_str(out, "{\"b\":[1.50,2e0],\"a \\\" \\\\\":\" x \\u00e9 \"}");
	assert_int_equal(js_decode(schema, str_z(text), &arena.base, &out, &err), SCUTE_OK);
	assert_str(out, text);
	assert_int_equal(js_decode(schema, SCUTE_STR("5"), &arena.base, &out, &err), SCUTE_OK);

	out = SCUTE_STR("untouched");
	assert_int_equal(js_encode(schema, SCUTE_STR("5"), &arena.base, &out, &err), SCUTE_EINVAL);
	assert_int_equal(js_encode(schema, SCUTE_STR("{"), &arena.base, &out, &err), SCUTE_EINVAL);
	assert_int_equal(js_decode(schema, SCUTE_STR("{"), &arena.base, &out, &err), SCUTE_EINVAL);
	assert_int_equal(js_decode(schema, SCUTE_STR(""), &arena.base, &out, &err), SCUTE_EINVAL);
	assert_int_equal(js_decode(schema, SCUTE_STR("\xff"), &arena.base, &out, &err),
		SCUTE_EINVAL);
	assert_str(out, "untouched");
	arena_finish(&arena);
}

static void test_format_assertion(void **state)
{
	struct arena arena;
	struct scute_error err;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	js_options_set((struct js_options){ JS_DRAFT_7, true });
	const struct scute_schema *schema = parse_good(&arena, "{'format':'ipv4'}");
	const struct scute_schema *unknown = parse_good(&arena, "{'format':'uuid'}");
	js_options_set((struct js_options){ JS_DRAFT_7, false });
	assert_int_equal(judge(&arena, schema, "'1.2.3.4'", &err), SCUTE_OK);
	assert_int_equal(judge(&arena, schema, "5", &err), SCUTE_OK);
	assert_int_equal(judge(&arena, schema, "'1.2.3'", &err), SCUTE_EINVAL);
	assert_string_equal(err.text,
		"at \"\": \"1.2.3\" is not of the format ipv4, by \"#/format\"");
	assert_int_equal(judge(&arena, unknown, "'x'", &err), SCUTE_OK); /* not of draft 7 */
	arena_finish(&arena);
}

static void test_references(void **state)
{
	struct arena arena;
	struct scute_error err;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	struct scute_reference references[] = {
		reference(&arena, "leaf.json", "{'type':'string','pattern':'^(a|b)+$'}"),
		reference(&arena, "list.json", "{'items':{'$ref':'leaf.json'}}"),
	};
	const struct scute_schema *schema = parse_with(&arena,
		quoted(&arena, "{'properties':{'x':{'$ref':'list.json'}}}"), references, 2, 0,
		&err);
	assert_non_null(schema);
	assert_int_equal(judge(&arena, schema, "{'x':['a','b']}", &err), SCUTE_OK);
	assert_int_equal(judge(&arena, schema, "{'x':['a','c']}", &err), SCUTE_EINVAL);
	assert_string_equal(err.text, "at \"/x/1\": \"c\" does not match the pattern "
		"\"^(a|b)+$\", by \"leaf.json#/pattern\"");
	arena_finish(&arena);
}

/* Another registry let them in; who validates with them is told. */
static void test_stored(void **state)
{
	struct arena arena;
	struct scute_error err;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_text(&arena,
		"{'properties':{'p':{'pattern':'(?>a)'},'r':{'$ref':'nowhere.json'},"
		"'q':{'patternProperties':{'(':false}}}}", SCUTE_SOURCE_STORED, &err);
	assert_non_null(schema);
	assert_int_equal(judge(&arena, schema, "{'o':1}", &err), SCUTE_OK);
	assert_int_equal(judge(&arena, schema, "{'p':1}", &err), SCUTE_OK);
	assert_int_equal(judge(&arena, schema, "{'p':'a'}", &err), SCUTE_EUNSUPPORTED);
	assert_string_equal(err.text, "the schema's pattern \"(?>a)\" does not compile");
	assert_int_equal(judge(&arena, schema, "{'r':1}", &err), SCUTE_EREFERENCE);
	assert_string_equal(err.text, "the schema's reference \"nowhere.json\" does not resolve");
	assert_int_equal(judge(&arena, schema, "{'q':{'x':1}}", &err), SCUTE_EUNSUPPORTED);
	arena_finish(&arena);
}

/* A failure for want of memory is told as such, wherever it comes. */
static void test_no_memory(void **state)
{
	struct arena arena;
	struct scute_error err;
	size_t failures = 0;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_good(&arena,
		"{'$schema':'https://json-schema.org/draft/2020-12/schema','uniqueItems':true,"
		"'items':{'anyOf':[{'properties':{'a':true}},"
		"{'properties':{'b':{'pattern':'(a|b)+'}}}],"
		"'dependentRequired':{'a':['b']},'unevaluatedProperties':false}}");
	struct scute_str text = quoted(&arena, "[{'a':1,'b':'a'},{'b':'b'},1,2,3,4,5,6,7,8,9]");
	for (size_t bytes = 0; bytes < 32768; bytes += 256) {
		struct arena tight;
		arena_init(&tight, bytes);
		enum scute_status status = js_validate(schema, text, &tight.base, &err);
		assert_true(status == SCUTE_OK || status == SCUTE_ENOMEM);
		failures += status != SCUTE_OK;
		arena_finish(&tight);
	}
	assert_in_range(failures, 2, 127);
	arena_finish(&arena);
}

/* What passes takes memory for the tree and a little scratch, however large the schema is. */
static void test_success_allocates_little(void **state)
{
	struct arena arena;
	struct scute_error err;
	const struct json *tree;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_good(&arena,
		"{'items':{'anyOf':[{'type':'null'},{'properties':{'a':{'minimum':1}},"
		"'required':['a'],'dependencies':{'a':['b']},'additionalProperties':true}]}}");
	struct buf buf;
	buf_init_arena(&buf, ARENA_BYTES, &arena.base);
	buf_append_byte(&buf, '[');
	for (int i = 0; i < 10000; i++) {
		buf_append_z(&buf, "{\"a\":1,\"b\":[]},");
	}
	buf_append_z(&buf, "null]");
	assert_int_equal(json_read(buf_str(&buf), NULL, &arena.base, &tree, &err), SCUTE_OK);
	struct arena scratch;
	arena_init(&scratch, 64 * 1024);
	assert_int_equal(js_validate_tree(schema, tree, &scratch.base, &err), SCUTE_OK);
	assert_in_range(scratch.used_bytes, 0, 8192);
	arena_finish(&scratch);
	arena_finish(&arena);
}

struct shared {
	const struct scute_schema *schema;
	size_t n_wrong;
};

static void *judge_often(void *given)
{
	struct shared *shared = given;
	struct arena arena;
	struct scute_error err;

	arena_init(&arena, ARENA_BYTES);
	for (int i = 0; i < 500; i++) {
		struct scute_str good = SCUTE_STR("{\"c\":[{\"p\":\"abab\"}]}");
		struct scute_str bad = SCUTE_STR("{\"c\":[{\"p\":\"abac\"}]}");
		shared->n_wrong += js_validate(shared->schema, good, &arena.base, &err) != SCUTE_OK;
		shared->n_wrong += js_validate(shared->schema, bad, &arena.base, &err) !=
				   SCUTE_EINVAL;
		arena_reset(&arena);
	}
	arena_finish(&arena);
	return NULL;
}

/* One schema, several threads: none of them changes it. */
static void test_threads(void **state)
{
	enum { N = 4 };
	struct arena arena;
	struct shared shared[N];
	pthread_t threads[N];

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_good(&arena,
		"{'$schema':'https://json-schema.org/draft/2020-12/schema','$dynamicAnchor':'n',"
		"'properties':{'p':{'pattern':'^(a|b)+$'},'c':{'items':{'$dynamicRef':'#n'}}},"
		"'unevaluatedProperties':false}");
	for (size_t i = 0; i < N; i++) {
		shared[i] = (struct shared){ schema, 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, judge_often, &shared[i]), 0);
	}
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(shared[i].n_wrong, 0);
	}
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts), cmocka_unit_test(test_falsy),
		cmocka_unit_test(test_payloads), cmocka_unit_test(test_format_assertion),
		cmocka_unit_test(test_references), cmocka_unit_test(test_stored),
		cmocka_unit_test(test_no_memory), cmocka_unit_test(test_success_allocates_little),
		cmocka_unit_test(test_threads),
	};
	int failures = cmocka_run_group_tests(tests, NULL, NULL);

	js_regex_thread_finish();
	return failures;
}
