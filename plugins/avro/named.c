/* SPDX-License-Identifier: Apache-2.0 */
/* Records, enums and fixed: what stands behind the name. */
#include "support/arena.h"
#include "support/str.h"

#include "parser.h"

enum scute_status aliases_parse(struct parser *parser, const struct json *aliases, bool full,
	struct scute_str space, const struct scute_str **ret_aliases, uint32_t *ret_count)
{
	uint32_t n = 0;

	if (!aliases) {
		return SCUTE_OK;
	}
	if (aliases->type != JSON_ARRAY) {
		return fail_at(parser, aliases, "\"aliases\" is an array of names, not %s",
			json_type_name(aliases->type));
	}
	struct scute_str *texts =
		scute_alloc(parser->arena, aliases->n_children * sizeof(*texts));
	if (!texts) {
		return fail_memory(parser);
	}
	for (const struct json *at = aliases->children; at; at = at->next) {
		struct avro_name name = { at->text, 0 };
		if (at->type != JSON_STRING) {
			return fail_at(parser, at, "an alias is a string, not %s",
				json_type_name(at->type));
		}
		enum scute_status status =
			full ? name_make(parser, at, at->text, space, &name) : SCUTE_OK;
		if (status != SCUTE_OK) {
			return status;
		}
		if (full && !parser->stored && !avro_is_full_name(name.full)) {
			return fail_at(parser, at, "invalid alias \"%.*s\"", STR_ARGS(at->text));
		}
		texts[n++] = name.full;
	}
	*ret_aliases = texts;
	*ret_count = n;
	return SCUTE_OK;
}

/* Case does not matter to Apache's Java, so it does not here. */
static enum scute_status order_parse(struct parser *parser, const struct json *order,
	uint8_t *ret_order)
{
	static const char *const names[] = {
		[AVRO_ORDER_ASCENDING] = "ascending",
		[AVRO_ORDER_DESCENDING] = "descending",
		[AVRO_ORDER_IGNORE] = "ignore",
	};

	for (uint8_t i = 0; order->type == JSON_STRING && i < 3; i++) {
		if (str_eq_nocase(order->text, str_z(names[i]))) {
			*ret_order = i;
			return SCUTE_OK;
		}
	}
	return fail_at(parser, order, "\"order\" is \"ascending\", \"descending\" or \"ignore\"");
}

static enum scute_status field_parse(struct parser *parser, const struct json *json,
	struct scute_str space, uint32_t depth, struct avro_field *field)
{
	struct attributes attributes;
	enum scute_status status;

	if (json->type != JSON_OBJECT) {
		return fail_at(parser, json, "a field is an object, not %s",
			json_type_name(json->type));
	}
	attributes_read(json, &attributes);
	if (!attributes.name || attributes.name->type != JSON_STRING) {
		return fail_at(parser, attributes.name ? attributes.name : json,
			"a field needs a \"name\", a string");
	}
	field->name = attributes.name->text;
	field->json = json;
	if (!parser->stored && !avro_is_identifier(field->name)) {
		return fail_at(parser, attributes.name, "invalid field name \"%.*s\"",
			STR_ARGS(field->name));
	}
	if (!attributes.type) {
		return fail_at(parser, json, "no \"type\" in the field \"%.*s\"",
			STR_ARGS(field->name));
	}
	status = type_parse(parser, attributes.type, space, depth + 1, &field->type);
	if (status != SCUTE_OK) {
		return status;
	}
	if (attributes.order) {
		status = order_parse(parser, attributes.order, &field->order);
		if (status != SCUTE_OK) {
			return status;
		}
	}
	field->fallback = attributes.fallback;
	if (field->fallback) {
		*parser->defaults_end = field;
		parser->defaults_end = &field->next_default;
	}
	/* Old names that were never valid are what a field's aliases are for. */
	return aliases_parse(parser, attributes.aliases, false, space, &field->aliases,
		&field->n_aliases);
}

