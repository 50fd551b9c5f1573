/* SPDX-License-Identifier: Apache-2.0 */
/* Slight changes to a schema: of a kind that people make, so that many are compatible. */
#include "random_schema.h"

#include "support/str.h"

#define SCHEMAS_MAX 256u
/* Many changes have nothing to work on. */
#define TRIES_MAX 30u

struct schemas {
	struct json *all[SCHEMAS_MAX];
	uint32_t count;
};

static void collect(struct json *schema, enum js_draft draft, struct schemas *schemas);

static void collect_children(struct json *value, enum js_draft draft, struct schemas *schemas)
{
	for (struct json *at = value->children; at; at = at->next) {
		collect(at, draft, schemas);
	}
}

/* The schema and all below it. */
static void collect(struct json *schema, enum js_draft draft, struct schemas *schemas)
{
	if (schemas->count == SCHEMAS_MAX ||
		(schema->type != JSON_OBJECT && schema->type != JSON_TRUE &&
			schema->type != JSON_FALSE)) {
		return;
	}
	schemas->all[schemas->count++] = schema;
	for (struct json *at = schema->children; at; at = at->next) {
		enum js_keyword_id id = js_keyword_find(at->key, draft);
		switch (id == JS_N_KEYWORDS ? JS_SHAPE_ANY : js_rule(id)->shape) {
		case JS_SHAPE_SCHEMA:
		case JS_SHAPE_ADDITIONAL:
			collect(at, draft, schemas);
			break;
		case JS_SHAPE_ITEMS:
			if (at->type != JSON_ARRAY) {
				collect(at, draft, schemas);
				break;
			}
			collect_children(at, draft, schemas);
			break;
		case JS_SHAPE_SCHEMAS:
		case JS_SHAPE_NAMED:
		case JS_SHAPE_PATTERNS:
		case JS_SHAPE_DEPENDENCIES:
			collect_children(at, draft, schemas);
			break;
		default:
			break;
		}
	}
}

/* Of properties and of patterns. */
static const char *const names[] = { "a", "b", "c", "xa", "xb", "^x", "b$" };

static void change_number(struct random *random, struct json *value)
{
	static const char *const others[] = { "0", "1", "2", "3", "0.5", "10", "2.0" };
	uint32_t place = random_below(random, sizeof(others) / sizeof(others[0]));

	tree_become(value, tree_text(random, others[place]));
}

/* Adds to a list or a map, or takes away. */
static void change_container(struct random *random, struct json *value, enum js_draft draft,
	bool of_schemas)
{
	struct json *child = tree_child(value, random_below(random, value->n_children));

	if (random_once_in(random, 2)) {
		if (value->n_children > 1) {
			tree_remove(value, child);
		}
		return;
	}
	struct json *more = of_schemas ? schema_random_at(random, draft, 1) :
					 tree_text(random, "'c'");
	if (value->type == JSON_ARRAY) {
		tree_append(value, more);
	} else if (of_schemas) {
		tree_put(random, value, names[random_below(random, sizeof(names) / sizeof(names[0]))],
			more);
	}
}

static void change_types(struct random *random, struct json *value)
{
	static const char *const wider[] = { "'number'", "['integer','null']", "['string','null']",
		"['object','null']", "'integer'", "'string'", "['number','string','null']" };
	uint32_t place = random_below(random, sizeof(wider) / sizeof(wider[0]));

	tree_become(value, tree_text(random, wider[place]));
}

static void change_keyword(struct random *random, struct json *schema, enum js_draft draft)
{
	struct json *member = tree_child(schema, random_below(random, schema->n_children));
	enum js_keyword_id id = member ? js_keyword_find(member->key, draft) : JS_N_KEYWORDS;

	if (id == JS_N_KEYWORDS || (id < JS_TYPE && id != JS_DEFINITIONS && id != JS_REF)) {
		return;
	}
	switch (js_rule(id)->shape) {
	case JS_SHAPE_NUMBER:
	case JS_SHAPE_COUNT:
		change_number(random, member);
		break;
	case JS_SHAPE_TYPES:
		change_types(random, member);
		break;
	case JS_SHAPE_STRINGS:
	case JS_SHAPE_ENUM:
		change_container(random, member, draft, false);
		break;
	case JS_SHAPE_SCHEMAS:
	case JS_SHAPE_NAMED:
		if (id != JS_DEFINITIONS) {
			change_container(random, member, draft, true);
		}
		break;
	default:
		if (id != JS_DEFINITIONS) {
			tree_remove(schema, member);
		}
	}
}

