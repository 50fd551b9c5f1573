/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random schemas over all keywords and drafts, slight changes to them, and instances that they
 * may just accept or refuse. Everything is a tree of struct json in an arena; the same seed
 * gives the same trees.
 */
#ifndef JSONSCHEMA_RANDOM_SCHEMA_H
#define JSONSCHEMA_RANDOM_SCHEMA_H

#include "keywords.h"
#include "support/arena.h"
#include "support/json_in.h"

struct random {
	uint64_t state;
	struct scute_arena *arena;
	const uint8_t *theme; /* keywords that are taken more often than others; NULL: none */
	uint32_t n_theme;
};

void random_init(struct random *random, uint64_t seed, struct scute_arena *arena);
/* 0 .. limit - 1; limit 0: 0. */
uint32_t random_below(struct random *random, uint32_t limit);
/* True once in so many times. */
bool random_once_in(struct random *random, uint32_t times);

/* Trees. A failed allocation ends the program. */
struct json *tree_text(struct random *random, const char *json);
struct json *tree_copy(struct random *random, const struct json *tree);
void tree_put(struct random *random, struct json *object, const char *key, struct json *value);
void tree_append(struct json *array, struct json *value);
/* The n-th child; NULL: there are fewer. */
struct json *tree_child(const struct json *tree, uint32_t n);
void tree_remove(struct json *parent, const struct json *child);
/* child takes over what value is, keeping its own key. */
void tree_become(struct json *child, const struct json *value);
struct scute_str tree_print(struct random *random, const struct json *tree);

/* random_schema.c. A whole document, with definitions and maybe "$schema". */
struct json *schema_random(struct random *random);
/* A subschema; depth: levels that it may have below it. */
struct json *schema_random_at(struct random *random, enum js_draft draft, uint32_t depth);
/* One more keyword, at random, in place of its namesake. */
void schema_add_keyword(struct random *random, struct json *schema, enum js_draft draft,
	uint32_t depth);
enum js_draft schema_draft(const struct json *root);

/* random_change.c. Changes a document a little, in one or more places. */
void schema_change(struct random *random, struct json *root);

/* random_instance.c. A value that has something to do with the document. */
struct json *instance_random(struct random *random, const struct json *root);

#endif
