/* SPDX-License-Identifier: Apache-2.0 */
/* Stored text, identity, normal form, parsing form and fingerprint, names of records. */
#include <stdio.h>

#include "avro_test.h"

/* From the plugin's table: what the host gets. */
static const struct scute_format *format;

struct text_case {
	const char *text;
	const char *expected;
};

static const struct text_case canonical_cases[] = {
	{ "{'type': 'record', 'name': 'Obj', 'fields':[{'name': 'age', 'type': 'int'}]}",
		"{'fields':[{'name':'age','type':'int'}],'name':'Obj','type':'record'}" },
	{ " 'string' ", "'string'" },
	{ "{ 'type' : 'string' }", "{'type':'string'}" },
	{ "{'type':'record','name':'R','b':[3,1,{'z':1,'y':2}],'a':1.0e+0,'c':12345678901234567890,"
	  "'fields':[{'type':'double','name':'x','default':1.10}]}",
		"{'a':1.0e+0,'b':[3,1,{'y':2,'z':1}],'c':12345678901234567890,'fields':[{"
		"'default':1.10,'name':'x','type':'double'}],'name':'R','type':'record'}" },
	{ "{'type':'int','doc':'\\u00e9\\u0001\\/\\ud83d\\ude00 \\u0000'}",
		"{'doc':'\xc3\xa9\\u0001/\xf0\x9f\x98\x80 \\u0000','type':'int'}" },
	{ "{'type':'int','x':1,'x':2}", "{'type':'int','x':2}" },
};

static void canonical_and_identity(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(canonical_cases) / sizeof(canonical_cases[0]); i++) {
		const struct text_case *at = &canonical_cases[i];
		struct scute_error err = { 0 };
		struct scute_str out;
		struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		const struct scute_schema *schema = parse_text(&arena, at->text, 0, &err);
		assert_non_null(schema);
		assert_int_equal(format->canonical(schema, &arena.base, &out, &err), SCUTE_OK);
		assert_str(out, quoted(&arena, at->expected).data);
		struct scute_source source = { .size = sizeof(source),
			.text = quoted(&arena, at->text) };
		assert_int_equal(format->identity(&source, &arena.base, &out, &err), SCUTE_OK);
		assert_str(out, quoted(&arena, at->expected).data);
		arena_finish(&arena);
	}
}

static const struct text_case java_cases[] = {
#include "java_cases.inc"
	{ "{\"type\":{\"type\":\"int\"}}", "\"int\"" },
	{ "[\"null\", {\"type\": \"x.Y\"}, \".Z\"]", "[\"null\",\"x.Y\",\"Z\"]" },
	{ "{\"type\":\"nope\",\"n\":1.50}", "\"nope\"" }, /* no properties but its name */
	{ "17", "17" },
};

/* Java's text is also the identity: whoever writes the same schema otherwise means the same. */
static void java_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(java_cases) / sizeof(java_cases[0]); i++) {
		struct scute_source source = { .size = sizeof(source), .flags = SCUTE_SOURCE_KEEP_ORDER,
			.text = str_z(java_cases[i].text) };
		struct scute_error err = { 0 };
		const struct scute_schema *schema;
		struct scute_str out;
		struct arena arena;

		arena_init(&arena, ARENA_BYTES);
		assert_int_equal(format->identity(&source, &arena.base, &out, &err), SCUTE_OK);
		assert_str(out, java_cases[i].expected);
		source.flags |= SCUTE_SOURCE_STORED;
		if (format->parse(&source, &arena.base, &schema, &err) == SCUTE_OK) {
			assert_int_equal(format->canonical(schema, &arena.base, &out, &err), SCUTE_OK);
			assert_str(out, java_cases[i].expected);
		}
		arena_finish(&arena);
	}
}

/* It is asked for texts that parse() would refuse, too. */
static void identity_of_anything(void **state)
{
	struct scute_error err = { 0 };
	struct scute_str out;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	struct scute_source source = { .size = sizeof(source),
		.text = SCUTE_STR("{\"type\": \"nope\", \"b\": [ ]}") };
	assert_int_equal(format->identity(&source, &arena.base, &out, &err), SCUTE_OK);
	assert_str(out, "{\"b\":[],\"type\":\"nope\"}");
	source.text = SCUTE_STR("{\"type\": ");
	assert_int_equal(format->identity(&source, &arena.base, &out, &err), SCUTE_EINVAL);
	arena_finish(&arena);
}

