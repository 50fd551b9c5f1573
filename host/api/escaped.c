/* SPDX-License-Identifier: Apache-2.0 */
/* Schema texts as JSON strings, kept as bytes: a small direct-mapped cache. */
#include <stdlib.h>

#include "api/answer.h"

#define SLOTS 2048u
#define FIXED_BYTES 64u /* what an entry costs besides its text */

struct slot {
	const struct schema *schema;
	struct buf text;
};

struct escaped_cache {
	struct slot *slots; /* made with the first text */
	size_t bytes;
	size_t bytes_max;
};

struct escaped_cache *escaped_create(size_t bytes_max)
{
	struct escaped_cache *cache = calloc(1, sizeof(*cache));

	if (cache) {
		cache->bytes_max = bytes_max;
	}
	return cache;
}

static void clear(struct escaped_cache *cache, struct slot *slot)
{
	if (slot->schema) {
		cache->bytes -= slot->text.cap + FIXED_BYTES;
		buf_finish(&slot->text);
		slot->schema = NULL;
	}
}

void escaped_destroy(struct escaped_cache *cache)
{
	if (!cache) {
		return;
	}
	for (size_t i = 0; cache->slots && i < SLOTS; i++) {
		clear(cache, &cache->slots[i]);
	}
	free(cache->slots);
	free(cache);
}

static struct slot *slot_of(const struct escaped_cache *cache, const struct schema *schema)
{
	return &cache->slots[schema->id % SLOTS];
}

static void clear_all(struct escaped_cache *cache)
{
	for (size_t i = 0; i < SLOTS; i++) {
		clear(cache, &cache->slots[i]);
	}
}

struct scute_str escaped_text(struct escaped_cache *cache, const struct schema *schema)
{
	struct scute_str none = { NULL, 0 };

	if (!cache->slots) {
		cache->slots = calloc(SLOTS, sizeof(*cache->slots));
		if (!cache->slots) {
			return none;
		}
	}
	struct slot *slot = slot_of(cache, schema);
	if (slot->schema == schema) {
		return buf_str(&slot->text);
	}
	size_t bytes = schema->text_len + schema->text_len / 4 + FIXED_BYTES;
	if (bytes > cache->bytes_max / 8) {
		return none; /* one giant must not drive out all others */
	}
	clear(cache, slot);
	if (cache->bytes + 2 * bytes > cache->bytes_max) {
		clear_all(cache); /* rare: the slots alone bound it for ordinary schemas */
	}
	buf_init(&slot->text, (size_t)schema->text_len * 6 + 2);
	if (!json_escape(&slot->text, schema_text(schema))) {
		buf_finish(&slot->text);
		return none;
	}
	slot->schema = schema;
	cache->bytes += slot->text.cap + FIXED_BYTES;
	return buf_str(&slot->text);
}

void escaped_forget(struct escaped_cache *cache, const struct schema *schema)
{
	if (cache->slots && slot_of(cache, schema)->schema == schema) {
		clear(cache, slot_of(cache, schema));
	}
}
