/* SPDX-License-Identifier: Apache-2.0 */
/* Walks know the subject they are at; subjects tell them when one goes. */
#include "registry/walk.h"

#include <stdlib.h>
#include <string.h>

#include "support/str.h"

static int by_name(const void *a, const void *b)
{
	return str_cmp(subject_name(*(const struct subject *const *)a),
		subject_name(*(const struct subject *const *)b));
}

static bool sort(struct subject_walk *walk)
{
	const struct subjects *subjects = walk->subjects;

	walk->sorted = malloc((subjects->count + 1) * sizeof(walk->sorted[0]));
	if (!walk->sorted) {
		return false;
	}
	for (const struct subject *at = subjects->first; at; at = at->next) {
		walk->sorted[walk->n++] = at;
	}
	qsort(walk->sorted, walk->n, sizeof(walk->sorted[0]), by_name);
	walk->at = walk->n > 0 ? walk->sorted[0] : NULL;
	return true;
}

bool walk_begin(struct subject_walk *walk, struct subjects *subjects, bool by_name_too)
{
	*walk = (struct subject_walk){ .subjects = subjects, .at = subjects->first,
		.until = subjects->last };
	if (by_name_too && !sort(walk)) {
		return false;
	}
	list_push_back(&subjects->walks, &walk->node);
	return true;
}

void walk_step(struct subject_walk *walk)
{
	walk->after = 0;
	if (walk->sorted) {
		walk->next++;
		walk->at = walk->next < walk->n ? walk->sorted[walk->next] : NULL;
	} else if (walk->at) {
		walk->at = walk->at == walk->until ? NULL : walk->at->next;
	}
}

void walk_end(struct subject_walk *walk)
{
	list_remove(&walk->node);
	free(walk->sorted);
	walk->sorted = NULL;
	walk->at = NULL;
}

static void forget_sorted(struct subject_walk *walk, const struct subject *subject)
{
	const struct subject **found = bsearch(&subject, walk->sorted, walk->n, sizeof(subject),
		by_name);

	if (!found || *found != subject) {
		return; /* it came after the walk began */
	}
	size_t i = (size_t)(found - walk->sorted);
	memmove(found, found + 1, (walk->n - i - 1) * sizeof(*found));
	walk->n--;
	if (i < walk->next) {
		walk->next--;
	}
	if (walk->at == subject) {
		walk->after = 0;
		walk->at = walk->next < walk->n ? walk->sorted[walk->next] : NULL;
	}
}

static void forget(struct subject_walk *walk, const struct subject *subject)
{
	if (walk->sorted) {
		forget_sorted(walk, subject);
		return;
	}
	bool is_at = walk->at == subject;
	if (is_at) {
		walk_step(walk);
	}
	if (walk->until == subject) {
		walk->until = subject->prev; /* at is before it, or there is none left */
	}
}

void walks_forget(struct subjects *subjects, const struct subject *subject)
{
	list_for_each(node, &subjects->walks) {
		forget(list_entry(node, struct subject_walk, node), subject);
	}
}
