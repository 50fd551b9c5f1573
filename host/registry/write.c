/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of writes: dependencies, appends, barriers. What is written is decided in decide.c. */
#include "registry/write.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "metrics.h"
#include "registry/decide.h"
#include "registry/writer.h"
#include "support/str.h"

#define LOG_NAME "registry.write"
#define PENDING_MAX 100000
#define ATTEMPTS_MAX 5

struct writer *writer_create(struct registry *registry)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	if (writer) {
		writer->registry = registry;
		locks_init(&writer->locks);
	}
	return writer;
}

void writer_attach(struct writer *writer, struct store *store)
{
	writer->store = store;
}

static void write_unlink(struct write *write)
{
	struct writer *writer = write->writer;

	if (write->prev) {
		write->prev->next = write->next;
	} else {
		writer->first = write->next;
	}
	if (write->next) {
		write->next->prev = write->prev;
	} else {
		writer->last = write->prev;
	}
	assert(writer->pending > 0);
	writer->pending--;
}

static void wake(void *user, void *owner)
{
	struct writer *writer = user;
	struct write *write = owner;

	if (write->state == WRITE_WAITING && !write->is_woken) {
		write->is_woken = true;
		write->next_woken = NULL;
		if (writer->last_woken) {
			writer->last_woken->next_woken = write;
		} else {
			writer->first_woken = write;
		}
		writer->last_woken = write;
	}
}

static void forget_woken(struct writer *writer, const struct write *write)
{
	struct write *before = NULL;
	struct write *at = writer->first_woken;

	while (at && at != write) {
		before = at;
		at = at->next_woken;
	}
	if (!at) {
		return;
	}
	if (before) {
		before->next_woken = at->next_woken;
	} else {
		writer->first_woken = at->next_woken;
	}
	if (writer->last_woken == at) {
		writer->last_woken = before;
	}
}

static void release_locks(struct write *write)
{
	for (size_t i = 0; i < write->n_locks; i++) {
		lock_leave(&write->writer->locks, &write->locks[i], wake, write->writer);
	}
}

static void write_free(struct write *write)
{
	write_unlink(write);
	if (write->is_woken) {
		forget_woken(write->writer, write);
	}
	release_locks(write);
	check_cancel(write->check);
	free(write->numbers);
	free(write->text);
	free(write);
}

/* Answers and ends a write. The answer comes last: the caller may begin new writes in it. */
static void finish(struct write *write, const struct registry_error *error)
{
	write_done done = write->done;
	void *user = write->user;
	int32_t *numbers = write->numbers;
	char *text = write->text;
	struct check *check = write->check; /* error may point into its answer */
	struct write_result result = { .error = *error, .id = write->id, .number = write->number,
		.numbers = numbers, .n_numbers = write->n_numbers, .text = { write->text, write->text_len } };

	write->numbers = NULL;
	write->text = NULL;
	write->check = NULL;
	if (write->writer->starting == write) {
		write->writer->starting = NULL;
	}
	write_free(write);
	if (done) {
		done(user, &result);
	}
	check_cancel(check);
	free(numbers);
	free(text);
}

static struct registry_error store_error(enum store_status status)
{
	static const enum registry_code codes[] = {
		[STORE_OK] = REGISTRY_OK,
		[STORE_UNAVAILABLE] = REGISTRY_STORE_UNAVAILABLE,
		[STORE_UNKNOWN] = REGISTRY_STORE_UNKNOWN,
		[STORE_TOO_LARGE] = REGISTRY_SCHEMA_TOO_LARGE,
		[STORE_FULL] = REGISTRY_STORE_FULL,
		[STORE_DENIED] = REGISTRY_STORE_UNAVAILABLE,
	};
	struct scute_str why = status == STORE_DENIED ? SCUTE_STR("no right to write to it")
						      : SCUTE_STR("it is not reachable");

	return (struct registry_error){ .code = codes[status], .args = { why } };
}

static void pump(struct writer *writer);

