/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Declared state machines (after dqlite): waiting state is an enum, its allowed moves
 * are a table, and an invariant is checked on each move. A move that is not in the
 * table, or a broken invariant, is a bug of ours: a line to stderr, then abort().
 */
#ifndef BASE_SM_H
#define BASE_SM_H

#include <stdbool.h>
#include <stdint.h>

struct sm;

#define SM_TO(state) (UINT64_C(1) << (state))

enum sm_flag {
	SM_INITIAL = 1u << 0, /* sm_init() may begin here */
	SM_FINAL = 1u << 1,   /* sm_finish() may find it here */
};

struct sm_state {
	const char *name; /* NULL: no such state */
	uint64_t next;    /* SM_TO() of each state it may move to */
	unsigned flags;   /* enum sm_flag */
};

/* One per kind of machine, constant. */
struct sm_table {
	const char *name;
	const struct sm_state *states; /* indexed by the caller's enum */
	unsigned n_states;             /* at most 64 */
	/* Called after each move, and after init with previous == current. NULL: none. */
	bool (*invariant)(const struct sm *sm, unsigned previous);
};

/* Embedded in its owner, which the invariant finds from it. */
struct sm {
	const struct sm_table *table;
	unsigned current;
};

void sm_init(struct sm *sm, const struct sm_table *table, unsigned state);
void sm_move(struct sm *sm, unsigned state);
void sm_finish(struct sm *sm); /* must be in a final state */

static inline unsigned sm_state(const struct sm *sm)
{
	return sm->current;
}

static inline const char *sm_name(const struct sm *sm)
{
	return sm->table->states[sm->current].name;
}

#endif