static const struct text_case normal_cases[] = {
	/* 1: objects that only say "type". */
	{ "{'type':'string'}", "'string'" },
	{ "{'type':{'type':{'type':'string'}}}", "'string'" },
	{ "{'type':['null',{'type':'int'}]}", "['null','int']" },
	{ "{'type':'string','logicalType':'uuid'}", "{'logicalType':'uuid','type':'string'}" },
	{ "{'type':{'type':'string','logicalType':'uuid'}}",
		"{'logicalType':'uuid','type':'string'}" },
	{ "{'type':{'type':'string'},'logicalType':'uuid'}",
		"{'logicalType':'uuid','type':{'type':'string'}}" },
	{ "{'type':{'type':{'type':'string'}},'doc':'d'}", "{'doc':'d','type':{'type':'string'}}" },
	{ "{'items':{'type':'int'},'type':'array','default':[]}",
		"{'default':[],'items':'int','type':'array'}" },
	{ "{'type':'map','values':{'type':'array','items':{'type':'int'}}}",
		"{'type':'map','values':{'items':'int','type':'array'}}" },
	/* 2: names and namespaces. */
	{ "{'type':'record','name':'a.b.R','namespace':'ignored','fields':[]}",
		"{'fields':[],'name':'R','namespace':'a.b','type':'record'}" },
	{ "{'type':'record','name':'R','namespace':'','fields':[]}",
		"{'fields':[],'name':'R','type':'record'}" },
	{ "{'type':'record','name':'.R','fields':[]}", "{'fields':[],'name':'R','type':'record'}" },
	{ "{'type':'record','name':'R','namespace':null,'fields':[]}",
		"{'fields':[],'name':'R','type':'record'}" },
	{ "{'type':'record','name':'R','namespace':'a','fields':[{'name':'e','type':{'type':'enum',"
	  "'name':'a.E','symbols':['X']}},{'name':'f','type':{'type':'fixed','name':'F','namespa"
	"ce':"
	  "'a','size':1}},{'name':'g','type':{'type':'fixed','namespace':'','name':'G','size':1}"
	"}]}",
		"{'fields':[{'name':'e','type':{'name':'E','symbols':['X'],'type':'enum'}},{'name':"
		"'f','type':{'name':'F','size':1,'type':'fixed'}},{'name':'g','type':{'name':'G',"
		"'namespace':'','size':1,'type':'fixed'}}],'name':'R','namespace':'a','type':"
		"'record'}" },
	/* 3: uses of names. */
	{ "{'type':'record','name':'a.R','fields':[{'name':'x','type':['null','a.R']},{'name':'y',"
	  "'type':{'type':'R'}},{'name':'z','type':{'type':'a.R','doc':'d'}}]}",
		"{'fields':[{'name':'x','type':['null','R']},{'name':'y','type':'R'},{'name':'z',"
		"'type':{'doc':'d','type':'R'}}],'name':'R','namespace':'a','type':'record'}" },
	{ "[{'type':'fixed','name':'F','size':1},{'type':'record','name':'a.R','fields':[{'name'"
		":'x',"
	  "'type':'F'}]}]",
		"[{'name':'F','size':1,'type':'fixed'},{'fields':[{'name':'x','type':'F'}],"
		"'name':'R','namespace':'a','type':'record'}]" },
	{ "[{'type':'fixed','name':'F','size':1},{'type':'record','name':'a.R','fields':[{'name'"
		":'x',"
	  "'type':'F'},{'name':'y','type':{'type':'fixed','name':'F','size':2}}]}]",
		"[{'name':'F','size':1,'type':'fixed'},{'fields':[{'name':'x','type':'.F'},"
		"{'name':'y','type':{'name':'F','size':2,'type':'fixed'}}],'name':'R',"
		"'namespace':'a','type':'record'}]" },
	{ "{'type':'record','name':'a.int','fields':[{'name':'x','type':['null','a.int']}]}",
		"{'fields':[{'name':'x','type':['null','a.int']}],'name':'int','namespace':'a',"
		"'type':'record'}" },
	/* 4: aliases. */
	{ "{'type':'enum','name':'E','namespace':'a','symbols':[],'aliases':['a.D','b.C','B','.A"
		"']}",
		"{'aliases':['D','b.C','B','.A'],'name':'E','namespace':'a','symbols':[],'type':"
		"'enum'}" },
	/* 5: the rest stays. */
	{ "{'type':'error','name':'E','doc':'d','fields':[{'type':'int','name':'x','default':1,"
	  "'order':'ignore','aliases':['y'],'p':{'type':{'type':'int'}}}]}",
		"{'doc':'d','fields':[{'aliases':['y'],'default':1,'name':'x','order':'ignore','p':"
		"{'type':{'type':'int'}},'type':'int'}],'name':'E','type':'error'}" },
};

