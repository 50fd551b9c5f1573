/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the entries of a journal file in order, in large chunks, checking each. Used by
 * the replay on the loop thread and by the compaction on a worker; one thread at a time.
 */
#ifndef STORE_JOURNAL_READER_H
#define STORE_JOURNAL_READER_H

#include "store/journal_format.h"

struct journal_reader {
	int fd;             /* the opener's */
	uint32_t salt;
	uint64_t position;  /* in the file, of the next entry */
	uint64_t end;       /* in the file; nothing is read from here on. May be raised. */
	int64_t offset;     /* of the last record; -1: none yet */
	char *data;
	size_t start;       /* in data, of the next entry */
	size_t len;         /* bytes in data */
	size_t cap;
};

enum journal_read {
	JOURNAL_READ_ENTRY,
	JOURNAL_READ_END,
	JOURNAL_READ_BAD,   /* what lies at position is no entry that continues the log */
	JOURNAL_READ_ERROR, /* errno tells; ENOMEM included */
};

void journal_reader_init(struct journal_reader *reader, int fd, uint32_t salt, uint64_t position,
	uint64_t end);
void journal_reader_finish(struct journal_reader *reader);

/* The entry's slices are valid until the next call. */
enum journal_read journal_reader_next(struct journal_reader *reader,
	struct journal_entry *ret_entry);

/*
 * After BAD: looks for a later entry which proves that the bad place was once durable.
 * ENTRY: there is one, at *ret_position. END: there is none, the tail is torn. ERROR.
 */
enum journal_read journal_reader_prove_damage(struct journal_reader *reader,
	uint64_t *ret_position);

#endif
