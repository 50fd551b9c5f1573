/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store in memory that does nothing by itself: the test says when and how each append and
 * barrier ends, and what else the log receives. It allocates only when made, so that tests
 * may let allocations fail. It asserts what store.h promises and asks of its users.
 */
#ifndef TEST_FAKE_STORE_H
#define TEST_FAKE_STORE_H

#include "registry/registry.h"

#define FAKE_RECORDS_MAX 60000
#define FAKE_JOBS_MAX 8192
#define FAKE_POOL_BYTES (24u << 20)

/* An append or a barrier that was not answered yet. */
struct fake_job {
	size_t first; /* its records in staged */
	size_t n;
	bool is_barrier;
	store_done done;
	void *user;
};

struct fake_store {
	struct store base;
	struct registry *registry;
	struct store_record *log;
	size_t n_log;
	size_t n_applied;
	int64_t end_offset; /* compaction leaves gaps */
	struct store_record *staged; /* handed in, not in the log yet */
	size_t n_staged;
	struct fake_job *jobs;
	size_t first_job;
	size_t n_jobs; /* all that ever were; pending: those from first_job on */
	char *pool;
	size_t pool_used;
	bool in_doubt; /* an outcome was unknown, no barrier has been OK since */
	bool in_call;
	enum apply_outcome outcome; /* of the last record applied */
};

struct fake_store *fake_create(struct registry *registry);
void fake_destroy(struct fake_store *fake);

size_t fake_pending(const struct fake_store *fake);
/* Ends the oldest job; OK puts its records into the log and through registry_apply(). */
void fake_end(struct fake_store *fake, enum store_status status);
/* STORE_UNKNOWN for the oldest: n of its records are in the log, applied only by the next barrier. */
void fake_lose(struct fake_store *fake, size_t n);
/* Ends all that is pending, also what that sets off, with OK (in doubt: as the contract says). */
void fake_settle(struct fake_store *fake);
/* A record by another program; value NULL: null. */
enum apply_outcome fake_foreign(struct fake_store *fake, const char *key, const char *value);

/* Applies the log to another registry: whole, or as compaction leaves it. */
void fake_replay(const struct fake_store *fake, struct registry *registry, bool compacted);
/* Compacts the log in place; what runs on is another registry, made from it. Nothing may be pending. */
void fake_restart(struct fake_store *fake, struct registry *registry);
/* Whether the log has a record of that key after compaction. */
bool fake_survives(const struct fake_store *fake, const char *key);
const struct store_record *fake_last(const struct fake_store *fake);

#endif
