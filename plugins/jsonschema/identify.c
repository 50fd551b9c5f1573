/* SPDX-License-Identifier: Apache-2.0 */
/* Names of places: $schema and $id make resources, anchors name nodes in them. */
#include <stdlib.h>

#include "support/arena.h"
#include "support/str.h"

#include "parser.h"
#include "uri.h"

#define EVERY_VOCABULARY ((uint16_t)((1u << JS_N_VOCABULARIES) - 1))

enum scute_status uri_count(struct parser *parser, const struct json *value, size_t len)
{
	parser->uri_bytes += len;
	if (parser->uri_bytes > JS_URIS_BYTES_MAX) {
		return fail_with(parser, SCUTE_ELIMIT, value, "the URIs take more than %u bytes",
			JS_URIS_BYTES_MAX);
	}
	return SCUTE_OK;
}

/* The first of several resources of one URI is the one that is found. */
static enum scute_status uri_enter(struct parser *parser, struct scute_str uri,
	const struct js_node *node)
{
	void *held;

	if (uri.len > 0 && !js_table_put(&parser->uris, parser->arena, NULL, uri, node, &held)) {
		return fail_memory(parser);
	}
	return SCUTE_OK;
}

static enum scute_status uri_resolve(struct parser *parser, const struct json *value,
	struct scute_str base, struct scute_str uri, struct scute_str *ret_uri)
{
	enum scute_status status = js_uri_resolve(base, uri, parser->arena, ret_uri);

	if (status == SCUTE_ENOMEM) {
		return fail_memory(parser);
	}
	if (status == SCUTE_ELIMIT && parser->is_lenient) {
		*ret_uri = base;
		return SCUTE_OK;
	}
	if (status == SCUTE_ELIMIT) {
		return fail_with(parser, status, value, "the URI is longer than %d bytes",
			JS_URI_BYTES_MAX);
	}
	return uri_count(parser, value, ret_uri->len);
}

/* Where the document was got from: the name it is referred to by, seen from the schema. */
static enum scute_status retrieval_uri(struct parser *parser, struct scute_str *ret_uri)
{
	const struct js_document *document = parser->document;
	const struct js_document *first = parser->schema->documents;

	*ret_uri = document->name;
	if (document == first || document->is_standard || document->name.len > JS_URI_BYTES_MAX) {
		return SCUTE_OK;
	}
	return uri_resolve(parser, document->json, first->root->resource->uri, document->name, ret_uri);
}

/* The node's $id, if it counts; in which draft depends on its $schema. */
static const struct json *id_find(const struct js_node *node, enum js_draft draft)
{
	const struct json *id = json_get(node->value, draft == JS_DRAFT_4 ? "id" : "$id");
	const struct json *ref;

	if (!id || id->type != JSON_STRING) {
		return NULL;
	}
	ref = draft <= JS_DRAFT_7 && node->place != JS_PLACE_ROOT ? json_get(node->value, "$ref") :
								    NULL;
	return ref && ref->type == JSON_STRING ? NULL : id;
}

/* What holds without "$schema": the draft around it; for a reference that of the schema. */
static struct dialect dialect_of(const struct parser *parser, const struct js_resource *resource)
{
	const struct js_document *first = parser->schema->documents;
	struct js_options options = js_options();

	if (!resource) {
		return (struct dialect){ parser->document == first ? options.default_draft :
				js_node_draft(first->root), EVERY_VOCABULARY,
			options.format_assertion };
	}
	return (struct dialect){ (enum js_draft)resource->draft, resource->vocabularies,
		resource->asserts_format };
}

/* $schema counts where a resource begins: at a document's root and beside an $id. */
static enum scute_status dialect_find(struct parser *parser, const struct js_node *node,
	const struct js_resource *outer, struct dialect *ret_dialect)
{
	struct dialect dialect = dialect_of(parser, outer);
	const struct json *schema = json_get(node->value, "$schema");

	*ret_dialect = dialect;
	if (!schema || (outer && !json_get(node->value, "$id") && !json_get(node->value, "id"))) {
		return SCUTE_OK;
	}
	return dialect_read(parser, schema, &dialect, ret_dialect);
}

static enum scute_status resource_create(struct parser *parser, struct js_node *node,
	struct scute_str uri, const struct dialect *dialect)
{
	struct js_resource *resource = arena_zalloc(parser->arena, 1, sizeof(*resource));

	if (!resource) {
		return fail_memory(parser);
	}
	resource->uri = uri;
	resource->draft = (uint8_t)dialect->draft;
	resource->vocabularies = dialect->vocabularies;
	resource->asserts_format = dialect->asserts_format;
	resource->id = parser->schema->n_resources++;
	resource->root = node;
	resource->document = parser->document;
	node->resource = resource;
	return uri_enter(parser, uri, node);
}

static enum scute_status root_enter(struct parser *parser, struct js_node *node,
	struct scute_str *ret_base)
{
	enum scute_status status = retrieval_uri(parser, ret_base);

	if (status == SCUTE_OK) {
		status = uri_enter(parser, *ret_base, node);
	}
	return status == SCUTE_OK ? uri_enter(parser, parser->document->name, node) : status;
}

enum scute_status resource_enter(struct parser *parser, struct js_node *node,
	struct js_resource *outer)
{
	struct scute_str uri = outer ? outer->uri : (struct scute_str){ NULL, 0 };
	struct scute_str own = { NULL, 0 };
	struct scute_str fragment;
	struct dialect dialect;
	enum scute_status status = dialect_find(parser, node, outer, &dialect);

