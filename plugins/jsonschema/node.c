/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in a parsed schema, and where a node stands. */
#include <assert.h>

#include "support/str.h"

#include "schema.h"

static struct js_options options = { JS_DRAFT_7, false };

void js_options_set(struct js_options given)
{
	options = given;
}

struct js_options js_options(void)
{
	return options;
}

const struct js_named *js_named_find(const struct js_keyword *keyword, struct scute_str name)
{
	uint32_t low = 0;
	uint32_t high = keyword && keyword->form == JS_FORM_NAMED ? keyword->count : 0;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = str_cmp(keyword->named[middle].name, name);
		if (order == 0) {
			return &keyword->named[middle];
		}
		if (order < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}

const struct js_node *js_dynamic_find(const struct js_resource *resource, uint32_t dynamic_id)
{
	uint32_t low = 0;
	uint32_t high = resource->n_dynamics;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct js_dynamic *dynamic = &resource->dynamics[middle];
		if (dynamic->id == dynamic_id) {
			return dynamic->node;
		}
		if (dynamic->id < dynamic_id) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}

void js_pointer_token(struct scute_str token, struct buf *out)
{
	size_t done = 0;

	buf_append_byte(out, '/');
	for (size_t i = 0; i < token.len; i++) {
		char c = token.data[i];
		if (c == '~' || c == '/') {
			buf_append(out, token.data + done, i - done);
			buf_append_z(out, c == '~' ? "~0" : "~1");
			done = i + 1;
		}
	}
	buf_append(out, token.data + done, token.len - done);
}

/* One step of the way down from the document's root. */
struct step {
	const struct step *up;
	const struct json *value;
	size_t place; /* in the array that it stands in */
	bool in_array;
};

static void steps_write(const struct step *step, struct buf *out)
{
	if (!step->up) {
		return;
	}
	steps_write(step->up, out);
	if (step->in_array) {
		buf_printf(out, "/%zu", step->place);
	} else {
		js_pointer_token(step->value->key, out);
	}
}

/* Depth is that of the text, which the reader bounded. */
static bool value_find(const struct step *step, const struct json *target, struct buf *out)
{
	const struct json *json = step->value;
	struct step down = { .up = step, .in_array = json->type == JSON_ARRAY };

	if (json == target) {
		steps_write(step, out);
		return true;
	}
	if (json->type != JSON_ARRAY && json->type != JSON_OBJECT) {
		return false;
	}
	for (down.value = json->children; down.value; down.value = down.value->next) {
		if (value_find(&down, target, out)) {
			return true;
		}
		down.place++;
	}
	return false;
}

void js_pointer_to(const struct json *root, const struct json *value, struct buf *out)
{
	value_find(&(struct step){ .value = root }, value, out);
}

static void place_write(const struct js_node *node, struct buf *out)
{
	js_pointer_token(str_z(js_keyword_name((enum js_keyword_id)node->place_id)), out);
	if (node->place == JS_PLACE_LIST) {
		buf_printf(out, "/%u", node->place_index);
	} else if (node->place == JS_PLACE_NAMED) {
		js_pointer_token(node->value->key, out);
	}
}

void js_pointer(const struct js_node *node, struct buf *out)
{
	const struct js_node *chain[JS_DEPTH_LIMIT + 1];
	size_t n = 0;

	for (; node->place != JS_PLACE_ROOT && node->place != JS_PLACE_POINTED;
		node = node->parent) {
		assert(n <= JS_DEPTH_LIMIT);
		chain[n++] = node;
	}
	if (node->place == JS_PLACE_POINTED) {
		js_pointer_to(node->resource->document->json, node->value, out);
	}
	while (n > 0) {
		place_write(chain[--n], out);
	}
}
