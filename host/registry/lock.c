/* SPDX-License-Identifier: Apache-2.0 */
/* First come, first served; neighbours that share go together. */
#include "registry/lock.h"

#include <assert.h>
#include <stdlib.h>

struct lock {
	uint64_t name;
	struct lock_ref *first;
	struct lock_ref *last;
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

/* Those granted stand at the front: one exclusive, or any number that share. */
static bool may_pass(const struct lock_ref *before, bool exclusive)
{
	return !before || (!exclusive && before->granted && !before->exclusive);
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
		.exclusive = exclusive, .granted = may_pass(lock->last, exclusive) };
	if (lock->last) {
		lock->last->next = ref;
	} else {
		lock->first = ref;
	}
	lock->last = ref;
	return true;
}

bool lock_granted(const struct lock_ref *ref)
{
	return ref->granted;
}

/* From ref on, those that the one before lets pass now. Each is granted once: linear in all. */
static void grant_from(struct lock_ref *ref, void (*wake)(void *user, void *owner), void *user)
{
	for (; ref && !ref->granted && may_pass(ref->prev, ref->exclusive); ref = ref->next) {
		ref->granted = true;
		wake(user, ref->owner);
	}
}

void lock_leave(struct map *locks, struct lock_ref *ref, void (*wake)(void *user, void *owner), void *user)
{
	struct lock *lock = ref->lock;
	struct lock_ref *next = ref->next;

	if (!lock) {
		return;
	}
	if (ref->prev) {
		ref->prev->next = next;
	} else {
		lock->first = next;
	}
	if (next) {
		next->prev = ref->prev;
	} else {
		lock->last = ref->prev;
	}
	*ref = (struct lock_ref){ 0 };
	if (!lock->first) {
		map_remove(locks, lock);
		free(lock);
	} else {
		grant_from(next, wake, user);
	}
}
