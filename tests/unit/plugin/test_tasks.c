/* SPDX-License-Identifier: Apache-2.0 */
/* Timers, watches, posts and jobs of a plugin: that they come, and that closing ends them. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "fault.h"
#include "loop.h"
#include "plugin/self.h"
#include "pool.h"

static const struct scute_plugin entry = { .name = "tasks" };
static struct loader loader;
static struct scute_self *self;
static int calls;

static int setup(void **state)
{
	(void)state;
	calls = 0;
	loader = (struct loader){ .loop = loop_create() };
	assert_non_null(loader.loop);
	loader.pool = pool_create(loader.loop, 1, 2);
	assert_non_null(loader.pool);
	self = self_open(&loader, &entry, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_true(self_close(self));
	pool_destroy(loader.pool);
	loop_destroy(loader.loop);
	return 0;
}

static void stop(void *user)
{
	loop_stop(user);
}

static void run_ms(uint64_t ms)
{
	assert_non_null(loop_timer_start(loader.loop, ms, 0, stop, loader.loop));
	loop_run(loader.loop);
}

static void count(void *user)
{
	(void)user;
	calls++;
}

static void timers(void **state)
{
	struct scute_timer *a, *b, *c;

	(void)state;
	self_timer_stop(self, NULL);
	assert_null(self_timer_start(self, 0, 0, NULL, NULL));
	a = self_timer_start(self, 1, 0, count, NULL);
	b = self_timer_start(self, 100000, 0, count, NULL);
	c = self_timer_start(self, 1, 1, count, NULL);
	assert_true(a && b && c);
	run_ms(30);
	assert_true(calls >= 3);
	self_timer_stop(self, b);
	self_timer_stop(self, c);
	calls = 0;
	run_ms(10);
	assert_int_equal(calls, 0);
	/* Left to closing: */
	assert_non_null(self_timer_start(self, 1, 1, count, NULL));
	assert_non_null(self_timer_start(self, 1, 0, count, NULL));
	assert_true(self_close(self));
	assert_null(self_timer_start(self, 1, 0, count, NULL));
	run_ms(10);
	assert_int_equal(calls, 0);
}

static struct scute_timer *repeating;

static void stop_itself(void *user)
{
	count(user);
	self_timer_stop(self, repeating);
}

static void timer_stops_itself(void **state)
{
	(void)state;
	repeating = self_timer_start(self, 1, 1, stop_itself, NULL);
	run_ms(20);
	assert_int_equal(calls, 1);
}

static void ready(void *user, unsigned io)
{
	char byte;

	assert_int_equal(io, SCUTE_IO_READ);
	assert_int_equal(read(*(int *)user, &byte, 1), 1);
	calls++;
}

static void watches(void **state)
{
	int ends[2];
	struct scute_watch *watch;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	self_unwatch(self, NULL);
	assert_null(self_watch(self, -1, SCUTE_IO_READ, ready, NULL));
	assert_null(self_watch(self, ends[0], 0, ready, NULL));
	assert_null(self_watch(self, ends[0], 4, ready, NULL));
	assert_null(self_watch(self, ends[0], SCUTE_IO_READ, NULL, NULL));
	watch = self_watch(self, ends[0], SCUTE_IO_READ, ready, &ends[0]);
	assert_non_null(watch);
	assert_int_equal(write(ends[1], "ab", 2), 2);
	run_ms(10);
	assert_int_equal(calls, 2);
	self_unwatch(self, watch);
	assert_int_equal(write(ends[1], "c", 1), 1);
	run_ms(5);
	assert_int_equal(calls, 2);
	assert_non_null(self_watch(self, ends[0], SCUTE_IO_READ, ready, &ends[0]));
	assert_true(self_close(self));
	run_ms(5);
	assert_int_equal(calls, 2);
	assert_null(self_watch(self, ends[0], SCUTE_IO_READ, ready, &ends[0]));
	(void)close(ends[0]);
	(void)close(ends[1]);
}

#define POSTERS 4
#define POSTS_EACH 500

struct numbered {
	int poster;
	int number;
};

static struct numbered numbered[POSTERS][POSTS_EACH];
static int next_of[POSTERS];

static void in_order(void *user)
{
	const struct numbered *n = user;

	assert_int_equal(n->number, next_of[n->poster]++);
	if (++calls == POSTERS * POSTS_EACH) {
		loop_stop(loader.loop);
	}
}

static void *poster(void *user)
{
	struct numbered *mine = user;

	for (int i = 0; i < POSTS_EACH; i++) {
		if (!self_post(self, in_order, &mine[i])) {
			abort();
		}
	}
	return NULL;
}

static void posts_of_many_threads(void **state)
{
	pthread_t threads[POSTERS];

	(void)state;
	for (int i = 0; i < POSTERS; i++) {
		for (int j = 0; j < POSTS_EACH; j++) {
			numbered[i][j] = (struct numbered){ .poster = i, .number = j };
		}
		assert_int_equal(pthread_create(&threads[i], NULL, poster, numbered[i]), 0);
	}
	loop_run(loader.loop);
	for (int i = 0; i < POSTERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	}
	assert_int_equal(calls, POSTERS * POSTS_EACH);
}

