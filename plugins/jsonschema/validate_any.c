/* SPDX-License-Identifier: Apache-2.0 */
/* References, allOf, anyOf, oneOf, not and if. */
#include "run.h"

#include "support/str.h"

/* Tries check: what fails is not told, and marks are added only by what passes. */
static bool try_check(struct js_run *r, const struct js_check *check, const struct json *i,
	uint64_t *marks)
{
	struct js_mark mark = js_work_mark(&r->work);
	uint64_t *own = marks ? js_marks_take(r, i) : NULL;
	bool good = false;

	if (!marks || own) {
		r->quiet++;
		good = js_run_check(r, check, i, own);
		r->quiet--;
	}
	if (good && marks) {
		js_marks_add(marks, own, i);
	}
	js_work_release(&r->work, mark);
	return good;
}

static bool run_reference(struct js_run *r, const struct js_check *c, const struct js_op *op,
	const struct json *i, uint64_t *marks)
{
	const struct js_check *target = op->one;

	if (op->count > 0) {
		const struct js_node *node = op->dynamic->target;
		for (uint32_t k = 0; k < r->n_scope; k++) {
			const struct js_node *found = js_dynamic_find(r->scope[k],
				op->dynamic->dynamic_id);
			if (!js_work_step(&r->work)) {
				return false;
			}
			if (found) {
				node = found;
				break;
			}
		}
		target = r->program->checks[node->id];
	}
	if (!target) {
		const struct json *value = js_value(c->node, (enum js_keyword_id)op->id);
		return js_run_give_up(r, SCUTE_EREFERENCE,
			"the schema's reference \"%s\" does not resolve",
			js_excerpt_str(value->text).text);
	}
	return js_run_check(r, target, i, marks);
}

static bool run_all_of(struct js_run *r, const struct js_op *op, const struct json *i,
	uint64_t *marks)
{
	for (uint32_t k = 0; k < op->count; k++) {
		if (!js_run_check(r, op->list[k], i, marks)) {
			return false;
		}
	}
	return true;
}

/* The types that a branch takes, seen through plain references. */
static bool welcomes_type(const struct js_check *check, const struct json *i)
{
	for (int k = 0; k < 8 && check->types == JS_TYPES_ALL && check->n_ops == 1; k++) {
		const struct js_op *op = &check->ops[0];
		if (op->id != JS_REF || op->count > 0 || !op->one) {
			break;
		}
		check = op->one;
	}
	return (check->types & JS_TYPE_BIT(i->type)) != 0;
}

/*
 * None of the branches passed. Where just one is meant for this type of instance, as in
 * "null or an object", what it has to say is the better error.
 */
static bool fail_branches(struct js_run *r, const struct js_check *c, const struct js_op *op,
	const struct json *i)
{
	const struct js_check *only = NULL;
	uint32_t n = 0;

	if (r->quiet > 0) {
		return false;
	}
	for (uint32_t k = 0; k < op->count; k++) {
		if (welcomes_type(op->list[k], i)) {
			only = op->list[k];
			n++;
		}
	}
	if (n == 1 && !js_run_check(r, only, i, NULL)) {
		return false;
	}
	return js_run_fail(r, c, (enum js_keyword_id)op->id, i,
		"%s fits none of the %u schemas of %s", js_excerpt(i).text, op->count,
		js_keyword_name((enum js_keyword_id)op->id));
}

static bool run_any_of(struct js_run *r, const struct js_check *c, const struct js_op *op,
	const struct json *i, uint64_t *marks)
{
	bool good = false;

	for (uint32_t k = 0; k < op->count; k++) {
		good |= try_check(r, op->list[k], i, marks);
		if (js_run_gave_up(r)) {
			return false;
		}
		if (good && !marks) {
			return true;
		}
	}
	return good || fail_branches(r, c, op, i);
}

static bool run_one_of(struct js_run *r, const struct js_check *c, const struct js_op *op,
	const struct json *i, uint64_t *marks)
{
	uint32_t first = UINT32_MAX;

	for (uint32_t k = 0; k < op->count; k++) {
		bool good = try_check(r, op->list[k], i, marks);
		if (js_run_gave_up(r)) {
			return false;
		}
		if (good && first != UINT32_MAX) {
			return js_run_fail(r, c, JS_ONE_OF, i,
				"%s fits more than one schema of oneOf: number %u and number %u",
				js_excerpt(i).text, first, k);
		}
		if (good) {
			first = k;
		}
	}
	return first != UINT32_MAX || fail_branches(r, c, op, i);
}

static bool run_not(struct js_run *r, const struct js_check *c, const struct js_op *op,
	const struct json *i)
{
	bool good = try_check(r, op->one, i, NULL);

	if (js_run_gave_up(r)) {
		return false;
	}
	return !good || js_run_fail(r, c, JS_NOT, i, "%s fits the schema of \"not\"",
		js_excerpt(i).text);
}

static bool run_if(struct js_run *r, const struct js_op *op, const struct json *i,
	uint64_t *marks)
{
	if (!op->list[1] && !op->list[2] && !marks) {
		return true;
	}
	bool good = try_check(r, op->list[0], i, marks);
	if (js_run_gave_up(r)) {
		return false;
	}
	const struct js_check *next = op->list[good ? 1 : 2];
	return !next || js_run_check(r, next, i, marks);
}

bool js_run_op(struct js_run *r, const struct js_check *c, const struct js_op *op,
	const struct json *i, uint64_t *marks)
{
	switch (op->id) {
	case JS_ENUM:
	case JS_CONST:
		return js_run_values(r, c, op, i);
	case JS_ALL_OF:
		return run_all_of(r, op, i, marks);
	case JS_ANY_OF:
		return run_any_of(r, c, op, i, marks);
	case JS_ONE_OF:
		return run_one_of(r, c, op, i, marks);
	case JS_NOT:
		return run_not(r, c, op, i);
	case JS_IF:
		return run_if(r, op, i, marks);
	default:
		return run_reference(r, c, op, i, marks);
	}
}