/* Also: the normal form is its own normal form, and parses to what the text parses to. */
static void normal(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(normal_cases) / sizeof(normal_cases[0]); i++) {
		const struct text_case *at = &normal_cases[i];
		struct scute_error err = { 0 };
		struct scute_str out;
		struct scute_str again;
		struct scute_str forms[2];
		struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		const struct scute_schema *schema = parse_text(&arena, at->text, 0, &err);
		assert_non_null(schema);
		assert_int_equal(format->normalize(schema, &arena.base, &out, &err), SCUTE_OK);
		assert_str(out, quoted(&arena, at->expected).data);
		const struct scute_schema *second = parse_str(&arena, out, 0, &err);
		assert_non_null(second);
		assert_int_equal(format->normalize(second, &arena.base, &again, &err), SCUTE_OK);
		assert_true(str_eq(out, again));
		assert_int_equal(avro_parsing_form(schema, &arena.base, &forms[0], &err), SCUTE_OK);
		assert_int_equal(avro_parsing_form(second, &arena.base, &forms[1], &err), SCUTE_OK);
		assert_true(str_eq(forms[0], forms[1]));
		arena_finish(&arena);
	}
}

/* A second equal definition, which only stored text can have, is written like the first. */
static void normal_of_stored(void **state)
{
	struct scute_error err = { 0 };
	struct scute_str out;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_text(&arena,
		"[{'type':'record','name':'R','fields':[{'name':'a','type':{'type':'int'}}]},{'t"
		"ype':"
		"'map','values':{'fields':[{'type':{'type':'int'},'name':'a'}],'name':'R','type':"
		"'record'}}]",
		SCUTE_SOURCE_STORED, &err);
	assert_non_null(schema);
	assert_int_equal(format->normalize(schema, &arena.base, &out, &err), SCUTE_OK);
	assert_str(out,
		quoted(&arena,
			"[{'fields':[{'name':'a','type':'int'}],'name':'R','type':'record'},{'ty"
			"pe':"
			"'map','values':{'fields':[{'name':'a','type':'int'}],'name':'R','type':"
			"'record'}}]").data);
	arena_finish(&arena);
}

struct print_case {
	const char *text;
	const char *form;
	const char *fingerprint; /* bytes in hex, least significant first */
};

/* The same from two independent implementations, in Java and in Python. */
static const struct print_case print_cases[] = {
	{ "'null'", "'null'", "8a8f25cce724dd63" },
	{ "'boolean'", "'boolean'", "64f7d4a478fc429f" },
	{ "'int'", "'int'", "8f5c393f1ad57572" },
	{ "{'type':'int'}", "'int'", "8f5c393f1ad57572" },
	{ "'long'", "'long'", "b71df49344e154d0" },
	{ "'float'", "'float'", "90d7a83ecb027c4d" },
	{ "'double'", "'double'", "7e95ab32c035758e" },
	{ "'bytes'", "'bytes'", "651920c3da16c04f" },
	{ "'string'", "'string'", "c70345637248018f" },
	{ "{'type':'array','items':'long'}", "{'type':'array','items':'long'}", "715e2ea28bc9165"
		"4" },
	{ "{'type':'map','values':['null','double']}",
		"{'type':'map','values':['null','double']}", "3fc62a3fdc6a2fcb" },
	{ "{'type':'enum','name':'E','namespace':'x.y','doc':'d','symbols':['A1','A2'],"
	  "'default':'A1'}",
		"{'name':'x.y.E','type':'enum','symbols':['A1','A2']}", "300b0b30d3a52fc2" },
	{ "{'type':'fixed','name':'F','size':15,'aliases':['G']}",
		"{'name':'F','type':'fixed','size':15}", "e3905d58c3eb3fe8" },
	{ "{'type':'record','name':'Obj','fields':[{'name':'age','type':'int'}]}",
		"{'name':'Obj','type':'record','fields':[{'name':'age','type':'int'}]}",
		"650b36400c131f95" },
	{ "{'type':'error','name':'a.Er','fields':[{'name':'m','type':{'type':'string','logicalT"
		"ype':"
	  "'uuid'},'default':'','order':'ignore'},{'name':'cause','type':['null','Er'],'default':"
	  "null}]}",
		"{'name':'a.Er','type':'record','fields':[{'name':'m','type':'string'},{'name':"
		"'cause','type':['null','a.Er']}]}",
		"dd7dd19b5ecbf81b" },
	{ "{'type':'record','name':'Node','namespace':'t','fields':[{'name':'kids','type':{'type':"
	  "'array','items':'Node'},'default':[]},{'name':'c','type':{'type':'fixed','name':'u.C',"
	  "'size':3}},{'name':'d','type':'u.C'}]}",
		"{'name':'t.Node','type':'record','fields':[{'name':'kids','type':{'type':'array',"
		"'items':'t.Node'}},{'name':'c','type':{'name':'u.C','type':'fixed','size':3}},{"
		"'name':'d','type':'u.C'}]}",
		"9f39f438e46e34a0" },
};

