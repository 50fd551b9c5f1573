/* SPDX-License-Identifier: Apache-2.0 */
/* From a source to a schema: limits, documents, references; and how all of it fails. */
#include <stdarg.h>
#include <stdio.h>

#include "support/arena.h"
#include "support/limits.h"
#include "support/str.h"

#include "parser.h"
#include "validate.h"

#define DEPTH_DEFAULT 256

/* Deepest JSON that one level of schemas takes: {"properties": {"name": .. */
#define JSON_LEVELS_PER_SCHEMA 2
#define POINTER_BYTES_MAX 300

struct scute_limits js_limits(const struct scute_source *source)
{
	return limits_of(source, DEPTH_DEFAULT, JS_DEPTH_LIMIT);
}

enum scute_status js_read_json(const struct scute_limits *limits, struct scute_str text,
	struct scute_arena *arena, const struct json **ret_json, struct scute_error *err)
{
	struct json_options options = {
		.depth_max = (limits->depth_max + 1) * JSON_LEVELS_PER_SCHEMA,
		.nodes_max = limits->items_max,
		.duplicates = JSON_DUPLICATES_LAST,
	};

	if (text.len > limits->bytes_max) {
		return error_set(err, SCUTE_ELIMIT, "the schema is longer than %llu bytes",
			(unsigned long long)limits->bytes_max);
	}
	return json_read(text, &options, arena, ret_json, err);
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

/* What did not fit was cut anywhere; a character must not be. */
static void whole_characters(char *text)
{
	size_t len = strlen(text);

	for (unsigned i = 0; i < 3 && len > 0 && !str_is_utf8((struct scute_str){ text, len }); i++) {
		text[--len] = '\0';
	}
}

static enum scute_status fail_put(struct parser *parser, enum scute_status status,
	const struct json *value, const char *format, va_list args)
{
	const struct js_document *document = parser->document;
	char what[SCUTE_ERROR_TEXT_BYTES];
	struct buf path;

	if (!parser->err) {
		return status;
	}
	vsnprintf(what, sizeof(what), format, args);
	whole_characters(what);
	buf_init_arena(&path, POINTER_BYTES_MAX, parser->arena);
	js_pointer_to(document->json, value, &path);
	struct scute_str at = buf_str(&path);
	const char *more = path.failed ? "/.." : "";
	if (document != parser->schema->documents) {
		status = status == SCUTE_EINVAL ? SCUTE_EREFERENCE : status;
		error_set(parser->err, status,
			"in the reference \"%.*s\" (subject \"%.*s\", version %d) at #%.*s%s: %s",
			STR_ARGS(document->name), STR_ARGS(document->subject),
			(int)document->version, STR_ARGS(at), more, what);
	} else {
		error_set(parser->err, status, "at #%.*s%s: %s", STR_ARGS(at), more, what);
		find_line(document->text, value->offset, parser->err);
	}
	one_line(parser->err->text);
	return status;
}

enum scute_status fail_at(struct parser *parser, const struct json *value, const char *format, ...)
{
	va_list args;

	if (parser->is_lenient) { /* nobody will read it */
		return SCUTE_EINVAL;
	}
	va_start(args, format);
	enum scute_status status = fail_put(parser, SCUTE_EINVAL, value, format, args);
	va_end(args);
	return status;
}

enum scute_status fail_with(struct parser *parser, enum scute_status status,
	const struct json *value, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	status = fail_put(parser, status, value, format, args);
	va_end(args);
	return status;
}

enum scute_status fail_memory(struct parser *parser)
{
	return error_set(parser->err, SCUTE_ENOMEM, "out of memory for the schema");
}

void document_turn(struct parser *parser, struct js_document *document)
{
	parser->document = document;
	parser->is_lenient = document != parser->schema->documents ||
		(parser->schema->flags & SCUTE_SOURCE_STORED);
}

enum scute_status document_read(struct parser *parser, struct scute_str text,
	struct js_document **ret_document)
{
	struct js_document *document = arena_zalloc(parser->arena, 1, sizeof(*document));
	struct scute_str copy = arena_copy(parser->arena, text);
	enum scute_status status;

	if (!document || (!copy.data && text.len > 0)) {
		return fail_memory(parser);
	}
	document->text = copy;
	status = js_read_json(parser->limits, copy, parser->arena, &document->json, parser->err);
	if (status != SCUTE_OK) {
		return status;
	}
	*parser->documents_end = document;
	parser->documents_end = &document->next;
	*ret_document = document;
	return SCUTE_OK;
}

enum scute_status document_build(struct parser *parser, struct js_document *document)
{
	struct hanger hanger = { .place = JS_PLACE_ROOT };
	struct js_node *root;
	enum scute_status status;

