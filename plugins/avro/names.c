/* SPDX-License-Identifier: Apache-2.0 */
/* Full names, identifiers, and the hash tables over names. */
#include "names.h"

#include <assert.h>

#include "support/str.h"

#include "schema.h"

/* Up to here a walk beats a hash table. */
#define WALK_MAX 8

bool avro_name_make(struct scute_str text, struct scute_str space, struct scute_arena *arena,
	struct avro_name *ret_name)
{
	for (size_t i = text.len; i > 0; i--) {
		if (text.data[i - 1] == '.') {
			struct scute_str undotted = { text.data + 1, text.len - 1 };
			*ret_name = (struct avro_name){ i == 1 ? undotted : text, i - 1 };
			return true;
		}
	}
	if (space.len == 0) {
		*ret_name = (struct avro_name){ text, 0 };
		return true;
	}
	char *full = scute_alloc(arena, space.len + 1 + text.len);
	if (!full) {
		return false;
	}
	memcpy(full, space.data, space.len);
	full[space.len] = '.';
	if (text.len > 0) {
		memcpy(full + space.len + 1, text.data, text.len);
	}
	*ret_name = (struct avro_name){ { full, space.len + 1 + text.len }, space.len };
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool avro_is_identifier(struct scute_str text)
{
	if (text.len == 0 || !is_letter(text.data[0])) {
		return false;
	}
	for (size_t i = 1; i < text.len; i++) {
		char c = text.data[i];
		if (!is_letter(c) && (c < '0' || c > '9')) {
			return false;
		}
	}
	return true;
}

bool avro_is_full_name(struct scute_str full)
{
	size_t start = 0;

	for (size_t i = 0; i <= full.len; i++) {
		if (i == full.len || full.data[i] == '.') {
			struct scute_str part = { full.data + start, i - start };
			if (!avro_is_identifier(part)) {
				return false;
			}
			start = i + 1;
		}
	}
	return true;
}

/*
 * Multiply and fold, eight bytes a step. The seed differs from parse to parse, so a text
 * made to collide elsewhere does not collide here.
 */
uint64_t avro_hash(uint64_t seed, struct scute_str text)
{
	uint64_t hash = seed ^ (text.len * 0x9e3779b97f4a7c15u);
	const char *at = text.data;
	size_t left = text.len;

	while (left > 0) {
		uint64_t word = 0;
		size_t step = left < 8 ? left : 8;
		memcpy(&word, at, step);
		hash = (hash ^ word) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
		at += step;
		left -= step;
	}
	hash *= 0xc4ceb9fe1a85ec53u;
	return hash ^ (hash >> 29);
}

static struct scute_str name_at(const struct avro_index *index, uint32_t place)
{
	struct scute_str name;

	memcpy(&name, index->base + place * index->stride, sizeof(name));
	return name;
}

/* At most half full. 0 when count is beyond what a schema can have. */
static uint32_t slots_for(uint32_t count)
{
	uint32_t slots = 32;

	while (slots < count * 2 && slots < (1u << 30)) {
		slots *= 2;
	}
	return slots;
}

static uint32_t find_duplicate_walking(const struct avro_index *index)
{
	for (uint32_t i = 1; i < index->count; i++) {
		for (uint32_t k = 0; k < i; k++) {
			if (str_eq(name_at(index, i), name_at(index, k))) {
				return i;
			}
		}
	}
	return index->count;
}

bool avro_index_build(struct avro_index *index, const void *base, size_t stride, uint32_t count,
	uint64_t seed, struct scute_arena *arena, uint32_t *ret_duplicate)
{
	*index = (struct avro_index){ .count = count, .seed = seed, .base = base,
		.stride = stride };
	if (count <= WALK_MAX) {
		*ret_duplicate = find_duplicate_walking(index);
		return true;
	}
	assert(count <= (1u << 29));
	uint32_t n_slots = slots_for(count);
	uint32_t *slots = scute_alloc(arena, n_slots * sizeof(*slots));
	if (!slots) {
		return false;
	}
	memset(slots, 0, n_slots * sizeof(*slots));
	index->mask = n_slots - 1;
	index->slots = slots;
	*ret_duplicate = count;
	for (uint32_t i = 0; i < count; i++) {
		struct scute_str name = name_at(index, i);
		uint32_t at = (uint32_t)avro_hash(seed, name) & index->mask;
		while (slots[at] && !str_eq(name_at(index, slots[at] - 1), name)) {
			at = (at + 1) & index->mask;
		}
		if (slots[at]) {
			*ret_duplicate = i;
			return true;
		}
		slots[at] = i + 1;
	}
	return true;
}

uint32_t avro_index_find(const struct avro_index *index, struct scute_str name)
{
	if (!index->slots) {
		for (uint32_t i = 0; i < index->count; i++) {
			if (str_eq(name_at(index, i), name)) {
				return i;
			}
		}
		return index->count;
	}
	uint32_t at = (uint32_t)avro_hash(index->seed, name) & index->mask;
	while (index->slots[at]) {
		uint32_t place = index->slots[at] - 1;
		if (str_eq(name_at(index, place), name)) {
			return place;
		}
		at = (at + 1) & index->mask;
	}
	return index->count;
}

void avro_names_init(struct avro_names *names, uint64_t seed)
{
	*names = (struct avro_names){ .room = AVRO_NAMES_INLINE, .seed = seed };
	names->list = names->first;
}

static struct avro_node *find_walking(const struct avro_names *names, struct scute_str full)
{
	for (uint32_t i = 0; i < names->count; i++) {
		if (str_eq(names->list[i]->name.full, full)) {
			return names->list[i];
		}
	}
	return NULL;
}

struct avro_node *avro_names_find(const struct avro_names *names, struct scute_str full)
{
	if (!names->slots) {
		return find_walking(names, full);
	}
	uint32_t at = (uint32_t)avro_hash(names->seed, full) & names->mask;
	while (names->slots[at]) {
		struct avro_node *node = names->list[names->slots[at] - 1];
		if (str_eq(node->name.full, full)) {
			return node;
		}
		at = (at + 1) & names->mask;
	}
	return NULL;
}

static void put(struct avro_names *names, uint32_t place)
{
	uint64_t hash = avro_hash(names->seed, names->list[place]->name.full);
	uint32_t at = (uint32_t)hash & names->mask;

	while (names->slots[at]) {
		at = (at + 1) & names->mask;
	}
	names->slots[at] = place + 1;
}

static bool grow(struct avro_names *names, struct scute_arena *arena)
{
	uint32_t room = names->room * 2;
	uint32_t n_slots = slots_for(room);
	struct avro_node **list = scute_alloc(arena, room * sizeof(struct avro_node *));
	uint32_t *slots = scute_alloc(arena, n_slots * sizeof(*slots));

	if (!list || !slots) {
		return false;
	}
	memcpy(list, names->list, names->count * sizeof(struct avro_node *));
	memset(slots, 0, n_slots * sizeof(*slots));
	names->list = list;
	names->room = room;
	names->slots = slots;
	names->mask = n_slots - 1;
	for (uint32_t i = 0; i < names->count; i++) {
		put(names, i);
	}
	return true;
}

bool avro_names_add(struct avro_names *names, struct avro_node *node, struct scute_arena *arena)
{
	if (names->count == names->room && !grow(names, arena)) {
		return false;
	}
	node->id = names->count;
	names->list[names->count++] = node;
	if (names->slots) {
		put(names, node->id);
	}
	return true;
}
