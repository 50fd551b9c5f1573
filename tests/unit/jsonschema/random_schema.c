/* SPDX-License-Identifier: Apache-2.0 */
/* Random schemas: small ones over few names and values, so that they often meet. */
#include "random_schema.h"

#include "support/str.h"

#define COUNT(list) (uint32_t)(sizeof(list) / sizeof((list)[0]))

static const char *const drafts[] = { "http://json-schema.org/draft-04/schema#",
	"http://json-schema.org/draft-06/schema#", "http://json-schema.org/draft-07/schema#",
	"https://json-schema.org/draft/2019-09/schema",
	"https://json-schema.org/draft/2020-12/schema" };

static const char *const types[] = { "'string'", "'integer'", "'number'", "'object'", "'array'",
	"'null'", "'boolean'", "['string','null']", "['integer','null']", "['number','string']",
	"['object','null']", "['array','object']", "['integer','string','boolean']" };

static const char *const values[] = { "null", "true", "false", "0", "1", "1.0", "2", "3.5", "-1",
	"''", "'a'", "'bb'", "'x1'", "[]", "[1]", "[1.0]", "['a',1]", "{}", "{'a':1}",
	"{'a':1.0,'b':'a'}", "100" };

static const char *const names[] = { "a", "b", "xa", "xb", "c" };

static const char *const patterns[] = { "^x", "^a", "b$", "a", "^[a-b]$" };

static const char *const counts[] = { "0", "1", "2", "3", "2.0" };

static const char *const numbers[] = { "-1", "0", "1", "1.5", "2", "1e0", "3", "10" };

static const char *const divisors[] = { "1", "2", "0.5", "3", "0.01", "6" };

static const char *const samples[] = {
#include "random_samples.inc"
};

/* Keywords that only show what they mean together. */
static const uint8_t names_theme[] = { JS_PROPERTIES, JS_PATTERN_PROPERTIES, JS_ADDITIONAL_PROPERTIES,
	JS_PATTERN_PROPERTIES, JS_PROPERTIES, JS_REQUIRED, JS_MAXIMUM, JS_TYPE };
static const uint8_t contains_theme[] = { JS_CONTAINS, JS_MAX_CONTAINS, JS_MIN_CONTAINS, JS_CONTAINS,
	JS_MULTIPLE_OF, JS_MAXIMUM, JS_CONST, JS_ENUM, JS_REQUIRED, JS_PROPERTIES, JS_DEFAULT };
static const uint8_t leftovers_theme[] = { JS_UNEVALUATED_PROPERTIES, JS_PROPERTIES, JS_ANY_OF,
	JS_ALL_OF, JS_ONE_OF, JS_IF, JS_THEN, JS_ELSE, JS_DEPENDENT_SCHEMAS, JS_PROPERTIES,
	JS_UNEVALUATED_PROPERTIES, JS_REQUIRED };
static const uint8_t items_theme[] = { JS_UNEVALUATED_ITEMS, JS_PREFIX_ITEMS, JS_ITEMS, JS_CONTAINS,
	JS_ANY_OF, JS_ALL_OF, JS_IF, JS_THEN, JS_UNEVALUATED_ITEMS, JS_MAX_ITEMS, JS_CONST };
static const uint8_t cycle_theme[] = { JS_REF, JS_REF, JS_ANY_OF, JS_ONE_OF, JS_PROPERTIES, JS_ITEMS,
	JS_ADDITIONAL_PROPERTIES, JS_NOT, JS_MAXIMUM };
static const uint8_t not_theme[] = { JS_NOT, JS_REQUIRED, JS_PROPERTIES, JS_DEFAULT, JS_IF, JS_THEN,
	JS_ELSE, JS_ONE_OF, JS_CONST, JS_REQUIRED };

static const struct {
	const uint8_t *keywords;
	uint32_t count;
} themes[] = { { names_theme, COUNT(names_theme) }, { contains_theme, COUNT(contains_theme) },
	{ leftovers_theme, COUNT(leftovers_theme) }, { items_theme, COUNT(items_theme) },
	{ cycle_theme, COUNT(cycle_theme) }, { not_theme, COUNT(not_theme) }, { NULL, 0 },
	{ NULL, 0 }, { NULL, 0 } };

static const char *pick(struct random *random, const char *const *list, uint32_t n)
{
	return list[random_below(random, n)];
}

#define PICK(random, list) pick(random, list, COUNT(list))

enum js_draft schema_draft(const struct json *root)
{
	const struct json *value = json_get(root, "$schema");
	enum js_draft draft = JS_DRAFT_7;

	if (value && value->type == JSON_STRING) {
		js_draft_by_uri(value->text, &draft);
	}
	return draft;
}

