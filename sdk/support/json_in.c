/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader proper: one pass, no recursion. Open containers stand on a stack that
 * begins in the reader and moves to the arena when the nesting is deep.
 */
#include "json_in.h"

#include <assert.h>
#include <stdio.h>

#include "json_names.h"
#include "json_string.h"
#include "str.h"

enum {
	DEPTH_MAX_DEFAULT = 512,
	FRAMES_AT_FIRST = 32,
	MEMBERS_LINEAR = 16, /* from here on names are looked up in a table */
};

struct frame {
	struct json *node;
	struct json *last;        /* child; NULL: none yet */
	struct json_names *names; /* of an object with many members */
	bool began;               /* what stands behind the bracket was looked at */
};

struct reader {
	const char *begin;
	const char *at;
	const char *end;
	struct scute_arena *arena;
	struct scute_error *err;
	enum scute_status status; /* of the failure */
	enum json_duplicates duplicates;
	uint32_t depth_max;
	uint64_t nodes;
	uint64_t nodes_max;
	struct frame *frames;
	size_t frames_cap;
	size_t depth;
	struct frame at_first[FRAMES_AT_FIRST];
};

/* Always false. The position is found only now: counting lines all along would cost. */
static bool fail_at(struct reader *r, enum scute_status status, const char *at, const char *reason)
{
	int32_t line = 1;
	const char *line_begin = r->begin;

	for (const char *c = r->begin; c < at; c++) {
		if (*c == '\n') {
			line_begin = c + 1;
			line += line < INT32_MAX;
		}
	}
	int32_t column = at - line_begin < INT32_MAX ? (int32_t)(at - line_begin) + 1 : INT32_MAX;
	r->status = error_set(r->err, status, "line %d column %d: %s", line, column, reason);
	if (r->err) {
		r->err->line = line;
		r->err->column = column;
	}
	return false;
}

static bool fail(struct reader *r, const char *reason)
{
	return fail_at(r, SCUTE_EINVAL, r->at, reason);
}

static bool fail_limit(struct reader *r, const char *what, uint64_t max)
{
	char reason[64];

	snprintf(reason, sizeof(reason), "%s %llu", what, (unsigned long long)max);
	return fail_at(r, SCUTE_ELIMIT, r->at, reason);
}

