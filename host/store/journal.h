/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal store's inside, shared by its files and tests; everybody else uses
 * store_journal of store.h. All on the loop thread; the pool runs one exclusive job at a
 * time (a commit or a switch to the compacted file) and beside it compaction steps.
 */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "loop.h"
#include "pool.h"
#include "store/journal_compact.h"
#include "store/journal_file.h"
#include "store/journal_queue.h"
#include "store/journal_reader.h"
#include "store/store.h"

#define JOURNAL_COMPACT_BYTES_MIN ((uint64_t)4 << 20)

/* What the exclusive job is given and brings back; the loop leaves it alone meanwhile. */
struct journal_job {
	bool recover;          /* first bring the file back to what is durable */
	int64_t first_offset;
	bool recovered;
	enum journal_outcome outcome;
};

struct journal {
	struct store store;
	struct loop *loop;
	struct pool *pool;
	struct store_events events;
	struct journal_file file;
	enum store_state state;

	int64_t last_offset;   /* through on_record; -1: none */
	int64_t next_offset;   /* never goes back; a failed write leaves a gap */
	int64_t floor_offset;  /* the next one was at least this at open */
	uint64_t end;          /* durable bytes, as the loop knows them */
	bool marked;           /* nothing lies behind the last mark */

	struct journal_reader reader; /* of the replay */
	bool slice_posted;
	struct buf headers;    /* struct store_header, room for one record's */

	struct journal_group gathering;
	struct journal_group flight;
	struct journal_answers answers;
	struct journal_job job;
	struct loop_idle idle;
	bool busy;             /* the exclusive job runs */
	bool broken;           /* journal_file_recover() must succeed before the next write */
	bool fenced;           /* an outcome was unknown: only a barrier opens the way again */
	bool failing;          /* the last write failed; for the log */
	struct loop_timer *retry; /* while broken */
	bool retry_due;

	struct journal_compaction *compaction;
	bool compacting;       /* one of its steps runs */
	bool switch_wanted;
	bool switching;        /* the exclusive job is the switch */
	bool compact_force;
	uint64_t compact_at;   /* bytes of the file from which on to look whether it is worth it */

	bool closing;
	bool abandoned;        /* the flight was answered before it came back */
	struct loop_timer *deadline;
	void (*closed)(void *user);
	void *closed_user;
};

static inline struct journal *journal_of(struct store *store)
{
	return (struct journal *)(void *)store;
}

/* journal.c: whatever can go on goes on at the end of this iteration. */
void journal_kick(struct journal *journal);
void journal_set_state(struct journal *journal, enum store_state state, const char *text);

/* journal_replay.c. False: out of memory. */
bool journal_replay_start(struct journal *journal);
/* Room for n headers in journal->headers. */
bool journal_ensure_headers(struct journal *journal, size_t n);
/* Hands an entry to on_record; ensure_headers was called for it. */
void journal_deliver(struct journal *journal, const struct journal_entry *entry);

/* journal_commit.c: starts the exclusive job when there is reason to and none runs. */
void journal_commit(struct journal *journal);
/* Answers what waits to be written, as the store is closing or can not work. */
void journal_commit_abandon(struct journal *journal);

/* journal_upkeep.c: starts or continues the compaction when there is reason to. */
void journal_upkeep(struct journal *journal);
/* On a worker, as the exclusive job. */
void journal_upkeep_switch(struct journal *journal);
/* The switch is back on the loop. */
void journal_upkeep_switched(struct journal *journal);
/* Drops the compaction if none of its steps runs. */
void journal_upkeep_stop(struct journal *journal);

/* For tests: a compaction whatever the size and the dead share. */
void journal_compact_now(struct store *store);

#endif