	if (status == SCUTE_OK && !outer) {
		status = root_enter(parser, node, &uri);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	const struct json *id = id_find(node, dialect.draft);
	if (id) {
		js_uri_split(id->text, &own, &fragment);
	}
	if (own.len > 0) {
		status = uri_resolve(parser, id, uri, own, &uri);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	if (outer && own.len == 0) {
		node->resource = outer;
		return SCUTE_OK;
	}
	return resource_create(parser, node, uri, &dialect);
}

/* Of equal plain names the first is found; an anchor that is there already is refused. */
static enum scute_status anchor_enter(struct parser *parser, const struct js_node *node,
	const struct json *value, struct scute_str name)
{
	void *held;

	if (!js_table_put(&parser->anchors, parser->arena, node->resource, name, node, &held)) {
		return fail_memory(parser);
	}
	if (held != node && node->resource->draft > JS_DRAFT_7 && !parser->is_lenient) {
		return fail_at(parser, value, "the anchor \"%.*s\" is there already",
			STR_ARGS(name));
	}
	return SCUTE_OK;
}

enum scute_status dynamic_id(struct parser *parser, struct scute_str name, uint32_t *ret_id)
{
	uintptr_t fresh = parser->schema->n_dynamic_ids;
	void *held;

	if (!js_table_put(&parser->dynamic_names, parser->arena, NULL, name, (void *)fresh, &held)) {
		return fail_memory(parser);
	}
	parser->schema->n_dynamic_ids += (uintptr_t)held == fresh;
	*ret_id = (uint32_t)(uintptr_t)held;
	return SCUTE_OK;
}

static enum scute_status dynamic_enter(struct parser *parser, const struct js_node *node,
	uint32_t id)
{
	struct dynamic *dynamic = arena_zalloc(parser->arena, 1, sizeof(*dynamic));

	if (!dynamic) {
		return fail_memory(parser);
	}
	dynamic->next = parser->dynamics;
	dynamic->resource = (struct js_resource *)(uintptr_t)node->resource;
	dynamic->found = (struct js_dynamic){ id, node };
	parser->dynamics = dynamic;
	parser->n_dynamics++;
	return SCUTE_OK;
}

/* Up to draft 7 an $id of a fragment alone is what later became $anchor. */
static enum scute_status plain_name_enter(struct parser *parser, const struct js_node *node)
{
	const struct json *id = js_value(node, node->resource->draft == JS_DRAFT_4 ? JS_ID_4 : JS_ID);
	struct scute_str uri;
	struct scute_str fragment;

	if (!id || node->resource->draft > JS_DRAFT_7) {
		return SCUTE_OK;
	}
	js_uri_split(id->text, &uri, &fragment);
	if (fragment.len == 0 || fragment.data[0] == '/') {
		return SCUTE_OK;
	}
	return anchor_enter(parser, node, id, fragment);
}

enum scute_status anchors_enter(struct parser *parser, struct js_node *node)
{
	const struct json *anchor = js_value(node, JS_ANCHOR);
	const struct json *dynamic = js_value(node, JS_DYNAMIC_ANCHOR);
	const struct json *recursive = js_value(node, JS_RECURSIVE_ANCHOR);
	enum scute_status status = plain_name_enter(parser, node);
	uint32_t id = 0;

	if (status == SCUTE_OK && anchor) {
		status = anchor_enter(parser, node, anchor, anchor->text);
	}
	if (status == SCUTE_OK && dynamic) {
		status = anchor_enter(parser, node, dynamic, dynamic->text);
	}
	if (status == SCUTE_OK && dynamic) {
		status = dynamic_id(parser, dynamic->text, &id);
	}
	if (status == SCUTE_OK && dynamic) {
		status = dynamic_enter(parser, node, id);
	}
	if (status == SCUTE_OK && recursive && recursive->type == JSON_TRUE &&
		node->resource->root == node) {
		status = dynamic_enter(parser, node, 0);
	}
	return status;
}

static int dynamic_cmp(const void *a, const void *b)
{
	const struct dynamic *x = a;
	const struct dynamic *y = b;

	if (x->resource != y->resource) {
		return x->resource->id < y->resource->id ? -1 : 1;
	}
	if (x->found.id != y->found.id) {
		return x->found.id < y->found.id ? -1 : 1;
	}
	return x->found.node->id < y->found.node->id ? -1 : x->found.node->id > y->found.node->id;
}

enum scute_status dynamics_settle(struct parser *parser)
{
	uint32_t n = parser->n_dynamics;
	struct dynamic *all = arena_zalloc(parser->arena, n + (size_t)1, sizeof(*all));
	struct js_dynamic *found = arena_zalloc(parser->arena, n + (size_t)1, sizeof(*found));
	uint32_t i = 0;

	if (!all || !found) {
		return fail_memory(parser);
	}
	for (const struct dynamic *dynamic = parser->dynamics; dynamic; dynamic = dynamic->next) {
		all[i++] = *dynamic;
	}
	qsort(all, n, sizeof(*all), dynamic_cmp);
	for (i = 0; i < n; i++) {
		struct js_resource *resource = all[i].resource;
		found[i] = all[i].found;
		if (!resource->dynamics) {
			resource->dynamics = &found[i];
		}
		resource->n_dynamics++;
	}
	return SCUTE_OK;
}
