/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the JSON Schema validator: a schema, a line feed, an instance. Whatever they are there is
 * a verdict or an error; the verdict is the same for the schema's canonical text and for the
 * payload that the instance becomes, the opposite for {"not": schema}, and want of memory is
 * told as such.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "regex.h"
#include "schema.h"
#include "support/arena.h"
#include "support/str.h"
#include "validate.h"

#define ARENA_BYTES ((size_t)64 << 20)

static const char *const seeds[] = {
	"{'type':['object','null'],'required':['a'],'properties':{'a':{'type':'integer','minimum':1}}}\n"
	"{'a':1,'b':[]}",
	"{'patternProperties':{'^x-':{'maxLength':3}},'additionalProperties':false,'minProperties':1}\n"
	"{'x-a':'abc'}",
	"{'items':[{'const':1},{'enum':['a',2,{'b':[]}]}],'additionalItems':{'multipleOf':0.01}}\n"
	"[1.0,{'b':[]},19.99,1e3]",
	"{'uniqueItems':true,'contains':{'type':'string','pattern':'^(a|b)+$'},'maxItems':20}\n"
	"[1,2,3,4,5,6,7,8,9,{'a':1,'b':2},'ab']",
	"{'$ref':'#/definitions/t','definitions':{'t':{'properties':{'l':{'$ref':'#/definitions/t'},"
	"'v':{'type':'number','exclusiveMaximum':10}},'dependencies':{'l':['v'],'x':false}}}}\n"
	"{'l':{'l':{},'v':1},'v':9.99}",
	"{'anyOf':[{'type':'null'},{'not':{'type':'string'}}],'oneOf':[{'minimum':2},{'maximum':3}],"
	"'if':{'const':1},'then':{'type':'integer'},'else':{'type':['number','array']}}\n"
	"1e0",
	"{'$schema':'https://json-schema.org/draft/2020-12/schema','$dynamicAnchor':'n',"
	"'properties':{'c':{'items':{'$dynamicRef':'#n'}},'d':true},'unevaluatedProperties':false,"
	"'dependentSchemas':{'d':{'properties':{'e':{}}}},'dependentRequired':{'d':['e']}}\n"
	"{'c':[{'c':[]}],'d':0,'e':0}",
	"{'$schema':'https://json-schema.org/draft/2019-09/schema','$recursiveAnchor':true,"
	"'items':{'$recursiveRef':'#'},'unevaluatedItems':{'format':'ipv4'},'minContains':0,"
	"'contains':{'type':'object'},'$defs':{'a':{'$anchor':'x','format':'date-time'}}}\n"
	"[[],[[{}]]]",
	"{'$schema':'http://json-schema.org/draft-04/schema#','id':'http://a/b','maximum':3,"
	"'exclusiveMaximum':true,'allOf':[{'type':'integer'},{'type':'number'}]}\n2.0",
	"{'propertyNames':{'pattern':'^[a-z]{1,3}$'},'maxProperties':2,'properties':{'q':false}}\n"
	"{'abc':1,'d':null}",
	"false\nnull",
	NULL,
};

static const char *const words[] = { "'type'", "'integer'", "'number'", "'string'", "'object'",
	"'array'", "'null'", "'boolean'", "'enum'", "'const'", "'multipleOf':", "'maximum':",
	"'minLength':",
	"'pattern':'^a*$'", "'(a+)+$'", "'[^a]'", "'\\\\d+'", "'\\\\p{L}'", "'(?<x>a)\\\\k<x>'",
	"'format':'date-time'", "'format':'uri'", "'format':'idn-hostname'", "'format':'email'",
	"'format':'regex'", "'items':", "'prefixItems':", "'additionalItems':", "'contains':",
	"'uniqueItems':true", "'properties':{", "'additionalProperties':", "'required':['a']",
	"'dependencies':{'a':", "'propertyNames':", "'allOf':[", "'anyOf':[", "'oneOf':[", "'not':",
	"'if':", "'then':", "'else':", "'unevaluatedItems':", "'unevaluatedProperties':", "'$ref':'#'",
	"'$ref':'#/properties/a'", "'$dynamicRef':'#n'", "'$defs':{'a':", "true", "false", "{}", "[]",
	"{'a':", "1e999999999", "0.01", "9007199254740993", "-0.0", "1", "[1,1.0]", "'a'", "'ab'", "\n",
	"{", "}", "[", "]", ",", ":", NULL };

static const struct scute_schema *parse(struct scute_str text, uint32_t flags,
	struct scute_arena *arena)
{
	struct scute_source source = { .size = sizeof(source), .text = text, .flags = flags };
	const struct scute_schema *schema = NULL;
	struct scute_error err = { 0 };
	enum scute_status status = js_parse(&source, arena, &schema, &err);