static struct json *number_like(struct random *random, const char *const *list, uint32_t n)
{
	return tree_text(random, pick(random, list, n));
}

static struct json *string_list(struct random *random, bool empty)
{
	struct json *list = tree_text(random, "[]");

	for (uint32_t i = 0; i < COUNT(names); i++) {
		if (random_once_in(random, 3) || (i + 1 == COUNT(names) && !empty &&
							 list->n_children == 0)) {
			struct json *name = tree_text(random, "''");
			name->text = str_z(names[i]);
			tree_append(list, name);
		}
	}
	return list;
}

static struct json *value_list(struct random *random)
{
	struct json *list = tree_text(random, "[]");
	uint32_t step = 1 + random_below(random, 6);

	for (uint32_t i = random_below(random, 4); i < COUNT(values); i += step) {
		if (!random_once_in(random, 3)) {
			tree_append(list, tree_text(random, values[i]));
		}
	}
	if (list->n_children == 0) {
		tree_append(list, tree_text(random, PICK(random, values)));
	}
	return list;
}

static struct json *schema_list(struct random *random, enum js_draft draft, uint32_t depth)
{
	struct json *list = tree_text(random, "[]");

	for (uint32_t n = 1 + random_below(random, 3); n > 0; n--) {
		tree_append(list, schema_random_at(random, draft, depth - 1));
	}
	return list;
}

static struct json *schema_map(struct random *random, enum js_draft draft, uint32_t depth,
	const char *const *keys, uint32_t n_keys)
{
	struct json *map = tree_text(random, "{}");

	for (uint32_t n = 1 + random_below(random, 3); n > 0; n--) {
		tree_put(random, map, pick(random, keys, n_keys),
			schema_random_at(random, draft, depth - 1));
	}
	return map;
}

static struct json *dependencies(struct random *random, enum js_draft draft, uint32_t depth)
{
	struct json *map = schema_map(random, draft, depth, names, COUNT(names));

	if (random_once_in(random, 2)) {
		tree_put(random, map, PICK(random, names), string_list(random, draft >= JS_DRAFT_6));
	}
	return map;
}

static struct json *named_lists(struct random *random)
{
	struct json *map = tree_text(random, "{}");

	for (uint32_t n = 1 + random_below(random, 2); n > 0; n--) {
		tree_put(random, map, PICK(random, names), string_list(random, true));
	}
	return map;
}

static struct json *reference(struct random *random, enum js_keyword_id id)
{
	static const char *const targets[] = { "'#/definitions/p'", "'#/definitions/q'", "'#'" };
	static const char *const dynamic[] = { "'#node'", "'#/definitions/q'" };

	if (id == JS_RECURSIVE_REF) {
		return tree_text(random, "'#'");
	}
	return tree_text(random,
		id == JS_DYNAMIC_REF ? PICK(random, dynamic) : PICK(random, targets));
}

/* A value of the keyword's shape; NULL: not here. */
static struct json *keyword_value(struct random *random, enum js_keyword_id id, enum js_draft draft,
	uint32_t depth)
{
	switch (js_rule(id)->shape) {
	case JS_SHAPE_ANY:
		return tree_text(random, PICK(random, values));
	case JS_SHAPE_BOOLEAN:
		return tree_text(random, random_once_in(random, 3) ? "false" : "true");
	case JS_SHAPE_NUMBER:
		return number_like(random, numbers, COUNT(numbers));
	case JS_SHAPE_DIVISOR:
		return number_like(random, divisors, COUNT(divisors));
	case JS_SHAPE_COUNT:
		return number_like(random, counts, COUNT(counts));
	case JS_SHAPE_STRING:
		return tree_text(random, random_once_in(random, 2) ? "'x'" : "'y'");
	case JS_SHAPE_STRINGS:
		return string_list(random, draft >= JS_DRAFT_6);
	case JS_SHAPE_PATTERN: {
		struct json *pattern = tree_text(random, "''");
		pattern->text = str_z(PICK(random, patterns));
		return pattern;
	}
	case JS_SHAPE_REFERENCE:
		return reference(random, id);
	case JS_SHAPE_TYPES:
		return tree_text(random, PICK(random, types));
	case JS_SHAPE_ENUM:
		return value_list(random);
	case JS_SHAPE_NAMED_STRINGS:
		return named_lists(random);
	default:
		break;
	}
	if (depth == 0) {
		return NULL;
	}
	switch (js_rule(id)->shape) {
	case JS_SHAPE_SCHEMA:
		return schema_random_at(random, draft, depth - 1);
	case JS_SHAPE_ADDITIONAL:
		return random_once_in(random, 2) ? tree_text(random, "false") :
						   schema_random_at(random, draft, depth - 1);
	case JS_SHAPE_SCHEMAS:
		return schema_list(random, draft, depth);
	case JS_SHAPE_ITEMS:
		return draft < JS_DRAFT_2020 && random_once_in(random, 2) ?
			schema_list(random, draft, depth) :
			schema_random_at(random, draft, depth - 1);
	case JS_SHAPE_NAMED:
		return schema_map(random, draft, depth, names, COUNT(names));
	case JS_SHAPE_PATTERNS:
		return schema_map(random, draft, depth, patterns, COUNT(patterns));
	case JS_SHAPE_DEPENDENCIES:
		return dependencies(random, draft, depth);
	default:
		return NULL;
	}
}

