/* SPDX-License-Identifier: Apache-2.0 */
/* What is a schema, what is not, and what the model of it says. */
#include "rig.h"
#include "validate.h"

struct parse_case {
	const char *text;
	enum scute_status status;
	const char *error;
	bool is_alone; /* the meta-schema sees it otherwise */
};

#define GOOD(text) { text, SCUTE_OK, NULL, false },
#define GOOD_ALONE(text) { text, SCUTE_OK, NULL, true },
#define BAD(text, status, error) { text, status, error, false },
#define BAD_ALONE(text, status, error) { text, status, error, true },
static const struct parse_case cases[] = {
#include "parse_cases.inc"
};
#undef GOOD
#undef GOOD_ALONE
#undef BAD
#undef BAD_ALONE

static void case_check(const struct parse_case *c)
{
	struct scute_error err = { 0 };
	struct arena arena;

	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_text(&arena, c->text, 0, &err);
	if (c->status == SCUTE_OK && !schema) {
		fail_msg("%s: %s", c->text, err.text);
	}
	if (c->status != SCUTE_OK && schema) {
		fail_msg("%s: accepted", c->text);
	}
	if (!schema) {
		assert_str(str_z(err.text), quoted(&arena, c->error).data);
		assert_int_equal(err.status, c->status);
		assert_true(err.line > 0);
	}
	/* What is in the topic is read whatever is wrong with it, unless it is no JSON. */
	bool is_json = strncmp(c->error ? c->error : "", "line ", 5) != 0;
	schema = parse_text(&arena, c->text, SCUTE_SOURCE_STORED, &err);
	assert_int_equal(schema != NULL, is_json);
	arena_finish(&arena);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		case_check(&cases[i]);
	}
}

static const struct scute_schema *meta_schema(struct arena *arena, enum js_draft draft)
{
	static const char *const texts[] = {
		[JS_DRAFT_4] = "{'$ref':'http://json-schema.org/draft-04/schema#'}",
		[JS_DRAFT_6] = "{'$ref':'http://json-schema.org/draft-06/schema#'}",
		[JS_DRAFT_7] = "{'$ref':'http://json-schema.org/draft-07/schema#'}",
		[JS_DRAFT_2019] = "{'$ref':'https://json-schema.org/draft/2019-09/schema'}",
		[JS_DRAFT_2020] = "{'$ref':'https://json-schema.org/draft/2020-12/schema'}",
	};

	return parse_good(arena, texts[draft]);
}

/* Checker and meta-schemas come from one table: they agree on every case. */
static void test_meta_schemas(void **state)
{
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct scute_schema *schema =
			parse_text(&arena, cases[i].text, SCUTE_SOURCE_STORED, &err);
		if (!schema) { /* no JSON */
			continue;
		}
		enum scute_status status =
			js_validate(meta_schema(&arena, js_node_draft(schema->root)),
				quoted(&arena, cases[i].text), &arena.base, &err);
		bool is_valid = cases[i].status != SCUTE_EINVAL;
		if ((status == SCUTE_OK) != (is_valid != cases[i].is_alone)) {
			fail_msg("%s: %s", cases[i].text, status == SCUTE_OK ? "valid" : err.text);
		}
	}
	arena_finish(&arena);
}

/* The meta-schemas are schemas of their own kind. */
static void test_meta_schemas_of_themselves(void **state)
{
	struct scute_error err = { 0 };
	struct scute_str text;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (unsigned draft = 0; draft < JS_N_DRAFTS; draft++) {
		const struct scute_schema *meta = meta_schema(&arena, (enum js_draft)draft);
		for (const struct js_document *document = meta->documents->next; document;
			document = document->next) {
			struct scute_error why = { 0 };
			assert_true(document->is_standard);
			assert_int_equal(document->root->resource->draft, draft);
			text = document->text;
			if (js_validate(meta, text, &arena.base, &err) != SCUTE_OK) {
				fail_msg("%.*s: %s", STR_ARGS(document->name), err.text);
			}
			if (!parse_with(&arena, text, NULL, 0, 0, &why)) {
				fail_msg("%.*s: %s", STR_ARGS(document->name), why.text);
			}
		}
	}
	arena_finish(&arena);
}

