/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unevaluatedProperties and unevaluatedItems see what all other keywords of a schema and of its
 * combinations left over. New's hold for old's instances when they ask for no more than old's
 * did, and when what old evaluates, new evaluates too: always, or in the branch that
 * answers to old's and is taken whenever that is.
 */
#include "compat.h"

/* How deep combinations are looked into, and how many schemas at once. */
#define REACH_DEPTH_MAX 16u
#define REACH_MAX 64u

/* The schemas of new that certainly apply. */
struct reach {
	struct shape *shapes[REACH_MAX];
	uint32_t count;
	bool items; /* items are asked for, not properties */
	const struct shape *path[REACH_DEPTH_MAX + 1]; /* old's, from the outermost inwards */
};

static bool reach_add(struct check *c, struct reach *reach, struct shape *shape, unsigned depth)
{
	check_spend(c, 1);
	for (uint32_t i = 0; i < reach->count; i++) {
		if (reach->shapes[i] == shape) {
			return true;
		}
	}
	if (shape && shape->is_dead) {
		return true;
	}
	if (!shape || check_halted(c) || shape->is_opaque || depth > REACH_DEPTH_MAX ||
		reach->count == REACH_MAX) {
		return false;
	}
	reach->shapes[reach->count++] = shape;
	for (uint32_t i = 0; i < shape->lists[SHAPE_ALL_OF].count; i++) {
		if (!reach_add(c, reach, shape_member(c, shape, SHAPE_ALL_OF, i), depth + 1)) {
			return false;
		}
	}
	return true;
}

/* The schema of items that no list speaks of; NULL: there is none. */
static const struct js_node *rest_of_items(const struct shape *shape)
{
	const struct js_keyword *items = shape_get(shape, JS_ITEMS);

	if (items && items->form == JS_FORM_NODES) {
		items = shape_get(shape, JS_ADDITIONAL_ITEMS);
	}
	return items && items->form == JS_FORM_NODE ? items->node : NULL;
}

static uint32_t first_items(const struct shape *shape)
{
	const struct js_keyword *prefix = shape_get(shape, JS_PREFIX_ITEMS);
	const struct js_keyword *items = shape_get(shape, JS_ITEMS);

	if (!prefix && items && items->form == JS_FORM_NODES) {
		prefix = items;
	}
	return prefix ? prefix->count : 0;
}

/* The keyword that evaluates whatever is left, by itself; NULL: none. */
static const struct js_node *rest_of(const struct reach *reach, const struct shape *shape)
{
	const struct js_keyword *rest = shape_get(shape, JS_ADDITIONAL_PROPERTIES);

	if (reach->items) {
		return rest_of_items(shape);
	}
	return rest && rest->form == JS_FORM_NODE ? rest->node : NULL;
}

/* The first one is new itself, whose leftovers are in question. */
static bool reaches_all(const struct reach *reach)
{
	enum js_keyword_id id = reach->items ? JS_UNEVALUATED_ITEMS : JS_UNEVALUATED_PROPERTIES;

	for (uint32_t i = 0; i < reach->count; i++) {
		if (rest_of(reach, reach->shapes[i]) || (i > 0 && shape_get(reach->shapes[i], id))) {
			return true;
		}
	}
	return false;
}

static bool reaches_named(struct check *c, const struct reach *reach, enum js_keyword_id id,
	struct scute_str name)
{
	for (uint32_t i = 0; i < reach->count; i++) {
		check_spend(c, 1);
		if (js_named_find(shape_get(reach->shapes[i], id), name)) {
			return true;
		}
	}
	return false;
}

static bool names_reached(struct check *c, const struct reach *reach, const struct shape *older,
	enum js_keyword_id id)
{
	const struct js_keyword *named = shape_get(older, id);

	for (uint32_t i = 0; named && i < named->count && !check_halted(c); i++) {
		if (!reaches_named(c, reach, id, named->named[i].name)) {
			return false;
		}
	}
	return true;
}

