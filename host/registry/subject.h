/* SPDX-License-Identifier: Apache-2.0 */
/* Subjects and their versions, in order of arrival and by name. */
#ifndef REGISTRY_SUBJECT_H
#define REGISTRY_SUBJECT_H

#include "base/list.h"
#include "base/map.h"
#include "registry/finder.h"
#include "registry/schema.h"
#include "registry/setting.h"

struct version {
	struct schema *schema;
	int64_t timestamp_ms;
	int32_t number;
	bool deleted; /* softly */
};

/* Most subjects have one version and no setting of their own: for those it is one allocation. */
struct subject {
	struct subject *next; /* in order of first appearance */
	struct subject *prev;
	struct version *versions; /* by number, ascending; &one while there was never more than one */
	struct setting *config; /* NULL: nothing of its own */
	struct version one;
	uint32_t n_versions;
	uint32_t name_len;
	char name[];
};

struct subjects {
	struct map by_name;
	struct subject *first;
	struct subject *last;
	struct list walks; /* see walk.h */
	struct finders finders;
	size_t count;
	size_t live;    /* versions */
	size_t deleted; /* versions, softly */
};

static inline struct scute_str subject_name(const struct subject *subject)
{
	return (struct scute_str){ subject->name, subject->name_len };
}

void subjects_init(struct subjects *subjects);
void subjects_finish(struct subjects *subjects, struct schemas *schemas);

const struct subject *subjects_find(const struct subjects *subjects, struct scute_str name);
/* NULL: no memory. */
struct subject *subjects_get(struct subjects *subjects, struct scute_str name);

/* What the subject's CONFIG and MODE records say; setting_unset when there are none (or subject is NULL). */
const struct setting *subject_config(const struct subject *subject);
/* See setting_put(). members empty: it has none any more. */
enum scute_status subject_set_config(struct subject *subject, struct scute_str members,
	struct scute_error *err);
/* False: no memory, nothing changed. */
bool subject_set_mode(struct subject *subject, enum mode mode);

/* Forgets a subject that has neither version nor setting; a no-op otherwise. */
void subjects_prune(struct subjects *subjects, struct subject *subject);

/* NULL: none of that number (soft-deleted ones are found). */
const struct version *subject_version(const struct subject *subject, int32_t number);
/* The highest live version, or the highest of all. NULL: none. */
const struct version *subject_latest(const struct subject *subject, bool with_deleted);
bool subject_has_live(const struct subject *subject);
/* How many versions of subject carry schema, soft-deleted ones included. */
uint32_t subject_uses(const struct subject *subject, const struct schema *schema);
/* .. and without them. */
uint32_t subject_live_uses(const struct subject *subject, const struct schema *schema);

/*
 * Calls each(user, subject, version) for every version that carries schema: subjects in
 * order of arrival, versions ascending. Cheap when one subject holds them all.
 */
void subjects_each_holder(const struct subjects *subjects, const struct schema *schema,
	void (*each)(void *user, const struct subject *subject, const struct version *version),
	void *user);

/* Puts or replaces a version; takes over the caller's use of version->schema. False: no memory. */
bool subject_put(struct subjects *subjects, struct schemas *schemas, struct subject *subject,
	const struct version *version);
/* False when there is none. */
bool subject_remove(struct subjects *subjects, struct schemas *schemas, struct subject *subject,
	int32_t number);
/* Soft-deletes every version up to that number. */
void subject_delete_up_to(struct subjects *subjects, struct subject *subject, int32_t number);

#endif
