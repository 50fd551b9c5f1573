/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal store: one local file that all state is derived from. Here its front:
 * open, append, barrier, close, and the one place that sets everything else going.
 */
#include "store/journal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "config.h"

static const char *path_of(const struct config *config)
{
	return config->journal_path;
}

void journal_set_state(struct journal *journal, enum store_state state, const char *text)
{
	if (journal->state != state) {
		journal->state = state;
		journal->events.on_state(journal->events.user, state, text);
	}
}

void journal_kick(struct journal *journal)
{
	loop_idle_add(journal->loop, &journal->idle);
}

static void free_memory(struct journal *journal)
{
	journal_reader_finish(&journal->reader);
	journal_group_finish(&journal->gathering);
	journal_group_finish(&journal->flight);
	journal_answers_finish(&journal->answers);
	buf_finish(&journal->headers);
	free(journal);
}

/*
 * A mark at the end says that everything before it was durable, so that damage to the last
 * batch can not pass for a torn write at the next start. No sync: it is only a proof.
 */
static void write_mark(struct journal *journal)
{
	char mark[JOURNAL_ENTRY_HEAD_BYTES];

	if (journal->state != STORE_READY || journal->broken || journal->marked) {
		return;
	}
	journal_mark_encode(0, mark);
	journal_entry_seal(mark, journal->file.head.salt, 0, journal->end);
	/* Half a mark is a torn tail that the next start cuts. */
	(void)journal_write_all(journal->file.fd, mark, sizeof(mark), journal->end);
}

static void finish_close(struct journal *journal)
{
	void (*closed)(void *user) = journal->closed;
	void *user = journal->closed_user;

	write_mark(journal);
	loop_idle_remove(journal->loop, &journal->idle);
	loop_timer_stop(journal->retry);
	loop_timer_stop(journal->deadline);
	journal_file_close(&journal->file);
	free_memory(journal);
	closed(user);
}

static bool is_drained(const struct journal *journal)
{
	return !journal->busy && !journal->compacting && !journal->slice_posted &&
		journal_group_is_empty(&journal->gathering) &&
		journal->answers.waiting.len == 0;
}

static void run(void *user)
{
	struct journal *journal = user;

	journal_answers_give(&journal->answers);
	if (journal->state == STORE_FAILED ||
			(journal->closing && journal->state == STORE_REPLAYING)) {
		journal_commit_abandon(journal);
	}
	journal_commit(journal);
	journal_upkeep(journal);
	if (journal->closing && is_drained(journal)) {
		finish_close(journal);
	}
}

static struct store *open_journal(struct loop *loop, struct pool *pool, const struct config *config,
	const struct store_events *events, struct scute_error *err)
{
	const char *path = path_of(config);
	struct journal *journal;

	if (!path || !*path) {
		*err = (struct scute_error){ .status = SCUTE_EINVAL };
		snprintf(err->text, sizeof(err->text), "journal_path is not set");
		return NULL;
	}
	hash_init();
	journal = calloc(1, sizeof(*journal));
	if (!journal) {
		goto no_memory;
	}
	journal->store.ops = &store_journal;
	journal->loop = loop;
	journal->pool = pool;
	journal->events = *events;
	journal->state = STORE_REPLAYING;
	journal->compact_at = JOURNAL_COMPACT_BYTES_MIN;
	journal->idle = (struct loop_idle){ .run = run, .user = journal };
	buf_init(&journal->headers, JOURNAL_HEADERS_MAX * sizeof(struct store_header));
	journal_group_init(&journal->gathering);
	journal_group_init(&journal->flight);
	if (!journal_answers_init(&journal->answers)) {
		goto no_memory;
	}
	if (!journal_file_open(&journal->file, path, err)) {
		free_memory(journal);
		return NULL;
	}
	journal->floor_offset = journal->file.head.next_offset;
	if (!journal_replay_start(journal)) {
		journal_file_close(&journal->file);
		goto no_memory;
	}
	return &journal->store;
no_memory:
	if (journal) {
		free_memory(journal);
	}
	*err = (struct scute_error){ .status = SCUTE_ENOMEM };
	snprintf(err->text, sizeof(err->text), "journal %s: out of memory", path);
	return NULL;
}

static enum store_status admit(const struct journal *journal, bool barrier)
{
	if (journal->closing || journal->state == STORE_FAILED) {
		return STORE_UNAVAILABLE;
	}
	if (!barrier && (journal->state != STORE_READY || journal->broken || journal->fenced)) {
		return STORE_UNAVAILABLE;
	}
	return STORE_OK;
}

static enum store_status gather(struct journal *journal, const struct store_record *records,
	size_t n, const struct journal_batch *batch)
{
	size_t n_headers = 0;

	for (size_t i = 0; i < n; i++) {
		n_headers = records[i].n_headers > n_headers ? records[i].n_headers : n_headers;
	}
	if (n_headers > JOURNAL_HEADERS_MAX) {
		return STORE_TOO_LARGE;
	}
	/* Now, for there is no way to fail once it is written. */
	if (!journal_ensure_headers(journal, n_headers)) {
		return STORE_FULL;
	}
	return journal_group_add(&journal->gathering, records, n, journal->flight.entries.len,
		batch);
}

static void enqueue(struct journal *journal, const struct store_record *records, size_t n,
	store_done done, void *user, bool barrier)
{
	struct journal_batch batch = {
		.done = done,
		.user = user,
		.n = (uint32_t)n,
		.barrier = barrier,
	};
	enum store_status status = admit(journal, barrier);

	assert(n > 0 && n <= UINT32_MAX);
	if (status == STORE_OK) {
		status = gather(journal, records, n, &batch);
	}
	if (status != STORE_OK) {
		journal_answers_add(&journal->answers, done, user, status);
	}
	journal_kick(journal);
}

static void append(struct store *store, const struct store_record *records, size_t n,
	store_done done, void *user)
{
	enqueue(journal_of(store), records, n, done, user, false);
}

static void barrier(struct store *store, const struct store_record *record, store_done done,
	void *user)
{
	enqueue(journal_of(store), record, 1, done, user, true);
}

static struct store_position position(const struct store *store)
{
	const struct journal *journal = (const void *)store;
	int64_t end = journal->last_offset + 1;

	if (end < journal->floor_offset) {
		end = journal->floor_offset;
	}
	return (struct store_position){ .offset = journal->last_offset, .end_offset = end };
}

static void drain_is_over(void *user)
{
	struct journal *journal = user;

	journal->deadline = NULL;
	journal_commit_abandon(journal);
	journal_kick(journal);
}

static void close_journal(struct store *store, uint64_t drain_ms, void (*closed)(void *user),
	void *user)
{
	struct journal *journal = journal_of(store);

	assert(!journal->closing);
	journal->closing = true;
	journal->closed = closed;
	journal->closed_user = user;
	/* Without memory for the deadline it drains to the end. */
	journal->deadline = loop_timer_start(journal->loop, drain_ms, 0, drain_is_over, journal);
	journal_kick(journal);
}

static struct scute_str cluster(const struct store *store)
{
	(void)store;
	return SCUTE_STR("journal");
}

const struct store_ops store_journal = {
	.name = "journal",
	.open = open_journal,
	.append = append,
	.barrier = barrier,
	.position = position,
	.cluster = cluster,
	.close = close_journal,
};
