/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The normal form, on request. Starting from the stored text:
 *
 *  1. {"type": X} with no other member becomes X, at every place where a type stands. So
 *     {"type":"string"} becomes "string", and nests of {"type":{"type":..}} fall together.
 *     With another member beside "type" the object stays, whatever the member is, and so
 *     does one {"type":..} right inside it: its logicalType must not become effective.
 *  2. The definition of a record, enum or fixed has its simple name in "name". It has
 *     "namespace" only where that differs from the namespace around it: "namespace" is ""
 *     where the type has none and something is around it. A namespace that a dotted name
 *     overrules disappears.
 *  3. A use of a named type is its simple name where it has the namespace that is around it
 *     or none at all, else its full name. Two exceptions keep the meaning: a name like a
 *     primitive's stays full; a type without namespace where the namespace around holds
 *     one of the same simple name is ".Name".
 *  4. An alias of a named type is the simple name where it has the type's own namespace,
 *     else the full name, else (no namespace, but the type has one) ".Name".
 *  5. "error" as the type of a record stays "error"; a later equal definition of a name
 *     stays a definition; all other members, docs, defaults, orders and logical types with
 *     them, stay as they are; members are sorted, arrays are not.
 *
 * Two texts that differ only in what 1 to 4 take away, in white space, in the order of
 * members or in escapes have the same normal form, and it parses to an equal schema.
 */
#include "support/arena.h"
#include "support/json_out.h"
#include "support/str.h"

#include "schema.h"

struct normal {
	struct scute_arena *arena;
	const struct avro_names *names;
	bool failed; /* out of memory; what is returned then is of no use */
	struct json nothing; /* stands in for what there was no memory for */
};

static const struct json *type_normal(struct normal *n, const struct json *json,
	const struct avro_node *node, struct scute_str space);

/* A member or element like that, alone. */
static struct json *copy_of(struct normal *n, const struct json *json)
{
	struct json *copy = scute_alloc(n->arena, sizeof(*copy));

	if (!copy) {
		n->failed = true;
		return &n->nothing;
	}
	*copy = *json;
	copy->next = NULL;
	return copy;
}

static struct json *string_member(struct normal *n, struct scute_str key, struct scute_str text)
{
	struct json string = { .type = JSON_STRING, .key = key, .text = text };

	return copy_of(n, &string);
}

static void append(struct json *parent, struct json ***end, struct json *child)
{
	**end = child;
	*end = &child->next;
	parent->n_children++;
}

static struct json *empty_copy(struct normal *n, const struct json *json)
{
	struct json *copy = copy_of(n, json);

	copy->children = NULL;
	copy->n_children = 0;
	return copy;
}

/* ".Name" */
static struct scute_str dotted(struct normal *n, struct scute_str simple)
{
	struct scute_str text = arena_printf(n->arena, ".%.*s", (int)simple.len, simple.data);

	n->failed |= text.data == NULL;
	return text;
}

static bool is_defined_in(struct normal *n, struct scute_str space, struct scute_str simple)
{
	struct avro_name name;

	if (!avro_name_make(simple, space, n->arena, &name)) {
		n->failed = true;
		return false;
	}
	return avro_names_find(n->names, name.full) != NULL;
}

static struct scute_str use_of(struct normal *n, struct avro_name name, struct scute_str space)
{
	struct scute_str simple = avro_name_simple(name);

	if (avro_primitive(simple) != AVRO_N_TYPES) {
		return name.full;
	}
	if (name.space_len == 0) {
		return space.len > 0 && is_defined_in(n, space, simple) ? dotted(n, simple) :
									  simple;
	}
	return str_eq(avro_name_space(name), space) ? simple : name.full;
}

static struct json *aliases_normal(struct normal *n, const struct json *json,
	const struct avro_node *node)
{
	struct json *list = empty_copy(n, json);
	struct json **end = &list->children;
	uint32_t i = 0;

	for (const struct json *at = json->children; at; at = at->next) {
		struct avro_name name;
		struct json *alias = copy_of(n, at);
		struct scute_str none = { NULL, 0 };
		if (!avro_name_make(node->aliases[i++], none, n->arena, &name)) {
			n->failed = true;
			return list;
		}
		if (str_eq(avro_name_space(name), avro_name_space(node->name))) {
			alias->text = avro_name_simple(name);
		} else if (name.space_len == 0) {
			alias->text = dotted(n, name.full);
		} else {
			alias->text = name.full;
		}
		append(list, &end, alias);
	}
	return list;
}

static struct json *field_normal(struct normal *n, const struct json *json,
	const struct avro_field *field, struct scute_str space)
{
	struct json *object = empty_copy(n, json);
	struct json **end = &object->children;

	for (const struct json *at = json->children; at; at = at->next) {
		const struct json *value = str_eq_z(at->key, "type") ?
			type_normal(n, at, field->type, space) : at;
		struct json *member = copy_of(n, value);
		member->key = at->key;
		append(object, &end, member);
	}
	return object;
}

