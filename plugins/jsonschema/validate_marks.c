/* SPDX-License-Identifier: Apache-2.0 */
/* unevaluatedItems and unevaluatedProperties: what is left when all else was looked at. */
#include "run.h"

#include <string.h>

enum {
	MARKS_PER_STEP = 16,
};

uint64_t *js_marks_take(struct js_run *r, const struct json *i)
{
	size_t bytes = (i->n_children + 63) / 64 * sizeof(uint64_t);

	/* Whoever takes marks walks over them, too. */
	if (!js_work_steps(&r->work, 1 + i->n_children / MARKS_PER_STEP)) {
		return NULL;
	}
	uint64_t *marks = js_work_take(&r->work, bytes > 0 ? bytes : sizeof(uint64_t));
	if (marks) {
		memset(marks, 0, bytes);
	}
	return marks;
}

void js_marks_add(uint64_t *marks, const uint64_t *more, const struct json *i)
{
	for (uint32_t word = 0; word < (i->n_children + 63) / 64; word++) {
		marks[word] |= more[word];
	}
}

static bool fail_unevaluated(struct js_run *r, const struct js_check *c, const struct json *i,
	const struct json *child, uint32_t place)
{
	if (i->type == JSON_ARRAY) {
		return js_run_fail(r, c, JS_UNEVALUATED_ITEMS, i, "item %u is not allowed", place);
	}
	return js_run_fail(r, c, JS_UNEVALUATED_PROPERTIES, i,
		"the property \"%s\" is not allowed", js_excerpt_str(child->key).text);
}

static bool run_unmarked(struct js_run *r, const struct js_check *c, const struct json *i,
	const struct js_check *rest, const uint64_t *marks)
{
	uint32_t place = 0;

	for (const struct json *child = i->children; child; child = child->next, place++) {
		if ((marks[place / 64] >> (place % 64) & 1) != 0) {
			continue;
		}
		if (rest->types == 0) {
			return fail_unevaluated(r, c, i, child, place);
		}
		if (!js_run_check(r, rest, child, NULL)) {
			return false;
		}
	}
	return true;
}

bool js_run_unevaluated(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks, js_run_rules rules)
{
	const struct js_check *rest = c->unevaluated[i->type == JSON_OBJECT];
	struct js_mark mark = js_work_mark(&r->work);
	/* Of its own: what the schemas around c have marked is none of its business. */
	uint64_t *own = js_marks_take(r, i);
	bool good = own && rules(r, c, i, own) && run_unmarked(r, c, i, rest, own);

	js_work_release(&r->work, mark);
	if (good && marks) {
		js_mark_all(marks, i);
	}
	return good;
}
