/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk over all subjects that may pause while they change: one that goes is stepped over,
 * one that comes is left out, none is met twice. Loop thread only.
 */
#ifndef REGISTRY_WALK_H
#define REGISTRY_WALK_H

#include "registry/subject.h"

struct subject_walk {
	struct list node;
	struct subjects *subjects;
	const struct subject *at;    /* NULL: the end */
	const struct subject *until; /* the last one, in order of arrival */
	int32_t after;               /* versions of at up to that number are done; set by the walker */
	const struct subject **sorted; /* NULL: in order of arrival */
	size_t n;
	size_t next; /* index of at in sorted */
};

/* by_name: else in order of arrival. Ended with walk_end(). False: no memory. */
bool walk_begin(struct subject_walk *walk, struct subjects *subjects, bool by_name);
void walk_step(struct subject_walk *walk);
void walk_end(struct subject_walk *walk);

/* The subject is about to go. */
void walks_forget(struct subjects *subjects, const struct subject *subject);

#endif