	MUST((status == SCUTE_OK) == (schema != NULL));
	if (status != SCUTE_OK) {
		fuzz_check_error(&err, status);
	}
	return schema;
}

static enum scute_status judge(const struct scute_schema *schema, struct scute_str json,
	size_t arena_bytes)
{
	struct scute_error err = { 0 };
	struct arena arena;

	arena_init(&arena, arena_bytes);
	enum scute_status status = js_validate(schema, json, &arena.base, &err);
	if (status != SCUTE_OK) {
		fuzz_check_error(&err, status);
	}
	arena_finish(&arena);
	return status;
}

static bool is_verdict(enum scute_status status)
{
	return status == SCUTE_OK || status == SCUTE_EINVAL;
}

/* Where a limit is in the way on one side only there is nothing to compare. */
static void must_agree(enum scute_status one, enum scute_status other)
{
	MUST(one == other || !is_verdict(one) || !is_verdict(other));
}

static void check_canonical(const struct scute_schema *schema, struct scute_str json,
	enum scute_status verdict, struct scute_arena *arena)
{
	struct scute_error err;
	struct scute_str text;

	if (js_canonical(schema, arena, &text, &err) == SCUTE_OK) {
		const struct scute_schema *again = parse(text, schema->flags, arena);
		if (again) {
			must_agree(verdict, judge(again, json, ARENA_BYTES));
		}
	}
}

static void check_payload(const struct scute_schema *schema, struct scute_str json,
	enum scute_status verdict, struct scute_arena *arena)
{
	struct scute_error err = { 0 };
	struct scute_str payload = { NULL, 0 };
	struct scute_str back = { NULL, 0 };
	enum scute_status status = js_encode(schema, json, arena, &payload, &err);

	must_agree(verdict, status);
	if (status == SCUTE_OK) {
		MUST(payload.len > 0 && payload.len <= json.len);
		MUST(js_decode(schema, payload, arena, &back, &err) == SCUTE_OK);
		MUST(str_eq(payload, back));
		must_agree(SCUTE_OK, judge(schema, payload, ARENA_BYTES));
	}
}

/* Only where nothing refers to a place that moves. */
static void check_not(struct scute_str text, struct scute_str json, enum scute_status verdict,
	struct scute_arena *arena)
{
	if (!is_verdict(verdict) || memchr(text.data, '$', text.len) ||
	    memmem(text.data, text.len, "\\u", 2) || memmem(text.data, text.len, "\"id\"", 4)) {
		return;
	}
	struct scute_str wrapped = arena_printf(arena, "{\"not\":%.*s}", (int)text.len, text.data);
	const struct scute_schema *schema = parse(wrapped, 0, arena);
	if (schema) {
		must_agree(verdict == SCUTE_OK ? SCUTE_EINVAL : SCUTE_OK,
			judge(schema, json, ARENA_BYTES));
	}
}

static void begin(void)
{
	js_options_set((struct js_options){ JS_DRAFT_7, true });
}

static bool is_json(struct scute_str json, struct scute_arena *arena)
{
	const struct json *tree;

	return json_read(json, NULL, arena, &tree, NULL) == SCUTE_OK;
}

static bool try_pair(struct scute_str text, struct scute_str json, uint32_t flags)
{
	struct arena arena;
	bool good = false;

	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse(text, flags, &arena.base);
	if (schema) {
		enum scute_status verdict = judge(schema, json, ARENA_BYTES);
		enum scute_status tight = judge(schema, json, 2048);
		MUST(verdict != SCUTE_ENOMEM && verdict != SCUTE_EINTERNAL);
		MUST(tight == SCUTE_ENOMEM || tight == verdict || !is_verdict(verdict));
		good = is_json(json, &arena.base);
		if (good) {
			check_canonical(schema, json, verdict, &arena.base);
			check_payload(schema, json, verdict, &arena.base);
			if (flags == 0) {
				check_not(text, json, verdict, &arena.base);
			}
		} else {
			MUST(verdict != SCUTE_OK);
		}
	}
	arena_finish(&arena);
	return good;
}

static bool one(const char *data, size_t len)
{
	const char *line = len > 0 ? memchr(data, '\n', len) : NULL;
	struct scute_str text = { data, line ? (size_t)(line - data) : len };
	struct scute_str json = { line ? line + 1 : NULL, line ? len - text.len - 1 : 0 };

	if (text.len == 0) {
		return false; /* the host refuses it */
	}
	bool good = try_pair(text, json, 0);
	try_pair(text, json, SCUTE_SOURCE_STORED);
	return good;
}

static void end(void)
{
	js_regex_thread_finish();
}

const struct fuzz_target fuzz_target = {
	.seeds = seeds,
	.words = words,
	.rounds = 200000,
	.begin = begin,
	.one = one,
	.end = end,
};
