/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open addressing with a keyed hash (SipHash-1-3): the names come from strangers, who
 * must not be able to choose ones that collide.
 */
#include "json_names.h"

#include <string.h>

#include "arena.h"
#include "siphash.h"
#include "str.h"

struct names_slot {
	uint64_t hash;
	struct json *member;
};

struct json_names {
	struct names_slot *slots;
	size_t mask;
	size_t count;
	uint64_t key[2];
	uint64_t hash; /* of the name that was looked for last: it is most often added next */
};

enum { NAMES_SLOTS_MIN = 64 };

static void slot_put(struct names_slot *slots, size_t mask, struct names_slot slot)
{
	size_t i = slot.hash & mask;

	while (slots[i].member) {
		i = (i + 1) & mask;
	}
	slots[i] = slot;
}

/* The old slots stay with the arena: all of them together are smaller than the newest. */
static bool names_grow(struct json_names *names, struct scute_arena *arena)
{
	size_t n_slots = (names->mask + 1) * 2;
	struct names_slot *slots = arena_zalloc(arena, n_slots, sizeof(*slots));

	if (!slots) {
		return false;
	}
	for (size_t i = 0; i <= names->mask; i++) {
		if (names->slots[i].member) {
			slot_put(slots, n_slots - 1, names->slots[i]);
		}
	}
	names->slots = slots;
	names->mask = n_slots - 1;
	return true;
}

struct json *json_names_find(struct json_names *names, struct scute_str key)
{
	uint64_t hash = siphash(names->key, key);

	names->hash = hash;

	for (size_t i = hash & names->mask; names->slots[i].member; i = (i + 1) & names->mask) {
		if (names->slots[i].hash == hash && str_eq(names->slots[i].member->key, key)) {
			return names->slots[i].member;
		}
	}
	return NULL;
}

bool json_names_add(struct json_names *names, struct scute_arena *arena, struct json *member)
{
	if ((names->count + 1) * 2 > names->mask + 1 && !names_grow(names, arena)) {
		return false;
	}
	slot_put(names->slots, names->mask, (struct names_slot){ names->hash, member });
	names->count++;
	return true;
}

struct json_names *json_names_create(struct scute_arena *arena, const struct json *object)
{
	struct json_names *names = scute_alloc(arena, sizeof(*names));

	if (!names) {
		return NULL;
	}
	*names = (struct json_names){ .mask = NAMES_SLOTS_MIN - 1 };
	names->slots = arena_zalloc(arena, NAMES_SLOTS_MIN, sizeof(*names->slots));
	if (!names->slots) {
		return NULL;
	}
	siphash_process_key(names->key);
	for (struct json *member = object->children; member; member = member->next) {
		names->hash = siphash(names->key, member->key);
		if (!json_names_add(names, arena, member)) {
			return NULL;
		}
	}
	return names;
}