/* The subschema at a JSON pointer of known keywords, by the model alone. */
static const struct js_node *at(const struct js_node *node, enum js_keyword_id id, const char *name)
{
	const struct js_keyword *keyword = js_get(node, id);

	assert_non_null(keyword);
	const struct js_named *named = js_named_find(keyword, str_z(name));
	assert_non_null(named);
	return named->node;
}

static void assert_pointer(const struct js_node *node, const char *expected)
{
	struct buf out;

	buf_init(&out, 1000);
	js_pointer(node, &out);
	assert_str(buf_str(&out), expected);
	buf_finish(&out);
}

static void test_model(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_good(&arena,
		"{'type':'object','properties':{'b':{'anyOf':[{},{'minimum':1}]},'a':true},"
		"'additionalProperties':false,'required':['a'],'x-note':1,"
		"'dependencies':{'a':['b'],'b':{'not':{}}},'deprecated':5,'title':'t'}");
	const struct js_node *root = schema->root;
	assert_int_equal(root->kind, JS_OBJECT);
	assert_int_equal(root->n_keywords, 6);
	assert_int_equal(js_node_draft(root), JS_DRAFT_7);
	assert_null(js_get(root, JS_DEPRECATED)); /* not in draft 7 */
	assert_null(js_get(root, JS_MINIMUM));
	assert_str(js_value(root, JS_TITLE)->text, "t");
	for (uint32_t i = 1; i < root->n_keywords; i++) {
		assert_true(root->keywords[i - 1].id < root->keywords[i].id);
	}
	const struct js_keyword *properties = js_get(root, JS_PROPERTIES);
	assert_int_equal(properties->form, JS_FORM_NAMED);
	assert_int_equal(properties->count, 2);
	assert_str(properties->named[0].name, "a");
	assert_int_equal(properties->named[0].node->kind, JS_ALWAYS);
	assert_int_equal(js_sub(root, JS_ADDITIONAL_PROPERTIES)->kind, JS_NEVER);
	assert_null(js_sub(root, JS_PROPERTIES));
	const struct js_node *b = at(root, JS_PROPERTIES, "b");
	const struct js_keyword *any = js_get(b, JS_ANY_OF);
	assert_int_equal(any->form, JS_FORM_NODES);
	assert_int_equal(any->count, 2);
	assert_pointer(any->nodes[1], "/properties/b/anyOf/1");
	assert_ptr_equal(any->nodes[1]->parent, b);
	const struct js_keyword *dependencies = js_get(root, JS_DEPENDENCIES);
	assert_null(js_named_find(dependencies, SCUTE_STR("a"))->node);
	assert_pointer(js_sub(at(root, JS_DEPENDENCIES, "b"), JS_NOT), "/dependencies/b/not");
	assert_null(js_named_find(dependencies, SCUTE_STR("c")));
	assert_pointer(root, "");
	arena_finish(&arena);
}

/* The last keyword of the table lies beyond the first word of bits. */
static void test_every_keyword(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_good(&arena,
		"{'$schema':'https://json-schema.org/draft/2020-12/schema','deprecated':true,"
		"'writeOnly':true,'readOnly':false,'examples':[],'minimum':0}");
	assert_int_equal(js_value(schema->root, JS_DEPRECATED)->type, JSON_TRUE);
	assert_int_equal(js_value(schema->root, JS_WRITE_ONLY)->type, JSON_TRUE);
	assert_int_equal(js_value(schema->root, JS_READ_ONLY)->type, JSON_FALSE);
	assert_int_equal(js_value(schema->root, JS_EXAMPLES)->type, JSON_ARRAY);
	assert_int_equal(js_value(schema->root, JS_MINIMUM)->type, JSON_NUMBER);
	assert_null(js_value(schema->root, JS_DEFAULT));
	arena_finish(&arena);
}

