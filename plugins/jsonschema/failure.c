/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is remembered of a failure, and the error that is made of it in the end. Paths are found
 * only then, from the nodes, so that an instance that passes pays nothing for them.
 */
#include "run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "support/str.h"

enum {
	PATH_BYTES_MAX = 4096,
	PATH_BYTES_SHOWN = 160,
};

bool js_run_failed(struct js_run *r, const struct js_check *c, enum js_keyword_id keyword,
	const struct json *i, const char *format, ...)
{
	va_list args;

	if (js_run_gave_up(r)) {
		return false;
	}
	r->status = SCUTE_EINVAL;
	r->keyword = (uint8_t)keyword;
	r->node = c->node;
	r->instance = i;
	va_start(args, format);
	vsnprintf(r->message, sizeof(r->message), format, args);
	va_end(args);
	return false;
}

bool js_run_give_up(struct js_run *r, enum scute_status status, const char *format, ...)
{
	va_list args;

	if (js_run_gave_up(r)) {
		return false;
	}
	r->status = status;
	r->node = NULL;
	r->work.steps = 0;
	va_start(args, format);
	vsnprintf(r->message, sizeof(r->message), format, args);
	va_end(args);
	return false;
}

struct js_excerpt js_excerpt_str(struct scute_str text)
{
	static const char dots[] = "...";
	struct js_excerpt excerpt;
	size_t room = sizeof(excerpt.text) - sizeof(dots);
	size_t len = 0;

	while (len < text.len) {
		size_t width = str_utf8_width(text.data + len, text.len - len);
		width = width > 0 ? width : 1;
		if (len + width > room) {
			break;
		}
		memcpy(excerpt.text + len, text.data + len, width);
		if ((unsigned char)text.data[len] < 0x20 || text.data[len] == 0x7f) {
			excerpt.text[len] = ' '; /* an error is one line */
		}
		len += width;
	}
	memcpy(excerpt.text + len, dots, len < text.len ? sizeof(dots) : 0);
	excerpt.text[len < text.len ? len + sizeof(dots) - 1 : len] = '\0';
	return excerpt;
}

struct js_excerpt js_excerpt(const struct json *value)
{
	switch (value->type) {
	case JSON_NUMBER:
	case JSON_STRING:
		return js_excerpt_str(value->text);
	case JSON_TRUE:
		return js_excerpt_str(SCUTE_STR("true"));
	case JSON_FALSE:
		return js_excerpt_str(SCUTE_STR("false"));
	case JSON_NULL:
		return js_excerpt_str(SCUTE_STR("null"));
	case JSON_ARRAY:
		return js_excerpt_str(SCUTE_STR("the array"));
	default:
		return js_excerpt_str(SCUTE_STR("the object"));
	}
}

/* One level on the way from the instance's root. */
struct level {
	const struct level *up;
	const struct json *value;
	size_t place;
	bool in_array;
};

static void levels_write(const struct level *level, struct buf *out)
{
	if (!level->up) {
		return;
	}
	levels_write(level->up, out);
	if (level->in_array) {
		buf_printf(out, "/%zu", level->place);
	} else {
		js_pointer_token(level->value->key, out);
	}
}

/* Where target is: depth is that of the text, which the reader bounded. */
static bool find_instance(const struct level *level, const struct json *target, struct buf *out)
{
	const struct json *value = level->value;
	struct level down = { .up = level, .in_array = value->type == JSON_ARRAY };

	if (value == target) {
		levels_write(level, out);
		return true;
	}
	for (down.value = value->children; down.value; down.value = down.value->next) {
		if (find_instance(&down, target, out)) {
			return true;
		}
		down.place++;
	}
	return false;
}

static struct scute_str shown(const struct buf *path)
{
	struct scute_str text = buf_str(path);

	if (text.len > PATH_BYTES_SHOWN) {
		text.len = PATH_BYTES_SHOWN;
		while (text.len > 0 && ((unsigned char)text.data[text.len] & 0xc0) == 0x80) {
			text.len--;
		}
	}
	return text;
}

static struct scute_str clean(struct buf *path)
{
	for (size_t i = 0; i < path->len; i++) {
		if ((unsigned char)path->data[i] < 0x20) {
			path->data[i] = ' ';
		}
	}
	return shown(path);
}

enum scute_status js_run_error(const struct js_run *r, struct scute_arena *arena,
	struct scute_error *err)
{
	struct buf instance;
	struct buf schema;

	if (r->work.out_of_memory) {
		return error_set(err, SCUTE_ENOMEM, "out of memory while validating");
	}
	if (js_run_gave_up(r) && (r->status == SCUTE_OK || r->node)) {
		return error_set(err, SCUTE_ELIMIT, "validating takes more steps than the limit");
	}
	if (!r->node) {
		return error_set(err, r->status, "%s", r->message);
	}
	buf_init_arena(&instance, PATH_BYTES_MAX, arena);
	buf_init_arena(&schema, PATH_BYTES_MAX, arena);
	find_instance(&(struct level){ .value = r->root }, r->instance, &instance);
	buf_append_str(&schema, r->node->resource->document->name);
	buf_append_byte(&schema, '#');
	js_pointer(r->node, &schema);
	if (r->keyword < JS_N_KEYWORDS) {
		buf_append_byte(&schema, '/');
		buf_append_z(&schema, js_keyword_name((enum js_keyword_id)r->keyword));
	}
	struct scute_str instance_path = clean(&instance);
	struct scute_str schema_path = clean(&schema);
	return error_set(err, r->status, "at \"%.*s\": %s, by \"%.*s\"", STR_ARGS(instance_path),
		r->message, STR_ARGS(schema_path));
}
