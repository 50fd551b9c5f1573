/* SPDX-License-Identifier: Apache-2.0 */
/* From a source to a schema: limits, references first, then the text; and how all of it fails. */
#include <stdarg.h>
#include <stdio.h>

#include "support/arena.h"
#include "support/buf.h"
#include "support/limits.h"
#include "support/str.h"

#include "parser.h"

#define DEPTH_DEFAULT 128

/* Deepest JSON that one level of types takes: {"fields": [{"type": .. and an array around. */
#define JSON_LEVELS_PER_TYPE 4
#define POINTER_BYTES_MAX 300

struct scute_limits avro_limits(const struct scute_source *source)
{
	return limits_of(source, DEPTH_DEFAULT, AVRO_DEPTH_LIMIT);
}

enum scute_status avro_read_json(const struct scute_source *source, struct scute_str text,
	struct scute_arena *arena, const struct json **ret_json, struct scute_error *err)
{
	struct scute_limits limits = avro_limits(source);
	struct json_options options = {
		.depth_max = (limits.depth_max + 1) * JSON_LEVELS_PER_TYPE,
		.nodes_max = limits.items_max,
		.duplicates = JSON_DUPLICATES_LAST,
	};

	if (text.len > limits.bytes_max) {
		return error_set(err, SCUTE_ELIMIT, "the schema is longer than %llu bytes",
			(unsigned long long)limits.bytes_max);
	}
	return json_read(text, &options, arena, ret_json, err);
}

/* One step of the way down from the root. */
struct step {
	const struct step *up;
	const struct json *value;
	size_t place; /* in the array that it stands in */
	bool in_array;
};

static void pointer_write(const struct step *step, struct buf *path)
{
	if (!step->up) {
		return;
	}
	pointer_write(step->up, path);
	if (step->in_array) {
		buf_printf(path, "/%zu", step->place);
		return;
	}
	buf_append_byte(path, '/');
	for (size_t i = 0; i < step->value->key.len; i++) {
		char c = step->value->key.data[i];
		if (c == '~') {
			buf_append_z(path, "~0");
		} else if (c == '/') {
			buf_append_z(path, "~1");
		} else {
			buf_append_byte(path, c);
		}
	}
}

/* Writes the pointer to target when it is at or below step. Depth is that of the text. */
static bool pointer_find(const struct step *step, const struct json *target, struct buf *path)
{
	const struct json *json = step->value;
	struct step down = { .up = step, .in_array = json->type == JSON_ARRAY };

	if (json == target) {
		pointer_write(step, path);
		return true;
	}
	if (json->type != JSON_ARRAY && json->type != JSON_OBJECT) {
		return false;
	}
	for (down.value = json->children; down.value; down.value = down.value->next) {
		if (pointer_find(&down, target, path)) {
			return true;
		}
		down.place++;
	}
	return false;
}

