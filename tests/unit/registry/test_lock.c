/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of shared and exclusive claims: order of arrival, nobody forgotten, linear time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "registry/lock.h"

#define NAME 42u

static char woken[64];

static void note(void *user, void *owner)
{
	size_t len = strlen(woken);

	(void)user;
	woken[len] = *(char *)owner;
	woken[len + 1] = '\0';
}

static size_t n_woken;

static void count(void *user, void *owner)
{
	(void)user;
	(void)owner;
	n_woken++;
}

static char owners[] = "abcdefgh";

struct queue {
	struct map locks;
	struct lock_ref refs[8];
};

/* One letter a claim: 's' shared, 'x' exclusive. */
static void join_all(struct queue *queue, const char *kinds)
{
	locks_init(&queue->locks);
	for (size_t i = 0; kinds[i]; i++) {
		assert_true(lock_join(&queue->locks, &queue->refs[i], NAME, kinds[i] == 'x',
			&owners[i]));
	}
}

static void expect_granted(const struct queue *queue, const char *wanted)
{
	for (size_t i = 0; wanted[i]; i++) {
		if (wanted[i] != '-') {
			assert_int_equal(lock_granted(&queue->refs[i]), wanted[i] == '1');
		}
	}
}

static void leave(struct queue *queue, size_t i, const char *wakes)
{
	woken[0] = '\0';
	lock_leave(&queue->locks, &queue->refs[i], note, NULL);
	assert_string_equal(woken, wakes);
}

static void test_order(void **state)
{
	struct queue queue;

	(void)state;
	join_all(&queue, "ssxssx");
	expect_granted(&queue, "110000");
	leave(&queue, 0, "");
	expect_granted(&queue, "-10000");
	leave(&queue, 1, "c");
	expect_granted(&queue, "--1000");
	leave(&queue, 2, "de");
	expect_granted(&queue, "---110");
	leave(&queue, 4, "");
	leave(&queue, 3, "f");
	leave(&queue, 5, "");
	locks_finish(&queue.locks);
}

static void test_leaving_while_waiting(void **state)
{
	struct queue queue;

	(void)state;
	join_all(&queue, "sxsxs");
	leave(&queue, 1, "c"); /* the exclusive one that waited goes: the shared ones meet */
	expect_granted(&queue, "1-100");
	leave(&queue, 4, "");
	leave(&queue, 0, "");
	leave(&queue, 2, "d");
	leave(&queue, 3, "");
	locks_finish(&queue.locks);

	join_all(&queue, "xxss");
	leave(&queue, 1, ""); /* still behind the first */
	expect_granted(&queue, "1-00");
	leave(&queue, 0, "cd");
	leave(&queue, 3, "");
	leave(&queue, 2, "");
	leave(&queue, 2, ""); /* twice is once */
	locks_finish(&queue.locks);
}

static void test_names_apart(void **state)
{
	struct map locks;
	struct lock_ref one;
	struct lock_ref other;

	(void)state;
	locks_init(&locks);
	assert_true(lock_join(&locks, &one, 1, true, &owners[0]));
	assert_true(lock_join(&locks, &other, 2, true, &owners[1]));
	assert_true(lock_granted(&one) && lock_granted(&other));
	lock_leave(&locks, &one, note, NULL);
	lock_leave(&locks, &other, note, NULL);
	locks_finish(&locks);
}

/* Quadratic, this would take minutes. */
static void test_long_queues(void **state)
{
	enum { N = 100000 };
	struct lock_ref *refs = calloc(2 * N + 1, sizeof(*refs));
	struct map locks;

	(void)state;
	assert_non_null(refs);
	locks_init(&locks);
	for (size_t i = 0; i < 2 * N + 1; i++) {
		assert_true(lock_join(&locks, &refs[i], NAME, i == N, &owners[0]));
		assert_int_equal(lock_granted(&refs[i]), i < N);
	}
	n_woken = 0;
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(n_woken, 0);
		lock_leave(&locks, &refs[i], count, NULL);
	}
	assert_int_equal(n_woken, 1);
	lock_leave(&locks, &refs[N], count, NULL);
	assert_int_equal(n_woken, 1 + N);
	for (size_t i = N + 1; i < 2 * N + 1; i++) {
		assert_true(lock_granted(&refs[i]));
		lock_leave(&locks, &refs[i], count, NULL);
	}
	assert_int_equal(n_woken, 1 + N);
	locks_finish(&locks);
	free(refs);
}

static void test_no_memory(void **state)
{
	struct map locks;
	struct lock_ref ref = { 0 };
	bool joined = false;

	(void)state;
	for (long n = 0; !joined; n++) {
		assert_true(n < 10);
		locks_init(&locks);
		fault_at(n);
		joined = lock_join(&locks, &ref, NAME, true, &owners[0]);
		assert_int_equal(fault_end(), !joined);
		lock_leave(&locks, &ref, note, NULL);
		locks_finish(&locks);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_leaving_while_waiting),
		cmocka_unit_test(test_names_apart),
		cmocka_unit_test(test_long_queues),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