/* From 2020-12 on the items that "contains" found count as evaluated. */
static bool contained_reached(struct check *c, struct shape *older, struct shape *newer)
{
	if (!shape_get(older, JS_CONTAINS) || js_node_draft(older->node) < JS_DRAFT_2020) {
		return true;
	}
	return newer && shape_get(newer, JS_CONTAINS) &&
		js_node_draft(newer->node) >= JS_DRAFT_2020 &&
		pair_proved(c, shape_sub(c, older, JS_CONTAINS), shape_sub(c, newer, JS_CONTAINS));
}

static bool items_reached(struct check *c, const struct reach *reach, struct shape *older,
	struct shape *newer)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < reach->count; i++) {
		uint32_t first = first_items(reach->shapes[i]);
		n = first > n ? first : n;
	}
	return first_items(older) <= n && contained_reached(c, older, newer);
}

/* What old's own keywords evaluate. */
static bool base_reached(struct check *c, const struct reach *reach, struct shape *older,
	struct shape *newer, unsigned depth)
{
	enum js_keyword_id id = reach->items ? JS_UNEVALUATED_ITEMS : JS_UNEVALUATED_PROPERTIES;
	const struct js_node *rest = rest_of(reach, older);
	struct shape *rest_shape = rest ? shape_of(c, older->side, rest) : NULL;

	if (reaches_all(reach)) {
		return true;
	}
	if ((rest_shape && !shape_is_false(c, rest_shape)) || (depth > 0 && shape_get(older, id))) {
		return false;
	}
	return reach->items ? items_reached(c, reach, older, newer) :
			      names_reached(c, reach, older, JS_PROPERTIES) &&
			names_reached(c, reach, older, JS_PATTERN_PROPERTIES);
}

static bool reached(struct check *c, const struct reach *reach, struct shape *older,
	struct shape *newer, unsigned depth);

/* A branch that new takes whenever old takes its own; NULL: there is none. */
static bool branch_reached(struct check *c, const struct reach *reach, struct shape *older,
	struct shape *newer, unsigned depth)
{
	struct reach further = *reach;

	if (!newer || !reach_add(c, &further, newer, depth)) {
		return reached(c, reach, older, NULL, depth + 1);
	}
	return reached(c, &further, older, newer, depth + 1);
}

static bool lists_reached(struct check *c, const struct reach *reach, struct shape *older,
	struct shape *newer, enum shape_combination kind, unsigned depth)
{
	uint32_t n = older->lists[kind].count;
	bool same = n > 0 && newer && newer->lists[kind].count == n;
	struct matching matching;

	if (same && !members_match(c, older, kind, newer, kind, &matching)) {
		return false;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t partner = same ? matching.partners[i] : UNMATCHED;
		struct shape *before = shape_member(c, older, kind, i);
		struct shape *after = partner != UNMATCHED ?
			shape_member(c, newer, kind, partner) : NULL;
		if (!before || check_halted(c) ||
			!branch_reached(c, reach, before, after, depth)) {
			return false;
		}
	}
	return true;
}

static bool dependents_reached(struct check *c, const struct reach *reach, struct shape *older,
	struct shape *newer, enum js_keyword_id id, unsigned depth)
{
	const struct js_keyword *mine = shape_get(older, id);
	const struct js_keyword *theirs = newer ? shape_get(newer, id) : NULL;

	for (uint32_t i = 0; mine && i < mine->count; i++) {
		const struct js_named *other = js_named_find(theirs, mine->named[i].name);
		if (!mine->named[i].node) {
			continue;
		}
		struct shape *before = shape_of(c, older->side, mine->named[i].node);
		struct shape *after = other && other->node ?
			shape_of(c, newer->side, other->node) : NULL;
		if (!before || check_halted(c) ||
			!branch_reached(c, reach, before, after, depth)) {
			return false;
		}
	}
	return true;
}

static bool conditional_reached(struct check *c, const struct reach *reach, struct shape *older,
	struct shape *newer, unsigned depth)
{
	struct reach met = *reach;
	struct shape *if_before = shape_sub(c, older, JS_IF);
	struct shape *if_after = newer ? shape_sub(c, newer, JS_IF) : NULL;
	bool same;

