/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keywords about objects, laid out for one walk over an instance's members: all names that
 * any of them mentions stand in one table.
 */
#include "validate.h"

#include "support/str.h"

#include "hash.h"
#include "program.h"

/* While the names are collected. */
struct names {
	struct js_object_rules *rules;
	struct js_property *properties;
	struct js_slot *slots;
};

static bool is_list_of_names(const struct js_named *named)
{
	return !named->node && named->value->type == JSON_ARRAY;
}

static size_t count_dependency_names(const struct js_keyword *keyword)
{
	size_t n = 0;

	for (uint32_t i = 0; keyword && i < keyword->count; i++) {
		n++;
		if (is_list_of_names(&keyword->named[i])) {
			n += keyword->named[i].value->n_children;
		}
	}
	return n;
}

/* The place of name among the properties; it is added if it is not there. */
static uint32_t place_of(struct names *names, struct scute_str name)
{
	struct js_object_rules *rules = names->rules;
	uint64_t hash = js_hash_str(name, js_hash_seed());
	uint32_t tag = (uint32_t)(hash >> 32);
	uint32_t at = (uint32_t)hash & rules->mask;

	for (; names->slots[at].place > 0; at = (at + 1) & rules->mask) {
		uint32_t place = names->slots[at].place - 1;
		if (names->slots[at].tag == tag && str_eq(names->properties[place].name, name)) {
			return place;
		}
	}
	names->properties[rules->n_properties].name = name;
	names->slots[at] = (struct js_slot){ tag, ++rules->n_properties };
	return rules->n_properties - 1;
}

const struct js_property *js_object_property(const struct js_object_rules *rules,
	struct scute_str name)
{
	if (rules->n_properties == 0) {
		return NULL;
	}
	uint64_t hash = js_hash_str(name, js_hash_seed());
	uint32_t tag = (uint32_t)(hash >> 32);
	uint32_t at = (uint32_t)hash & rules->mask;
	for (; rules->slots[at].place > 0; at = (at + 1) & rules->mask) {
		const struct js_property *property = &rules->properties[rules->slots[at].place - 1];
		if (rules->slots[at].tag == tag && str_eq(property->name, name)) {
			return property;
		}
	}
	return NULL;
}

static bool names_init(struct js_compiler *c, const struct js_node *node, struct names *names)
{
	const struct js_keyword *properties = js_get(node, JS_PROPERTIES);
	const struct json *required = js_value(node, JS_REQUIRED);
	size_t n = (properties ? properties->count : 0) + (required ? required->n_children : 0) +
		   count_dependency_names(js_get(node, JS_DEPENDENCIES)) +
		   count_dependency_names(js_get(node, JS_DEPENDENT_SCHEMAS)) +
		   count_dependency_names(js_get(node, JS_DEPENDENT_REQUIRED));
	uint32_t size = 4;

	if (n == 0) {
		return true;
	}
	while (size < n * 2) {
		size *= 2;
	}
	names->properties = js_compiler_alloc(c, n, sizeof(*names->properties));
	names->slots = js_compiler_alloc(c, size, sizeof(*names->slots));
	names->rules->properties = names->properties;
	names->rules->slots = names->slots;
	names->rules->mask = size - 1;
	return names->properties && names->slots;
}

static bool compile_properties(struct js_compiler *c, const struct js_keyword *keyword,
	struct names *names)
{
	if (!keyword) {
		return true;
	}
	/* In the order of the text: instances often have the same. */
	for (const struct json *member = keyword->value->children; member; member = member->next) {
		const struct js_named *named = js_named_find(keyword, member->key);
		if (!named || !named->node) {
			continue;
		}
		struct js_property *property = &names->properties[place_of(names, member->key)];
		property->is_declared = true;
		if (named->node->kind != JS_ALWAYS &&
		    !js_compiler_check(c, named->node, &property->check)) {
			return false;
		}
	}
	return true;
}

static void compile_required(const struct json *required, struct names *names)
{
	for (const struct json *name = required ? required->children : NULL; name;
		name = name->next) {
		struct js_property *property = &names->properties[place_of(names, name->text)];
		names->rules->n_required += !property->is_required;
		property->is_required = true;
	}
}

