/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches that wait to be written and answered: encoded entries in one buffer, ready for
 * one write, and beside them whom to answer. Also the answers that need no write. Loop thread.
 */
#ifndef STORE_JOURNAL_QUEUE_H
#define STORE_JOURNAL_QUEUE_H

#include "store/journal_format.h"

#define JOURNAL_QUEUE_BYTES_MAX ((size_t)64 << 20)

struct journal_batch {
	store_done done;
	void *user;
	uint32_t n;              /* records */
	bool barrier;
	enum store_status status; /* of an answer that needs no write */
};

/* What gathers while another group is being written. */
struct journal_group {
	struct buf entries;
	struct buf batches; /* struct journal_batch */
	size_t n_records;
};

void journal_group_init(struct journal_group *group);
void journal_group_finish(struct journal_group *group);

static inline bool journal_group_is_empty(const struct journal_group *group)
{
	return group->batches.len == 0;
}

/*
 * Encodes the records at the end. queued: bytes in other groups, for the maximum.
 * STORE_OK, STORE_TOO_LARGE or STORE_FULL; in the latter two nothing changed.
 */
enum store_status journal_group_add(struct journal_group *group, const struct store_record *records,
	size_t n, size_t queued, const struct journal_batch *batch);

/* Seals all entries in order: offsets from first_offset on. Any thread. */
void journal_group_seal(struct journal_group *group, uint32_t salt, int64_t first_offset,
	uint64_t base);

/*
 * Answers all batches that are there now with status. A callback may add to the group:
 * what it adds stays.
 */
void journal_group_fail(struct journal_group *group, enum store_status status);

/* Empties a group whose batches are answered; gives back memory beyond a small reserve. */
void journal_group_reset(struct journal_group *group);

/* Answers for later; memory for a number of them is set aside. */
struct journal_answers {
	struct buf waiting; /* struct journal_batch */
};

bool journal_answers_init(struct journal_answers *answers); /* false: out of memory */
void journal_answers_finish(struct journal_answers *answers);
void journal_answers_add(struct journal_answers *answers, store_done done, void *user,
	enum store_status status);

/* Gives those that are there now. */
void journal_answers_give(struct journal_answers *answers);

#endif
