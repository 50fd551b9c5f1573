/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one event loop: watchers, timers, posts from other threads, signals. The only
 * file that knows libev. All calls from the loop thread unless said otherwise.
 */
#ifndef HOST_LOOP_H
#define HOST_LOOP_H

#include <stdbool.h>
#include <stdint.h>

enum loop_io {
	LOOP_READ = 1,
	LOOP_WRITE = 2,
};

struct loop;
struct loop_timer;
struct loop_signal;

/*
 * A watched fd, embedded in its owner's struct (no allocation per connection).
 * The reserved bytes hold libev's ev_io; loop.c asserts that they suffice.
 */
struct loop_watch {
	void (*ready)(void *user, unsigned io);
	void *user;
	struct loop *loop;
	_Alignas(16) unsigned char reserved[80];
};

struct loop *loop_create(void); /* NULL: out of memory or no backend */
/*
 * NULL is fine. Timers, signals and watches must be stopped before; posts not yet run are
 * dropped.
 */
void loop_destroy(struct loop *loop);
void loop_run(struct loop *loop);  /* until loop_stop */
void loop_stop(struct loop *loop); /* from the loop thread */

/* Milliseconds of clock_monotonic_ms(), cached per iteration. */
uint64_t loop_now_ms(const struct loop *loop);

/* Starts watching fd. io 0 registers nothing until loop_watch_set. fd stays the caller's. */
void loop_watch_start(struct loop *loop, struct loop_watch *watch, int fd, unsigned io,
	void (*ready)(void *user, unsigned io), void *user);
void loop_watch_set(struct loop_watch *watch, unsigned io); /* cheap when unchanged */
/* Before close(fd). Fine when not started (zeroed). */
void loop_watch_stop(struct loop_watch *watch);

/*
 * fire after delay_ms, then each repeat_ms (0: once; the timer then frees itself before fire).
 * NULL: no memory.
 */
struct loop_timer *loop_timer_start(struct loop *loop, uint64_t delay_ms, uint64_t repeat_ms,
	void (*fire)(void *user), void *user);
void loop_timer_stop(struct loop_timer *timer); /* NULL is fine; never after a one-shot fired */

/* Any thread. Runs call(user) on the loop thread, in order of posting. False: out of memory. */
bool loop_post(struct loop *loop, void (*call)(void *user), void *user);

/* A post whose memory is the caller's, so that it cannot fail. Free for reuse once call runs. */
struct loop_posted {
	struct loop_posted *next;
	void (*call)(void *user);
	void *user;
	bool allocated; /* by loop_post */
};
/* Any thread. */
void loop_post_node(struct loop *loop, struct loop_posted *node, void (*call)(void *user),
	void *user);
/* Takes the node back before its call; fine when it is not queued. Loop thread. */
void loop_post_cancel(struct loop *loop, struct loop_posted *node);

/*
 * Runs once at the end of the current iteration, before blocking again (no allocation;
 * for batching). Added from within run: in the next iteration, which then does not block.
 */
struct loop_idle {
	void (*run)(void *user);
	void *user;
	struct loop_idle *next;
	bool queued;
};
void loop_idle_add(struct loop *loop, struct loop_idle *idle); /* no-op when queued already */
void loop_idle_remove(struct loop *loop, struct loop_idle *idle);

struct loop_signal *loop_signal_start(struct loop *loop, int signum, void (*fire)(void *user),
	void *user);
void loop_signal_stop(struct loop_signal *signal);

#endif
