/* SPDX-License-Identifier: Apache-2.0 */
/* Any schema, from its JSON: names, unions, arrays, maps, and the way to the named types. */
#include "support/arena.h"
#include "support/json_out.h"
#include "support/str.h"

#include "parser.h"

static const char *const type_names[AVRO_N_TYPES] = {
	[AVRO_NULL] = "null", [AVRO_BOOLEAN] = "boolean", [AVRO_INT] = "int", [AVRO_LONG] = "long",
	[AVRO_FLOAT] = "float", [AVRO_DOUBLE] = "double", [AVRO_BYTES] = "bytes",
	[AVRO_STRING] = "string", [AVRO_RECORD] = "record", [AVRO_ENUM] = "enum",
	[AVRO_FIXED] = "fixed", [AVRO_ARRAY] = "array", [AVRO_MAP] = "map", [AVRO_UNION] = "union",
};

const char *avro_type_name(enum avro_type type)
{
	return type_names[type];
}

static const struct avro_node plain_nodes[] = {
	[AVRO_NULL] = { .type = AVRO_NULL }, [AVRO_BOOLEAN] = { .type = AVRO_BOOLEAN },
	[AVRO_INT] = { .type = AVRO_INT }, [AVRO_LONG] = { .type = AVRO_LONG },
	[AVRO_FLOAT] = { .type = AVRO_FLOAT }, [AVRO_DOUBLE] = { .type = AVRO_DOUBLE },
	[AVRO_BYTES] = { .type = AVRO_BYTES }, [AVRO_STRING] = { .type = AVRO_STRING },
};

const struct avro_node *avro_plain(enum avro_type type)
{
	return &plain_nodes[type];
}

/* The type whose name begins so; the whole name is compared afterwards. */
static unsigned type_guess(struct scute_str name)
{
	if (name.len < 3) {
		return AVRO_N_TYPES;
	}
	switch (name.data[0]) {
	case 'n':
		return AVRO_NULL;
	case 'i':
		return AVRO_INT;
	case 'l':
		return AVRO_LONG;
	case 's':
		return AVRO_STRING;
	case 'b':
		return name.data[1] == 'o' ? AVRO_BOOLEAN : AVRO_BYTES;
	case 'd':
		return AVRO_DOUBLE;
	case 'f':
		return name.data[1] == 'l' ? AVRO_FLOAT : AVRO_FIXED;
	case 'r':
		return AVRO_RECORD;
	case 'e':
		return AVRO_ENUM;
	case 'a':
		return AVRO_ARRAY;
	case 'm':
		return AVRO_MAP;
	default:
		return AVRO_N_TYPES;
	}
}

/* "error" is a record by another name. "union" is no name of a type. */
static unsigned type_by_name(struct scute_str name)
{
	unsigned guess = type_guess(name);

	if (guess < AVRO_N_TYPES && str_eq_z(name, type_names[guess])) {
		return guess;
	}
	return str_eq_z(name, "error") ? AVRO_RECORD : AVRO_N_TYPES;
}

unsigned avro_primitive(struct scute_str name)
{
	unsigned type = type_by_name(name);

	return type <= AVRO_STRING ? type : AVRO_N_TYPES;
}

static struct avro_node *node_create(struct parser *parser, enum avro_type type,
	const struct json *json)
{
	struct avro_node *node = scute_alloc(parser->arena, sizeof(*node));

	if (node) {
		memset(node, 0, sizeof(*node));
		node->type = (uint8_t)type;
		node->json = json;
	}
	return node;
}

static void *no_growth(struct scute_arena *arena, size_t bytes)
{
	(void)arena;
	(void)bytes;
	return NULL;
}

/*
 * A name inside the namespace, else (as Apache's Java does) one without a namespace:
 * texts that lean on that are in the topics.
 */
static enum scute_status name_resolve(struct parser *parser, const struct json *json,
	struct scute_str text, struct scute_str space, const struct avro_node **ret_node)
{
	char local[256]; /* most names need no memory of the arena's for the question */
	struct scute_arena here = { local, local + sizeof(local), no_growth };
	struct avro_name name;
	const struct avro_node *node;

	if (!avro_name_make(text, space, &here, &name)) {
		enum scute_status status = name_make(parser, json, text, space, &name);
		if (status != SCUTE_OK) {
			return status;
		}
	}
	node = avro_names_find(parser->names, name.full);
	if (!node && name.space_len == space.len && name.full.len > text.len) {
		node = avro_names_find(parser->names, text);
	}
	if (!node) {
		return fail_at(parser, json, "unknown type \"%.*s\"", STR_ARGS(text));
	}
	*ret_node = node;
	return SCUTE_OK;
}

