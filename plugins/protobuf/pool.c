/* SPDX-License-Identifier: Apache-2.0 */
/* The pool: one hash table over (scope, part of a name), one over extensions, one list of files. */
#include "pool_build.h"

#include <assert.h>
#include <string.h>

#include "compile.h"
#include "support/arena.h"
#include "support/str.h"

/* The scope in which files have their paths as names. */
#define PATHS (-3)

static uint32_t mix(uint32_t hash, int32_t parent)
{
	uint64_t mixed = (hash + (uint64_t)(uint32_t)parent * 0x9e3779b97f4a7c15u) *
			 0xc4ceb9fe1a85ec53u;

	return (uint32_t)(mixed >> 32);
}

struct pb_pool *pb_pool_create(struct scute_arena *arena)
{
	struct pb_pool *pool = arena_zalloc(arena, 1, sizeof(*pool));

	if (pool) {
		pool->arena = arena;
	}
	return pool;
}

struct scute_arena *pb_pool_arena(struct pb_pool *pool)
{
	return pool->arena;
}

int32_t pool_lookup(const struct pb_pool *pool, int32_t parent, struct scute_str name,
	uint32_t hash)
{
	if (!pool->slots) {
		return PB_NO_INDEX;
	}
	uint32_t at = mix(hash, parent) & pool->mask;
	for (; pool->slots[at] != 0; at = (at + 1) & pool->mask) {
		const struct pool_entry *entry = &pool->entries[pool->slots[at] - 1];
		if (entry->hash == hash && entry->parent == parent && str_eq(entry->name, name)) {
			return (int32_t)pool->slots[at] - 1;
		}
	}
	return PB_NO_INDEX;
}

static void put_slot(struct pb_pool *pool, uint32_t place)
{
	const struct pool_entry *entry = &pool->entries[place];
	uint32_t at = mix(entry->hash, entry->parent) & pool->mask;

	while (pool->slots[at] != 0) {
		at = (at + 1) & pool->mask;
	}
	pool->slots[at] = place + 1;
}

static bool grow(struct pb_pool *pool)
{
	uint32_t cap = pool->entries_cap ? pool->entries_cap * 2 : 256;
	struct pool_entry *entries = scute_alloc(pool->arena, cap * sizeof(*entries));
	uint32_t *slots = arena_zalloc(pool->arena, cap * 2, sizeof(*slots));
	const uint32_t *old = pool->slots;
	uint32_t n_old = pool->slots ? pool->mask + 1 : 0;

	if (!entries || !slots) {
		return false;
	}
	if (pool->n_entries > 0) {
		memcpy(entries, pool->entries, pool->n_entries * sizeof(*entries));
	}
	pool->entries = entries;
	pool->entries_cap = cap;
	pool->slots = slots;
	pool->mask = cap * 2 - 1;
	for (uint32_t i = 0; i < n_old; i++) {
		if (old[i] != 0) {
			put_slot(pool, old[i] - 1);
		}
	}
	return true;
}

int32_t pool_append(struct pb_pool *pool, const struct pb_symbol *symbol, int32_t parent,
	uint32_t file, bool hidden)
{
	if (pool->n_entries == pool->entries_cap && !grow(pool)) {
		return PB_NO_INDEX;
	}
	uint32_t place = pool->n_entries++;
	pool->entries[place] = (struct pool_entry){ .node = symbol->node, .name = symbol->name,
		.hash = symbol->hash, .parent = parent, .file = file };
	if (!hidden) {
		put_slot(pool, place);
	}
	return (int32_t)place;
}

/* The first part of a dotted name, which it is taken off. */
static struct scute_str take_part(struct scute_str *name)
{
	const char *dot = name->len > 0 ? memchr(name->data, '.', name->len) : NULL;
	struct scute_str part = { name->data, dot ? (size_t)(dot - name->data) : name->len };

	*name = dot ? (struct scute_str){ dot + 1, name->len - part.len - 1 }
		    : (struct scute_str){ NULL, 0 };
	return part;
}

int32_t pool_package(struct pb_pool *pool, struct scute_str package, uint32_t file,
	int32_t *ret_clash)
{
	static const struct pb_node node = { .kind = PB_PACKAGE };
	int32_t scope = PB_ROOT;

	while (package.len > 0) {
		struct scute_str part = take_part(&package);
		struct pb_symbol symbol = { .node = &node, .name = part, .hash = pb_hash(part) };
		int32_t entry = pool_lookup(pool, scope, part, symbol.hash);
		if (entry != PB_NO_INDEX && pool->entries[entry].node->kind != PB_PACKAGE) {
			*ret_clash = entry;
			return scope;
		}
		if (entry == PB_NO_INDEX) {
			entry = pool_append(pool, &symbol, scope, file, false);
		}
		if (entry == PB_NO_INDEX) {
			return POOL_NO_MEMORY;
		}
		scope = entry;
	}
	return scope;
}

