/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the parser of JSON Schema: any text is refused with an error that says where, or
 * becomes a schema whose model holds together and whose texts parse to the same schema again.
 * Bytes behind the first NUL are a reference, "site.json".
 */
#include <string.h>

#include "fuzz.h"
#include "schema.h"
#include "support/arena.h"
#include "support/str.h"

#define ARENA_BYTES ((size_t)64 << 20)

static const char *const seeds[] = {
	"{'type':'object','properties':{'a':{'$ref':'#/definitions/n'},'b':{'$ref':'site.json#/x'}},"
	"'required':['b','a'],'definitions':{'n':{'anyOf':[{'type':'null'},{'$ref':'#'}]}}}",
	"{'$schema':'http://json-schema.org/draft-04/schema#','id':'http://x/y/','maximum':5,"
	"'exclusiveMaximum':true,'definitions':{'a':{'id':'#f'},'b':{'id':'z.json','enum':[1]}},"
	"'allOf':[{'$ref':'#f'},{'$ref':'z.json#/enum'}],'dependencies':{'q':['w'],'e':{}}}",
	"{'$schema':'http://json-schema.org/draft-06/schema#','contains':true,'const':{'a':[]},"
	"'items':[{},false],'additionalItems':{},'propertyNames':{'pattern':'^a+$'},'examples':[]}",
	"{'$schema':'http://json-schema.org/draft-07/schema#','if':{'minLength':1},'then':{'not':{}},"
	"'else':{'multipleOf':0.01},'patternProperties':{'^x-':{'$ref':'#/patternProperties/%5Ex-'}}}",
	"{'$schema':'https://json-schema.org/draft/2019-09/schema','$id':'urn:a','$recursiveAnchor':"
	"true,'$defs':{'s':{'$id':'urn:b','$anchor':'q','items':{'$recursiveRef':'#'}}},"
	"'$ref':'urn:b#q','dependentRequired':{'a':['b','a']},'unevaluatedItems':false}",
	"{'$schema':'https://json-schema.org/draft/2020-12/schema','$dynamicAnchor':'t','prefixItems':"
	"[{'$dynamicRef':'#t'}],'items':{'$ref':'https://json-schema.org/draft/2020-12/meta/core'},"
	"'$vocabulary':{'http://v/':true},'contentSchema':{'$anchor':'z'},'$defs':{'o':{'$id':'o',"
	"'$schema':'http://json-schema.org/draft-07/schema#','dependencies':{'t':['u']}}}}",
	"{'x':{'y':[{'type':'string'},{'$id':'/r'}]},'oneOf':[{'$ref':'#/x/y/0'},{'$ref':'#/x/y/1'},"
	"{'$ref':'../../a~1b#/~0/~1'}],'title':'t','default':null,'format':'date'}",
	NULL,
};

static const char *const words[] = { "{", "}", "[", "]", ",", ":", "'", "{}", "[]", "true", "false",
	"null", "0", "-1", "1.5", "2.0", "1e9999999999", "'$ref':'#'", "'$ref':", "'$id':", "'id':",
	"'$anchor':'t'", "'$dynamicAnchor':'t'", "'$dynamicRef':'#t'", "'$recursiveRef':'#'",
	"'$schema':'https://json-schema.org/draft/2020-12/schema'",
	"'$schema':'https://json-schema.org/draft/2019-09/schema'",
	"'$schema':'http://json-schema.org/draft-04/schema#'", "'$schema':'site.json'",
	"'$vocabulary':{}", "'definitions':{'n':", "'$defs':{'s':", "'properties':{'a':",
	"'allOf':[", "'anyOf':[", "'items':[", "'not':", "'type':'string'", "'type':[", "'required':[",
	"'enum':[", "'minimum':", "'pattern':'('", "'#/definitions/n'", "'#/allOf/0'", "'site.json'",
	"'site.json#/x'", "'http://json-schema.org/draft-07/schema#'", "'#/%24defs/s'", "~0", "~1",
	"%", "#", "/", "..", "http://", "urn:", NULL };

static struct arena arena;

static void begin(void)
{
	arena_init(&arena, ARENA_BYTES);
}

static void end(void)
{
	arena_finish(&arena);
}

static enum scute_status parse(struct scute_str text, struct scute_str site, uint32_t flags,
	const struct scute_schema **ret_schema, struct scute_error *err)
{
	struct scute_reference reference = { SCUTE_STR("site.json"), SCUTE_STR("site"), 1, site };
	struct scute_source source = { .size = sizeof(source), .flags = flags, .text = text,
		.references = &reference, .n_references = site.len > 0 };

	return js_parse(&source, &arena.base, ret_schema, err);
}

