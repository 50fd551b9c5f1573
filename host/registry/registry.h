/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry's state, derived from the log alone: registry_apply() is the one function
 * that changes it, at boot, on a follower, after a write of our own. Loop thread only.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "registry/error.h"
#include "registry/keyform.h"
#include "registry/schema.h"
#include "registry/subject.h"
#include "store/record.h"
#include "store/store.h"
#include "support/arena.h"

struct check;
struct parsed_cache;
struct writer;

struct registry_options {
	enum level level; /* while no CONFIG record says otherwise */
	enum record_dialect dialect; /* whose records are written */
	/* The loaded format of a schemaType; NULL: none. */
	const struct scute_format *(*format)(void *user, struct scute_str type);
	void *user;
	/* Runs work(job) on a worker, then done(job) on the loop; NULL: everything on the loop. */
	bool (*offload)(void *user, void (*work)(void *job), void (*done)(void *job), void *job);
	struct scute_limits limits; /* for every call into a format */
	size_t work_bytes_max;      /* arena for one decision or one record */
};

struct registry {
	struct registry_options options;
	struct schemas schemas;
	struct subjects subjects;
	struct setting global;
	struct keyforms keyforms;
	struct arena work;         /* reset by whoever begins with it; see registry_work() */
	struct parsed_cache *parsed; /* schemas that were compared with; registry/parsed.c */
	struct check *checks;      /* that run on workers; registry/check.c */
	size_t checks_bytes;       /* of text copied for them */
	struct writer *writer;     /* decisions under way; registry/write.c */
	uint64_t skipped;          /* records that could not be understood */
	/* Called when a schema object is about to be freed (cached replies hang on it). */
	void (*on_drop)(void *user, const struct schema *schema);
	void *on_drop_user;
};

enum apply_outcome {
	APPLIED,
	APPLY_SKIPPED,   /* not understood: logged and counted */
	APPLY_NO_MEMORY, /* state is behind the log now: the process must not go on */
};

/* options are copied. NULL: no memory. */
struct registry *registry_create(const struct registry_options *options);
/* The pool that offload() runs on is gone by then. NULL is fine. */
void registry_destroy(struct registry *registry);

enum apply_outcome registry_apply(struct registry *registry, const struct store_record *raw);

/* How texts are to look: Confluent's keep the order of members, Karapace's have them sorted. */
unsigned registry_source_flags(const struct registry *registry);

/* The type as the registry knows it; NULL: no memory. Never fails for one that a record carried. */
const struct schema_type *registry_type(struct registry *registry, struct scute_str name);

#define SETTING_SCOPES 3

/* What holds for a subject, the innermost scope first: its own, its context's, that of all. */
void registry_settings(const struct registry *registry, struct scute_str subject,
	const struct setting *ret_scopes[SETTING_SCOPES]);

/* Whether new versions of that subject are normalised unasked. */
bool registry_normalizes(const struct registry *registry, struct scute_str subject);

/* The mode in force. */
enum mode registry_mode(const struct registry *registry, struct scute_str subject);

/* In force: the subject's own, else the global one, else the option's level and STRICT. */
struct rule registry_rule(const struct registry *registry, const struct subject *subject);
struct rule registry_global_rule(const struct registry *registry);

/* A fresh work arena; its former content is gone. */
struct scute_arena *registry_work(struct registry *registry);

#endif
