/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The standard meta-schemas, rendered from the keyword table when a schema refers to one: the
 * single documents up to draft 7, after that one per vocabulary and one that joins them.
 */
#include <stdio.h>

#include "support/buf.h"
#include "support/str.h"

#include "parser.h"

#define TEXT_BYTES_MAX (64u << 10)

struct vocabulary {
	const char *name; /* in its URIs */
	uint8_t id;       /* enum js_vocabulary */
	uint8_t first_draft;
	uint8_t last_draft;
	bool is_standard; /* in the draft's own meta-schema */
};

static const struct vocabulary vocabularies[] = {
	{ "core", JS_VOCABULARY_CORE, JS_DRAFT_2019, JS_DRAFT_2020, true },
	{ "applicator", JS_VOCABULARY_APPLICATOR, JS_DRAFT_2019, JS_DRAFT_2020, true },
	{ "unevaluated", JS_VOCABULARY_UNEVALUATED, JS_DRAFT_2020, JS_DRAFT_2020, true },
	{ "validation", JS_VOCABULARY_VALIDATION, JS_DRAFT_2019, JS_DRAFT_2020, true },
	{ "meta-data", JS_VOCABULARY_METADATA, JS_DRAFT_2019, JS_DRAFT_2020, true },
	{ "format", JS_VOCABULARY_FORMAT, JS_DRAFT_2019, JS_DRAFT_2019, true },
	{ "format-annotation", JS_VOCABULARY_FORMAT, JS_DRAFT_2020, JS_DRAFT_2020, true },
	{ "format-assertion", JS_VOCABULARY_FORMAT, JS_DRAFT_2020, JS_DRAFT_2020, false },
	{ "content", JS_VOCABULARY_CONTENT, JS_DRAFT_2019, JS_DRAFT_2020, true },
};

#define N_VOCABULARIES (sizeof(vocabularies) / sizeof(vocabularies[0]))

static const char *const schema_uris[] = {
	[JS_DRAFT_4] = "http://json-schema.org/draft-04/schema#",
	[JS_DRAFT_6] = "http://json-schema.org/draft-06/schema#",
	[JS_DRAFT_7] = "http://json-schema.org/draft-07/schema#",
	[JS_DRAFT_2019] = "https://json-schema.org/draft/2019-09/schema",
	[JS_DRAFT_2020] = "https://json-schema.org/draft/2020-12/schema",
};

/*
 * Shapes as schemas. @ stands for "any schema", ! for the path to the definitions. Draft 4 has
 * its own of some.
 */
struct shape_text {
	const char *text;
	const char *text_4;
};

static const struct shape_text shapes[] = {
	[JS_SHAPE_ANY] = { "true", "{}" },
	[JS_SHAPE_BOOLEAN] = { "{\"type\":\"boolean\"}", NULL },
	[JS_SHAPE_NUMBER] = { "{\"type\":\"number\"}", NULL },
	[JS_SHAPE_DIVISOR] = { "{\"type\":\"number\",\"exclusiveMinimum\":0}",
		"{\"type\":\"number\",\"minimum\":0,\"exclusiveMinimum\":true}" },
	[JS_SHAPE_COUNT] = { "{\"$ref\":\"!nonNegativeInteger\"}",
		"{\"$ref\":\"!positiveInteger\"}" },
	[JS_SHAPE_STRING] = { "{\"type\":\"string\"}", NULL },
	[JS_SHAPE_STRINGS] = { "{\"$ref\":\"!stringArray\"}", NULL },
	[JS_SHAPE_URI] = { "{\"type\":\"string\",\"format\":\"uri\"}", NULL },
	[JS_SHAPE_URI_REFERENCE] = { "{\"type\":\"string\",\"format\":\"uri-reference\"}", NULL },
	[JS_SHAPE_ANCHOR] = { "{\"type\":\"string\"}", NULL },
	[JS_SHAPE_PATTERN] = { "{\"type\":\"string\",\"format\":\"regex\"}", NULL },
	[JS_SHAPE_REFERENCE] = { "{\"type\":\"string\",\"format\":\"uri-reference\"}", NULL },
	[JS_SHAPE_TYPES] = { "{\"anyOf\":[{\"$ref\":\"!simpleTypes\"},{\"type\":\"array\","
		"\"items\":{\"$ref\":\"!simpleTypes\"},\"minItems\":1,\"uniqueItems\":true}]}",
		NULL },
	[JS_SHAPE_ENUM] = { "{\"type\":\"array\"}", "{\"type\":\"array\",\"minItems\":1}" },
	[JS_SHAPE_ARRAY] = { "{\"type\":\"array\"}", NULL },
	[JS_SHAPE_VOCABULARIES] = { "{\"type\":\"object\",\"propertyNames\":{\"type\":\"string\","
		"\"format\":\"uri\"},\"additionalProperties\":{\"type\":\"boolean\"}}", NULL },
	[JS_SHAPE_SCHEMA] = { "@", NULL },
	[JS_SHAPE_ADDITIONAL] = { "@", "{\"anyOf\":[{\"type\":\"boolean\"},@]}" },
	[JS_SHAPE_SCHEMAS] = { "{\"$ref\":\"!schemaArray\"}", NULL },
	[JS_SHAPE_ITEMS] = { "{\"anyOf\":[@,{\"$ref\":\"!schemaArray\"}]}", NULL },
	[JS_SHAPE_NAMED] = { "{\"type\":\"object\",\"additionalProperties\":@}", NULL },
	[JS_SHAPE_PATTERNS] = { "{\"type\":\"object\",\"additionalProperties\":@,"
		"\"propertyNames\":{\"format\":\"regex\"}}",
		"{\"type\":\"object\",\"additionalProperties\":@}" },
	[JS_SHAPE_DEPENDENCIES] = { "{\"type\":\"object\",\"additionalProperties\":"
		"{\"anyOf\":[@,{\"$ref\":\"!stringArray\"}]}}", NULL },
	[JS_SHAPE_NAMED_STRINGS] = { "{\"type\":\"object\",\"additionalProperties\":"
		"{\"$ref\":\"!stringArray\"}}", NULL },
};

