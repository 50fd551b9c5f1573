/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Combinations all of whose members have to hold (products), and what a schema says itself when
 * it stands beside combinations. What new says itself follows from what old says itself, or
 * from one member of a product of old's, or from each member of a sum of old's.
 */
#include "compat.h"

struct step step_member(const struct step *list, const struct js_node *member)
{
	return step_number(list, member->place_index);
}

/* A member's place in its node; a reference is no step. */
static void member_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer, struct shape *holder, uint32_t place)
{
	const struct js_node *node = holder->lists[SHAPE_ALL_OF].nodes[place];

	if (node->parent == holder->node && node->place == JS_PLACE_LIST) {
		struct step list = step_keyword(at,
			js_keyword_name((enum js_keyword_id)node->place_id));
		struct step below = step_member(&list, node);
		pair_check(c, &below, older, newer);
	} else {
		pair_check(c, at, older, newer);
	}
}

/* Some member of the product, or each of one of the sums, does for new's base. */
static bool members_suit(struct check *c, struct shape *older, struct shape *base)
{
	for (uint32_t i = 0; i < older->lists[SHAPE_ALL_OF].count && !check_halted(c); i++) {
		if (pair_try(c, shape_member(c, older, SHAPE_ALL_OF, i), base)) {
			return true;
		}
	}
	for (unsigned kind = SHAPE_ANY_OF; kind < SHAPE_N_COMBINATIONS; kind++) {
		uint32_t n = older->lists[kind].count;
		uint32_t i = 0;
		while (i < n && pair_try(c,
					shape_member(c, older, (enum shape_combination)kind, i),
					base)) {
			i++;
		}
		if (n > 0 && i == n) {
			return true;
		}
	}
	return false;
}

/* Some member of a sum is what new has become. */
static bool any_member_suits(struct check *c, struct shape *older, struct shape *newer)
{
	for (unsigned kind = SHAPE_ANY_OF; kind < SHAPE_N_COMBINATIONS; kind++) {
		for (uint32_t i = 0; i < older->lists[kind].count && !check_halted(c); i++) {
			if (pair_try(c, shape_member(c, older, (enum shape_combination)kind, i),
				    newer)) {
				return true;
			}
		}
	}
	return false;
}

static bool is_combined(const struct shape *shape)
{
	return shape->lists[SHAPE_ALL_OF].count > 0 || shape_has_sums(shape);
}

bool core_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	struct shape *base;

	if (!is_combined(older)) {
		if (newer->has_base || !is_combined(newer)) {
			base_check(c, at, older, newer);
		}
		return false;
	}
	if (!newer->has_base) {
		return false;
	}
	struct trial trial = trial_begin(c);
	base_check(c, at, older, newer);
	if (trial_end(c, &trial)) {
		if (c->trials == 0) {
			base_check(c, at, older, newer);
		}
		return false;
	}
	base = shape_base(c, newer);
	if (!base || members_suit(c, older, base)) {
		return false;
	}
	if (!older->has_base && !is_combined(newer)) {
		report(c, at,
			any_member_suits(c, older, newer) ? DIFF_SUM_TYPE_NARROWED :
							    DIFF_TYPE_CHANGED);
		return true;
	}
	base_check(c, at, older, newer);
	return false;
}

/* New has a product and old has none. */
static void product_added(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	const struct shape_list *list = &newer->lists[SHAPE_ALL_OF];

	if (!older->has_base && shape_has_sums(older) && !newer->has_base &&
		!shape_has_sums(newer)) {
		report(c, at, DIFF_COMBINED_TYPE_CHANGED);
		return;
	}
	for (uint32_t i = 0; i < list->count && !check_halted(c); i++) {
		if (!pair_try(c, older, shape_member(c, newer, SHAPE_ALL_OF, i))) {
			report(c, at, DIFF_PRODUCT_TYPE_EXTENDED);
			return;
		}
	}
}

void products_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	uint32_t n_older = older->lists[SHAPE_ALL_OF].count;
	uint32_t n_newer = newer->lists[SHAPE_ALL_OF].count;
	struct matching matching;

	if (n_newer == 0) {
		if (n_older > 0 && !shape_has_sums(newer)) {
			report(c, at, DIFF_PRODUCT_TYPE_NARROWED);
		}
		return;
	}
	if (n_older == 0) {
		product_added(c, at, older, newer);
		return;
	}
	if (n_older == 1 && n_newer == 1) {
		member_check(c, at, shape_member(c, older, SHAPE_ALL_OF, 0),
			shape_member(c, newer, SHAPE_ALL_OF, 0), newer, 0);
		return;
	}
	if (n_older != n_newer) {
		report(c, at,
			n_newer > n_older ? DIFF_PRODUCT_TYPE_EXTENDED : DIFF_PRODUCT_TYPE_NARROWED);
	}
	if (check_enough(c) ||
		!members_match(c, older, SHAPE_ALL_OF, newer, SHAPE_ALL_OF, &matching)) {
		return;
	}
	if (matching.count < (n_older < n_newer ? n_older : n_newer)) {
		report(c, at, DIFF_COMBINED_TYPE_SUBSCHEMAS_CHANGED);
	}
	for (uint32_t i = 0; i < n_older && !check_enough(c); i++) {
		uint32_t k = matching.partners[i];
		if (k != UNMATCHED) {
			member_check(c, at, shape_member(c, older, SHAPE_ALL_OF, i),
				shape_member(c, newer, SHAPE_ALL_OF, k), newer, k);
		}
	}
}
