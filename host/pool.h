/* SPDX-License-Identifier: Apache-2.0 */
/* A small pool of worker threads for what is slow and pure, or blocks (fdatasync, scrypt). */
#ifndef HOST_POOL_H
#define HOST_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct loop;
struct pool;

/* threads: 1..16. queue_max: jobs waiting at most. Threads start lazily. NULL: no memory. */
struct pool *pool_create(struct loop *loop, unsigned threads, size_t queue_max);

/*
 * Its threads give way to the loop's where cores are few: for jobs of many milliseconds. Before
 * the first job.
 */
void pool_give_way(struct pool *pool);

/*
 * Waits for running jobs; their done() calls no longer happen. NULL is fine.
 * Before loop_destroy; not from within a done().
 */
void pool_destroy(struct pool *pool);

/*
 * Loop thread. work(user) on a worker, then done(user) on the loop.
 * False: queue full, no memory, or no thread to be had.
 */
bool pool_run(struct pool *pool, void (*work)(void *user), void (*done)(void *user), void *user);

#endif
