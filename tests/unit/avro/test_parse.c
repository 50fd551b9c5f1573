/* SPDX-License-Identifier: Apache-2.0 */
/* What is a schema and what is not: a table, references, the model's details, limits. */
#include <stdio.h>

#include "avro_test.h"

struct parse_case {
	const char *text;
	const char *error;        /* of new text; NULL: accepted */
	const char *error_stored; /* of text from the topic */
};

static const struct parse_case cases[] = {
#include "parse_cases.inc"
};

static void check_case(const char *text, const char *error, uint32_t flags)
{
	struct scute_error err = { 0 };
	struct arena arena;

	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_text(&arena, text, flags, &err);
	if (schema && error) {
		fail_msg("accepted: %s", text);
	} else if (!schema && !error) {
		fail_msg("refused: %s: %s", text, err.text);
	} else if (!schema) {
		assert_str(str_z(err.text), quoted(&arena, error).data);
		assert_int_equal(err.status, SCUTE_EINVAL);
		assert_true(err.line >= 1 && err.column >= 1);
	}
	arena_finish(&arena);
}

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_case(cases[i].text, cases[i].error, 0);
		check_case(cases[i].text, cases[i].error_stored, SCUTE_SOURCE_STORED);
	}
}

static void error_position(void **state)
{
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	assert_null(parse_text(&arena,
		"{'type':'record','name':'R','fields':[\n  {'name':'a','type':'int'},\n"
		"  {'name':'b','type':{'type':'array','items':'foo.Bar'}}]}",
		0, &err));
	assert_string_equal(err.text, "at /fields/1/type/items: unknown type \"foo.Bar\"");
	assert_int_equal(err.line, 3);
	assert_int_equal(err.column, 46);
	/* Escapes of the pointer, and control characters kept out of the text. */
	assert_null(parse_text(&arena,
		"{'type':'record','name':'R','fields':[{'name':'a','type':{'type':'map',"
		"'values':'int'},'default':{'x/y~z':'\\n'}}]}",
		0, &err));
	assert_string_equal(err.text,
		"at /fields/0/default/x~1y~0z: invalid default of the field \"a\": string does "
		"not suit int");
	assert_null(parse_text(&arena, "'a\\nb'", 0, &err));
	assert_string_equal(err.text, "at /: unknown type \"a?b\"");
	/* Without a place for the error. */
	struct scute_source source = { .size = sizeof(source), .text = SCUTE_STR("[5]") };
	const struct scute_schema *schema = NULL;
	assert_int_equal(avro_parse(&source, &arena.base, &schema, NULL), SCUTE_EINVAL);
	assert_null(schema);
	arena_finish(&arena);
}

static void model(void **state)
{
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_text(&arena,
		"{'type':'record','name':'R','namespace':'a.b','aliases':['Q','c.P'],'fields':["
		"{'name':'x','type':['null','R'],'default':null,'order':'descending'},"
		"{'name':'y','type':{'type':'fixed','name':'F','namespace':'','size':9},"
		"'aliases':['z']},"
		"{'name':'e','type':{'type':'enum','name':'d.E','symbols':['A','B'],"
		"'default':'B'}},"
		"{'name':'f','type':{'type':'map','values':'F'}}]}",
		0, &err);
	assert_non_null(schema);
	const struct avro_node *root = schema->root;
	assert_int_equal(root->type, AVRO_RECORD);
	assert_str(root->name.full, "a.b.R");
	assert_str(avro_name_space(root->name), "a.b");
	assert_str(avro_name_simple(root->name), "R");
	assert_int_equal(root->n_aliases, 2);
	assert_str(root->aliases[0], "a.b.Q");
	assert_str(root->aliases[1], "c.P");
	assert_int_equal(root->count, 4);
	assert_int_equal(root->fields[0].order, AVRO_ORDER_DESCENDING);
	assert_int_equal(root->fields[0].fallback->type, JSON_NULL);
	assert_null(root->fields[1].fallback);
	assert_ptr_equal(root->fields[0].type->branches[1], root);
	assert_ptr_equal(root->fields[3].type->items, root->fields[1].type);
	assert_str(root->fields[1].type->name.full, "F");
	assert_int_equal(root->fields[1].type->size, 9);
	assert_str(root->fields[1].aliases[0], "z");
	assert_str(root->fields[2].type->name.full, "d.E");
	assert_str(root->fields[2].type->fallback->text, "B");
	assert_int_equal(avro_index_find(&root->index, SCUTE_STR("e")), 2);
	assert_int_equal(avro_index_find(&root->index, SCUTE_STR("nope")), 4);
	arena_finish(&arena);
}

