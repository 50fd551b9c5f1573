/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Properties. A content model is open where additionalProperties says nothing, closed where it
 * is false; with a schema there, or with patternProperties, it is partially open.
 */
#include "compat.h"

#include "support/str.h"

/* Is a property's presence demanded that was not demanded before? */
static bool is_newly_required(struct check *c, struct shape *older, struct shape *newer,
	struct scute_str name)
{
	return shape_requires(c, newer, name) && !shape_requires(c, older, name);
}

/* Where nothing is filled in a default is of no help. */
static bool has_default(const struct check *c, const struct js_node *node)
{
	return !c->pure && node_has_default(node);
}

static void required_report(struct check *c, const struct step *at, struct scute_str name,
	enum js_diff diff)
{
	struct step required = step_keyword(at, js_keyword_name(JS_REQUIRED));
	struct step below = step_name(&required, name);

	report(c, &below, diff);
}

/* Names that are listed in both, or in none; the others are reported as properties. */
static void required_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	const struct js_keyword *old_listed = shape_get(older, JS_PROPERTIES);
	const struct js_keyword *new_listed = shape_get(newer, JS_PROPERTIES);

	if (!shape_required(c, older) || !shape_required(c, newer)) {
		return;
	}
	check_spend(c, (older->n_required + newer->n_required) / 4);
	for (uint32_t i = 0; i < newer->n_required && !check_enough(c); i++) {
		struct scute_str name = newer->required[i];
		const struct js_named *listed = js_named_find(new_listed, name);
		if (shape_requires(c, older, name) ||
			(listed && !js_named_find(old_listed, name))) {
			continue;
		}
		required_report(c, at, name,
			listed && has_default(c, listed->node) ?
				DIFF_REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED :
				DIFF_REQUIRED_ATTRIBUTE_ADDED);
	}
	for (uint32_t i = 0; i < older->n_required && c->trials == 0; i++) {
		struct scute_str name = older->required[i];
		if (!shape_requires(c, newer, name) &&
			(js_named_find(new_listed, name) || !js_named_find(old_listed, name))) {
			required_report(c, at, name, DIFF_REQUIRED_ATTRIBUTE_REMOVED);
		}
	}
}

static void property_removed(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer, const struct js_named *property)
{
	struct shape *mine = shape_of(c, older->side, property->node);

	if (!mine) {
		return;
	}
	switch (name_coverage_of_newer(c, older, newer, property->name, mine)) {
	case COVER_OPEN:
		report(c, at, DIFF_PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL);
		break;
	case COVER_CLOSED:
		report(c, at,
			shape_is_false(c, mine) ?
				DIFF_PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL :
				DIFF_PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL);
		break;
	case COVER_GOOD:
		report(c, at, DIFF_PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL);
		break;
	default:
		report(c, at, DIFF_PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL);
	}
}

static void added_to_open(struct check *c, const struct step *at, const struct shape *older,
	const struct shape *mine, bool required, bool with_default)
{
	if (required) {
		report(c, at,
			with_default ?
				DIFF_REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL :
				DIFF_REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL);
	} else if (mine->is_true) {
		report(c, at, DIFF_PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL);
	} else if (shape_get(older, JS_PATTERN_PROPERTIES)) {
		report(c, at, DIFF_PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL);
	} else {
		report(c, at, DIFF_OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL);
	}
}

static void property_added(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer, const struct js_named *property)
{
	struct shape *mine = shape_of(c, newer->side, property->node);
	bool required = is_newly_required(c, older, newer, property->name);
	bool with_default = has_default(c, property->node);
	enum coverage coverage;

	if (!mine) {
		return;
	}
	coverage = name_coverage_of_older(c, older, property->name, mine);
	if (coverage == COVER_OPEN) {
		added_to_open(c, at, older, mine, required, with_default);
		return;
	}
	if (coverage != COVER_CLOSED) {
		report(c, at,
			coverage == COVER_GOOD ?
				DIFF_PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL :
				DIFF_PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL);
	}
	if (required) {
		report(c, at,
			with_default ?
				DIFF_REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL :
				DIFF_REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL);
	} else if (coverage == COVER_CLOSED) {
		report(c, at, DIFF_OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL);
	}
}

