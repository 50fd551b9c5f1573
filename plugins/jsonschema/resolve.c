/* SPDX-License-Identifier: Apache-2.0 */
/*
 * References to their targets: by URI to a resource of any document, then by JSON pointer or
 * anchor inside it. Pointers go through the nodes, where each step takes little time whatever
 * the schema has; only where they leave them JSON is searched.
 */
#include <stdio.h>

#include "support/arena.h"
#include "support/str.h"

#include "parser.h"
#include "uri.h"

/* From here on containers that pointers lead through get an index. */
#define MEMBERS_LINEAR 16

/* How far a pointer has led: to a node, or to JSON below one. */
struct walk {
	struct parser *parser;
	const struct js_node *node;  /* the innermost so far */
	const struct json *json;     /* node->value, or below it */
	struct scute_str left;       /* of the pointer */
	enum scute_status status;
};

static bool walk_memory(struct walk *walk)
{
	walk->status = fail_memory(walk->parser);
	return false;
}

/* Takes the next token off the pointer. False: there is none, or no memory. */
static bool token_take(struct walk *walk, struct scute_str *ret_token)
{
	struct scute_str token;
	char *copy;
	size_t len = 0;

	if (walk->left.len == 0) {
		return false;
	}
	token.data = walk->left.data + 1; /* the slash is known to be there */
	const char *slash = memchr(token.data, '/', walk->left.len - 1);
	token.len = slash ? (size_t)(slash - token.data) : walk->left.len - 1;
	walk->left.data += token.len + 1;
	walk->left.len -= token.len + 1;
	*ret_token = token;
	if (token.len == 0 || !memchr(token.data, '~', token.len)) {
		return true;
	}
	copy = scute_alloc(walk->parser->arena, token.len);
	if (!copy) {
		return walk_memory(walk);
	}
	for (size_t i = 0; i < token.len; i++) {
		bool escaped = token.data[i] == '~' && i + 1 < token.len &&
			(token.data[i + 1] == '0' || token.data[i + 1] == '1');
		copy[len++] = !escaped ? token.data[i] : token.data[i + 1] == '0' ? '~' : '/';
		i += escaped;
	}
	*ret_token = (struct scute_str){ copy, len };
	return true;
}

/* An array's index as JSON pointers write it. */
static bool index_read(struct scute_str token, uint32_t *ret_index)
{
	int64_t index;

	if (!str_to_i64(token, &index) || index < 0 || index > UINT32_MAX ||
		(token.len > 1 && token.data[0] == '0')) {
		return false;
	}
	*ret_index = (uint32_t)index;
	return true;
}

static struct scute_str place_name(struct scute_arena *arena, const struct json *container,
	const struct json *child, uint32_t place)
{
	return container->type == JSON_OBJECT ? child->key : arena_printf(arena, "%u", place);
}

static bool container_index(struct walk *walk, const struct json *container)
{
	static const struct scute_str no_name = { NULL, 0 };
	struct parser *parser = walk->parser;
	uint32_t place = 0;
	void *held;

	if (js_table_get(&parser->indexed, container, no_name)) {
		return true;
	}
	for (const struct json *child = container->children; child; child = child->next) {
		struct scute_str name = place_name(parser->arena, container, child, place++);
		if (!name.data || !js_table_put(&parser->members, parser->arena, container, name,
				child, &held)) {
			return walk_memory(walk);
		}
	}
	return js_table_put(&parser->indexed, parser->arena, container, no_name, container, &held) ||
		walk_memory(walk);
}

/* The child of a container by its name or index; NULL: none, or no memory. */
static const struct json *child_find(struct walk *walk, const struct json *container,
	struct scute_str token)
{
	uint32_t index;

	if (container->type != JSON_OBJECT && container->type != JSON_ARRAY) {
		return NULL;
	}
	if (container->n_children > MEMBERS_LINEAR) {
		return container_index(walk, container) ?
			js_table_get(&walk->parser->members, container, token) : NULL;
	}
	if (container->type == JSON_OBJECT) {
		return json_get_str(container, token);
	}
	if (!index_read(token, &index)) {
		return NULL;
	}
	const struct json *child = container->children;
	while (child && index-- > 0) {
		child = child->next;
	}
	return child;
}

