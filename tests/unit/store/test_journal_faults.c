/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fails the n-th system call of the journal, for every n, once or from then on, and then the
 * n-th allocation: acknowledged records are there after a reopen, refused ones are not, and
 * appends work again without a restart.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"
#include "scratch.h"
#include "store/journal.h"

enum fault_mode {
	FAULT_ONCE,
	FAULT_LASTING, /* until healed */
	FAULT_SHORT,   /* a write stops half way, and all writes behind it fail until healed */
};

static struct scratch scratch;
static atomic_int calls_left = -1; /* < 0: nothing fails */
static atomic_int memory_left = -1;
static atomic_bool tripped;
static enum fault_mode mode;
static int fault_errno;

static void arm(enum fault_mode which, int number, int error)
{
	mode = which;
	fault_errno = error;
	tripped = false;
	calls_left = number;
}

static void heal(void)
{
	calls_left = -1;
}

/* Whether this call is to fail. */
static bool fails(void)
{
	int left = atomic_load(&calls_left);

	if (left < 0) {
		return false;
	}
	if (left > 0) {
		atomic_fetch_sub(&calls_left, 1);
		return false;
	}
	if (mode == FAULT_ONCE) {
		calls_left = -1;
	}
	tripped = true;
	errno = fault_errno;
	return true;
}

ssize_t __real_pwrite64(int fd, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t len, off_t at)
{
	bool first = !tripped;

	if (!fails()) {
		return __real_pwrite64(fd, data, len, at);
	}
	if (mode == FAULT_SHORT && first && len > 1) {
		return __real_pwrite64(fd, data, len / 2, at);
	}
	return -1;
}

#define WRAP(type, name, parameters, arguments) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type __wrap_##name parameters \
	{ \
		return fails() ? -1 : __real_##name arguments; \
	}

WRAP(ssize_t, pread64, (int fd, void *data, size_t len, off_t at), (fd, data, len, at))
WRAP(int, fdatasync, (int fd), (fd))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, ftruncate64, (int fd, off_t len), (fd, len))
WRAP(int, rename, (const char *from, const char *to), (from, to))

static bool no_memory(void)
{
	int left = atomic_load(&memory_left);

	if (left < 0) {
		return false;
	}
	memory_left = left - 1;
	tripped = tripped || left == 0;
	return left == 0;
}

void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes)
{
	return no_memory() ? NULL : __real_malloc(bytes);
}

void *__real_calloc(size_t n, size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes)
{
	return no_memory() ? NULL : __real_calloc(n, bytes);
}

void *__real_realloc(void *old, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes)
{
	return no_memory() ? NULL : __real_realloc(old, bytes);
}

enum { WAVES = 4, WAVE = 4, APPENDS = WAVES * WAVE, HEALED = APPENDS, BARRIER, TOTAL };

/* Every append of one round, its key being its index. */
struct round {
	struct rig_answer answers[TOTAL];
	bool started[TOTAL];
};

static void start(struct rig *rig, struct round *round, size_t i)
{
	char key[16];
	struct store_record records[2];

	snprintf(key, sizeof(key), "%zu", i);
	records[0] = (struct store_record){ .key = rig_str(key), .value = rig_str("first") };
	records[1] = (struct store_record){ .key = rig_str(key), .value = rig_str("second") };
	round->started[i] = true;
	if (i == BARRIER) {
		rig_barrier(rig, &round->answers[i], records);
	} else {
		rig_append(rig, &round->answers[i], records, 2);
	}
}

static size_t index_of(const struct rig *rig, size_t i)
{
	char key[16] = "";

	memcpy(key, rig->records[i].record.key.data, rig->records[i].record.key.len);
	return strtoul(key, NULL, 10);
}

/*
 * A log that was read from the beginning against what was answered. whole: batches are not
 * cut, as nobody was killed within one.
 */
