/* SPDX-License-Identifier: Apache-2.0 */
/* Where references lead: inside a document, between documents, to meta-schemas, at run time. */
#include "rig.h"

#define D4 "'$schema':'http://json-schema.org/draft-04/schema#',"
#define D2019 "'$schema':'https://json-schema.org/draft/2019-09/schema',"
#define D2020 "'$schema':'https://json-schema.org/draft/2020-12/schema',"

struct ref_case {
	const char *text;   /* its root's first reference is the one that counts */
	const char *target; /* JSON pointer in the target's document */
	const char *title;  /* of the target, to tell documents apart; NULL: none */
};

static const struct ref_case cases[] = {
	{ "{'$ref':'#'}", "", NULL },
	{ "{'$ref':''}", "", NULL },
	{ "{'$ref':'#/definitions/a','definitions':{'a':{}}}", "/definitions/a", NULL },
	{ "{'$ref':'#/definitions/a/items/1','definitions':{'a':{'items':[{},{}]}}}",
		"/definitions/a/items/1", NULL },
	{ "{'$ref':'#/definitions/a~1b~0c%25d','definitions':{'a/b~c%d':{}}}",
		"/definitions/a~1b~0c%d", NULL },
	{ "{'$ref':'#/definitions/','definitions':{'':{}}}", "/definitions/", NULL },
	{ "{'$ref':'#/definitions/a/definitions/','definitions':{'a':{'definitions':{'':{}}}}}",
		"/definitions/a/definitions/", NULL },
	/* Places that no keyword makes schemas. */
	{ "{'$ref':'#/components/schemas/a','components':{'schemas':{'a':{'title':'x'}}}}",
		"/components/schemas/a", "x" },
	{ "{'$ref':'#/$defs/a','$defs':{'a':{'title':'x'}}}", "/$defs/a", "x" },
	{ "{'$ref':'#/x/1/not','x':[1,{'not':{}}]}", "/x/1/not", NULL },
	{ "{'$ref':'#/properties/a','properties':{'a':{'title':'x'}}}", "/properties/a", "x" },
	{ "{'$ref':'#/definitions','definitions':{'q':{}}}", "/definitions", NULL },
	/* Plain names. */
	{ "{'$ref':'#b','definitions':{'a':{'$id':'#b'}}}", "/definitions/a", NULL },
	{ "{" D4 "'$ref':'#b','definitions':{'a':{'id':'#b'}}}", "/definitions/a", NULL },
	{ "{" D2019 "'$ref':'#b','$defs':{'a':{'$anchor':'b'}}}", "/$defs/a", NULL },
	{ "{" D2020 "'$ref':'#b','$defs':{'a':{'$dynamicAnchor':'b'}}}", "/$defs/a", NULL },
	{ "{" D2020 "'$ref':'x#b','$defs':{'a':{'$id':'x','$defs':{'c':{'$anchor':'b'}}},"
		"'d':{'$anchor':'b'}}}", "/$defs/a/$defs/c", NULL },
	/* URIs. */
	{ "{'$id':'http://x/root.json','$ref':'http://x/root.json#/definitions/a',"
		"'definitions':{'a':{}}}", "/definitions/a", NULL },
	{ "{" D2019 "'$id':'http://x/y/root.json','$ref':'a.json','$defs':{'q':"
		"{'$id':'a.json','title':'x'}}}", "/$defs/q", "x" },
	{ "{" D2019 "'$id':'http://x/y/root.json','$ref':'../z/a.json#/$defs/r','$defs':{'q':"
		"{'$id':'/z/a.json','$defs':{'r':{}}}}}", "/$defs/q/$defs/r", NULL },
	{ "{" D2019 "'$id':'urn:uuid:deadbeef-1234','$ref':'urn:uuid:deadbeef-1234#/$defs/a',"
		"'$defs':{'a':{}}}", "/$defs/a", NULL },
	{ "{" D2019 "'$ref':'urn:x:a','$defs':{'a':{'$id':'urn:x:a'}}}", "/$defs/a", NULL },
	{ "{" D4 "'id':'http://x/','$ref':'http://x/a.json','definitions':{'a':{'id':'a.json'}}}",
		"/definitions/a", NULL },
	/* A sibling of $ref is no $id up to draft 7. */
	{ "{'$id':'http://x/b/','$ref':'#/allOf/0','allOf':[{'$id':'http://x/c/',"
		"'$ref':'foo.json'}],'definitions':{'f':{'$id':'foo.json'},'g':{'$id':'http://x/c/foo.json'}}}",
		"/definitions/f", NULL },
	/* References given at registration. */
	{ "{'$ref':'site.json'}", "", "site" },
	{ "{'$ref':'site.json#'}", "", "site" },
	{ "{'$ref':'site.json#/properties/no'}", "/properties/no", "no" },
	{ "{'$id':'http://x/order.json','$ref':'site.json'}", "", "site" },
	{ "{'$id':'http://x/order.json','$ref':'http://x/site.json'}", "", "site" },
	{ "{'$ref':'https://example.com/customer'}", "", "customer" },
	{ "{'$ref':'customer.json#/definitions/id'}", "/definitions/id", NULL },
	{ "{'$ref':'https://example.com/customer#/definitions/id'}", "/definitions/id", NULL },
	{ "{'$ref':'nested.json'}", "/definitions/n", "nested" },
	{ "{" D2019 "'$id':'site.json','title':'own','$ref':'#'}", "", "own" },
	/* The standard meta-schemas. */
	{ "{'$ref':'http://json-schema.org/draft-07/schema#'}", "", NULL },
	{ "{'$ref':'http://json-schema.org/draft-07/schema'}", "", NULL },
	{ "{'$ref':'http://json-schema.org/draft-07/schema#/definitions/nonNegativeInteger'}",
		"/definitions/nonNegativeInteger", NULL },
	{ "{'$ref':'http://json-schema.org/draft-04/schema#/definitions/positiveInteger'}",
		"/definitions/positiveInteger", NULL },
	{ "{'$ref':'http://json-schema.org/draft-06/schema#/properties/title'}",
		"/properties/title", NULL },
	{ "{'$ref':'https://json-schema.org/draft/2019-09/schema'}", "", NULL },
	{ "{'$ref':'https://json-schema.org/draft/2020-12/schema'}", "", NULL },
	{ "{'$ref':'https://json-schema.org/draft/2020-12/meta/validation#/$defs/simpleTypes'}",
		"/$defs/simpleTypes", NULL },
	{ "{'$ref':'https://json-schema.org/draft/2019-09/meta/format'}", "", NULL },
};