struct definition {
	const char *name;
	const char *text;
	uint8_t first_draft;
	uint8_t last_draft;
	uint8_t vocabularies; /* bit per enum js_vocabulary: where it stands from 2019-09 on */
};

#define IN(vocabulary) (1u << JS_VOCABULARY_##vocabulary)

static const struct definition definitions[] = {
	{ "schemaArray", "{\"type\":\"array\",\"minItems\":1,\"items\":@}", JS_DRAFT_4,
		JS_DRAFT_2020, IN(APPLICATOR) },
	{ "positiveInteger", "{\"type\":\"integer\",\"minimum\":0}", JS_DRAFT_4, JS_DRAFT_4, 0 },
	{ "positiveIntegerDefault0", "{\"allOf\":[{\"$ref\":\"!positiveInteger\"},"
		"{\"default\":0}]}", JS_DRAFT_4, JS_DRAFT_4, 0 },
	{ "nonNegativeInteger", "{\"type\":\"integer\",\"minimum\":0}", JS_DRAFT_6,
		JS_DRAFT_2020, IN(VALIDATION) },
	{ "nonNegativeIntegerDefault0", "{\"allOf\":[{\"$ref\":\"!nonNegativeInteger\"},"
		"{\"default\":0}]}", JS_DRAFT_6, JS_DRAFT_2020, IN(VALIDATION) },
	{ "simpleTypes", "{\"enum\":[\"array\",\"boolean\",\"integer\",\"null\",\"number\","
		"\"object\",\"string\"]}", JS_DRAFT_4, JS_DRAFT_2020, IN(VALIDATION) },
	{ "stringArray", "{\"type\":\"array\",\"items\":{\"type\":\"string\"},"
		"\"uniqueItems\":true}", JS_DRAFT_4, JS_DRAFT_2020,
		IN(VALIDATION) | IN(APPLICATOR) },
};

static void put_schema(struct buf *out, enum js_draft draft)
{
	buf_append_z(out, draft == JS_DRAFT_2020 ? "{\"$dynamicRef\":\"#meta\"}" :
		draft == JS_DRAFT_2019 ? "{\"$recursiveRef\":\"#\"}" : "{\"$ref\":\"#\"}");
}

static const char *definitions_name(enum js_draft draft)
{
	return draft >= JS_DRAFT_2019 ? "$defs" : "definitions";
}

static void put_template(struct buf *out, const char *text, enum js_draft draft)
{
	for (; *text; text++) {
		if (*text == '@') {
			put_schema(out, draft);
		} else if (*text == '!') {
			buf_printf(out, "#/%s/", definitions_name(draft));
		} else {
			buf_append_byte(out, *text);
		}
	}
}

