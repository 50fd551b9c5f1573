/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linear probing with backward-shift deletion. The upper 16 bits of a slot, which no
 * user-space pointer uses, hold those of the item's hash: a probe past a foreign item
 * then touches no memory but the slots.
 */
#include "map.h"

#include <assert.h>
#include <stdlib.h>

enum { MAP_SLOTS_MIN = 8 };

/* Under ASan slots stay plain pointers, so that its leak checker sees them. */
#if defined(__SANITIZE_ADDRESS__)
#define MAP_PLAIN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MAP_PLAIN 1
#endif
#endif

#if UINTPTR_MAX > 0xffffffff && !defined(MAP_PLAIN)
#define MAP_TAG_SHIFT 48
#define MAP_TAG_MASK ((uintptr_t)0xffff << MAP_TAG_SHIFT)
#else
#define MAP_TAG_SHIFT 0
#define MAP_TAG_MASK ((uintptr_t)0)
#endif

static uintptr_t tag_of(uint64_t hash)
{
	return (uintptr_t)hash & MAP_TAG_MASK;
}

static void *slot_item(const void *slot)
{
	return (void *)((uintptr_t)slot & ~MAP_TAG_MASK);
}

static void *slot_make(const void *item, uint64_t hash)
{
	assert(((uintptr_t)item & MAP_TAG_MASK) == 0);
	return (void *)((uintptr_t)item | tag_of(hash));
}

void map_init(struct map *map, uint64_t (*hash)(const void *item))
{
	*map = (struct map){ .hash = hash };
}

void map_finish(struct map *map)
{
	free(map->slots);
	*map = (struct map){ .hash = map->hash };
}

void *map_find(const struct map *map, uint64_t hash,
	bool (*equal)(const void *item, const void *key), const void *key)
{
	if (map->count == 0) {
		return NULL;
	}
	/* The load is below one, so there is an empty slot to end at. */
	for (size_t i = (size_t)hash & map->mask; map->slots[i]; i = (i + 1) & map->mask) {
		if (((uintptr_t)map->slots[i] & MAP_TAG_MASK) != tag_of(hash)) {
			continue;
		}
		void *item = slot_item(map->slots[i]);
		if (equal(item, key)) {
			return item;
		}
	}
	return NULL;
}

static void put(void **slots, size_t mask, void *item, uint64_t hash)
{
	size_t i = (size_t)hash & mask;

	while (slots[i]) {
		i = (i + 1) & mask;
	}
	slots[i] = slot_make(item, hash);
}

static bool grow(struct map *map)
{
	size_t n_slots = map->slots ? (map->mask + 1) * 2 : MAP_SLOTS_MIN;
	void **slots = calloc(n_slots, sizeof(*slots));

	if (!slots) {
		return false;
	}
	for (size_t i = 0; map->slots && i <= map->mask; i++) {
		if (map->slots[i]) {
			void *item = slot_item(map->slots[i]);
			put(slots, n_slots - 1, item, map->hash(item));
		}
	}
	free(map->slots);
	map->slots = slots;
	map->mask = n_slots - 1;
	return true;
}

bool map_insert(struct map *map, void *item)
{
	assert(item);
	if ((!map->slots || map->count + 1 > (map->mask + 1) / 8 * 7) && !grow(map)) {
		return false;
	}
	put(map->slots, map->mask, item, map->hash(item));
	map->count++;
	return true;
}

/* Moves followers of the emptied slot back, as far as a probe for them would else stop short. */
static void close_gap(struct map *map, size_t gap)
{
	for (size_t i = (gap + 1) & map->mask; map->slots[i]; i = (i + 1) & map->mask) {
		size_t home = (size_t)map->hash(slot_item(map->slots[i])) & map->mask;
		if (((i - home) & map->mask) >= ((i - gap) & map->mask)) {
			map->slots[gap] = map->slots[i];
			gap = i;
		}
	}
	map->slots[gap] = NULL;
}

bool map_remove(struct map *map, const void *item)
{
	if (map->count == 0) {
		return false;
	}
	size_t i = (size_t)map->hash(item) & map->mask;
	while (map->slots[i] && slot_item(map->slots[i]) != item) {
		i = (i + 1) & map->mask;
	}
	if (!map->slots[i]) {
		return false;
	}
	close_gap(map, i);
	map->count--;
	return true;
}

void *map_next(const struct map *map, size_t *position)
{
	if (!map->slots) {
		return NULL;
	}
	while (*position <= map->mask) {
		void *slot = map->slots[(*position)++];
		if (slot) {
			return slot_item(slot);
		}
	}
	return NULL;
}