static void test_beside_ref(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_good(&arena,
		"{'$ref':'#/definitions/a','type':'string','definitions':{'a':{'type':'array'}}}");
	assert_null(js_get(schema->root, JS_TYPE));
	assert_ptr_equal(js_get(schema->root, JS_REF)->ref->target,
		at(schema->root, JS_DEFINITIONS, "a"));
	schema = parse_good(&arena,
		"{'$schema':'https://json-schema.org/draft/2019-09/schema',"
		"'$ref':'#/$defs/a','type':'string','$defs':{'a':{'type':'array'}}}");
	assert_non_null(js_get(schema->root, JS_TYPE));
	assert_ptr_equal(js_get(schema->root, JS_REF)->ref->target, at(schema->root, JS_DEFS, "a"));
	arena_finish(&arena);
}

/* What is wrong in a stored schema is left out; the rest counts. */
static void test_stored(void **state)
{
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_text(&arena,
		"{'type':'nonsense','minimum':'1','maximum':2,'pattern':'(','allOf':[5,{'type':'null'}],"
		"'properties':{'a':{'$ref':'gone.json'},'b':7}}", SCUTE_SOURCE_STORED, &err);
	assert_non_null(schema);
	assert_null(js_get(schema->root, JS_TYPE));
	assert_null(js_get(schema->root, JS_MINIMUM));
	assert_non_null(js_get(schema->root, JS_MAXIMUM));
	assert_non_null(js_get(schema->root, JS_PATTERN));
	assert_int_equal(js_get(schema->root, JS_ALL_OF)->nodes[0]->kind, JS_ALWAYS);
	assert_int_equal(js_get(schema->root, JS_ALL_OF)->nodes[1]->kind, JS_OBJECT);
	const struct js_keyword *ref = js_get(at(schema->root, JS_PROPERTIES, "a"), JS_REF);
	assert_int_equal(ref->form, JS_FORM_REF);
	assert_null(ref->ref->target);
	assert_int_equal(at(schema->root, JS_PROPERTIES, "b")->kind, JS_ALWAYS);
	arena_finish(&arena);
}

/* Errors are one line of UTF-8, whatever is in the schema and however much of it. */
static void test_long_errors(void **state)
{
	static const char *const forms[] = { "{'type':'%'}", "{'properties':{'%':{'type':5}}}",
		"{'$ref':'%'}", "{'required':['x%','x%']}", "{'properties':{'a\\n':{'type':'\\n%'}}}" };
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		for (unsigned n = 160; n < 164; n++) {
			struct buf text;
			buf_init_arena(&text, 1 << 20, &arena.base);
			for (const char *c = forms[i]; *c; c++) {
				if (*c != '%') {
					buf_append_byte(&text, *c);
				}
				for (unsigned k = 0; *c == '%' && k < n; k++) {
					buf_append_z(&text, k == 0 ? "x" : "\xe2\x82\xac");
				}
			}
			buf_append_byte(&text, '\0');
			assert_null(parse_text(&arena, text.data, 0, &err));
			assert_true(str_is_utf8(str_z(err.text)));
			assert_null(strpbrk(err.text, "\n\r"));
			assert_int_equal(strncmp(err.text, "at #/", 5), 0);
		}
	}
	arena_finish(&arena);
}

static void test_default_draft(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	js_options_set((struct js_options){ JS_DRAFT_2020, true });
	const struct scute_schema *schema = parse_good(&arena, "{'format':'date'}");
	assert_int_equal(js_node_draft(schema->root), JS_DRAFT_2020);
	assert_true(schema->root->resource->asserts_format);
	js_options_set((struct js_options){ JS_DRAFT_7, false });
	schema = parse_good(&arena, "{'format':'date'}");
	assert_int_equal(js_node_draft(schema->root), JS_DRAFT_7);
	assert_false(schema->root->resource->asserts_format);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_meta_schemas),
		cmocka_unit_test(test_meta_schemas_of_themselves),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_every_keyword),
		cmocka_unit_test(test_beside_ref),
		cmocka_unit_test(test_stored),
		cmocka_unit_test(test_long_errors),
		cmocka_unit_test(test_default_draft),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