/* The text may go once parse() is back. */
static void text_is_copied(void **state)
{
	struct scute_error err = { 0 };
	struct arena arena;
	char text[] = "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}";
	struct scute_str out;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_str(&arena, str_z(text), 0, &err);
	assert_non_null(schema);
	memset(text, 'x', sizeof(text));
	assert_int_equal(avro_canonical(schema, &arena.base, &out, &err), SCUTE_OK);
	assert_str(out, "{\"name\":\"E\",\"symbols\":[\"A\"],\"type\":\"enum\"}");
	arena_finish(&arena);
}

struct logical_case {
	const char *text;
	enum avro_logical logical;
};

static const struct logical_case logicals[] = {
	{ "{'type':'bytes','logicalType':'decimal','precision':4,'scale':2"
		"}", AVRO_LOGICAL_DECIMAL },
	{ "{'type':'bytes','logicalType':'decimal','precision':4,'scale':4"
		"}", AVRO_LOGICAL_DECIMAL },
	{ "{'type':'bytes','logicalType':'decimal','precision':4}", AVRO_LOGICAL_DECIMAL },
	{ "{'type':'bytes','logicalType':'decimal','precision':4,'scale':5}", AVRO_LOGICAL_NONE },
	{ "{'type':'bytes','logicalType':'decimal','precision':4,'scale':-1}", AVRO_LOGICAL_NONE },
	{ "{'type':'bytes','logicalType':'decimal','precision':0}", AVRO_LOGICAL_NONE },
	{ "{'type':'bytes','logicalType':'decimal','precision':'4'}", AVRO_LOGICAL_NONE },
	{ "{'type':'bytes','logicalType':'decimal'}", AVRO_LOGICAL_NONE },
	{ "{'type':'string','logicalType':'decimal','precision':4}", AVRO_LOGICAL_NONE },
	{ "{'type':'fixed','name':'F','size':2,'logicalType':'decimal','precision':4}",
		AVRO_LOGICAL_DECIMAL },
	{ "{'type':'fixed','name':'F','size':2,'logicalType':'decimal','precision':5}",
		AVRO_LOGICAL_NONE },
	{ "{'type':'fixed','name':'F','size':0,'logicalType':'decimal','precision':1}",
		AVRO_LOGICAL_NONE },
	{ "{'type':'fixed','name':'F','size':12,'logicalType':'duration'}", AVRO_LOGICAL_DURATION },
	{ "{'type':'fixed','name':'F','size':11,'logicalType':'duration'}", AVRO_LOGICAL_NONE },
	{ "{'type':'string','logicalType':'uuid'}", AVRO_LOGICAL_UUID },
	{ "{'type':'fixed','name':'F','size':16,'logicalType':'uuid'}", AVRO_LOGICAL_UUID },
	{ "{'type':'int','logicalType':'uuid'}", AVRO_LOGICAL_NONE },
	{ "{'type':'int','logicalType':'date'}", AVRO_LOGICAL_DATE },
	{ "{'type':'long','logicalType':'date'}", AVRO_LOGICAL_NONE },
	{ "{'type':'int','logicalType':'time-millis'}", AVRO_LOGICAL_TIME_MILLIS },
	{ "{'type':'long','logicalType':'time-micros'}", AVRO_LOGICAL_TIME_MICROS },
	{ "{'type':'long','logicalType':'timestamp-millis'}", AVRO_LOGICAL_TIMESTAMP_MILLIS },
	{ "{'type':'long','logicalType':'timestamp-micros'}", AVRO_LOGICAL_TIMESTAMP_MICROS },
	{ "{'type':'long','logicalType':'local-timestamp-millis'}",
		AVRO_LOGICAL_LOCAL_TIMESTAMP_MILLIS },
	{ "{'type':'long','logicalType':'local-timestamp-micros'}",
		AVRO_LOGICAL_LOCAL_TIMESTAMP_MICROS },
	{ "{'type':'long','logicalType':'of-nobody'}", AVRO_LOGICAL_NONE },
	{ "{'type':'long','logicalType':7}", AVRO_LOGICAL_NONE },
};

/* The specification: what is not understood or not valid is ignored, so none is an error. */
static void logical_types(void **state)
{
	struct scute_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(logicals) / sizeof(logicals[0]); i++) {
		struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		const struct scute_schema *schema = parse_text(&arena, logicals[i].text, 0, &err);
		assert_non_null(schema);
		assert_int_equal(schema->root->logical, logicals[i].logical);
		arena_finish(&arena);
	}
}

