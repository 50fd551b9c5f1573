/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions of a subject by their content. Subjects of few versions are searched through; one of
 * many gets an index with its first search, which lives while the subject only grows and room
 * lasts. Loop thread only.
 */
#ifndef REGISTRY_FINDER_H
#define REGISTRY_FINDER_H

#include "base/list.h"
#include "base/map.h"
#include "registry/schema.h"

struct subject;
struct subjects;
struct version;

#define FINDER_VERSIONS_MIN 64u
#define FINDERS_BYTES_MAX ((size_t)16 << 20)

struct finders {
	struct map by_subject;
	struct list used; /* the longest unused first */
	size_t bytes;
};

enum find_how {
	FIND_EXACT, /* with the same metadata and rules */
	FIND_BARE,  /* with any, but not without: for those who ask without */
};

void finders_init(struct finders *finders);
void finders_finish(struct finders *finders);

/*
 * The highest version of that content; deleted: soft-deleted ones count. identity: for BARE that
 * of the content without metadata. NULL: none.
 */
const struct version *subjects_find_content(const struct subjects *subjects, const struct subject *subject,
	struct hash128 identity, enum find_how how, bool deleted);

/* A version was added behind all others of the subject. */
void finders_note(struct finders *finders, const struct subject *subject);
/* Any other change of its versions; it may be about to go. */
void finders_forget(struct finders *finders, const struct subject *subject);

#endif
