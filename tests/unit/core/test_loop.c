/* SPDX-License-Identifier: Apache-2.0 */
/* Loop: timers, watches, posts and their order, idles, signals, failing allocations. */
#include "tester.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "fault.h"
#include "loop.h"

static struct loop *loop;

static int make_loop(void **state)
{
	(void)state;
	alarm(60); /* a loop that does not end fails the test */
	loop = loop_create();
	return loop ? 0 : -1;
}

static int end_loop(void **state)
{
	(void)state;
	loop_destroy(loop);
	return 0;
}

static char trace[64];

/* note() only reads. */
#define TEXT(literal) ((void *)(uintptr_t)(literal))

static void note(void *user)
{
	strncat(trace, user, sizeof(trace) - strlen(trace) - 1);
}

static void stop(void *user)
{
	(void)user;
	loop_stop(loop);
}

static void timers_fire_in_time(void **state)
{
	struct timespec busy = { 0, 50 * 1000 * 1000 };
	uint64_t begin = clock_monotonic_ms();

	(void)state;
	trace[0] = '\0';
	/* the loop's cached time is behind now; delays count from the real one */
	nanosleep(&busy, NULL);
	assert_non_null(loop_timer_start(loop, 40, 0, note, TEXT("b")));
	assert_non_null(loop_timer_start(loop, 10, 0, note, TEXT("a")));
	struct loop_timer *never = loop_timer_start(loop, 20, 0, note, TEXT("x"));
	struct loop_timer *often = loop_timer_start(loop, 15, 15, note, TEXT("."));
	struct loop_timer *longest = loop_timer_start(loop, UINT64_MAX, 0, note, TEXT("x"));
	assert_non_null(never);
	assert_non_null(often);
	loop_timer_stop(never);
	loop_timer_stop(NULL);
	assert_non_null(loop_timer_start(loop, 55, 0, stop, NULL));
	loop_run(loop);
	assert_in_range(clock_monotonic_ms() - begin, 100, 5000);
	assert_true(loop_now_ms(loop) - begin >= 100);
	assert_true(loop_now_ms(loop) <= clock_monotonic_ms());
	assert_int_equal(trace[0], 'a');
	assert_non_null(strchr(trace, 'b'));
	assert_null(strchr(trace, 'x'));
	assert_non_null(strstr(trace, "."));
	assert_ptr_not_equal(strchr(trace, '.'), strrchr(trace, '.')); /* at least twice */
	loop_timer_stop(often);
	loop_timer_stop(longest);
}

struct pipe_end {
	struct loop_watch watch;
	int fd;
	unsigned seen;
	int calls;
};

static void on_ready(void *user, unsigned io)
{
	struct pipe_end *end = user;
	char byte;

	end->seen |= io;
	end->calls++;
	if (io & LOOP_READ) {
		assert_int_equal(read(end->fd, &byte, 1), 1);
		if (byte == 'q') {
			loop_watch_stop(&end->watch);
			loop_stop(loop);
		}
	}
	if (io & LOOP_WRITE) {
		assert_int_equal(write(end->fd, "abq", 3), 3);
		loop_watch_set(&end->watch, 0);
	}
}

static void watches_report_readiness(void **state)
{
	struct pipe_end in = { .seen = 0 };
	struct pipe_end out = { .seen = 0 };
	struct pipe_end unused = { .seen = 0 };
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	in.fd = fds[0];
	out.fd = fds[1];
	loop_watch_start(loop, &in.watch, in.fd, LOOP_READ, on_ready, &in);
	loop_watch_start(loop, &out.watch, out.fd, 0, on_ready, &out);
	loop_watch_set(&out.watch, 0);
	loop_watch_set(&out.watch, LOOP_WRITE);
	loop_watch_set(&out.watch, LOOP_WRITE);
	loop_run(loop);
	assert_int_equal(in.seen, LOOP_READ);
	assert_int_equal(in.calls, 3);
	assert_int_equal(out.seen, LOOP_WRITE);
	assert_int_equal(out.calls, 1);
	loop_watch_stop(&in.watch); /* stopped already */
	loop_watch_stop(&out.watch);
	loop_watch_stop(&unused.watch);

	in.calls = 0; /* the same fd again, switched off while data waits */
	assert_int_equal(write(out.fd, "a", 1), 1);
	loop_watch_start(loop, &in.watch, in.fd, LOOP_READ, on_ready, &in);
	loop_watch_set(&in.watch, 0);
	assert_non_null(loop_timer_start(loop, 20, 0, stop, NULL));
	loop_run(loop);
	assert_int_equal(in.calls, 0);
	loop_watch_stop(&in.watch);
	close(fds[0]);
	close(fds[1]);
}

enum { POSTERS = 4, POSTS = 5000 };

struct poster {
	pthread_t thread;
	int sent;
	int received;
};

struct message {
	struct poster *poster;
	int number;
};

static struct message messages[POSTERS][POSTS];
static int received_in_all;

static void receive(void *user)
{
	struct message *message = user;

	assert_int_equal(message->number, message->poster->received);
	message->poster->received++;
	if (++received_in_all == POSTERS * POSTS) {
		loop_stop(loop);
	}
}