static void find_line(struct scute_str text, uint32_t offset, struct scute_error *err)
{
	int32_t line = 1;
	uint32_t start = 0;

	for (uint32_t i = 0; i < offset && i < text.len; i++) {
		if (text.data[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	err->line = line;
	err->column = (int32_t)(offset - start + 1);
}

/* The error's text is one line whatever the schema has in its names. */
static void one_line(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			*text = '?';
		}
	}
}

static enum scute_status fail_put(struct parser *parser, enum scute_status status,
	const struct json *value, const char *format, va_list args)
{
	char what[SCUTE_ERROR_TEXT_BYTES];
	struct buf path;

	if (!parser->err) {
		return status;
	}
	vsnprintf(what, sizeof(what), format, args);
	buf_init_arena(&path, POINTER_BYTES_MAX, parser->arena);
	pointer_find(&(struct step){ .value = parser->root }, value, &path);
	struct scute_str at = path.len > 0 ? buf_str(&path) : SCUTE_STR("/");
	const struct scute_reference *reference = parser->reference;
	if (reference) {
		status = status == SCUTE_EINVAL ? SCUTE_EREFERENCE : status;
		error_set(parser->err, status,
			"in the reference \"%.*s\" (subject \"%.*s\", version %d) at %.*s: %s",
			STR_ARGS(reference->name), STR_ARGS(reference->subject),
			(int)reference->version, STR_ARGS(at), what);
	} else {
		error_set(parser->err, status, "at %.*s: %s", STR_ARGS(at), what);
		find_line(parser->text, value->offset, parser->err);
	}
	one_line(parser->err->text);
	return status;
}

enum scute_status fail_at(struct parser *parser, const struct json *value, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	enum scute_status status = fail_put(parser, SCUTE_EINVAL, value, format, args);
	va_end(args);
	return status;
}

enum scute_status fail_limit(struct parser *parser, const struct json *value,
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	enum scute_status status = fail_put(parser, SCUTE_ELIMIT, value, format, args);
	va_end(args);
	return status;
}

enum scute_status fail_memory(struct parser *parser)
{
	return error_set(parser->err, SCUTE_ENOMEM, "out of memory for the schema");
}

enum scute_status name_make(struct parser *parser, const struct json *json, struct scute_str text,
	struct scute_str space, struct avro_name *ret_name)
{
	if (!avro_name_make(text, space, parser->arena, ret_name)) {
		return fail_memory(parser);
	}
	if (ret_name->full.len > text.len) {
		parser->name_bytes += ret_name->full.len;
	}
	if (parser->name_bytes > AVRO_NAME_BYTES_MAX) {
		return fail_limit(parser, json, "the full names take more than %u bytes",
			AVRO_NAME_BYTES_MAX);
	}
	return SCUTE_OK;
}

/* Reads one text; its named types stay in the table for those that follow. */
static enum scute_status text_parse(struct parser *parser, const struct scute_source *source,
	struct scute_str text, const struct avro_node **ret_root)
{
	static const struct scute_str no_space = { NULL, 0 };
	struct scute_str copy = arena_copy(parser->arena, text);
	enum scute_status status;

	if (!copy.data && text.len > 0) {
		return fail_memory(parser);
	}
	parser->text = copy;
	status = avro_read_json(source, copy, parser->arena, &parser->root, parser->err);
	if (status == SCUTE_EINVAL && parser->reference) {
		char what[SCUTE_ERROR_TEXT_BYTES] = "";
		if (parser->err) {
			memcpy(what, parser->err->text, sizeof(what));
		}
		return error_set(parser->err, SCUTE_EREFERENCE, "in the reference \"%.*s\": %s",
			STR_ARGS(parser->reference->name), what);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	return type_parse(parser, parser->root, no_space, 0, ret_root);
}

/* The same subject's version may come by two ways. */
static bool seen_before(const struct scute_source *source, size_t place)
{
	for (size_t i = 0; i < place; i++) {
		if (str_eq(source->references[i].text, source->references[place].text)) {
			return true;
		}
	}
	return false;
}

static enum scute_status references_parse(struct parser *parser, const struct scute_source *source)
{
	const struct avro_node *root;

	for (size_t i = 0; i < source->n_references; i++) {
		if (seen_before(source, i)) {
			continue;
		}
		parser->reference = &source->references[i];
		enum scute_status status =
			text_parse(parser, source, source->references[i].text, &root);
		if (status != SCUTE_OK) {
			return status;
		}
	}
	parser->reference = NULL;
	return SCUTE_OK;
}

/* What a text made from the schema can grow to: names in full take more than their uses did. */
static uint64_t text_bytes_max(const struct scute_source *source)
{
	uint64_t bytes = source->text.len;

	for (size_t i = 0; i < source->n_references; i++) {
		bytes += source->references[i].text.len;
	}
	return bytes * 64 + 1024;
}

enum scute_status avro_parse(const struct scute_source *source, struct scute_arena *arena,
	const struct scute_schema **ret_schema, struct scute_error *err)
{
	struct scute_limits limits = avro_limits(source);
	struct scute_schema *schema = arena_zalloc(arena, 1, sizeof(*schema));
	struct parser parser = {
		.arena = arena,
		.err = err,
		.names = schema ? &schema->names : NULL,
		.stored = true, /* a reference is in the topic, whatever the text is */
		.depth_max = limits.depth_max,
	};
	enum scute_status status;

	if (!schema) {
		return fail_memory(&parser);
	}
	parser.defaults_end = &parser.defaults;
	avro_names_init(&schema->names, (uint64_t)(uintptr_t)schema * 0x9e3779b97f4a7c15u);
	status = references_parse(&parser, source);
	if (status != SCUTE_OK) {
		return status;
	}
	parser.stored = source->flags & SCUTE_SOURCE_STORED;
	parser.defaults = NULL;
	parser.defaults_end = &parser.defaults;
	status = text_parse(&parser, source, source->text, &schema->root);
	if (status == SCUTE_OK && !parser.stored) {
		status = defaults_check(&parser);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	schema->json = parser.root;
	schema->keep_order = source->flags & SCUTE_SOURCE_KEEP_ORDER;
	schema->bytes_max = text_bytes_max(source);
	*ret_schema = schema;
	return SCUTE_OK;
}
