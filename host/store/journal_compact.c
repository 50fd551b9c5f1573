/* SPDX-License-Identifier: Apache-2.0 */
/* Rewrites a journal with the last record of each key only. */
#include "store/journal_compact.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"

#define STEP_BYTES ((uint64_t)4 << 20)
#define OUT_BYTES ((size_t)1 << 20)
#define KEYS_MIN ((size_t)1 << 10)
#define KEYS_MAX ((size_t)1 << 23) /* slots of 32 bytes: 256 MiB for 7 million keys */

struct journal_key {
	struct hash128 hash;
	int64_t offset;  /* of the key's last record; -1: the slot is free */
	uint64_t bytes;  /* of that record; 0 when it will be dropped */
};

struct journal_compaction *journal_compaction_create(struct journal_file *file, uint64_t target,
	bool force)
{
	struct journal_compaction *compaction = calloc(1, sizeof(*compaction));

	if (!compaction) {
		return NULL;
	}
	compaction->file = file;
	compaction->target = target;
	compaction->force = force;
	compaction->fd = -1;
	compaction->written = JOURNAL_HEAD_BYTES;
	journal_reader_init(&compaction->reader, file->fd, file->head.salt, JOURNAL_HEAD_BYTES,
		target);
	buf_init(&compaction->out, JOURNAL_ENTRY_BYTES_MAX + OUT_BYTES);
	return compaction;
}

void journal_compaction_destroy(struct journal_compaction *compaction)
{
	if (!compaction) {
		return;
	}
	if (compaction->fd >= 0) {
		unlink(compaction->file->compact_path);
		close(compaction->fd);
	}
	journal_reader_finish(&compaction->reader);
	buf_finish(&compaction->out);
	free(compaction->keys);
	free(compaction);
}

static struct journal_key *find_key(const struct journal_key *keys, size_t mask,
	struct hash128 hash)
{
	size_t i = (size_t)hash.low & mask;

	while (keys[i].offset >= 0 &&
			(keys[i].hash.low != hash.low || keys[i].hash.high != hash.high)) {
		i = (i + 1) & mask;
	}
	return (struct journal_key *)&keys[i];
}

static bool grow_keys(struct journal_compaction *compaction)
{
	size_t old_slots = compaction->keys ? compaction->keys_mask + 1 : 0;
	size_t slots = old_slots ? old_slots * 2 : KEYS_MIN;
	struct journal_key *keys;

	if (slots > KEYS_MAX) {
		compaction->error = EFBIG;
		return false;
	}
	keys = malloc(slots * sizeof(*keys));
	if (!keys) {
		compaction->error = ENOMEM;
		return false;
	}
	for (size_t i = 0; i < slots; i++) {
		keys[i].offset = -1;
	}
	for (size_t i = 0; i < old_slots; i++) {
		if (compaction->keys[i].offset >= 0) {
			*find_key(keys, slots - 1, compaction->keys[i].hash) = compaction->keys[i];
		}
	}
	free(compaction->keys);
	compaction->keys = keys;
	compaction->keys_mask = slots - 1;
	return true;
}

/* A null value that has been through a compaction has no older record left to cover. */
static bool is_spent(const struct journal_compaction *compaction,
	const struct journal_entry *entry)
{
	return !entry->value.data && entry->offset < compaction->file->head.compacted_offset;
}

static bool note_entry(struct journal_compaction *compaction, const struct journal_entry *entry)
{
	struct journal_key *key;
	struct hash128 hash;

	if (!entry->key.data) {
		compaction->live_bytes += entry->bytes;
		return true;
	}
	if ((!compaction->keys || compaction->n_keys >= compaction->keys_mask / 8 * 7) &&
			!grow_keys(compaction)) {
		return false;
	}
	hash = hash128(entry->key);
	key = find_key(compaction->keys, compaction->keys_mask, hash);
	if (key->offset < 0) {
		key->hash = hash;
		key->bytes = 0;
		compaction->n_keys++;
	}
	compaction->live_bytes -= key->bytes;
	key->offset = entry->offset;
	key->bytes = is_spent(compaction, entry) ? 0 : entry->bytes;
	compaction->live_bytes += key->bytes;
	return true;
}

static bool is_kept(const struct journal_compaction *compaction, const struct journal_entry *entry)
{
	const struct journal_key *key;

	if (!entry->key.data) {
		return true;
	}
	key = find_key(compaction->keys, compaction->keys_mask, hash128(entry->key));
	return key->offset == entry->offset && !is_spent(compaction, entry);
}

static bool flush(struct journal_compaction *compaction)
{
	struct buf *out = &compaction->out;

	if (!journal_write_all(compaction->fd, out->data, out->len, compaction->written)) {
		compaction->error = errno;
		return false;
	}
	compaction->written += out->len;
	buf_reset(out);
	return true;
}

static bool copy_entry(struct journal_compaction *compaction, const struct journal_entry *entry)
{
	struct buf *out = &compaction->out;
	/* All before it is durable by the time the new file is the journal. */
	uint64_t base = compaction->written + out->len;
	char *at;

	if (!buf_append(out, entry->data, entry->bytes)) {
		compaction->error = ENOMEM;
		return false;
	}
	at = out->data + out->len - entry->bytes;
	journal_entry_reseal(at, compaction->head.salt, base);
	return out->len < OUT_BYTES || flush(compaction);
}

