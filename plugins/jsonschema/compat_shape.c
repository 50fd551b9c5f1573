/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas as the comparison sees them: references followed, combinations of one unwrapped. */
#include "compat.h"

#include "support/arena.h"
#include "support/str.h"

/* How many references may lead to one another before anything is said. */
#define HOPS_MAX 100000u
/* Schemas that are looked at for the way from one back to itself. */
#define ENDLESS_MAX 256u

static const struct js_node true_node = { .kind = JS_ALWAYS };

static bool keyword_asserts(const struct js_node *node, const struct js_keyword *keyword)
{
	switch (keyword->id) {
	case JS_SCHEMA:
	case JS_ID_4:
	case JS_ID:
	case JS_VOCABULARY:
	case JS_ANCHOR:
	case JS_RECURSIVE_ANCHOR:
	case JS_DYNAMIC_ANCHOR:
	case JS_COMMENT:
	case JS_DEFS:
	case JS_DEFINITIONS:
	case JS_CONTENT_ENCODING:
	case JS_CONTENT_MEDIA_TYPE:
	case JS_CONTENT_SCHEMA:
	case JS_THEN: /* counted with "if" */
	case JS_ELSE:
	case JS_TITLE:
	case JS_DESCRIPTION:
	case JS_DEFAULT:
	case JS_EXAMPLES:
	case JS_READ_ONLY:
	case JS_WRITE_ONLY:
	case JS_DEPRECATED:
		return false;
	case JS_FORMAT:
		return node->resource->asserts_format;
	default:
		return true;
	}
}

/* The keywords that are not part of a node's base. */
static bool is_applied_in_place(enum js_keyword_id id)
{
	return id == JS_REF || id == JS_RECURSIVE_REF || id == JS_DYNAMIC_REF || id == JS_ALL_OF ||
		id == JS_ANY_OF || id == JS_ONE_OF || id == JS_NOT || id == JS_IF ||
		id == JS_UNEVALUATED_ITEMS || id == JS_UNEVALUATED_PROPERTIES;
}

/* The only schema that node's one asserting keyword applies to the same instance; else NULL. */
static const struct js_node *only_member(const struct js_node *node)
{
	const struct js_keyword *only = NULL;

	for (unsigned i = 0; i < node->n_keywords; i++) {
		if (keyword_asserts(node, &node->keywords[i])) {
			if (only) {
				return NULL;
			}
			only = &node->keywords[i];
		}
	}
	if (!only) {
		return NULL;
	}
	if (only->form == JS_FORM_REF) {
		return only->ref->target && !only->ref->is_dynamic ? only->ref->target : NULL;
	}
	if (only->id == JS_ALL_OF || only->id == JS_ANY_OF || only->id == JS_ONE_OF) {
		return only->count == 1 ? only->nodes[0] : NULL;
	}
	return NULL;
}

const struct js_node *node_follow(const struct js_node *node)
{
	for (unsigned i = 0; i < HOPS_MAX; i++) {
		const struct js_node *next = only_member(node);
		if (!next) {
			return node;
		}
		node = next;
	}
	return NULL; /* round in circles: says nothing */
}

static void dynamics_count(const struct js_node *node, uint32_t *counts)
{
	if (node == node->resource->root) {
		for (uint32_t i = 0; i < node->resource->n_dynamics; i++) {
			counts[node->resource->dynamics[i].id]++;
		}
	}
	for (unsigned i = 0; i < node->n_keywords; i++) {
		const struct js_keyword *keyword = &node->keywords[i];
		for (uint32_t k = 0; keyword->form == JS_FORM_NODES && k < keyword->count; k++) {
			dynamics_count(keyword->nodes[k], counts);
		}
		for (uint32_t k = 0; keyword->form == JS_FORM_NAMED && k < keyword->count; k++) {
			if (keyword->named[k].node) {
				dynamics_count(keyword->named[k].node, counts);
			}
		}
		if (keyword->form == JS_FORM_NODE) {
			dynamics_count(keyword->node, counts);
		}
	}
}

