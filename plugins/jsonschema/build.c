/* SPDX-License-Identifier: Apache-2.0 */
/* From JSON to nodes: the keywords of each schema, checked, with what is below them. */
#include <stdlib.h>

#include "support/arena.h"
#include "support/str.h"

#include "parser.h"

static bool is_boolean(const struct json *value)
{
	return value->type == JSON_TRUE || value->type == JSON_FALSE;
}

/* Up to draft 7 a $ref stands for all that is beside it; definitions are only to be found. */
static bool counts_beside_ref(enum js_keyword_id id)
{
	return id == JS_REF || id == JS_DEFINITIONS;
}

static bool is_known(const struct js_resource *resource, enum js_keyword_id id)
{
	return id != JS_N_KEYWORDS && (resource->vocabularies >> js_rule(id)->vocabulary & 1);
}

/* Gives node its keywords, each with its value alone. */
static enum scute_status keywords_collect(struct parser *parser, struct js_node *node)
{
	const struct json *values[JS_N_KEYWORDS] = { NULL };
	const struct js_resource *resource = node->resource;
	enum js_draft draft = (enum js_draft)resource->draft;
	const struct json *ref = draft <= JS_DRAFT_7 ? json_get(node->value, "$ref") : NULL;
	bool is_ref = ref && ref->type == JSON_STRING;
	uint8_t n = 0;

	for (const struct json *member = node->value->children; member; member = member->next) {
		enum js_keyword_id id = js_keyword_find(member->key, draft);
		if (!is_known(resource, id) || (is_ref && !counts_beside_ref(id))) {
			continue;
		}
		enum scute_status status = value_check(parser, id, draft, member);
		if (status == SCUTE_ENOMEM || (status != SCUTE_OK && !parser->is_lenient)) {
			return status;
		}
		if (status == SCUTE_OK) {
			values[id] = member;
			node->has[id / 64] |= (uint64_t)1 << (id % 64);
			n++;
		}
	}
	struct js_keyword *keywords = arena_zalloc(parser->arena, n + 1u, sizeof(*keywords));
	if (!keywords) {
		return fail_memory(parser);
	}
	node->keywords = keywords;
	for (unsigned id = 0; id < JS_N_KEYWORDS; id++) {
		if (values[id]) {
			keywords[node->n_keywords].id = (uint8_t)id;
			keywords[node->n_keywords++].value = values[id];
		}
	}
	return SCUTE_OK;
}

static enum scute_status one_build(struct parser *parser, struct js_keyword *keyword,
	struct hanger *hanger)
{
	struct js_node *below;
	enum scute_status status;

	hanger->place = JS_PLACE_KEYWORD;
	status = node_build(parser, keyword->value, hanger, &below);
	keyword->form = JS_FORM_NODE;
	keyword->node = status == SCUTE_OK ? below : NULL;
	return status;
}

static enum scute_status list_build(struct parser *parser, struct js_keyword *keyword,
	struct hanger *hanger)
{
	const struct js_node **nodes =
		arena_zalloc(parser->arena, keyword->value->n_children + (size_t)1,
			sizeof(const struct js_node *));
	struct js_node *below;

	if (!nodes) {
		return fail_memory(parser);
	}
	hanger->place = JS_PLACE_LIST;
	hanger->index = 0;
	for (const struct json *item = keyword->value->children; item; item = item->next) {
		enum scute_status status = node_build(parser, item, hanger, &below);
		if (status != SCUTE_OK) {
			return status;
		}
		nodes[hanger->index++] = below;
	}
	keyword->form = JS_FORM_NODES;
	keyword->count = hanger->index;
	keyword->nodes = nodes;
	return SCUTE_OK;
}

static int named_cmp(const void *a, const void *b)
{
	return str_cmp(((const struct js_named *)a)->name, ((const struct js_named *)b)->name);
}

static enum scute_status named_build(struct parser *parser, struct js_keyword *keyword,
	struct hanger *hanger)
{
	enum js_shape shape = (enum js_shape)js_rule((enum js_keyword_id)keyword->id)->shape;
	struct js_named *named =
		arena_zalloc(parser->arena, keyword->value->n_children + (size_t)1, sizeof(*named));
	struct js_node *below;
	uint32_t n = 0;

	if (!named) {
		return fail_memory(parser);
	}
	hanger->place = JS_PLACE_NAMED;
	for (const struct json *member = keyword->value->children; member; member = member->next) {
		named[n] = (struct js_named){ member->key, member, NULL };
		if (shape != JS_SHAPE_NAMED_STRINGS &&
			!(shape == JS_SHAPE_DEPENDENCIES && member->type == JSON_ARRAY)) {
			enum scute_status status = node_build(parser, member, hanger, &below);
			if (status != SCUTE_OK) {
				return status;
			}
			named[n].node = below;
		}
		n++;
	}
	qsort(named, n, sizeof(*named), named_cmp);
	keyword->form = JS_FORM_NAMED;
	keyword->count = n;
	keyword->named = named;
	return SCUTE_OK;
}

