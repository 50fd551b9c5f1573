/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one validation may use: a number of steps, and scratch memory that is taken and given
 * back like a stack. Its chunks come from an arena and are used again and again.
 */
#ifndef JSONSCHEMA_WORK_H
#define JSONSCHEMA_WORK_H

#include "scute/types.h"

struct js_chunk;

struct js_work {
	struct scute_arena *arena;
	struct js_chunk *first;
	struct js_chunk *top;
	size_t used;         /* bytes of top */
	uint64_t steps;      /* left; 0: give up with SCUTE_ELIMIT */
	bool out_of_memory;  /* a js_work_take failed */
};

struct js_mark {
	struct js_chunk *top;
	size_t used;
};

/* Takes no memory yet. steps: at least 1. */
void js_work_init(struct js_work *work, struct scute_arena *arena, uint64_t steps);

/* Memory (16-byte aligned, not zeroed) until js_work_release; NULL: none, and out_of_memory. */
void *js_work_take(struct js_work *work, size_t bytes);

/* False when the steps are used up. */
static inline bool js_work_step(struct js_work *work)
{
	return work->steps > 0 && --work->steps > 0;
}

/* Several steps at once. */
static inline bool js_work_steps(struct js_work *work, uint64_t n)
{
	work->steps = work->steps > n ? work->steps - n : 0;
	return work->steps > 0;
}

static inline struct js_mark js_work_mark(const struct js_work *work)
{
	return (struct js_mark){ work->top, work->used };
}

/* Gives back all that was taken since mark. */
static inline void js_work_release(struct js_work *work, struct js_mark mark)
{
	work->top = mark.top;
	work->used = mark.used;
}

#endif