/* Both lists are sorted by name. */
static void properties_check(struct check *c, const struct step *up, struct shape *older,
	struct shape *newer)
{
	const struct js_keyword *a = shape_get(older, JS_PROPERTIES);
	const struct js_keyword *b = shape_get(newer, JS_PROPERTIES);
	struct step properties = step_keyword(up, js_keyword_name(JS_PROPERTIES));
	uint32_t n_a = a ? a->count : 0;
	uint32_t n_b = b ? b->count : 0;
	uint32_t i = 0;
	uint32_t k = 0;

	while ((i < n_a || k < n_b) && !check_enough(c)) {
		int order = i == n_a ? 1 : k == n_b ? -1 :
			str_cmp(a->named[i].name, b->named[k].name);
		struct step at = step_name(&properties,
			order <= 0 ? a->named[i].name : b->named[k].name);
		check_spend(c, 1);
		if (order == 0) {
			pair_check(c, &at, shape_of(c, older->side, a->named[i].node),
				shape_of(c, newer->side, b->named[k].node));
		} else if (order < 0) {
			property_removed(c, &at, older, newer, &a->named[i]);
		} else {
			property_added(c, &at, older, newer, &b->named[k]);
		}
		i += order <= 0;
		k += order >= 0;
	}
}

static void additional_check(struct check *c, const struct step *up, struct shape *older,
	struct shape *newer)
{
	const char *keyword = js_keyword_name(JS_ADDITIONAL_PROPERTIES);
	struct step at = step_keyword(up, keyword);
	struct shape *a = shape_sub(c, older, JS_ADDITIONAL_PROPERTIES);
	struct shape *b = shape_sub(c, newer, JS_ADDITIONAL_PROPERTIES);

	if (!a || !b) {
		return;
	}
	bool a_false = shape_is_false(c, a);
	bool b_false = shape_is_false(c, b);
	if (a_false || b_false) {
		if (a_false != b_false) {
			report(c, &at,
				a_false ? DIFF_ADDITIONAL_PROPERTIES_ADDED :
					  DIFF_ADDITIONAL_PROPERTIES_REMOVED);
		}
	} else if (a->is_true != b->is_true) {
		report(c, &at,
			a->is_true ? DIFF_ADDITIONAL_PROPERTIES_NARROWED :
				     DIFF_ADDITIONAL_PROPERTIES_EXTENDED);
	} else {
		pair_check(c, &at, a, b);
	}
}

/* What is held against it is always a string. */
static void names_check(struct check *c, const struct step *up, struct shape *older,
	struct shape *newer)
{
	struct step at = step_keyword(up, js_keyword_name(JS_PROPERTY_NAMES));
	struct shape *a = shape_sub(c, older, JS_PROPERTY_NAMES);
	struct shape *b = shape_sub(c, newer, JS_PROPERTY_NAMES);
	struct shape *a_strings = a ? shape_of_types(c, a, TYPE_STRING) : NULL;
	struct shape *b_strings = b ? shape_of_types(c, b, TYPE_STRING) : NULL;

	if (!a_strings || !b_strings || (a->is_true && b->is_true)) {
		return;
	}
	if (b->is_true) {
		report(c, &at, DIFF_SCHEMA_REMOVED);
	} else if (!a->is_true) {
		pair_check(c, &at, a_strings, b_strings);
	} else if (!pair_try(c, a_strings, b_strings)) {
		report(c, &at, DIFF_SCHEMA_ADDED);
	}
}

void object_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	count_check(c, at, older, newer, JS_MAX_PROPERTIES, DIFF_MAX_PROPERTIES_ADDED);
	count_check(c, at, older, newer, JS_MIN_PROPERTIES, DIFF_MIN_PROPERTIES_ADDED);
	properties_check(c, at, older, newer);
	if (!check_enough(c)) {
		required_check(c, at, older, newer);
		additional_check(c, at, older, newer);
	}
	if (!check_enough(c)) {
		patterns_check(c, at, older, newer);
		names_check(c, at, older, newer);
		dependent_check(c, at, older, newer);
	}
}
