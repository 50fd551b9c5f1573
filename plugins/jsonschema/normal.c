/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text under normalize=true: as the canonical one, sorted by keys, and with the lists sorted
 * whose order means nothing: combined schemas (unless some reference counts their places), the
 * names of types, of required and of dependent properties. "enum" stays as it is: its order is
 * what people are shown.
 */
#include <stdlib.h>

#include "support/json_out.h"
#include "support/str.h"

#include "schema.h"

struct copying {
	struct scute_arena *arena;
	bool sorts_combined;
	bool no_memory;
};

/* Any total order that depends on content alone. Depth is that of the text. */
static int tree_cmp(const struct json *a, const struct json *b)
{
	if (a->type != b->type) {
		return a->type < b->type ? -1 : 1;
	}
	int order = str_cmp(a->text, b->text);
	if (order != 0 || (a->type != JSON_OBJECT && a->type != JSON_ARRAY)) {
		return order;
	}
	const struct json *x = a->children;
	const struct json *y = b->children;
	for (; x && y; x = x->next, y = y->next) {
		order = a->type == JSON_OBJECT ? str_cmp(x->key, y->key) : 0;
		order = order != 0 ? order : tree_cmp(x, y);
		if (order != 0) {
			return order;
		}
	}
	return x ? 1 : y ? -1 : 0;
}

static int by_key(const void *a, const void *b)
{
	return str_cmp((*(const struct json *const *)a)->key, (*(const struct json *const *)b)->key);
}

static int by_content(const void *a, const void *b)
{
	return tree_cmp(*(const struct json *const *)a, *(const struct json *const *)b);
}

static void *take(struct copying *copying, size_t bytes)
{
	void *memory = copying->no_memory ? NULL : scute_alloc(copying->arena, bytes + 1);

	copying->no_memory = !memory;
	return memory;
}

static struct json *tree_copy(struct copying *copying, const struct json *json,
	const struct js_node *node);

/* How the children of a keyword's value are copied: by the nodes that they are. */
static const struct js_node *node_of(const struct js_keyword *keyword, const struct json *child,
	uint32_t place)
{
	if (keyword->form == JS_FORM_NODES) {
		return keyword->nodes[place];
	}
	if (keyword->form == JS_FORM_NAMED) {
		return js_named_find(keyword, child->key)->node;
	}
	return NULL;
}

static bool is_set(const struct copying *copying, const struct js_keyword *keyword)
{
	switch ((enum js_keyword_id)keyword->id) {
	case JS_ALL_OF:
	case JS_ANY_OF:
	case JS_ONE_OF:
		return copying->sorts_combined;
	case JS_REQUIRED:
	case JS_TYPE:
		return true;
	default:
		return false;
	}
}

/* The lists of strings in dependencies and dependentRequired. */
static bool is_list_of_names(const struct js_keyword *keyword, const struct json *child)
{
	return keyword && keyword->form == JS_FORM_NAMED && child->type == JSON_ARRAY;
}

static void children_link(struct json *json, struct json **children, uint32_t n,
	int (*order)(const void *a, const void *b))
{
	if (order) {
		qsort(children, n, sizeof(struct json *), order);
	}
	json->children = n > 0 ? children[0] : NULL;
	for (uint32_t i = 0; i < n; i++) {
		children[i]->next = i + 1 < n ? children[i + 1] : NULL;
	}
}

static struct json *head_copy(struct copying *copying, const struct json *json)
{
	struct json *copy = take(copying, sizeof(*copy));

	if (copy) {
		*copy = *json;
		copy->next = NULL;
		copy->children = NULL;
	}
	return copy;
}

static struct json *list_copy(struct copying *copying, const struct json *list)
{
	struct json *copy = head_copy(copying, list);
	struct json **children = take(copying, list->n_children * sizeof(struct json *));
	uint32_t n = 0;

	for (const struct json *item = list->children; item && children; item = item->next) {
		children[n] = head_copy(copying, item);
		if (!children[n++]) {
			return NULL;
		}
	}
	if (!copy || !children) {
		return NULL;
	}
	children_link(copy, children, n, by_content);
	return copy;
}

/* A keyword's value. keyword NULL: what is no keyword, of which only keys are sorted. */
static struct json *value_copy(struct copying *copying, const struct json *value,
	const struct js_keyword *keyword)
{
	if (keyword && keyword->form == JS_FORM_NODE) {
		return tree_copy(copying, value, keyword->node);
	}
	if (value->type != JSON_OBJECT && value->type != JSON_ARRAY) {
		return head_copy(copying, value);
	}
	struct json *copy = head_copy(copying, value);
	struct json **children = take(copying, value->n_children * sizeof(struct json *));
	uint32_t n = 0;
	for (const struct json *child = value->children; child && children; child = child->next) {
		children[n] = is_list_of_names(keyword, child) ?
			list_copy(copying, child) :
			tree_copy(copying, child, keyword ? node_of(keyword, child, n) : NULL);
		if (!children[n++]) {
			return NULL;
		}
	}
	if (!copy || !children) {
		return NULL;
	}
	children_link(copy, children, n,
		value->type == JSON_OBJECT ? by_key :
		keyword && is_set(copying, keyword) ? by_content : NULL);
	return copy;
}

static struct json *tree_copy(struct copying *copying, const struct json *json,
	const struct js_node *node)
{
	if (!node || json->type != JSON_OBJECT) {
		return value_copy(copying, json, NULL);
	}
	struct json *copy = head_copy(copying, json);
	struct json **children = take(copying, json->n_children * sizeof(struct json *));
	uint32_t n = 0;
	for (const struct json *member = json->children; member && children;
		member = member->next) {
		enum js_keyword_id id = js_keyword_find(member->key, js_node_draft(node));
		children[n] = value_copy(copying, member,
			id < JS_N_KEYWORDS ? js_get(node, id) : NULL);
		if (!children[n++]) {
			return NULL;
		}
	}
	if (!copy || !children) {
		return NULL;
	}
	children_link(copy, children, n, by_key);
	return copy;
}

static bool has_part(struct scute_str text, const char *part)
{
	return text.len > 0 && memmem(text.data, text.len, part, strlen(part));
}

/* Does any string in the text look like a pointer through combined schemas? */
static bool counts_places(const struct json *json)
{
	if (json->type == JSON_STRING) {
		return has_part(json->text, "/allOf/") || has_part(json->text, "/anyOf/") ||
			has_part(json->text, "/oneOf/");
	}
	if (json->type != JSON_OBJECT && json->type != JSON_ARRAY) {
		return false;
	}
	for (const struct json *child = json->children; child; child = child->next) {
		if (counts_places(child)) {
			return true;
		}
	}
	return false;
}

enum scute_status js_normalize(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	const struct js_document *document = schema->documents;
	struct copying copying = { arena, !counts_places(document->json), false };
	const struct json *copy = tree_copy(&copying, document->json, document->root);
	struct buf text;
	struct json_out out = json_out(&text);

	if (!copy) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the normal form");
	}
	buf_init_arena(&text, (size_t)schema->bytes_max, arena);
	json_out_tree(&out, copy, JSON_AS_READ);
	if (text.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the normal form");
	}
	*ret_text = buf_str(&text);
	return SCUTE_OK;
}
