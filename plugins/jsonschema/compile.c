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

/* --- types --- */

static uint8_t type_bits(struct scute_str name)
{
	static const struct {
		const char *name;
		uint8_t bits;
	} types[] = {
		{ "null", JS_TYPE_BIT(JSON_NULL) },
		{ "boolean", JS_TYPE_BIT(JSON_FALSE) | JS_TYPE_BIT(JSON_TRUE) },
		{ "number", JS_TYPE_BIT(JSON_NUMBER) },
		{ "string", JS_TYPE_BIT(JSON_STRING) },
		{ "array", JS_TYPE_BIT(JSON_ARRAY) },
		{ "object", JS_TYPE_BIT(JSON_OBJECT) },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (str_eq_z(name, types[i].name)) {
			return types[i].bits;
		}
	}
	return 0;
}

static void compile_types(const struct js_node *node, struct js_check *check)
{
	const struct json *value = js_value(node, JS_TYPE);
	bool integers = false;

	if (!value) {
		check->types = JS_TYPES_ALL;
		return;
	}
	const struct json *name = value->type == JSON_ARRAY ? value->children : value;
	for (; name; name = value->type == JSON_ARRAY ? name->next : NULL) {
		integers |= str_eq_z(name->text, "integer");
		check->types = (uint8_t)(check->types | type_bits(name->text));
	}
	if (integers && (check->types & JS_TYPE_BIT(JSON_NUMBER)) == 0) {
		check->types |= JS_TYPE_BIT(JSON_NUMBER);
		check->integers = js_node_draft(node) == JS_DRAFT_4 ? JS_INTEGERS_AS_WRITTEN :
								      JS_INTEGERS_BY_VALUE;
	}
}

/* --- numbers and strings --- */

static bool is_true(const struct json *value)
{
	return value && value->type == JSON_TRUE;
}

static void add_limit(const struct js_node *node, enum js_keyword_id id, bool is_maximum,
	bool is_exclusive, struct js_number_rules *rules)
{
	const struct json *value = js_value(node, id);

	if (!value) {
		return;
	}
	struct js_limit *limit = &rules->limits[rules->n_limits++];
	limit->id = (uint8_t)id;
	limit->is_maximum = is_maximum;
	limit->is_exclusive = is_exclusive;
	js_number_read(value->text, &limit->number);
}

static bool compile_number(struct js_compiler *c, const struct js_node *node,
	struct js_check *check)
{
	const struct json *divisor = js_value(node, JS_MULTIPLE_OF);
	struct js_number_rules rules = { 0 };

	add_limit(node, JS_MAXIMUM, true, is_true(js_value(node, JS_EXCLUSIVE_MAXIMUM_4)), &rules);
	add_limit(node, JS_MINIMUM, false, is_true(js_value(node, JS_EXCLUSIVE_MINIMUM_4)), &rules);
	add_limit(node, JS_EXCLUSIVE_MAXIMUM, true, true, &rules);
	add_limit(node, JS_EXCLUSIVE_MINIMUM, false, true, &rules);
	if (divisor) {
		js_number_read(divisor->text, &rules.divisor);
		if (rules.divisor.n_digits > JS_DIVISOR_DIGITS_MAX) {
			c->status = error_set(c->err, SCUTE_ELIMIT,
				"multipleOf with %u digits, the limit is at %d",
				rules.divisor.n_digits, JS_DIVISOR_DIGITS_MAX);
			return false;
		}
		rules.has_divisor = rules.divisor.n_digits > 0;
	}
	if (rules.n_limits == 0 && !rules.has_divisor) {
		return true;
	}
	struct js_number_rules *kept = js_compiler_alloc(c, 1, sizeof(*kept));
	if (!kept) {
		return false;
	}
	*kept = rules;
	check->number = kept;
	return true;
}

static bool compile_string(struct js_compiler *c, const struct js_node *node,
	struct js_check *check)
{
	const struct json *pattern = js_value(node, JS_PATTERN);
	const struct json *format = js_value(node, JS_FORMAT);
	struct js_string_rules rules = {
		.min_length = js_compiler_count(node, JS_MIN_LENGTH, 0),
		.max_length = js_compiler_count(node, JS_MAX_LENGTH, UINT64_MAX),
	};
	struct js_pattern *kept_pattern;

	if (format && node->resource->asserts_format) {
		rules.format = js_format_find(format->text, js_node_draft(node));
		rules.format_name = format->text;
	}
	if (pattern) {
		kept_pattern = js_compiler_alloc(c, 1, sizeof(*kept_pattern));
		if (!kept_pattern || !js_compiler_pattern(c, node, pattern->text, kept_pattern)) {
			return false;
		}
		rules.pattern = kept_pattern;
	}
	if (rules.min_length == 0 && rules.max_length == UINT64_MAX && !pattern && !rules.format) {
		return true;
	}
	struct js_string_rules *kept = js_compiler_alloc(c, 1, sizeof(*kept));
	if (!kept) {
		return false;
	}
	*kept = rules;
	check->string = kept;
	return true;
}

/* --- arrays --- */

static bool compile_list(struct js_compiler *c, const struct js_keyword *keyword,
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

static bool compile_items(struct js_compiler *c, const struct js_node *node,
	struct js_array_rules *rules)
{
	const struct js_keyword *prefix = js_get(node, JS_PREFIX_ITEMS);
	const struct js_keyword *items = js_get(node, JS_ITEMS);
	const struct js_node *rest = js_sub(node, JS_ITEMS);

	if (items && items->form == JS_FORM_NODES) {
		prefix = items;
		rest = js_sub(node, JS_ADDITIONAL_ITEMS);
	}
	if (prefix) {
		rules->n_prefix = prefix->count;
		if (!compile_list(c, prefix, &rules->prefix)) {
			return false;
		}
	}
	return !rest || js_compiler_check(c, rest, &rules->rest);
}

static bool compile_array(struct js_compiler *c, const struct js_node *node,
	struct js_check *check)
{
	static const enum js_keyword_id ids[] = { JS_MAX_ITEMS, JS_MIN_ITEMS, JS_UNIQUE_ITEMS,
		JS_PREFIX_ITEMS, JS_ITEMS, JS_CONTAINS };
	const struct js_node *contains = js_sub(node, JS_CONTAINS);
	struct js_array_rules *rules;
	bool any = false;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		any |= js_has(node, ids[i]);
	}
	if (!any) {
		return true;
	}
	rules = js_compiler_alloc(c, 1, sizeof(*rules));
	if (!rules) {
		return false;
	}
	*rules = (struct js_array_rules){
		.min_items = js_compiler_count(node, JS_MIN_ITEMS, 0),
		.max_items = js_compiler_count(node, JS_MAX_ITEMS, UINT64_MAX),
		.min_contains = js_compiler_count(node, JS_MIN_CONTAINS, 1),
		.max_contains = js_compiler_count(node, JS_MAX_CONTAINS, UINT64_MAX),
		.unique = is_true(js_value(node, JS_UNIQUE_ITEMS)),
		.contains_marks = js_node_draft(node) >= JS_DRAFT_2020,
	};
	check->array = rules;
	return compile_items(c, node, rules) &&
	       (!contains || js_compiler_check(c, contains, &rules->contains));
}

/* --- any type --- */

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
		return compile_list(c, keyword, &op->list);
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
	compile_types(node, check);
	return compile_number(c, node, check) && compile_string(c, node, check) &&
	       compile_array(c, node, check) && js_compile_object(c, node, &check->object) &&
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