static bool take_entry(struct journal_compaction *compaction, const struct journal_entry *entry)
{
	if (entry->kind == JOURNAL_MARK) {
		return true;
	}
	if (compaction->phase == JOURNAL_SCAN) {
		return note_entry(compaction, entry);
	}
	if (compaction->phase == JOURNAL_COPY && !is_kept(compaction, entry)) {
		return true;
	}
	return copy_entry(compaction, entry);
}

/* Takes entries up to the target or for about budget bytes. True: at the target. */
static bool advance(struct journal_compaction *compaction, uint64_t budget)
{
	struct journal_reader *reader = &compaction->reader;
	uint64_t stop = reader->position + budget;
	struct journal_entry entry;

	while (reader->position < stop) {
		switch (journal_reader_next(reader, &entry)) {
		case JOURNAL_READ_ENTRY:
			if (!take_entry(compaction, &entry)) {
				compaction->progress = JOURNAL_GAVE_UP;
				return false;
			}
			break;
		case JOURNAL_READ_END:
			return true;
		case JOURNAL_READ_BAD:
			compaction->progress = JOURNAL_BROKEN_FILE;
			return false;
		case JOURNAL_READ_ERROR:
			compaction->error = errno;
			compaction->progress = JOURNAL_GAVE_UP;
			return false;
		}
	}
	compaction->progress = JOURNAL_MORE;
	return false;
}

static bool begin_copy(struct journal_compaction *compaction)
{
	struct journal_reader *reader = &compaction->reader;
	uint64_t end = reader->end;

	compaction->compacted_offset = reader->offset + 1;
	if (!journal_head_new(&compaction->head)) {
		compaction->error = errno;
		return false;
	}
	compaction->fd = open(compaction->file->compact_path,
		O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (compaction->fd < 0) {
		compaction->error = errno;
		return false;
	}
	journal_reader_finish(reader);
	journal_reader_init(reader, compaction->file->fd, compaction->file->head.salt,
		JOURNAL_HEAD_BYTES, end);
	compaction->phase = JOURNAL_COPY;
	return true;
}

static void end_scan(struct journal_compaction *compaction)
{
	uint64_t total = compaction->reader.end - JOURNAL_HEAD_BYTES;

	if (!compaction->force && compaction->live_bytes * 2 >= total) {
		compaction->progress = JOURNAL_NOT_WORTH;
		return;
	}
	compaction->progress = begin_copy(compaction) ? JOURNAL_MORE : JOURNAL_GAVE_UP;
}

static void end_catch_up(struct journal_compaction *compaction)
{
	compaction->progress = JOURNAL_CAUGHT_UP;
	if (!flush(compaction)) {
		compaction->progress = JOURNAL_GAVE_UP;
	} else if (fdatasync(compaction->fd) != 0) {
		compaction->error = errno;
		compaction->progress = JOURNAL_GAVE_UP;
	}
}

static bool finish_file(struct journal_compaction *compaction)
{
	struct journal_file *file = compaction->file;
	struct journal_head *head = &compaction->head;
	char bytes[JOURNAL_HEAD_BYTES];

	head->next_offset = compaction->reader.offset + 1;
	if (head->next_offset < file->head.next_offset) {
		head->next_offset = file->head.next_offset;
	}
	head->compacted_offset = compaction->compacted_offset;
	if (head->compacted_offset < file->head.compacted_offset) {
		head->compacted_offset = file->head.compacted_offset;
	}
	head->generation = file->head.generation + 1;
	journal_head_encode(head, bytes);
	if (!flush(compaction)) {
		return false;
	}
	if (!journal_write_all(compaction->fd, bytes, sizeof(bytes), 0) ||
			fdatasync(compaction->fd) != 0) {
		compaction->error = errno;
		return false;
	}
	if (!journal_file_replace(file, compaction->fd, head, compaction->written)) {
		compaction->error = file->error;
		return false;
	}
	compaction->fd = -1;
	return true;
}

void journal_compaction_step(struct journal_compaction *compaction)
{
	bool whole = compaction->phase == JOURNAL_SWITCH;

	compaction->reader.end = compaction->target;
	if (!advance(compaction, whole ? compaction->target : STEP_BYTES)) {
		assert(!whole || compaction->progress != JOURNAL_MORE);
		return;
	}
	switch (compaction->phase) {
	case JOURNAL_SCAN:
		end_scan(compaction);
		break;
	case JOURNAL_COPY:
		free(compaction->keys);
		compaction->keys = NULL;
		compaction->phase = JOURNAL_CATCH_UP;
		end_catch_up(compaction);
		break;
	case JOURNAL_CATCH_UP:
		end_catch_up(compaction);
		break;
	case JOURNAL_SWITCH:
		compaction->progress = finish_file(compaction) ? JOURNAL_REPLACED : JOURNAL_GAVE_UP;
		break;
	}
}
