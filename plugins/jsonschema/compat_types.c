/* SPDX-License-Identifier: Apache-2.0 */
/* Which types a schema lets through at most, and when two schemas have nothing in common. */
#include "compat.h"

#include "number.h"
#include "support/str.h"

/* How deep combinations are looked into. What is below counts as "any type". */
#define TYPES_DEPTH_MAX 64u
/* How deep properties are looked into for one that tells two schemas apart. */
#define DISJOINT_DEPTH_MAX 3u
/* Members and properties that are looked at for that. */
#define DISJOINT_STEPS_MAX 64u

const uint8_t js_type_groups[JS_N_TYPE_GROUPS] = { TYPE_NULL, TYPE_BOOLEAN, TYPE_STRING, TYPE_ARRAY,
	TYPE_OBJECT, TYPE_NUMBER };

unsigned types_count(unsigned types)
{
	unsigned n = 0;

	for (size_t i = 0; i < JS_N_TYPE_GROUPS; i++) {
		n += (types & js_type_groups[i]) != 0;
	}
	return n;
}

static unsigned type_by_name(struct scute_str name, enum js_draft draft)
{
	static const struct {
		const char *name;
		unsigned types;
	} names[] = { { "string", TYPE_STRING }, { "object", TYPE_OBJECT },
		{ "integer", TYPE_INTEGER }, { "number", TYPE_NUMBER }, { "array", TYPE_ARRAY },
		{ "boolean", TYPE_BOOLEAN }, { "null", TYPE_NULL } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq_z(name, names[i].name)) {
			return draft == JS_DRAFT_4 && names[i].types == TYPE_INTEGER ?
				TYPE_PLAIN_INTEGER : names[i].types;
		}
	}
	return 0;
}

unsigned types_declared(const struct js_node *node)
{
	const struct json *value = js_value(node, JS_TYPE);
	unsigned types = 0;

	if (!value) {
		return TYPE_ALL;
	}
	if (value->type == JSON_STRING) {
		return type_by_name(value->text, js_node_draft(node));
	}
	for (const struct json *at = value->children; at; at = at->next) {
		types |= type_by_name(at->text, js_node_draft(node));
	}
	return types;
}

unsigned types_of_value(const struct json *value)
{
	struct js_number number;

	switch (value->type) {
	case JSON_NULL:
		return TYPE_NULL;
	case JSON_FALSE:
	case JSON_TRUE:
		return TYPE_BOOLEAN;
	case JSON_STRING:
		return TYPE_STRING;
	case JSON_ARRAY:
		return TYPE_ARRAY;
	case JSON_OBJECT:
		return TYPE_OBJECT;
	default:
		js_number_read(value->text, &number);
		return js_number_is_integer(&number) ? TYPE_INTEGER : TYPE_FRACTION;
	}
}

static unsigned types_at(struct check *c, struct shape *shape, unsigned depth);

static unsigned types_of_list(struct check *c, struct shape *shape,
	enum shape_combination kind, unsigned depth)
{
	unsigned types = kind == SHAPE_ALL_OF ? TYPE_ALL : 0;

	for (uint32_t i = 0; i < shape->lists[kind].count && !check_halted(c); i++) {
		struct shape *member = shape_member(c, shape, kind, i);
		unsigned of_member = member ? types_at(c, member, depth + 1) : TYPE_ALL;
		types = kind == SHAPE_ALL_OF ? types & of_member : types | of_member;
	}
	return shape->lists[kind].count > 0 ? types : TYPE_ALL;
}

static unsigned types_of_values(struct check *c, struct shape *shape)
{
	unsigned types = 0;

	if (!shape_values(c, shape) || !shape->values) {
		return TYPE_ALL;
	}
	for (uint32_t i = 0; i < shape->n_values; i++) {
		types |= types_of_value(shape->values[i]);
	}
	return types;
}

/* Types all of whose instances a schema accepts: only where it says nothing but types. */
static unsigned types_free(struct check *c, const struct shape *shape)
{
	const struct shape *inner = shape_sub(c, shape, JS_NOT);

	if (!inner || inner->is_opaque) {
		return 0;
	}
	if (inner->is_true) {
		return TYPE_ALL;
	}
	for (unsigned i = 0; i < inner->node->n_keywords; i++) {
		switch (inner->node->keywords[i].id) {
		case JS_TYPE:
		case JS_TITLE:
		case JS_DESCRIPTION:
			break;
		default:
			return 0;
		}
	}
	return inner->declared;
}

