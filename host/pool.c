/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers over one queue. A finished job goes to a list that the loop thread empties;
 * the wake-up for it is one post whose node the pool owns, so no result is ever lost.
 */
#include "pool.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "loop.h"

enum {
	POOL_THREADS_MAX = 16,
	/* Format plugins recurse, as deep as their limits let them; ASan's frames are larger. */
	POOL_STACK_BYTES = 8 * 1024 * 1024,
};

struct job {
	struct job *next;
	void (*work)(void *user);
	void (*done)(void *user);
	void *user;
};

struct job_queue {
	struct job *first;
	struct job *last;
	size_t n;
};

#define NICE_OF_LONG_JOBS 5

struct pool {
	struct loop *loop;
	unsigned threads_max;
	size_t queue_max;
	unsigned n_threads; /* started; loop thread only */
	bool gives_way;
	pthread_t threads[POOL_THREADS_MAX];
	bool delivering;
	struct loop_posted posted;

	pthread_mutex_t lock; /* over all below */
	pthread_cond_t wake;
	struct job_queue waiting;
	struct job_queue finished;
	unsigned n_idle;  /* threads that wait for a job */
	bool posted_busy; /* posted stands in the loop's queue */
	bool stopping;
};

static void queue_push(struct job_queue *queue, struct job *job)
{
	job->next = NULL;
	if (queue->last) {
		queue->last->next = job;
	} else {
		queue->first = job;
	}
	queue->last = job;
	queue->n++;
}

static struct job *queue_pop(struct job_queue *queue)
{
	struct job *job = queue->first;

	if (!job) {
		return NULL;
	}
	queue->first = job->next;
	if (!queue->first) {
		queue->last = NULL;
	}
	queue->n--;
	return job;
}

static void queue_free(struct job_queue *queue)
{
	struct job *job;

	while ((job = queue_pop(queue))) {
		free(job);
	}
}

/* Loop thread: hands out results, those that come in meanwhile in a later call. */
static void deliver(void *user)
{
	struct pool *pool = user;
	struct job_queue batch;
	struct job *job;

	pthread_mutex_lock(&pool->lock);
	batch = pool->finished;
	pool->finished = (struct job_queue){ NULL, NULL, 0 };
	pool->posted_busy = false;
	pthread_mutex_unlock(&pool->lock);

	pool->delivering = true;
	while ((job = queue_pop(&batch))) {
		void (*done)(void *user) = job->done;
		void *job_user = job->user;
		free(job);
		done(job_user);
	}
	pool->delivering = false;
}

/* With the lock held. */
static void finish_job(struct pool *pool, struct job *job)
{
	queue_push(&pool->finished, job);
	if (!pool->posted_busy) {
		pool->posted_busy = true;
		loop_post_node(pool->loop, &pool->posted, deliver, pool);
	}
}

static void *worker(void *user)
{
	struct pool *pool = user;

	if (pool->gives_way) { /* without the right to it nothing changes */
		(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE_OF_LONG_JOBS);
	}
	pthread_mutex_lock(&pool->lock);
	while (!pool->stopping) {
		struct job *job = queue_pop(&pool->waiting);
		if (!job) {
			pool->n_idle++;
			pthread_cond_wait(&pool->wake, &pool->lock);
			pool->n_idle--;
			continue;
		}
		pthread_mutex_unlock(&pool->lock);
		job->work(job->user);
		pthread_mutex_lock(&pool->lock);
		finish_job(pool, job);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* Signals are the loop thread's: a worker starts with all of them blocked. */
static bool start_thread(struct pool *pool)
{
	sigset_t all;
	sigset_t before;
	pthread_attr_t attr;
	int failed;

	if (pthread_attr_init(&attr) != 0) {
		return false;
	}
	pthread_attr_setstacksize(&attr, POOL_STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&pool->threads[pool->n_threads], &attr, worker, pool);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (failed) {
		return false;
	}
	pthread_setname_np(pool->threads[pool->n_threads], "scute-worker");
	pool->n_threads++;
	return true;
}

void pool_give_way(struct pool *pool)
{
	assert(pool->n_threads == 0);
	pool->gives_way = true;
}

struct pool *pool_create(struct loop *loop, unsigned threads, size_t queue_max)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	assert(threads >= 1 && threads <= POOL_THREADS_MAX && queue_max >= 1);
	if (!pool) {
		return NULL;
	}
	pool->loop = loop;
	pool->threads_max = threads;
	pool->queue_max = queue_max;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->wake, NULL);
	return pool;
}

void pool_destroy(struct pool *pool)
{
	if (!pool) {
		return;
	}
	assert(!pool->delivering);
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->n_threads; i++) {
		pthread_join(pool->threads[i], NULL);
	}
	loop_post_cancel(pool->loop, &pool->posted);
	queue_free(&pool->waiting);
	queue_free(&pool->finished);
	pthread_cond_destroy(&pool->wake);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

bool pool_run(struct pool *pool, void (*work)(void *user), void (*done)(void *user), void *user)
{
	bool taken = false;
	struct job *job = calloc(1, sizeof(*job));

	if (!job) {
		return false;
	}
	*job = (struct job){ .work = work, .done = done, .user = user };
	pthread_mutex_lock(&pool->lock);
	bool busy = pool->waiting.n >= pool->n_idle;
	if (pool->waiting.n < pool->queue_max) {
		/* If the thread cannot be had, the job waits for another, if there is one. */
		if (busy && pool->n_threads < pool->threads_max) {
			start_thread(pool);
		}
		if (pool->n_threads > 0) {
			queue_push(&pool->waiting, job);
			pthread_cond_signal(&pool->wake);
			taken = true;
		}
	}
	pthread_mutex_unlock(&pool->lock);
	if (!taken) {
		free(job);
	}
	return taken;
}
