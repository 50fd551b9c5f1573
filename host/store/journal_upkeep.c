/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when to compact, and drives the compaction's steps on the pool. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "log.h"
#include "store/journal.h"

#define GROWTH_BYTES_MIN ((uint64_t)1 << 20)
#define SWITCH_BYTES ((uint64_t)256 << 10) /* little enough to hold appends up for */
#define ROUNDS_MAX 8u

/* A look costs one reading of the file: the next is due after it grew by a quarter. */
static void look_later(struct journal *journal)
{
	uint64_t growth = journal->end / 4;

	if (growth < GROWTH_BYTES_MIN) {
		growth = GROWTH_BYTES_MIN;
	}
	journal->compact_at = journal->end + growth;
	if (journal->compact_at < JOURNAL_COMPACT_BYTES_MIN) {
		journal->compact_at = JOURNAL_COMPACT_BYTES_MIN;
	}
}

void journal_upkeep_stop(struct journal *journal)
{
	if (journal->compacting || journal->switching) {
		return;
	}
	journal_compaction_destroy(journal->compaction);
	journal->compaction = NULL;
	journal->switch_wanted = false;
}

static void give_up(struct journal *journal)
{
	log_warning("store.journal", "%s: compaction put off: %s", journal->file.path,
		strerror(journal->compaction->error));
	look_later(journal);
}

static void report_damage(struct journal *journal)
{
	log_error("store.journal", "%s is damaged at byte %" PRIu64 ": compaction stopped, the "
		"file is as it was; make a backup of what is served now", journal->file.path,
		journal->compaction->reader.position);
	journal->compact_at = UINT64_MAX;
}

static void step_work(void *user)
{
	struct journal *journal = user;

	journal_compaction_step(journal->compaction);
}

static void step_done(void *user);

static void run_step(struct journal *journal)
{
	journal->compacting = pool_run(journal->pool, step_work, step_done, journal);
	if (!journal->compacting) {
		/* The pool has more urgent work. */
		look_later(journal);
		journal_upkeep_stop(journal);
	}
}

static void caught_up(struct journal *journal)
{
	struct journal_compaction *compaction = journal->compaction;

	if (journal->end - compaction->reader.position <= SWITCH_BYTES ||
			compaction->rounds >= ROUNDS_MAX) {
		compaction->phase = JOURNAL_SWITCH;
		journal->switch_wanted = true;
		journal_kick(journal);
		return;
	}
	compaction->rounds++;
	compaction->target = journal->end;
	run_step(journal);
}

static void step_done(void *user)
{
	struct journal *journal = user;

	journal->compacting = false;
	journal_kick(journal);
	if (journal->closing) {
		return;
	}
	switch (journal->compaction->progress) {
	case JOURNAL_MORE:
		run_step(journal);
		return;
	case JOURNAL_CAUGHT_UP:
		caught_up(journal);
		return;
	case JOURNAL_NOT_WORTH:
		look_later(journal);
		break;
	case JOURNAL_BROKEN_FILE:
		report_damage(journal);
		break;
	case JOURNAL_GAVE_UP:
		give_up(journal);
		break;
	case JOURNAL_REPLACED:
		/* Only the exclusive job switches. */
		assert(journal->compaction->progress != JOURNAL_REPLACED);
		break;
	}
	journal_compaction_destroy(journal->compaction);
	journal->compaction = NULL;
}

void journal_upkeep_switch(struct journal *journal)
{
	journal->compaction->target = journal->file.durable;
	journal_compaction_step(journal->compaction);
}

void journal_upkeep_switched(struct journal *journal)
{
	if (journal->compaction->progress == JOURNAL_REPLACED) {
		log_info("store.journal", "%s: compacted from %" PRIu64 " to %" PRIu64 " bytes",
			journal->file.path, journal->end, journal->file.durable);
		journal->end = journal->file.durable;
		journal->marked = journal->end == JOURNAL_HEAD_BYTES;
		look_later(journal);
	} else if (journal->compaction->progress == JOURNAL_BROKEN_FILE) {
		report_damage(journal);
	} else {
		give_up(journal);
	}
	journal_compaction_destroy(journal->compaction);
	journal->compaction = NULL;
}

void journal_upkeep(struct journal *journal)
{
	if (journal->closing) {
		journal_upkeep_stop(journal);
		return;
	}
	if (journal->compaction || journal->state != STORE_READY ||
			(journal->end < journal->compact_at && !journal->compact_force)) {
		return;
	}
	journal->compaction = journal_compaction_create(&journal->file, journal->end,
		journal->compact_force);
	journal->compact_force = false;
	if (!journal->compaction) {
		look_later(journal);
		return;
	}
	run_step(journal);
}

void journal_compact_now(struct store *store)
{
	struct journal *journal = journal_of(store);

	journal->compact_force = true;
	journal_kick(journal);
}
