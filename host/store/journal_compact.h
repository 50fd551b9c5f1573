/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compaction of a journal: keeps the last record of each key, in bounded steps on a worker
 * while appends go on, and puts the new file in the old one's place in one rename.
 *
 * Phases: SCAN reads the file up to where it was durable at the start and notes each key's
 * last record (128-bit hashes, 32 bytes a key). COPY writes those records to a new file.
 * CATCH_UP copies what was appended meanwhile, as it is, and syncs. SWITCH, which must not
 * run beside an append, copies the last bit, writes the head, syncs and renames. Until the
 * rename the old file is the journal and whole; from it on the new one is.
 *
 * Offsets stay. Records without a key are always kept, as nothing supersedes them. A null
 * value that is its key's last record survives the first compaction that sees it and is
 * dropped by the next: the older records of that key are gone by then.
 */
#ifndef STORE_JOURNAL_COMPACT_H
#define STORE_JOURNAL_COMPACT_H

#include "store/journal_file.h"
#include "store/journal_reader.h"

enum journal_phase {
	JOURNAL_SCAN,
	JOURNAL_COPY,
	JOURNAL_CATCH_UP,
	JOURNAL_SWITCH,
};

enum journal_progress {
	JOURNAL_MORE,        /* call step again */
	JOURNAL_NOT_WORTH,   /* less than half is dead; nothing was written */
	JOURNAL_CAUGHT_UP,   /* at target: raise target, or set phase to SWITCH, and step again */
	JOURNAL_REPLACED,    /* the new file is the journal */
	JOURNAL_BROKEN_FILE, /* a bad entry at reader.position; the journal is untouched */
	JOURNAL_GAVE_UP,     /* error tells why; the journal is untouched */
};

struct journal_key;

struct journal_compaction {
	struct journal_file *file;
	enum journal_phase phase;
	enum journal_progress progress; /* of the last step */
	bool force;                     /* whatever the dead share */
	unsigned rounds;                /* of catching up */
	uint64_t target;                /* position in the old file up to which to copy */
	uint64_t live_bytes;
	struct journal_reader reader;
	struct journal_key *keys;
	size_t keys_mask;
	size_t n_keys;
	struct journal_head head;       /* the new file's */
	int64_t compacted_offset;
	int fd;                         /* the new file's; -1: not yet or handed over */
	uint64_t written;               /* position in the new file, without out */
	struct buf out;
	int error;
};

/* target: the durable end. The file outlives it. NULL: out of memory. Loop thread. */
struct journal_compaction *journal_compaction_create(struct journal_file *file, uint64_t target,
	bool force);

/* Removes the new file unless it was put in place. NULL is fine. */
void journal_compaction_destroy(struct journal_compaction *compaction);

/* One bounded piece of work; sets progress. Any one thread. */
void journal_compaction_step(struct journal_compaction *compaction);

#endif