static bool to_node(struct walk *walk, const struct js_node *node)
{
	walk->node = node;
	walk->json = node->value;
	return true;
}

static bool to_json(struct walk *walk, const struct json *json)
{
	static const struct scute_str no_name = { NULL, 0 };
	const struct js_node *node = json ? js_table_get(&walk->parser->nodes, json, no_name) : NULL;

	if (node && node->resource) {
		return to_node(walk, node);
	}
	walk->json = json;
	return json != NULL;
}

/* One step, or two where a keyword holds several schemas. False: it leads nowhere. */
static bool node_step(struct walk *walk, struct scute_str token)
{
	const struct js_node *node = walk->node;
	enum js_keyword_id id = js_keyword_find(token, js_node_draft(node));
	const struct js_keyword *keyword = id < JS_N_KEYWORDS ? js_get(node, id) : NULL;
	const struct js_named *named;
	uint32_t index;

	if (!keyword) {
		return to_json(walk, child_find(walk, node->value, token));
	}
	if (keyword->form == JS_FORM_NODE) {
		return to_node(walk, keyword->node);
	}
	if ((keyword->form != JS_FORM_NODES && keyword->form != JS_FORM_NAMED) ||
		!token_take(walk, &token)) {
		return to_json(walk, keyword->value);
	}
	if (keyword->form == JS_FORM_NODES) {
		return index_read(token, &index) && index < keyword->count &&
			to_node(walk, keyword->nodes[index]);
	}
	named = js_named_find(keyword, token);
	if (named && named->node) {
		return to_node(walk, named->node);
	}
	return named && to_json(walk, named->value);
}

/* False: a text of another format that happens to be JSON, or a place that is no schema's. */
static bool is_schema(const struct json *json)
{
	return json->type == JSON_OBJECT || json->type == JSON_TRUE || json->type == JSON_FALSE;
}

/* A schema at a place where no keyword puts one. */
static enum scute_status node_point(struct walk *walk, const struct js_node **ret_node)
{
	const struct js_node *around = walk->node;
	struct hanger hanger = { .parent = around, .place = JS_PLACE_POINTED,
		.resource = (struct js_resource *)(uintptr_t)around->resource };
	struct js_node *node;

	if (!is_schema(walk->json)) {
		return SCUTE_OK;
	}
	enum scute_status status = node_build(walk->parser, walk->json, &hanger, &node);
	if (status == SCUTE_OK) {
		*ret_node = node;
	}
	return status;
}

/* *ret_node stays as it was when the pointer leads nowhere. */
static enum scute_status pointer_follow(struct parser *parser, const struct js_node *root,
	struct scute_str pointer, const struct js_node **ret_node)
{
	struct walk walk = { parser, root, root->value, pointer, SCUTE_OK };
	struct scute_str token;

	document_turn(parser, (struct js_document *)(uintptr_t)root->resource->document);
	while (token_take(&walk, &token)) {
		bool is_there = walk.json == walk.node->value ?
			node_step(&walk, token) :
			to_json(&walk, child_find(&walk, walk.json, token));
		if (!is_there) {
			return walk.status;
		}
	}
	if (walk.status != SCUTE_OK) {
		return walk.status;
	}
	if (walk.json == walk.node->value) {
		*ret_node = walk.node;
		return SCUTE_OK;
	}
	return node_point(&walk, ret_node);
}

/* A meta-schema that nothing needed so far becomes one more document. */
static enum scute_status meta_load(struct parser *parser, struct scute_str uri,
	const struct js_node **ret_root)
{
	struct scute_str text;
	struct js_document *document;
	enum scute_status status;

	if (!js_meta_text(uri, parser->arena, &text)) {
		return SCUTE_OK;
	}
	if (!text.data) {
		return fail_memory(parser);
	}
	status = document_read(parser, text, &document);
	if (status != SCUTE_OK) {
		return status;
	}
	document->name = uri;
	document->is_standard = true;
	status = document_build(parser, document);
	if (status == SCUTE_OK) {
		*ret_root = document->root;
	}
	return status;
}

/* The resource that uri (without fragment) names, seen from node; *ret_root NULL: none. */
static enum scute_status resource_find(struct parser *parser, const struct pending *pending,
	struct scute_str uri, const struct js_node **ret_root)
{
	const struct js_resource *from = pending->node->resource;
	struct scute_str absolute = uri;
	enum scute_status status;