static bool dynamics_init(struct check *c, unsigned side, const struct scute_schema *schema)
{
	uint32_t n = schema->n_dynamic_ids;
	uint32_t *counts;
	uint32_t *own;

	if (n == 0) {
		return true;
	}
	counts = check_alloc(c, n, sizeof(*counts));
	own = check_alloc(c, n, sizeof(*own));
	if (!counts || !own) {
		return false;
	}
	for (const struct js_document *at = schema->documents; at; at = at->next) {
		dynamics_count(at->root, at->is_standard ? counts : own);
	}
	for (uint32_t i = 0; i < n; i++) {
		c->own_dynamics[side] = c->own_dynamics[side] || own[i] > 0;
		counts[i] += own[i];
	}
	c->dynamics[side] = counts;
	return true;
}

bool shapes_init(struct check *c)
{
	const struct scute_schema *schemas[2] = { c->compat->writer, c->compat->reader };

	for (unsigned side = 0; side < 2; side++) {
		c->shapes[side] = check_alloc(c, schemas[side]->n_nodes + 1,
			sizeof(*c->shapes[side]));
		if (!c->shapes[side] || !dynamics_init(c, side, schemas[side])) {
			return false;
		}
	}
	return true;
}

/* Which node such a reference leads to may depend on the way that a validator took. */
static bool is_ambiguous(const struct check *c, unsigned side, const struct js_ref *ref)
{
	return !ref->target || (ref->is_dynamic && c->dynamics[side][ref->dynamic_id] > 1);
}

static void list_add(struct shape_list *list, const struct js_node *node)
{
	list->nodes[list->count++] = node;
}

static bool keyword_lists(struct check *c, struct shape *shape, const struct js_keyword *keyword)
{
	struct shape_list *list = NULL;

	if (keyword->form == JS_FORM_REF) {
		shape->is_opaque = shape->is_opaque || is_ambiguous(c, shape->side, keyword->ref);
		shape->is_dead = shape->is_dead || !keyword->ref->target;
		list_add(&shape->lists[SHAPE_ALL_OF], keyword->ref->target);
		return true;
	}
	if (keyword->id == JS_ALL_OF || keyword->count == 1) {
		for (uint32_t i = 0; i < keyword->count; i++) {
			list_add(&shape->lists[SHAPE_ALL_OF], keyword->nodes[i]);
		}
		return true;
	}
	list = &shape->lists[keyword->id == JS_ANY_OF ? SHAPE_ANY_OF : SHAPE_ONE_OF];
	list->nodes = keyword->nodes;
	list->count = keyword->count;
	return true;
}

static bool is_listed(const struct js_keyword *keyword)
{
	return keyword->form == JS_FORM_REF || keyword->id == JS_ALL_OF ||
		keyword->id == JS_ANY_OF || keyword->id == JS_ONE_OF;
}

/* Room for all members that may be put into SHAPE_ALL_OF. */
static bool lists_init(struct check *c, struct shape *shape)
{
	const struct js_keyword *all = js_get(shape->node, JS_ALL_OF);
	size_t room = (all ? all->count : 0) + 5;

	shape->lists[SHAPE_ALL_OF].nodes = check_alloc(c, room, sizeof(struct js_node *));
	return shape->lists[SHAPE_ALL_OF].nodes != NULL;
}

static bool keywords_sort(struct check *c, struct shape *shape)
{
	const struct js_node *node = shape->node;
	bool have_lists = false;

	shape->is_true = node->kind == JS_ALWAYS;
	if (node->kind == JS_OBJECT) {
		shape->is_true = true;
	}
	for (unsigned i = 0; i < node->n_keywords; i++) {
		const struct js_keyword *keyword = &node->keywords[i];
		if (!keyword_asserts(node, keyword)) {
			continue;
		}
		shape->is_true = false;
		if (!is_listed(keyword)) {
			shape->has_base = shape->has_base ||
				!is_applied_in_place((enum js_keyword_id)keyword->id);
			continue;
		}
		if (!have_lists && !lists_init(c, shape)) {
			return false;
		}
		have_lists = true;
		if (!keyword_lists(c, shape, keyword)) {
			return false;
		}
	}
	return true;
}

