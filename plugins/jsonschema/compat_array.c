/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Items: a list of schemas for the first ones (items as a list, prefixItems) and one for the
 * others (additionalItems, items), which makes the content model open, closed or partially open.
 */
#include "compat.h"

#include "number.h"

/* An array's items in one form for all drafts. */
struct items {
	const struct js_keyword *first; /* NULL: no list */
	uint32_t n_first;
	const char *first_name;
	const char *rest_name;
	struct shape *rest;
};

static struct items items_of(struct check *c, const struct shape *shape)
{
	const struct js_keyword *prefix = shape_get(shape, JS_PREFIX_ITEMS);
	const struct js_keyword *items = shape_get(shape, JS_ITEMS);
	struct items all = { prefix, 0, js_keyword_name(JS_PREFIX_ITEMS), js_keyword_name(JS_ITEMS),
		NULL };

	if (!prefix && items && items->form == JS_FORM_NODES) {
		all.first = items;
		all.first_name = js_keyword_name(JS_ITEMS);
		all.rest_name = js_keyword_name(JS_ADDITIONAL_ITEMS);
		all.rest = shape_sub(c, shape, JS_ADDITIONAL_ITEMS);
	} else {
		all.rest = shape_sub(c, shape, JS_ITEMS);
	}
	all.n_first = all.first ? all.first->count : 0;
	return all;
}

static void item_removed(struct check *c, const struct step *at, struct shape *mine,
	struct shape *rest)
{
	if (rest->is_true) {
		report(c, at, DIFF_ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL);
	} else if (shape_is_false(c, rest)) {
		report(c, at,
			shape_is_false(c, mine) ?
				DIFF_ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL :
				DIFF_ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL);
	} else {
		report(c, at,
			pair_try(c, mine, rest) ?
				DIFF_ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL :
				DIFF_ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL);
	}
}

static void item_added(struct check *c, const struct step *at, struct shape *rest,
	struct shape *mine)
{
	if (rest->is_true) {
		report(c, at,
			mine->is_true ? DIFF_ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL :
					DIFF_ITEM_ADDED_TO_OPEN_CONTENT_MODEL);
	} else if (shape_is_false(c, rest)) {
		report(c, at, DIFF_ITEM_ADDED_TO_CLOSED_CONTENT_MODEL);
	} else {
		report(c, at,
			pair_try(c, rest, mine) ?
				DIFF_ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL :
				DIFF_ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL);
	}
}

static void first_check(struct check *c, const struct step *up, const struct items *a,
	const struct items *b, unsigned a_side, unsigned b_side)
{
	struct step list = step_keyword(up, b->first ? b->first_name : a->first_name);

	for (uint32_t i = 0; (i < a->n_first || i < b->n_first) && !check_enough(c); i++) {
		struct step at = step_number(&list, i);
		struct shape *x = i < a->n_first ? shape_of(c, a_side, a->first->nodes[i]) : NULL;
		struct shape *y = i < b->n_first ? shape_of(c, b_side, b->first->nodes[i]) : NULL;
		check_spend(c, 1);
		if (check_halted(c)) {
			return;
		}
		if (x && y) {
			pair_check(c, &at, x, y);
		} else if (x) {
			item_removed(c, &at, x, b->rest);
		} else {
			item_added(c, &at, a->rest, y);
		}
	}
}

/* The items after those of a list. */
static void rest_check(struct check *c, const struct step *up, const struct items *a,
	const struct items *b)
{
	struct step at = step_keyword(up, b->first ? b->rest_name : a->rest_name);
	bool a_false = shape_is_false(c, a->rest);
	bool b_false = shape_is_false(c, b->rest);

	if (a_false || b_false) {
		if (a_false != b_false) {
			report(c, &at,
				a_false ? DIFF_ADDITIONAL_ITEMS_ADDED :
					  DIFF_ADDITIONAL_ITEMS_REMOVED);
		}
	} else if (a->rest->is_true != b->rest->is_true) {
		report(c, &at,
			a->rest->is_true ? DIFF_ADDITIONAL_ITEMS_NARROWED :
					   DIFF_ADDITIONAL_ITEMS_EXTENDED);
	} else {
		pair_check(c, &at, a->rest, b->rest);
	}
}

