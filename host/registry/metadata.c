/* SPDX-License-Identifier: Apache-2.0 */
/* Layers of metadata and rules into one text. */
#include "registry/metadata.h"

#include <stdlib.h>

#include "support/json_out.h"
#include "support/str.h"

#define BYTES_MAX ((size_t)64 << 20)
#define RULES_MAX 1000
#define PROPERTIES_MAX 1000 /* of tags as well: searches read them on the loop */

static const struct json *present(const struct json *value)
{
	return value && value->type != JSON_NULL ? value : NULL;
}

bool metadata_read(struct scute_str extra, struct scute_arena *arena, struct metadata *ret_metadata)
{
	struct scute_error ignored;
	const struct json *root;
	struct buf buf;

	*ret_metadata = (struct metadata){ NULL, NULL };
	if (extra.len == 0) {
		return true;
	}
	buf_init_arena(&buf, extra.len + 2, arena);
	buf_append_byte(&buf, '{');
	buf_append_str(&buf, extra);
	buf_append_byte(&buf, '}');
	if (buf.failed || json_read(buf_str(&buf), NULL, arena, &root, &ignored) != SCUTE_OK) {
		return false;
	}
	*ret_metadata = (struct metadata){ present(json_get(root, "metadata")),
		present(json_get(root, "ruleSet")) };
	return true;
}

/* --- checking --- */

static bool is_strings(const struct json *list)
{
	if (!present(list)) {
		return true;
	}
	if (list->type != JSON_ARRAY) {
		return false;
	}
	for (const struct json *item = list->children; item; item = item->next) {
		if (item->type != JSON_STRING) {
			return false;
		}
	}
	return true;
}

static bool is_map(const struct json *map, bool (*is_value)(const struct json *value))
{
	if (!present(map)) {
		return true;
	}
	if (map->type != JSON_OBJECT) {
		return false;
	}
	for (const struct json *member = map->children; member; member = member->next) {
		if (!is_value(member)) {
			return false;
		}
	}
	return true;
}

static bool is_large(const struct json *map)
{
	return present(map) && map->n_children > PROPERTIES_MAX;
}

static bool is_string(const struct json *value)
{
	return value->type == JSON_STRING;
}

static bool is_one_of(const struct json *value, const char *const *words)
{
	if (!present(value)) {
		return true;
	}
	for (; value->type == JSON_STRING && *words; words++) {
		if (str_eq_z(value->text, *words)) {
			return true;
		}
	}
	return false;
}

static bool refuse(struct scute_error *err, const char *what)
{
	(void)error_set(err, SCUTE_EINVAL, "%s", what);
	return false;
}

/* Texts and the flag that a rule may have beside what is checked by name. */
static bool has_rule_shapes(const struct json *rule)
{
	static const char *const texts[] = { "doc", "type", "expr", "onSuccess", "onFailure", NULL };
	const struct json *disabled = present(json_get(rule, "disabled"));

	for (const char *const *name = texts; *name; name++) {
		const struct json *text = present(json_get(rule, *name));
		if (text && !is_string(text)) {
			return false;
		}
	}
	return !disabled || disabled->type == JSON_TRUE || disabled->type == JSON_FALSE;
}

static bool check_rule(const struct json *rule, struct scute_error *err)
{
	static const char *const kinds[] = { "TRANSFORM", "CONDITION", NULL };
	static const char *const modes[] = { "UPGRADE", "DOWNGRADE", "UPDOWN", "WRITE", "READ",
		"WRITEREAD", NULL };
	const struct json *name = json_get(rule, "name");

	if (rule->type != JSON_OBJECT) {
		return refuse(err, "a rule must be an object");
	}
	if (!name || name->type != JSON_STRING || name->text.len == 0) {
		return refuse(err, "a rule must have a name");
	}
	if (!is_one_of(json_get(rule, "kind"), kinds) || !is_one_of(json_get(rule, "mode"), modes)) {
		return error_set(err, SCUTE_EINVAL,
			       "rule \"%.*s\" has an unknown kind or mode", STR_ARGS(name->text)) ==
			SCUTE_OK;
	}
	if (!has_rule_shapes(rule)) {
		return error_set(err, SCUTE_EINVAL,
			       "rule \"%.*s\": doc, type, expr, onSuccess and onFailure must be strings, "
			       "disabled true or false", STR_ARGS(name->text)) == SCUTE_OK;
	}
	if (!is_strings(json_get(rule, "tags")) || !is_map(json_get(rule, "params"), is_string)) {
		return error_set(err, SCUTE_EINVAL,
			       "rule \"%.*s\": tags must be strings, params an object of strings",
			       STR_ARGS(name->text)) == SCUTE_OK;
	}
	return true;
}

