/* SPDX-License-Identifier: Apache-2.0 */
/* The stack of scratch memory: chunks that double, linked in the order of their use. */
#include "work.h"

#include <assert.h>

enum {
	CHUNK_BYTES_MIN = 2048,
	CHUNK_BYTES_MAX = 256 * 1024,
};

struct js_chunk {
	_Alignas(16) struct js_chunk *next;
	size_t bytes; /* behind this header */
};

void js_work_init(struct js_work *work, struct scute_arena *arena, uint64_t steps)
{
	assert(steps > 0);
	*work = (struct js_work){ .arena = arena, .steps = steps };
}

/* A chunk behind top that has the room; those that are too small are passed over. */
static struct js_chunk *next_chunk(struct js_work *work, size_t bytes)
{
	struct js_chunk **link = work->top ? &work->top->next : &work->first;
	size_t size = work->top ? work->top->bytes * 2 : CHUNK_BYTES_MIN;

	if (*link && (*link)->bytes >= bytes) {
		return *link;
	}
	size = size > CHUNK_BYTES_MAX ? CHUNK_BYTES_MAX : size;
	size = size < bytes ? bytes : size;
	struct js_chunk *chunk = scute_alloc(work->arena, sizeof(*chunk) + size);
	if (!chunk) {
		return NULL;
	}
	/* Before the one that is too small, which later takes may find again. */
	chunk->next = *link;
	chunk->bytes = size;
	*link = chunk;
	return chunk;
}

void *js_work_take(struct js_work *work, size_t bytes)
{
	bytes = (bytes + 15) & ~(size_t)15;
	if (!work->top || work->top->bytes - work->used < bytes) {
		struct js_chunk *chunk = next_chunk(work, bytes);
		if (!chunk) {
			work->out_of_memory = true;
			work->steps = 0;
			return NULL;
		}
		work->top = chunk;
		work->used = 0;
	}
	void *at = (char *)(work->top + 1) + work->used;
	work->used += bytes;
	return at;
}