static const struct scute_schema *parse_refs(struct arena *arena, const char *text, uint32_t flags,
	struct scute_error *err)
{
	struct scute_reference references[] = {
		reference(arena, "site.json", "{'title':'site','properties':{'no':{'title':'no'}}}"),
		reference(arena, "customer.json", "{'$id':'https://example.com/customer',"
			"'title':'customer','definitions':{'id':{}}}"),
		reference(arena, "nested.json", "{'definitions':{'n':{'$id':'http://n/',"
			"'title':'nested','items':{'$ref':'#'}}},'$ref':'#/definitions/n'}"),
		reference(arena, "broken.json", "{'properties':{'a':{'$ref':'gone.json'}}}"),
		reference(arena, "meta.json", "{" D2020 "'$id':'http://meta/',"
			"'$vocabulary':{'https://json-schema.org/draft/2020-12/vocab/core':true,"
			"'https://json-schema.org/draft/2020-12/vocab/applicator':true}}"),
		reference(arena, "assert.json", "{" D2020 "'$vocabulary':{"
			"'https://json-schema.org/draft/2020-12/vocab/format-assertion':true,"
			"'http://x/unknown':false}}"),
		reference(arena, "alien.json", "{" D2020 "'$vocabulary':{'http://x/unknown':true}}"),
		reference(arena, "seven.json", "{'$schema':'http://json-schema.org/draft-07/schema#'}"),
		reference(arena, "eight.json", "{'$schema':'meta.json'}"),
		reference(arena, "loop.json", "{'$schema':'loop.json'}"),
	};