static struct json *fields_normal(struct normal *n, const struct json *json,
	const struct avro_node *node)
{
	struct json *list = empty_copy(n, json);
	struct json **end = &list->children;
	uint32_t i = 0;

	for (const struct json *at = json->children; at; at = at->next) {
		append(list, &end,
			field_normal(n, at, &node->fields[i++], avro_name_space(node->name)));
	}
	return list;
}

static const struct json *named_normal(struct normal *n, const struct json *json,
	const struct avro_node *node, struct scute_str space)
{
	struct json *object = empty_copy(n, json);
	struct json **end = &object->children;
	struct json *member;

	for (const struct json *at = json->children; at; at = at->next) {
		if (str_eq_z(at->key, "name")) {
			member = string_member(n, at->key, avro_name_simple(node->name));
		} else if (str_eq_z(at->key, "namespace")) {
			continue;
		} else if (str_eq_z(at->key, "aliases")) {
			member = aliases_normal(n, at, node);
		} else if (str_eq_z(at->key, "fields") && node->type == AVRO_RECORD) {
			member = fields_normal(n, at, node);
		} else {
			member = copy_of(n, at);
		}
		append(object, &end, member);
	}
	if (!str_eq(avro_name_space(node->name), space)) {
		append(object, &end,
			string_member(n, SCUTE_STR("namespace"), avro_name_space(node->name)));
	}
	return object;
}

static const struct json *union_normal(struct normal *n, const struct json *json,
	const struct avro_node *node, struct scute_str space)
{
	struct json *list = empty_copy(n, json);
	struct json **end = &list->children;
	uint32_t i = 0;

	for (const struct json *at = json->children; at; at = at->next) {
		append(list, &end, copy_of(n, type_normal(n, at, node->branches[i++], space)));
	}
	return list;
}

/* {"type": value} */
static const struct json *wrapped(struct normal *n, const struct json *value)
{
	struct json object = { .type = JSON_OBJECT, .n_children = 1 };
	struct json *member = copy_of(n, value);

	member->key = SCUTE_STR("type");
	object.children = member;
	return copy_of(n, &object);
}

/* An object that defines nothing: a nest, a use of a type, a primitive, an array or a map. */
static const struct json *object_normal(struct normal *n, const struct json *json,
	const struct avro_node *node, struct scute_str space)
{
	const struct json *type = json_get(json, "type");
	bool is_nest = type->type != JSON_STRING;
	const char *items = is_nest ? NULL : str_eq_z(type->text, "array") ? "items" :
		str_eq_z(type->text, "map") ? "values" : NULL;

	if (json->n_children == 1) {
		return type_normal(n, type, node, space);
	}
	struct json *object = empty_copy(n, json);
	struct json **end = &object->children;
	for (const struct json *at = json->children; at; at = at->next) {
		const struct json *value = at;
		if (items && str_eq_z(at->key, items)) {
			value = type_normal(n, at, node->items, space);
		} else if (!items && at == type) {
			value = type_normal(n, at, node, space);
			value = is_nest && value->type == JSON_STRING ? wrapped(n, value) : value;
		}
		struct json *member = copy_of(n, value);
		member->key = at->key;
		append(object, &end, member);
	}
	return object;
}

static bool defines(const struct json *json)
{
	const struct json *type = json_get(json, "type");

	return type->type == JSON_STRING &&
		(str_eq_z(type->text, "record") || str_eq_z(type->text, "error") ||
			str_eq_z(type->text, "enum") || str_eq_z(type->text, "fixed"));
}

/* json is what node was read from, in a place where a type stands; space is around it. */
static const struct json *type_normal(struct normal *n, const struct json *json,
	const struct avro_node *node, struct scute_str space)
{
	if (n->failed) {
		return json;
	}
	if (json->type == JSON_STRING) {
		if (!avro_is_named(node)) {
			return json;
		}
		return string_member(n, json->key, use_of(n, node->name, space));
	}
	if (json->type == JSON_ARRAY) {
		return union_normal(n, json, node, space);
	}
	return defines(json) ? named_normal(n, json, node, space) :
			       object_normal(n, json, node, space);
}

enum scute_status avro_normalize(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	static const struct scute_str no_space = { NULL, 0 };
	struct normal n = { .arena = arena, .names = &schema->names };
	const struct json *json = type_normal(&n, schema->json, schema->root, no_space);
	struct buf text;
	struct json_out out = json_out(&text);

	buf_init_arena(&text, (size_t)schema->bytes_max, arena);
	if (!n.failed) {
		json_out_tree(&out, json, JSON_SORTED);
	}
	if (n.failed || text.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the normal form");
	}
	*ret_text = buf_str(&text);
	return SCUTE_OK;
}