static void wake_all(struct writer *writer)
{
	for (struct write *write = writer->first; write; write = write->next) {
		wake(writer, write);
	}
}

/* Those that waited for the barrier get its failure, the others an answer of their own later. */
static void fail_waiting(struct writer *writer)
{
	struct registry_error error = store_error(STORE_UNAVAILABLE);
	struct write *write = writer->first;

	while (write) {
		if (write->state == WRITE_WAITING) {
			finish(write, &error);
			write = writer->first; /* the list may have changed in the answer */
		} else {
			write = write->next;
		}
	}
}

static void barrier_done(void *user, enum store_status status, int64_t offset)
{
	struct writer *writer = user;

	(void)offset;
	if (status == STORE_OK) {
		writer->barrier = BARRIER_NONE;
		wake_all(writer);
		pump(writer);
		return;
	}
	log_warning(LOG_NAME, "the log can not be read up to its end after an unconfirmed write; "
		"writes are refused until it can");
	writer->barrier = BARRIER_FAILING;
	fail_waiting(writer);
	writer->barrier = BARRIER_NEEDED;
}

/* Learns what became of a write in doubt: whatever stood before this record has been read then. */
static bool start_barrier(struct writer *writer)
{
	struct scute_arena *arena = registry_work(writer->registry);
	struct record record;
	struct store_record raw;

	if (!decide_noop(writer, NULL, arena, &record) ||
		!decide_encode(&record, RECORD_KEY_CANONICAL, arena, &raw)) {
		return false; /* out of memory: the next write tries again */
	}
	writer->barrier = BARRIER_RUNNING;
	writer->store->ops->barrier(writer->store, &raw, barrier_done, writer);
	return true;
}

/*
 * Another program may write to the same log: its record under our id can stand before ours.
 * An id that means two things must not be handed out; then it is decided anew.
 */
static bool is_lost_to_another(const struct write *write)
{
	const struct subject *subject;
	const struct version *version;

	if (write->decide != decide_register || !write->done) {
		return false;
	}
	subject = subjects_find(&write->writer->registry->subjects, write->args.subject);
	version = subject ? subject_version(subject, write->number) : NULL;
	return version && version->schema->id == write->id && !version->schema->is_indexed;
}

static bool decide_again(struct write *write)
{
	if (write->attempts == ATTEMPTS_MAX) {
		return false;
	}
	write->attempts++;
	write->state = WRITE_WAITING;
	wake(write->writer, write);
	pump(write->writer);
	return true;
}

static void append_done(void *user, enum store_status status, int64_t offset)
{
	struct write *write = user;
	struct writer *writer = write->writer;
	struct registry_error error = store_error(status);

	(void)offset;
	if (status != STORE_OK) {
		metrics.store_append_failures_total++;
	}
	if (status == STORE_UNKNOWN && writer->barrier == BARRIER_NONE) {
		writer->barrier = BARRIER_NEEDED;
		start_barrier(writer);
	}
	if (status == STORE_OK && is_lost_to_another(write)) {
		if (decide_again(write)) {
			return;
		}
		error = (struct registry_error){ .code = REGISTRY_INTERNAL,
			.args = { SCUTE_STR("another writer keeps taking the ids") } };
	}
	finish(write, &error);
	pump(writer);
}

static bool is_free(const struct write *write)
{
	for (size_t i = 0; i < write->n_locks; i++) {
		if (!lock_granted(&write->locks[i])) {
			return false;
		}
	}
	return true;
}

