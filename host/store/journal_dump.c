/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal as a dump. Reading takes no lock and works beside a running daemon: the file
 * only grows, a compaction puts another file in its place while ours stays open, and what
 * is being written at its end is told from damage as a start of the daemon does. Writing
 * takes the lock and leaves the journal as it was unless it came to its end.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "config.h"
#include "log.h"
#include "store/dump.h"
#include "store/journal_file.h"
#include "store/journal_reader.h"
#include "support/str.h"

#define GROUP_BYTES ((size_t)4 << 20)

struct journal_dump {
	struct dump base;
	struct dump_options options;
	const char *path;

	int fd;                /* read: the file, without a lock */
	bool reading;          /* reader is initialised */
	struct journal_reader reader;
	uint64_t end;          /* of the good entries, once all were read */
	struct store_header *headers;
	size_t headers_cap;

	bool writing;          /* file is open and not yet ended */
	struct journal_file file;
	int64_t next_offset;
	struct buf group;      /* encoded entries, not yet sealed */
	uint64_t n_group;
	uint64_t n_written;
};

static struct journal_dump *journal_dump_of(const struct dump *dump)
{
	return (struct journal_dump *)(void *)(uintptr_t)dump;
}

static enum dump_status fail(const struct journal_dump *dump, struct scute_error *err,
	const char *what, int error)
{
	error_set(err, SCUTE_EINTERNAL, "journal %s: cannot %s: %s", dump->path, what,
		strerror(error));
	return DUMP_FAILED;
}

static struct dump *dump_open(const struct dump_options *options, struct scute_error *err)
{
	struct journal_dump *dump = calloc(1, sizeof(*dump));

	if (!dump) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		return NULL;
	}
	dump->base.ops = &dump_journal;
	dump->options = *options;
	dump->path = options->config->journal_path;
	dump->fd = -1;
	buf_init(&dump->group, GROUP_BYTES + JOURNAL_ENTRY_BYTES_MAX);
	return &dump->base;
}

/* Back to what was durable before the first record; a file that we made goes. */
static void put_back(struct journal_dump *dump)
{
	bool ok = dump->file.created ? unlink(dump->file.path) == 0 :
		ftruncate(dump->file.fd, (off_t)dump->end) == 0 && fdatasync(dump->file.fd) == 0;

	if (!ok) {
		log_error("store.journal", "%s: cannot take back what was written behind byte %"
			PRIu64 ": %s", dump->path, dump->end, strerror(errno));
	}
	dump->n_written = 0;
}

static void dump_close(struct dump *base)
{
	struct journal_dump *dump = journal_dump_of(base);

	if (dump->reading) {
		journal_reader_finish(&dump->reader);
	}
	if (dump->fd >= 0) {
		close(dump->fd);
	}
	if (dump->writing) {
		put_back(dump);
		journal_file_close(&dump->file);
	}
	buf_finish(&dump->group);
	free(dump->headers);
	free(dump);
}

static enum dump_status dump_look(struct dump *base, bool *ret_exists, struct scute_error *err)
{
	struct journal_dump *dump = journal_dump_of(base);
	struct stat status;

	if (stat(dump->path, &status) != 0) {
		if (errno != ENOENT) {
			return fail(dump, err, "look at it", errno);
		}
		*ret_exists = false;
		return DUMP_OK;
	}
	*ret_exists = status.st_size > 0;
	return DUMP_OK;
}

static enum dump_status dump_describe(struct dump *base, struct scute_arena *arena,
	const struct dump_setting **ret_settings, size_t *ret_n, struct scute_error *err)
{
	/* What a topic needs that takes the journal's place. */
	static const struct dump_setting settings[] = {
		{ { "cleanup.policy", 14 }, { "compact", 7 } },
	};

	(void)base;
	(void)arena;
	(void)err;
	*ret_settings = settings;
	*ret_n = 1;
	return DUMP_OK;
}

static enum dump_status dump_create(struct dump *base, int replication_factor,
	const struct dump_setting *settings, size_t n, struct scute_error *err)
{
	/* Opening it for writing makes it. */
	(void)base;
	(void)replication_factor;
	(void)settings;
	(void)n;
	(void)err;
	return DUMP_OK;
}

/* ---- reading ---- */

static enum dump_status read_head(struct journal_dump *dump, uint64_t *ret_size,
	struct journal_head *ret_head, struct scute_error *err)
{
	char bytes[JOURNAL_HEAD_BYTES];
	struct stat status;

