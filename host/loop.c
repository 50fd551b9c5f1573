/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop over libev. Posts wait in a queue under a mutex and wake the loop by its
 * async watcher; idles run from the prepare watcher, right before libev blocks.
 * libev itself ends the process when it is out of memory.
 */
#include "loop.h"

#include <assert.h>
#include <ev.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/clock.h"

struct loop {
	struct ev_loop *ev;
	uint64_t now_ms;
	ev_check check;     /* first after polling: takes the time */
	ev_prepare prepare; /* last before polling: runs the idles */
	ev_idle nonstop;    /* active while idles wait for the next iteration: no blocking */
	ev_async wake;
	struct loop_idle *idle_first;
	struct loop_idle *idle_last;
	struct loop_idle *idle_running; /* rest of the pass in progress */
	struct loop_posted *delivering; /* rest of the batch in progress */
	pthread_mutex_t lock;           /* over the two below */
	struct loop_posted *posted_first;
	struct loop_posted *posted_last;
};

struct loop_timer {
	ev_timer timer;
	struct loop *loop;
	void (*fire)(void *user);
	void *user;
	bool once;
};

struct loop_signal {
	ev_signal signal;
	struct loop *loop;
	void (*fire)(void *user);
	void *user;
};

_Static_assert(sizeof(ev_io) <= sizeof(((struct loop_watch *)0)->reserved), "ev_io fits");
_Static_assert(offsetof(struct loop_watch, reserved) % _Alignof(ev_io) == 0, "ev_io is aligned");
_Static_assert((int)LOOP_READ == (int)EV_READ && (int)LOOP_WRITE == (int)EV_WRITE, "same bits");

static void on_check(struct ev_loop *ev, ev_check *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)ev;
	(void)events;
	loop->now_ms = clock_monotonic_ms();
}

static void on_nonstop(struct ev_loop *ev, ev_idle *watcher, int events)
{
	(void)ev;
	(void)watcher;
	(void)events; /* its being active is what counts */
}

static void on_prepare(struct ev_loop *ev, ev_prepare *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)events;
	loop->idle_running = loop->idle_first;
	loop->idle_first = NULL;
	loop->idle_last = NULL;
	while (loop->idle_running) {
		struct loop_idle *idle = loop->idle_running;
		loop->idle_running = idle->next;
		idle->next = NULL;
		idle->queued = false;
		idle->run(idle->user);
	}
	if (loop->idle_first) {
		ev_idle_start(ev, &loop->nonstop);
	} else {
		ev_idle_stop(ev, &loop->nonstop);
	}
}

static void on_wake(struct ev_loop *ev, ev_async *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)ev;
	(void)events;
	assert(!loop->delivering);
	pthread_mutex_lock(&loop->lock);
	loop->delivering = loop->posted_first;
	loop->posted_first = NULL;
	loop->posted_last = NULL;
	pthread_mutex_unlock(&loop->lock);

	while (loop->delivering) {
		struct loop_posted *node = loop->delivering;
		void (*call)(void *user) = node->call;
		void *user = node->user;
		loop->delivering = node->next;
		if (node->allocated) {
			free(node);
		}
		call(user);
	}
}

struct loop *loop_create(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop) {
		return NULL;
	}
	loop->ev = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV | EVFLAG_NOSIGMASK);
	if (!loop->ev) {
		free(loop);
		return NULL;
	}
	pthread_mutex_init(&loop->lock, NULL);
	loop->now_ms = clock_monotonic_ms();
	ev_check_init(&loop->check, on_check);
	ev_set_priority(&loop->check, EV_MAXPRI);
	ev_prepare_init(&loop->prepare, on_prepare);
	ev_idle_init(&loop->nonstop, on_nonstop);
	ev_async_init(&loop->wake, on_wake);
	loop->check.data = loop;
	loop->prepare.data = loop;
	loop->wake.data = loop;
	ev_check_start(loop->ev, &loop->check);
	ev_prepare_start(loop->ev, &loop->prepare);
	ev_async_start(loop->ev, &loop->wake);
	return loop;
}

