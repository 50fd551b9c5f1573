/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a journal file's entries in order, and tells a torn tail from damage. */
#include "store/journal_reader.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)1 << 20)

void journal_reader_init(struct journal_reader *reader, int fd, uint32_t salt, uint64_t position,
	uint64_t end)
{
	*reader = (struct journal_reader){
		.fd = fd,
		.salt = salt,
		.position = position,
		.end = end,
		.offset = -1,
	};
}

void journal_reader_finish(struct journal_reader *reader)
{
	free(reader->data);
	reader->data = NULL;
	reader->start = reader->len = reader->cap = 0;
}

static bool ensure_cap(struct journal_reader *reader, size_t needed)
{
	size_t cap = needed > CHUNK_BYTES ? needed : CHUNK_BYTES;
	char *data;

	assert(needed <= JOURNAL_ENTRY_BYTES_MAX);
	if (reader->cap >= needed) {
		return true;
	}
	data = realloc(reader->data, cap);
	if (!data) {
		errno = ENOMEM;
		return false;
	}
	reader->data = data;
	reader->cap = cap;
	return true;
}

/*
 * Fills the buffer so that it holds at least needed bytes from position on, or all there
 * are. False with errno.
 */
static bool fill(struct journal_reader *reader, size_t needed)
{
	uint64_t left;

	memmove(reader->data, reader->data + reader->start, reader->len - reader->start);
	reader->len -= reader->start;
	reader->start = 0;
	left = reader->end - (reader->position + reader->len);
	while (left > 0 && reader->len < needed) {
		size_t room = reader->cap - reader->len;
		ssize_t got = pread(reader->fd, reader->data + reader->len,
			left < room ? (size_t)left : room,
			(off_t)(reader->position + reader->len));

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			return false;
		}
		if (got == 0) {
			/* Shorter than it was: somebody cuts our file. */
			errno = EIO;
			return false;
		}
		reader->len += (size_t)got;
		left -= (uint64_t)got;
	}
	return true;
}

static bool continues_log(const struct journal_reader *reader, const struct journal_entry *entry)
{
	if (entry->base > reader->position) {
		return false;
	}
	return entry->kind == JOURNAL_MARK || entry->offset > reader->offset;
}

enum journal_read journal_reader_next(struct journal_reader *reader,
	struct journal_entry *ret_entry)
{
	size_t needed = 0;

	for (;;) {
		size_t len = reader->len - reader->start;
		enum journal_verdict verdict;

		if (reader->position == reader->end) {
			return JOURNAL_READ_END;
		}
		verdict = JOURNAL_SHORT;
		needed = JOURNAL_ENTRY_HEAD_BYTES;
		if (len > 0) {
			verdict = journal_entry_check(reader->data + reader->start, len,
				reader->salt, ret_entry, &needed);
		}
		if (verdict == JOURNAL_GOOD) {
			break;
		}
		if (verdict == JOURNAL_BAD || needed > reader->end - reader->position) {
			return JOURNAL_READ_BAD;
		}
		if (!ensure_cap(reader, needed) || !fill(reader, needed)) {
			return JOURNAL_READ_ERROR;
		}
	}
	/* A reader's end lies between two entries, or is the file's. */
	if (!continues_log(reader, ret_entry) ||
			ret_entry->bytes > reader->end - reader->position) {
		return JOURNAL_READ_BAD;
	}
	reader->start += ret_entry->bytes;
	reader->position += ret_entry->bytes;
	if (ret_entry->kind == JOURNAL_RECORD) {
		reader->offset = ret_entry->offset;
	}
	return JOURNAL_READ_ENTRY;
}

/* A sealed head that names a base beyond the bad place, which only our later self writes. */
static bool proves(const struct journal_entry *entry, uint64_t bad, uint64_t position)
{
	return entry->base > bad && entry->base <= position;
}

enum journal_read journal_reader_prove_damage(struct journal_reader *reader,
	uint64_t *ret_position)
{
	uint64_t bad = reader->position;
	struct journal_entry entry;

	if (!ensure_cap(reader, CHUNK_BYTES)) {
		return JOURNAL_READ_ERROR;
	}
	while (reader->end - reader->position >= JOURNAL_ENTRY_HEAD_BYTES) {
		if (reader->len - reader->start < JOURNAL_ENTRY_HEAD_BYTES &&
				!fill(reader, JOURNAL_ENTRY_HEAD_BYTES)) {
			return JOURNAL_READ_ERROR;
		}
		if (journal_entry_peek(reader->data + reader->start, JOURNAL_ENTRY_HEAD_BYTES,
				reader->salt, &entry) == JOURNAL_GOOD &&
				proves(&entry, bad, reader->position)) {
			*ret_position = reader->position;
			return JOURNAL_READ_ENTRY;
		}
		reader->start += JOURNAL_ALIGNMENT;
		reader->position += JOURNAL_ALIGNMENT;
	}
	return JOURNAL_READ_END;
}
