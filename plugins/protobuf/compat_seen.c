/* SPDX-License-Identifier: Apache-2.0 */
/* Which pairs of messages were compared, and which are still to be. */
#include "compat.h"

#include "support/arena.h"
#include "support/str.h"

#define SEEN_CAP_MIN 64u

static size_t pair_hash(const struct pair *pair)
{
	uint64_t hash = (uint64_t)(uintptr_t)pair->writer * 0x9e3779b97f4a7c15u;

	hash = (hash ^ (uint64_t)(uintptr_t)pair->reader) * 0x9e3779b97f4a7c15u;
	return (size_t)(hash >> 17);
}

/* The pair's place, or the free one where it belongs. */
static struct pair *slot_of(struct pair *slots, size_t cap, const struct pair *pair)
{
	size_t at = pair_hash(pair) & (cap - 1);

	while (slots[at].writer &&
		(slots[at].writer != pair->writer || slots[at].reader != pair->reader)) {
		at = (at + 1) & (cap - 1);
	}
	return &slots[at];
}

static enum scute_status seen_grow(struct check *c)
{
	size_t cap = c->seen_cap == 0 ? SEEN_CAP_MIN : c->seen_cap * 2;
	struct pair *slots = arena_zalloc(c->arena, cap, sizeof(*slots));

	if (!slots) {
		return compat_memory(c);
	}
	for (size_t i = 0; i < c->seen_cap; i++) {
		if (c->seen[i].writer) {
			*slot_of(slots, cap, &c->seen[i]) = c->seen[i];
		}
	}
	c->seen = slots;
	c->seen_cap = cap;
	return SCUTE_OK;
}

enum scute_status compat_begin(struct check *c, const struct pair *pair, bool *ret_new)
{
	if (c->n_seen * 2 >= c->seen_cap) {
		enum scute_status status = seen_grow(c);
		if (status != SCUTE_OK) {
			return status;
		}
	}
	struct pair *slot = slot_of(c->seen, c->seen_cap, pair);
	*ret_new = !slot->writer;
	if (*ret_new) {
		*slot = *pair;
		c->n_seen++;
	}
	return SCUTE_OK;
}

enum scute_status compat_enqueue(struct check *c, const struct pair *pair)
{
	bool writer_own = pair->writer->file == c->writer->file;
	bool reader_own = pair->reader->file == c->reader->file;
	struct queued *queued;

	/* Both stand in the schemas themselves, or in one built-in file. */
	if ((writer_own && reader_own) || pair->writer == pair->reader) {
		return SCUTE_OK;
	}
	if (c->seen_cap > 0 && slot_of(c->seen, c->seen_cap, pair)->writer) {
		return SCUTE_OK;
	}
	queued = arena_zalloc(c->arena, 1, sizeof(*queued));
	if (!queued) {
		return compat_memory(c);
	}
	queued->pair = *pair;
	*c->queue_end = queued;
	c->queue_end = &queued->next;
	return SCUTE_OK;
}
