/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All ways in which the host calls back into a plugin: timers, watches, posts, jobs. Each
 * is listed with its plugin, so that closing the plugin ends them.
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "loop.h"
#include "plugin/self.h"
#include "pool.h"

struct scute_timer {
	struct scute_self *self;
	struct loop_timer *timer;
	struct scute_timer *next;
	struct scute_timer **link; /* what points here */
	void (*fire)(void *user);
	void *user;
	bool repeats;
};

struct scute_watch {
	struct scute_self *self;
	struct scute_watch *next;
	struct scute_watch **link;
	void (*ready)(void *user, unsigned io);
	void *user;
	struct loop_watch watch;
};

/* A post, or a job of the pool. */
struct task {
	struct scute_self *self; /* NULL: a job whose plugin was closed */
	struct task *next;
	struct task **link;      /* of a job in jobs */
	void (*call)(void *user);
	void (*done)(void *user);
	void *user;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t job_ended; /* made with a monotonic clock at the first open */
static bool job_ended_made;

/*
 * Every job that the pool has not given back yet, also of closed plugins: a pool that is
 * destroyed first never gives them back, and they stay reachable here.
 */
static struct task *jobs;

/* Static, as a thread of a closed plugin may still try to post. */
static struct scute_self selves[PLUGINS_MAX];

struct scute_self *self_open(struct loader *loader, const struct scute_plugin *entry, size_t index)
{
	struct scute_self *self = &selves[index];

