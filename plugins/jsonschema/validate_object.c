/* SPDX-License-Identifier: Apache-2.0 */
/* The keywords that look at objects: one walk over the members serves them all. */
#include "run.h"

#include <string.h>

#include "support/str.h"

enum {
	MEMBERS_PER_STEP = 4, /* of those that are looked up and no more */
};

/* While the members are walked over. */
struct walk {
	uint32_t next;       /* the property that most likely comes next */
	uint32_t n_required; /* how many of them were there */
	uint64_t *seen;      /* by property; NULL: no dependencies */
};

static bool run_counts(struct js_run *r, const struct js_check *c, const struct json *i)
{
	const struct js_object_rules *rules = c->object;

	if (i->n_children < rules->min_properties) {
		return js_run_fail(r, c, JS_MIN_PROPERTIES, i, "%u properties, fewer than %llu",
			i->n_children, (unsigned long long)rules->min_properties);
	}
	if (i->n_children > rules->max_properties) {
		return js_run_fail(r, c, JS_MAX_PROPERTIES, i, "%u properties, more than %llu",
			i->n_children, (unsigned long long)rules->max_properties);
	}
	return true;
}

/* Instances often have the schema's order, so the guess spares most of the hashing. */
static const struct js_property *find_property(const struct js_object_rules *rules,
	struct walk *walk, struct scute_str name)
{
	const struct js_property *property = &rules->properties[walk->next];

	if (walk->next >= rules->n_properties || !str_eq(property->name, name)) {
		property = js_object_property(rules, name);
		if (!property) {
			return NULL;
		}
	}
	walk->next = (uint32_t)(property - rules->properties) + 1;
	return property;
}

static bool run_patterns(struct js_run *r, const struct js_check *c, const struct json *member,
	bool *ret_evaluated)
{
	const struct js_object_rules *rules = c->object;

	for (uint32_t k = 0; k < rules->n_patterns; k++) {
		bool matches;
		if (!js_run_pattern(r, &rules->patterns[k].pattern, member->key, &matches)) {
			return false;
		}
		if (matches) {
			*ret_evaluated = true;
			if (!js_run_check(r, rules->patterns[k].check, member, NULL)) {
				return false;
			}
		}
	}
	return true;
}

static bool run_additional(struct js_run *r, const struct js_check *c, const struct json *i,
	const struct json *member)
{
	const struct js_check *additional = c->object->additional;

	if (additional->types == 0) {
		return js_run_fail(r, c, JS_ADDITIONAL_PROPERTIES, i,
			"the property \"%s\" is not allowed", js_excerpt_str(member->key).text);
	}
	return js_run_check(r, additional, member, NULL);
}

static bool run_name(struct js_run *r, const struct js_check *c, const struct json *i,
	const struct json *member)
{
	const struct json name = { .type = JSON_STRING, .offset = member->offset,
		.text = member->key };

	r->quiet++; /* the name has no place of its own that an error could tell */
	bool good = js_run_check(r, c->object->names, &name, NULL);
	r->quiet--;
	return good || js_run_fail(r, c, JS_PROPERTY_NAMES, i,
		"the name \"%s\" is not allowed", js_excerpt_str(member->key).text);
}

/* What is not simply a declared property. */
static bool run_other(struct js_run *r, const struct js_check *c, const struct json *i,
	const struct json *member, bool *evaluated)
{
	const struct js_object_rules *rules = c->object;

	if (rules->n_patterns > 0 && !run_patterns(r, c, member, evaluated)) {
		return false;
	}
	if (!*evaluated && rules->additional) {
		*evaluated = true;
		if (!run_additional(r, c, i, member)) {
			return false;
		}
	}
	return !rules->names || run_name(r, c, i, member);
}

