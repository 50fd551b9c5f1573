/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing, grown at half full, in the arena of the schema. */
#include "table.h"

#include <string.h>
#include <sys/auxv.h>

#include "support/arena.h"
#include "support/str.h"

#define SLOTS_MIN 32

struct js_table_slot {
	const void *scope;
	struct scute_str name;
	const void *value; /* NULL: free */
};

struct key {
	uint64_t words[2];
};

/* The kernel gives each process 16 random bytes: no call, no state of our own. */
static struct key key_get(void)
{
	const void *random = (const void *)getauxval(AT_RANDOM);
	struct key key = { { 0x9e3779b97f4a7c15u, 0xc2b2ae3d27d4eb4fu } };

	if (random) {
		memcpy(&key, random, sizeof(key));
	}
	key.words[0] |= 1;
	return key;
}

/* Both halves of the full product: what is multiplied away above comes back below. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static size_t slot_of(const void *scope, struct scute_str name)
{
	struct key key = key_get();
	uint64_t hash = mix((uint64_t)(uintptr_t)scope ^ key.words[0], name.len ^ key.words[1]);
	uint64_t word;
	size_t i = 0;

	for (; name.len - i >= 8; i += 8) {
		memcpy(&word, name.data + i, 8);
		hash = mix(hash ^ key.words[0], word ^ key.words[1]);
	}
	word = 0;
	if (name.len > i) {
		memcpy(&word, name.data + i, name.len - i);
	}
	return (size_t)mix(hash ^ key.words[1], word ^ key.words[0]);
}

static struct js_table_slot *find(const struct js_table *table, const void *scope,
	struct scute_str name)
{
	size_t i = slot_of(scope, name) & table->mask;

	for (; table->slots[i].value; i = (i + 1) & table->mask) {
		if (table->slots[i].scope == scope && str_eq(table->slots[i].name, name)) {
			break;
		}
	}
	return &table->slots[i];
}

void *js_table_get(const struct js_table *table, const void *scope, struct scute_str name)
{
	if (!table->slots) {
		return NULL;
	}
	return (void *)(uintptr_t)find(table, scope, name)->value;
}

/* The old slots stay with the arena: all of them together are smaller than the newest. */
static bool grow(struct js_table *table, struct scute_arena *arena)
{
	size_t n_slots = table->slots ? (table->mask + 1) * 2 : SLOTS_MIN;
	struct js_table bigger = { arena_zalloc(arena, n_slots, sizeof(*table->slots)),
		n_slots - 1, table->count };

	if (!bigger.slots) {
		return false;
	}
	for (size_t i = 0; table->slots && i <= table->mask; i++) {
		struct js_table_slot slot = table->slots[i];
		if (slot.value) {
			*find(&bigger, slot.scope, slot.name) = slot;
		}
	}
	*table = bigger;
	return true;
}

bool js_table_put(struct js_table *table, struct scute_arena *arena, const void *scope,
	struct scute_str name, const void *value, void **ret_held)
{
	if ((!table->slots || (table->count + 1) * 2 > table->mask + 1) && !grow(table, arena)) {
		return false;
	}
	struct js_table_slot *slot = find(table, scope, name);
	if (!slot->value) {
		*slot = (struct js_table_slot){ scope, name, value };
		table->count++;
	}
	*ret_held = (void *)(uintptr_t)slot->value;
	return true;
}
