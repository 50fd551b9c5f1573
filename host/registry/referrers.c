/* SPDX-License-Identifier: Apache-2.0 */
/* The reverse index of references. */
#include "registry/referrers.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/schema.h"
#include "support/str.h"

struct target {
	const struct schema **schemas; /* one that refers twice stands here twice */
	size_t n;
	size_t cap;
	int32_t version;
	size_t subject_len;
	char subject[];
};

struct target_key {
	struct scute_str subject;
	int32_t version;
};

static uint64_t hash_key(struct scute_str subject, int32_t version)
{
	return hash64(subject) ^ ((uint64_t)(uint32_t)version * 0x9e3779b97f4a7c15u);
}

static struct scute_str target_subject(const struct target *target)
{
	return (struct scute_str){ target->subject, target->subject_len };
}

static uint64_t hash_target(const void *item)
{
	const struct target *target = item;

	return hash_key(target_subject(target), target->version);
}

static bool equal_target(const void *item, const void *key)
{
	const struct target *target = item;
	const struct target_key *wanted = key;

	return target->version == wanted->version && str_eq(target_subject(target), wanted->subject);
}

static struct target *find(const struct map *referrers, struct scute_str subject, int32_t version)
{
	struct target_key key = { subject, version };

	return map_find(referrers, hash_key(subject, version), equal_target, &key);
}

void referrers_init(struct map *referrers)
{
	map_init(referrers, hash_target);
}

void referrers_finish(struct map *referrers)
{
	size_t i = 0;
	struct target *target;

	while ((target = map_next(referrers, &i))) {
		free(target->schemas);
		free(target);
	}
	map_finish(referrers);
}

static struct target *target_create(struct map *referrers, const struct schema_reference *reference)
{
	struct target *target = calloc(1, sizeof(*target) + reference->subject.len);

	if (!target) {
		return NULL;
	}
	target->version = reference->version;
	target->subject_len = reference->subject.len;
	if (reference->subject.len > 0) {
		memcpy(target->subject, reference->subject.data, reference->subject.len);
	}
	if (!map_insert(referrers, target)) {
		free(target);
		return NULL;
	}
	return target;
}

static bool target_add(struct target *target, const struct schema *schema)
{
	if (target->n == target->cap) {
		size_t cap = target->cap ? target->cap * 2 : 2;
		const struct schema **schemas = realloc(target->schemas, cap * sizeof(struct schema *));
		if (!schemas) {
			return false;
		}
		target->schemas = schemas;
		target->cap = cap;
	}
	target->schemas[target->n++] = schema;
	return true;
}

static void unfile(struct map *referrers, const struct schema_reference *reference,
	const struct schema *schema)
{
	struct target *target = find(referrers, reference->subject, reference->version);

	if (!target) {
		return;
	}
	for (size_t i = 0; i < target->n; i++) {
		if (target->schemas[i] == schema) {
			target->schemas[i] = target->schemas[--target->n];
			break;
		}
	}
	if (target->n == 0) {
		map_remove(referrers, target);
		free(target->schemas);
		free(target);
	}
}

static bool file(struct map *referrers, const struct schema_reference *reference,
	const struct schema *schema)
{
	struct target *target = find(referrers, reference->subject, reference->version);

	if (!target) {
		target = target_create(referrers, reference);
	}
	if (!target) {
		return false;
	}
	if (!target_add(target, schema)) {
		unfile(referrers, reference, schema); /* drops a target that was made just now */
		return false;
	}
	return true;
}

bool referrers_add(struct map *referrers, const struct schema *schema)
{
	const struct schema_more *more = schema->more;

	for (size_t i = 0; more && i < more->n_references; i++) {
		if (!file(referrers, &more->references[i], schema)) {
			while (i-- > 0) {
				unfile(referrers, &more->references[i], schema);
			}
			return false;
		}
	}
	return true;
}

void referrers_remove(struct map *referrers, const struct schema *schema)
{
	const struct schema_more *more = schema->more;

	for (size_t i = 0; more && i < more->n_references; i++) {
		unfile(referrers, &more->references[i], schema);
	}
}

void referrers_each(const struct map *referrers, struct scute_str subject, int32_t version,
	bool (*each)(void *user, const struct schema *schema), void *user)
{
	const struct target *target = find(referrers, subject, version);

	for (size_t i = 0; target && i < target->n; i++) {
		if (!each(user, target->schemas[i])) {
			return;
		}
	}
}
