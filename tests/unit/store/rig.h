/* SPDX-License-Identifier: Apache-2.0 */
/* A store on a loop of its own for tests: it notes every event and waits with a deadline. */
#ifndef TEST_STORE_RIG_H
#define TEST_STORE_RIG_H

#include "loop.h"
#include "pool.h"
#include "store/store.h"

struct config;

/* A record that went through on_record, copied. */
struct rig_record {
	struct store_record record; /* its slices are owned by memory */
	char *memory;
};

struct rig {
	struct loop *loop;
	struct pool *pool;
	struct store *store;      /* NULL when not open */
	struct scute_error err;   /* of an open that failed */
	bool discard;             /* count the records only */
	size_t n_records;
	struct rig_record *records;
	size_t records_cap;
	enum store_state state;
	unsigned n_states;        /* changes */
	char text[SCUTE_ERROR_TEXT_BYTES];
	unsigned n_answers;
	bool closed;
	bool timed_out;
	uint64_t wait_ms;
	uint64_t deadline_ms;     /* of the wait in progress; 0: none */
	struct loop_timer *tick;
	/* Called in each on_record, for tests that act from within; may be NULL. */
	void (*hook)(struct rig *rig, const struct store_record *record);
	bool (*until)(struct rig *rig, const void *what);
	const void *what;
};

/* Whom a batch answers. */
struct rig_answer {
	struct rig *rig;
	unsigned calls;
	unsigned turn;            /* 1 for the first answer the rig saw */
	enum store_status status;
	int64_t offset;
	size_t n_records_then;    /* that had been through on_record */
	void (*hook)(struct rig_answer *answer);
	void *user;
};

void rig_init(struct rig *rig, uint64_t wait_ms);
void rig_finish(struct rig *rig); /* closes the store when still open */

/* False when open refuses. Forgets the records seen before. */
bool rig_open(struct rig *rig, const struct store_ops *ops, const struct config *config);
void rig_close(struct rig *rig, uint64_t drain_ms);

/* Runs the loop until the condition holds. False: the deadline passed. */
bool rig_wait(struct rig *rig, bool (*until)(struct rig *rig, const void *what), const void *what);
bool rig_wait_state(struct rig *rig, enum store_state state);
bool rig_wait_answer(struct rig *rig, const struct rig_answer *answer);
void rig_run_ms(struct rig *rig, uint64_t ms); /* serves the loop for that long */

void rig_append(struct rig *rig, struct rig_answer *answer, const struct store_record *records,
	size_t n);
void rig_barrier(struct rig *rig, struct rig_answer *answer, const struct store_record *record);

/* Opens and waits for READY, asserting both. */
void rig_open_ready(struct rig *rig, const struct store_ops *ops, const struct config *config);

/* Appends one record with C strings (NULL: null) and waits. */
enum store_status rig_put(struct rig *rig, const char *key, const char *value);

struct scute_str rig_str(const char *text);

#endif