static void check_log(const struct rig *rig, const struct round *round, bool whole)
{
	unsigned seen[TOTAL] = { 0 };
	int64_t last = -1;

	for (size_t i = 0; i < rig->n_records; i++) {
		size_t index = index_of(rig, i);

		assert_true(index < TOTAL);
		seen[index]++;
		assert_true(rig->records[i].record.offset > last);
		last = rig->records[i].record.offset;
	}
	for (size_t i = 0; i < TOTAL; i++) {
		unsigned n = i == BARRIER ? 1 : 2;

		if (!round->started[i]) {
			assert_int_equal(seen[i], 0);
			continue;
		}
		assert_int_equal(round->answers[i].calls, 1);
		switch (round->answers[i].status) {
		case STORE_OK:
			assert_int_equal(seen[i], n);
			break;
		case STORE_UNKNOWN:
			assert_true(seen[i] == 0 || seen[i] == n || (!whole && seen[i] < n));
			break;
		default:
			assert_int_equal(seen[i], 0);
			break;
		}
	}
}

static void copy_file(const char *from, const char *to)
{
	static char bytes[1 << 16];
	int in = open(from, O_RDONLY);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t got;

	assert_true(in >= 0 && out >= 0);
	while ((got = read(in, bytes, sizeof(bytes))) > 0) {
		assert_int_equal(write(out, bytes, (size_t)got), got);
	}
	assert_int_equal(got, 0);
	close(in);
	close(out);
}

/* What a kill at this moment would leave. */
static void check_as_killed(const struct round *round, bool compacted)
{
	struct config config = scratch.config;
	struct rig rig;
	char path[128];

	snprintf(path, sizeof(path), "%s/killed", scratch.directory);
	copy_file(scratch.path, path);
	config.journal_path = path;
	rig_init(&rig, 10000);
	rig_open_ready(&rig, &store_journal, &config);
	if (!compacted) {
		check_log(&rig, round, false);
	}
	rig_finish(&rig);
}

static bool all_answered(struct rig *rig, const void *what)
{
	const struct round *round = what;

	(void)rig;
	for (size_t i = 0; i < TOTAL; i++) {
		if (round->started[i] && round->answers[i].calls == 0) {
			return false;
		}
	}
	return true;
}

/* After the cause is gone the store must work again by itself, a barrier first if fenced. */
static void recover(struct rig *rig, struct round *round)
{
	heal();
	if (rig->state != STORE_READY || journal_of(rig->store)->fenced) {
		start(rig, round, BARRIER);
		assert_true(rig_wait_answer(rig, &round->answers[BARRIER]));
		assert_int_equal(round->answers[BARRIER].status, STORE_OK);
		assert_int_equal(rig->state, STORE_READY);
	}
	start(rig, round, HEALED);
	assert_true(rig_wait_answer(rig, &round->answers[HEALED]));
	assert_int_equal(round->answers[HEALED].status, STORE_OK);
}

/* False: there is no n-th call any more. */
static bool append_round(enum fault_mode which, int number, int error)
{
	const struct config *config = scratch_fresh(&scratch);
	struct round round = { 0 };
	struct rig rig;
	bool reached;

	rig_init(&rig, 10000);
	rig_open_ready(&rig, &store_journal, config);
	arm(which, number, error);
	for (size_t i = 0; i < APPENDS; i++) {
		start(&rig, &round, i);
		if (i % WAVE == WAVE - 1) {
			assert_true(rig_wait_answer(&rig, &round.answers[i - WAVE / 2]));
		}
	}
	assert_true(rig_wait(&rig, all_answered, &round));
	reached = tripped;
	heal();
	check_as_killed(&round, false);
	recover(&rig, &round);
	check_log(&rig, &round, true);
	rig_close(&rig, 10000);
	rig_open_ready(&rig, &store_journal, config);
	check_log(&rig, &round, true);
	rig_finish(&rig);
	return reached;
}

static void run_append_rounds(enum fault_mode which, int error)
{
	int number = 0;

	while (append_round(which, number, error)) {
		number++;
	}
	/* Each wave is at least a write and a sync. */
	assert_true(number >= 2 * WAVES);
}

static void test_append_fault_once(void **state)
{
	(void)state;
	run_append_rounds(FAULT_ONCE, EIO);
}

