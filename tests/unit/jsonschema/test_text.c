/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical text, identity, normal form, fingerprint, and the table that offers them. */
#include "rig.h"
#include "scute/plugin.h"

const struct scute_plugin *scute_plugin_entry(void);

static struct scute_str canonical(struct arena *arena, const char *text, uint32_t flags)
{
	struct scute_error err = { 0 };
	struct scute_str out = { NULL, 0 };
	const struct scute_schema *schema = parse_text(arena, text, flags, &err);

	if (!schema) {
		fail_msg("%s: %s", text, err.text);
	}
	assert_int_equal(js_canonical(schema, &arena->base, &out, &err), SCUTE_OK);
	return out;
}

static struct scute_str normal(struct arena *arena, const char *text)
{
	struct scute_error err = { 0 };
	struct scute_str out = { NULL, 0 };

	assert_int_equal(js_normalize(parse_good(arena, text), &arena->base, &out, &err), SCUTE_OK);
	return out;
}

static struct scute_str identity(struct arena *arena, const char *text)
{
	struct scute_error err = { 0 };
	struct scute_str out = { NULL, 0 };
	struct scute_source source = { .size = sizeof(source), .text = quoted(arena, text) };

	assert_int_equal(js_identity(&source, &arena->base, &out, &err), SCUTE_OK);
	return out;
}

static void test_canonical(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	assert_str(canonical(&arena, " { 'type' : 'object', 'x': [1.0, 1e2, 0.10],\n'a': null }", 0),
		"{\"a\":null,\"type\":\"object\",\"x\":[1.0,1e2,0.10]}");
	assert_str(canonical(&arena, "{'type':'object', 'additionalProperties':{'b':1,'a':2}}",
			SCUTE_SOURCE_KEEP_ORDER),
		"{\"type\":\"object\",\"additionalProperties\":{\"b\":1,\"a\":2}}");
	assert_str(canonical(&arena, " true ", 0), "true");
	assert_str(canonical(&arena, "{'maximum':123456789012345678901234567890}", 0),
		"{\"maximum\":123456789012345678901234567890}");
	assert_str(canonical(&arena, "{'a':1,'a':2}", 0), "{\"a\":2}");
	assert_str(canonical(&arena, "{'description':'\\u00e9\\/\\n'}", 0),
		"{\"description\":\"\xc3\xa9/\\n\"}");
	arena_finish(&arena);
}

static void test_identity(void **state)
{
	struct scute_error err = { 0 };
	struct scute_str out;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	assert_true(str_eq(identity(&arena, "{'b':1, 'a':{'d':1,'c':2}}"),
		identity(&arena, "{ 'a':{'c':2,'d':1},'b':1}")));
	assert_false(str_eq(identity(&arena, "{'maximum':1}"), identity(&arena, "{'maximum':1.0}")));
	assert_false(str_eq(identity(&arena, "{'enum':[1,2]}"), identity(&arena, "{'enum':[2,1]}")));
	/* Also of what is no schema. */
	assert_str(identity(&arena, "{'type':5}"), "{\"type\":5}");
	struct scute_source source = { .size = sizeof(source), .text = SCUTE_STR("{") };
	assert_int_equal(js_identity(&source, &arena.base, &out, &err), SCUTE_EINVAL);
	arena_finish(&arena);
}

