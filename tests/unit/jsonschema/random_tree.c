/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers, and JSON trees that can be changed. */
#include "random_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/json_out.h"
#include "support/str.h"

void random_init(struct random *random, uint64_t seed, struct scute_arena *arena)
{
	random->state = seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du;
	random->arena = arena;
	random->theme = NULL;
	random->n_theme = 0;
}

uint32_t random_below(struct random *random, uint32_t limit)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return limit == 0 ? 0 : (uint32_t)((random->state >> 33) % limit);
}

bool random_once_in(struct random *random, uint32_t times)
{
	return random_below(random, times) == 0;
}

static void must(bool good, const char *text)
{
	if (!good) {
		fprintf(stderr, "no tree: %s\n", text);
		abort();
	}
}

struct json *tree_text(struct random *random, const char *json)
{
	struct scute_str copy = arena_copy(random->arena, str_z(json));
	struct scute_error err = { 0 };
	const struct json *tree = NULL;

	must(copy.data, "memory");
	for (size_t i = 0; i < copy.len; i++) {
		char *c = (char *)(uintptr_t)&copy.data[i];
		*c = *c == '\'' ? '"' : *c;
	}
	must(json_read(copy, NULL, random->arena, &tree, &err) == SCUTE_OK, json);
	return (struct json *)(uintptr_t)tree; /* it is in our own arena */
}

struct json *tree_copy(struct random *random, const struct json *tree)
{
	struct json *copy = arena_zalloc(random->arena, 1, sizeof(*copy));

	must(copy, "memory");
	*copy = *tree;
	copy->next = NULL;
	copy->children = NULL;
	copy->n_children = 0;
	for (const struct json *at = tree->children; at; at = at->next) {
		tree_append(copy, tree_copy(random, at));
	}
	return copy;
}

void tree_append(struct json *array, struct json *value)
{
	struct json **end = &array->children;

	while (*end) {
		end = &(*end)->next;
	}
	value->next = NULL;
	*end = value;
	array->n_children++;
}

void tree_put(struct random *random, struct json *object, const char *key, struct json *value)
{
	const struct json *old = json_get(object, key);

	if (old) {
		tree_remove(object, old);
	}
	value->key = arena_copy(random->arena, str_z(key));
	tree_append(object, value);
}

struct json *tree_child(const struct json *tree, uint32_t n)
{
	struct json *at = tree->children;

	while (at && n-- > 0) {
		at = at->next;
	}
	return at;
}

void tree_remove(struct json *parent, const struct json *child)
{
	struct json **at = &parent->children;

	while (*at && *at != child) {
		at = &(*at)->next;
	}
	if (*at) {
		*at = child->next;
		parent->n_children--;
	}
}

void tree_become(struct json *child, const struct json *value)
{
	struct json *next = child->next;
	struct scute_str key = child->key;

	*child = *value;
	child->next = next;
	child->key = key;
}

struct scute_str tree_print(struct random *random, const struct json *tree)
{
	struct buf buf;

	buf_init_arena(&buf, 1 << 20, random->arena);
	struct json_out out = json_out(&buf);
	json_out_tree(&out, tree, JSON_AS_READ);
	must(!buf.failed, "memory");
	return buf_str(&buf);
}
