/* SPDX-License-Identifier: Apache-2.0 */
/* Is a new schema compatible with versions of a subject, at a level? */
#ifndef REGISTRY_COMPAT_H
#define REGISTRY_COMPAT_H

#include "registry/registry.h"

struct compat_question {
	const struct schema_type *type;
	const struct scute_schema *schema; /* the new one, parsed by its format */
	enum level level;
};

/* Entries in the current Confluent form, oldSchemaVersion and so on included. */
struct compat_answer {
	bool compatible;
	const struct scute_str *messages; /* empty when compatible */
	size_t n_messages;
	size_t n_differences; /* of the messages, the first so many are differences */
};

/*
 * Against one version. The answer lives in arena. False with *ret_error when the stored
 * schema can not be used (it does not parse, its references are gone) or memory is out.
 */
bool compat_with_version(const struct registry *registry, const struct compat_question *question,
	const struct version *version, struct scute_arena *arena, struct compat_answer *ret_answer,
	struct registry_error *ret_error);

/*
 * Against what the level asks for: the latest live version, or for a transitive level all
 * live ones, newest first, stopping at the first that fails. No live version: compatible.
 * given: stands in for the latest when not NULL and the level is not transitive.
 */
bool compat_with_subject(const struct registry *registry, const struct compat_question *question,
	const struct subject *subject, const struct version *given, struct scute_arena *arena,
	struct compat_answer *ret_answer, struct registry_error *ret_error);

#endif