static enum scute_status named_by(struct parser *parser, const struct json *json,
	struct scute_str space, const struct avro_node **ret_node)
{
	unsigned primitive = avro_primitive(json->text);

	if (primitive == AVRO_N_TYPES) {
		return name_resolve(parser, json, json->text, space, ret_node);
	}
	*ret_node = avro_plain((enum avro_type)primitive);
	return SCUTE_OK;
}

static enum scute_status branches_check(struct parser *parser, const struct avro_node *node)
{
	uint32_t seen = 0;
	uint32_t mark = ++parser->n_unions;
	const struct json *at = node->json->children;

	for (uint32_t i = 0; i < node->count; i++, at = at->next) {
		const struct avro_node *branch = node->branches[i];
		if (branch->type == AVRO_UNION) {
			return fail_at(parser, at, "a union directly inside a union");
		}
		if (avro_is_named(branch)) {
			struct avro_node *named = parser->names->list[branch->id];
			if (named->mark == mark) {
				return fail_at(parser, at, "duplicate type \"%.*s\" in the union",
					STR_ARGS(branch->name.full));
			}
			named->mark = mark;
		} else if (seen & (1u << branch->type)) {
			return fail_at(parser, at, "duplicate type \"%s\" in the union",
				type_names[branch->type]);
		} else {
			seen |= 1u << branch->type;
		}
	}
	return SCUTE_OK;
}

static enum scute_status union_parse(struct parser *parser, const struct json *json,
	struct scute_str space, uint32_t depth, const struct avro_node **ret_node)
{
	struct avro_node *node = node_create(parser, AVRO_UNION, json);
	enum scute_status status;

	if (!node) {
		return fail_memory(parser);
	}
	node->branches = scute_alloc(parser->arena,
		json->n_children * sizeof(const struct avro_node *));
	if (!node->branches) {
		return fail_memory(parser);
	}
	for (const struct json *at = json->children; at; at = at->next) {
		status = type_parse(parser, at, space, depth + 1, &node->branches[node->count]);
		if (status != SCUTE_OK) {
			return status;
		}
		node->count++;
	}
	status = branches_check(parser, node);
	if (status != SCUTE_OK) {
		return status;
	}
	*ret_node = node;
	return SCUTE_OK;
}

static enum scute_status container_parse(struct parser *parser, enum avro_type type,
	const struct json *json, const struct attributes *attributes, struct scute_str space,
	uint32_t depth, const struct avro_node **ret_node)
{
	const struct json *items = type == AVRO_ARRAY ? attributes->items : attributes->values;
	struct avro_node *node = node_create(parser, type, json);

	if (!node) {
		return fail_memory(parser);
	}
	if (!items) {
		return fail_at(parser, json, "no \"%s\" in the %s",
			type == AVRO_ARRAY ? "items" : "values", type_names[type]);
	}
	enum scute_status status = type_parse(parser, items, space, depth + 1, &node->items);
	if (status != SCUTE_OK) {
		return status;
	}
	*ret_node = node;
	return SCUTE_OK;
}

static enum scute_status name_read(struct parser *parser, const struct json *json,
	const struct attributes *attributes, struct scute_str space, struct avro_name *ret_name)
{
	const struct json *given = attributes->space;
	struct avro_name name;

	if (!attributes->name) {
		return fail_at(parser, json, "no \"name\" in the %.*s",
			STR_ARGS(attributes->type->text));
	}
	if (attributes->name->type != JSON_STRING) {
		return fail_at(parser, attributes->name, "a name is a string, not %s",
			json_type_name(attributes->name->type));
	}
	if (given && given->type == JSON_STRING) {
		space = given->text;
	} else if (given && given->type != JSON_NULL && !parser->stored) {
		return fail_at(parser, given, "a namespace is a string, not %s",
			json_type_name(given->type));
	}
	enum scute_status status = name_make(parser, attributes->name,
		attributes->name->text, space, &name);
	if (status != SCUTE_OK) {
		return status;
	}
	if (!parser->stored && !avro_is_full_name(name.full)) {
		return fail_at(parser, attributes->name, "invalid name \"%.*s\"",
			STR_ARGS(name.full));
	}
	if (avro_primitive(name.full) != AVRO_N_TYPES) {
		return fail_at(parser, attributes->name,
			"\"%.*s\" is a primitive type and cannot be defined", STR_ARGS(name.full));
	}
	*ret_name = name;
	return SCUTE_OK;
}

