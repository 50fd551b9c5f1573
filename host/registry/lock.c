/* SPDX-License-Identifier: Apache-2.0 */
/* First come, first served; neighbours that share go together. */
#include "registry/lock.h"

#include <assert.h>
#include <stdlib.h>

struct lock {
	uint64_t name;
	struct lock_ref *first;
	struct lock_ref *last;
	size_t exclusives; /* queued here; while 0 nobody waits */
};

static uint64_t hash_lock(const void *item)
{
	return ((const struct lock *)item)->name;
}

static bool equal_lock(const void *item, const void *key)
{
	return ((const struct lock *)item)->name == *(const uint64_t *)key;
}

void locks_init(struct map *locks)
{
	map_init(locks, hash_lock);
}

void locks_finish(struct map *locks)
{
	assert(locks->count == 0);
	map_finish(locks);
}

bool lock_join(struct map *locks, struct lock_ref *ref, uint64_t name, bool exclusive, void *owner)
{
	struct lock *lock = map_find(locks, name, equal_lock, &name);

	if (!lock) {
		lock = calloc(1, sizeof(*lock));
		if (!lock) {
			return false;
		}
		lock->name = name;
		if (!map_insert(locks, lock)) {
			free(lock);
			return false;
		}
	}
	*ref = (struct lock_ref){ .lock = lock, .prev = lock->last, .owner = owner,
		.exclusive = exclusive };
	if (lock->last) {
		lock->last->next = ref;
	} else {
		lock->first = ref;
	}
	lock->last = ref;
	lock->exclusives += exclusive;
	return true;
}

bool lock_granted(const struct lock_ref *ref)
{
	if (ref->lock->exclusives == 0 || !ref->prev) {
		return true;
	}
	if (ref->exclusive) {
		return false;
	}
	for (const struct lock_ref *before = ref->prev; before; before = before->prev) {
		if (before->exclusive) {
			return false;
		}
	}
	return true;
}

static void wake_front(const struct lock *lock, void (*wake)(void *user, void *owner), void *user)
{
	for (const struct lock_ref *ref = lock->first; ref; ref = ref->next) {
		if (ref->exclusive && ref->prev) {
			return;
		}
		wake(user, ref->owner);
		if (ref->exclusive) {
			return;
		}
	}
}

void lock_leave(struct map *locks, struct lock_ref *ref, void (*wake)(void *user, void *owner), void *user)
{
	struct lock *lock = ref->lock;

	if (!lock) {
		return;
	}
	bool had_exclusive = lock->exclusives > 0;
	if (ref->prev) {
		ref->prev->next = ref->next;
	} else {
		lock->first = ref->next;
	}
	if (ref->next) {
		ref->next->prev = ref->prev;
	} else {
		lock->last = ref->prev;
	}
	lock->exclusives -= ref->exclusive;
	*ref = (struct lock_ref){ 0 };
	if (!lock->first) {
		map_remove(locks, lock);
		free(lock);
	} else if (had_exclusive) {
		wake_front(lock, wake, user);
	}
}
