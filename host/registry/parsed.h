/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stored schemas as their formats parsed them, kept for the next comparison: a cache bounded in
 * bytes, the longest unused go first. A parsed schema depends on its text and on the texts it
 * refers to; the latter are copied with it and compared, for a version may be deleted for good
 * and its number given to another text.
 */
#ifndef REGISTRY_PARSED_H
#define REGISTRY_PARSED_H

#include "base/list.h"
#include "registry/schema.h"
#include "support/arena.h"

/* What one of them may take to be kept. */
#define PARSED_ENTRY_BYTES_MAX ((size_t)1 << 20)

struct parsed {
	struct list node; /* in the cache; in no list: not in it */
	const struct schema *schema;
	const struct scute_reference *references;
	size_t n_references;
	const struct scute_schema *result;
	uint64_t turn;  /* of its last use */
	uint32_t uses;  /* it stays in memory until they are over */
	bool is_whole;  /* nothing in it belongs to others, its schema's text apart */
	struct arena arena;
};

/* Loop thread only. */
struct parsed_cache {
	struct map by_schema;
	struct list used; /* the longest unused first */
	size_t bytes;
	size_t bytes_max;
	uint64_t turn;
};

void parsed_cache_init(struct parsed_cache *cache, size_t bytes_max);
void parsed_cache_finish(struct parsed_cache *cache);

/*
 * Begins a turn, one comparison with many: what is used in it is not driven out by what else
 * the turn needs, or a subject larger than the cache would never find anything there.
 */
uint64_t parsed_cache_turn(struct parsed_cache *cache);

/* Counted as a use, to be ended with parsed_release(). NULL: not there, or of other references. */
struct parsed *parsed_find(struct parsed_cache *cache, const struct schema *schema,
	const struct scute_reference *references, size_t n_references);

/* Any thread. Ended with parsed_keep() or parsed_destroy(). */
enum scute_status parsed_create(const struct schema *schema, const struct scute_reference *references,
	size_t n_references, const struct scute_limits *limits, struct parsed **ret_parsed,
	struct scute_error *err);
void parsed_destroy(struct parsed *parsed); /* NULL is fine */

/* Bytes it takes. */
size_t parsed_bytes(const struct parsed *parsed);
/* Whether it may be kept: small enough, and whole. */
bool parsed_is_keepable(const struct parsed *parsed);

/* Takes it over, made in that turn; destroys it when there is no room, or another one already. */
void parsed_keep(struct parsed_cache *cache, struct parsed *parsed, uint64_t turn);

void parsed_release(struct parsed *parsed);

/* The schema is about to go. */
void parsed_forget(struct parsed_cache *cache, const struct schema *schema);

#endif
