/* SPDX-License-Identifier: Apache-2.0 */
/* Instances made from a schema: mostly as it wants them, now and then a little off. */
#include "random_schema.h"

#include "support/str.h"

#define COUNT(list) (uint32_t)(sizeof(list) / sizeof((list)[0]))
#define DEPTH_MAX 5u

static const char *const any[] = { "null", "true", "false", "0", "1", "1.0", "2", "3", "-1", "0.5",
	"3.5", "6", "100", "''", "'a'", "'b'", "'bb'", "'ccc'", "'x1'", "'xa'", "'dddd'", "[]",
	"[1]", "[1.0,1]", "['a',1]", "['a']", "[null]", "[[]]", "[1,2,3]", "{}", "{'a':1}",
	"{'b':'a'}", "{'xa':1}", "{'a':1.0,'b':'a'}", "{'a':null,'c':{}}",
	"{'a':{},'b':[],'xb':2}", "{'a':1,'b':1,'c':1,'xa':1}" };

static const char *const of_type[][6] = {
	{ "'string'", "''", "'a'", "'bb'", "'x1'", "'ccc'" },
	{ "'integer'", "0", "1", "2.0", "3", "-1" },
	{ "'number'", "0.5", "1", "2", "3.5", "10" },
	{ "'boolean'", "true", "false", "true", "false", "true" },
	{ "'null'", "null", "null", "null", "null", "null" },
};

static const char *const names[] = { "a", "b", "xa", "xb", "c", "d" };

static struct json *make(struct random *random, const struct json *root, const struct json *schema,
	uint32_t depth);

static struct json *make_any(struct random *random)
{
	return tree_text(random, any[random_below(random, COUNT(any))]);
}

static const struct json *random_child(struct random *random, const struct json *list)
{
	return list ? tree_child(list, random_below(random, list->n_children)) : NULL;
}

static struct json *make_property(struct random *random, const struct json *root,
	const struct json *schema, struct scute_str name, uint32_t depth)
{
	const struct json *rule = json_get_str(json_get(schema, "properties"), name);
	const struct json *patterns = json_get(schema, "patternProperties");
	const struct json *additional = json_get(schema, "additionalProperties");

	if (!rule && random_once_in(random, 2)) {
		rule = random_child(random, patterns);
	}
	return make(random, root, rule ? rule : additional, depth);
}

static void put_property(struct json *object, struct scute_str name, struct json *value)
{
	const struct json *old = json_get_str(object, name);

	if (old) {
		tree_remove(object, old);
	}
	value->key = name;
	tree_append(object, value);
}

static struct json *make_object(struct random *random, const struct json *root,
	const struct json *schema, uint32_t depth)
{
	struct json *object = tree_text(random, "{}");
	const struct json *properties = json_get(schema, "properties");
	const struct json *required = json_get(schema, "required");

	for (const struct json *at = properties ? properties->children : NULL; at; at = at->next) {
		if (!random_once_in(random, 3)) {
			put_property(object, at->key, make(random, root, at, depth));
		}
	}
	for (const struct json *at = required && required->type == JSON_ARRAY ?
				required->children : NULL;
		at; at = at->next) {
		if (!json_get_str(object, at->text) && !random_once_in(random, 16)) {
			put_property(object, at->text,
				make_property(random, root, schema, at->text, depth));
		}
	}
	if (random_once_in(random, 3)) {
		struct scute_str name = str_z(names[random_below(random, COUNT(names))]);
		put_property(object, name,
			make_property(random, root, schema, name, depth));
	}
	return object;
}

static struct json *make_array(struct random *random, const struct json *root,
	const struct json *schema, uint32_t depth)
{
	struct json *array = tree_text(random, "[]");
	const struct json *items = json_get(schema, "items");
	const struct json *prefix = json_get(schema, "prefixItems");
	const struct json *rest = json_get(schema, "additionalItems");
	const struct json *contains = json_get(schema, "contains");

	if (items && items->type == JSON_ARRAY) {
		prefix = items;
		items = rest;
	}
	const struct json *at = prefix ? prefix->children : NULL;
	for (uint32_t n = random_below(random, 5); n > 0; n--) {
		const struct json *rule = at ? at : contains && random_once_in(random, 2) ?
			contains : items;
		tree_append(array, make(random, root, rule, depth));
		at = at ? at->next : NULL;
	}
	return array;
}

