/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers batches for one write, and answers them. */
#include "store/journal_queue.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "log.h"

#define KEPT_BYTES ((size_t)256 << 10)
#define ANSWERS_RESERVED 256u
#define ANSWERS_MAX ((size_t)1 << 20)

static struct journal_batch *batch_at(const struct buf *batches, size_t i)
{
	return (struct journal_batch *)(void *)batches->data + i;
}

static size_t batch_count(const struct buf *batches)
{
	return batches->len / sizeof(struct journal_batch);
}

void journal_group_init(struct journal_group *group)
{
	/* Each batch has an entry, so that the entries' maximum bounds the batches too. */
	buf_init(&group->entries, JOURNAL_QUEUE_BYTES_MAX);
	buf_init(&group->batches, JOURNAL_QUEUE_BYTES_MAX);
	group->n_records = 0;
}

void journal_group_finish(struct journal_group *group)
{
	buf_finish(&group->entries);
	buf_finish(&group->batches);
	group->n_records = 0;
}

/* SIZE_MAX: a record is beyond its limit. */
static size_t batch_bytes(const struct store_record *records, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++) {
		size_t bytes = journal_entry_size(&records[i]);

		if (bytes == 0) {
			return SIZE_MAX;
		}
		total += bytes;
		if (total > JOURNAL_QUEUE_BYTES_MAX) {
			return total;
		}
	}
	return total;
}

enum store_status journal_group_add(struct journal_group *group, const struct store_record *records,
	size_t n, size_t queued, const struct journal_batch *batch)
{
	size_t bytes = batch_bytes(records, n);
	int64_t now_ms = (int64_t)clock_wall_ms();
	char *at;

	if (bytes == SIZE_MAX) {
		return STORE_TOO_LARGE;
	}
	if (bytes > JOURNAL_QUEUE_BYTES_MAX ||
			queued + group->entries.len > JOURNAL_QUEUE_BYTES_MAX - bytes) {
		return STORE_FULL;
	}
	at = buf_reserve(&group->entries, bytes);
	if (!at || !buf_append(&group->batches, batch, sizeof(*batch))) {
		/* A refused append is no reason to refuse the next one. */
		group->entries.failed = group->batches.failed = false;
		return STORE_FULL;
	}
	for (size_t i = 0; i < n; i++) {
		journal_entry_encode(&records[i], now_ms, at);
		at += journal_entry_length(at);
	}
	group->entries.len += bytes;
	group->n_records += n;
	return STORE_OK;
}

void journal_group_seal(struct journal_group *group, uint32_t salt, int64_t first_offset,
	uint64_t base)
{
	char *at = group->entries.data;

	for (size_t i = 0; i < group->n_records; i++) {
		journal_entry_seal(at, salt, first_offset + (int64_t)i, base);
		at += journal_entry_length(at);
	}
	assert(at == group->entries.data + group->entries.len);
}

void journal_group_fail(struct journal_group *group, enum store_status status)
{
	size_t n = batch_count(&group->batches);
	size_t bytes = group->entries.len;
	size_t n_records = group->n_records;

	for (size_t i = 0; i < n; i++) {
		/* A copy: the callback may make the buffer move. */
		struct journal_batch batch = *batch_at(&group->batches, i);

		batch.done(batch.user, status, -1);
	}
	buf_consume(&group->batches, n * sizeof(struct journal_batch));
	buf_consume(&group->entries, bytes);
	group->n_records -= n_records;
}

static void reset_buf(struct buf *buf)
{
	if (buf->cap > KEPT_BYTES) {
		buf_finish(buf);
	} else {
		buf_reset(buf);
	}
}

void journal_group_reset(struct journal_group *group)
{
	reset_buf(&group->entries);
	reset_buf(&group->batches);
	group->n_records = 0;
}

bool journal_answers_init(struct journal_answers *answers)
{
	buf_init(&answers->waiting, ANSWERS_MAX * sizeof(struct journal_batch));
	return buf_reserve(&answers->waiting, ANSWERS_RESERVED * sizeof(struct journal_batch));
}

void journal_answers_finish(struct journal_answers *answers)
{
	buf_finish(&answers->waiting);
}

void journal_answers_add(struct journal_answers *answers, store_done done, void *user,
	enum store_status status)
{
	struct journal_batch answer = { .done = done, .user = user, .status = status };

	if (!buf_append(&answers->waiting, &answer, sizeof(answer))) {
		/* An answer that is owed can neither be dropped nor given from within append. */
		log_error("store.journal", "out of memory for %zu pending answers",
			batch_count(&answers->waiting));
		abort();
	}
}

void journal_answers_give(struct journal_answers *answers)
{
	size_t n = batch_count(&answers->waiting);

	for (size_t i = 0; i < n; i++) {
		struct journal_batch answer = *batch_at(&answers->waiting, i);

		answer.done(answer.user, answer.status, -1);
	}
	buf_consume(&answers->waiting, n * sizeof(struct journal_batch));
}
