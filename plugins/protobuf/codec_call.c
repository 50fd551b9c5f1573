/* SPDX-License-Identifier: Apache-2.0 */
/* One call of the codec: failing with a place, and what is taken off its limits. */
#include "codec.h"

#include <stdarg.h>
#include <stdio.h>

#include "support/arena.h"
#include "support/str.h"

#include "pool.h"
#include "wellknown.h"

enum {
	/* protobuf-c recurses once a level; 1000 levels were measured to be far from its end. */
	DEPTH_CEILING = 512,
	SPENT_PER_BYTE = 8,
	PATH_BYTES = 256,
	PATH_LEVELS_MAX = 24, /* shown; the outer ones of a deeper path are left out */
};

void codec_init(struct codec *codec, const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_error *err)
{
	const struct scute_limits *limits = &schema->limits;

	*codec = (struct codec){
		.schema = schema,
		.arena = arena,
		.err = err,
		.depth_max = limits->depth_max < DEPTH_CEILING ? limits->depth_max : DEPTH_CEILING,
		/* protobuf-c counts in 32 bits here and there. */
		.bytes_max = limits->bytes_max < INT32_MAX ? (size_t)limits->bytes_max : INT32_MAX,
	};
}

static bool is_identifier(struct scute_str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!letter && (i == 0 || c < '0' || c > '9')) {
			return false;
		}
	}
	return name.len > 0;
}

/* Text of at most PATH_BYTES; what is beyond is cut. */
struct place {
	char text[PATH_BYTES];
	size_t len;
};

static void put(struct place *place, struct scute_str text)
{
	for (size_t i = 0; i < text.len && place->len < PATH_BYTES; i++) {
		unsigned char c = (unsigned char)text.data[i];
		place->text[place->len++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
}

static void put_step(struct place *place, const struct codec_path *step)
{
	char index[32];

	if (step->index >= 0) {
		snprintf(index, sizeof(index), "[%lld]", (long long)step->index);
		put(place, str_z(index));
	} else if (is_identifier(step->name)) {
		put(place, SCUTE_STR("."));
		put(place, step->name);
	} else if (step->name.len > 0 && step->name.data[0] == '[') {
		put(place, step->name); /* an extension */
	} else {
		put(place, SCUTE_STR("[\""));
		put(place, step->name);
		put(place, SCUTE_STR("\"]"));
	}
}

/* "$.a.b[3]: " */
static void put_path(struct place *place, const struct codec_path *path)
{
	const struct codec_path *steps[PATH_LEVELS_MAX];
	size_t n = 0;

	for (; path->up && n < PATH_LEVELS_MAX; path = path->up) {
		steps[n++] = path;
	}
	put(place, path->up ? SCUTE_STR("$..") : SCUTE_STR("$"));
	while (n > 0) {
		put_step(place, steps[--n]);
	}
	if (place->len == PATH_BYTES) {
		/* A character that was cut is left out. */
		while (place->len > 0 && (place->text[place->len - 1] & 0x80)) {
			place->len--;
		}
		place->len = place->len > PATH_BYTES - 4 ? PATH_BYTES - 4 : place->len;
		put(place, SCUTE_STR(".."));
	}
	put(place, SCUTE_STR(": "));
}

/* What a datum holds may stand in the text: one line of UTF-8 it stays, also where that was cut. */
static void clean(char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		size_t width = str_utf8_width(text, left);
		unsigned char c = (unsigned char)*text;
		if (width == 0 || c < 0x20 || c == 0x7f) {
			*text = '?';
			width = 1;
		}
		text += width;
		left -= width;
	}
}

bool codec_fail(struct codec *codec, enum scute_status status, const struct codec_path *path,
	const char *format, ...)
{
	struct place place = { .len = 0 };
	char text[SCUTE_ERROR_TEXT_BYTES];
	va_list args;

	if (path) {
		put_path(&place, path);
	}
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	clean(text);
	codec->status = error_set(codec->err, status, "%.*s%s", (int)place.len, place.text, text);
	return false;
}

bool codec_fail_memory(struct codec *codec)
{
	codec->status = error_set(codec->err, SCUTE_ENOMEM, "out of memory for a datum");
	return false;
}

void *codec_alloc(struct codec *codec, size_t count, size_t bytes)
{
	void *at = arena_zalloc(codec->arena, count, bytes);

	if (!at) {
		codec_fail_memory(codec);
	}
	return at;
}

bool codec_count(struct codec *codec, uint64_t n)
{
	uint64_t max = codec->schema->limits.items_max;

	if (n > max - codec->items) {
		return codec_fail(codec, SCUTE_ELIMIT, NULL, "more than %llu items in one datum",
			(unsigned long long)max);
	}
	codec->items += n;
	return true;
}

bool codec_spend(struct codec *codec, size_t bytes)
{
	if (bytes > codec->bytes_max) {
		return codec_fail(codec, SCUTE_ELIMIT, NULL, "the message has more than %zu bytes",
			codec->bytes_max);
	}
	codec->bytes_spent += bytes;
	if (codec->bytes_spent / SPENT_PER_BYTE > codec->bytes_max) {
		return codec_fail(codec, SCUTE_ELIMIT, NULL,
			"too many bytes are nested in Anys that hold one another");
	}
	return true;
}

bool codec_descend(struct codec *codec, const struct codec_path *path, uint32_t depth)
{
	if (depth > codec->depth_max) {
		return codec_fail(codec, SCUTE_ELIMIT, path, "messages are nested deeper than %u",
			codec->depth_max);
	}
	return true;
}

/* Messages at the top level of the built-in files: no others are worth an Any. */
static const struct pb_message *built_in(struct scute_str full_name)
{
	size_t n_paths;
	const struct scute_str *paths = pb_wellknown_paths(&n_paths);
	const char *dot = memrchr(full_name.data, '.', full_name.len);
	struct scute_str package = { full_name.data, dot ? (size_t)(dot - full_name.data) : 0 };

	for (size_t i = 0; i < n_paths; i++) {
		const struct pb_file *file = pb_wellknown(paths[i]);
		if (!file || !str_eq(file->package, package)) {
			continue;
		}
		for (uint32_t k = 0; k < file->n_messages; k++) {
			if (str_eq(file->messages[k]->full_name, full_name)) {
				return file->messages[k];
			}
		}
	}
	return NULL;
}

const struct pb_message *codec_message(const struct codec *codec, struct scute_str full_name)
{
	const struct pb_message *message = pb_pool_message(codec->schema->pool, full_name);

	return message ? message : built_in(full_name);
}
