/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing JSON. A tree is walked without recursion: the open containers, and the
 * sorted members of open objects, stand on two stacks.
 */
#include "json_out.h"

#include <assert.h>
#include <stdlib.h>

#include "json_scan.h"
#include "str.h"

static void before_value(struct json_out *out)
{
	if (out->comma) {
		buf_append_byte(out->buf, ',');
	}
	out->comma = true;
}

static void open_with(struct json_out *out, char bracket)
{
	before_value(out);
	buf_append_byte(out->buf, bracket);
	out->comma = false;
}

static void close_with(struct json_out *out, char bracket)
{
	buf_append_byte(out->buf, bracket);
	out->comma = true;
}

void json_out_object(struct json_out *out)
{
	open_with(out, '{');
}

void json_out_object_end(struct json_out *out)
{
	close_with(out, '}');
}

void json_out_array(struct json_out *out)
{
	open_with(out, '[');
}

void json_out_array_end(struct json_out *out)
{
	close_with(out, ']');
}

void json_out_key_str(struct json_out *out, struct scute_str name)
{
	before_value(out);
	json_escape(out->buf, name);
	buf_append_byte(out->buf, ':');
	out->comma = false;
}

void json_out_key(struct json_out *out, const char *name)
{
	json_out_key_str(out, str_z(name));
}

void json_out_str(struct json_out *out, struct scute_str text)
{
	before_value(out);
	json_escape(out->buf, text);
}

void json_out_z(struct json_out *out, const char *text)
{
	json_out_str(out, str_z(text));
}

void json_out_i64(struct json_out *out, int64_t value)
{
	before_value(out);
	buf_append_i64(out->buf, value);
}

void json_out_bool(struct json_out *out, bool value)
{
	before_value(out);
	buf_append_z(out->buf, value ? "true" : "false");
}

void json_out_null(struct json_out *out)
{
	before_value(out);
	buf_append_z(out->buf, "null");
}

void json_out_raw(struct json_out *out, struct scute_str json)
{
	before_value(out);
	buf_append_str(out->buf, json);
}

