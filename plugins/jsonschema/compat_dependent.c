/* SPDX-License-Identifier: Apache-2.0 */
/* What the presence of a property demands: dependencies, dependentRequired, dependentSchemas. */
#include "compat.h"

#include <stdlib.h>

#include "support/str.h"

static const enum js_keyword_id sources[] = { JS_DEPENDENCIES, JS_DEPENDENT_REQUIRED,
	JS_DEPENDENT_SCHEMAS };

#define N_SOURCES (sizeof(sources) / sizeof(sources[0]))

/* The demand of that kind (a schema, or a list of names) under the name; NULL: none. */
static const struct js_named *demand_find(const struct shape *shape, enum js_keyword_id first,
	struct scute_str name, bool schema)
{
	const struct js_named *found = js_named_find(shape_get(shape, first), name);

	for (size_t i = 0; i < N_SOURCES && (!found || (found->node != NULL) != schema); i++) {
		found = js_named_find(shape_get(shape, sources[i]), name);
	}
	return found && (found->node != NULL) == schema ? found : NULL;
}

static int compare_names(const void *a, const void *b)
{
	return str_cmp(*(const struct scute_str *)a, *(const struct scute_str *)b);
}

static struct scute_str *names_sort(struct check *c, const struct json *list)
{
	struct scute_str *names = check_alloc(c, list->n_children + 1u, sizeof(*names));
	size_t n = 0;

	if (!names) {
		return NULL;
	}
	for (const struct json *at = list->children; at; at = at->next) {
		names[n++] = at->text;
	}
	if (n > 0) {
		qsort(names, n, sizeof(*names), compare_names);
	}
	check_spend(c, n / 8);
	return names;
}

static bool all_in(const struct scute_str *names, size_t n, const struct scute_str *all,
	size_t n_all)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		while (k < n_all && str_cmp(all[k], names[i]) < 0) {
			k++;
		}
		if (k == n_all || !str_eq(all[k], names[i])) {
			return false;
		}
	}
	return true;
}

static void lists_check(struct check *c, const struct step *at, const struct json *older,
	const struct json *newer)
{
	struct scute_str *a = names_sort(c, older);
	struct scute_str *b = names_sort(c, newer);

	if (!a || !b) {
		return;
	}
	bool kept = all_in(a, older->n_children, b, newer->n_children);
	bool known = all_in(b, newer->n_children, a, older->n_children);
	if (!kept || !known) {
		report(c, at,
			kept  ? DIFF_DEPENDENCY_ARRAY_EXTENDED :
			known ? DIFF_DEPENDENCY_ARRAY_NARROWED :
				DIFF_DEPENDENCY_ARRAY_CHANGED);
	}
}

static void demand_check(struct check *c, const struct step *at, enum js_keyword_id id,
	struct shape *older, struct shape *newer, const struct js_named *demand)
{
	const struct js_named *before = demand_find(older, id, demand->name, demand->node != NULL);

	check_spend(c, 1);
	if (!demand->node) {
		if (before) {
			lists_check(c, at, before->value, demand->value);
		} else if (demand->value->n_children > 0) {
			report(c, at, DIFF_DEPENDENCY_ARRAY_ADDED);
		}
		return;
	}
	struct shape *rule = shape_of(c, newer->side, demand->node);
	if (before) {
		pair_check(c, at, shape_of(c, older->side, before->node), rule);
	} else if (rule && !rule->is_true) {
		report(c, at, DIFF_DEPENDENCY_SCHEMA_ADDED);
	}
}

static void removed_report(struct check *c, const struct step *up, enum js_keyword_id id,
	struct shape *older, struct shape *newer)
{
	const struct js_keyword *demands = shape_get(older, id);

	for (uint32_t i = 0; demands && i < demands->count && !check_halted(c); i++) {
		const struct js_named *demand = &demands->named[i];
		struct step at = step_name(up, demand->name);
		check_spend(c, 1);
		if (!demand_find(newer, id, demand->name, demand->node != NULL)) {
			report(c, &at,
				demand->node ? DIFF_DEPENDENCY_SCHEMA_REMOVED :
					       DIFF_DEPENDENCY_ARRAY_REMOVED);
		}
	}
}

void dependent_check(struct check *c, const struct step *up, struct shape *older,
	struct shape *newer)
{
	for (size_t s = 0; s < N_SOURCES; s++) {
		const struct js_keyword *demands = shape_get(newer, sources[s]);
		struct step keyword = step_keyword(up, js_keyword_name(sources[s]));
		for (uint32_t i = 0; demands && i < demands->count && !check_enough(c); i++) {
			struct step at = step_name(&keyword, demands->named[i].name);
			demand_check(c, &at, sources[s], older, newer, &demands->named[i]);
		}
		if (c->trials == 0) {
			removed_report(c, &keyword, sources[s], older, newer);
		}
	}
}
