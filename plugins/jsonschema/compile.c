/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiling a schema: a list of nodes that were met and are still to be compiled takes the
 * place of recursion, so that neither nesting nor cycles of references matter.
 */
#include "validate.h"

#include <string.h>

#include "support/arena.h"
#include "support/str.h"

#include "equal.h"
#include "hash.h"
#include "program.h"

enum {
	VALUES_LINEAR = 8, /* values of an enum that are compared one by one */
};

static bool fail_memory(struct js_compiler *c)
{
	c->status = error_set(c->err, SCUTE_ENOMEM, "out of memory while compiling a schema");
	return false;
}

void *js_compiler_alloc(struct js_compiler *c, size_t count, size_t bytes)
{
	void *memory = arena_zalloc(c->arena, count, bytes);

	if (!memory) {
		fail_memory(c);
	}
	return memory;
}

bool js_compiler_check(struct js_compiler *c, const struct js_node *node,
	const struct js_check **ret_check)
{
	struct js_check *check = c->checks[node->id];

	if (!check) {
		check = js_compiler_alloc(c, 1, sizeof(*check));
		if (!check) {
			return false;
		}
		check->node = node;
		c->checks[node->id] = check;
		*c->todo_last = check;
		c->todo_last = &check->todo;
	}
	*ret_check = check;
	return true;
}

/* References were accepted by themselves once, so they are read like stored schemas. */
static bool is_lenient(const struct js_compiler *c, const struct js_node *node)
{
	return (c->schema->flags & SCUTE_SOURCE_STORED) != 0 ||
	       node->resource->document != c->schema->documents;
}

bool js_compiler_pattern(struct js_compiler *c, const struct js_node *node,
	struct scute_str source, struct js_pattern *ret_pattern)
{
	enum scute_status status = js_regex_create(source, c->arena, &ret_pattern->regex, c->err);

	ret_pattern->source = source;
	if (status != SCUTE_OK && status != SCUTE_ENOMEM && is_lenient(c, node)) {
		ret_pattern->regex = NULL;
		return true;
	}
	c->status = status;
	return status == SCUTE_OK;
}

uint64_t js_compiler_count(const struct js_node *node, enum js_keyword_id id, uint64_t otherwise)
{
	const struct json *value = js_value(node, id);
	struct js_number number;
	uint64_t count;

	if (!value) {
		return otherwise;
	}
	js_number_read(value->text, &number);
	return js_number_to_count(&number, &count) ? count : otherwise;
}

bool js_compiler_list(struct js_compiler *c, const struct js_keyword *keyword,
	const struct js_check *const **ret_list)
{
	const struct js_check **list = js_compiler_alloc(c, keyword->count, sizeof(*list));

	if (!list) {
		return false;
	}
	for (uint32_t i = 0; i < keyword->count; i++) {
		if (!js_compiler_check(c, keyword->nodes[i], &list[i])) {
			return false;
		}
	}
	*ret_list = list;
	return true;
}

/* NULL: an equal value is there already, as only stored schemas may have it. */
static struct js_slot *free_slot(const struct js_values *values, struct js_slot *slots,
	uint64_t hash, uint32_t i, struct js_work *work)
{
	uint32_t at = (uint32_t)hash & values->mask;

	for (; slots[at].place > 0; at = (at + 1) & values->mask) {
		if (slots[at].tag == (uint32_t)(hash >> 32) &&
		    js_equal(values->values[slots[at].place - 1], values->values[i], work)) {
			return NULL;
		}
	}
	return &slots[at];
}

static bool hash_values(struct js_compiler *c, struct js_values *values)
{
	struct js_work work;
	uint32_t size = 32;

	while (size < values->n * 2) {
		size *= 2;
	}
	struct js_slot *slots = js_compiler_alloc(c, size, sizeof(*slots));
	if (!slots) {
		return false;
	}
	js_work_init(&work, c->arena, UINT64_MAX);
	values->slots = slots;
	values->mask = size - 1;
	for (uint32_t i = 0; i < values->n; i++) {
		uint64_t hash = js_hash(values->values[i], &work);
		struct js_slot *slot = free_slot(values, slots, hash, i, &work);
		if (slot) {
			*slot = (struct js_slot){ (uint32_t)(hash >> 32), i + 1 };
		}
	}
	return !work.out_of_memory || fail_memory(c);
}

static bool compile_values(struct js_compiler *c, const struct js_keyword *keyword,
	struct js_op *op)
{
	bool is_list = keyword->id == JS_ENUM;
	struct js_values *values = js_compiler_alloc(c, 1, sizeof(*values));

	if (!values) {
		return false;
	}
	values->n = is_list ? keyword->value->n_children : 1;
	values->values = js_compiler_alloc(c, values->n, sizeof(struct json *));
	if (!values->values) {
		return false;
	}
	const struct json *value = is_list ? keyword->value->children : keyword->value;
	for (uint32_t i = 0; i < values->n; i++, value = value->next) {
		values->values[i] = value;
	}
	op->values = values;
	return values->n <= VALUES_LINEAR || hash_values(c, values);
}

static bool compile_if(struct js_compiler *c, const struct js_node *node, struct js_op *op)
{
	static const enum js_keyword_id ids[] = { JS_IF, JS_THEN, JS_ELSE };
	const struct js_check **list = js_compiler_alloc(c, 3, sizeof(*list));

	if (!list) {
		return false;
	}
	for (size_t i = 0; i < 3; i++) {
		const struct js_node *sub = js_sub(node, ids[i]);
		if (sub && !js_compiler_check(c, sub, &list[i])) {
			return false;
		}
	}
	op->list = list;
	op->count = 3;
	return true;
}