/* What a keyword holds is what its form says, and lies where its node says. */
static uint32_t check_node(const struct scute_schema *schema, const struct js_node *node,
	const struct js_node *parent)
{
	uint32_t n_nodes = 1;

	MUST(node->id < schema->n_nodes && node->resource && node->value);
	MUST(node->place == JS_PLACE_POINTED || node->parent == parent);
	MUST((node->kind == JS_OBJECT) == (node->n_keywords > 0));
	for (uint32_t i = 0; i < node->n_keywords; i++) {
		const struct js_keyword *keyword = &node->keywords[i];
		MUST(js_get(node, (enum js_keyword_id)keyword->id) == keyword);
		MUST(str_eq_z(keyword->value->key, js_keyword_name((enum js_keyword_id)keyword->id)));
		if (keyword->form == JS_FORM_NODE) {
			n_nodes += check_node(schema, keyword->node, node);
		} else if (keyword->form == JS_FORM_REF) {
			MUST(keyword->ref->target || (schema->flags & SCUTE_SOURCE_STORED) ||
				node->resource->document != schema->documents);
			MUST(!keyword->ref->is_dynamic ||
				js_dynamic_find(keyword->ref->target->resource,
					keyword->ref->dynamic_id));
		}
		for (uint32_t k = 0; keyword->form == JS_FORM_NODES && k < keyword->count; k++) {
			n_nodes += check_node(schema, keyword->nodes[k], node);
		}
		for (uint32_t k = 0; keyword->form == JS_FORM_NAMED && k < keyword->count; k++) {
			const struct js_named *named = &keyword->named[k];
			MUST(js_named_find(keyword, named->name) == named);
			n_nodes += named->node ? check_node(schema, named->node, node) : 0;
		}
	}
	return n_nodes;
}

static struct scute_str canonical(const struct scute_schema *schema)
{
	struct scute_error err = { 0 };
	struct scute_str text = { NULL, 0 };

	MUST(js_canonical(schema, &arena.base, &text, &err) == SCUTE_OK);
	return text;
}

static struct scute_str normal(const struct scute_schema *schema)
{
	struct scute_error err = { 0 };
	struct scute_str text = { NULL, 0 };

	MUST(js_normalize(schema, &arena.base, &text, &err) == SCUTE_OK);
	return text;
}

static struct scute_str fingerprint(const struct scute_schema *schema)
{
	struct scute_error err = { 0 };
	struct scute_str bytes = { NULL, 0 };

	MUST(js_fingerprint(schema, &arena.base, &bytes, &err) == SCUTE_OK);
	return bytes;
}

static void check_texts(const struct scute_schema *schema, struct scute_str site, uint32_t flags)
{
	const struct scute_schema *again = NULL;
	struct scute_error err = { 0 };
	struct scute_str identity;
	struct scute_str text = canonical(schema);
	struct scute_source source = { .size = sizeof(source), .text = text };

	MUST(parse(text, site, flags, &again, &err) == SCUTE_OK);
	MUST(str_eq(canonical(again), text));
	MUST(str_eq(fingerprint(again), fingerprint(schema)));
	MUST(js_identity(&source, &arena.base, &identity, &err) == SCUTE_OK);
	MUST(str_eq(identity, text));
	text = normal(schema);
	MUST(parse(text, site, flags, &again, &err) == SCUTE_OK);
	MUST(str_eq(normal(again), text));
	MUST(parse(canonical(schema), site, flags | SCUTE_SOURCE_KEEP_ORDER, &again, &err) == SCUTE_OK);
	MUST(str_eq(canonical(again), canonical(schema)));
}

static bool try(struct scute_str text, struct scute_str site, uint32_t flags)
{
	const struct scute_schema *schema = NULL;
	struct scute_error err = { 0 };
	enum scute_status status = parse(text, site, flags, &schema, &err);

	MUST((status == SCUTE_OK) == (schema != NULL));
	if (!schema) {
		fuzz_check_error(&err, status);
		return false;
	}
	uint32_t n_nodes = 0;
	for (const struct js_document *document = schema->documents; document;
		document = document->next) {
		n_nodes += check_node(schema, document->root, NULL);
	}
	MUST(n_nodes <= schema->n_nodes);
	check_texts(schema, site, flags);
	return true;
}

static bool one(const char *data, size_t len)
{
	const char *zero = len > 0 ? memchr(data, 0, len) : NULL;
	struct scute_str text = { data, zero ? (size_t)(zero - data) : len };
	struct scute_str site = { zero ? zero + 1 : NULL, zero ? len - text.len - 1 : 0 };

	if (!zero) {
		site = SCUTE_STR("{\"x\":{\"title\":\"s\"},\"$id\":\"http://s/\"}");
	}
	bool good = try(text, site, 0);
	bool good_stored = try(text, site, SCUTE_SOURCE_STORED);
	MUST(!good || good_stored);
	arena_reset(&arena);
	return good_stored;
}

const struct fuzz_target fuzz_target = {
	.seeds = seeds,
	.words = words,
	.rounds = 20000,
	.begin = begin,
	.one = one,
	.end = end,
};