static void test_append_fault_lasting(void **state)
{
	(void)state;
	run_append_rounds(FAULT_LASTING, EIO);
}

static void test_append_short_write_then_full(void **state)
{
	(void)state;
	run_append_rounds(FAULT_SHORT, ENOSPC);
}

/* Writes fail, but the way back works: refused as FULL, not as unknown, and never fenced. */
static void test_full_disk_is_clear(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, 10000);
	rig_open_ready(&rig, &store_journal, scratch_fresh(&scratch));
	for (unsigned i = 0; i < 3; i++) {
		arm(FAULT_ONCE, 0, ENOSPC);
		assert_int_equal(rig_put(&rig, "k", "v"), STORE_FULL);
		assert_int_equal(scratch_size(&scratch), JOURNAL_HEAD_BYTES);
		assert_int_equal(rig.state, STORE_READY);
	}
	assert_int_equal(rig_put(&rig, "k", "v"), STORE_OK);
	rig_finish(&rig);
}

static void test_unknown_fences_until_a_barrier(void **state)
{
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v") };
	struct rig_answer barrier = { 0 };
	struct rig rig;

	(void)state;
	rig_init(&rig, 10000);
	rig_open_ready(&rig, &store_journal, scratch_fresh(&scratch));
	arm(FAULT_LASTING, 1, EIO); /* the write works, the sync and the way back do not */
	assert_int_equal(rig_put(&rig, "k", "v"), STORE_UNKNOWN);
	assert_int_equal(rig.state, STORE_LOST);
	assert_int_equal(rig_put(&rig, "k", "v"), STORE_UNAVAILABLE);
	rig_barrier(&rig, &barrier, &record);
	assert_true(rig_wait_answer(&rig, &barrier));
	assert_int_equal(barrier.status, STORE_UNAVAILABLE);
	heal();
	/* By itself, without anybody asking. */
	assert_true(rig_wait_state(&rig, STORE_READY));
	assert_int_equal(rig_put(&rig, "k", "v"), STORE_UNAVAILABLE);
	barrier.calls = 0;
	rig_barrier(&rig, &barrier, &record);
	assert_true(rig_wait_answer(&rig, &barrier));
	assert_int_equal(barrier.status, STORE_OK);
	assert_int_equal(rig_put(&rig, "k", "v"), STORE_OK);
	assert_int_equal(rig.n_records, 2);
	rig_finish(&rig);
}

static void test_close_while_lost(void **state)
{
	const struct config *config = scratch_fresh(&scratch);
	struct rig rig;

	(void)state;
	rig_init(&rig, 10000);
	rig_open_ready(&rig, &store_journal, config);
	assert_int_equal(rig_put(&rig, "0", "v"), STORE_OK);
	arm(FAULT_LASTING, 1, EIO);
	assert_int_equal(rig_put(&rig, "1", "v"), STORE_UNKNOWN);
	rig_close(&rig, 10000);
	heal();
	rig_open_ready(&rig, &store_journal, config);
	assert_in_range(rig.n_records, 1, 2);
	rig_finish(&rig);
}

/* Every fault of an open is either an open that is refused or a FAILED with a text. */
static bool open_round(const struct config *config, int number, size_t n_records)
{
	struct rig rig;
	bool reached;

	rig_init(&rig, 10000);
	arm(FAULT_ONCE, number, EIO);
	if (rig_open(&rig, &store_journal, config)) {
		while (rig.state == STORE_REPLAYING) {
			rig_run_ms(&rig, 2);
		}
		if (rig.state == STORE_FAILED) {
			assert_true(strlen(rig.text) > 0);
		}
	} else {
		assert_true(strlen(rig.err.text) > 0);
	}
	reached = tripped;
	heal();
	if (rig.store) {
		rig_close(&rig, 10000);
	}
	rig_open_ready(&rig, &store_journal, config);
	assert_int_equal(rig.n_records, n_records);
	rig_finish(&rig);
	return reached;
}

