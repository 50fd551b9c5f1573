/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the journal from the beginning, in slices so that the loop serves others between
 * them, and judges its end: whole, torn (cut) or damaged (refused).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "log.h"
#include "store/journal.h"

#define SLICE_MS 5u
#define ENTRIES_PER_LOOK 64u /* at the clock */

bool journal_ensure_headers(struct journal *journal, size_t n)
{
	bool ok = buf_reserve(&journal->headers, n * sizeof(struct store_header));

	journal->headers.failed = false;
	return ok;
}

void journal_deliver(struct journal *journal, const struct journal_entry *entry)
{
	struct store_header *headers = (struct store_header *)(void *)journal->headers.data;
	struct store_record record = {
		.offset = entry->offset,
		.timestamp_ms = entry->timestamp_ms,
		.key = entry->key,
		.value = entry->value,
		.headers = headers,
		.n_headers = entry->n_headers,
	};

	journal_entry_headers(entry, headers);
	journal->last_offset = entry->offset;
	journal->events.on_record(journal->events.user, &record);
}

static void fail(struct journal *journal, const char *text)
{
	journal_reader_finish(&journal->reader);
	journal_set_state(journal, STORE_FAILED, text);
	journal_kick(journal);
}

static void fail_errno(struct journal *journal, const char *what, int error)
{
	char text[SCUTE_ERROR_TEXT_BYTES];

	snprintf(text, sizeof(text), "journal %s: cannot %s: %s", journal->file.path, what,
		strerror(error));
	fail(journal, text);
}

/* All entries up to end were good; what lies behind is a torn tail. */
static void finish(struct journal *journal, uint64_t end)
{
	char text[SCUTE_ERROR_TEXT_BYTES];

	if (!journal_file_begin(&journal->file, end)) {
		fail_errno(journal, "make its end durable", errno);
		return;
	}
	if (end < journal->file.size) {
		log_warning("store.journal", "%s: cut %" PRIu64 " bytes of an unfinished write at "
			"its end (from byte %" PRIu64 " on)", journal->file.path,
			journal->file.size - end, end);
	}
	journal_reader_finish(&journal->reader);
	journal->end = end;
	journal->next_offset = journal->last_offset + 1;
	if (journal->next_offset < journal->floor_offset) {
		journal->next_offset = journal->floor_offset;
	}
	snprintf(text, sizeof(text), "journal %s: %" PRIu64 " bytes, next offset %" PRId64,
		journal->file.path, end, journal->next_offset);
	journal_set_state(journal, STORE_READY, text);
	journal_kick(journal);
}

static void judge_end(struct journal *journal)
{
	uint64_t bad = journal->reader.position;
	char text[SCUTE_ERROR_TEXT_BYTES];
	uint64_t proof = 0;

	switch (journal_reader_prove_damage(&journal->reader, &proof)) {
	case JOURNAL_READ_ENTRY:
		snprintf(text, sizeof(text), "journal %s is damaged: no valid entry at byte %"
			PRIu64 ", but valid entries follow at byte %" PRIu64 "; nothing was "
			"changed. Restore it from a backup", journal->file.path, bad, proof);
		fail(journal, text);
		break;
	case JOURNAL_READ_ERROR:
		fail_errno(journal, "read", errno);
		break;
	case JOURNAL_READ_END:
	case JOURNAL_READ_BAD:
		finish(journal, bad);
		break;
	}
}

/* False: the end is reached, one way or another. */
static bool read_some(struct journal *journal)
{
	struct journal_entry entry;

	for (unsigned i = 0; i < ENTRIES_PER_LOOK; i++) {
		switch (journal_reader_next(&journal->reader, &entry)) {
		case JOURNAL_READ_ENTRY:
			break;
		case JOURNAL_READ_END:
			finish(journal, journal->reader.position);
			return false;
		case JOURNAL_READ_BAD:
			judge_end(journal);
			return false;
		case JOURNAL_READ_ERROR:
			fail_errno(journal, "read", errno);
			return false;
		}
		journal->marked = entry.kind == JOURNAL_MARK;
		if (journal->marked) {
			continue;
		}
		if (!journal_ensure_headers(journal, entry.n_headers)) {
			fail_errno(journal, "replay", ENOMEM);
			return false;
		}
		journal_deliver(journal, &entry);
		if (journal->closing) {
			return false;
		}
	}
	return true;
}

static void slice(void *user)
{
	struct journal *journal = user;
	uint64_t began_ms = clock_monotonic_ms();

	journal->slice_posted = false;
	if (journal->closing) {
		journal_kick(journal);
		return;
	}
	while (read_some(journal)) {
		if (clock_monotonic_ms() - began_ms < SLICE_MS) {
			continue;
		}
		/* Without memory for a post the replay goes on at once: late beats never. */
		if (loop_post(journal->loop, slice, journal)) {
			journal->slice_posted = true;
			return;
		}
	}
	journal_kick(journal);
}

bool journal_replay_start(struct journal *journal)
{
	journal->marked = true;
	journal->last_offset = -1;
	journal_reader_init(&journal->reader, journal->file.fd, journal->file.head.salt,
		JOURNAL_HEAD_BYTES, journal->file.size);
	journal->slice_posted = loop_post(journal->loop, slice, journal);
	return journal->slice_posted;
}