uint32_t pool_new_file(struct pb_pool *pool, const struct pb_file *file)
{
	struct pb_symbol symbol = { .node = &file->node, .name = file->path,
		.hash = pb_hash(file->path) };
	uint32_t place = pool->n_files;

	if (pool->n_files == pool->files_cap) {
		uint32_t cap = pool->files_cap ? pool->files_cap * 2 : 8;
		struct pool_file *files = scute_alloc(pool->arena, cap * sizeof(*files));
		const struct pb_file **list = scute_alloc(pool->arena, cap * sizeof(*list));
		if (!files || !list) {
			return UINT32_MAX;
		}
		if (place > 0) {
			memcpy(files, pool->files, place * sizeof(*files));
			memcpy(list, pool->file_list, place * sizeof(*list));
		}
		pool->files = files;
		pool->file_list = list;
		pool->files_cap = cap;
	}
	if (pool_append(pool, &symbol, PATHS, place, false) == PB_NO_INDEX) {
		return UINT32_MAX;
	}
	pool->files[place] = (struct pool_file){ .file = file, .package = PB_ROOT };
	pool->file_list[place] = file;
	pool->n_files++;
	return place;
}

uint32_t pool_find_file(const struct pb_pool *pool, struct scute_str path)
{
	int32_t entry = pool_lookup(pool, PATHS, path, pb_hash(path));

	return entry == PB_NO_INDEX ? UINT32_MAX : pool->entries[entry].file;
}

int32_t pool_scope_of(const struct pb_pool *pool, const struct pb_file *file,
	const struct pb_message *message)
{
	return pool_symbol_scope(pool, file, message ? message->symbol : PB_NO_INDEX);
}

int32_t pool_symbol_scope(const struct pb_pool *pool, const struct pb_file *file, int32_t symbol)
{
	uint32_t place = pool->n_files;

	/* A schema's own file comes last, and is sought most. */
	while (place > 0 && pool->files[place - 1].file != file) {
		place--;
	}
	assert(place > 0);
	const struct pool_file *found = &pool->files[place - 1];
	return symbol == PB_NO_INDEX ? found->package : found->symbols + symbol;
}

const struct pb_file *pb_pool_file(const struct pb_pool *pool, struct scute_str path)
{
	uint32_t place = pool_find_file(pool, path);

	return place == UINT32_MAX ? NULL : pool->files[place].file;
}

const struct pb_node *pb_pool_find(const struct pb_pool *pool, struct scute_str full_name)
{
	int32_t scope = PB_ROOT;

	if (full_name.len == 0) {
		return NULL;
	}
	while (full_name.len > 0) {
		struct scute_str part = take_part(&full_name);
		scope = pool_lookup(pool, scope, part, pb_hash(part));
		if (scope == PB_NO_INDEX) {
			return NULL;
		}
	}
	return pool->entries[scope].node;
}

const struct pb_message *pb_pool_message(const struct pb_pool *pool, struct scute_str full_name)
{
	const struct pb_node *node = pb_pool_find(pool, full_name);

	return node && node->kind == PB_MESSAGE ? PB_AS(pb_message, node) : NULL;
}

const struct pb_enum *pb_pool_enum(const struct pb_pool *pool, struct scute_str full_name)
{
	const struct pb_node *node = pb_pool_find(pool, full_name);

	return node && node->kind == PB_ENUM ? PB_AS(pb_enum, node) : NULL;
}

const struct pb_field *pb_pool_extension_named(const struct pb_pool *pool,
	struct scute_str full_name)
{
	const struct pb_node *node = pb_pool_find(pool, full_name);

	if (!node || node->kind != PB_FIELD || PB_AS(pb_field, node)->extendee_name.len == 0) {
		return NULL;
	}
	return PB_AS(pb_field, node);
}

static uint32_t extension_slot(const struct pb_pool *pool, const struct pb_message *extendee,
	int32_t number)
{
	uint32_t hash = mix((uint32_t)((uintptr_t)extendee >> 4) ^ pb_hash_number(number), 0);
	uint32_t at = hash & pool->extensions_mask;

	for (; pool->extensions[at]; at = (at + 1) & pool->extensions_mask) {
		const struct pb_field *field = pool->extensions[at];
		if (field->extendee == extendee && field->number == number) {
			break;
		}
	}
	return at;
}

const struct pb_field *pb_pool_extension(const struct pb_pool *pool,
	const struct pb_message *extendee, int32_t number)
{
	if (!pool->extensions) {
		return NULL;
	}
	return pool->extensions[extension_slot(pool, extendee, number)];
}

bool pool_add_extension(struct pb_pool *pool, const struct pb_field *field,
	const struct pb_field **ret_other)
{
	*ret_other = NULL;
	if (!pool->extensions || pool->n_extensions * 2 > pool->extensions_mask) {
		uint32_t n_old = pool->extensions ? pool->extensions_mask + 1 : 0;
		const struct pb_field **old = pool->extensions;
		uint32_t size = n_old ? n_old * 2 : 16;
		pool->extensions = arena_zalloc(pool->arena, size, sizeof(*pool->extensions));
		if (!pool->extensions) {
			return false;
		}
		pool->extensions_mask = size - 1;
		for (uint32_t i = 0; i < n_old; i++) {
			if (old[i]) {
				pool->extensions[extension_slot(pool, old[i]->extendee,
					old[i]->number)] = old[i];
			}
		}
	}
	uint32_t at = extension_slot(pool, field->extendee, field->number);
	if (pool->extensions[at]) {
		*ret_other = pool->extensions[at];
		return true;
	}
	pool->extensions[at] = field;
	pool->n_extensions++;
	return true;
}
