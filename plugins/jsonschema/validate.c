/* SPDX-License-Identifier: Apache-2.0 */
/* The validator's way through checks and instance, and what the format table calls. */
#include "validate.h"

#include "support/str.h"

#include "run.h"

enum {
	/* Levels of schemas to one of the instance: references and combinations in between. */
	DEPTH_FACTOR = 8,
	DEPTH_MAX = 2048,
	STEPS_PER_ITEM = 16,
	STEPS_MIN = 1 << 20,
};

static bool fail_type(struct js_run *r, const struct js_check *c, const struct json *i)
{
	const struct json *type = js_value(c->node, JS_TYPE);

	if (c->node->kind == JS_NEVER || !type) {
		return js_run_fail(r, c, JS_N_KEYWORDS, i, "nothing is allowed here");
	}
	if (type->type == JSON_STRING) {
		return js_run_fail(r, c, JS_TYPE, i, "%s is not of the type %s",
			js_excerpt(i).text, js_excerpt(type).text);
	}
	return js_run_fail(r, c, JS_TYPE, i, "%s is of none of the types allowed",
		js_excerpt(i).text);
}

static bool run_rules(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks)
{
	if (i->type == JSON_OBJECT && c->object && !js_run_object(r, c, i, marks)) {
		return false;
	}
	if (i->type == JSON_ARRAY && c->array && !js_run_array(r, c, i, marks)) {
		return false;
	}
	for (uint32_t k = 0; k < c->n_ops; k++) {
		if (!js_run_op(r, c, &c->ops[k], i, marks)) {
			return false;
		}
	}
	return true;
}

static bool has_unevaluated(const struct js_check *c, const struct json *i)
{
	return c->unevaluated && (i->type == JSON_OBJECT ? c->unevaluated[1] :
				  i->type == JSON_ARRAY ? c->unevaluated[0] : NULL);
}

/* Into a schema that may lead on to others. */
static bool descend(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks)
{
	bool enters = r->scope && (r->n_scope == 0 ||
		r->scope[r->n_scope - 1] != c->node->resource);

	if (r->depth == r->depth_max) {
		return js_run_give_up(r, SCUTE_ELIMIT,
			"schemas within schemas are nested deeper than %u, or without end",
			r->depth_max);
	}
	r->depth++;
	if (enters) {
		r->scope[r->n_scope++] = c->node->resource;
	}
	bool good = has_unevaluated(c, i) ? js_run_unevaluated(r, c, i, marks, run_rules) :
					    run_rules(r, c, i, marks);
	r->n_scope -= enters;
	r->depth--;
	return good;
}

bool js_run_check(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks)
{
	if (!js_work_step(&r->work)) {
		return false;
	}
	if ((c->types & JS_TYPE_BIT(i->type)) == 0) {
		return fail_type(r, c, i);
	}
	switch (i->type) {
	case JSON_NUMBER:
		if ((c->number || c->integers != JS_INTEGERS_NO_RULE) && !js_run_number(r, c, i)) {
			return false;
		}
		break;
	case JSON_STRING:
		if (c->string && !js_run_string(r, c, i)) {
			return false;
		}
		break;
	case JSON_ARRAY:
		if (c->array || c->unevaluated) {
			return descend(r, c, i, marks);
		}
		break;
	case JSON_OBJECT:
		if (c->object || c->unevaluated) {
			return descend(r, c, i, marks);
		}
		break;
	default:
		break;
	}
	return c->n_ops == 0 || descend(r, c, i, marks);
}

static uint64_t steps_of(const struct scute_limits *limits)
{
	uint64_t items = limits->items_max > UINT64_MAX / STEPS_PER_ITEM ?
		UINT64_MAX / STEPS_PER_ITEM : limits->items_max;

	return items * STEPS_PER_ITEM > STEPS_MIN ? items * STEPS_PER_ITEM : STEPS_MIN;
}

enum scute_status js_validate_tree(const struct scute_schema *schema, const struct json *instance,
	struct scute_arena *arena, struct scute_error *err)
{
	uint64_t depth = (uint64_t)schema->limits.depth_max * DEPTH_FACTOR;
	struct js_run r;

	r.program = schema->program;
	r.root = instance;
	r.depth = r.quiet = r.n_scope = 0;
	r.depth_max = (uint32_t)(depth > DEPTH_MAX ? DEPTH_MAX : depth);
	r.effort = (struct js_regex_effort){ 0 };
	r.scope = NULL;
	r.status = SCUTE_OK;
	r.node = NULL;
	js_work_init(&r.work, arena, steps_of(&schema->limits));
	if (r.program->is_dynamic) {
		r.scope = js_work_take(&r.work, r.depth_max * sizeof(struct js_resource *));
	}
	if (js_run_check(&r, r.program->root, instance, NULL)) {
		return SCUTE_OK;
	}
	return js_run_error(&r, arena, err);
}

static enum scute_status read_instance(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, const struct json **ret_instance, struct scute_error *err)
{
	const struct json_options options = { .depth_max = schema->limits.depth_max,
		.nodes_max = schema->limits.items_max };

	if (json.len > schema->limits.bytes_max) {
		return error_set(err, SCUTE_ELIMIT, "%zu bytes of JSON, the limit is at %llu",
			json.len, (unsigned long long)schema->limits.bytes_max);
	}
	return json_read(json, &options, arena, ret_instance, err);
}

enum scute_status js_validate(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, struct scute_error *err)
{
	const struct json *instance;
	enum scute_status status = read_instance(schema, json, arena, &instance, err);

	return status == SCUTE_OK ? js_validate_tree(schema, instance, arena, err) : status;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* json is well-formed. Everything but space outside of strings; returns the bytes written. */
static size_t drop_space(struct scute_str json, char *out)
{
	bool in_string = false;
	size_t n = 0;

	for (size_t i = 0; i < json.len; i++) {
		char c = json.data[i];
		if (!in_string && is_space(c)) {
			continue;
		}
		out[n++] = c;
		if (c == '"') {
			in_string = !in_string;
		} else if (c == '\\') {
			out[n++] = json.data[++i];
		}
	}
	return n;
}

enum scute_status js_encode(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, struct scute_str *ret_payload, struct scute_error *err)
{
	enum scute_status status = js_validate(schema, json, arena, err);

	if (status != SCUTE_OK) {
		return status;
	}
	char *payload = scute_alloc(arena, json.len);
	if (!payload) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for a payload");
	}
	*ret_payload = (struct scute_str){ payload, drop_space(json, payload) };
	return SCUTE_OK;
}

enum scute_status js_decode(const struct scute_schema *schema, struct scute_str payload,
	struct scute_arena *arena, struct scute_str *ret_json, struct scute_error *err)
{
	const struct json *instance;
	enum scute_status status = read_instance(schema, payload, arena, &instance, err);
	char *copy = NULL;

	if (status != SCUTE_OK) {
		return status;
	}
	copy = scute_alloc(arena, payload.len);
	if (!copy) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for a datum");
	}
	memcpy(copy, payload.data, payload.len);
	*ret_json = (struct scute_str){ copy, payload.len };
	return SCUTE_OK;
}
