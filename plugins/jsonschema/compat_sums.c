/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Combinations of alternatives. Current registries take a oneOf for an anyOf: that a value which
 * suited one member may now suit two is not seen. Their verdict stays; where the members can not
 * be proved to exclude one another the comparison counts as unproved.
 */
#include "compat.h"


static void not_exclusive(struct check *c, const struct step *at)
{
	report(c, at, DIFF_COMBINED_TYPE_EXTENDED);
	compat_unproved(c);
}

/* No value that older accepts suits a member of newer's oneOf but the one at place. */
static bool excludes_others(struct check *c, struct shape *older, struct shape *newer,
	uint32_t place)
{
	for (uint32_t i = 0; i < newer->lists[SHAPE_ONE_OF].count && !check_halted(c); i++) {
		struct shape *member = shape_member(c, newer, SHAPE_ONE_OF, i);
		if (i != place && (!member || !shapes_disjoint(c, older, member))) {
			return false;
		}
	}
	return true;
}

/* The first member that takes all of older; UNMATCHED: none. */
static uint32_t member_find(struct check *c, struct shape *older, struct shape *newer,
	enum shape_combination kind)
{
	for (uint32_t i = 0; i < newer->lists[kind].count && !check_halted(c); i++) {
		struct shape *member = shape_member(c, newer, kind, i);
		if (member && pair_try(c, older, member)) {
			return i;
		}
	}
	return UNMATCHED;
}

static void member_report(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer, enum shape_combination kind, uint32_t place)
{
	struct step list = step_keyword(at,
		js_keyword_name(kind == SHAPE_ANY_OF ? JS_ANY_OF : JS_ONE_OF));
	struct step below = step_member(&list, newer->lists[kind].nodes[place]);

	pair_check(c, &below, older, shape_member(c, newer, kind, place));
}

/* Old is no combination; each of its types, alone, may have found a member. */
static bool split_suits(struct check *c, struct shape *older, struct shape *newer,
	enum shape_combination kind, bool *ret_exclusive)
{
	*ret_exclusive = true;
	for (size_t i = 0; i < JS_N_TYPE_GROUPS && !check_halted(c); i++) {
		if ((shape_types(c, older) & js_type_groups[i]) == 0) {
			continue;
		}
		struct shape *part = shape_of_types(c, older, js_type_groups[i]);
		uint32_t place = part ? member_find(c, part, newer, kind) : UNMATCHED;
		if (place == UNMATCHED) {
			return false;
		}
		if (kind == SHAPE_ONE_OF && !excludes_others(c, part, newer, place)) {
			*ret_exclusive = false;
		}
	}
	return true;
}

/* New offers alternatives where old offers none. */
static void sum_added(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer, enum shape_combination kind)
{
	bool several = older->declared != TYPE_ALL && types_count(older->declared) > 1;
	bool exclusive = true;
	uint32_t place = member_find(c, older, newer, kind);

	if (place != UNMATCHED) {
		report(c, at, DIFF_SUM_TYPE_EXTENDED);
		member_report(c, at, older, newer, kind, place);
		exclusive = kind == SHAPE_ANY_OF || excludes_others(c, older, newer, place);
	} else if (several && split_suits(c, older, newer, kind, &exclusive)) {
		report(c, at, DIFF_SUM_TYPE_EXTENDED);
	} else {
		report(c, at,
			newer->has_base || older->lists[SHAPE_ALL_OF].count > 0 ?
				DIFF_PRODUCT_TYPE_EXTENDED :
			several ? DIFF_COMBINED_TYPE_SUBSCHEMAS_CHANGED :
				  DIFF_TYPE_CHANGED);
	}
	if (!exclusive) {
		not_exclusive(c, at);
	}
}

/*
 * Every value that old accepts, for it suits exactly one of its members, suits exactly one of
 * new's: each of those accepts no more than its partner did, or nothing that others did.
 */