static enum scute_status ref_build(struct parser *parser, struct js_keyword *keyword,
	const struct js_node *node)
{
	struct js_ref *ref = arena_zalloc(parser->arena, 1, sizeof(*ref));
	struct pending *pending = arena_zalloc(parser->arena, 1, sizeof(*pending));

	if (!ref || !pending) {
		return fail_memory(parser);
	}
	*pending = (struct pending){ NULL, ref, node, keyword->value, keyword->id };
	*parser->pending_end = pending;
	parser->pending_end = &pending->next;
	keyword->form = JS_FORM_REF;
	keyword->ref = ref;
	return SCUTE_OK;
}

static enum scute_status below_build(struct parser *parser, struct js_node *node,
	struct js_resource *resource, uint32_t depth)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < node->n_keywords && status == SCUTE_OK; i++) {
		struct js_keyword *keyword = (struct js_keyword *)(uintptr_t)&node->keywords[i];
		struct hanger hanger = { .parent = node, .resource = resource, .id = keyword->id,
			.depth = depth + 1 };
		switch ((enum js_shape)js_rule((enum js_keyword_id)keyword->id)->shape) {
		case JS_SHAPE_SCHEMA:
		case JS_SHAPE_ADDITIONAL:
			status = one_build(parser, keyword, &hanger);
			break;
		case JS_SHAPE_SCHEMAS:
			status = list_build(parser, keyword, &hanger);
			break;
		case JS_SHAPE_ITEMS:
			status = keyword->value->type == JSON_ARRAY ?
				list_build(parser, keyword, &hanger) :
				one_build(parser, keyword, &hanger);
			break;
		case JS_SHAPE_NAMED:
		case JS_SHAPE_PATTERNS:
		case JS_SHAPE_DEPENDENCIES:
		case JS_SHAPE_NAMED_STRINGS:
			status = named_build(parser, keyword, &hanger);
			break;
		case JS_SHAPE_REFERENCE:
			status = ref_build(parser, keyword, node);
			break;
		default:
			break;
		}
	}
	return status;
}

/* Booleans are schemas from draft 6 on; before that additionalItems and -Properties take them. */
static bool takes_boolean(const struct js_node *node, const struct hanger *hanger)
{
	if (node->resource->draft >= JS_DRAFT_6) {
		return true;
	}
	return hanger->place == JS_PLACE_KEYWORD &&
		js_rule((enum js_keyword_id)hanger->id)->shape == JS_SHAPE_ADDITIONAL;
}

static enum scute_status type_check(struct parser *parser, const struct js_node *node,
	const struct hanger *hanger)
{
	const struct json *json = node->value;
	bool takes = takes_boolean(node, hanger);

	if (parser->is_lenient || json->type == JSON_OBJECT || (is_boolean(json) && takes)) {
		return SCUTE_OK;
	}
	if (takes) {
		return fail_at(parser, json, "a schema must be an object or a boolean, found %s",
			js_found(json));
	}
	return fail_at(parser, json, "a schema of draft 4 must be an object, found %s",
		js_found(json));
}

static enum scute_status node_create(struct parser *parser, const struct json *json,
	const struct hanger *hanger, struct js_node **ret_node)
{
	struct scute_schema *schema = parser->schema;
	struct js_node *node = arena_zalloc(parser->arena, 1, sizeof(*node));
	static const struct scute_str no_name = { NULL, 0 };
	void *held;

	if (hanger->depth > parser->limits->depth_max) {
		return fail_with(parser, SCUTE_ELIMIT, json,
			"schemas are nested deeper than %u levels", parser->limits->depth_max);
	}
	if (schema->n_nodes >= parser->limits->items_max) {
		return fail_with(parser, SCUTE_ELIMIT, json, "there are more than %llu schemas",
			(unsigned long long)parser->limits->items_max);
	}
	if (!node || !js_table_put(&parser->nodes, parser->arena, json, no_name, node, &held)) {
		return fail_memory(parser);
	}
	if (held != node) { /* a pointer led here before */
		*ret_node = held;
		return SCUTE_OK;
	}
	node->place = hanger->place;
	node->place_id = hanger->id;
	node->place_index = hanger->index;
	node->id = schema->n_nodes++;
	node->value = json;
	node->parent = hanger->parent;
	*ret_node = node;
	return SCUTE_OK;
}

enum scute_status node_build(struct parser *parser, const struct json *json,
	const struct hanger *hanger, struct js_node **ret_node)
{
	struct js_node *node = NULL;
	enum scute_status status = node_create(parser, json, hanger, &node);

	if (status != SCUTE_OK) {
		return status;
	}
	if (node->resource) {
		*ret_node = node;
		return SCUTE_OK;
	}
	status = resource_enter(parser, node, hanger->resource);
	if (status != SCUTE_OK) {
		return status;
	}
	status = type_check(parser, node, hanger);
	if (status == SCUTE_OK && json->type == JSON_OBJECT) {
		status = keywords_collect(parser, node);
	}
	if (status == SCUTE_OK && json->type == JSON_OBJECT) {
		status = anchors_enter(parser, node);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	node->kind = node->n_keywords > 0 ? JS_OBJECT :
		json->type == JSON_FALSE ? JS_NEVER : JS_ALWAYS;
	*ret_node = node;
	/* Resources are made here and by nobody else: what is const for readers is not so yet. */
	return below_build(parser, node, (struct js_resource *)(uintptr_t)node->resource,
		hanger->depth);
}