static void test_open_faults(void **state)
{
	const struct config *config;
	struct rig rig;
	int number = 0;

	(void)state;
	do {
		config = scratch_fresh(&scratch);
	} while (open_round(config, number++, 0));
	assert_true(number > 4);

	rig_init(&rig, 10000);
	config = scratch_fresh(&scratch);
	rig_open_ready(&rig, &store_journal, config);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(rig_put(&rig, "k", "v"), STORE_OK);
	}
	rig_finish(&rig);
	number = 0;
	do {
		scratch_append(&scratch, "torn", 4);
	} while (open_round(config, number++, 3));
	assert_true(number > 4);
}

static bool no_compaction(struct rig *rig, const void *what)
{
	const struct journal *journal = journal_of(rig->store);

	(void)what;
	return !journal->compact_force && !journal->compaction;
}

/* Keys are superseded, then the n-th call of a compaction with appends beside it fails. */
static bool compaction_round(enum fault_mode which, int number)
{
	const struct config *config = scratch_fresh(&scratch);
	struct round round = { 0 };
	struct rig rig;
	bool reached;

	rig_init(&rig, 10000);
	rig_open_ready(&rig, &store_journal, config);
	for (size_t i = 0; i < WAVE; i++) {
		start(&rig, &round, i);
	}
	assert_true(rig_wait(&rig, all_answered, &round));
	arm(which, number, EIO);
	journal_compact_now(rig.store);
	for (size_t i = WAVE; i < APPENDS; i++) {
		start(&rig, &round, i);
		rig_run_ms(&rig, 1);
	}
	assert_true(rig_wait(&rig, all_answered, &round));
	reached = tripped;
	heal();
	check_as_killed(&round, true);
	recover(&rig, &round);
	assert_true(rig_wait(&rig, no_compaction, NULL));
	assert_false(scratch_exists(&scratch, ".compact"));
	rig_close(&rig, 10000);

	/* The first wave may have lost its first records, nothing else. */
	rig_open_ready(&rig, &store_journal, config);
	for (size_t i = 0; i < rig.n_records; i++) {
		size_t index = index_of(&rig, i);

		assert_true(round.answers[index].status == STORE_OK ||
			round.answers[index].status == STORE_UNKNOWN);
	}
	for (size_t i = 0; i < TOTAL; i++) {
		unsigned seconds = 0;

		for (size_t k = 0; k < rig.n_records; k++) {
			seconds += index_of(&rig, k) == i && rig.records[k].record.value.len == 6;
		}
		if (round.started[i] && round.answers[i].status == STORE_OK && i != BARRIER) {
			assert_int_equal(seconds, 1);
		}
	}
	rig_finish(&rig);
	return reached;
}

static void test_compaction_faults(void **state)
{
	(void)state;
	for (int number = 0; compaction_round(FAULT_ONCE, number); number++) {
		continue;
	}
	for (int number = 0; compaction_round(FAULT_LASTING, number); number++) {
		continue;
	}
	for (int number = 0; compaction_round(FAULT_SHORT, number); number++) {
		continue;
	}
}

/* The directory's sync after the rename fails: nothing is acknowledged until it worked. */
static void test_directory_sync_fault(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, 10000);
	rig_open_ready(&rig, &store_journal, scratch_fresh(&scratch));
	assert_int_equal(rig_put(&rig, "k", "v"), STORE_OK);
	journal_of(rig.store)->file.dir_suspect = true;
	journal_compact_now(rig.store);
	assert_true(rig_wait(&rig, no_compaction, NULL));
	assert_int_equal(rig.state, STORE_LOST);
	assert_int_equal(rig_put(&rig, "k", "w"), STORE_UNAVAILABLE);
	assert_true(rig_wait_state(&rig, STORE_READY));
	assert_int_equal(rig_put(&rig, "k", "w"), STORE_OK);
	rig_finish(&rig);
}