static bool compile_dependency(struct js_compiler *c, const struct js_named *named,
	struct names *names, struct js_dependency *dependency)
{
	dependency->trigger = place_of(names, named->name);
	if (!is_list_of_names(named)) {
		return !named->node || js_compiler_check(c, named->node, &dependency->check);
	}
	uint32_t *required = js_compiler_alloc(c, named->value->n_children, sizeof(*required));
	if (!required) {
		return false;
	}
	for (const struct json *name = named->value->children; name; name = name->next) {
		required[dependency->n_required++] = place_of(names, name->text);
	}
	dependency->required = required;
	return true;
}

static bool compile_dependencies(struct js_compiler *c, const struct js_node *node,
	struct names *names)
{
	static const enum js_keyword_id ids[] = { JS_DEPENDENCIES, JS_DEPENDENT_REQUIRED,
		JS_DEPENDENT_SCHEMAS };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		n += js_has(node, ids[i]) ? js_get(node, ids[i])->count : 0;
	}
	if (n == 0) {
		return true;
	}
	struct js_dependency *list = js_compiler_alloc(c, n, sizeof(*list));
	if (!list) {
		return false;
	}
	names->rules->dependencies = list;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const struct js_keyword *keyword = js_get(node, ids[i]);
		for (uint32_t k = 0; keyword && k < keyword->count; k++) {
			struct js_dependency *one = &list[names->rules->n_dependencies++];
			one->id = keyword->id;
			if (!compile_dependency(c, &keyword->named[k], names, one)) {
				return false;
			}
		}
	}
	return true;
}

static bool compile_patterns(struct js_compiler *c, const struct js_node *node,
	struct js_object_rules *rules)
{
	const struct js_keyword *keyword = js_get(node, JS_PATTERN_PROPERTIES);

	if (!keyword || keyword->count == 0) {
		return true;
	}
	struct js_pattern_property *list = js_compiler_alloc(c, keyword->count, sizeof(*list));
	if (!list) {
		return false;
	}
	for (uint32_t i = 0; i < keyword->count; i++) {
		const struct js_named *named = &keyword->named[i];
		if (!js_compiler_pattern(c, node, named->name, &list[i].pattern) ||
		    !js_compiler_check(c, named->node, &list[i].check)) {
			return false;
		}
	}
	rules->patterns = list;
	rules->n_patterns = keyword->count;
	return true;
}

static bool compile_sub(struct js_compiler *c, const struct js_node *node, enum js_keyword_id id,
	const struct js_check **ret_check)
{
	const struct js_node *sub = js_sub(node, id);

	return !sub || js_compiler_check(c, sub, ret_check);
}

bool js_compile_object(struct js_compiler *c, const struct js_node *node,
	const struct js_object_rules **ret_rules)
{
	static const enum js_keyword_id ids[] = { JS_MAX_PROPERTIES, JS_MIN_PROPERTIES, JS_REQUIRED,
		JS_DEPENDENT_REQUIRED, JS_PROPERTIES, JS_PATTERN_PROPERTIES,
		JS_ADDITIONAL_PROPERTIES, JS_PROPERTY_NAMES, JS_DEPENDENCIES,
		JS_DEPENDENT_SCHEMAS };
	struct names names = { 0 };
	bool any = false;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		any |= js_has(node, ids[i]);
	}
	if (!any) {
		return true;
	}
	struct js_object_rules *rules = js_compiler_alloc(c, 1, sizeof(*rules));
	if (!rules) {
		return false;
	}
	rules->min_properties = js_compiler_count(node, JS_MIN_PROPERTIES, 0);
	rules->max_properties = js_compiler_count(node, JS_MAX_PROPERTIES, UINT64_MAX);
	names.rules = rules;
	*ret_rules = rules;
	if (!names_init(c, node, &names) ||
	    !compile_properties(c, js_get(node, JS_PROPERTIES), &names)) {
		return false;
	}
	compile_required(js_value(node, JS_REQUIRED), &names);
	return compile_dependencies(c, node, &names) &&
	       compile_patterns(c, node, rules) &&
	       compile_sub(c, node, JS_ADDITIONAL_PROPERTIES, &rules->additional) &&
	       compile_sub(c, node, JS_PROPERTY_NAMES, &rules->names);
}