static bool run_members(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks, struct walk *walk)
{
	const struct js_object_rules *rules = c->object;
	bool others = rules->n_patterns > 0 || rules->additional || rules->names;
	uint32_t place = 0;

	for (const struct json *member = i->children; member; member = member->next, place++) {
		const struct js_property *property = rules->n_properties > 0 ?
			find_property(rules, walk, member->key) : NULL;
		bool evaluated = false;
		if (property) {
			evaluated = property->is_declared;
			walk->n_required += property->is_required;
			if (walk->seen) {
				js_mark_one(walk->seen, (uint32_t)(property - rules->properties));
			}
			if (property->check && !js_run_check(r, property->check, member, NULL)) {
				return false;
			}
		}
		if (others && !run_other(r, c, i, member, &evaluated)) {
			return false;
		}
		if (marks && evaluated) {
			js_mark_one(marks, place);
		}
	}
	return true;
}

static bool fail_required(struct js_run *r, const struct js_check *c, const struct json *i)
{
	const struct js_object_rules *rules = c->object;

	if (r->quiet > 0) {
		return false;
	}
	for (uint32_t k = 0; k < rules->n_properties; k++) {
		const struct js_property *property = &rules->properties[k];
		/* Linear for each, but only up to the first one that is missing. */
		if (property->is_required && !json_get_str(i, property->name)) {
			return js_run_fail(r, c, JS_REQUIRED, i,
				"the property \"%s\" is missing",
				js_excerpt_str(property->name).text);
		}
	}
	return false;
}

static bool run_dependency(struct js_run *r, const struct js_check *c,
	const struct js_dependency *dependency, const struct json *i, uint64_t *marks,
	const uint64_t *seen)
{
	const struct js_property *properties = c->object->properties;

	if (!js_work_steps(&r->work, dependency->n_required)) {
		return false;
	}
	for (uint32_t k = 0; k < dependency->n_required; k++) {
		uint32_t place = dependency->required[k];
		if ((seen[place / 64] >> (place % 64) & 1) == 0) {
			return js_run_fail(r, c, (enum js_keyword_id)dependency->id, i,
				"the property \"%s\" is missing, which \"%s\" asks for",
				js_excerpt_str(properties[place].name).text,
				js_excerpt_str(properties[dependency->trigger].name).text);
		}
	}
	return !dependency->check || js_run_check(r, dependency->check, i, marks);
}

static bool run_dependencies(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks, const uint64_t *seen)
{
	const struct js_object_rules *rules = c->object;

	for (uint32_t k = 0; k < rules->n_dependencies; k++) {
		uint32_t trigger = rules->dependencies[k].trigger;
		if ((seen[trigger / 64] >> (trigger % 64) & 1) != 0 &&
		    !run_dependency(r, c, &rules->dependencies[k], i, marks, seen)) {
			return false;
		}
	}
	return true;
}

static bool run_rules(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks, struct walk *walk)
{
	const struct js_object_rules *rules = c->object;

	if (!run_members(r, c, i, marks, walk)) {
		return false;
	}
	if (walk->n_required < rules->n_required) {
		return fail_required(r, c, i);
	}
	return !walk->seen || run_dependencies(r, c, i, marks, walk->seen);
}

bool js_run_object(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks)
{
	const struct js_object_rules *rules = c->object;
	struct walk walk = { 0 };

	if (!run_counts(r, c, i) || !js_work_steps(&r->work, i->n_children / MEMBERS_PER_STEP)) {
		return false;
	}
	if (rules->n_dependencies == 0) {
		return run_rules(r, c, i, marks, &walk);
	}
	struct js_mark mark = js_work_mark(&r->work);
	size_t bytes = (rules->n_properties + 63) / 64 * sizeof(uint64_t);
	walk.seen = js_work_take(&r->work, bytes);
	if (!walk.seen) {
		return false;
	}
	memset(walk.seen, 0, bytes);
	bool good = js_work_steps(&r->work, rules->n_properties / 64) &&
		    run_rules(r, c, i, marks, &walk);
	js_work_release(&r->work, mark);
	return good;
}