static unsigned types_find(struct check *c, struct shape *shape, unsigned depth)
{
	unsigned types = shape->declared & types_of_values(c, shape);

	for (unsigned kind = 0; kind < SHAPE_N_COMBINATIONS && types != 0; kind++) {
		types &= types_of_list(c, shape, (enum shape_combination)kind, depth);
	}
	if (shape_get(shape, JS_NOT)) {
		types &= ~types_free(c, shape);
	}
	return types;
}

static unsigned types_at(struct check *c, struct shape *shape, unsigned depth)
{
	if (shape->types_known) {
		return shape->types;
	}
	if (shape->is_opaque || depth >= TYPES_DEPTH_MAX) {
		return TYPE_ALL;
	}
	check_spend(c, 1);
	shape->types_known = true; /* what comes back to here learns that it may be anything */
	shape->types = TYPE_ALL;
	shape->types = (uint8_t)types_find(c, shape, depth);
	return shape->types;
}

unsigned shape_types(struct check *c, struct shape *shape)
{
	return types_at(c, shape, 0);
}

static bool disjoint_at(struct check *c, struct shape *a, struct shape *b, unsigned depth,
	unsigned *steps);

/* A property that one of them requires and of which no value suits both. */
static bool property_tells(struct check *c, struct shape *a, struct shape *b, unsigned depth,
	unsigned *steps)
{
	const struct js_keyword *mine = shape_get(a, JS_PROPERTIES);
	const struct js_keyword *theirs = shape_get(b, JS_PROPERTIES);

	for (uint32_t i = 0; mine && theirs && i < mine->count && *steps > 0; i++) {
		const struct js_named *other = js_named_find(theirs, mine->named[i].name);
		--*steps;
		if (!other || (!shape_requires(c, a, other->name) &&
				      !shape_requires(c, b, other->name))) {
			continue;
		}
		struct shape *x = shape_of(c, a->side, mine->named[i].node);
		struct shape *y = shape_of(c, b->side, other->node);
		if (!x || !y || disjoint_at(c, x, y, depth + 1, steps)) {
			return x && y;
		}
	}
	return false;
}

/* A property that b requires and a, whose content model is closed, does not have. */
static bool closed_tells(struct check *c, struct shape *a, struct shape *b, unsigned *steps)
{
	struct shape *additional = shape_sub(c, a, JS_ADDITIONAL_PROPERTIES);

	if (!additional || !shape_is_false(c, additional) || shape_get(a, JS_PATTERN_PROPERTIES) ||
		!shape_required(c, b)) {
		return false;
	}
	for (uint32_t i = 0; i < b->n_required && *steps > 0; i++) {
		--*steps;
		if (!js_named_find(shape_get(a, JS_PROPERTIES), b->required[i])) {
			return true;
		}
	}
	return false;
}

/* One of a's members that all have to hold has nothing in common with b. */
static bool member_tells(struct check *c, struct shape *a, struct shape *b, unsigned depth,
	unsigned *steps)
{
	const struct shape_list *list = &a->lists[SHAPE_ALL_OF];

	for (uint32_t i = 0; i < list->count && *steps > 0; i++) {
		struct shape *member = shape_member(c, a, SHAPE_ALL_OF, i);
		if (member && disjoint_at(c, member, b, depth + 1, steps)) {
			return true;
		}
	}
	return false;
}

static bool disjoint_at(struct check *c, struct shape *a, struct shape *b, unsigned depth,
	unsigned *steps)
{
	unsigned common;

	if (depth > DISJOINT_DEPTH_MAX || *steps == 0 || check_halted(c) || a->is_opaque ||
		b->is_opaque) {
		return false;
	}
	--*steps;
	common = shape_types(c, a) & shape_types(c, b);
	if (common == 0 || values_disjoint(c, a, b)) {
		return true;
	}
	if (common == TYPE_OBJECT &&
		(property_tells(c, a, b, depth, steps) || closed_tells(c, a, b, steps) ||
			closed_tells(c, b, a, steps))) {
		return true;
	}
	return member_tells(c, a, b, depth, steps) || member_tells(c, b, a, depth, steps);
}

bool shapes_disjoint(struct check *c, struct shape *a, struct shape *b)
{
	unsigned left = DISJOINT_STEPS_MAX;
	bool disjoint = disjoint_at(c, a, b, 0, &left);

	check_spend(c, DISJOINT_STEPS_MAX - left);
	return disjoint;
}
