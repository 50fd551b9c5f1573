/* SPDX-License-Identifier: Apache-2.0 */
/* Checking a machine's moves against its table. */
#include "sm.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static const char *name_of(const struct sm_table *table, unsigned state)
{
	bool known = state < table->n_states && table->states[state].name;

	return known ? table->states[state].name : "?";
}

/* Says which machine and move, which an assert could not. */
static void require(bool holds, const struct sm_table *table, unsigned from, unsigned to,
	const char *what)
{
	if (holds) {
		return;
	}
	fprintf(stderr, "scute: state machine %s, %s (%u) to %s (%u): %s\n", table->name,
		name_of(table, from), from, name_of(table, to), to, what);
	abort();
}

static void check_state(const struct sm_table *table, unsigned from, unsigned state)
{
	require(state < table->n_states && table->states[state].name, table, from, state,
		"no such state");
}

static void check_invariant(const struct sm *sm, unsigned previous)
{
	bool holds = !sm->table->invariant || sm->table->invariant(sm, previous);

	require(holds, sm->table, previous, sm->current, "the invariant does not hold");
}

void sm_init(struct sm *sm, const struct sm_table *table, unsigned state)
{
	assert(table->n_states <= 64);
	check_state(table, state, state);
	require(table->states[state].flags & SM_INITIAL, table, state, state, "no initial state");
	sm->table = table;
	sm->current = state;
	check_invariant(sm, state);
}

void sm_move(struct sm *sm, unsigned state)
{
	unsigned previous = sm->current;

	check_state(sm->table, previous, state);
	require(sm->table->states[previous].next & SM_TO(state), sm->table, previous, state,
		"the move is not allowed");
	sm->current = state;
	check_invariant(sm, previous);
}

void sm_finish(struct sm *sm)
{
	require(sm->table->states[sm->current].flags & SM_FINAL, sm->table, sm->current,
		sm->current, "no final state");
	sm->table = NULL;
}
