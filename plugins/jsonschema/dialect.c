/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What "$schema" means: one of the drafts, or a meta-schema among the references, which may
 * switch vocabularies off. Anything else, such as the URI of some company's own or
 * "http://json-schema.org/schema#", is never fetched and changes nothing: schemas that name it
 * have to move in from other registries as they are.
 */
#include "support/str.h"

#include "parser.h"

/* Meta-schemas of meta-schemas that are looked at. */
#define HOPS_MAX 8

#define EVERY_VOCABULARY ((uint16_t)((1u << JS_N_VOCABULARIES) - 1))

static struct scute_str without_hash(struct scute_str uri)
{
	if (str_ends(uri, SCUTE_STR("#"))) {
		uri.len--;
	}
	return uri;
}

static const struct json *meta_find(const struct parser *parser, struct scute_str uri)
{
	const struct js_document *document = js_table_get(&parser->metas, NULL, without_hash(uri));

	return document ? document->json : NULL;
}

/* The draft that a meta-schema is written in, by what it says of itself or by its own. */
static enum js_draft draft_of(const struct parser *parser, const struct json *meta,
	enum js_draft fallback)
{
	enum js_draft draft = fallback;

	for (unsigned hops = 0; meta && hops < HOPS_MAX; hops++) {
		const struct json *schema = json_get(meta, "$schema");
		if (!schema || schema->type != JSON_STRING || js_draft_by_uri(schema->text, &draft)) {
			break;
		}
		meta = meta_find(parser, schema->text);
	}
	return draft;
}

static enum scute_status vocabulary_take(struct parser *parser, const struct json *schema,
	const struct json *member, struct dialect *dialect)
{
	enum js_draft draft;
	enum js_vocabulary vocabulary;
	bool is_assertion;

	if (!js_vocabulary_by_uri(member->key, &draft, &vocabulary, &is_assertion)) {
		if (member->type != JSON_TRUE || parser->is_lenient) {
			return SCUTE_OK;
		}
		return fail_at(parser, schema, "$schema \"%.*s\" requires the vocabulary \"%.*s\", "
			"which is not known", STR_ARGS(schema->text), STR_ARGS(member->key));
	}
	dialect->vocabularies |= (uint16_t)(1u << vocabulary);
	if (vocabulary == JS_VOCABULARY_APPLICATOR && draft == JS_DRAFT_2019) {
		dialect->vocabularies |= 1u << JS_VOCABULARY_UNEVALUATED;
	}
	/* 2019-09 has one vocabulary for formats: whether it is required makes the difference. */
	dialect->asserts_format |= is_assertion ||
		(vocabulary == JS_VOCABULARY_FORMAT && draft == JS_DRAFT_2019 &&
			member->type == JSON_TRUE);
	return SCUTE_OK;
}

static enum scute_status meta_read(struct parser *parser, const struct json *schema,
	const struct json *meta, struct dialect *dialect)
{
	const struct json *vocabulary = json_get(meta, "$vocabulary");

	dialect->draft = draft_of(parser, meta, dialect->draft);
	dialect->vocabularies = EVERY_VOCABULARY;
	if (dialect->draft < JS_DRAFT_2019 || !vocabulary || vocabulary->type != JSON_OBJECT) {
		return SCUTE_OK;
	}
	dialect->vocabularies = 1u << JS_VOCABULARY_CORE;
	for (const struct json *member = vocabulary->children; member; member = member->next) {
		enum scute_status status = vocabulary_take(parser, schema, member, dialect);
		if (status != SCUTE_OK) {
			return status;
		}
	}
	return SCUTE_OK;
}

enum scute_status dialect_read(struct parser *parser, const struct json *schema,
	const struct dialect *outer, struct dialect *ret_dialect)
{
	struct dialect dialect = *outer;
	enum scute_status status = SCUTE_OK;

	if (schema && schema->type == JSON_STRING) {
		const struct json *meta = meta_find(parser, schema->text);
		if (js_draft_by_uri(schema->text, &dialect.draft)) {
			dialect.vocabularies = EVERY_VOCABULARY;
			dialect.asserts_format = js_options().format_assertion;
		} else if (meta) {
			dialect.asserts_format = js_options().format_assertion;
			status = meta_read(parser, schema, meta, &dialect);
		}
	}
	if (status == SCUTE_OK) {
		*ret_dialect = dialect;
	}
	return status;
}