static struct shape *shape_create(struct check *c, unsigned side, const struct js_node *node)
{
	struct shape *shape = check_alloc(c, 1, sizeof(*shape));

	if (!shape) {
		return NULL;
	}
	shape->node = node;
	shape->side = (uint8_t)side;
	shape->mask = TYPE_ALL;
	shape->declared = (uint8_t)(node->kind == JS_NEVER ? 0 : types_declared(node));
	if (!keywords_sort(c, shape)) {
		return NULL;
	}
	return shape;
}

/* The slot after those of all nodes is for what has no node: a keyword that is not there. */
static struct shape **slot_of(struct check *c, unsigned side, const struct js_node *node)
{
	const struct scute_schema *schema = side == 0 ? c->compat->writer : c->compat->reader;

	return &c->shapes[side][node ? node->id : schema->n_nodes];
}

struct shape *shape_of(struct check *c, unsigned side, const struct js_node *node)
{
	struct shape **slot = slot_of(c, side, node);

	if (*slot) {
		return *slot;
	}
	const struct js_node *end = node ? node_follow(node) : &true_node;
	if (!end) {
		*slot = shape_create(c, side, &true_node);
		if (*slot) {
			(*slot)->is_true = false;
			(*slot)->is_opaque = true;
			(*slot)->is_dead = true;
		}
		return *slot;
	}
	struct shape **at_end = node ? slot_of(c, side, end) : slot;
	if (!*at_end) {
		*at_end = shape_create(c, side, end);
	}
	*slot = *at_end;
	return *slot;
}

struct shape *shape_sub(struct check *c, const struct shape *shape, enum js_keyword_id id)
{
	const struct js_keyword *keyword = shape_get(shape, id);

	return shape_of(c, shape->side,
		keyword && keyword->form == JS_FORM_NODE ? keyword->node : NULL);
}

struct shape *shape_member(struct check *c, const struct shape *shape,
	enum shape_combination kind, uint32_t place)
{
	return shape_of(c, shape->side, shape->lists[kind].nodes[place]);
}

static struct shape *shape_derive(struct check *c, struct shape *shape, unsigned mask,
	bool base_only)
{
	struct shape *origin = shape->origin ? shape->origin : shape;
	struct shape *derived = origin;

	while (derived && (derived->mask != mask || derived->base_only != base_only)) {
		derived = derived->next_derived;
	}
	if (derived) {
		return derived;
	}
	derived = check_alloc(c, 1, sizeof(*derived));
	if (!derived) {
		return NULL;
	}
	*derived = *shape;
	derived->mask = (uint8_t)mask;
	derived->declared &= (uint8_t)mask;
	derived->types_known = false;
	if (derived->declared != TYPE_ALL) {
		derived->is_true = false;
		derived->has_base = true;
	}
	derived->base_only = base_only;
	if (base_only) {
		derived->is_true = !derived->has_base;
		derived->is_opaque = false;
		derived->is_dead = false;
		for (unsigned i = 0; i < SHAPE_N_COMBINATIONS; i++) {
			derived->lists[i] = (struct shape_list){ NULL, 0 };
		}
	}
	derived->origin = origin;
	derived->next_derived = origin->next_derived;
	origin->next_derived = derived;
	return derived;
}

struct shape *shape_base(struct check *c, struct shape *shape)
{
	return shape_derive(c, shape, shape->mask, true);
}

struct shape *shape_of_types(struct check *c, struct shape *shape, unsigned mask)
{
	return shape_derive(c, shape, shape->mask & mask, shape->base_only);
}