static void put_shape(struct buf *out, const struct js_rule *rule, enum js_draft draft)
{
	enum js_shape shape = (enum js_shape)rule->shape;
	const char *text = draft == JS_DRAFT_4 && shapes[shape].text_4 ? shapes[shape].text_4 :
									 shapes[shape].text;

	if (shape == JS_SHAPE_ITEMS && draft >= JS_DRAFT_2020) {
		text = shapes[JS_SHAPE_SCHEMA].text;
	} else if (shape == JS_SHAPE_URI_REFERENCE && draft >= JS_DRAFT_2019) {
		text = "{\"type\":\"string\",\"format\":\"uri-reference\",\"pattern\":\"^[^#]*#?$\"}";
	} else if (shape == JS_SHAPE_ANCHOR) {
		text = draft >= JS_DRAFT_2020 ?
			"{\"type\":\"string\",\"pattern\":\"^[A-Za-z_][-A-Za-z0-9._]*$\"}" :
			"{\"type\":\"string\",\"pattern\":\"^[A-Za-z][-A-Za-z0-9.:_]*$\"}";
	}
	put_template(out, text, draft);
}

/* Appends "name": for templates, which bring their own value. */
static void put_key(struct buf *out, const char *name, bool *is_first)
{
	buf_printf(out, "%s\"%s\":", *is_first ? "" : ",", name);
	*is_first = false;
}

static void put_properties(struct buf *out, enum js_draft draft, unsigned wanted)
{
	bool is_first = true;

	buf_append_z(out, ",\"properties\":{");
	for (unsigned id = 0; id < JS_N_KEYWORDS; id++) {
		const struct js_rule *rule = js_rule((enum js_keyword_id)id);
		if (draft >= rule->first_draft && draft <= rule->last_draft &&
			(wanted >> rule->vocabulary & 1)) {
			put_key(out, rule->name, &is_first);
			put_shape(out, rule, draft);
		}
	}
	buf_append_z(out, "}");
}

static void put_definitions(struct buf *out, enum js_draft draft, unsigned wanted)
{
	bool is_first = true;

	buf_printf(out, ",\"%s\":{", definitions_name(draft));
	for (size_t i = 0; i < sizeof(definitions) / sizeof(definitions[0]); i++) {
		const struct definition *definition = &definitions[i];
		if (draft >= definition->first_draft && draft <= definition->last_draft &&
			(draft < JS_DRAFT_2019 || (definition->vocabularies & wanted))) {
			put_key(out, definition->name, &is_first);
			put_template(out, definition->text, draft);
		}
	}
	buf_append_z(out, "}");
}

static void put_head(struct buf *out, enum js_draft draft, const char *uri)
{
	buf_printf(out, "{\"$schema\":\"%s\",\"%s\":\"%s\"", schema_uris[draft],
		draft == JS_DRAFT_4 ? "id" : "$id", uri);
	if (draft == JS_DRAFT_2020) {
		buf_append_z(out, ",\"$dynamicAnchor\":\"meta\"");
	} else if (draft == JS_DRAFT_2019) {
		buf_append_z(out, ",\"$recursiveAnchor\":true");
	}
	buf_append_z(out, draft == JS_DRAFT_4 ? ",\"type\":\"object\"" :
						",\"type\":[\"object\",\"boolean\"]");
}

static bool has_vocabulary(enum js_draft draft, const struct vocabulary *vocabulary)
{
	return draft >= vocabulary->first_draft && draft <= vocabulary->last_draft;
}

/* From 2019-09 on: the document that joins those of the vocabularies. */
static void put_joint(struct buf *out, enum js_draft draft)
{
	bool is_first = true;

	put_head(out, draft, schema_uris[draft]);
	buf_append_z(out, ",\"$vocabulary\":{");
	for (size_t i = 0; i < N_VOCABULARIES; i++) {
		const struct vocabulary *vocabulary = &vocabularies[i];
		if (has_vocabulary(draft, vocabulary) && vocabulary->is_standard) {
			buf_printf(out, "%s\"https://json-schema.org/draft/%s/vocab/%s\":%s",
				is_first ? "" : ",", js_draft_name(draft), vocabulary->name,
				strcmp(vocabulary->name, "format") == 0 ? "false" : "true");
			is_first = false;
		}
	}
	buf_append_z(out, "},\"allOf\":[");
	is_first = true;
	for (size_t i = 0; i < N_VOCABULARIES; i++) {
		if (has_vocabulary(draft, &vocabularies[i]) && vocabularies[i].is_standard) {
			buf_printf(out, "%s{\"$ref\":\"meta/%s\"}", is_first ? "" : ",",
				vocabularies[i].name);
			is_first = false;
		}
	}
	buf_append_z(out, "]}");
}

