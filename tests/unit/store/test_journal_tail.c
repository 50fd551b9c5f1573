/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a journal: the lock, what is no journal, torn tails and damage. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"
#include "scratch.h"
#include "store/journal.h"

static struct scratch scratch;

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	rig_init(rig, 10000);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	rig_finish(*state);
	free(*state);
	return 0;
}

/* n records "0", "1", .. each in a batch and a write of its own. */
static void fill(struct rig *rig, const struct config *config, unsigned n)
{
	char key[16];

	rig_open_ready(rig, &store_journal, config);
	for (unsigned i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "%u", i);
		assert_int_equal(rig_put(rig, key, "0123456789"), STORE_OK);
	}
}

/* As a kill leaves the file: everything but the mark of a clean close. */
static uint64_t close_as_killed(struct rig *rig)
{
	uint64_t size = scratch_size(&scratch);

	rig_close(rig, 10000);
	assert_int_equal(scratch_size(&scratch), size + JOURNAL_ENTRY_HEAD_BYTES);
	scratch_cut(&scratch, size);
	return size;
}

static void expect_records(struct rig *rig, const struct config *config, unsigned n)
{
	char key[16];

	rig_open_ready(rig, &store_journal, config);
	assert_int_equal(rig->n_records, n);
	for (unsigned i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "%u", i);
		assert_int_equal(rig->records[i].record.key.len, strlen(key));
		assert_memory_equal(rig->records[i].record.key.data, key, strlen(key));
		assert_int_equal(rig->records[i].record.offset, i);
	}
}

enum { ENTRY_BYTES = 72 }; /* of a record of fill's, key of one digit */

static void test_every_cut_of_the_last_entry(void **state)
{
	struct rig *rig = *state;

	for (uint64_t left = 0; left < ENTRY_BYTES; left++) {
		const struct config *config = scratch_fresh(&scratch);
		uint64_t size;

		fill(rig, config, 3);
		size = close_as_killed(rig);
		assert_int_equal(size, JOURNAL_HEAD_BYTES + 3 * ENTRY_BYTES);
		scratch_cut(&scratch, size - ENTRY_BYTES + left);
		expect_records(rig, config, 2);
		assert_int_equal(scratch_size(&scratch), size - ENTRY_BYTES);
		assert_int_equal(rig_put(rig, "2", "again"), STORE_OK);
		rig_close(rig, 10000);
		expect_records(rig, config, 3);
		rig_close(rig, 10000);
	}
}

static void test_every_flip_of_the_last_entry(void **state)
{
	struct rig *rig = *state;
	const struct config *config = scratch_fresh(&scratch);
	uint64_t size;

	fill(rig, config, 3);
	size = close_as_killed(rig);
	for (uint64_t at = size - ENTRY_BYTES; at < size; at++) {
		scratch_flip(&scratch, at);
		expect_records(rig, config, 2);
		assert_int_equal(rig_put(rig, "2", "0123456789"), STORE_OK);
		assert_int_equal(close_as_killed(rig), size);
	}
}

static void test_garbage_at_the_end(void **state)
{
	static char garbage[3000000];
	struct rig *rig = *state;
	const struct config *config = scratch_fresh(&scratch);
	uint64_t size;

	fill(rig, config, 5);
	size = close_as_killed(rig);
	for (size_t i = 0; i < sizeof(garbage); i++) {
		garbage[i] = (char)(i * 2654435761u >> 13);
	}
	scratch_append(&scratch, garbage, sizeof(garbage));
	expect_records(rig, config, 5);
	assert_int_equal(scratch_size(&scratch), size);
	assert_int_equal(close_as_killed(rig), size);
	/* What a file system that lost the data but kept the length shows. */
	memset(garbage, 0, sizeof(garbage));
	scratch_append(&scratch, garbage, 4097);
	expect_records(rig, config, 5);
	assert_int_equal(scratch_size(&scratch), size);
}

static void expect_damaged(struct rig *rig, const struct config *config)
{
	uint64_t size = scratch_size(&scratch);
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v") };
	struct rig_answer answer = { 0 }, barrier = { 0 };

	assert_true(rig_open(rig, &store_journal, config));
	rig_barrier(rig, &barrier, &record);
	assert_true(rig_wait_state(rig, STORE_FAILED));
	assert_non_null(strstr(rig->text, "is damaged"));
	assert_non_null(strstr(rig->text, scratch.path));
	rig_append(rig, &answer, &record, 1);
	assert_true(rig_wait_answer(rig, &answer));
	assert_int_equal(answer.status, STORE_UNAVAILABLE);
	assert_int_equal(barrier.calls, 1);
	assert_int_equal(barrier.status, STORE_UNAVAILABLE);
	rig_close(rig, 10000);
	assert_int_equal(scratch_size(&scratch), size);
}