static struct json *make_typed(struct random *random, const struct json *root,
	const struct json *schema, struct scute_str type, uint32_t depth)
{
	if (str_eq_z(type, "object")) {
		return make_object(random, root, schema, depth);
	}
	if (str_eq_z(type, "array")) {
		return make_array(random, root, schema, depth);
	}
	for (uint32_t i = 0; i < COUNT(of_type); i++) {
		struct json *name = tree_text(random, of_type[i][0]);
		if (str_eq(name->text, type)) {
			return tree_text(random, of_type[i][1 + random_below(random, 5)]);
		}
	}
	return make_any(random);
}

/* A number or a count that the schema names, as it is or a little more. */
static struct json *make_limit(struct random *random, const struct json *schema)
{
	static const char *const limits[] = { "minimum", "maximum", "exclusiveMinimum",
		"exclusiveMaximum", "multipleOf" };
	const struct json *value = json_get(schema, limits[random_below(random, COUNT(limits))]);

	return value && value->type == JSON_NUMBER ? tree_copy(random, value) : NULL;
}

static const struct json *follow(const struct json *root, const struct json *schema)
{
	const struct json *ref = json_get(schema, "$ref");

	if (!ref || ref->type != JSON_STRING || !str_starts(ref->text, SCUTE_STR("#"))) {
		return NULL;
	}
	if (ref->text.len == 1) {
		return root;
	}
	return json_get(json_get(root, "definitions"), str_ends(ref->text, SCUTE_STR("p")) ? "p" : "q");
}

static void merge(struct random *random, struct json *into, const struct json *from)
{
	for (const struct json *at = from->children; at; at = at->next) {
		if (!json_get_str(into, at->key)) {
			put_property(into, at->key, tree_copy(random, at));
		}
	}
}

/* One of the alternatives, or all of the product, as far as objects can be merged. */
static struct json *make_combined(struct random *random, const struct json *root,
	const struct json *schema, uint32_t depth)
{
	static const char *const lists[] = { "anyOf", "oneOf", "allOf" };
	const struct json *list = json_get(schema, lists[random_below(random, 3)]);
	const struct json *target = follow(root, schema);
	struct json *value;

	if (target) {
		return make(random, root, target, depth);
	}
	if (!list || list->type != JSON_ARRAY) {
		return NULL;
	}
	value = make(random, root, random_child(random, list), depth);
	for (const struct json *at = list->children; at && value->type == JSON_OBJECT;
		at = at->next) {
		struct json *more = make(random, root, at, depth);
		if (more->type == JSON_OBJECT) {
			merge(random, value, more);
		}
	}
	if (value->type == JSON_OBJECT && json_get(schema, "properties")) {
		merge(random, value, make_object(random, root, schema, depth));
	}
	return value;
}

static struct json *make_by_rule(struct random *random, const struct json *root,
	const struct json *schema, uint32_t depth)
{
	const struct json *type = json_get(schema, "type");
	const struct json *listed = random_child(random, json_get(schema, "enum"));
	const struct json *only = json_get(schema, "const");
	struct json *value = make_combined(random, root, schema, depth);

	if (value) {
		return value;
	}
	if (listed || only) {
		return tree_copy(random, listed ? listed : only);
	}
	if (random_once_in(random, 2) && (value = make_limit(random, schema))) {
		return value;
	}
	if (type && type->type == JSON_ARRAY) {
		type = random_child(random, type);
	}
	if (type && type->type == JSON_STRING) {
		return make_typed(random, root, schema, type->text, depth);
	}
	if (json_get(schema, "items") || json_get(schema, "prefixItems") ||
		json_get(schema, "contains")) {
		return make_array(random, root, schema, depth);
	}
	return json_get(schema, "properties") || json_get(schema, "required") ?
		make_object(random, root, schema, depth) : make_any(random);
}

static struct json *make(struct random *random, const struct json *root, const struct json *schema,
	uint32_t depth)
{
	if (!schema || schema->type != JSON_OBJECT || depth >= DEPTH_MAX ||
		random_once_in(random, 12)) {
		return make_any(random);
	}
	return make_by_rule(random, root, schema, depth + 1);
}

struct json *instance_random(struct random *random, const struct json *root)
{
	return make(random, root, root, 0);
}