static void put_vocabulary(struct buf *out, enum js_draft draft,
	const struct vocabulary *vocabulary)
{
	unsigned wanted = 1u << vocabulary->id;
	char uri[100];

	if (draft == JS_DRAFT_2019 && vocabulary->id == JS_VOCABULARY_APPLICATOR) {
		wanted |= 1u << JS_VOCABULARY_UNEVALUATED;
	}
	snprintf(uri, sizeof(uri), "https://json-schema.org/draft/%s/meta/%s",
		js_draft_name(draft), vocabulary->name);
	put_head(out, draft, uri);
	buf_printf(out, ",\"$vocabulary\":{\"https://json-schema.org/draft/%s/vocab/%s\":true}",
		js_draft_name(draft), vocabulary->name);
	put_properties(out, draft, wanted);
	put_definitions(out, draft, wanted);
	buf_append_z(out, "}");
}

static void put_single(struct buf *out, enum js_draft draft)
{
	put_head(out, draft, schema_uris[draft]);
	put_properties(out, draft, UINT32_MAX);
	put_definitions(out, draft, UINT32_MAX);
	if (draft == JS_DRAFT_4) {
		buf_append_z(out, ",\"dependencies\":{\"exclusiveMaximum\":[\"maximum\"],"
			"\"exclusiveMinimum\":[\"minimum\"]}");
	}
	buf_append_z(out, "}");
}

/* Takes "http://json-schema.org/draft/2019-09/KIND/" off the front. */
static bool prefix_take(struct scute_str *uri, const char *kind, enum js_draft *ret_draft)
{
	struct scute_str rest = *uri;
	enum js_draft draft = JS_DRAFT_2019;
	size_t scheme = str_starts(rest, SCUTE_STR("https://")) ? 8 : 7;

	if (!str_starts(rest, SCUTE_STR("https://")) && !str_starts(rest, SCUTE_STR("http://"))) {
		return false;
	}
	rest.data += scheme;
	rest.len -= scheme;
	for (; draft < JS_N_DRAFTS; draft++) {
		char prefix[64];
		int len = snprintf(prefix, sizeof(prefix), "json-schema.org/draft/%s/%s/",
			js_draft_name(draft), kind);
		if (str_starts(rest, (struct scute_str){ prefix, (size_t)len })) {
			*uri = (struct scute_str){ rest.data + len, rest.len - (size_t)len };
			*ret_draft = draft;
			return true;
		}
	}
	return false;
}

static const struct vocabulary *vocabulary_find(struct scute_str name, enum js_draft draft)
{
	for (size_t i = 0; i < N_VOCABULARIES; i++) {
		if (has_vocabulary(draft, &vocabularies[i]) && str_eq_z(name, vocabularies[i].name)) {
			return &vocabularies[i];
		}
	}
	return NULL;
}

bool js_vocabulary_by_uri(struct scute_str uri, enum js_draft *ret_draft,
	enum js_vocabulary *ret_vocabulary, bool *ret_is_assertion)
{
	enum js_draft draft;
	const struct vocabulary *vocabulary =
		prefix_take(&uri, "vocab", &draft) ? vocabulary_find(uri, draft) : NULL;

	if (!vocabulary) {
		return false;
	}
	*ret_draft = draft;
	*ret_vocabulary = (enum js_vocabulary)vocabulary->id;
	*ret_is_assertion = vocabulary->id == JS_VOCABULARY_FORMAT && !vocabulary->is_standard;
	return true;
}

bool js_meta_text(struct scute_str uri, struct scute_arena *arena, struct scute_str *ret_text)
{
	const struct vocabulary *vocabulary = NULL;
	enum js_draft draft;
	struct buf out;

	if (!js_draft_by_uri(uri, &draft)) {
		if (!prefix_take(&uri, "meta", &draft)) {
			return false;
		}
		vocabulary = vocabulary_find(uri, draft);
		if (!vocabulary) {
			return false;
		}
	}
	buf_init_arena(&out, TEXT_BYTES_MAX, arena);
	if (vocabulary) {
		put_vocabulary(&out, draft, vocabulary);
	} else if (draft >= JS_DRAFT_2019) {
		put_joint(&out, draft);
	} else {
		put_single(&out, draft);
	}
	*ret_text = out.failed ? (struct scute_str){ NULL, 0 } : buf_str(&out);
	return true;
}