	assert(index < PLUGINS_MAX);
	(void)pthread_mutex_lock(&lock);
	if (!job_ended_made) {
		pthread_condattr_t attributes;

		(void)pthread_condattr_init(&attributes);
		(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
		(void)pthread_cond_init(&job_ended, &attributes);
		(void)pthread_condattr_destroy(&attributes);
		job_ended_made = true;
	}
	assert(!self->open && !self->timers && !self->watches && !self->posts);
	self->loader = loader;
	self->entry = entry;
	self->state = NULL;
	self->draining = false;
	self->woken = false;
	self->posts_end = &self->posts;
	self->open = true;
	(void)pthread_mutex_unlock(&lock);
	return self;
}

static void timer_unlink(struct scute_timer *timer)
{
	*timer->link = timer->next;
	if (timer->next) {
		timer->next->link = timer->link;
	}
}

static void timer_fired(void *user)
{
	struct scute_timer *timer = user;
	void (*fire)(void *user) = timer->fire;
	void *fire_user = timer->user;

	if (!timer->repeats) {
		timer_unlink(timer);
		free(timer);
	}
	fire(fire_user); /* may stop, and thereby free, a repeating timer */
}

struct scute_timer *self_timer_start(struct scute_self *self, uint64_t delay_ms, uint64_t repeat_ms,
	void (*fire)(void *user), void *user)
{
	struct scute_timer *timer = self->open && fire ? malloc(sizeof(*timer)) : NULL;

	if (!timer) {
		return NULL;
	}
	*timer = (struct scute_timer){ .self = self, .fire = fire, .user = user,
		.repeats = repeat_ms != 0, .next = self->timers, .link = &self->timers };
	timer->timer = loop_timer_start(self->loader->loop, delay_ms, repeat_ms, timer_fired, timer);
	if (!timer->timer) {
		free(timer);
		return NULL;
	}
	if (timer->next) {
		timer->next->link = &timer->next;
	}
	self->timers = timer;
	return timer;
}

void self_timer_stop(struct scute_self *self, struct scute_timer *timer)
{
	if (!timer) {
		return;
	}
	assert(timer->self == self);
	loop_timer_stop(timer->timer);
	timer_unlink(timer);
	free(timer);
}

static void watch_ready(void *user, unsigned io)
{
	const struct scute_watch *watch = user;

	watch->ready(watch->user, io);
}

struct scute_watch *self_watch(struct scute_self *self, int fd, unsigned io,
	void (*ready)(void *user, unsigned io), void *user)
{
	struct scute_watch *watch;
	bool sane = fd >= 0 && io != 0 && (io & ~(unsigned)(SCUTE_IO_READ | SCUTE_IO_WRITE)) == 0;

	_Static_assert((int)SCUTE_IO_READ == (int)LOOP_READ && (int)SCUTE_IO_WRITE == (int)LOOP_WRITE,
		"the loop's flags are passed through");
	_Static_assert(_Alignof(struct scute_watch) <= _Alignof(max_align_t), "malloc aligns enough");
	if (!self->open || !ready || !sane) {
		return NULL;
	}
	watch = malloc(sizeof(*watch));
	if (!watch) {
		return NULL;
	}
	*watch = (struct scute_watch){ .self = self, .ready = ready, .user = user,
		.next = self->watches, .link = &self->watches };
	loop_watch_start(self->loader->loop, &watch->watch, fd, io, watch_ready, watch);
	if (watch->next) {
		watch->next->link = &watch->next;
	}
	self->watches = watch;
	return watch;
}

void self_unwatch(struct scute_self *self, struct scute_watch *watch)
{
	if (!watch) {
		return;
	}
	assert(watch->self == self);
	loop_watch_stop(&watch->watch);
	*watch->link = watch->next;
	if (watch->next) {
		watch->next->link = watch->link;
	}
	free(watch);
}

static void run_posts(void *user)
{
	struct scute_self *self = user;
	struct task *post;

	(void)pthread_mutex_lock(&lock);
	self->woken = false;
	post = self->posts;
	self->posts = NULL;
	self->posts_end = &self->posts;
	self->n_posts = 0;
	(void)pthread_mutex_unlock(&lock);

	while (post) {
		struct task *next = post->next;

		if (self->open) { /* the call before may have closed it */
			post->call(post->user);
		}
		free(post);
		post = next;
	}
}

bool self_post(struct scute_self *self, void (*call)(void *user), void *user)
{
	struct task *post = call ? malloc(sizeof(*post)) : NULL;
	bool ok;

	if (!post) {
		return false;
	}
	*post = (struct task){ .self = self, .call = call, .user = user };
	(void)pthread_mutex_lock(&lock);
	ok = self->open && self->n_posts < SELF_POSTS_MAX;
	if (ok && !self->woken) {
		self->woken = true;
		loop_post_node(self->loader->loop, &self->wake, run_posts, self);
	}
	if (ok) {
		*self->posts_end = post;
		self->posts_end = &post->next;
		self->n_posts++;
	}
	(void)pthread_mutex_unlock(&lock);
	if (!ok) {
		free(post);
	}
	return ok;
}

/* On a worker. */
static void job_work(void *user)
{
	struct task *job = user;
	struct scute_self *self;

	(void)pthread_mutex_lock(&lock);
	self = job->self;
	if (self) {
		self->running++;
	}
	(void)pthread_mutex_unlock(&lock);
	if (!self) {
		return;
	}
	job->call(job->user);
	(void)pthread_mutex_lock(&lock);
	self->running--;
	(void)pthread_cond_broadcast(&job_ended);
	(void)pthread_mutex_unlock(&lock);
}

/* With the lock held. */
static void job_unlink(struct task *job)
{
	*job->link = job->next;
	if (job->next) {
		job->next->link = job->link;
	}
}

/* Back on the loop. */
static void job_done(void *user)
{
	struct task *job = user;
	bool wanted;

	(void)pthread_mutex_lock(&lock);
	job_unlink(job);
	wanted = job->self && job->done;
	(void)pthread_mutex_unlock(&lock);
	if (wanted) {
		job->done(job->user);
	}
	free(job);
}

bool self_offload(struct scute_self *self, void (*work)(void *user), void (*done)(void *user),
	void *user)
{
	struct pool *pool = self->loader->pool;
	struct task *job = self->open && pool && work ? malloc(sizeof(*job)) : NULL;

	if (!job) {
		return false;
	}
	(void)pthread_mutex_lock(&lock);
	*job = (struct task){ .self = self, .call = work, .done = done, .user = user,
		.next = jobs, .link = &jobs };
	if (jobs) {
		jobs->link = &job->next;
	}
	jobs = job;
	(void)pthread_mutex_unlock(&lock);
	if (pool_run(pool, job_work, job_done, job)) {
		return true;
	}
	(void)pthread_mutex_lock(&lock);
	job_unlink(job);
	(void)pthread_mutex_unlock(&lock);
	free(job);
	return false;
}

/* With the lock held. Whether the plugin's work came to its end in time. */
static bool wait_for_jobs(const struct scute_self *self)
{
	struct timespec deadline;

	(void)clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += SELF_CLOSE_MS / 1000;
	while (self->running > 0) {
		if (pthread_cond_timedwait(&job_ended, &lock, &deadline) == ETIMEDOUT) {
			return self->running == 0;
		}
	}
	return true;
}

bool self_close(struct scute_self *self)
{
	struct task *post;
	bool idle;

	while (self->timers) {
		self_timer_stop(self, self->timers);
	}
	while (self->watches) {
		self_unwatch(self, self->watches);
	}
	(void)pthread_mutex_lock(&lock);
	self->open = false;
	if (self->woken) {
		loop_post_cancel(self->loader->loop, &self->wake);
		self->woken = false;
	}
	post = self->posts;
	self->posts = NULL;
	self->posts_end = &self->posts;
	self->n_posts = 0;
	for (struct task *job = jobs; job; job = job->next) {
		if (job->self == self) {
			job->self = NULL;
		}
	}
	idle = wait_for_jobs(self);
	(void)pthread_mutex_unlock(&lock);
	while (post) {
		struct task *next = post->next;

		free(post);
		post = next;
	}
	return idle;
}