/* Sorted text of a definition, to hold two against each other. */
static bool json_equal(struct parser *parser, const struct json *one, const struct json *other)
{
	struct buf texts[2];
	const struct json *values[2] = { one, other };

	for (size_t i = 0; i < 2; i++) {
		buf_init_arena(&texts[i], SIZE_MAX / 2, parser->arena);
		struct json_out out = json_out(&texts[i]);
		json_out_tree(&out, values[i], JSON_SORTED);
	}
	return !texts[0].failed && !texts[1].failed &&
		str_eq(buf_str(&texts[0]), buf_str(&texts[1]));
}

/*
 * The specification allows one definition of a name. Texts in the topic may repeat it
 * (Apache's Java 1.12 lets equal ones pass), and two references may bring the same one.
 */
static enum scute_status redefined(struct parser *parser, const struct json *json,
	struct avro_node *first, const struct avro_node **ret_node)
{
	if (parser->stored && json_equal(parser, first->json, json)) {
		*ret_node = first;
		return SCUTE_OK;
	}
	return fail_at(parser, json, "type \"%.*s\" is defined twice", STR_ARGS(first->name.full));
}

static enum scute_status named_parse(struct parser *parser, enum avro_type type,
	const struct json *json, const struct attributes *attributes, struct scute_str space,
	uint32_t depth, const struct avro_node **ret_node)
{
	struct avro_name name;
	enum scute_status status = name_read(parser, json, attributes, space, &name);

	if (status != SCUTE_OK) {
		return status;
	}
	struct avro_node *node = avro_names_find(parser->names, name.full);
	if (node) {
		return redefined(parser, json, node, ret_node);
	}
	node = node_create(parser, type, json);
	if (!node) {
		return fail_memory(parser);
	}
	node->name = name;
	if (!avro_names_add(parser->names, node, parser->arena)) {
		return fail_memory(parser);
	}
	status = aliases_parse(parser, attributes->aliases, true, avro_name_space(name),
		&node->aliases, &node->n_aliases);
	if (status == SCUTE_OK) {
		status = type == AVRO_RECORD ? record_parse(parser, attributes, node, depth) :
			type == AVRO_ENUM ? enum_parse(parser, attributes, node) :
					    fixed_parse(parser, attributes, node);
	}
	if (status == SCUTE_OK) {
		*ret_node = node;
	}
	return status;
}

static enum scute_status object_parse(struct parser *parser, const struct json *json,
	struct scute_str space, uint32_t depth, const struct avro_node **ret_node)
{
	struct attributes attributes;

	attributes_read(json, &attributes);
	if (!attributes.type) {
		return fail_at(parser, json, "no \"type\"");
	}
	if (attributes.type->type != JSON_STRING) {
		/* {"type": {"type": ..}}: what the outer object says besides has no meaning. */
		return type_parse(parser, attributes.type, space, depth + 1, ret_node);
	}
	unsigned type = type_by_name(attributes.type->text);
	if (type == AVRO_N_TYPES) {
		return name_resolve(parser, attributes.type, attributes.type->text, space,
			ret_node);
	}
	if (type == AVRO_ARRAY || type == AVRO_MAP) {
		return container_parse(parser, (enum avro_type)type, json, &attributes, space,
			depth, ret_node);
	}
	if (type > AVRO_STRING) {
		return named_parse(parser, (enum avro_type)type, json, &attributes, space, depth,
			ret_node);
	}
	if (!attributes.logical) {
		*ret_node = avro_plain((enum avro_type)type);
		return SCUTE_OK;
	}
	struct avro_node *node = node_create(parser, (enum avro_type)type, json);
	if (!node) {
		return fail_memory(parser);
	}
	logical_read(node, &attributes);
	*ret_node = node;
	return SCUTE_OK;
}

enum scute_status type_parse(struct parser *parser, const struct json *json, struct scute_str space,
	uint32_t depth, const struct avro_node **ret_node)
{
	if (depth >= parser->depth_max) {
		return fail_limit(parser, json, "types are nested deeper than %u levels",
			parser->depth_max);
	}
	switch (json->type) {
	case JSON_STRING:
		return named_by(parser, json, space, ret_node);
	case JSON_ARRAY:
		return union_parse(parser, json, space, depth, ret_node);
	case JSON_OBJECT:
		return object_parse(parser, json, space, depth, ret_node);
	default:
		return fail_at(parser, json, "a type is a string, an object or an array, not %s",
			json_type_name(json->type));
	}
}
