/* SPDX-License-Identifier: Apache-2.0 */
/* Is a new schema compatible with versions of a subject, at a level? */
#ifndef REGISTRY_COMPAT_H
#define REGISTRY_COMPAT_H

#include "registry/parsed.h"
#include "registry/registry.h"

struct compat_question {
	const struct schema_type *type;
	const struct scute_schema *schema; /* the new one, parsed by its format */
	enum level level;
	const struct scute_limits *limits;
	enum policy policy;
};

/* A stored version with all that its text needs to be parsed. */
struct compat_old {
	const struct schema *schema;
	int32_t number;
	const struct scute_reference *references;
	size_t n_references;
	struct parsed *parsed; /* NULL: not yet */
	uint64_t turn;         /* of the cache, in which it is compared */
	bool is_new;           /* parsed is not the cache's */
};

/* Entries in the current Confluent form, oldSchemaVersion and so on included. */
struct compat_answer {
	bool compatible;
	const struct scute_str *messages; /* empty when compatible */
	size_t n_messages;
	size_t n_differences; /* of the messages, the first so many are differences */
};

/*
 * What the level asks to compare with: the latest live version, or for a transitive level
 * all live ones, newest first; none for NONE. given: stands in for the latest when not
 * NULL and the level is not transitive. What was parsed before is taken from the registry's
 * cache: compat_settle() must follow, always. False with *ret_error: references of a stored
 * schema are gone (the olds then tell which versions were asked for), or no memory.
 */
bool compat_collect(const struct registry *registry, enum level level, const struct subject *subject,
	const struct version *given, struct scute_arena *arena, struct compat_old **ret_olds,
	size_t *ret_n, struct registry_error *ret_error);

/*
 * Compares with each until one fails. Any thread, as long as the schemas stay as they are. The
 * answer lives in arena. False with *ret_error when a stored schema does not parse or
 * memory is out.
 */
bool compat_compare(const struct compat_question *question, struct compat_old *olds, size_t n,
	struct scute_arena *arena, struct compat_answer *ret_answer, struct registry_error *ret_error);

/* On the loop again: what was parsed goes to the cache, what came from there is let go. */
void compat_settle(const struct registry *registry, struct compat_old *olds, size_t n);

/* All three in one, on the loop. */
bool compat_here(const struct registry *registry, const struct compat_question *question,
	const struct subject *subject, const struct version *given, struct scute_arena *arena,
	struct compat_answer *ret_answer, struct registry_error *ret_error);

#endif
