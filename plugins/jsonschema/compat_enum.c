/* SPDX-License-Identifier: Apache-2.0 */
/* enum and const: sets of values, equal as JSON Schema means it. */
#include "compat.h"

#include "equal.h"

/* Values of one enum that are held against those of another to tell two schemas apart. */
#define DISJOINT_VALUES_MAX 16u
/* Values looked at for a step. */
#define VALUES_A_STEP 4u

static void work_done(struct check *c, uint64_t steps_before)
{
	if (c->work.out_of_memory) {
		check_fail(c, SCUTE_ENOMEM);
	} else if (c->work.steps == 0) {
		check_fail(c, SCUTE_ELIMIT);
	}
	check_spend(c, (steps_before - c->work.steps) / VALUES_A_STEP);
}

bool values_equal(struct check *c, const struct json *a, const struct json *b)
{
	uint64_t before = c->work.steps;
	struct js_mark mark = js_work_mark(&c->work);
	bool equal = js_equal(a, b, &c->work);

	js_work_release(&c->work, mark);
	work_done(c, before);
	return equal;
}

uint64_t value_hash(struct check *c, const struct json *value)
{
	uint64_t before = c->work.steps;
	uint64_t hash = js_hash(value, &c->work);

	work_done(c, before);
	return hash;
}

static bool values_put(struct check *c, struct shape *shape, const struct json *list,
	const struct json *only)
{
	uint32_t room = list ? list->n_children : 1;

	shape->values = check_alloc(c, room + 1u, sizeof(*shape->values));
	if (!shape->values) {
		return false;
	}
	if (!list) {
		shape->values[shape->n_values++] = only;
	}
	for (const struct json *at = list ? list->children : NULL; at; at = at->next) {
		if (!only || values_equal(c, at, only)) {
			shape->values[shape->n_values++] = at;
		}
	}
	return !check_halted(c);
}

bool shape_values(struct check *c, struct shape *shape)
{
	const struct json *list = js_value(shape->node, JS_ENUM);
	const struct json *only = js_value(shape->node, JS_CONST);

	if (!shape->values_known) {
		shape->values_known = true;
		if (list || only) {
			return values_put(c, shape, list, only);
		}
	}
	return !check_halted(c);
}

struct value_set {
	const struct json **values; /* by hash; NULL: empty place */
	uint64_t *hashes;
	uint64_t mask;
};

static bool set_init(struct check *c, struct value_set *set, const struct shape *shape)
{
	uint64_t room = 4;

	while (room < (uint64_t)shape->n_values * 2) {
		room *= 2;
	}
	set->mask = room - 1;
	set->values = check_alloc(c, room, sizeof(*set->values));
	set->hashes = check_alloc(c, room, sizeof(*set->hashes));
	if (!set->values || !set->hashes) {
		return false;
	}
	for (uint32_t i = 0; i < shape->n_values && !check_halted(c); i++) {
		uint64_t hash = value_hash(c, shape->values[i]);
		uint64_t at = hash & set->mask;
		while (set->values[at] && set->hashes[at] != hash) {
			at = (at + 1) & set->mask; /* the same once more takes no other place */
		}
		set->values[at] = shape->values[i];
		set->hashes[at] = hash;
	}
	return !check_halted(c);
}

static bool set_has(struct check *c, const struct value_set *set, const struct json *value)
{
	uint64_t hash = value_hash(c, value);

	for (uint64_t at = hash & set->mask; set->values[at]; at = (at + 1) & set->mask) {
		if (set->hashes[at] == hash && values_equal(c, set->values[at], value)) {
			return true;
		}
	}
	return false;
}

/* Is one of shape's values not in other? Of those that shape's type lets through. */
static bool has_more(struct check *c, struct shape *shape, const struct shape *other)
{
	struct value_set set;

	if (!set_init(c, &set, other)) {
		return false;
	}
	for (uint32_t i = 0; i < shape->n_values && !check_halted(c); i++) {
		if ((types_of_value(shape->values[i]) & shape->declared) != 0 &&
			!set_has(c, &set, shape->values[i])) {
			return true;
		}
	}
	return false;
}

void enum_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	bool only_const = !js_get(older->node, JS_ENUM) && !js_get(newer->node, JS_ENUM);
	const char *keyword = only_const ? "const" : "enum";

	if (!shape_values(c, older) || !shape_values(c, newer) ||
		(!older->values && !newer->values)) {
		return;
	}
	if (!older->values || !newer->values) {
		report_at(c, at, keyword,
			newer->values ? DIFF_ENUM_ARRAY_NARROWED : DIFF_ENUM_ARRAY_EXTENDED);
		return;
	}
	bool lost = has_more(c, older, newer);
	bool gained = has_more(c, newer, older);
	if (lost || gained) {
		report_at(c, at, keyword,
			!lost  ? DIFF_ENUM_ARRAY_EXTENDED :
			gained ? DIFF_ENUM_ARRAY_CHANGED :
				 DIFF_ENUM_ARRAY_NARROWED);
	}
}

bool values_disjoint(struct check *c, const struct shape *a, const struct shape *b)
{
	if (!a->values || !b->values || a->n_values > DISJOINT_VALUES_MAX ||
		b->n_values > DISJOINT_VALUES_MAX) {
		return false;
	}
	for (uint32_t i = 0; i < a->n_values; i++) {
		for (uint32_t k = 0; k < b->n_values; k++) {
			if (values_equal(c, a->values[i], b->values[k])) {
				return false;
			}
		}
	}
	return !check_halted(c);
}
