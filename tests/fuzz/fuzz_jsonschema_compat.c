/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the comparison of JSON Schemas: old schema, new schema and an instance, with a
 * line feed between them. Any pair gets a verdict or an error, always the same one, and
 * where the verdict is compatible the instance is not lost.
 */
#include "fuzz.h"

#include <string.h>

#include "compat.h"
#include "support/arena.h"
#include "support/str.h"
#include "validate.h"

#define ROUNDS 30000
#define MEMORY_BYTES (256u << 20)

static const struct scute_limits limits = { sizeof(limits), 64, 1 << 16, 1 << 14 };

static const char *const seeds[] = {
	"{'type':'object','properties':{'a':{'type':'integer','minimum':2}}}\n"
	"{'type':['object','null'],'properties':{'a':{'type':'number','minimum':1},'b':{}}}\n"
	"{'a':2}",
	"{'additionalProperties':false,'patternProperties':{'^x':{'maxLength':3}},'properties':{'b':"
	"{}},'required':['b']}\n"
	"{'additionalProperties':{'minimum':1},'patternProperties':{'x':{'maxLength':4}},"
	"'properties':{'c':{'default':1},'b':true}}\n{'b':1,'xa':'abc'}",
	"{'items':[{'type':'string'},{}],'additionalItems':{'type':'integer'},'uniqueItems':true}\n"
	"{'items':[{'type':'string'}],'additionalItems':false,'maxItems':2}\n['a',null,3]",
	"{'anyOf':[{'type':'string','maxLength':2},{'type':'null'}],'allOf':[{'minLength':1}]}\n"
	"{'oneOf':[{'type':'null'},{'type':['string','boolean']},{'const':1.0}]}\n'ab'",
	"{'$ref':'#/definitions/t','definitions':{'t':{'properties':{'l':{'$ref':'#/definitions/t'},"
	"'v':{'enum':[1,2]}},'dependencies':{'l':['v'],'v':{'maxProperties':2}}}}}\n"
	"{'properties':{'l':{'$ref':'#'},'v':{'enum':[2,1,'a']}},'not':{'required':['x','v']}}\n"
	"{'l':{},'v':1}",
	"{'if':{'required':['a']},'then':{'required':['b']},'else':{'minProperties':1},"
	"'propertyNames':{'pattern':'^[a-d]'}}\n"
	"{'if':{'required':['a']},'then':{'minProperties':1},'contains':{'multipleOf':2}}\n"
	"{'a':1,'b':2}",
	"{'$schema':'https://json-schema.org/draft/2020-12/schema','$dynamicAnchor':'n','properties':"
	"{'c':{'prefixItems':[{'$dynamicRef':'#n'}],'items':false}},'unevaluatedProperties':false}\n"
	"{'$schema':'https://json-schema.org/draft/2020-12/schema','allOf':[{'properties':{'c':{}}}],"
	"'unevaluatedProperties':{'type':'string'},'dependentRequired':{'c':['d']}}\n{'c':[{}]}",
	"{'$schema':'https://json-schema.org/draft/2019-09/schema','contains':{'type':'integer'},"
	"'minContains':1,'maxContains':3,'unevaluatedItems':{'type':'integer'}}\n"
	"{'$schema':'https://json-schema.org/draft/2019-09/schema','contains':{'type':'number'},"
	"'dependentSchemas':{'a':{'unevaluatedItems':false}},'$recursiveRef':'#'}\n[1,2]",
	"{'$schema':'http://json-schema.org/draft-04/schema#','maximum':3,'exclusiveMaximum':true,"
	"'type':'integer'}\n{'exclusiveMaximum':3,'type':'integer','multipleOf':1}\n2",
	"false\ntrue\n1",
	NULL,
};

static const char *const words[] = { "'type':", "'integer'", "'number'", "'string'", "'object'",
	"'array'", "'null'", "'boolean'", "['string','null']", "'enum':[1,'a']", "'const':1",
	"'multipleOf':", "'maximum':", "'minimum':", "'exclusiveMaximum':", "'minLength':",
	"'maxItems':", "'minProperties':", "'pattern':'^a'", "'format':'date'", "'items':",
	"'items':[", "'prefixItems':[", "'additionalItems':", "'contains':", "'maxContains':",
	"'uniqueItems':true", "'properties':{", "'patternProperties':{'^a':",
	"'additionalProperties':", "'required':['a']", "'dependencies':{'a':['b']}",
	"'propertyNames':", "'allOf':[", "'anyOf':[", "'oneOf':[", "'not':", "'if':", "'then':",
	"'else':", "'unevaluatedItems':", "'unevaluatedProperties':", "'$ref':'#'",
	"'$ref':'#/definitions/t'", "'$dynamicRef':'#n'", "'definitions':{'t':", "'default':1",
	"'title':'t'", "true", "false", "{}", "[]", "{'a':", "[{},", "1", "2.0", "0.5", "'a'",
	"'b'", "\n", "{", "}", "[", "]", ",", ":",
	"'$schema':'https://json-schema.org/draft/2020-12/schema'",
	"'$schema':'http://json-schema.org/draft-04/schema#'", NULL };