static bool fail_memory(struct reader *r)
{
	r->status = error_set(r->err, SCUTE_ENOMEM, "out of memory while reading JSON");
	return false;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void skip_space(struct reader *r)
{
	while (r->at < r->end && is_space(*r->at)) {
		r->at++;
	}
}

static bool next_is(const struct reader *r, char c)
{
	return r->at < r->end && *r->at == c;
}

static bool read_string(struct reader *r, struct scute_str *ret_text)
{
	const char *fault;
	const char *reason;
	const char *behind = json_string_read(r->at + 1, r->end, r->arena, ret_text, &fault,
		&reason);

	if (!behind) {
		return reason ? fail_at(r, SCUTE_EINVAL, fault, reason) : fail_memory(r);
	}
	r->at = behind;
	return true;
}

static bool is_digit(const struct reader *r)
{
	return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

static bool read_digits(struct reader *r)
{
	if (!is_digit(r)) {
		return fail(r, "expected a digit");
	}
	while (is_digit(r)) {
		r->at++;
	}
	return true;
}

static bool read_number(struct reader *r, struct json *node)
{
	const char *begin = r->at;

	if (next_is(r, '-')) {
		r->at++;
	}
	if (next_is(r, '0')) {
		r->at++;
		if (is_digit(r)) {
			return fail(r, "a number must not begin with a superfluous 0");
		}
	} else if (!read_digits(r)) {
		return false;
	}
	if (next_is(r, '.')) {
		r->at++;
		if (!read_digits(r)) {
			return false;
		}
	}
	if (next_is(r, 'e') || next_is(r, 'E')) {
		r->at++;
		if (next_is(r, '+') || next_is(r, '-')) {
			r->at++;
		}
		if (!read_digits(r)) {
			return false;
		}
	}
	node->type = JSON_NUMBER;
	node->text = (struct scute_str){ begin, (size_t)(r->at - begin) };
	return true;
}

static bool read_literal(struct reader *r, struct json *node, struct scute_str literal,
	enum json_type type)
{
	struct scute_str rest = { r->at, (size_t)(r->end - r->at) };

	if (!str_starts(rest, literal)) {
		return fail(r, "expected a value");
	}
	r->at += literal.len;
	node->type = type;
	return true;
}

static bool frames_grow(struct reader *r)
{
	size_t cap = r->frames_cap * 2;
	struct frame *frames = scute_alloc(r->arena, cap * sizeof(*frames));

	if (!frames) {
		return fail_memory(r);
	}
	memcpy(frames, r->frames, r->depth * sizeof(*frames));
	r->frames = frames;
	r->frames_cap = cap;
	return true;
}

static bool open_container(struct reader *r, struct json *node, enum json_type type)
{
	if (r->depth == r->depth_max) {
		return fail_limit(r, "nested deeper than", r->depth_max);
	}
	if (r->depth == r->frames_cap && !frames_grow(r)) {
		return false;
	}
	r->at++;
	node->type = type;
	r->frames[r->depth++] = (struct frame){ .node = node };
	return true;
}

/* A value into node; of a container only the opening bracket. */
static bool read_value(struct reader *r, struct json *node)
{
	skip_space(r);
	if (r->at == r->end) {
		return fail(r, "expected a value, not the end");
	}
	if (r->nodes++ == r->nodes_max) {
		return fail_limit(r, "too many values, the limit is at", r->nodes_max);
	}
	node->offset = (uint32_t)(r->at - r->begin);
	node->text = (struct scute_str){ NULL, 0 };
	node->children = NULL;
	node->n_children = 0;
	switch (*r->at) {
	case '{':
		return open_container(r, node, JSON_OBJECT);
	case '[':
		return open_container(r, node, JSON_ARRAY);
	case '"':
		node->type = JSON_STRING;
		return read_string(r, &node->text);
	case 't':
		return read_literal(r, node, SCUTE_STR("true"), JSON_TRUE);
	case 'f':
		return read_literal(r, node, SCUTE_STR("false"), JSON_FALSE);
	case 'n':
		return read_literal(r, node, SCUTE_STR("null"), JSON_NULL);
	default:
		if (next_is(r, '-') || is_digit(r)) {
			return read_number(r, node);
		}
		return fail(r, "expected a value");
	}
}

static struct json *append_child(struct reader *r, struct frame *frame, struct scute_str key)
{
	struct json *child = scute_alloc(r->arena, sizeof(*child));

	if (!child) {
		fail_memory(r);
		return NULL;
	}
	child->key = key;
	child->next = NULL;
	if (frame->last) {
		frame->last->next = child;
	} else {
		frame->node->children = child;
	}
	frame->last = child;
	frame->node->n_children++;
	return child;
}

/* Names of one object often begin alike and rarely end alike. */
static bool same_name(struct scute_str a, struct scute_str b)
{
	return a.len == b.len && (a.len == 0 || (a.data[a.len - 1] == b.data[b.len - 1] &&
		memcmp(a.data, b.data, a.len) == 0));
}

static struct json *find_member(const struct frame *frame, struct scute_str key)
{
	if (frame->names) {
		return json_names_find(frame->names, key);
	}
	for (struct json *member = frame->node->children; member; member = member->next) {
		if (same_name(member->key, key)) {
			return member;
		}
	}
	return NULL;
}

static struct json *append_member(struct reader *r, struct frame *frame, struct scute_str key)
{
	struct json *member = append_child(r, frame, key);

	if (!member) {
		return NULL;
	}
	if (frame->names) {
		if (!json_names_add(frame->names, r->arena, member)) {
			fail_memory(r);
			return NULL;
		}
	} else if (frame->node->n_children > MEMBERS_LINEAR) {
		frame->names = json_names_create(r->arena, frame->node);
		if (!frame->names) {
			fail_memory(r);
			return NULL;
		}
	}
	return member;
}

/* A name and its colon; the node that takes the value, or NULL. */
static struct json *read_member(struct reader *r, struct frame *frame)
{
	struct scute_str key;
	const char *key_at;

	skip_space(r);
	key_at = r->at;
	if (!next_is(r, '"')) {
		fail(r, "expected a name in double quotes");
		return NULL;
	}
	if (!read_string(r, &key)) {
		return NULL;
	}
	skip_space(r);
	if (!next_is(r, ':')) {
		fail(r, "expected a ':'");
		return NULL;
	}
	r->at++;
	struct json *member = find_member(frame, key);
	if (!member) {
		return append_member(r, frame, key);
	}
	if (r->duplicates == JSON_DUPLICATES_REFUSE) {
		fail_at(r, SCUTE_EINVAL, key_at, "this name occurs twice in its object");
		return NULL;
	}
	return member;
}

/*
 * Closes what ends here, then gives the node of the next value. True with NULL: the
 * document is complete.
 */
static bool next_node(struct reader *r, struct json **ret_node)
{
	const struct scute_str no_name = { NULL, 0 };

	while (r->depth > 0) {
		struct frame *frame = &r->frames[r->depth - 1];
		bool object = frame->node->type == JSON_OBJECT;
		skip_space(r);
		if (next_is(r, object ? '}' : ']')) {
			r->at++;
			r->depth--;
			continue;
		}
		if (frame->began) {
			if (!next_is(r, ',')) {
				return fail(r, object ? "expected a ',' or '}'" :
							"expected a ',' or ']'");
			}
			r->at++;
		}
		frame->began = true;
		*ret_node = object ? read_member(r, frame) : append_child(r, frame, no_name);
		return *ret_node != NULL;
	}
	*ret_node = NULL;
	return true;
}

static bool read_document(struct reader *r, struct json *root)
{
	struct json *node = root;

	do {
		if (!read_value(r, node) || !next_node(r, &node)) {
			return false;
		}
	} while (node);
	skip_space(r);
	if (r->at != r->end) {
		return fail(r, "expected the end");
	}
	return true;
}

enum scute_status json_read(struct scute_str text, const struct json_options *options,
	struct scute_arena *arena, const struct json **ret_root, struct scute_error *err)
{
	static const struct json_options defaults = { .depth_max = 0 };
	struct reader r;

	if (text.len > UINT32_MAX) {
		return error_set(err, SCUTE_ELIMIT, "JSON text of more than %u bytes", UINT32_MAX);
	}
	if (!options) {
		options = &defaults;
	}
	r.begin = r.at = text.len > 0 ? text.data : "";
	r.end = r.begin + text.len;
	r.arena = arena;
	r.err = err;
	r.status = SCUTE_OK;
	r.duplicates = options->duplicates;
	r.depth_max = options->depth_max > 0 ? options->depth_max : DEPTH_MAX_DEFAULT;
	r.nodes = 0;
	r.nodes_max = options->nodes_max > 0 ? options->nodes_max : UINT64_MAX;
	r.frames = r.at_first;
	r.frames_cap = FRAMES_AT_FIRST;
	r.depth = 0;

	struct json *root = scute_alloc(arena, sizeof(*root));
	if (!root) {
		fail_memory(&r);
		return r.status;
	}
	root->key = (struct scute_str){ NULL, 0 };
	root->next = NULL;
	if (!read_document(&r, root)) {
		assert(r.status != SCUTE_OK);
		return r.status;
	}
	*ret_root = root;
	return SCUTE_OK;
}

const struct json *json_get_str(const struct json *object, struct scute_str name)
{
	if (!object || object->type != JSON_OBJECT) {
		return NULL;
	}
	for (const struct json *member = object->children; member; member = member->next) {
		if (str_eq(member->key, name)) {
			return member;
		}
	}
	return NULL;
}

const struct json *json_get(const struct json *object, const char *name)
{
	return json_get_str(object, str_z(name));
}

bool json_to_i64(const struct json *value, int64_t *ret_value)
{
	return value && value->type == JSON_NUMBER && str_to_i64(value->text, ret_value);
}

const char *json_type_name(enum json_type type)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",
		[JSON_FALSE] = "boolean",
		[JSON_TRUE] = "boolean",
		[JSON_NUMBER] = "number",
		[JSON_STRING] = "string",
		[JSON_ARRAY] = "array",
		[JSON_OBJECT] = "object",
	};

	assert(type <= JSON_OBJECT);
	return names[type];
}