/* One schema for all items, or none. */
static void all_check(struct check *c, const struct step *up, const struct items *a,
	const struct items *b)
{
	struct step at = step_keyword(up, js_keyword_name(JS_ITEMS));

	if (a->rest->is_true != b->rest->is_true) {
		report(c, &at, a->rest->is_true ? DIFF_SCHEMA_ADDED : DIFF_SCHEMA_REMOVED);
	} else {
		pair_check(c, &at, a->rest, b->rest);
	}
}

static bool is_unique(const struct shape *shape)
{
	const struct json *value = js_value(shape->node, JS_UNIQUE_ITEMS);

	return value && value->type == JSON_TRUE;
}

/* How many items have to match: one where nothing is said. */
static void least_contained(const struct shape *shape, struct js_number *ret_number)
{
	const struct json *value = js_value(shape->node, JS_MIN_CONTAINS);

	js_number_read(value ? value->text : SCUTE_STR("1"), ret_number);
}

static void least_contained_check(struct check *c, const struct step *up,
	const struct shape *older, const struct shape *newer)
{
	bool before = js_has(older->node, JS_MIN_CONTAINS);
	bool after = js_has(newer->node, JS_MIN_CONTAINS);
	struct js_number a;
	struct js_number b;
	int order;

	least_contained(older, &a);
	least_contained(newer, &b);
	order = js_number_cmp(&b, &a);
	if (order > 0) {
		report_at(c, up, js_keyword_name(JS_MIN_CONTAINS),
			before ? DIFF_MIN_CONTAINS_INCREASED : DIFF_MIN_CONTAINS_ADDED);
	} else if (order < 0) {
		report_at(c, up, js_keyword_name(JS_MIN_CONTAINS),
			after ? DIFF_MIN_CONTAINS_DECREASED : DIFF_MIN_CONTAINS_REMOVED);
	}
}

static bool may_lack(const struct shape *shape)
{
	struct js_number number;

	least_contained(shape, &number);
	return number.n_digits == 0;
}

/* Does "contains" demand or forbid anything? */
static bool contains_asserts(const struct shape *shape)
{
	return shape_get(shape, JS_CONTAINS) &&
		(!may_lack(shape) || shape_get(shape, JS_MAX_CONTAINS));
}

/*
 * At least so many items that match: new's schema has to accept what old's does. At most so
 * many: the other way round.
 */
static void contains_check(struct check *c, const struct step *up, struct shape *older,
	struct shape *newer)
{
	struct step at = step_keyword(up, js_keyword_name(JS_CONTAINS));
	struct shape *a = shape_sub(c, older, JS_CONTAINS);
	struct shape *b = shape_sub(c, newer, JS_CONTAINS);
	bool pure = c->pure;

	if (!a || !b || (!contains_asserts(older) && !contains_asserts(newer))) {
		return;
	}
	if (!contains_asserts(older) || !contains_asserts(newer)) {
		report(c, &at,
			contains_asserts(newer) ? DIFF_SCHEMA_ADDED : DIFF_SCHEMA_REMOVED);
		return;
	}
	count_check(c, up, older, newer, JS_MAX_CONTAINS, DIFF_MAX_CONTAINS_ADDED);
	least_contained_check(c, up, older, newer);
	if (!may_lack(newer)) {
		c->pure = true;
		pair_check(c, &at, a, b);
		c->pure = pure;
	}
	if (shape_get(newer, JS_MAX_CONTAINS) && !check_enough(c) && !pair_proved(c, b, a)) {
		report(c, &at, DIFF_TYPE_CHANGED);
	}
}

void array_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	struct items a = items_of(c, older);
	struct items b = items_of(c, newer);

	if (!a.rest || !b.rest) {
		return;
	}
	count_check(c, at, older, newer, JS_MAX_ITEMS, DIFF_MAX_ITEMS_ADDED);
	count_check(c, at, older, newer, JS_MIN_ITEMS, DIFF_MIN_ITEMS_ADDED);
	if (is_unique(older) != is_unique(newer)) {
		report_at(c, at, js_keyword_name(JS_UNIQUE_ITEMS),
			is_unique(newer) ? DIFF_UNIQUE_ITEMS_ADDED : DIFF_UNIQUE_ITEMS_REMOVED);
	}
	if (a.first || b.first) {
		first_check(c, at, &a, &b, older->side, newer->side);
		rest_check(c, at, &a, &b);
	} else {
		all_check(c, at, &a, &b);
	}
	if (!check_enough(c)) {
		contains_check(c, at, older, newer);
	}
}