/* Those that only say where a schema is are put in by schema_random. */
static bool is_placed(enum js_keyword_id id)
{
	return id < JS_TYPE && id != JS_REF && id != JS_RECURSIVE_REF && id != JS_DYNAMIC_REF;
}

void schema_add_keyword(struct random *random, struct json *schema, enum js_draft draft,
	uint32_t depth)
{
	enum js_keyword_id id = (enum js_keyword_id)random_below(random, JS_N_KEYWORDS);
	bool in_theme = random->theme && !random_once_in(random, 5);

	if (in_theme) {
		id = (enum js_keyword_id)random->theme[random_below(random, random->n_theme)];
	}
	const struct js_rule *rule = js_rule(id);
	if (is_placed(id) || draft < rule->first_draft || draft > rule->last_draft ||
		(id <= JS_DYNAMIC_REF && !in_theme && !random_once_in(random, 3))) {
		return;
	}
	struct json *value = keyword_value(random, id, draft, depth);
	if (value) {
		tree_put(random, schema, rule->name, value);
	}
}

/* Often what people write: a closed object, a nullable value, a list of one type. */
static struct json *schema_usual(struct random *random, enum js_draft draft, uint32_t depth)
{
	struct json *schema = tree_text(random, "{'type':'object'}");

	if (random_once_in(random, 3)) {
		schema = tree_text(random, "{'type':'array'}");
		tree_put(random, schema, "items", schema_random_at(random, draft, depth - 1));
		return schema;
	}
	tree_put(random, schema, "properties",
		schema_map(random, draft, depth, names, COUNT(names)));
	if (random_once_in(random, 2)) {
		tree_put(random, schema, "additionalProperties", tree_text(random, "false"));
	}
	if (random_once_in(random, 2)) {
		tree_put(random, schema, "required", string_list(random, draft >= JS_DRAFT_6));
	}
	return schema;
}

struct json *schema_random_at(struct random *random, enum js_draft draft, uint32_t depth)
{
	if (draft >= JS_DRAFT_6 && random_once_in(random, 12)) {
		return tree_text(random, random_once_in(random, 3) ? "false" : "true");
	}
	if (depth > 0 && random_once_in(random, 3)) {
		return schema_usual(random, draft, depth);
	}
	struct json *schema = tree_text(random, "{}");
	if (random_once_in(random, random->theme ? 4 : 2)) {
		tree_put(random, schema, "type", tree_text(random, PICK(random, types)));
	}
	for (uint32_t n = random_below(random, random->theme ? 5 : 6); n > 0; n--) {
		schema_add_keyword(random, schema, draft, depth);
	}
	return schema;
}

struct json *schema_random(struct random *random)
{
	uint32_t theme = random_below(random, COUNT(themes));
	enum js_draft draft = (enum js_draft)random_below(random, JS_N_DRAFTS);

	random->theme = themes[theme].keywords;
	random->n_theme = themes[theme].count;
	if (random_once_in(random, 5)) {
		return tree_text(random, PICK(random, samples));
	}
	if (random->theme && draft < JS_DRAFT_2019 && !random_once_in(random, 3)) {
		draft = JS_DRAFT_2020;
	}
	struct json *root = schema_random_at(random, draft, 3);
	struct json *definitions = tree_text(random, "{}");
	struct json *uri = tree_text(random, "''");

	if (root->type != JSON_OBJECT) {
		root = tree_text(random, "{}");
	}
	tree_put(random, definitions, "p", schema_random_at(random, draft, 2));
	tree_put(random, definitions, "q", schema_random_at(random, draft, 1));
	tree_put(random, root, "definitions", definitions);
	uri->text = str_z(drafts[draft]);
	tree_put(random, root, "$schema", uri);
	if (draft == JS_DRAFT_2020) {
		tree_put(random, root, "$dynamicAnchor", tree_text(random, "'node'"));
	}
	if (draft == JS_DRAFT_2019 && random_once_in(random, 2)) {
		tree_put(random, root, "$recursiveAnchor", tree_text(random, "true"));
	}
	return root;
}
