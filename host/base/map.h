/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An open-addressing table of pointers, keyed by whatever the caller hashes; 8 bytes a
 * slot, load at most 7/8, incremental in nothing: a rehash touches all slots. Not thread-safe.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map {
	void **slots;
	size_t mask;  /* slots - 1; 0 while empty */
	size_t count;
	uint64_t (*hash)(const void *item); /* of a stored item; called again on rehash */
};

void map_init(struct map *map, uint64_t (*hash)(const void *item));
void map_finish(struct map *map); /* items stay the caller's */

/* The item of that hash for which equal(item, key) holds; NULL: none. */
void *map_find(const struct map *map, uint64_t hash,
	bool (*equal)(const void *item, const void *key), const void *key);

/* The caller knows it is not there. False: out of memory, nothing changed. */
bool map_insert(struct map *map, void *item);

/* Removes that very pointer (backward-shift deletion). False when absent. */
bool map_remove(struct map *map, const void *item);

/*
 * Walks all items in no order: for (size_t i = 0; (item = map_next(map, &i)); ).
 * No changes meanwhile.
 */
void *map_next(const struct map *map, size_t *position);

#endif