static bool stays_exclusive(struct check *c, struct shape *older, struct shape *newer,
	enum shape_combination old_kind, const struct matching *matching)
{
	for (uint32_t k = 0; k < newer->lists[SHAPE_ONE_OF].count && !check_halted(c); k++) {
		struct shape *member = shape_member(c, newer, SHAPE_ONE_OF, k);
		uint32_t owner = matching->owners[k];
		if (!member) {
			return false;
		}
		if (owner != UNMATCHED &&
			pair_proved(c, member, shape_member(c, older, old_kind, owner))) {
			continue;
		}
		for (uint32_t i = 0; i < older->lists[old_kind].count && !check_halted(c); i++) {
			struct shape *other = shape_member(c, older, old_kind, i);
			if (i != owner && (!other || !shapes_disjoint(c, other, member))) {
				return false;
			}
		}
	}
	return true;
}

static void sums_match(struct check *c, const struct step *at, struct shape *older,
	enum shape_combination old_kind, struct shape *newer, enum shape_combination new_kind)
{
	uint32_t n_older = older->lists[old_kind].count;
	uint32_t n_newer = newer->lists[new_kind].count;
	uint32_t n_bad = c->n_bad;
	struct matching matching;

	if (n_older != n_newer) {
		report(c, at,
			n_newer > n_older ? DIFF_SUM_TYPE_EXTENDED : DIFF_SUM_TYPE_NARROWED);
	}
	if (check_enough(c) ||
		!members_match(c, older, old_kind, newer, new_kind, &matching)) {
		return;
	}
	if (matching.count < (n_older < n_newer ? n_older : n_newer)) {
		report(c, at, DIFF_COMBINED_TYPE_SUBSCHEMAS_CHANGED);
	}
	for (uint32_t i = 0; i < n_older && !check_enough(c); i++) {
		if (matching.partners[i] != UNMATCHED) {
			member_report(c, at, shape_member(c, older, old_kind, i), newer, new_kind,
				matching.partners[i]);
		}
	}
	if (new_kind == SHAPE_ONE_OF && c->n_bad == n_bad && !check_halted(c) &&
		!stays_exclusive(c, older, newer, old_kind, &matching)) {
		not_exclusive(c, at);
	}
}

/* All of old's members had to hold: one that some member of new's takes will do. */
static void product_to_sum(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	for (uint32_t i = 0; i < older->lists[SHAPE_ALL_OF].count && !check_halted(c); i++) {
		struct shape *member = shape_member(c, older, SHAPE_ALL_OF, i);
		uint32_t place = member ? member_find(c, member, newer, SHAPE_ANY_OF) : UNMATCHED;
		if (place != UNMATCHED) {
			report(c, at, DIFF_COMBINED_TYPE_EXTENDED);
			member_report(c, at, member, newer, SHAPE_ANY_OF, place);
			return;
		}
	}
	report(c, at, DIFF_COMBINED_TYPE_SUBSCHEMAS_CHANGED);
}

static void sum_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer, enum shape_combination kind)
{
	enum shape_combination other = kind == SHAPE_ANY_OF ? SHAPE_ONE_OF : SHAPE_ANY_OF;

	if (newer->lists[kind].count == 0) {
		return;
	}
	if (older->lists[kind].count > 0) {
		sums_match(c, at, older, kind, newer, kind);
	} else if (older->lists[other].count > 0 && kind == SHAPE_ANY_OF) {
		report(c, at, DIFF_COMBINED_TYPE_EXTENDED);
		sums_match(c, at, older, other, newer, kind);
	} else if (older->lists[other].count > 0) {
		report(c, at, DIFF_COMBINED_TYPE_CHANGED);
	} else if (older->lists[SHAPE_ALL_OF].count > 1 && !older->has_base && !newer->has_base) {
		if (kind == SHAPE_ANY_OF) {
			product_to_sum(c, at, older, newer);
		} else {
			report(c, at, DIFF_COMBINED_TYPE_CHANGED);
		}
	} else {
		sum_added(c, at, older, newer, kind);
	}
}

void sums_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	if (!shape_has_sums(newer)) {
		if (shape_has_sums(older) && newer->lists[SHAPE_ALL_OF].count == 0) {
			report(c, at, DIFF_COMBINED_TYPE_EXTENDED);
		}
		return;
	}
	sum_check(c, at, older, newer, SHAPE_ANY_OF);
	if (!check_enough(c)) {
		sum_check(c, at, older, newer, SHAPE_ONE_OF);
	}
}