bool shape_is_false(struct check *c, struct shape *shape)
{
	return !shape->is_opaque && shape_types(c, shape) == 0;
}

/* The same place in a meta-schema; what its dynamic references find must not come from outside. */
static bool same_standard(const struct check *c, const struct shape *older,
	const struct shape *newer)
{
	const struct js_resource *a = older->node->resource;
	const struct js_resource *b = newer->node->resource;

	return a && b && a->document->is_standard && b->document->is_standard &&
		!c->own_dynamics[0] && !c->own_dynamics[1] &&
		older->base_only == newer->base_only && older->mask == newer->mask &&
		str_eq(a->document->name, b->document->name) &&
		older->node->value->offset == newer->node->value->offset;
}

static bool same_unresolved(const struct shape *older, const struct shape *newer)
{
	const struct js_keyword *a = js_get(older->node, JS_REF);
	const struct js_keyword *b = js_get(newer->node, JS_REF);

	return older->is_opaque && newer->is_opaque && a && b && !a->ref->target &&
		!b->ref->target && older->node->n_keywords == 1 && newer->node->n_keywords == 1 &&
		str_eq(a->value->text, b->value->text);
}

/* References that go round in circles: no instance can be held against them. */
static bool both_circular(const struct shape *older, const struct shape *newer)
{
	return older->is_opaque && newer->is_opaque && older->node == &true_node &&
		newer->node == &true_node;
}

bool shapes_same(const struct check *c, const struct shape *older, const struct shape *newer)
{
	return older == newer || both_circular(older, newer) || same_standard(c, older, newer) || same_unresolved(older, newer);
}

const struct js_keyword *shape_get(const struct shape *shape, enum js_keyword_id id)
{
	return shape->base_only && is_applied_in_place(id) ? NULL : js_get(shape->node, id);
}

bool shape_has_sums(const struct shape *shape)
{
	return shape->lists[SHAPE_ANY_OF].count > 0 || shape->lists[SHAPE_ONE_OF].count > 0;
}

/* Schemas met on the way, each once. */
struct trail {
	const struct js_node *nodes[ENDLESS_MAX];
	unsigned count;
};

static void trail_add(struct trail *trail, const struct js_node *node)
{
	for (unsigned i = 0; i < trail->count; i++) {
		if (trail->nodes[i] == node) {
			return;
		}
	}
	if (node && trail->count < ENDLESS_MAX) {
		trail->nodes[trail->count++] = node;
	}
}

/* The schemas that a keyword holds against the same instance. */
static void trail_follow(struct trail *trail, const struct js_keyword *keyword)
{
	switch (keyword->id) {
	case JS_NOT:
	case JS_IF:
	case JS_THEN:
	case JS_ELSE:
		trail_add(trail, keyword->node);
		break;
	case JS_DEPENDENCIES:
	case JS_DEPENDENT_SCHEMAS:
		for (uint32_t i = 0; i < keyword->count; i++) {
			trail_add(trail, keyword->named[i].node);
		}
		break;
	default:
		if (keyword->form == JS_FORM_REF) {
			trail_add(trail, keyword->ref->target);
		}
		for (uint32_t i = 0; is_listed(keyword) && keyword->form == JS_FORM_NODES &&
			i < keyword->count; i++) {
			trail_add(trail, keyword->nodes[i]);
		}
	}
}

bool shape_is_endless(struct check *c, const struct shape *shape)
{
	struct trail trail = { .count = 0 };
	const struct js_node *node = shape->node;

	for (unsigned next = 0;; node = trail.nodes[next++]) {
		for (unsigned i = 0; i < node->n_keywords; i++) {
			trail_follow(&trail, &node->keywords[i]);
		}
		check_spend(c, 1 + trail.count / 16);
		if ((next > 0 && node == shape->node) || next == trail.count) {
			return next > 0 && node == shape->node;
		}
	}
}