	document_turn(parser, document);
	status = node_build(parser, document->json, &hanger, &root);
	if (status == SCUTE_OK) {
		document->root = root;
	}
	return status;
}

/* Makes a document known to those whose "$schema" is its name or its $id. */
static bool meta_enter(struct parser *parser, const struct js_document *document,
	const struct json *name)
{
	struct scute_str text = name ? name->text : document->name;
	void *held;

	if (str_ends(text, SCUTE_STR("#"))) {
		text.len--;
	}
	return text.len == 0 ||
		js_table_put(&parser->metas, parser->arena, NULL, text, document, &held);
}

static bool metas_enter(struct parser *parser, const struct js_document *document)
{
	const struct json *id = json_get(document->json, "$id");
	const struct json *id_4 = json_get(document->json, "id");

	return meta_enter(parser, document, NULL) &&
		(!id || id->type != JSON_STRING || meta_enter(parser, document, id)) &&
		(!id_4 || id_4->type != JSON_STRING || meta_enter(parser, document, id_4));
}

static enum scute_status fail_reference(struct parser *parser, enum scute_status status,
	const struct scute_reference *reference)
{
	char what[SCUTE_ERROR_TEXT_BYTES] = "";

	if (status != SCUTE_EINVAL) {
		return status;
	}
	if (parser->err) {
		memcpy(what, parser->err->text, sizeof(what));
	}
	return error_set(parser->err, SCUTE_EREFERENCE,
		"in the reference \"%.*s\" (subject \"%.*s\", version %d): %s",
		STR_ARGS(reference->name), STR_ARGS(reference->subject), (int)reference->version,
		what);
}

/* The same text may come by two ways and under two names: it is read once a name. */
static enum scute_status reference_read(struct parser *parser,
	const struct scute_reference *reference)
{
	struct js_document *document;
	struct scute_str name = arena_copy(parser->arena, reference->name);
	struct scute_str subject = arena_copy(parser->arena, reference->subject);
	enum scute_status status;

	if (!name.data || (!subject.data && reference->subject.len > 0)) {
		return reference->name.len == 0 ? SCUTE_OK : fail_memory(parser);
	}
	if (str_ends(name, SCUTE_STR("#"))) {
		name.len--;
	}
	if (js_table_get(&parser->metas, NULL, name)) { /* the first of a name is the one meant */
		return SCUTE_OK;
	}
	status = document_read(parser, reference->text, &document);
	if (status == SCUTE_EINVAL && (parser->schema->flags & SCUTE_SOURCE_STORED)) {
		return SCUTE_OK;
	}
	if (status != SCUTE_OK) {
		return fail_reference(parser, status, reference);
	}
	document->name = name;
	document->subject = subject;
	document->version = reference->version;
	return metas_enter(parser, document) ? SCUTE_OK : fail_memory(parser);
}

static enum scute_status documents_read(struct parser *parser, const struct scute_source *source)
{
	struct js_document *document;
	enum scute_status status = document_read(parser, source->text, &document);

	for (size_t i = 0; i < source->n_references && status == SCUTE_OK; i++) {
		status = reference_read(parser, &source->references[i]);
	}
	return status;
}

static enum scute_status documents_build(struct parser *parser)
{
	enum scute_status status = SCUTE_OK;

	for (const struct js_document *document = parser->schema->documents;
		document && status == SCUTE_OK; document = document->next) {
		status = document_build(parser, (struct js_document *)(uintptr_t)document);
	}
	return status;
}

static enum scute_status parser_run(struct parser *parser, const struct scute_source *source)
{
	enum scute_status status = documents_read(parser, source);

	if (status == SCUTE_OK) {
		status = documents_build(parser);
	}
	if (status == SCUTE_OK) {
		status = references_resolve(parser);
	}
	if (status == SCUTE_OK) {
		status = dynamics_settle(parser);
	}
	return status;
}

enum scute_status js_parse(const struct scute_source *source, struct scute_arena *arena,
	const struct scute_schema **ret_schema, struct scute_error *err)
{
	struct scute_schema *schema = arena_zalloc(arena, 1, sizeof(*schema));
	struct parser parser = { .arena = arena, .err = err, .schema = schema };
	enum scute_status status;

	if (!schema) {
		return fail_memory(&parser);
	}
	schema->limits = js_limits(source);
	schema->flags = source->flags;
	schema->n_dynamic_ids = 1; /* that of $recursiveAnchor */
	schema->bytes_max = source->text.len * 6 + 64;
	parser.limits = &schema->limits;
	parser.documents_end = (struct js_document **)(uintptr_t)&schema->documents;
	parser.pending_end = &parser.pending;
	status = parser_run(&parser, source);
	if (status != SCUTE_OK) {
		return status;
	}
	schema->root = schema->documents->root;
	status = js_compile(schema, arena, err);
	if (status == SCUTE_OK) {
		*ret_schema = schema;
	}
	return status;
}