static bool memory_open_round(struct rig *rig, const struct config *config, int number)
{
	bool reached;

	tripped = false;
	memory_left = number;
	if (rig_open(rig, &store_journal, config)) {
		while (rig->state == STORE_REPLAYING) {
			rig_run_ms(rig, 2);
		}
	} else {
		assert_non_null(strstr(rig->err.text, "out of memory"));
	}
	memory_left = -1;
	reached = tripped;
	if (rig->store) {
		assert_true(rig->state == STORE_READY || strstr(rig->text, "annot allocate"));
		rig_close(rig, 10000);
	}
	rig_open_ready(rig, &store_journal, config);
	assert_int_equal(rig->n_records, 3);
	rig_close(rig, 10000);
	return reached;
}

static void test_memory_of_open(void **state)
{
	const struct config *config = scratch_fresh(&scratch);
	struct rig rig;
	int number = 0;

	(void)state;
	rig_init(&rig, 10000);
	rig.discard = true;
	rig_open_ready(&rig, &store_journal, config);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(rig_put(&rig, "k", "v"), STORE_OK);
	}
	rig_close(&rig, 10000);
	while (memory_open_round(&rig, config, number)) {
		number++;
	}
	assert_true(number >= 4);
	rig_finish(&rig);
}

static void test_memory_of_append(void **state)
{
	static char large[300000];
	const struct config *config = scratch_fresh(&scratch);
	struct store_record record = { .key = rig_str("k"), .value = { large, sizeof(large) } };
	struct rig rig;
	size_t n_ok = 0;
	bool reached = true;

	(void)state;
	rig_init(&rig, 10000);
	rig.discard = true;
	rig_open_ready(&rig, &store_journal, config);
	for (int number = 0; reached; number++) {
		struct rig_answer answers[3] = { 0 };

		tripped = false;
		memory_left = number;
		for (unsigned i = 0; i < 3; i++) {
			rig_append(&rig, &answers[i], &record, 1);
		}
		for (unsigned i = 0; i < 3; i++) {
			assert_true(rig_wait_answer(&rig, &answers[i]));
			assert_int_equal(answers[i].calls, 1);
			assert_true(answers[i].status == STORE_OK ||
				answers[i].status == STORE_FULL);
			n_ok += answers[i].status == STORE_OK;
		}
		memory_left = -1;
		reached = tripped;
	}
	assert_int_equal(rig.n_records, n_ok);
	rig_close(&rig, 10000);
	rig_open_ready(&rig, &store_journal, config);
	assert_int_equal(rig.n_records, n_ok);
	rig_finish(&rig);
}

static void test_memory_of_compaction(void **state)
{
	const struct config *config = scratch_fresh(&scratch);
	struct rig rig;
	bool reached = true;

	(void)state;
	rig_init(&rig, 10000);
	rig.discard = true;
	rig_open_ready(&rig, &store_journal, config);
	for (int number = 0; reached; number++) {
		assert_int_equal(rig_put(&rig, "k", "v"), STORE_OK);
		tripped = false;
		memory_left = number;
		journal_compact_now(rig.store);
		assert_true(rig_wait(&rig, no_compaction, NULL));
		memory_left = -1;
		reached = tripped;
		assert_int_equal(rig_put(&rig, "k", "v"), STORE_OK);
		assert_false(scratch_exists(&scratch, ".compact"));
	}
	rig_close(&rig, 10000);
	rig_open_ready(&rig, &store_journal, config);
	/* The last round was not disturbed: one record of before, one behind. */
	assert_int_equal(rig.n_records, 2);
	rig_finish(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append_fault_once),
		cmocka_unit_test(test_append_fault_lasting),
		cmocka_unit_test(test_append_short_write_then_full),
		cmocka_unit_test(test_full_disk_is_clear),
		cmocka_unit_test(test_unknown_fences_until_a_barrier),
		cmocka_unit_test(test_close_while_lost),
		cmocka_unit_test(test_open_faults),
		cmocka_unit_test(test_compaction_faults),
		cmocka_unit_test(test_directory_sync_fault),
		cmocka_unit_test(test_memory_of_open),
		cmocka_unit_test(test_memory_of_append),
		cmocka_unit_test(test_memory_of_compaction),
	};
	int failed;

	scratch_init(&scratch);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_finish(&scratch);
	return failed;
}
