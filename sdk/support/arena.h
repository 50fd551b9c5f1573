/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arena behind struct scute_arena: blocks from malloc, a limit in bytes, freed
 * in one stroke. One thread at a time.
 */
#ifndef SUPPORT_ARENA_H
#define SUPPORT_ARENA_H

#include "scute/types.h"

struct arena_block;

struct arena {
	struct scute_arena base; /* hand &arena->base to whatever allocates */
	struct arena_block *blocks;
	size_t used_bytes; /* taken from malloc so far */
	size_t max_bytes;
};

/* No memory is taken before the first allocation. max_bytes bounds what malloc gives. */
void arena_init(struct arena *arena, size_t max_bytes);

/* Like arena_init, but serves the first first_bytes from memory that the caller owns. */
void arena_init_with(struct arena *arena, size_t max_bytes, void *first, size_t first_bytes);

/*
 * Forgets every allocation; keeps at most one block of ordinary size for reuse
 * (after arena_init_with: the caller's memory).
 */
void arena_reset(struct arena *arena);

/* Frees all blocks. The arena may be initialised again. */
void arena_finish(struct arena *arena);

/* Copies; NULL data when out of memory and len > 0. */
struct scute_str arena_copy(struct scute_arena *arena, struct scute_str text);

/* Replaces *text by a copy. False, and *text as it was, when out of memory. */
bool arena_keep(struct scute_arena *arena, struct scute_str *text);

/* bytes * count, zeroed; NULL on overflow or out of memory. */
void *arena_zalloc(struct scute_arena *arena, size_t count, size_t bytes);

/* printf into the arena; data NULL on failure. NUL-terminated after len. */
struct scute_str arena_printf(struct scute_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
