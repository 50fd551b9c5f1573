/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing, grown at half full, in the arena of the schema. */
#include "table.h"

#include "support/arena.h"
#include "support/str.h"

#include "hash.h"

#define SLOTS_MIN 32

struct js_table_slot {
	const void *scope;
	struct scute_str name;
	const void *value; /* NULL: free */
};

static size_t slot_of(const void *scope, struct scute_str name)
{
	return (size_t)js_hash_str(name, js_hash_mix((uint64_t)(uintptr_t)scope | 1, js_hash_seed()));
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