/* anyOf becomes oneOf, and so on. */
static void rename_keyword(struct random *random, struct json *schema, enum js_draft draft)
{
	static const char *const lists[] = { "anyOf", "oneOf", "allOf" };
	struct json *member = tree_child(schema, random_below(random, schema->n_children));
	enum js_keyword_id id = member ? js_keyword_find(member->key, draft) : JS_N_KEYWORDS;
	uint32_t other = random_below(random, 3);

	if ((id == JS_ANY_OF || id == JS_ONE_OF || id == JS_ALL_OF) &&
		!json_get(schema, lists[other])) {
		member->key = str_z(lists[other]);
	}
}

/* The schema becomes a member of a combination. */
static void wrap(struct random *random, struct json *schema, enum js_draft draft)
{
	static const char *const wrappers[] = { "{'allOf':[]}", "{'anyOf':[]}", "{'oneOf':[]}" };
	struct json *outer = tree_text(random, wrappers[random_below(random, 3)]);

	tree_append(outer->children, tree_copy(random, schema));
	if (random_once_in(random, 2)) {
		tree_append(outer->children, schema_random_at(random, draft, 1));
	}
	tree_become(schema, outer);
}

static void unwrap(struct random *random, struct json *schema, enum js_draft draft)
{
	struct json *member = tree_child(schema, random_below(random, schema->n_children));
	enum js_keyword_id id = member ? js_keyword_find(member->key, draft) : JS_N_KEYWORDS;

	if ((id == JS_ANY_OF || id == JS_ONE_OF || id == JS_ALL_OF) && member->children) {
		tree_become(schema, tree_copy(random, member->children));
	}
}

static void swap_members(struct random *random, struct json *schema)
{
	struct json *member = tree_child(schema, random_below(random, schema->n_children));
	struct json *first = member && member->type == JSON_ARRAY ? member->children : NULL;

	if (first && first->next) {
		tree_remove(member, first);
		tree_append(member, first);
	}
}

static void change_draft(struct random *random, struct json *root)
{
	static const char *const uris[] = { "'http://json-schema.org/draft-06/schema#'",
		"'http://json-schema.org/draft-07/schema#'",
		"'https://json-schema.org/draft/2019-09/schema'",
		"'https://json-schema.org/draft/2020-12/schema'" };

	tree_put(random, root, "$schema", tree_text(random, uris[random_below(random, 4)]));
}

static void change_once(struct random *random, struct json *root)
{
	enum js_draft draft = schema_draft(root);
	struct schemas schemas = { .count = 0 };
	bool is_root;

	collect(root, draft, &schemas);
	struct json *schema = schemas.all[random_below(random, schemas.count)];
	is_root = schema == root;
	if (random_once_in(random, 40)) {
		change_draft(random, root);
		return;
	}
	switch (random_below(random, 12)) {
	case 0:
	case 1:
		if (schema->type == JSON_OBJECT) {
			schema_add_keyword(random, schema, draft, 1);
		}
		break;
	case 2:
		if (!is_root) {
			wrap(random, schema, draft);
		}
		break;
	case 3:
		if (!is_root) {
			unwrap(random, schema, draft);
		}
		break;
	case 4:
		swap_members(random, schema);
		break;
	case 5:
		rename_keyword(random, schema, draft);
		break;
	case 6:
		if (!is_root && random_once_in(random, 2)) {
			tree_become(schema, tree_text(random, "{}"));
		}
		break;
	default:
		change_keyword(random, schema, draft);
	}
}

void schema_change(struct random *random, struct json *root)
{
	struct scute_str before = tree_print(random, root);
	uint32_t wanted = 1 + random_below(random, 3);

	for (unsigned tries = 0; wanted > 0 && tries < TRIES_MAX; tries++) {
		change_once(random, root);
		struct scute_str after = tree_print(random, root);
		wanted -= !str_eq(before, after);
		before = after;
	}
}
