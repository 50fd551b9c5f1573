/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patternProperties, reported as if each pattern were a property: with the same pattern in both
 * the schemas are compared, and for a new pattern all that may match it.
 */
#include "compat.h"

#include "support/str.h"

/* Names listed in both: of those that only old lists the removed property tells. */
static bool listed_suit(struct check *c, struct shape *older, struct shape *newer,
	uint32_t place, struct shape *rule)
{
	const struct js_keyword *mine = shape_get(older, JS_PROPERTIES);
	const struct js_keyword *theirs = shape_get(newer, JS_PROPERTIES);

	for (uint32_t i = 0; mine && i < mine->count && !check_halted(c); i++) {
		struct scute_str name = mine->named[i].name;
		if (!js_named_find(theirs, name) ||
			pattern_match(c, newer, place, name) == MATCH_NO) {
			continue;
		}
		struct shape *held = shape_of(c, older->side, mine->named[i].node);
		if (!held || !pair_try(c, held, rule)) {
			return false;
		}
	}
	return true;
}

/* A name may match one of old's patterns and the new one. */
static bool patterns_suit(struct check *c, struct shape *older, struct shape *rule)
{
	const struct js_keyword *mine = shape_get(older, JS_PATTERN_PROPERTIES);

	for (uint32_t i = 0; mine && i < mine->count && !check_halted(c); i++) {
		struct shape *held = shape_of(c, older->side, mine->named[i].node);
		if (!held || !pair_try(c, held, rule)) {
			return false;
		}
	}
	return true;
}

static void pattern_added(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer, uint32_t place)
{
	const struct js_keyword *patterns = shape_get(newer, JS_PATTERN_PROPERTIES);
	struct shape *rule = shape_of(c, newer->side, patterns->named[place].node);
	struct shape *additional = shape_sub(c, older, JS_ADDITIONAL_PROPERTIES);

	if (!rule || !additional) {
		return;
	}
	bool suits = listed_suit(c, older, newer, place, rule) && patterns_suit(c, older, rule);
	bool closed = shape_is_false(c, additional);
	if (additional->is_true && rule->is_true) {
		report(c, at, DIFF_PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL);
	} else if (additional->is_true && !shape_get(older, JS_PATTERN_PROPERTIES)) {
		report(c, at, DIFF_OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL);
	} else if (!suits || (!closed && !pair_try(c, additional, rule))) {
		report(c, at, DIFF_PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL);
	} else if (closed) {
		report(c, at, DIFF_OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL);
	} else {
		report(c, at, DIFF_PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL);
	}
}

/* What matched it falls to new's other patterns, which are compared already, or to the rest. */
static void pattern_removed(struct check *c, const struct step *at, struct shape *newer,
	struct shape *held)
{
	struct shape *additional = shape_sub(c, newer, JS_ADDITIONAL_PROPERTIES);

	if (!held || !additional) {
		return;
	}
	if (additional->is_true) {
		report(c, at, DIFF_PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL);
	} else if (shape_is_false(c, additional)) {
		report(c, at,
			shape_is_false(c, held) ?
				DIFF_PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL :
				DIFF_PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL);
	} else {
		report(c, at,
			pair_try(c, held, additional) ?
				DIFF_PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL :
				DIFF_PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL);
	}
}

void patterns_check(struct check *c, const struct step *up, struct shape *older,
	struct shape *newer)
{
	const struct js_keyword *a = shape_get(older, JS_PATTERN_PROPERTIES);
	const struct js_keyword *b = shape_get(newer, JS_PATTERN_PROPERTIES);
	struct step patterns = step_keyword(up, js_keyword_name(JS_PATTERN_PROPERTIES));
	uint32_t n_a = a ? a->count : 0;
	uint32_t n_b = b ? b->count : 0;
	uint32_t i = 0;
	uint32_t k = 0;

	while ((i < n_a || k < n_b) && !check_enough(c)) {
		int order = i == n_a ? 1 : k == n_b ? -1 :
			str_cmp(a->named[i].name, b->named[k].name);
		struct step at = step_name(&patterns,
			order <= 0 ? a->named[i].name : b->named[k].name);
		check_spend(c, 1);
		if (order == 0) {
			pair_check(c, &at, shape_of(c, older->side, a->named[i].node),
				shape_of(c, newer->side, b->named[k].node));
		} else if (order < 0) {
			pattern_removed(c, &at, newer, shape_of(c, older->side, a->named[i].node));
		} else {
			pattern_added(c, &at, older, newer, k);
		}
		i += order <= 0;
		k += order >= 0;
	}
}
