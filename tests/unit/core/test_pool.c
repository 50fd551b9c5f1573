/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pool: every job's result arrives, the queue's maximum, destruction amid work, failing
 * allocations.
 */
#include "tester.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "fault.h"
#include "loop.h"
#include "pool.h"

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
	void *user);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
	void *user);

static int threads_left = 1000;

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
	void *user)
{
	if (threads_left == 0) {
		return EAGAIN;
	}
	threads_left--;
	return __real_pthread_create(thread, attr, run, user);
}

static struct loop *loop;
static pthread_t loop_thread;
static atomic_int worked;
static int delivered;
static int expected;
static sem_t gate;
static sem_t entered;

static int make_loop(void **state)
{
	(void)state;
	alarm(60);
	worked = 0;
	delivered = 0;
	sem_init(&gate, 0, 0);
	sem_init(&entered, 0, 0);
	loop_thread = pthread_self();
	loop = loop_create();
	return loop ? 0 : -1;
}

static int end_loop(void **state)
{
	(void)state;
	loop_destroy(loop);
	return 0;
}

static void work(void *user)
{
	sigset_t mask;
	int *number = user;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	if (!pthread_equal(pthread_self(), loop_thread) && sigismember(&mask, SIGTERM)) {
		*number += 1;
		worked++;
	}
}

static void done(void *user)
{
	int *number = user;

	assert_true(pthread_equal(pthread_self(), loop_thread));
	assert_int_equal(*number, 1);
	if (++delivered == expected) {
		loop_stop(loop);
	}
}

static void every_result_arrives_once(void **state)
{
	enum { N = 2000 };
	static int numbers[N];
	struct pool *pool = pool_create(loop, 3, N);

	(void)state;
	assert_non_null(pool);
	expected = N;
	for (int i = 0; i < N; i++) {
		assert_true(pool_run(pool, work, done, &numbers[i]));
	}
	loop_run(loop);
	assert_int_equal(worked, N);
	assert_int_equal(delivered, N);
	pool_destroy(pool);
}

static void hold(void *user)
{
	(void)user;
	sem_post(&entered);
	sem_wait(&gate);
	worked++;
}

static void count(void *user)
{
	(void)user;
	if (++delivered == expected) {
		loop_stop(loop);
	}
}

static void refuses_beyond_its_queue(void **state)
{
	struct pool *pool = pool_create(loop, 1, 2);

	(void)state;
	assert_true(pool_run(pool, hold, count, NULL));
	sem_wait(&entered); /* it is running, no longer waiting */
	assert_true(pool_run(pool, hold, count, NULL));
	assert_true(pool_run(pool, hold, count, NULL));
	assert_false(pool_run(pool, hold, count, NULL));
	for (int i = 0; i < 3; i++) {
		sem_post(&gate);
	}
	expected = 3;
	loop_run(loop);
	assert_int_equal(delivered, 3);
	pool_destroy(pool);
}

/* One job runs, one waits, one has ended but is not delivered: none calls done. */
static void destroy_drops_results(void **state)
{
	struct pool *pool = pool_create(loop, 1, 10);

	(void)state;
	assert_true(pool_run(pool, hold, count, NULL));
	sem_wait(&entered);
	assert_true(pool_run(pool, hold, count, NULL));
	sem_post(&gate);
	sem_wait(&entered); /* the second is running, so the first has posted */
	assert_true(pool_run(pool, hold, count, NULL));
	sem_post(&gate);
	sem_post(&gate); /* should the third still begin */
	pool_destroy(pool);
	pool_destroy(NULL);
	assert_in_range(worked, 2, 3);
	assert_non_null(loop_timer_start(loop, 10, 0, count, NULL));
	expected = 1;
	loop_run(loop);
	assert_int_equal(delivered, 1); /* the timer's */
}

static void survives_failing_allocations(void **state)
{
	(void)state;
	fault_at(0);
	assert_null(pool_create(loop, 1, 1));
	assert_true(fault_end());
	struct pool *pool = pool_create(loop, 1, 1);
	fault_at(0);
	assert_false(pool_run(pool, work, done, NULL));
	assert_true(fault_end());
	pool_destroy(pool);
}

static void survives_without_threads(void **state)
{
	int numbers[2] = { 0, 0 };
	struct pool *pool = pool_create(loop, 4, 10);

	(void)state;
	threads_left = 0;
	assert_false(pool_run(pool, work, done, &numbers[0])); /* none at all: refused */
	threads_left = 1;
	assert_true(pool_run(pool, work, done, &numbers[0])); /* one does the work of four */
	assert_true(pool_run(pool, work, done, &numbers[1]));
	expected = 2;
	loop_run(loop);
	assert_int_equal(delivered, 2);
	pool_destroy(pool);
	threads_left = 1000;
}

#define POOL_TEST(name) cmocka_unit_test_setup_teardown(name, make_loop, end_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		POOL_TEST(every_result_arrives_once),
		POOL_TEST(refuses_beyond_its_queue),
		POOL_TEST(destroy_drops_results),
		POOL_TEST(survives_failing_allocations),
		POOL_TEST(survives_without_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