static void try_start(struct write *write)
{
	struct writer *writer = write->writer;
	struct decision decision = { .arena = registry_work(writer->registry) };

	if (!is_free(write) || writer->barrier == BARRIER_RUNNING ||
		writer->barrier == BARRIER_FAILING) {
		return;
	}
	if (writer->barrier == BARRIER_NEEDED) {
		if (!start_barrier(writer)) {
			decision.error.code = REGISTRY_NO_MEMORY;
			finish(write, &decision.error);
		}
		return;
	}
	write->decide(write, &decision);
	if (decision.is_checking) {
		write->state = WRITE_CHECKING;
		return;
	}
	if (decision.error.code != REGISTRY_OK || decision.n_records == 0) {
		finish(write, &decision.error);
		return;
	}
	write->state = WRITE_APPENDED;
	metrics.store_appends_total++;
	writer->store->ops->append(writer->store, decision.records, decision.n_records, append_done,
		write);
}

/* Runs all that may have become free. Not re-entered: an answer may queue new writes. */
static void pump(struct writer *writer)
{
	struct write *write;

	if (writer->is_pumping) {
		return;
	}
	writer->is_pumping = true;
	while ((write = writer->first_woken)) {
		writer->first_woken = write->next_woken;
		if (!writer->first_woken) {
			writer->last_woken = NULL;
		}
		write->is_woken = false;
		try_start(write);
	}
	writer->is_pumping = false;
}

void write_checked(void *user, struct check *check)
{
	struct write *write = user;
	struct writer *writer = write->writer;

	assert(write->check == check && write->state == WRITE_CHECKING);
	write->state = WRITE_WAITING;
	wake(writer, write);
	pump(writer);
}

struct write *write_create(struct registry *registry, size_t locks_max, write_done done, void *user)
{
	struct writer *writer = registry->writer;

	if (writer->pending >= PENDING_MAX) {
		return NULL;
	}
	struct write *write = calloc(1, sizeof(*write) + locks_max * sizeof(struct lock_ref));
	if (!write) {
		return NULL;
	}
	write->writer = writer;
	write->done = done;
	write->user = user;
	write->locks_max = locks_max;
	write->prev = writer->last;
	if (writer->last) {
		writer->last->next = write;
	} else {
		writer->first = write;
	}
	writer->last = write;
	writer->pending++;
	return write;
}

bool write_lock(struct write *write, uint64_t name, bool exclusive)
{
	assert(write->n_locks < write->locks_max);
	if (!lock_join(&write->writer->locks, &write->locks[write->n_locks], name, exclusive, write)) {
		return false;
	}
	write->n_locks++;
	return true;
}

struct write *write_start(struct write *write)
{
	struct writer *writer = write->writer;
	struct write *outer = writer->starting;
	struct registry_error error = store_error(STORE_UNAVAILABLE);

	writer->starting = write;
	if (writer->store) {
		wake(writer, write);
		pump(writer);
	} else {
		finish(write, &error);
	}
	bool ended = writer->starting != write;
	writer->starting = outer;
	return ended ? NULL : write;
}

struct write *write_refuse(struct write *write, write_done done, void *user)
{
	struct write_result result = { .error = { .code = REGISTRY_NO_MEMORY } };

	if (write) {
		write_free(write);
	}
	done(user, &result);
	return NULL;
}

bool writer_identity(const struct writer *writer, const struct record *record,
	struct hash128 *ret_identity)
{
	if (record->text.len <= CHECK_LOOP_BYTES_MAX) {
		return false;
	}
	for (const struct write *at = writer->first; at; at = at->next) {
		/* A cancelled one has no text any more. */
		if (at->done && at->state == WRITE_APPENDED && at->decide == decide_register &&
			at->number == record->version && str_eq(at->args.subject, record->subject) &&
			str_eq(at->args.content.text, record->text)) {
			*ret_identity = at->args.identity;
			return true;
		}
	}
	return false;
}

void writer_destroy(struct writer *writer)
{
	if (!writer) {
		return;
	}
	while (writer->first) {
		assert(writer->first->state != WRITE_APPENDED);
		write_free(writer->first);
	}
	locks_finish(&writer->locks);
	free(writer);
}

void write_cancel(struct write *write)
{
	struct writer *writer = write->writer;

	write->done = NULL;
	if (write->state != WRITE_APPENDED) {
		write_free(write);
		pump(writer);
	}
}