	if (fstat(dump->fd, &status) != 0) {
		return fail(dump, err, "look at it", errno);
	}
	if (!S_ISREG(status.st_mode)) {
		error_set(err, SCUTE_EINVAL, "journal %s: it is not a regular file", dump->path);
		return DUMP_FAILED;
	}
	ssize_t got = pread(dump->fd, bytes, sizeof(bytes), 0);
	if (got < 0) {
		return fail(dump, err, "read", errno);
	}
	const char *wrong = got < (ssize_t)sizeof(bytes) ?
		"it is not a journal (shorter than a head)" : journal_head_decode(bytes, ret_head);
	if (wrong) {
		error_set(err, SCUTE_EINVAL, "journal %s: %s", dump->path, wrong);
		return DUMP_FAILED;
	}
	*ret_size = (uint64_t)status.st_size;
	return DUMP_OK;
}

static enum dump_status dump_read_begin(struct dump *base, int64_t *ret_estimate,
	struct scute_error *err)
{
	struct journal_dump *dump = journal_dump_of(base);
	struct journal_head head;
	uint64_t size;

	dump->fd = open(dump->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (dump->fd < 0) {
		return fail(dump, err, "open", errno);
	}
	enum dump_status status = read_head(dump, &size, &head, err);
	if (status != DUMP_OK) {
		return status;
	}
	journal_reader_init(&dump->reader, dump->fd, head.salt, JOURNAL_HEAD_BYTES, size);
	dump->reading = true;
	*ret_estimate = -1;
	return DUMP_OK;
}

static bool room_for_headers(struct journal_dump *dump, size_t n)
{
	if (n <= dump->headers_cap) {
		return true;
	}
	struct store_header *grown = realloc(dump->headers, n * sizeof(*grown));
	if (!grown) {
		return false;
	}
	dump->headers = grown;
	dump->headers_cap = n;
	return true;
}

/* END: what lies at position is the torn end of a write. */
static enum dump_status judge_end(struct journal_dump *dump, struct journal_reader *reader,
	struct scute_error *err)
{
	uint64_t bad = reader->position;
	uint64_t proof;

	dump->end = bad;
	switch (journal_reader_prove_damage(reader, &proof)) {
	case JOURNAL_READ_ENTRY:
		error_set(err, SCUTE_EINVAL, "journal %s is damaged: no valid entry at byte %"
			PRIu64 ", but valid entries follow at byte %" PRIu64, dump->path, bad,
			proof);
		return DUMP_FAILED;
	case JOURNAL_READ_ERROR:
		return fail(dump, err, "read", errno);
	case JOURNAL_READ_END:
	case JOURNAL_READ_BAD:
		break;
	}
	return DUMP_END;
}

/* OK: *ret_entry is the next record's. */
static enum dump_status next_entry(struct journal_dump *dump, struct journal_reader *reader,
	struct journal_entry *ret_entry, struct scute_error *err)
{
	for (;;) {
		if (*dump->options.stop) {
			return DUMP_STOPPED;
		}
		switch (journal_reader_next(reader, ret_entry)) {
		case JOURNAL_READ_ENTRY:
			if (ret_entry->kind == JOURNAL_RECORD) {
				return DUMP_OK;
			}
			break;
		case JOURNAL_READ_END:
			dump->end = reader->position;
			return DUMP_END;
		case JOURNAL_READ_BAD:
			return judge_end(dump, reader, err);
		case JOURNAL_READ_ERROR:
			return fail(dump, err, "read", errno);
		}
	}
}

static enum dump_status dump_read(struct dump *base, struct store_record *ret_record,
	struct scute_error *err)
{
	struct journal_dump *dump = journal_dump_of(base);
	struct journal_entry entry;
	enum dump_status status = next_entry(dump, &dump->reader, &entry, err);

	if (status != DUMP_OK) {
		return status;
	}
	if (!room_for_headers(dump, entry.n_headers)) {
		return fail(dump, err, "read", ENOMEM);
	}
	journal_entry_headers(&entry, dump->headers);
	*ret_record = (struct store_record){
		.offset = entry.offset,
		.timestamp_ms = entry.timestamp_ms,
		.key = entry.key,
		.value = entry.value,
		.headers = dump->headers,
		.n_headers = entry.n_headers,
	};
	return DUMP_OK;
}

/* ---- writing ---- */

/* Where the log ends (dump->end), and with which offset it goes on. */
static enum dump_status find_end(struct journal_dump *dump, struct scute_error *err)
{
	struct journal_file *file = &dump->file;
	struct journal_reader reader;
	struct journal_entry entry;
	enum dump_status status;