#define MONEY "{'type':'record','name':'Money','namespace':'c','fields':[{'name':'m','type':" \
	      "{'type':'fixed','name':'Cur','size':3}}]}"

struct reference_case {
	const char *references[3];
	const char *text;
	const char *error; /* NULL: accepted */
	enum scute_status status;
};

static const struct reference_case reference_cases[] = {
	{ { MONEY }, "{'type':'map','values':'c.Money'}", NULL, SCUTE_OK },
	{ { MONEY }, "'c.Cur'", NULL, SCUTE_OK },
	{ { MONEY, MONEY }, "'c.Cur'", NULL, SCUTE_OK },
	{ { MONEY, "{'type':'enum','name':'c.Money','symbols':[]}" }, "'c.Cur'",
		"in the reference 'ref' (subject 'sub', version 3) at /: type 'c.Money' is defined "
		"twice",
		SCUTE_EREFERENCE },
	{ { MONEY, "['c.Money',{'type':'fixed','name':'c.Cur','size':4}]" }, "'c.Cur'",
		"in the reference 'ref' (subject 'sub', version 3) at /1: type 'c.Cur' is defined "
		"twice",
		SCUTE_EREFERENCE },
	{ { "{'type':'fixed','name':'c.Cur','size':3}", "{'type':'fixed','size':3,'name':'c.Cur'"
		"}" },
		"'c.Cur'", NULL, SCUTE_OK },
	{ { MONEY }, MONEY, "at /: type 'c.Money' is defined twice", SCUTE_EINVAL },
	{ { MONEY }, "{'type':'record','name':'R','fields':[{'name':'a','type':{'type':'fixed',"
		     "'name':'c.Cur','size':3}}]}",
		"at /fields/0/type: type 'c.Cur' is defined twice", SCUTE_EINVAL },
	{ { MONEY }, "'Money'", "at /: unknown type 'Money'", SCUTE_EINVAL },
	{ { "'c.Money'", MONEY }, "'c.Money'",
		"in the reference 'ref' (subject 'sub', version 3) at /: unknown type 'c.Money'",
		SCUTE_EREFERENCE },
	{ { "{" }, "'int'", NULL, SCUTE_EREFERENCE },
	/* References are in the topic already: their names are not judged again. */
	{ { "{'type':'enum','name':'my-enum','symbols':['a b']}" }, "'my-enum'", NULL, SCUTE_OK },
};

static void references(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(reference_cases) / sizeof(reference_cases[0]); i++) {
		const struct reference_case *at = &reference_cases[i];
		struct scute_reference list[3];
		struct scute_error err = { 0 };
		struct arena arena;
		size_t n = 0;
		arena_init(&arena, ARENA_BYTES);
		for (; n < 3 && at->references[n]; n++) {
			list[n] = (struct scute_reference){ SCUTE_STR("ref"), SCUTE_STR("sub"), 3,
				quoted(&arena, at->references[n]) };
		}
		struct scute_source source = { .size = sizeof(source),
			.text = quoted(&arena, at->text), .references = list, .n_references = n };
		const struct scute_schema *schema = NULL;
		assert_int_equal(avro_parse(&source, &arena.base, &schema, &err), at->status);
		if (at->error) {
			assert_str(str_z(err.text), quoted(&arena, at->error).data);
		}
		arena_finish(&arena);
	}
}

/* Repeated equal definitions pass in what is stored already. */
static void stored_redefinition(void **state)
{
	static const char text[] =
		"[{'type':'record','name':'R','fields':[{'name':'a','type':'int'}]},"
		"{'type':'map','values':{'name':'R','type':'record','fields':[{'type':'int',"
		"'name':'a'}]}}]";
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_text(&arena, text, SCUTE_SOURCE_STORED, &err);
	assert_non_null(schema);
	assert_ptr_equal(schema->root->branches[0], schema->root->branches[1]->items);
	assert_null(parse_text(&arena, text, 0, &err));
	assert_string_equal(err.text, "at /1/values: type \"R\" is defined twice");
	arena_finish(&arena);
}

struct default_case {
	const char *type;
	const char *value;
	bool good;
};