void loop_destroy(struct loop *loop)
{
	if (!loop) {
		return;
	}
	struct loop_posted *node = loop->posted_first;
	while (node) {
		struct loop_posted *next = node->next;
		if (node->allocated) {
			free(node);
		}
		node = next;
	}
	ev_async_stop(loop->ev, &loop->wake);
	ev_idle_stop(loop->ev, &loop->nonstop);
	ev_prepare_stop(loop->ev, &loop->prepare);
	ev_check_stop(loop->ev, &loop->check);
	ev_loop_destroy(loop->ev);
	pthread_mutex_destroy(&loop->lock);
	free(loop);
}

static void take_time(struct loop *loop)
{
	ev_now_update(loop->ev);
	loop->now_ms = clock_monotonic_ms();
}

void loop_run(struct loop *loop)
{
	take_time(loop);
	ev_run(loop->ev, 0);
}

void loop_stop(struct loop *loop)
{
	ev_break(loop->ev, EVBREAK_ALL);
}

uint64_t loop_now_ms(const struct loop *loop)
{
	return loop->now_ms;
}

static ev_io *io_of(struct loop_watch *watch)
{
	return (ev_io *)(void *)watch->reserved;
}

static void on_io(struct ev_loop *ev, ev_io *io, int events)
{
	struct loop_watch *watch = io->data;

	(void)ev;
	/* A bad fd comes as error with both bits: the owner's next call on it will tell. */
	watch->ready(watch->user, (unsigned)events & (LOOP_READ | LOOP_WRITE));
}

void loop_watch_start(struct loop *loop, struct loop_watch *watch, int fd, unsigned io,
	void (*ready)(void *user, unsigned io), void *user)
{
	assert(fd >= 0 && (io & ~(unsigned)(LOOP_READ | LOOP_WRITE)) == 0);
	watch->loop = loop;
	watch->ready = ready;
	watch->user = user;
	ev_io_init(io_of(watch), on_io, fd, (int)io);
	io_of(watch)->data = watch;
	if (io != 0) {
		ev_io_start(loop->ev, io_of(watch));
	}
}

void loop_watch_set(struct loop_watch *watch, unsigned io)
{
	ev_io *watcher = io_of(watch);
	const unsigned both = LOOP_READ | LOOP_WRITE;

	assert(watch->loop && (io & ~both) == 0);
	if (io == ((unsigned)watcher->events & both) && (io == 0 || ev_is_active(watcher))) {
		return;
	}
	ev_io_stop(watch->loop->ev, watcher);
	ev_io_set(watcher, watcher->fd, (int)io);
	if (io != 0) {
		ev_io_start(watch->loop->ev, watcher);
	}
}

void loop_watch_stop(struct loop_watch *watch)
{
	if (!watch->loop) {
		return;
	}
	ev_io_stop(watch->loop->ev, io_of(watch));
	watch->loop = NULL;
}

static void on_timer(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct loop_timer *timer = watcher->data;
	void (*fire)(void *user) = timer->fire;
	void *user = timer->user;

	(void)ev;
	(void)events;
	if (timer->once) {
		loop_timer_stop(timer);
	}
	fire(user);
}

struct loop_timer *loop_timer_start(struct loop *loop, uint64_t delay_ms, uint64_t repeat_ms,
	void (*fire)(void *user), void *user)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	if (!timer) {
		return NULL;
	}
	timer->loop = loop;
	timer->fire = fire;
	timer->user = user;
	timer->once = repeat_ms == 0;
	/* libev counts from its cached time, which a long callback has left behind. */
	uint64_t behind_ms = clock_monotonic_ms() - loop->now_ms;
	ev_timer_init(&timer->timer, on_timer, ((double)delay_ms + (double)behind_ms) / 1000,
		(double)repeat_ms / 1000);
	timer->timer.data = timer;
	ev_timer_start(loop->ev, &timer->timer);
	return timer;
}

