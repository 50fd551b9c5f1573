/* SPDX-License-Identifier: Apache-2.0 */
/* The keywords about types, numbers, strings and arrays, laid out for the validator. */
#include "support/str.h"

#include "program.h"

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

void js_compile_types(const struct js_node *node, struct js_check *check)
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

bool js_compile_number(struct js_compiler *c, const struct js_node *node,
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

bool js_compile_string(struct js_compiler *c, const struct js_node *node,
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
		if (!js_compiler_list(c, prefix, &rules->prefix)) {
			return false;
		}
	}
	return !rest || js_compiler_check(c, rest, &rules->rest);
}

bool js_compile_array(struct js_compiler *c, const struct js_node *node,
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