static bool check_rules(const struct json *rules, struct scute_error *err)
{
	static const char *const lists[] = { "migrationRules", "domainRules", "encodingRules", NULL };
	static const char *const places[] = { "ALL", "CLIENT", "GATEWAY", "SERVER", "NONE", NULL };

	if (!rules) {
		return true;
	}
	if (rules->type != JSON_OBJECT) {
		return refuse(err, "ruleSet must be an object");
	}
	if (!is_one_of(json_get(rules, "enableAt"), places)) {
		return refuse(err, "ruleSet: enableAt must be ALL, CLIENT, GATEWAY, SERVER or NONE");
	}
	for (const char *const *name = lists; *name; name++) {
		const struct json *list = present(json_get(rules, *name));
		if (list && (list->type != JSON_ARRAY || list->n_children > RULES_MAX)) {
			return refuse(err, "rules must be in an array of at most 1000");
		}
		for (const struct json *rule = list ? list->children : NULL; rule; rule = rule->next) {
			if (!check_rule(rule, err)) {
				return false;
			}
		}
	}
	return true;
}

bool metadata_check(const struct metadata *metadata, struct scute_error *err)
{
	const struct json *given = present(metadata->metadata);

	if (given && given->type != JSON_OBJECT) {
		return refuse(err, "metadata must be an object");
	}
	if (given && !is_map(json_get(given, "tags"), is_strings)) {
		return refuse(err, "metadata: tags must be an object of arrays of strings");
	}
	if (given && !is_map(json_get(given, "properties"), is_string)) {
		return refuse(err, "metadata: properties must be an object of strings");
	}
	if (given && (is_large(json_get(given, "tags")) || is_large(json_get(given, "properties")))) {
		return refuse(err, "metadata: at most 1000 tags and 1000 properties");
	}
	if (given && !is_strings(json_get(given, "sensitive"))) {
		return refuse(err, "metadata: sensitive must be an array of strings");
	}
	return check_rules(present(metadata->rules), err);
}

/* --- writing --- */

struct layers {
	const struct json *trees[METADATA_LAYERS_MAX]; /* later ones win */
	size_t n;
	struct scute_arena *arena;
	struct json_out *out;
	bool failed;
};

struct item {
	const struct json *value;
	size_t layer;
};

struct items {
	struct item *all;
	size_t n;
};

static int by_key(const void *a, const void *b)
{
	const struct item *x = a;
	const struct item *y = b;
	int order = str_cmp(x->value->key, y->value->key);

	return order != 0 ? order : (x->layer > y->layer) - (x->layer < y->layer);
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(((const struct item *)a)->value->text, ((const struct item *)b)->value->text);
}

/* The children of that member in all layers. */
static struct items gather(struct layers *layers, const char *name)
{
	struct items items = { NULL, 0 };
	size_t room = 0;

	for (size_t i = 0; i < layers->n; i++) {
		const struct json *member = present(json_get(layers->trees[i], name));
		room += member ? member->n_children : 0;
	}
	if (room == 0) {
		return items;
	}
	items.all = scute_alloc(layers->arena, room * sizeof(*items.all));
	layers->failed = layers->failed || !items.all;
	for (size_t i = 0; items.all && i < layers->n; i++) {
		const struct json *member = present(json_get(layers->trees[i], name));
		for (const struct json *at = member ? member->children : NULL; at; at = at->next) {
			items.all[items.n++] = (struct item){ at, i };
		}
	}
	return items;
}

static void put_strings(struct layers *layers, struct items items)
{
	json_out_array(layers->out);
	if (items.n > 0) {
		qsort(items.all, items.n, sizeof(*items.all), by_text);
	}
	for (size_t i = 0; i < items.n; i++) {
		struct scute_str text = items.all[i].value->text;
		if (i == 0 || !str_eq(text, items.all[i - 1].value->text)) {
			json_out_str(layers->out, text);
		}
	}
	json_out_array_end(layers->out);
}

static void put_map_value(struct layers *layers, const struct json *value)
{
	struct items items = { NULL, 0 };

	if (value->type != JSON_ARRAY) {
		json_out_tree(layers->out, value, JSON_AS_READ);
		return;
	}
	items.all = scute_alloc(layers->arena, (value->n_children + 1) * sizeof(*items.all));
	layers->failed = layers->failed || !items.all;
	for (const struct json *at = value->children; items.all && at; at = at->next) {
		items.all[items.n++] = (struct item){ at, 0 };
	}
	put_strings(layers, items);
}

static void put_map(struct layers *layers, const char *name)
{
	struct items items = gather(layers, name);

	if (items.n == 0) {
		return;
	}
	qsort(items.all, items.n, sizeof(*items.all), by_key);
	json_out_key(layers->out, name);
	json_out_object(layers->out);
	for (size_t i = 0; i < items.n; i++) {
		struct scute_str key = items.all[i].value->key;
		if (i + 1 == items.n || !str_eq(key, items.all[i + 1].value->key)) { /* the last layer's */
			json_out_key_str(layers->out, key);
			put_map_value(layers, items.all[i].value);
		}
	}
	json_out_object_end(layers->out);
}

static bool is_listed(struct scute_str name, const char *const *names)
{
	for (; *names; names++) {
		if (str_eq_z(name, *names)) {
			return true;
		}
	}
	return false;
}

