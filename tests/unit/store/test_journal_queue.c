/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's queue: its maximum, and callbacks that add to it while it answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "scratch.h"
#include "store/journal_queue.h"

static struct scratch scratch;
static struct journal_group group;
static struct journal_answers answers;
static unsigned n_done, n_again;
static enum store_status last_status;

static void count(void *user, enum store_status status, int64_t offset)
{
	(void)user;
	assert_int_equal(offset, -1);
	n_done++;
	last_status = status;
}

static enum store_status add(const struct store_record *record, size_t queued, store_done done)
{
	struct journal_batch batch = { .done = done, .n = 1 };

	return journal_group_add(&group, record, 1, queued, &batch);
}

static void add_again(void *user, enum store_status status, int64_t offset)
{
	static char large[5000];
	struct store_record record = { .value = { large, sizeof(large) } };

	count(user, status, offset);
	n_again++;
	assert_int_equal(add(&record, 0, count), STORE_OK);
}

static void test_fail_keeps_what_callbacks_add(void **state)
{
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v") };
	struct journal_entry entry;
	size_t needed = 0;

	(void)state;
	n_done = n_again = 0;
	journal_group_init(&group);
	for (unsigned i = 0; i < 50; i++) {
		assert_int_equal(add(&record, 0, add_again), STORE_OK);
	}
	journal_group_fail(&group, STORE_UNAVAILABLE);
	assert_int_equal(n_done, 50);
	assert_int_equal(n_again, 50);
	assert_int_equal(last_status, STORE_UNAVAILABLE);
	assert_int_equal(group.n_records, 50);
	assert_false(journal_group_is_empty(&group));
	journal_group_seal(&group, 1, 1000, 64);
	assert_int_equal(journal_entry_check(group.entries.data, group.entries.len, 1, &entry,
		&needed), JOURNAL_GOOD);
	assert_int_equal(entry.offset, 1000);
	assert_int_equal(entry.value.len, 5000);
	journal_group_fail(&group, STORE_FULL);
	assert_int_equal(n_done, 100);
	assert_true(journal_group_is_empty(&group));
	assert_int_equal(group.entries.len, 0);
	journal_group_finish(&group);
}

static void test_maximum_counts_other_groups(void **state)
{
	static char large[1 << 20];
	struct store_record record = { .value = { large, sizeof(large) } };
	unsigned n = 0;

	(void)state;
	journal_group_init(&group);
	while (add(&record, JOURNAL_QUEUE_BYTES_MAX / 2, count) == STORE_OK) {
		n++;
		assert_true(n <= 32);
	}
	assert_int_equal(n, 31);
	assert_int_equal(group.n_records, 31);
	/* What is refused leaves the group usable. */
	record.value.len = 10;
	assert_int_equal(add(&record, 0, count), STORE_OK);
	record.value.len = JOURNAL_ENTRY_BYTES_MAX;
	assert_int_equal(add(&record, 0, count), STORE_TOO_LARGE);
	assert_int_equal(group.n_records, 32);
	journal_group_reset(&group);
	assert_int_equal(group.entries.cap, 0);
	journal_group_finish(&group);
}

static void answer_again(void *user, enum store_status status, int64_t offset)
{
	count(user, status, offset);
	journal_answers_add(&answers, count, user, STORE_DENIED);
}

static void test_answers_wait_for_their_turn(void **state)
{
	(void)state;
	n_done = 0;
	assert_true(journal_answers_init(&answers));
	for (unsigned i = 0; i < 1000; i++) {
		journal_answers_add(&answers, answer_again, NULL, STORE_FULL);
	}
	assert_int_equal(n_done, 0);
	journal_answers_give(&answers);
	assert_int_equal(n_done, 1000);
	assert_int_equal(last_status, STORE_FULL);
	journal_answers_give(&answers);
	assert_int_equal(n_done, 2000);
	assert_int_equal(last_status, STORE_DENIED);
	journal_answers_give(&answers);
	assert_int_equal(n_done, 2000);
	journal_answers_finish(&answers);
}

/* The whole store: 64 MiB wait at most, the rest is refused and room comes back. */
static void test_backpressure(void **state)
{
	enum { N = 6, BYTES = 15 << 20 };
	char *large = calloc(1, BYTES);
	struct store_record record = { .key = rig_str("k"), .value = { large, BYTES } };
	struct rig_answer waiting[N] = { 0 };
	struct rig rig;

	(void)state;
	assert_non_null(large);
	rig_init(&rig, 20000);
	rig.discard = true;
	rig_open_ready(&rig, &store_journal, scratch_fresh(&scratch));
	for (unsigned i = 0; i < N; i++) {
		rig_append(&rig, &waiting[i], &record, 1);
	}
	for (unsigned i = 0; i < N; i++) {
		assert_true(rig_wait_answer(&rig, &waiting[i]));
		assert_int_equal(waiting[i].status, i < 4 ? STORE_OK : STORE_FULL);
	}
	assert_int_equal(rig.n_records, 4);
	waiting[0].calls = 0;
	rig_append(&rig, &waiting[0], &record, 1);
	assert_true(rig_wait_answer(&rig, &waiting[0]));
	assert_int_equal(waiting[0].status, STORE_OK);
	rig_finish(&rig);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fail_keeps_what_callbacks_add),
		cmocka_unit_test(test_maximum_counts_other_groups),
		cmocka_unit_test(test_answers_wait_for_their_turn),
		cmocka_unit_test(test_backpressure),
	};
	int failed;

	scratch_init(&scratch);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_finish(&scratch);
	return failed;
}