static void test_damage_in_the_middle(void **state)
{
	struct rig *rig = *state;
	const struct config *config = scratch_fresh(&scratch);
	uint64_t size;

	fill(rig, config, 4);
	size = close_as_killed(rig);
	for (uint64_t at = JOURNAL_HEAD_BYTES; at < size - ENTRY_BYTES; at++) {
		scratch_flip(&scratch, at);
		expect_damaged(rig, config);
		scratch_flip(&scratch, at);
	}
	expect_records(rig, config, 4);
}

static void test_damage_to_the_last_entry_after_a_clean_close(void **state)
{
	struct rig *rig = *state;
	const struct config *config = scratch_fresh(&scratch);
	uint64_t size;

	fill(rig, config, 4);
	rig_close(rig, 10000);
	size = scratch_size(&scratch) - JOURNAL_ENTRY_HEAD_BYTES;
	for (uint64_t at = size - ENTRY_BYTES; at < size; at++) {
		scratch_flip(&scratch, at);
		expect_damaged(rig, config);
		scratch_flip(&scratch, at);
	}
	expect_records(rig, config, 4);
	rig_close(rig, 10000);
	/* A start and a stop without a write add nothing. */
	assert_int_equal(scratch_size(&scratch), size + JOURNAL_ENTRY_HEAD_BYTES);
}

/* Pages of one batch reach the disk in any order: then a hole in it is no damage. */
static void test_hole_in_the_last_batch(void **state)
{
	struct rig *rig = *state;
	const struct config *config = scratch_fresh(&scratch);
	struct store_record records[10];
	struct rig_answer answer = { 0 };
	uint64_t size;

	fill(rig, config, 2);
	for (size_t i = 0; i < 10; i++) {
		records[i] = (struct store_record){ .key = rig_str("k"), .value = rig_str("v") };
	}
	rig_append(rig, &answer, records, 10);
	assert_true(rig_wait_answer(rig, &answer));
	size = close_as_killed(rig);
	scratch_flip(&scratch, size - 8u * 64u);
	rig_open_ready(rig, &store_journal, config);
	assert_int_equal(rig->n_records, 4);
	assert_int_equal(scratch_size(&scratch), size - 8u * 64u);
}

/* A client's value that looks like a later entry must not keep a journal from opening. */
static void test_embedded_entry_proves_nothing(void **state)
{
	struct rig *rig = *state;
	const struct config *config = scratch_fresh(&scratch);
	_Alignas(8) char forged[JOURNAL_ENTRY_HEAD_BYTES];
	struct store_record record = { .value = { forged, sizeof(forged) } };
	struct rig_answer answer = { 0 };
	uint64_t size;

	journal_mark_encode(0, forged);
	journal_entry_seal(forged, 0, 0, JOURNAL_HEAD_BYTES + ENTRY_BYTES + 8);
	fill(rig, config, 1);
	rig_append(rig, &answer, &record, 1);
	assert_true(rig_wait_answer(rig, &answer));
	size = close_as_killed(rig);
	scratch_flip(&scratch, size - sizeof(forged) - 1);
	expect_records(rig, config, 1);
}

static void test_second_opener_is_refused(void **state)
{
	struct rig *rig = *state;
	const struct config *config = scratch_fresh(&scratch);
	struct rig other;
	char pid[32];

	rig_open_ready(rig, &store_journal, config);
	rig_init(&other, 10000);
	assert_false(rig_open(&other, &store_journal, config));
	snprintf(pid, sizeof(pid), "in use by process %ld", (long)getpid());
	assert_non_null(strstr(other.err.text, pid));
	assert_non_null(strstr(other.err.text, scratch.path));
	rig_close(rig, 10000);
	rig_open_ready(&other, &store_journal, config);
	rig_finish(&other);
}

static void expect_refused(struct rig *rig, const struct config *config, const char *why)
{
	assert_false(rig_open(rig, &store_journal, config));
	if (!strstr(rig->err.text, why)) {
		fail_msg("%s", rig->err.text);
	}
}