	*ret_root = from->root;
	if (uri.len == 0) {
		return SCUTE_OK;
	}
	status = js_uri_resolve(from->uri, uri, parser->arena, &absolute);
	if (status == SCUTE_ENOMEM) {
		return fail_memory(parser);
	}
	if (status == SCUTE_OK) { /* what is too long may still be a name */
		status = uri_count(parser, pending->value, absolute.len);
		if (status != SCUTE_OK) {
			return status;
		}
		*ret_root = js_table_get(&parser->uris, NULL, absolute);
	} else {
		*ret_root = NULL;
	}
	if (!*ret_root) {
		*ret_root = js_table_get(&parser->uris, NULL, uri);
	}
	return *ret_root ? SCUTE_OK : meta_load(parser, absolute, ret_root);
}

/* Is this what the reference asks the dynamic scope for? */
static enum scute_status dynamic_check(struct parser *parser, const struct pending *pending,
	struct scute_str fragment)
{
	const struct js_node *target = pending->ref->target;
	const struct json *anchor = js_value(target, JS_DYNAMIC_ANCHOR);
	const struct json *recursive = js_value(target, JS_RECURSIVE_ANCHOR);

	if (pending->keyword == JS_RECURSIVE_REF) {
		pending->ref->is_dynamic = recursive && recursive->type == JSON_TRUE &&
			target->resource->root == target;
		return SCUTE_OK;
	}
	if (pending->keyword != JS_DYNAMIC_REF || !anchor || !str_eq(anchor->text, fragment)) {
		return SCUTE_OK;
	}
	pending->ref->is_dynamic = true;
	return dynamic_id(parser, fragment, &pending->ref->dynamic_id);
}

static enum scute_status fail_unresolved(struct parser *parser, const struct pending *pending,
	bool is_known)
{
	const struct json *value = pending->value;
	const char *keyword = js_keyword_name((enum js_keyword_id)pending->keyword);

	if (parser->is_lenient) {
		return SCUTE_OK;
	}
	return fail_with(parser, SCUTE_EREFERENCE, value,
		is_known ? "%s \"%.*s\" does not resolve: there is no schema at that place" :
			   "%s \"%.*s\" does not resolve: no reference has that name and nothing "
			   "in the schema that $id (remote schemas are not fetched)",
		keyword, STR_ARGS(value->text));
}

static enum scute_status target_find(struct parser *parser, const struct js_node *root,
	struct scute_str fragment, const struct js_node **ret_target)
{
	if (fragment.len == 0) {
		*ret_target = is_schema(root->value) ? root : NULL;
		return SCUTE_OK;
	}
	if (fragment.data[0] == '/') {
		return pointer_follow(parser, root, fragment, ret_target);
	}
	*ret_target = js_table_get(&parser->anchors, root->resource, fragment);
	return SCUTE_OK;
}

static enum scute_status pending_resolve(struct parser *parser, const struct pending *pending)
{
	struct js_document *document =
		(struct js_document *)(uintptr_t)pending->node->resource->document;
	const struct js_node *root = NULL;
	const struct js_node *target = NULL;
	struct scute_str uri;
	struct scute_str fragment;
	enum scute_status status;

	document_turn(parser, document);
	js_uri_split(pending->value->text, &uri, &fragment);
	fragment = js_uri_decode(fragment, parser->arena);
	if (!fragment.data) {
		return fail_memory(parser);
	}
	status = resource_find(parser, pending, uri, &root);
	if (status == SCUTE_OK && root) {
		status = target_find(parser, root, fragment, &target);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	document_turn(parser, document);
	if (!target) {
		return fail_unresolved(parser, pending, root != NULL);
	}
	pending->ref->target = target;
	return dynamic_check(parser, pending, fragment);
}

enum scute_status references_resolve(struct parser *parser)
{
	/* Schemas that only pointers lead to, and meta-schemas, add to the list's end. */
	for (struct pending *pending = parser->pending; pending; pending = pending->next) {
		enum scute_status status = pending_resolve(parser, pending);
		if (status != SCUTE_OK) {
			return status;
		}
	}
	return SCUTE_OK;
}
