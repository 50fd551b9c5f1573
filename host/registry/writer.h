/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the write path, shared by write.c (the queue) and decide.c (the decisions). */
#ifndef REGISTRY_WRITER_H
#define REGISTRY_WRITER_H

#include "registry/check.h"
#include "registry/lock.h"
#include "registry/write.h"

enum barrier_state {
	BARRIER_NONE,
	BARRIER_NEEDED,  /* the outcome of a write is unknown */
	BARRIER_RUNNING, /* nothing is decided until it is read back */
	BARRIER_FAILING, /* its failure is being handed out */
};

struct writer {
	struct registry *registry;
	struct store *store;
	struct map locks;
	struct write *first; /* all unfinished writes, in order of arrival */
	struct write *last;
	size_t pending;
	struct write *first_woken; /* may have become free */
	struct write *last_woken;
	enum barrier_state barrier;
	bool is_pumping;
	struct write *starting; /* inside of write_start(); NULL once it ended there */
};

enum write_state {
	WRITE_WAITING,
	WRITE_CHECKING, /* a worker compares; then it waits again, with the answer */
	WRITE_APPENDED,
};

struct decision;

struct write {
	struct writer *writer;
	struct write *next;
	struct write *prev;
	struct write *next_woken;
	void (*decide)(struct write *write, struct decision *decision);
	write_done done; /* NULL: cancelled */
	void *user;
	enum write_state state;
	bool is_woken;
	uint8_t attempts; /* appends whose id turned out to be another writer's */

	/* The question; slices are the caller's and valid while the write waits. */
	struct register_args args; /* of the other kinds only the subject is used */
	struct scute_str patch; /* of a setting */
	bool permanent;
	struct check *check; /* large schemas are compared on a worker */

	/* The answer so far. */
	uint32_t id;
	int32_t number;
	char *text;
	size_t text_len;
	int32_t *numbers;
	size_t n_numbers;

	size_t n_locks;
	size_t locks_max;
	struct lock_ref locks[];
};

/* NULL: no memory, or too many writes wait. */
struct write *write_create(struct registry *registry, size_t locks_max, write_done done, void *user);
bool write_lock(struct write *write, uint64_t name, bool exclusive);
/* Runs it as soon as nothing stands before it. NULL when it ended already. */
struct write *write_start(struct write *write);
/* The write's check is done: decide again, with its answer. */
void write_checked(void *user, struct check *check);
/* Ends one that could not be set up. Returns NULL. */
struct write *write_refuse(struct write *write, write_done done, void *user);

#endif