	return parse_with(arena, quoted(arena, text), references,
		sizeof(references) / sizeof(references[0]), flags, err);
}

static void case_check(const struct ref_case *c)
{
	struct scute_error err = { 0 };
	struct arena arena;
	struct buf out;

	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_refs(&arena, c->text, 0, &err);
	if (!schema) {
		fail_msg("%s: %s", c->text, err.text);
	}
	const struct js_node *target = js_get(schema->root, JS_REF)->ref->target;
	if (js_get(target, JS_REF) && target != schema->root) { /* a reference to a reference */
		target = js_get(target, JS_REF)->ref->target;
	}
	buf_init(&out, 1000);
	js_pointer(target, &out);
	if (!str_eq_z(buf_str(&out), c->target)) {
		fail_msg("%s: leads to \"%.*s\"", c->text, STR_ARGS(buf_str(&out)));
	}
	buf_finish(&out);
	if (c->title) {
		assert_str(js_value(target, JS_TITLE)->text, c->title);
	}
	arena_finish(&arena);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		case_check(&cases[i]);
	}
}

static const struct js_node *sub(const struct js_node *node, enum js_keyword_id id,
	const char *name)
{
	const struct js_named *named = js_named_find(js_get(node, id), str_z(name));

	assert_non_null(named);
	return named->node;
}

static void test_recursive(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_good(&arena,
		"{" D2019 "'$id':'http://x/outer','$recursiveAnchor':true,'$ref':'inner',"
		"'$defs':{'i':{'$id':'inner','$recursiveAnchor':true,'items':{'$recursiveRef':'#'}},"
		"'p':{'$id':'plain','items':{'$recursiveRef':'#'}}}}");
	const struct js_node *inner = sub(schema->root, JS_DEFS, "i");
	const struct js_ref *ref = js_get(js_sub(inner, JS_ITEMS), JS_RECURSIVE_REF)->ref;
	assert_true(ref->is_dynamic);
	assert_int_equal(ref->dynamic_id, 0);
	assert_ptr_equal(ref->target, inner);
	assert_ptr_equal(js_dynamic_find(schema->root->resource, 0), schema->root);
	assert_ptr_equal(js_dynamic_find(inner->resource, 0), inner);
	const struct js_node *plain = sub(schema->root, JS_DEFS, "p");
	assert_null(js_dynamic_find(plain->resource, 0));
	ref = js_get(js_sub(plain, JS_ITEMS), JS_RECURSIVE_REF)->ref;
	assert_false(ref->is_dynamic);
	assert_ptr_equal(ref->target, plain);
	arena_finish(&arena);
}

static void test_dynamic(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_good(&arena,
		"{" D2020 "'$id':'http://x/outer','$ref':'list','$defs':{"
		"'s':{'$dynamicAnchor':'item','type':'string'},'o':{'$dynamicAnchor':'other'},"
		"'l':{'$id':'list','items':{'$dynamicRef':'#item'},"
		"'contains':{'$dynamicRef':'#/$defs/d'},'not':{'$dynamicRef':'#still'},"
		"'$defs':{'d':{'$dynamicAnchor':'item'},'s':{'$anchor':'still'}}}}}");
	const struct js_node *list = sub(schema->root, JS_DEFS, "l");
	const struct js_ref *ref = js_get(js_sub(list, JS_ITEMS), JS_DYNAMIC_REF)->ref;
	assert_true(ref->is_dynamic);
	assert_ptr_equal(ref->target, sub(list, JS_DEFS, "d"));
	assert_ptr_equal(js_dynamic_find(schema->root->resource, ref->dynamic_id),
		sub(schema->root, JS_DEFS, "s"));
	assert_ptr_equal(js_dynamic_find(list->resource, ref->dynamic_id), ref->target);
	assert_int_equal(schema->root->resource->n_dynamics, 2);
	assert_null(js_dynamic_find(list->resource, 0));
	/* A pointer, and an anchor that is not dynamic, are references like any other. */
	assert_false(js_get(js_sub(list, JS_CONTAINS), JS_DYNAMIC_REF)->ref->is_dynamic);
	assert_false(js_get(js_sub(list, JS_NOT), JS_DYNAMIC_REF)->ref->is_dynamic);
	assert_int_equal(schema->n_resources, 2);
	arena_finish(&arena);
}