static void *send_all(void *user)
{
	struct poster *poster = user;
	struct message *mine = messages[poster->sent];

	for (int i = 0; i < POSTS; i++) {
		mine[i] = (struct message){ poster, i };
		if (!loop_post(loop, receive, &mine[i])) {
			return NULL;
		}
	}
	return poster;
}

static void posts_keep_each_threads_order(void **state)
{
	struct poster posters[POSTERS];
	void *result;

	(void)state;
	received_in_all = 0;
	for (int i = 0; i < POSTERS; i++) {
		posters[i] = (struct poster){ .sent = i };
		assert_int_equal(pthread_create(&posters[i].thread, NULL, send_all, &posters[i]),
			0);
	}
	loop_run(loop);
	for (int i = 0; i < POSTERS; i++) {
		pthread_join(posters[i].thread, &result);
		assert_ptr_equal(result, &posters[i]);
		assert_int_equal(posters[i].received, POSTS);
	}
}

static struct loop_posted cancelled_later;

static void cancel(void *user)
{
	loop_post_cancel(loop, user);
}

static void posted_nodes_can_be_cancelled(void **state)
{
	struct loop_posted a;
	struct loop_posted b;
	struct loop_posted c;

	(void)state;
	trace[0] = '\0';
	loop_post_node(loop, &a, note, TEXT("a"));
	loop_post_node(loop, &b, note, TEXT("b"));
	loop_post_node(loop, &c, note, TEXT("c"));
	loop_post_cancel(loop, &c); /* the last of the queue */
	loop_post_cancel(loop, &c); /* not queued */
	loop_post_node(loop, &c, note, TEXT("d"));
	loop_post_cancel(loop, &a);
	assert_true(loop_post(loop, cancel, &cancelled_later));
	/* taken back while its batch is delivered */
	loop_post_node(loop, &cancelled_later, note, TEXT("x"));
	assert_true(loop_post(loop, stop, NULL));
	loop_run(loop);
	assert_string_equal(trace, "bd");
	assert_true(loop_post(loop, note, TEXT("never run, freed by destroy")));
}

struct idler {
	struct loop_idle idle;
	const char *text;
	int again;
	struct loop_idle *removes;
};

static void run_idle(void *user)
{
	struct idler *idler = user;

	note(TEXT(idler->text));
	if (idler->removes) {
		loop_idle_remove(loop, idler->removes);
	}
	if (idler->again > 0) {
		idler->again--;
		loop_idle_add(loop, &idler->idle);
	}
}

static void add_idle_twice(void *user)
{
	struct idler *idlers = user;

	note(TEXT("p"));
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 4; i++) {
			loop_idle_add(loop, &idlers[i].idle);
		}
	}
	loop_idle_remove(loop, &idlers[3].idle);
	loop_idle_remove(loop, &idlers[3].idle);
}

static void idles_run_once_before_blocking(void **state)
{
	struct idler idlers[4] = {
		{ .text = "1", .again = 3 }, { .text = "2" }, { .text = "x" }, { .text = "y" },
	};

	(void)state;
	trace[0] = '\0';
	for (int i = 0; i < 4; i++) {
		idlers[i].idle.run = run_idle;
		idlers[i].idle.user = &idlers[i];
	}
	idlers[1].removes = &idlers[2].idle; /* from within the pass */
	assert_true(loop_post(loop, add_idle_twice, idlers));
	assert_true(loop_post(loop, note, TEXT("q")));
	assert_non_null(loop_timer_start(loop, 50, 0, stop, NULL));
	uint64_t begin = clock_monotonic_ms();
	loop_run(loop);
	/* Adding itself again did not block, and the loop went to sleep in the end. */
	assert_string_equal(trace, "pq12111");
	assert_true(clock_monotonic_ms() - begin >= 40);
}

static void signals_arrive(void **state)
{
	struct loop_signal *watched = loop_signal_start(loop, SIGUSR1, stop, NULL);

	(void)state;
	assert_non_null(watched);
	assert_int_equal(kill(getpid(), SIGUSR1), 0);
	loop_run(loop);
	loop_signal_stop(watched);
	loop_signal_stop(NULL);
}

static void survives_failing_allocations(void **state)
{
	(void)state;
	loop_destroy(NULL);
	fault_at(0);
	struct loop *none = loop_create();
	assert_true(fault_end());
	assert_null(none);
	fault_at(0);
	assert_false(loop_post(loop, note, TEXT("")));
	assert_true(fault_end());
	fault_at(0);
	assert_null(loop_timer_start(loop, 1, 1, note, TEXT("")));
	assert_true(fault_end());
	fault_at(0);
	assert_null(loop_signal_start(loop, SIGUSR1, note, TEXT("")));
	assert_true(fault_end());
}

#define LOOP_TEST(name) cmocka_unit_test_setup_teardown(name, make_loop, end_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(timers_fire_in_time),
		LOOP_TEST(watches_report_readiness),
		LOOP_TEST(posts_keep_each_threads_order),
		LOOP_TEST(posted_nodes_can_be_cancelled),
		LOOP_TEST(idles_run_once_before_blocking),
		LOOP_TEST(signals_arrive),
		LOOP_TEST(survives_failing_allocations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