/* Members that we do not know, of the last layer that has any. */
static void put_unknown(struct layers *layers, const struct json *tree, const char *const *known)
{
	for (const struct json *at = tree ? tree->children : NULL; at; at = at->next) {
		if (!is_listed(at->key, known) && at->type != JSON_NULL) {
			json_out_key_str(layers->out, at->key);
			json_out_tree(layers->out, at, JSON_AS_READ);
		}
	}
}

static const struct json *last_tree(const struct layers *layers)
{
	return layers->n > 0 ? layers->trees[layers->n - 1] : NULL;
}

static void put_metadata(struct layers *layers)
{
	static const char *const known[] = { "tags", "properties", "sensitive", NULL };
	struct items sensitive;

	json_out_object(layers->out);
	put_map(layers, "tags");
	put_map(layers, "properties");
	sensitive = gather(layers, "sensitive");
	if (sensitive.n > 0) {
		json_out_key(layers->out, "sensitive");
		put_strings(layers, sensitive);
	}
	put_unknown(layers, last_tree(layers), known);
	json_out_object_end(layers->out);
}

static bool is_empty(const struct json *value)
{
	return (value->type == JSON_ARRAY || value->type == JSON_OBJECT) ? value->n_children == 0
		: value->type == JSON_NULL || (value->type == JSON_STRING && value->text.len == 0);
}

static void put_rule(struct layers *layers, const struct json *rule)
{
	static const char *const names[] = { "name", "doc", "kind", "mode", "type", "tags", "params",
		"expr", "onSuccess", "onFailure", "disabled", NULL };

	json_out_object(layers->out);
	for (const char *const *name = names; *name; name++) {
		const struct json *value = json_get(rule, *name);
		if (value && !is_empty(value)) {
			json_out_key(layers->out, *name);
			json_out_tree(layers->out, value, JSON_SORTED);
		} else if (str_eq_z(str_z(*name), "disabled")) {
			json_out_key(layers->out, *name);
			json_out_bool(layers->out, false);
		}
	}
	put_unknown(layers, rule, names);
	json_out_object_end(layers->out);
}

/* Whether a later layer's list has a rule of that name. */
static bool is_replaced(const struct layers *layers, size_t layer, const char *list,
	const struct json *rule)
{
	const struct json *name = json_get(rule, "name");

	for (size_t i = layer + 1; i < layers->n; i++) {
		const struct json *other = present(json_get(layers->trees[i], list));
		for (const struct json *at = other ? other->children : NULL; at; at = at->next) {
			const struct json *its = json_get(at, "name");
			if (name && its && str_eq(name->text, its->text)) {
				return true;
			}
		}
	}
	return false;
}

static void put_rule_list(struct layers *layers, const char *list)
{
	struct json_out *out = layers->out;
	size_t n = 0;

	for (size_t i = 0; i < layers->n; i++) {
		const struct json *rules = present(json_get(layers->trees[i], list));
		for (const struct json *at = rules ? rules->children : NULL; at; at = at->next) {
			if (is_replaced(layers, i, list, at)) {
				continue;
			}
			if (n++ == 0) {
				json_out_key(out, list);
				json_out_array(out);
			}
			put_rule(layers, at);
		}
	}
	if (n > 0) {
		json_out_array_end(out);
	}
}

static void put_rules(struct layers *layers)
{
	static const char *const known[] = { "migrationRules", "domainRules", "encodingRules",
		"enableAt", NULL };
	const struct json *last = last_tree(layers);
	const struct json *enable = last ? json_get(last, "enableAt") : NULL;

	json_out_object(layers->out);
	for (size_t i = 0; i < 3; i++) {
		put_rule_list(layers, known[i]);
	}
	if (present(enable)) {
		json_out_key(layers->out, "enableAt");
		json_out_tree(layers->out, enable, JSON_AS_READ);
	}
	put_unknown(layers, last, known);
	json_out_object_end(layers->out);
}

static void add_layer(struct layers *layers, const struct json *tree)
{
	if (present(tree)) {
		layers->trees[layers->n++] = tree;
	}
}

bool metadata_write(const struct metadata *given, size_t n, struct scute_arena *arena,
	struct scute_str *ret_extra)
{
	struct buf buf;
	struct json_out out = json_out(&buf);
	struct layers metadata = { .arena = arena, .out = &out };
	struct layers rules = { .arena = arena, .out = &out };

	buf_init_arena(&buf, BYTES_MAX, arena);
	for (size_t i = 0; i < n; i++) {
		add_layer(&metadata, given[i].metadata);
		add_layer(&rules, given[i].rules);
	}
	if (metadata.n > 0) {
		json_out_key(&out, "metadata");
		put_metadata(&metadata);
	}
	if (rules.n > 0) {
		json_out_key(&out, "ruleSet");
		put_rules(&rules);
	}
	*ret_extra = buf.len > 0 ? buf_str(&buf) : (struct scute_str){ NULL, 0 };
	return !buf.failed && !metadata.failed && !rules.failed;
}

bool metadata_has(const struct metadata *metadata, struct scute_str key, struct scute_str value)
{
	const struct json *member = metadata->metadata
		? json_get_str(json_get(metadata->metadata, "properties"), key)
		: NULL;

	return member && member->type == JSON_STRING && str_eq(member->text, value);
}