static struct scute_str next_part(struct scute_str *rest)
{
	const char *feed = rest->len > 0 ? memchr(rest->data, '\n', rest->len) : NULL;
	size_t len = feed ? (size_t)(feed - rest->data) : rest->len;
	struct scute_str part = { rest->data, len };

	*rest = (struct scute_str){ feed ? feed + 1 : NULL, feed ? rest->len - len - 1 : 0 };
	return part;
}

static const struct scute_schema *parse(struct arena *arena, struct scute_str text)
{
	struct scute_source source = { .size = sizeof(source), .text = text, .limits = &limits };
	const struct scute_schema *schema = NULL;
	struct scute_error err = { 0 };
	enum scute_status status = js_parse(&source, &arena->base, &schema, &err);

	if (status != SCUTE_OK) {
		fuzz_check_error(&err, status);
		return NULL;
	}
	return schema;
}

struct answer {
	enum scute_status status;
	struct scute_compat compat;
	bool unproved;
};

static struct answer ask(struct arena *arena, const struct scute_schema *older,
	const struct scute_schema *newer, enum scute_policy policy, uint32_t max)
{
	struct answer answer = { .compat = { .size = sizeof(answer.compat), .policy = policy,
		.reader = newer, .writer = older, .reader_label = "new", .writer_label = "old",
		.differences_max = max, .arena = &arena->base } };
	struct scute_error err = { 0 };

	answer.status = js_compatible_proof(&answer.compat, &answer.unproved, &err);
	if (answer.status != SCUTE_OK) {
		fuzz_check_error(&err, answer.status);
		MUST(answer.status == SCUTE_ELIMIT);
	}
	return answer;
}

static void check_differences(const struct scute_compat *compat)
{
	bool bad = false;

	for (size_t i = 0; i < compat->n_differences; i++) {
		const struct scute_difference *at = &compat->differences[i];
		MUST(at->type && at->path.len > 1 && at->path.data[0] == '#');
		MUST(str_is_utf8(at->text) && str_ends(at->text, SCUTE_STR("'}")));
		bad = bad || !at->compatible;
	}
	MUST(bad == !compat->compatible);
}

static void check_instance(struct arena *arena, const struct scute_schema *older,
	const struct scute_schema *newer, struct scute_str instance)
{
	struct scute_error err = { 0 };

	if (js_validate(older, instance, &arena->base, &err) == SCUTE_OK) {
		MUST(js_validate(newer, instance, &arena->base, &err) != SCUTE_EINVAL);
	}
}

static bool check_direction(struct arena *arena, const struct scute_schema *older,
	const struct scute_schema *newer, struct scute_str instance)
{
	struct answer strict = ask(arena, older, newer, SCUTE_POLICY_STRICT, 10);
	struct answer brief = ask(arena, older, newer, SCUTE_POLICY_STRICT, 0);
	struct answer lenient = ask(arena, older, newer, SCUTE_POLICY_LENIENT, 10);

	if (strict.status != SCUTE_OK || brief.status != SCUTE_OK || lenient.status != SCUTE_OK) {
		return false;
	}
	check_differences(&strict.compat);
	MUST(brief.compat.compatible == strict.compat.compatible);
	MUST(brief.compat.n_differences == 0);
	MUST(lenient.compat.compatible || !strict.compat.compatible);
	if (strict.compat.compatible && !strict.unproved) {
		check_instance(arena, older, newer, instance);
	}
	return true;
}

static void begin(void)
{
}

static void end(void)
{
	js_regex_thread_finish();
}

static bool one(const char *data, size_t len)
{
	struct scute_str rest = { data, len };
	struct scute_str old_text = next_part(&rest);
	struct scute_str new_text = next_part(&rest);
	struct arena arena;
	bool good = false;

	arena_init(&arena, MEMORY_BYTES);
	const struct scute_schema *older = parse(&arena, old_text);
	const struct scute_schema *newer = older ? parse(&arena, new_text) : NULL;
	if (newer) {
		good = check_direction(&arena, older, newer, rest) &&
			check_direction(&arena, newer, older, rest);
		MUST(ask(&arena, older, older, SCUTE_POLICY_STRICT, 1).compat.compatible);
	}
	arena_finish(&arena);
	return good;
}

const struct fuzz_target fuzz_target = { seeds, words, ROUNDS, begin, one, end };