enum scute_status record_parse(struct parser *parser, const struct attributes *attributes,
	struct avro_node *node, uint32_t depth)
{
	const struct json *list = attributes->fields;
	struct scute_str space = avro_name_space(node->name);
	uint32_t duplicate;

	if (!list || list->type != JSON_ARRAY) {
		return fail_at(parser, list ? list : node->json,
			"a record needs \"fields\", an array");
	}
	node->fields = arena_zalloc(parser->arena, list->n_children + 1, sizeof(*node->fields));
	if (!node->fields) {
		return fail_memory(parser);
	}
	for (const struct json *at = list->children; at; at = at->next) {
		enum scute_status status =
			field_parse(parser, at, space, depth, &node->fields[node->count]);
		if (status != SCUTE_OK) {
			return status;
		}
		node->count++;
	}
	if (!avro_index_build(&node->index, node->fields, sizeof(*node->fields), node->count,
		    parser->names->seed, parser->arena, &duplicate)) {
		return fail_memory(parser);
	}
	if (duplicate < node->count) {
		return fail_at(parser, node->fields[duplicate].json, "duplicate field \"%.*s\"",
			STR_ARGS(node->fields[duplicate].name));
	}
	return SCUTE_OK;
}

static enum scute_status symbols_read(struct parser *parser, const struct json *list,
	struct avro_node *node)
{
	node->symbols = scute_alloc(parser->arena, list->n_children * sizeof(*node->symbols));
	if (!node->symbols) {
		return fail_memory(parser);
	}
	for (const struct json *at = list->children; at; at = at->next) {
		if (at->type != JSON_STRING) {
			return fail_at(parser, at, "a symbol is a string, not %s",
				json_type_name(at->type));
		}
		if (!parser->stored && !avro_is_identifier(at->text)) {
			return fail_at(parser, at, "invalid symbol \"%.*s\"", STR_ARGS(at->text));
		}
		node->symbols[node->count++] = at->text;
	}
	return SCUTE_OK;
}

static const struct json *nth_child(const struct json *list, uint32_t n)
{
	const struct json *at = list->children;

	while (n-- > 0) {
		at = at->next;
	}
	return at;
}

enum scute_status enum_parse(struct parser *parser, const struct attributes *attributes,
	struct avro_node *node)
{
	const struct json *list = attributes->symbols;
	const struct json *fallback = attributes->fallback;
	uint32_t duplicate;

	if (!list || list->type != JSON_ARRAY) {
		return fail_at(parser, list ? list : node->json,
			"an enum needs \"symbols\", an array");
	}
	enum scute_status status = symbols_read(parser, list, node);
	if (status != SCUTE_OK) {
		return status;
	}
	if (!avro_index_build(&node->index, node->symbols, sizeof(*node->symbols), node->count,
		    parser->names->seed, parser->arena, &duplicate)) {
		return fail_memory(parser);
	}
	if (duplicate < node->count) {
		return fail_at(parser, nth_child(list, duplicate), "duplicate symbol \"%.*s\"",
			STR_ARGS(node->symbols[duplicate]));
	}
	if (!fallback || (parser->stored && fallback->type != JSON_STRING)) {
		return SCUTE_OK;
	}
	if (fallback->type != JSON_STRING) {
		return fail_at(parser, fallback, "the default of an enum is a string, not %s",
			json_type_name(fallback->type));
	}
	if (avro_index_find(&node->index, fallback->text) == node->count) {
		return fail_at(parser, fallback, "the default \"%.*s\" is not one of the symbols",
			STR_ARGS(fallback->text));
	}
	node->fallback = fallback;
	return SCUTE_OK;
}

enum scute_status fixed_parse(struct parser *parser, const struct attributes *attributes,
	struct avro_node *node)
{
	int64_t size;

	if (!attributes->size || !json_to_i64(attributes->size, &size) || size < 0 ||
		size > INT32_MAX) {
		return fail_at(parser, attributes->size ? attributes->size : node->json,
			"a fixed needs \"size\", an integer from 0 to %d", INT32_MAX);
	}
	node->size = (uint32_t)size;
	logical_read(node, attributes);
	return SCUTE_OK;
}