static void test_draft_switch(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_good(&arena,
		"{" D2020 "'$defs':{'old':{'$id':'old',"
		"'$schema':'http://json-schema.org/draft-07/schema#','items':[{}],'$anchor':5},"
		"'older':{'id':'http://x/older',"
		"'$schema':'http://json-schema.org/draft-04/schema#','exclusiveMaximum':true},"
		"'same':{'$schema':'http://json-schema.org/draft-04/schema#','const':1}}}");
	assert_int_equal(js_node_draft(schema->root), JS_DRAFT_2020);
	const struct js_node *old = sub(schema->root, JS_DEFS, "old");
	assert_int_equal(js_node_draft(old), JS_DRAFT_7);
	assert_int_equal(js_get(old, JS_ITEMS)->form, JS_FORM_NODES);
	const struct js_node *older = sub(schema->root, JS_DEFS, "older");
	assert_int_equal(js_node_draft(older), JS_DRAFT_4);
	assert_str(older->resource->uri, "http://x/older");
	assert_true(js_has(older, JS_EXCLUSIVE_MAXIMUM_4));
	/* Without an $id it says nothing. */
	assert_true(js_has(sub(schema->root, JS_DEFS, "same"), JS_CONST));
	arena_finish(&arena);
}

static void test_vocabularies(void **state)
{
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_refs(&arena,
		"{'$schema':'http://meta/','minimum':'no keyword','properties':{'a':{}}}", 0, &err);
	assert_non_null(schema);
	assert_int_equal(js_node_draft(schema->root), JS_DRAFT_2020);
	assert_false(js_has(schema->root, JS_MINIMUM));
	assert_true(js_has(schema->root, JS_PROPERTIES));
	assert_true(js_has(schema->root, JS_SCHEMA));
	assert_non_null(parse_refs(&arena, "{'$schema':'meta.json#','minimum':'1'}", 0, &err));
	schema = parse_refs(&arena, "{'$schema':'assert.json','format':'date'}", 0, &err);
	assert_non_null(schema);
	assert_true(schema->root->resource->asserts_format);
	schema = parse_refs(&arena, "{'$schema':'seven.json','minimum':1}", 0, &err);
	assert_int_equal(js_node_draft(schema->root), JS_DRAFT_7);
	assert_true(js_has(schema->root, JS_MINIMUM));
	schema = parse_refs(&arena, "{'$schema':'eight.json','minimum':1}", 0, &err);
	assert_int_equal(js_node_draft(schema->root), JS_DRAFT_2020);
	schema = parse_refs(&arena, "{'$schema':'loop.json','minimum':1}", 0, &err);
	assert_int_equal(js_node_draft(schema->root), JS_DRAFT_7);
	assert_null(parse_refs(&arena, "{'$schema':'alien.json'}", 0, &err));
	assert_str(str_z(err.text), "at #/$schema: $schema \"alien.json\" requires the vocabulary "
		"\"http://x/unknown\", which is not known");
	assert_non_null(parse_refs(&arena, "{'$schema':'alien.json'}", SCUTE_SOURCE_STORED, &err));
	arena_finish(&arena);
}