static void escape_byte(struct buf *buf, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char letters[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
	};
	char text[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
	size_t len = 6;

	if (c >= 0x20 || letters[c] != '\0') {
		text[1] = c >= 0x20 ? (char)c : letters[c];
		len = 2;
	}
	buf_append(buf, text, len);
}

bool json_escape(struct buf *buf, struct scute_str text)
{
	const char *at = text.data;
	const char *end = text.len > 0 ? at + text.len : at;

	buf_append_byte(buf, '"');
	while (at < end) {
		const char *plain = at;
		at = json_scan_plain(at, end, false);
		buf_append(buf, plain, (size_t)(at - plain));
		if (at < end) {
			escape_byte(buf, (unsigned char)*at++);
		}
	}
	return buf_append_byte(buf, '"');
}

/* A container that is being written. */
struct walk_frame {
	const struct json *next; /* child to write, unless sorted */
	size_t items_begin;      /* where its members stand in items, if sorted */
	size_t items_end;
	size_t item;             /* the next one to write */
	bool sorted;
	bool object;
};

struct walk {
	struct walk_frame *frames;
	size_t depth;
	size_t frames_cap;
	const struct json **items; /* sorted members of all open objects, innermost last */
	size_t n_items;
	size_t items_cap;
};

static void *grow_stack(void *stack, size_t *cap, size_t want, size_t bytes)
{
	size_t bigger = *cap < 32 ? 32 : *cap;

	while (bigger < want) {
		bigger *= 2; /* want counts nodes in memory: no overflow */
	}
	void *grown = reallocarray(stack, bigger, bytes);
	if (grown) {
		*cap = bigger;
	}
	return grown;
}

static bool in_order(const struct json *a, const struct json *b)
{
	return str_cmp(a->key, b->key) <= 0;
}

/* Merges the sorted runs from[0..middle) and from[middle..n) to out. */
static void merge_runs(const struct json **from, size_t middle, size_t n, const struct json **out)
{
	size_t left = 0;
	size_t right = middle;

	for (size_t i = 0; i < n; i++) {
		bool take_left = right == n || (left < middle && in_order(from[left], from[right]));
		out[i] = take_left ? from[left++] : from[right++];
	}
}

/*
 * Bottom-up merge sort: bounded stack and time whatever the names are. spare is as
 * large as items.
 */
static void sort_members(const struct json **items, const struct json **spare, size_t n)
{
	for (size_t run = 1; run < n; run *= 2) {
		for (size_t at = 0; at < n; at += 2 * run) {
			size_t size = n - at < 2 * run ? n - at : 2 * run;
			merge_runs(items + at, size < run ? size : run, size, spare + at);
		}
		memcpy(items, spare, n * sizeof(*items));
	}
}

static bool is_sorted(const struct json *object)
{
	const struct json *previous = object->children;

	while (previous && previous->next) {
		if (!in_order(previous, previous->next)) {
			return false;
		}
		previous = previous->next;
	}
	return true;
}

/* Puts the sorted members on the items stack. */
static bool push_sorted(struct walk *walk, const struct json *object, struct walk_frame *frame)
{
	size_t n = object->n_children;
	size_t want = walk->n_items + 2 * n; /* the upper half is for sorting only */

	if (want > walk->items_cap) {
		const struct json **items = grow_stack(walk->items, &walk->items_cap, want,
			sizeof(*items));
		if (!items) {
			return false;
		}
		walk->items = items;
	}
	frame->sorted = true;
	for (const struct json *member = object->children; member; member = member->next) {
		walk->items[walk->n_items++] = member;
	}
	frame->items_end = walk->n_items;
	assert(frame->items_end - frame->item == n);
	sort_members(walk->items + frame->item, walk->items + frame->items_end, n);
	return true;
}

static bool push_container(struct walk *walk, const struct json *value, enum json_order order)
{
	struct walk_frame frame = {
		.next = value->children,
		.items_begin = walk->n_items,
		.item = walk->n_items,
		.object = value->type == JSON_OBJECT,
	};

	if (walk->depth == walk->frames_cap) {
		struct walk_frame *frames = grow_stack(walk->frames, &walk->frames_cap,
			walk->depth + 1, sizeof(*frames));
		if (!frames) {
			return false;
		}
		walk->frames = frames;
	}
	if (order == JSON_SORTED && frame.object && !is_sorted(value) &&
	    !push_sorted(walk, value, &frame)) {
		return false;
	}
	walk->frames[walk->depth++] = frame;
	return true;
}

/* The next child of the innermost container; NULL: it is at its end. */
static const struct json *walk_next(struct walk *walk)
{
	struct walk_frame *frame = &walk->frames[walk->depth - 1];
	const struct json *child = frame->next;

	if (frame->sorted) {
		return frame->item < frame->items_end ? walk->items[frame->item++] : NULL;
	}
	if (child) {
		frame->next = child->next;
	}
	return child;
}

static void walk_pop(struct walk *walk)
{
	walk->n_items = walk->frames[--walk->depth].items_begin;
}

static bool write_value(struct json_out *out, struct walk *walk, const struct json *value,
	enum json_order order)
{
	switch (value->type) {
	case JSON_NULL:
		json_out_null(out);
		break;
	case JSON_FALSE:
	case JSON_TRUE:
		json_out_bool(out, value->type == JSON_TRUE);
		break;
	case JSON_NUMBER:
		json_out_raw(out, value->text);
		break;
	case JSON_STRING:
		json_out_str(out, value->text);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		open_with(out, value->type == JSON_OBJECT ? '{' : '[');
		return push_container(walk, value, order);
	}
	return !out->buf->failed;
}

void json_out_tree(struct json_out *out, const struct json *value, enum json_order order)
{
	struct walk walk = { .depth = 0 };
	bool going = write_value(out, &walk, value, order);

	while (going && walk.depth > 0) {
		const struct json *child = walk_next(&walk);
		bool object = walk.frames[walk.depth - 1].object;
		if (!child) {
			walk_pop(&walk);
			close_with(out, object ? '}' : ']');
			continue;
		}
		if (object) {
			json_out_key_str(out, child->key);
		}
		going = write_value(out, &walk, child, order);
	}
	if (!going) {
		out->buf->failed = true;
	}
	free(walk.items);
	free(walk.frames);
}
