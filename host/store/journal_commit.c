/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group commit: what was gathered goes out as one write and one fdatasync on a worker,
 * then through on_record, then is answered. And what follows when that fails.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "store/journal.h"

#define RETRY_MS 1000u

static void commit_work(void *user)
{
	struct journal *journal = user;
	struct journal_job *job = &journal->job;
	struct journal_group *group = &journal->flight;

	job->recovered = !job->recover || journal_file_recover(&journal->file);
	job->outcome = JOURNAL_UNDONE;
	if (!job->recovered) {
		return;
	}
	if (journal_group_is_empty(group)) {
		job->outcome = JOURNAL_DURABLE;
		return;
	}
	journal_group_seal(group, journal->file.head.salt, job->first_offset,
		journal->file.durable);
	job->outcome = journal_file_append(&journal->file, group->entries.data,
		group->entries.len);
}

static void retry(void *user)
{
	struct journal *journal = user;

	journal->retry_due = true;
	journal_kick(journal);
}

static void set_broken(struct journal *journal)
{
	char text[SCUTE_ERROR_TEXT_BYTES];

	journal->broken = true;
	if (!journal->retry) {
		/* Without memory for it the next barrier tries. */
		journal->retry = loop_timer_start(journal->loop, RETRY_MS, RETRY_MS, retry,
			journal);
	}
	snprintf(text, sizeof(text), "journal %s: what is on disk is uncertain: %s",
		journal->file.path, strerror(journal->file.error));
	journal_set_state(journal, STORE_LOST, text);
}

static void set_mended(struct journal *journal)
{
	journal->broken = false;
	loop_timer_stop(journal->retry);
	journal->retry = NULL;
	journal_set_state(journal, STORE_READY, "the journal can be written again");
}

static void note_failure(struct journal *journal)
{
	if (!journal->failing) {
		log_error("store.journal", "%s: cannot write: %s; writes are refused until "
			"it works", journal->file.path, strerror(journal->file.error));
	}
	journal->failing = true;
}

static void note_success(struct journal *journal)
{
	if (journal->failing) {
		log_info("store.journal", "%s: writes work again", journal->file.path);
	}
	journal->failing = false;
}

static void deliver_batch(struct journal *journal, const struct journal_batch *batch,
	const char **at)
{
	struct journal_entry entry;

	for (uint32_t i = 0; i < batch->n; i++) {
		journal_entry_decode(*at, &entry);
		*at += entry.bytes;
		journal_deliver(journal, &entry);
	}
	if (batch->barrier) {
		journal->fenced = false;
	}
	batch->done(batch->user, STORE_OK, journal->last_offset);
}

static void deliver(struct journal *journal)
{
	struct journal_group *group = &journal->flight;
	const struct journal_batch *batches = (const void *)group->batches.data;
	size_t n = group->batches.len / sizeof(*batches);
	const char *at = group->entries.data;

	if (n > 0) {
		journal->end += group->entries.len;
		journal->marked = false;
		note_success(journal);
	}
	for (size_t i = 0; i < n && !journal->abandoned; i++) {
		deliver_batch(journal, &batches[i], &at);
	}
	journal_group_reset(group);
}

/*
 * The flight failed. What gathered behind it was decided upon with it in view, so it must
 * not come to stand in the log without it.
 */
static void refuse(struct journal *journal, enum store_status flight, enum store_status behind)
{
	note_failure(journal);
	/* Behind first: while the flight is answered, new batches may gather. */
	struct journal_group last = journal->gathering;

	journal_group_init(&journal->gathering);
	if (!journal->abandoned) {
		journal_group_fail(&journal->flight, flight);
	}
	journal_group_reset(&journal->flight);
	journal_group_fail(&last, behind);
	journal_group_finish(&last);
}

static void commit_done(void *user)
{
	struct journal *journal = user;
	struct journal_job *job = &journal->job;

	journal->busy = false;
	if (!job->recovered) {
		refuse(journal, STORE_UNAVAILABLE, STORE_UNAVAILABLE);
		journal_kick(journal);
		return;
	}
	if (job->recover && job->outcome != JOURNAL_UNCERTAIN) {
		set_mended(journal);
	}
	switch (job->outcome) {
	case JOURNAL_DURABLE:
		deliver(journal);
		break;
	case JOURNAL_UNDONE:
		refuse(journal, STORE_FULL, STORE_FULL);
		break;
	case JOURNAL_UNCERTAIN:
		journal->fenced = true;
		set_broken(journal);
		refuse(journal, STORE_UNKNOWN, STORE_UNAVAILABLE);
		break;
	}
	journal_kick(journal);
}

static void switch_work(void *user)
{
	journal_upkeep_switch(user);
}

static void switch_done(void *user)
{
	struct journal *journal = user;

	journal->busy = journal->switching = false;
	journal_upkeep_switched(journal);
	if (journal->file.dir_suspect) {
		set_broken(journal);
	}
	journal_kick(journal);
}

static void start_commit(struct journal *journal)
{
	struct journal_group group = journal->flight;

	assert(journal_group_is_empty(&group));
	journal->flight = journal->gathering;
	journal->gathering = group;
	journal->job = (struct journal_job){
		.recover = journal->broken,
		.first_offset = journal->next_offset,
	};
	journal->next_offset += (int64_t)journal->flight.n_records;
	journal->retry_due = false;
	journal->busy = true;
	if (!pool_run(journal->pool, commit_work, commit_done, journal)) {
		journal->busy = false;
		/* The pool is at its maximum; nothing was written. */
		journal_group_fail(&journal->flight, STORE_FULL);
		journal_group_reset(&journal->flight);
	}
}

void journal_commit(struct journal *journal)
{
	if (journal->busy || journal->state == STORE_REPLAYING || journal->state == STORE_FAILED) {
		return;
	}
	if (journal->switch_wanted && !journal->broken && !journal->closing) {
		journal->busy = pool_run(journal->pool, switch_work, switch_done, journal);
		journal->switching = journal->busy;
		if (journal->busy) {
			journal->switch_wanted = false;
			return;
		}
		journal_upkeep_stop(journal);
	}
	if (!journal_group_is_empty(&journal->gathering) ||
			(journal->retry_due && journal->broken)) {
		start_commit(journal);
	}
}

void journal_commit_abandon(struct journal *journal)
{
	journal_group_fail(&journal->gathering, STORE_UNAVAILABLE);
	if (journal->busy && !journal->abandoned) {
		/* The worker still reads the entries; only the answers go now. */
		const struct journal_batch *batches = (const void *)journal->flight.batches.data;
		size_t n = journal->flight.batches.len / sizeof(*batches);

		journal->abandoned = true;
		for (size_t i = 0; i < n; i++) {
			batches[i].done(batches[i].user, STORE_UNKNOWN, -1);
		}
	}
}