static void test_references(void **state)
{
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	/* What a reference lacks was not this schema's to give. */
	const struct scute_schema *schema = parse_refs(&arena, "{'$ref':'broken.json'}", 0, &err);
	assert_non_null(schema);
	const struct js_node *broken = js_get(schema->root, JS_REF)->ref->target;
	assert_null(js_get(sub(broken, JS_PROPERTIES, "a"), JS_REF)->ref->target);
	assert_str(broken->resource->document->name, "broken.json");
	assert_int_equal(broken->resource->document->version, 1);
	struct scute_reference bad = reference(&arena, "bad.json", "{'a':");
	assert_null(parse_with(&arena, quoted(&arena, "{}"), &bad, 1, 0, &err));
	assert_str(str_z(err.text), "in the reference \"bad.json\" (subject \"s\", version 1): "
		"line 1 column 6: expected a value, not the end");
	assert_int_equal(err.status, SCUTE_EREFERENCE);
	assert_non_null(parse_with(&arena, quoted(&arena, "{}"), &bad, 1, SCUTE_SOURCE_STORED, &err));
	arena_finish(&arena);
}

/* What is referred to may be of another format: an Avro "string" is JSON, and no schema. */
static void test_no_schemas(void **state)
{
	static const char *const texts[] = { "'string'", "['null','string']", "1", "null" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct scute_error err = { 0 };
		struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		struct scute_reference reference_to = reference(&arena, "n", texts[i]);
		struct scute_str text = quoted(&arena, "{'$ref':'n'}");
		assert_null(parse_with(&arena, text, &reference_to, 1, 0, &err));
		assert_string_equal(err.text, "at #/$ref: $ref \"n\" does not resolve: there is no "
			"schema at that place");
		const struct scute_schema *stored = parse_with(&arena, text, &reference_to, 1,
			SCUTE_SOURCE_STORED, &err);
		assert_non_null(stored);
		assert_null(js_get(stored->root, JS_REF)->ref->target);
		arena_finish(&arena);
	}
}

/* References of references find each other by name, whatever the base is. */
static void test_transitive(void **state)
{
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	struct scute_reference references[] = {
		reference(&arena, "country.json", "{'$id':'https://c/country','title':'country'}"),
		reference(&arena, "site.json", "{'$id':'https://s/site','properties':{"
			"'c':{'$ref':'country.json'},'d':{'$ref':'https://c/country'}}}"),
	};
	const struct scute_schema *schema = parse_with(&arena,
		quoted(&arena, "{'$id':'https://o/order','properties':{'s':{'$ref':'site.json'}}}"),
		references, 2, 0, &err);
	assert_non_null(schema);
	const struct js_node *site =
		js_get(sub(schema->root, JS_PROPERTIES, "s"), JS_REF)->ref->target;
	assert_str(site->resource->uri, "https://s/site");
	const struct js_node *c = js_get(sub(site, JS_PROPERTIES, "c"), JS_REF)->ref->target;
	assert_str(js_value(c, JS_TITLE)->text, "country");
	assert_ptr_equal(js_get(sub(site, JS_PROPERTIES, "d"), JS_REF)->ref->target, c);
	/* Without a $schema they are of the draft of the schema that has one. */
	assert_int_equal(js_node_draft(c), JS_DRAFT_7);
	schema = parse_with(&arena, quoted(&arena, "{" D2020 "'$ref':'site.json'}"), references, 2,
		0, &err);
	assert_non_null(schema);
	site = js_get(schema->root, JS_REF)->ref->target;
	assert_int_equal(js_node_draft(site), JS_DRAFT_2020);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_recursive),
		cmocka_unit_test(test_dynamic),
		cmocka_unit_test(test_draft_switch),
		cmocka_unit_test(test_vocabularies),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_no_schemas),
		cmocka_unit_test(test_transitive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
