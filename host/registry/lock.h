/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which writes must wait for which: each names what it depends on (a subject, a content,
 * the global level), shared or exclusive; those that meet in one name go in order of arrival.
 */
#ifndef REGISTRY_LOCK_H
#define REGISTRY_LOCK_H

#include "base/map.h"

struct lock;

/* One write's place in the queue of one name. Owned by the write. */
struct lock_ref {
	struct lock *lock;
	struct lock_ref *next;
	struct lock_ref *prev;
	void *owner;
	bool exclusive;
	bool granted;
};

void locks_init(struct map *locks);
void locks_finish(struct map *locks); /* all released by then; asserted */

/* Queues ref behind those that hold or want name (a hash of it). False: no memory. */
bool lock_join(struct map *locks, struct lock_ref *ref, uint64_t name, bool exclusive, void *owner);

/* Whether nothing before ref stands in its way. */
bool lock_granted(const struct lock_ref *ref);

/* Leaves the queue; wake(user, owner) for each owner that may have become free. A no-op when not joined. */
void lock_leave(struct map *locks, struct lock_ref *ref, void (*wake)(void *user, void *owner), void *user);

#endif