static void fingerprints(void **state)
{
	(void)state;
	assert_true(avro_crc64((struct scute_str){ NULL, 0 }) == 0xc15d213aa4d7a795u);
	for (size_t i = 0; i < sizeof(print_cases) / sizeof(print_cases[0]); i++) {
		const struct print_case *at = &print_cases[i];
		struct scute_error err = { 0 };
		struct scute_str out;
		struct arena arena;
		char hex[17];
		arena_init(&arena, ARENA_BYTES);
		const struct scute_schema *schema = parse_text(&arena, at->text, 0, &err);
		assert_non_null(schema);
		assert_int_equal(avro_parsing_form(schema, &arena.base, &out, &err), SCUTE_OK);
		assert_str(out, quoted(&arena, at->form).data);
		assert_int_equal(format->fingerprint(schema, &arena.base, &out, &err), SCUTE_OK);
		assert_int_equal(out.len, 8);
		for (size_t k = 0; k < 8; k++) {
			snprintf(hex + 2 * k, 3, "%02x", (unsigned char)out.data[k]);
		}
		assert_string_equal(hex, at->fingerprint);
		arena_finish(&arena);
	}
}

/* A referenced type stands in the parsing form where it is used first. */
static void form_with_reference(void **state)
{
	struct scute_error err = { 0 };
	struct scute_str out;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	struct scute_reference reference = { SCUTE_STR("c.F"), SCUTE_STR("s"), 1,
		quoted(&arena, "{'type':'fixed','name':'c.F','size':3}") };
	struct scute_source source = { .size = sizeof(source),
		.text = quoted(&arena, "{'type':'map','values':'c.F'}"), .references = &reference,
		.n_references = 1 };
	const struct scute_schema *schema;
	assert_int_equal(format->parse(&source, &arena.base, &schema, &err), SCUTE_OK);
	assert_int_equal(avro_parsing_form(schema, &arena.base, &out, &err), SCUTE_OK);
	assert_str(out,
		quoted(&arena, "{'type':'map','values':{'name':'c.F','type':'fixed','size':3}}")
			.data);
	assert_int_equal(format->canonical(schema, &arena.base, &out, &err), SCUTE_OK);
	assert_str(out, quoted(&arena, "{'type':'map','values':'c.F'}").data);
	assert_int_equal(format->normalize(schema, &arena.base, &out, &err), SCUTE_OK);
	assert_str(out, quoted(&arena, "{'type':'map','values':'c.F'}").data);
	arena_finish(&arena);
}

static void record_names(void **state)
{
	static const struct text_case names[] = {
		{ "{'type':'record','name':'R','namespace':'a.b','fields':[]}", "a.b.R" },
		{ "{'type':'enum','name':'E','symbols':[]}", "E" },
		{ "{'type':{'type':'fixed','name':'x.F','size':1}}", "x.F" },
		{ "'int'", NULL },
		{ "[{'type':'fixed','name':'x.F','size':1}]", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct scute_error err = { 0 };
		struct scute_str out;
		struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		const struct scute_schema *schema = parse_text(&arena, names[i].text, 0, &err);
		assert_non_null(schema);
		enum scute_status status = format->record_name(schema, &arena.base, &out, &err);
		assert_int_equal(status, names[i].expected ? SCUTE_OK : SCUTE_EUNSUPPORTED);
		if (names[i].expected) {
			assert_str(out, names[i].expected);
		}
		arena_finish(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical_and_identity),
		cmocka_unit_test(java_text),
		cmocka_unit_test(identity_of_anything),
		cmocka_unit_test(normal),
		cmocka_unit_test(normal_of_stored),
		cmocka_unit_test(fingerprints),
		cmocka_unit_test(form_with_reference),
		cmocka_unit_test(record_names),
	};

	format = avro_format_table();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