static void post_again(void *user)
{
	if (++calls < 3) {
		assert_true(self_post(self, post_again, user));
	}
}

static void close_and_count(void *user)
{
	(void)user;
	assert_true(self_close(self));
	calls++;
}

static void posts_end(void **state)
{
	(void)state;
	assert_false(self_post(self, NULL, NULL));
	assert_true(self_post(self, post_again, NULL));
	run_ms(5);
	assert_int_equal(calls, 3);
	for (size_t i = 0; i < SELF_POSTS_MAX; i++) {
		assert_true(self_post(self, count, NULL));
	}
	assert_false(self_post(self, count, NULL));
	assert_true(self_close(self));
	assert_false(self_post(self, count, NULL));
	run_ms(5);
	assert_int_equal(calls, 3);
	/* Closed by one of its own posts, the others of the batch do not come. */
	self = self_open(&loader, &entry, 0);
	assert_true(self_post(self, close_and_count, NULL));
	assert_true(self_post(self, count, NULL));
	run_ms(5);
	assert_int_equal(calls, 4);
}

static atomic_bool may_end;
static atomic_int begun;
static atomic_int ended;

static void work(void *user)
{
	(void)user;
	begun++;
	while (!may_end) {
		(void)usleep(1000);
	}
	ended++;
}

static void done(void *user)
{
	calls++;
	if (user) {
		loop_stop(loader.loop);
	}
}

static void jobs_run(void **state)
{
	(void)state;
	begun = ended = 0;
	may_end = true;
	assert_false(self_offload(self, NULL, done, NULL));
	assert_true(self_offload(self, work, NULL, NULL));
	assert_true(self_offload(self, work, done, loader.loop));
	loop_run(loader.loop);
	assert_int_equal(ended, 2);
	assert_int_equal(calls, 1);
}

static void *let_end(void *user)
{
	(void)user;
	(void)usleep(30000);
	may_end = true;
	return NULL;
}

/* Closing waits for the one that runs, drops the one that waits, and calls neither's done. */
static void jobs_end(void **state)
{
	pthread_t thread;

	(void)state;
	begun = ended = 0;
	may_end = false;
	assert_true(self_offload(self, work, done, NULL));
	while (begun == 0) {
		(void)usleep(1000);
	}
	assert_true(self_offload(self, work, done, NULL));
	assert_true(self_offload(self, work, done, NULL));
	assert_false(self_offload(self, work, done, NULL)); /* one runs, two wait: full */
	assert_int_equal(pthread_create(&thread, NULL, let_end, NULL), 0);
	assert_true(self_close(self));
	assert_int_equal(ended, 1);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_false(self_offload(self, work, done, NULL));
	run_ms(30); /* the pool gives them back */
	assert_int_equal(begun, 1);
	assert_int_equal(calls, 0);
}

static void jobs_without_a_pool(void **state)
{
	struct pool *pool = loader.pool;

	(void)state;
	loader.pool = NULL;
	assert_false(self_offload(self, work, done, NULL));
	loader.pool = pool;
}

/* Another plugin in the same place gets nothing of the one before. */
static void place_is_used_again(void **state)
{
	(void)state;
	may_end = true;
	begun = 0;
	assert_true(self_post(self, count, NULL));
	assert_non_null(self_timer_start(self, 1, 0, count, NULL));
	assert_true(self_close(self));
	self = self_open(&loader, &entry, 0);
	run_ms(10);
	assert_int_equal(calls, 0);
	assert_true(self_post(self, count, NULL));
	run_ms(5);
	assert_int_equal(calls, 1);
}

static void allocations_fail(void **state)
{
	int ends[2];

	(void)state;
	may_end = true;
	assert_int_equal(pipe(ends), 0);
	for (long n = 0; n < 4; n++) {
		bool ok;

		fault_at(n);
		ok = self_timer_start(self, 100000, 0, count, NULL) != NULL;
		assert_int_equal(ok, !fault_end());
		fault_at(n);
		ok = self_watch(self, ends[0], SCUTE_IO_READ, ready, &ends[0]) != NULL;
		assert_int_equal(ok, !fault_end());
		fault_at(n);
		ok = self_post(self, count, NULL);
		assert_int_equal(ok, !fault_end());
		fault_at(n);
		ok = self_offload(self, work, done, NULL);
		assert_int_equal(ok, !fault_end());
		run_ms(10);
	}
	assert_true(self_close(self));
	(void)close(ends[0]);
	(void)close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(timers, setup, teardown),
		cmocka_unit_test_setup_teardown(timer_stops_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(watches, setup, teardown),
		cmocka_unit_test_setup_teardown(posts_of_many_threads, setup, teardown),
		cmocka_unit_test_setup_teardown(posts_end, setup, teardown),
		cmocka_unit_test_setup_teardown(jobs_run, setup, teardown),
		cmocka_unit_test_setup_teardown(jobs_end, setup, teardown),
		cmocka_unit_test_setup_teardown(jobs_without_a_pool, setup, teardown),
		cmocka_unit_test_setup_teardown(place_is_used_again, setup, teardown),
		cmocka_unit_test_setup_teardown(allocations_fail, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