static void test_no_journal(void **state)
{
	struct rig *rig = *state;
	struct config *config = (struct config *)(uintptr_t)scratch_fresh(&scratch);
	char path[160];
	int fd;

	config->journal_path = NULL;
	expect_refused(rig, config, "journal_path is not set");
	config->journal_path = "";
	expect_refused(rig, config, "journal_path is not set");
	snprintf(path, sizeof(path), "%s/missing/file", scratch.directory);
	config->journal_path = path;
	expect_refused(rig, config, "cannot open its directory");
	config->journal_path = scratch.directory;
	expect_refused(rig, config, "journal-test-");
	unlink(strcat(strcpy(path, scratch.directory), ".lock"));

	config->journal_path = scratch.path;
	fd = open(scratch.path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	expect_refused(rig, config, "shorter than a head");
	memset(path, 'x', sizeof(path));
	assert_int_equal(write(fd, path, sizeof(path)), sizeof(path));
	expect_refused(rig, config, "wrong magic");
	assert_int_equal(ftruncate(fd, 0), 0);
	close(fd);
	/* An empty file that somebody touched becomes a journal. */
	expect_records(rig, config, 0);
	assert_int_equal(scratch_size(&scratch), JOURNAL_HEAD_BYTES);
	rig_close(rig, 10000);
	scratch_flip(&scratch, 20);
	expect_refused(rig, config, "its head is damaged");
}

static void test_link_is_followed(void **state)
{
	struct rig *rig = *state;
	struct config *config = (struct config *)(uintptr_t)scratch_fresh(&scratch);
	char link[160];
	struct stat status;

	fill(rig, config, 2);
	rig_close(rig, 10000);
	snprintf(link, sizeof(link), "%s/link", scratch.directory);
	assert_int_equal(symlink(strrchr(scratch.path, '/') + 1, link), 0);
	config->journal_path = link;
	expect_records(rig, config, 2);
	rig_close(rig, 10000);
	assert_int_equal(lstat(link, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	unlink(link);
}

static void test_leftover_of_a_compaction_is_removed(void **state)
{
	struct rig *rig = *state;
	const struct config *config = scratch_fresh(&scratch);
	char path[160];
	int fd;

	fill(rig, config, 2);
	rig_close(rig, 10000);
	snprintf(path, sizeof(path), "%s.compact", scratch.path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
	expect_records(rig, config, 2);
	assert_false(scratch_exists(&scratch, ".compact"));
}

/* Whatever happened to the file: no crash, and what is seen is a beginning of what was. */
static void test_random_damage(void **state)
{
	struct rig *rig = *state;
	unsigned n_ready = 0, n_failed = 0;

	srand(42);
	for (unsigned round = 0; round < 300; round++) {
		const struct config *config = scratch_fresh(&scratch);
		uint64_t size;
		char key[16];

		fill(rig, config, 6);
		rig_close(rig, 10000);
		size = scratch_size(&scratch);
		if (round % 3 == 0) {
			size -= (uint64_t)rand() % (size - JOURNAL_HEAD_BYTES);
			scratch_cut(&scratch, size);
		}
		for (int i = rand() % 4; i > 0; i--) {
			scratch_flip(&scratch, JOURNAL_HEAD_BYTES +
				(uint64_t)rand() % (size - JOURNAL_HEAD_BYTES + 1) * 9 / 10);
		}
		assert_true(rig_open(rig, &store_journal, config));
		while (rig->state == STORE_REPLAYING) {
			rig_run_ms(rig, 1);
		}
		n_ready += rig->state == STORE_READY;
		n_failed += rig->state == STORE_FAILED;
		assert_true(rig->n_records <= 6);
		for (unsigned i = 0; i < rig->n_records; i++) {
			snprintf(key, sizeof(key), "%u", i);
			assert_memory_equal(rig->records[i].record.key.data, key, 1);
		}
		rig_close(rig, 10000);
	}
	assert_int_equal(n_ready + n_failed, 300);
	assert_true(n_ready > 30 && n_failed > 30);
}

static unsigned n_ticks_before_ready;

static void count_tick(void *user)
{
	struct rig *rig = user;

	n_ticks_before_ready += rig->state == STORE_REPLAYING;
}

static void be_slow(struct rig *rig, const struct store_record *record)
{
	(void)rig;
	(void)record;
	usleep(50);
}

/* A long replay lets the loop serve others: 2,000 records of 50 us and more in 5 ms slices. */
static void test_replay_does_not_hog_the_loop(void **state)
{
	struct rig *rig = *state;
	const struct config *config = scratch_fresh(&scratch);
	struct store_record records[2000];
	struct rig_answer answer = { 0 };
	struct loop_timer *timer;

	for (size_t i = 0; i < 2000; i++) {
		records[i] = (struct store_record){ .key = rig_str("k"), .value = rig_str("v") };
	}
	rig_open_ready(rig, &store_journal, config);
	rig_append(rig, &answer, records, 2000);
	assert_true(rig_wait_answer(rig, &answer));
	rig_close(rig, 10000);
	timer = loop_timer_start(rig->loop, 1, 1, count_tick, rig);
	assert_non_null(timer);
	rig->hook = be_slow;
	rig_open_ready(rig, &store_journal, config);
	rig->hook = NULL;
	assert_int_equal(rig->n_records, 2000);
	assert_true(n_ticks_before_ready >= 5);
	loop_timer_stop(timer);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_every_cut_of_the_last_entry),
		TEST(test_every_flip_of_the_last_entry),
		TEST(test_garbage_at_the_end),
		TEST(test_damage_in_the_middle),
		TEST(test_damage_to_the_last_entry_after_a_clean_close),
		TEST(test_hole_in_the_last_batch),
		TEST(test_embedded_entry_proves_nothing),
		TEST(test_second_opener_is_refused),
		TEST(test_no_journal),
		TEST(test_link_is_followed),
		TEST(test_leftover_of_a_compaction_is_removed),
		TEST(test_random_damage),
		TEST(test_replay_does_not_hog_the_loop),
	};
#undef TEST
	int failed;

	scratch_init(&scratch);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_finish(&scratch);
	return failed;
}