void loop_timer_stop(struct loop_timer *timer)
{
	if (!timer) {
		return;
	}
	ev_timer_stop(timer->loop->ev, &timer->timer);
	free(timer);
}

static void enqueue(struct loop *loop, struct loop_posted *node)
{
	pthread_mutex_lock(&loop->lock);
	if (loop->posted_last) {
		loop->posted_last->next = node;
	} else {
		loop->posted_first = node;
	}
	loop->posted_last = node;
	pthread_mutex_unlock(&loop->lock);
	ev_async_send(loop->ev, &loop->wake);
}

void loop_post_node(struct loop *loop, struct loop_posted *node, void (*call)(void *user),
	void *user)
{
	*node = (struct loop_posted){ .call = call, .user = user };
	enqueue(loop, node);
}

bool loop_post(struct loop *loop, void (*call)(void *user), void *user)
{
	struct loop_posted *node = malloc(sizeof(*node));

	if (!node) {
		return false;
	}
	*node = (struct loop_posted){ .call = call, .user = user, .allocated = true };
	enqueue(loop, node);
	return true;
}

static bool posted_remove(struct loop_posted **first, struct loop_posted **last,
	struct loop_posted *node)
{
	struct loop_posted *previous = NULL;

	for (struct loop_posted **at = first; *at; previous = *at, at = &(*at)->next) {
		if (*at == node) {
			*at = node->next;
			if (last && *last == node) {
				*last = previous;
			}
			return true;
		}
	}
	return false;
}

void loop_post_cancel(struct loop *loop, struct loop_posted *node)
{
	if (posted_remove(&loop->delivering, NULL, node)) {
		return;
	}
	pthread_mutex_lock(&loop->lock);
	posted_remove(&loop->posted_first, &loop->posted_last, node);
	pthread_mutex_unlock(&loop->lock);
}

void loop_idle_add(struct loop *loop, struct loop_idle *idle)
{
	if (idle->queued) {
		return;
	}
	idle->queued = true;
	idle->next = NULL;
	if (loop->idle_last) {
		loop->idle_last->next = idle;
	} else {
		loop->idle_first = idle;
	}
	loop->idle_last = idle;
}

void loop_idle_remove(struct loop *loop, struct loop_idle *idle)
{
	struct loop_idle *previous = NULL;

	if (!idle->queued) {
		return;
	}
	idle->queued = false;
	for (struct loop_idle **at = &loop->idle_running; *at; at = &(*at)->next) {
		if (*at == idle) {
			*at = idle->next;
			return;
		}
	}
	for (struct loop_idle **at = &loop->idle_first; *at; previous = *at, at = &(*at)->next) {
		if (*at == idle) {
			*at = idle->next;
			if (loop->idle_last == idle) {
				loop->idle_last = previous;
			}
			return;
		}
	}
	abort(); /* our own bug: a queued idle is in one of the lists */
}

static void on_signal(struct ev_loop *ev, ev_signal *watcher, int events)
{
	struct loop_signal *signal = watcher->data;

	(void)ev;
	(void)events;
	signal->fire(signal->user);
}

struct loop_signal *loop_signal_start(struct loop *loop, int signum, void (*fire)(void *user),
	void *user)
{
	struct loop_signal *signal = calloc(1, sizeof(*signal));

	if (!signal) {
		return NULL;
	}
	signal->loop = loop;
	signal->fire = fire;
	signal->user = user;
	ev_signal_init(&signal->signal, on_signal, signum);
	signal->signal.data = signal;
	ev_signal_start(loop->ev, &signal->signal);
	return signal;
}

void loop_signal_stop(struct loop_signal *signal)
{
	if (!signal) {
		return;
	}
	ev_signal_stop(signal->loop->ev, &signal->signal);
	free(signal);
}
