/* SPDX-License-Identifier: Apache-2.0 */
/* One entry a schema object, each in an arena of its own. */
#include "registry/parsed.h"

#include <assert.h>
#include <stdlib.h>

#include "registry/refs.h"

#define PARSE_BYTES_MAX ((size_t)256 << 20)

static uint64_t hash_schema(const struct schema *schema)
{
	return ((uint64_t)(uintptr_t)schema >> 4) * 0x9e3779b97f4a7c15u;
}

static uint64_t hash_parsed(const void *item)
{
	return hash_schema(((const struct parsed *)item)->schema);
}

static bool equal_parsed(const void *item, const void *key)
{
	return ((const struct parsed *)item)->schema == key;
}

void parsed_cache_init(struct parsed_cache *cache, size_t bytes_max)
{
	*cache = (struct parsed_cache){ .bytes_max = bytes_max };
	map_init(&cache->by_schema, hash_parsed);
	list_init(&cache->used);
}

uint64_t parsed_cache_turn(struct parsed_cache *cache)
{
	return ++cache->turn;
}

size_t parsed_bytes(const struct parsed *parsed)
{
	return sizeof(*parsed) + parsed->arena.used_bytes;
}

bool parsed_is_keepable(const struct parsed *parsed)
{
	return parsed->is_whole && parsed_bytes(parsed) <= PARSED_ENTRY_BYTES_MAX;
}

void parsed_destroy(struct parsed *parsed)
{
	if (!parsed) {
		return;
	}
	assert(parsed->uses == 0 && !list_linked(&parsed->node));
	arena_finish(&parsed->arena);
	free(parsed);
}

void parsed_release(struct parsed *parsed)
{
	assert(parsed->uses > 0);
	parsed->uses--;
	if (parsed->uses == 0 && !list_linked(&parsed->node)) {
		parsed_destroy(parsed);
	}
}

static void drop(struct parsed_cache *cache, struct parsed *parsed)
{
	map_remove(&cache->by_schema, parsed);
	list_remove(&parsed->node);
	cache->bytes -= parsed_bytes(parsed);
	if (parsed->uses == 0) {
		parsed_destroy(parsed);
	}
}

void parsed_cache_finish(struct parsed_cache *cache)
{
	list_for_each_safe(node, &cache->used) {
		drop(cache, list_entry(node, struct parsed, node));
	}
	assert(cache->bytes == 0);
	map_finish(&cache->by_schema);
}

static struct parsed *find(const struct parsed_cache *cache, const struct schema *schema)
{
	return map_find(&cache->by_schema, hash_schema(schema), equal_parsed, schema);
}

static void touch(struct parsed_cache *cache, struct parsed *parsed, uint64_t turn)
{
	if (parsed->turn < turn) {
		parsed->turn = turn;
	}
	list_remove(&parsed->node);
	list_push_back(&cache->used, &parsed->node);
}

struct parsed *parsed_find(struct parsed_cache *cache, const struct schema *schema,
	const struct scute_reference *references, size_t n_references)
{
	struct parsed *parsed = find(cache, schema);

	if (!parsed) {
		return NULL;
	}
	if (!refs_equal(parsed->references, parsed->n_references, references, n_references)) {
		drop(cache, parsed);
		return NULL;
	}
	touch(cache, parsed, cache->turn);
	parsed->uses++;
	return parsed;
}

static size_t references_bytes(const struct scute_reference *references, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++) {
		bytes += references[i].text.len;
	}
	return bytes;
}

/* Copying what is too large to be kept would be for nothing. False: no memory. */
static bool own_references(struct parsed *parsed)
{
	size_t n = parsed->n_references;

	parsed->is_whole = references_bytes(parsed->references, n) < PARSED_ENTRY_BYTES_MAX;
	if (n > 0 && parsed->is_whole) {
		parsed->references = refs_copy(parsed->references, n, &parsed->arena.base);
	}
	return n == 0 || parsed->references;
}

enum scute_status parsed_create(const struct schema *schema, const struct scute_reference *references,
	size_t n_references, const struct scute_limits *limits, struct parsed **ret_parsed,
	struct scute_error *err)
{
	struct parsed *parsed = malloc(sizeof(*parsed));
	enum scute_status status = SCUTE_ENOMEM;

	if (!parsed) {
		return status;
	}
	*parsed = (struct parsed){ .schema = schema, .references = references,
		.n_references = n_references };
	arena_init(&parsed->arena, PARSE_BYTES_MAX);
	if (own_references(parsed)) {
		struct scute_source source = { sizeof(source), SCUTE_SOURCE_STORED,
			schema_text(schema), parsed->references, n_references, limits };
		status = schema->type->format->parse(&source, &parsed->arena.base, &parsed->result,
			err);
	}
	if (status != SCUTE_OK) {
		parsed_destroy(parsed);
		return status;
	}
	*ret_parsed = parsed;
	return SCUTE_OK;
}

/* Those not used since turn began may go for it. */
static bool make_room(struct parsed_cache *cache, size_t bytes, uint64_t turn)
{
	if (bytes > cache->bytes_max) {
		return false;
	}
	while (cache->bytes > cache->bytes_max - bytes) {
		struct list *oldest = list_first(&cache->used);
		struct parsed *parsed = list_entry(oldest, struct parsed, node);
		if (parsed->turn >= turn) {
			return false;
		}
		drop(cache, parsed);
	}
	return true;
}

void parsed_keep(struct parsed_cache *cache, struct parsed *parsed, uint64_t turn)
{
	bool is_wanted = parsed->schema->uses > 0 && parsed_is_keepable(parsed) &&
		!find(cache, parsed->schema);

	if (!is_wanted || !make_room(cache, parsed_bytes(parsed), turn) ||
		!map_insert(&cache->by_schema, parsed)) {
		parsed_destroy(parsed);
		return;
	}
	parsed->turn = turn;
	list_push_back(&cache->used, &parsed->node);
	cache->bytes += parsed_bytes(parsed);
}

void parsed_forget(struct parsed_cache *cache, const struct schema *schema)
{
	struct parsed *parsed = find(cache, schema);

	if (parsed) {
		drop(cache, parsed);
	}
}
