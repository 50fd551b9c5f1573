/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fails the n-th allocation of the Kafka store, for every n: it says so or goes on, each
 * write is answered once, and afterwards it works. librdkafka's own allocations are left
 * alone (it ends the process when there is no memory).
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mock.h"
#include "rig.h"

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *at, size_t bytes);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *at, size_t bytes);
char *__wrap_strdup(const char *text);

static pthread_t loop_thread;
static int left = -1; /* allocations that still work; < 0: all do */
static bool lasting;  /* not only the next one fails then, but all */
static bool tripped;

static bool fails(void)
{
	if (left < 0 || !pthread_equal(pthread_self(), loop_thread)) {
		return false;
	}
	if (left > 0) {
		left--;
		return false;
	}
	left = lasting ? 0 : -1;
	tripped = true;
	return true;
}

void *__wrap_malloc(size_t bytes)
{
	return fails() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
	return fails() ? NULL : __real_calloc(n, bytes);
}

void *__wrap_realloc(void *at, size_t bytes)
{
	return fails() ? NULL : __real_realloc(at, bytes);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

static struct mock mock;

static void arm(int n)
{
	tripped = false;
	left = n;
}

static void heal(void)
{
	left = -1;
}

static struct rig *begin(struct rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	rig_init(rig, 15000);
	rig->discard = true;
	return rig;
}

static void test_open(void **state)
{
	(void)state;
	struct rig rig;
	int n = 0;
	bool more = true;
	for (; more; n++) {
		const struct config *config = mock_fresh(&mock, 1);
		begin(&rig);
		arm(n);
		bool opened = rig_open(&rig, &mock_store, config);
		heal();
		more = tripped;
		if (!opened) {
			assert_true(tripped);
			assert_string_equal(rig.err.text, "Out of memory");
		} else {
			assert_true(rig_wait_state(&rig, STORE_READY));
		}
		rig_finish(&rig);
	}
	assert_true(n > 5);
}

/* From here on on one open store, which has to stay usable. */
static void test_replay(void **state)
{
	(void)state;
	struct rig rig;
	struct store_header headers[] = { { rig_str("a"), rig_str("1") }, { rig_str("b"), rig_str("") } };
	struct store_record record = {
		.key = rig_str("k"), .value = rig_str("v"), .headers = headers, .n_headers = 2,
	};
	const struct config *config = mock_fresh(&mock, 1);
	begin(&rig);
	rig_open_ready(&rig, &mock_store, config);
	for (int i = 0; i < 3; i++) {
		struct rig_answer answer = { 0 };
		rig_append(&rig, &answer, &record, 1);
		assert_true(rig_wait_answer(&rig, &answer));
		assert_int_equal(answer.status, STORE_OK);
	}
	rig_finish(&rig);
	bool more = true;
	for (int n = 0; more; n++) {
		begin(&rig);
		assert_true(rig_open(&rig, &mock_store, config));
		arm(n);
		/* Timers and jobs of the store fail too; then its tick goes on. */
		bool ready = rig_wait_state(&rig, STORE_READY);
		heal();
		more = tripped;
		assert_true(ready);
		assert_int_equal(rig.n_records, 3);
		rig_finish(&rig);
	}
}

static void test_writes(void **state)
{
	(void)state;
	struct rig rig;
	struct store_header header = { rig_str("name"), rig_str("value") };
	struct store_record record = {
		.key = rig_str("k"), .value = rig_str("v"), .headers = &header, .n_headers = 1,
	};
	begin(&rig);
	rig_open_ready(&rig, &mock_store, mock_fresh(&mock, 1));
	bool more = true;
	size_t written = 0;
	for (int n = 0; more; n++) {
		struct rig_answer first = { 0 }, second = { 0 };
		arm(n);
		rig_append(&rig, &first, &record, 1);
		rig_barrier(&rig, &second, &record);
		heal();
		more = tripped;
		assert_int_equal(first.calls + second.calls, 0);
		assert_true(rig_wait_answer(&rig, &first));
		assert_true(rig_wait_answer(&rig, &second));
		assert_true(first.status == STORE_OK || (more && first.status == STORE_UNAVAILABLE));
		assert_true(second.status == STORE_OK || (more && second.status == STORE_UNAVAILABLE));
		written += (size_t)(first.status == STORE_OK) + (size_t)(second.status == STORE_OK);
		assert_int_equal(rig.n_records, written);
		assert_int_equal(first.calls, 1);
		assert_int_equal(second.calls, 1);
	}
	rig_finish(&rig);
}

/* No memory at all: as many refusals as there is a reserve for. */
static void test_reserve(void **state)
{
	(void)state;
	struct rig rig;
	struct store_record record = { .key = rig_str("k"), .value = rig_str("v") };
	struct rig_answer answers[KAFKA_RESERVE] = { 0 };
	begin(&rig);
	rig_open_ready(&rig, &mock_store, mock_fresh(&mock, 1));
	for (int round = 0; round < 2; round++) {
		memset(answers, 0, sizeof(answers));
		for (size_t i = 0; i < KAFKA_RESERVE; i++) {
			lasting = true;
			arm(0);
			rig_append(&rig, &answers[i], &record, 1);
			heal();
			lasting = false;
			assert_true(tripped);
		}
		assert_true(rig_wait_answer(&rig, &answers[KAFKA_RESERVE - 1]));
		for (size_t i = 0; i < KAFKA_RESERVE; i++) {
			assert_int_equal(answers[i].calls, 1);
			assert_int_equal(answers[i].status, STORE_UNAVAILABLE);
		}
	}
	assert_int_equal(rig_put(&rig, "k", "v"), STORE_OK);
	rig_finish(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_reserve),
	};
	loop_thread = pthread_self();
	mock_init(&mock, NULL);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	mock_finish(&mock);
	return failed;
}
