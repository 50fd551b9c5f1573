/* SPDX-License-Identifier: Apache-2.0 */
/* The keywords that look at arrays. */
#include "run.h"

#include "equal.h"

static bool run_counts(struct js_run *r, const struct js_check *c, const struct json *i)
{
	const struct js_array_rules *rules = c->array;
	uint32_t first;
	uint32_t second;

	if (i->n_children < rules->min_items) {
		return js_run_fail(r, c, JS_MIN_ITEMS, i, "%u items, fewer than %llu",
			i->n_children, (unsigned long long)rules->min_items);
	}
	if (i->n_children > rules->max_items) {
		return js_run_fail(r, c, JS_MAX_ITEMS, i, "%u items, more than %llu",
			i->n_children, (unsigned long long)rules->max_items);
	}
	if (rules->unique && i->n_children > 1 &&
	    js_find_duplicate(i, &r->work, &first, &second)) {
		return js_run_fail(r, c, JS_UNIQUE_ITEMS, i, "items %u and %u are equal", first,
			second);
	}
	return !js_run_gave_up(r);
}

static bool run_items(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks)
{
	const struct js_array_rules *rules = c->array;
	uint32_t place = 0;

	for (const struct json *item = i->children; item; item = item->next, place++) {
		const struct js_check *check = place < rules->n_prefix ? rules->prefix[place] :
									 rules->rest;
		if (!check) {
			return true;
		}
		if (!js_run_check(r, check, item, NULL)) {
			return false;
		}
		if (marks) {
			js_mark_one(marks, place);
		}
	}
	return true;
}

static bool run_contains(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks)
{
	const struct js_array_rules *rules = c->array;
	bool all = rules->max_contains != UINT64_MAX || (marks && rules->contains_marks);
	uint64_t n = 0;
	uint32_t place = 0;

	for (const struct json *item = i->children; item; item = item->next, place++) {
		if (!all && n >= rules->min_contains) {
			return true;
		}
		r->quiet++;
		bool good = js_run_check(r, rules->contains, item, NULL);
		r->quiet--;
		if (js_run_gave_up(r)) {
			return false;
		}
		n += good;
		if (good && marks && rules->contains_marks) {
			js_mark_one(marks, place);
		}
	}
	if (n < rules->min_contains) {
		bool own = js_has(c->node, JS_MIN_CONTAINS);
		return js_run_fail(r, c, own ? JS_MIN_CONTAINS : JS_CONTAINS, i,
			"%llu items of the kind that \"contains\" asks for, fewer than %llu",
			(unsigned long long)n, (unsigned long long)rules->min_contains);
	}
	if (n > rules->max_contains) {
		return js_run_fail(r, c, JS_MAX_CONTAINS, i,
			"%llu items of the kind that \"contains\" asks for, more than %llu",
			(unsigned long long)n, (unsigned long long)rules->max_contains);
	}
	return true;
}

bool js_run_array(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks)
{
	const struct js_array_rules *rules = c->array;

	if (!run_counts(r, c, i)) {
		return false;
	}
	if ((rules->n_prefix > 0 || rules->rest) && !run_items(r, c, i, marks)) {
		return false;
	}
	return !rules->contains || run_contains(r, c, i, marks);
}