static bool compile_ref(struct js_compiler *c, const struct js_ref *ref, struct js_op *op)
{
	if (ref->is_dynamic) {
		c->program->is_dynamic = true;
		op->dynamic = ref;
		op->count = 1; /* tells it from a plain one */
		return js_compiler_check(c, ref->target, &(const struct js_check *){ NULL });
	}
	op->one = NULL;
	return !ref->target || js_compiler_check(c, ref->target, &op->one);
}

/* False: failed. *ret_used: op holds something to be done. */
static bool compile_op(struct js_compiler *c, const struct js_node *node,
	const struct js_keyword *keyword, struct js_op *op, bool *ret_used)
{
	*ret_used = true;
	op->id = keyword->id;
	switch (keyword->id) {
	case JS_REF:
	case JS_RECURSIVE_REF:
	case JS_DYNAMIC_REF:
		return compile_ref(c, keyword->ref, op);
	case JS_ENUM:
	case JS_CONST:
		return compile_values(c, keyword, op);
	case JS_ALL_OF:
	case JS_ANY_OF:
	case JS_ONE_OF:
		op->count = keyword->count;
		return js_compiler_list(c, keyword, &op->list);
	case JS_NOT:
		return js_compiler_check(c, keyword->node, &op->one);
	case JS_IF:
		return compile_if(c, node, op);
	default:
		*ret_used = false;
		return true;
	}
}

/* Until draft 7 whatever stands beside $ref is ignored. */
static bool is_only_ref(const struct js_node *node)
{
	return js_node_draft(node) <= JS_DRAFT_7 && js_has(node, JS_REF);
}

static bool compile_ops(struct js_compiler *c, const struct js_node *node, struct js_check *check)
{
	struct js_op ops[JS_N_KEYWORDS];
	bool only_ref = is_only_ref(node);
	size_t n = 0;

	for (uint32_t i = 0; i < node->n_keywords; i++) {
		bool used;
		if (only_ref && node->keywords[i].id != JS_REF) {
			continue;
		}
		memset(&ops[n], 0, sizeof(ops[n]));
		if (!compile_op(c, node, &node->keywords[i], &ops[n], &used)) {
			return false;
		}
		n += used;
	}
	if (n == 0) {
		return true;
	}
	struct js_op *kept = js_compiler_alloc(c, n, sizeof(*kept));
	if (!kept) {
		return false;
	}
	memcpy(kept, ops, n * sizeof(*kept));
	check->ops = kept;
	check->n_ops = (uint16_t)n;
	return true;
}

static bool compile_unevaluated(struct js_compiler *c, const struct js_node *node,
	struct js_check *check)
{
	const struct js_node *items = js_sub(node, JS_UNEVALUATED_ITEMS);
	const struct js_node *properties = js_sub(node, JS_UNEVALUATED_PROPERTIES);

	check->unevaluated = NULL;
	if (!items && !properties) {
		return true;
	}
	const struct js_check **list = js_compiler_alloc(c, 2, sizeof(*list));
	if (!list || (items && !js_compiler_check(c, items, &list[0])) ||
	    (properties && !js_compiler_check(c, properties, &list[1]))) {
		return false;
	}
	check->unevaluated = list;
	return true;
}

/* What dynamic references may find in a resource that the way may lead through. */
static bool meet_resource(struct js_compiler *c, const struct js_resource *resource)
{
	const struct js_check *check;

	if (c->resources_met[resource->id]) {
		return true;
	}
	c->resources_met[resource->id] = true;
	for (uint32_t i = 0; i < resource->n_dynamics; i++) {
		if (!js_compiler_check(c, resource->dynamics[i].node, &check)) {
			return false;
		}
	}
	return true;
}

static bool compile_check(struct js_compiler *c, struct js_check *check)
{
	const struct js_node *node = check->node;

	if (!meet_resource(c, node->resource)) {
		return false;
	}
	if (node->kind != JS_OBJECT) {
		check->types = node->kind == JS_NEVER ? 0 : JS_TYPES_ALL;
		check->unevaluated = NULL;
		return true;
	}
	if (is_only_ref(node)) {
		check->types = JS_TYPES_ALL;
		check->unevaluated = NULL;
		return compile_ops(c, node, check);
	}
	js_compile_types(node, check);
	return js_compile_number(c, node, check) && js_compile_string(c, node, check) &&
	       js_compile_array(c, node, check) && js_compile_object(c, node, &check->object) &&
	       compile_ops(c, node, check) && compile_unevaluated(c, node, check);
}

static bool compile_all(struct js_compiler *c)
{
	struct js_program *program = c->program;

	if (!js_compiler_check(c, c->schema->root, &program->root)) {
		return false;
	}
	while (c->todo_first) {
		struct js_check *check = c->todo_first;
		c->todo_first = check->todo;
		if (!c->todo_first) {
			c->todo_last = &c->todo_first;
		}
		if (!compile_check(c, check)) {
			return false;
		}
	}
	program->checks = program->is_dynamic ? c->checks : NULL;
	return true;
}

enum scute_status js_compile(struct scute_schema *schema, struct scute_arena *arena,
	struct scute_error *err)
{
	struct js_compiler c = { .schema = schema, .arena = arena, .err = err };

	c.todo_last = &c.todo_first;
	c.program = js_compiler_alloc(&c, 1, sizeof(*c.program));
	c.checks = js_compiler_alloc(&c, schema->n_nodes, sizeof(struct js_check *));
	c.resources_met = js_compiler_alloc(&c, schema->n_resources, sizeof(bool));
	if (!c.program || !c.checks || !c.resources_met || !compile_all(&c)) {
		return c.status;
	}
	schema->program = c.program;
	return SCUTE_OK;
}