	journal_reader_init(&reader, file->fd, file->head.salt, JOURNAL_HEAD_BYTES, file->size);
	do {
		status = next_entry(dump, &reader, &entry, err);
	} while (status == DUMP_OK);
	dump->next_offset = reader.offset + 1;
	journal_reader_finish(&reader);
	if (dump->next_offset < file->head.next_offset) {
		dump->next_offset = file->head.next_offset;
	}
	return status == DUMP_END ? DUMP_OK : status;
}

static enum dump_status dump_write_begin(struct dump *base, struct scute_error *err)
{
	struct journal_dump *dump = journal_dump_of(base);

	if (!journal_file_open(&dump->file, dump->path, err)) {
		return DUMP_FAILED;
	}
	enum dump_status status = find_end(dump, err);
	if (status == DUMP_OK && !journal_file_begin(&dump->file, dump->end)) {
		status = fail(dump, err, "make its end durable", errno);
	}
	if (status != DUMP_OK) {
		journal_file_close(&dump->file);
		return status;
	}
	dump->writing = true;
	return DUMP_OK;
}

static enum dump_status flush(struct journal_dump *dump, struct scute_error *err)
{
	char *at = dump->group.data;
	const char *end = at + dump->group.len;

	while (at < end) {
		journal_entry_seal(at, dump->file.head.salt, dump->next_offset++,
			dump->file.durable);
		at += journal_entry_length(at);
	}
	if (dump->group.len > 0 && journal_file_append(&dump->file, dump->group.data,
			dump->group.len) != JOURNAL_DURABLE) {
		return fail(dump, err, "write", dump->file.error);
	}
	dump->n_written += dump->n_group;
	dump->n_group = 0;
	buf_reset(&dump->group);
	return DUMP_OK;
}

static enum dump_status dump_write(struct dump *base, const struct store_record *record,
	struct scute_error *err)
{
	struct journal_dump *dump = journal_dump_of(base);
	size_t bytes = journal_entry_size(record);
	int64_t timestamp_ms = record->timestamp_ms > 0 ? record->timestamp_ms :
		(int64_t)clock_wall_ms();

	if (*dump->options.stop) {
		return DUMP_STOPPED;
	}
	if (bytes == 0) {
		error_set(err, SCUTE_ELIMIT, "journal %s: the record is too large (at most %u "
			"bytes and %u headers)", dump->path, JOURNAL_ENTRY_BYTES_MAX,
			JOURNAL_HEADERS_MAX);
		return DUMP_FAILED;
	}
	char *at = buf_reserve(&dump->group, bytes);
	if (!at) {
		return fail(dump, err, "write", ENOMEM);
	}
	journal_entry_encode(record, timestamp_ms, at);
	dump->group.len += bytes;
	dump->n_group++;
	return dump->group.len >= GROUP_BYTES ? flush(dump, err) : DUMP_OK;
}

/* The mark proves to the next start that all before it was durable. */
static enum dump_status dump_write_end(struct dump *base, struct scute_error *err)
{
	struct journal_dump *dump = journal_dump_of(base);
	char mark[JOURNAL_ENTRY_HEAD_BYTES];
	enum dump_status status = flush(dump, err);

	if (status != DUMP_OK) {
		return status;
	}
	journal_mark_encode(0, mark);
	journal_entry_seal(mark, dump->file.head.salt, 0, dump->file.durable);
	if (journal_file_append(&dump->file, mark, sizeof(mark)) != JOURNAL_DURABLE) {
		return fail(dump, err, "write", dump->file.error);
	}
	dump->writing = false;
	journal_file_close(&dump->file);
	return DUMP_OK;
}

static uint64_t dump_written(const struct dump *base)
{
	const struct journal_dump *dump = journal_dump_of(base);

	/* Until it is ended all of it may be taken back. */
	return dump->writing ? 0 : dump->n_written;
}

const struct dump_ops dump_journal = {
	.name = "journal",
	.open = dump_open,
	.close = dump_close,
	.look = dump_look,
	.describe = dump_describe,
	.create = dump_create,
	.read_begin = dump_read_begin,
	.read = dump_read,
	.write_begin = dump_write_begin,
	.write = dump_write,
	.write_end = dump_write_end,
	.written = dump_written,
};
