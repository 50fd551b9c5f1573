/* SPDX-License-Identifier: Apache-2.0 */
/* Names of properties: which are required, which patterns they match, what holds for them. */
#include "compat.h"

#include <stdlib.h>

#include "support/str.h"

/* Steps that a match costs, and bytes of the name that cost another. */
#define MATCH_STEPS 6u
#define MATCH_BYTES 16u
/* From so many patterns on the matcher may have to make its code for one anew each time. */
#define CACHED_PATTERNS 256u
#define COMPILE_STEPS 400u
#define STEP_NS 300u
/* References between a property and its default. */
#define DEFAULT_HOPS_MAX 16u

static int compare_names(const void *a, const void *b)
{
	return str_cmp(*(const struct scute_str *)a, *(const struct scute_str *)b);
}

bool shape_required(struct check *c, struct shape *shape)
{
	const struct json *list = js_value(shape->node, JS_REQUIRED);
	struct scute_str *names;
	uint32_t n = 0;

	if (shape->required_known) {
		return !check_halted(c);
	}
	shape->required_known = true;
	if (!list || list->n_children == 0) {
		return !check_halted(c);
	}
	names = check_alloc(c, list->n_children, sizeof(*names));
	if (!names) {
		return false;
	}
	for (const struct json *at = list->children; at; at = at->next) {
		names[n++] = at->text;
	}
	qsort(names, n, sizeof(*names), compare_names);
	check_spend(c, n / 8);
	shape->required = names;
	shape->n_required = n;
	return !check_halted(c);
}

bool shape_requires(struct check *c, struct shape *shape, struct scute_str name)
{
	return shape_required(c, shape) && shape->n_required > 0 &&
		bsearch(&name, shape->required, shape->n_required, sizeof(name), compare_names);
}

bool node_has_default(const struct js_node *node)
{
	for (unsigned i = 0; i < DEFAULT_HOPS_MAX && node; i++) {
		const struct js_keyword *ref = js_get(node, JS_REF);
		if (js_has(node, JS_DEFAULT)) {
			return true;
		}
		node = ref ? ref->ref->target : NULL;
	}
	return false;
}

static bool patterns_init(struct check *c, struct shape *shape, const struct js_keyword *keyword)
{
	struct shape_pattern *patterns = check_alloc(c, keyword->count, sizeof(*patterns));

	if (!patterns) {
		return false;
	}
	for (uint32_t i = 0; i < keyword->count; i++) {
		struct scute_error err = { 0 };
		enum scute_status status = js_regex_create(keyword->named[i].name, c->arena,
			&patterns[i].regex, &err);
		if (status == SCUTE_ENOMEM) {
			check_fail(c, SCUTE_ENOMEM);
			return false;
		}
		c->n_regexes += patterns[i].regex && patterns[i].regex->shape == JS_REGEX_GENERAL;
		check_spend(c, MATCH_STEPS + keyword->named[i].name.len / MATCH_BYTES);
	}
	shape->patterns = patterns;
	return !check_halted(c);
}

static enum js_regex_result match_spend(struct check *c, const struct js_regex *regex,
	struct scute_str name)
{
	uint64_t before_ns = c->effort.spent_ns + c->effort.compile_ns;
	bool again = c->last_regex == regex || c->n_regexes < CACHED_PATTERNS ||
		regex->shape != JS_REGEX_GENERAL;
	enum js_regex_result result;

	check_spend(c, MATCH_STEPS + name.len / MATCH_BYTES + (again ? 0 : COMPILE_STEPS));
	c->last_regex = regex;
	result = js_regex_match(regex, name, &c->effort);
	check_spend(c, (c->effort.spent_ns + c->effort.compile_ns - before_ns) / STEP_NS);
	return result;
}

enum match pattern_match(struct check *c, struct shape *shape, uint32_t place, struct scute_str name)
{
	const struct js_keyword *keyword = shape_get(shape, JS_PATTERN_PROPERTIES);

	if (!shape->patterns && !patterns_init(c, shape, keyword)) {
		return MATCH_UNKNOWN;
	}
	if (!shape->patterns[place].regex || check_halted(c)) {
		return MATCH_UNKNOWN;
	}
	switch (match_spend(c, shape->patterns[place].regex, name)) {
	case JS_REGEX_MATCH:
		return MATCH_YES;
	case JS_REGEX_NO_MATCH:
		return MATCH_NO;
	case JS_REGEX_MEMORY:
		check_fail(c, SCUTE_ENOMEM);
		return MATCH_UNKNOWN;
	default:
		return MATCH_UNKNOWN;
	}
}

/* Where no pattern matches. */
static enum coverage additional_coverage(struct check *c, struct shape *additional,
	struct shape *older, struct shape *newer)
{
	if (additional->is_true) {
		return COVER_OPEN;
	}
	if (shape_is_false(c, additional)) {
		return COVER_CLOSED;
	}
	return pair_try(c, older, newer) ? COVER_GOOD : COVER_BAD;
}

enum coverage name_coverage_of_older(struct check *c, struct shape *older,
	struct scute_str name, struct shape *newer)
{
	const struct js_keyword *patterns = shape_get(older, JS_PATTERN_PROPERTIES);
	struct shape *additional = shape_sub(c, older, JS_ADDITIONAL_PROPERTIES);
	bool may_match = false;

	for (uint32_t i = 0; patterns && i < patterns->count && !check_halted(c); i++) {
		enum match match = pattern_match(c, older, i, name);
		may_match = may_match || match != MATCH_NO;
		if (match == MATCH_YES) {
			struct shape *held = shape_of(c, older->side, patterns->named[i].node);
			if (held && pair_try(c, held, newer)) {
				return COVER_GOOD;
			}
		}
	}
	if (may_match || !additional || check_halted(c)) {
		return COVER_BAD;
	}
	return additional_coverage(c, additional, additional, newer);
}

/* Patterns that both have are compared with one another: what matches them suits. */
static bool has_pattern(const struct shape *shape, struct scute_str pattern)
{
	return js_named_find(shape_get(shape, JS_PATTERN_PROPERTIES), pattern) != NULL;
}

enum coverage name_coverage_of_newer(struct check *c, struct shape *holder,
	struct shape *newer, struct scute_str name, struct shape *older)
{
	const struct js_keyword *patterns = shape_get(newer, JS_PATTERN_PROPERTIES);
	struct shape *additional = shape_sub(c, newer, JS_ADDITIONAL_PROPERTIES);
	bool may_match = false;
	bool matches = false;

	for (uint32_t i = 0; patterns && i < patterns->count && !check_halted(c); i++) {
		enum match match = pattern_match(c, newer, i, name);
		may_match = may_match || match != MATCH_NO;
		matches = matches || match == MATCH_YES;
		if (match != MATCH_NO && !has_pattern(holder, patterns->named[i].name)) {
			struct shape *rule = shape_of(c, newer->side, patterns->named[i].node);
			if (!rule || !pair_try(c, older, rule)) {
				return COVER_BAD;
			}
		}
	}
	if (matches || !additional || check_halted(c)) {
		return COVER_GOOD;
	}
	enum coverage coverage = additional_coverage(c, additional, older, additional);
	if (!may_match) {
		return coverage;
	}
	return coverage == COVER_CLOSED ? COVER_BAD : coverage == COVER_OPEN ? COVER_GOOD : coverage;
}