	if (!shape_get(older, JS_IF) || !if_before) {
		return !check_halted(c);
	}
	same = if_after && shape_get(newer, JS_IF) && pair_proved(c, if_before, if_after) &&
		pair_proved(c, if_after, if_before) && reach_add(c, &met, if_after, depth);
	if (!same) {
		return reached(c, reach, if_before, NULL, depth + 1) &&
			reached(c, reach, shape_sub(c, older, JS_THEN), NULL, depth + 1) &&
			reached(c, reach, shape_sub(c, older, JS_ELSE), NULL, depth + 1);
	}
	return reached(c, &met, if_before, if_after, depth + 1) &&
		branch_reached(c, &met, shape_sub(c, older, JS_THEN), shape_sub(c, newer, JS_THEN),
			depth) &&
		branch_reached(c, reach, shape_sub(c, older, JS_ELSE), shape_sub(c, newer, JS_ELSE),
			depth);
}

static bool is_on_path(const struct reach *reach, const struct shape *older, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++) {
		if (reach->path[i] == older) {
			return true;
		}
	}
	return false;
}

/* newer: the schema at the same place, whose branches may be old's; NULL: none. */
static bool reached(struct check *c, const struct reach *outer, struct shape *older,
	struct shape *newer, unsigned depth)
{
	struct reach own;
	const struct reach *reach = &own;

	check_spend(c, 1);
	if (older && older->is_dead) {
		return true;
	}
	if (!older || check_halted(c) || depth > REACH_DEPTH_MAX || older->is_opaque) {
		return false;
	}
	if (!older->node->resource || is_on_path(outer, older, depth)) {
		return true; /* a keyword that is not there; a schema that refers to itself */
	}
	if (!base_reached(c, outer, older, newer, depth)) {
		return false;
	}
	own = *outer;
	own.path[depth] = older;
	for (unsigned kind = 0; kind < SHAPE_N_COMBINATIONS; kind++) {
		if (!lists_reached(c, reach, older, newer, (enum shape_combination)kind, depth)) {
			return false;
		}
	}
	return dependents_reached(c, reach, older, newer, JS_DEPENDENT_SCHEMAS, depth) &&
		dependents_reached(c, reach, older, newer, JS_DEPENDENCIES, depth) &&
		conditional_reached(c, reach, older, newer, depth);
}

static bool all_reached(struct check *c, struct shape *older, struct shape *newer, bool items)
{
	struct reach reach = { .items = items };

	return reach_add(c, &reach, newer, 0) && reached(c, &reach, older, newer, 0);
}

/* Names of the four differences follow one another: added, removed, extended, narrowed. */
static void leftover_check(struct check *c, const struct step *up, struct shape *older,
	struct shape *newer, bool items)
{
	enum js_keyword_id id = items ? JS_UNEVALUATED_ITEMS : JS_UNEVALUATED_PROPERTIES;
	enum js_diff added = items ? DIFF_UNEVALUATED_ITEMS_ADDED : DIFF_UNEVALUATED_PROPERTIES_ADDED;
	struct step at = step_keyword(up, js_keyword_name(id));
	struct shape *a = shape_sub(c, older, id);
	struct shape *b = shape_sub(c, newer, id);

	if (!a || !b || (a->is_true && b->is_true)) {
		return;
	}
	bool a_false = shape_is_false(c, a);
	bool b_false = shape_is_false(c, b);
	/* What additionalProperties left, nothing else is left of. */
	const struct reach reach = { .items = items };
	const struct js_node *rest = rest_of(&reach, older);
	if (a->is_true && rest && pair_try(c, shape_of(c, older->side, rest), b)) {
		a = b;
	} else if (a_false != b_false) {
		report(c, &at, a_false ? added : added + 1);
	} else if (a->is_true != b->is_true) {
		report(c, &at, a->is_true ? added + 3 : added + 2);
	} else if (!a_false) {
		pair_check(c, &at, a, b);
	}
	if (!b->is_true && !check_enough(c) && !all_reached(c, older, newer, items)) {
		report(c, &at, added + 3);
	}
}

void unevaluated_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	unsigned types = shape_types(c, older);

	if ((types & TYPE_OBJECT) != 0) {
		leftover_check(c, at, older, newer, false);
	}
	if ((types & TYPE_ARRAY) != 0 && !check_enough(c)) {
		leftover_check(c, at, older, newer, true);
	}
}