static const struct default_case default_cases[] = {
	{ "'null'", "null", true }, { "'null'", "0", false }, { "'boolean'", "false", true },
	{ "'boolean'", "0", false }, { "'int'", "-2147483648", true },
	{ "'int'", "2147483647", true }, { "'int'", "-2147483649", false },
	{ "'int'", "1e2", false }, { "'long'", "9223372036854775807", true },
	{ "'long'", "-9223372036854775809", false }, { "'float'", "1e400", true },
	{ "'float'", "'NaN'", true }, { "'double'", "'-Infinity'", true },
	{ "'double'", "'1.5'", true }, { "'double'", "'1.5x'", false }, { "'double'", "''", false },
	{ "'double'", "'0x10'", false }, { "['null','double']", "'1.5'", false },
	{ "'string'", "'\\u0100'", true }, { "'bytes'", "'\\u00ff\\u0000'", true },
	{ "'bytes'", "'\\u0100'", false }, { "'bytes'", "1", false },
	{ "{'type':'fixed','name':'F','size':2}", "'\\u00ff\\u0080'", true },
	{ "{'type':'fixed','name':'F','size':2}", "'a'", false },
	{ "{'type':'enum','name':'E','symbols':['A']}", "'A'", true },
	{ "{'type':'enum','name':'E','symbols':['A']}", "'B'", false },
	{ "{'type':'array','items':'int'}", "[1,2]", true },
	{ "{'type':'array','items':'int'}", "[1,'2']", false },
	{ "{'type':'array','items':'int'}", "{}", false },
	{ "{'type':'map','values':'int'}", "{'a':1}", true },
	{ "{'type':'map','values':'int'}", "{'a':null}", false },
	{ "['null','string']", "'s'", true }, { "['null','string']", "null", true },
	{ "['null','string']", "1", false }, { "['null','R']", "null", true },
	{ "['null','R']", "{}", false }, { "['null','R']", "{'f':null}", true },
	{ "['null','R']", "{'f':{'f':null},'unknown':1}", true }, { "'R'", "{'f':{}}", false },
	{ "{'type':'record','name':'Q','fields':[{'name':'a','type':'int'},{'name':'b','type':"
	  "'int','default':1}]}",
		"{'a':1}", true },
	{ "{'type':'record','name':'Q','fields':[{'name':'a','type':'int'},{'name':'b','type':"
	  "'int','default':1}]}",
		"{'b':1}", false },
};

/* Of new text; what is stored is not held against its defaults. */
static void defaults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(default_cases) / sizeof(default_cases[0]); i++) {
		const struct default_case *at = &default_cases[i];
		struct scute_error err = { 0 };
		struct arena arena;
		char text[512];
		snprintf(text, sizeof(text),
			"{'type':'record','name':'R','fields':[{'name':'f','type':%s,'default':%s}]}",
			at->type, at->value);
		arena_init(&arena, ARENA_BYTES);
		bool good = parse_text(&arena, text, 0, &err) != NULL;
		if (good != at->good) {
			fail_msg("%s: %s", text, good ? "accepted" : err.text);
		}
		assert_non_null(parse_text(&arena, text, SCUTE_SOURCE_STORED, &err));
		arena_finish(&arena);
	}
}

static void limits(void **state)
{
	struct scute_limits limit = { sizeof(limit), 3, 0, 0 };
	struct scute_source source = { .size = sizeof(source), .limits = &limit };
	const struct scute_schema *schema = NULL;
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	source.text = quoted(&arena, "{'type':'map','values':{'type':'map','values':'int'}}");
	assert_int_equal(avro_parse(&source, &arena.base, &schema, &err), SCUTE_OK);
	source.text = quoted(&arena,
		"{'type':'map','values':{'type':'map','values':{'type':'map','values':'int'}}}");
	assert_int_equal(avro_parse(&source, &arena.base, &schema, &err), SCUTE_ELIMIT);
	assert_string_equal(err.text,
		"at /values/values/values: types are nested deeper than 3 levels");
	limit = (struct scute_limits){ sizeof(limit), 0, 20, 0 };
	assert_int_equal(avro_parse(&source, &arena.base, &schema, &err), SCUTE_ELIMIT);
	limit = (struct scute_limits){ sizeof(limit), 0, 0, 4 };
	assert_int_equal(avro_parse(&source, &arena.base, &schema, &err), SCUTE_ELIMIT);
	limit = (struct scute_limits){ sizeof(limit), UINT32_MAX, UINT64_MAX, UINT64_MAX };
	assert_int_equal(avro_parse(&source, &arena.base, &schema, &err), SCUTE_OK);
	limit.size = sizeof(uint32_t); /* a table too short to be read: the defaults */
	assert_int_equal(avro_parse(&source, &arena.base, &schema, &err), SCUTE_OK);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(error_position),
		cmocka_unit_test(model),
		cmocka_unit_test(text_is_copied),
		cmocka_unit_test(logical_types),
		cmocka_unit_test(references),
		cmocka_unit_test(stored_redefinition),
		cmocka_unit_test(defaults),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