static void test_normal(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	assert_str(normal(&arena, "{'required':['b','a'],'type':['string','null'],'enum':['b','a']}"),
		"{\"enum\":[\"b\",\"a\"],\"required\":[\"a\",\"b\"],\"type\":[\"null\",\"string\"]}");
	assert_str(normal(&arena, "{'anyOf':[{'type':'string'},{'type':'null'},"
			"{'allOf':[{'minimum':2},{'minimum':1}]}]}"),
		"{\"anyOf\":[{\"allOf\":[{\"minimum\":1},{\"minimum\":2}]},{\"type\":\"null\"},"
		"{\"type\":\"string\"}]}");
	assert_str(normal(&arena, "{'oneOf':[true,false,{'b':1,'a':2}]}"),
		"{\"oneOf\":[false,true,{\"a\":2,\"b\":1}]}");
	assert_str(normal(&arena, "{'dependencies':{'x':['b','a'],'w':{'required':['d','c']}}}"),
		"{\"dependencies\":{\"w\":{\"required\":[\"c\",\"d\"]},\"x\":[\"a\",\"b\"]}}");
	/* Places that a reference counts stay; so do lists whose order means something. */
	assert_str(normal(&arena, "{'anyOf':[{'type':'string'},{'type':'null'}],"
			"'not':{'$ref':'#/anyOf/0'}}"),
		"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}],"
		"\"not\":{\"$ref\":\"#/anyOf/0\"}}");
	assert_str(normal(&arena, "{'items':[{'type':'string'},{'type':'null'}],"
			"'default':{'required':['b','a']},'const':{'anyOf':[2,1]},'x':{'type':[2,1]},"
			"'properties':{'required':{'enum':[2,1]},'type':{}}}"),
		"{\"const\":{\"anyOf\":[2,1]},\"default\":{\"required\":[\"b\",\"a\"]},"
		"\"items\":[{\"type\":\"string\"},{\"type\":\"null\"}],\"properties\":{"
		"\"required\":{\"enum\":[2,1]},\"type\":{}},\"x\":{\"type\":[2,1]}}");
	/* Beside a $ref of draft 7 nothing is a keyword. */
	assert_str(normal(&arena, "{'$ref':'#','required':['b','a']}"),
		"{\"$ref\":\"#\",\"required\":[\"b\",\"a\"]}");
	arena_finish(&arena);
}

static struct scute_str fingerprint(struct arena *arena, const char *text)
{
	struct scute_error err = { 0 };
	struct scute_str out = { NULL, 0 };

	assert_int_equal(js_fingerprint(parse_good(arena, text), &arena->base, &out, &err),
		SCUTE_OK);
	return out;
}

static void test_fingerprint(void **state)
{
	static const unsigned char empty_object[] = { 0x44, 0x13, 0x6f, 0xa3, 0x55, 0xb3, 0x67, 0x8a,
		0x11, 0x46, 0xad, 0x16, 0xf7, 0xe8, 0x64, 0x9e, 0x94, 0xfb, 0x4f, 0xc2, 0x1f, 0xe7,
		0x7e, 0x83, 0x10, 0xc0, 0x60, 0xf6, 0x1c, 0xaa, 0xff, 0x8a };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	struct scute_str print = fingerprint(&arena, " { } ");
	assert_int_equal(print.len, sizeof(empty_object)); /* printf '{}' | sha256sum */
	assert_memory_equal(print.data, empty_object, sizeof(empty_object));
	assert_true(str_eq(fingerprint(&arena, "{'required':['a','b'],'type':'object'}"),
		fingerprint(&arena, "{'type':'object','required':['b','a']}")));
	assert_false(str_eq(fingerprint(&arena, "{'type':'object'}"),
		fingerprint(&arena, "{'type':'array'}")));
	arena_finish(&arena);
}

static void test_table(void **state)
{
	const struct scute_format *format = scute_plugin_entry()->table.format;
	struct scute_error err = { 0 };
	struct scute_str name = { NULL, 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	assert_string_equal(format->type, "JSON");
	assert_string_equal(format->embedded, "jsonschema");
	const struct scute_schema *schema =
		parse_good(&arena, "{'title':'Order','$ref':'#/definitions/o','definitions':{'o':{}}}");
	assert_int_equal(format->record_name(schema, &arena.base, &name, &err), SCUTE_OK);
	assert_str(name, "Order");
	schema = parse_good(&arena, "{'type':'object'}");
	assert_int_equal(format->record_name(schema, &arena.base, &name, &err), SCUTE_EUNSUPPORTED);
	assert_str(str_z(err.text), "the schema has no title");
	schema = parse_good(&arena, "true");
	assert_int_equal(format->record_name(schema, &arena.base, &name, &err), SCUTE_EUNSUPPORTED);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
