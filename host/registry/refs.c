/* SPDX-License-Identifier: Apache-2.0 */
/* Depth-first walk over references, bounded in depth and count. */
#include "registry/refs.h"

#include <string.h>

#include "support/str.h"

struct walk {
	const struct registry *registry;
	struct scute_arena *arena;
	struct scute_error *err;
	struct scute_reference *found;
	size_t n;
	size_t cap;
	size_t bytes; /* of text found */
};

int32_t refs_version(const struct registry *registry, struct scute_str subject, int32_t number)
{
	const struct subject *holder = subjects_find(&registry->subjects, subject);

	if (!holder) {
		return 0;
	}
	const struct version *version = number == -1 ? subject_latest(holder, false)
						     : subject_version(holder, number);
	return version && !version->deleted ? version->number : 0;
}

static bool is_found(const struct walk *walk, const struct schema_reference *reference)
{
	for (size_t i = 0; i < walk->n; i++) {
		const struct scute_reference *known = &walk->found[i];
		if (known->version == reference->version && str_eq(known->name, reference->name) &&
			str_eq(known->subject, reference->subject)) {
			return true;
		}
	}
	return false;
}

static const struct version *find_version(const struct walk *walk,
	const struct schema_reference *reference, bool live)
{
	const struct subject *subject = subjects_find(&walk->registry->subjects, reference->subject);
	const struct version *version = NULL;

	if (subject) {
		version = subject_version(subject, reference->version);
	}
	return version && (!live || !version->deleted) ? version : NULL;
}

static enum scute_status add_found(struct walk *walk, const struct scute_reference *reference)
{
	if (walk->n == walk->cap) {
		size_t cap = walk->cap ? walk->cap * 2 : 8;
		struct scute_reference *found = scute_alloc(walk->arena, cap * sizeof(*found));
		if (!found) {
			return error_set(walk->err, SCUTE_ENOMEM, "out of memory");
		}
		if (walk->n > 0) {
			memcpy(found, walk->found, walk->n * sizeof(*found));
		}
		walk->found = found;
		walk->cap = cap;
	}
	walk->found[walk->n++] = *reference;
	return SCUTE_OK;
}

static enum scute_status walk_one(struct walk *walk, const struct schema_reference *reference,
	bool live, unsigned depth)
{
	const struct version *version = find_version(walk, reference, live);

	if (is_found(walk, reference)) {
		return SCUTE_OK;
	}
	if (!version) {
		return error_set(walk->err, SCUTE_EREFERENCE,
			"reference \"%.*s\": there is no version %d of subject \"%.*s\"",
			STR_ARGS(reference->name), reference->version, STR_ARGS(reference->subject));
	}
	if (depth >= REFS_DEPTH_MAX || walk->n >= REFS_COUNT_MAX) {
		return error_set(walk->err, SCUTE_ELIMIT,
			"reference \"%.*s\": references nest deeper than %d, are more than %d, or form a circle",
			STR_ARGS(reference->name), REFS_DEPTH_MAX, REFS_COUNT_MAX);
	}
	const struct schema_more *more = version->schema->more;
	for (size_t i = 0; more && i < more->n_references; i++) {
		enum scute_status status = walk_one(walk, &more->references[i], false, depth + 1);
		if (status != SCUTE_OK) {
			return status;
		}
	}
	if (walk->n >= REFS_COUNT_MAX) {
		return error_set(walk->err, SCUTE_ELIMIT, "more than %d references", REFS_COUNT_MAX);
	}
	walk->bytes += version->schema->text_len;
	if (walk->bytes > REFS_BYTES_MAX) {
		return error_set(walk->err, SCUTE_ELIMIT,
			"the schemas referred to are larger than %zu bytes together", REFS_BYTES_MAX);
	}
	return add_found(walk, &(struct scute_reference){ reference->name, reference->subject,
		reference->version, schema_text(version->schema) });
}

enum scute_status refs_resolve(const struct registry *registry, const struct schema_reference *references,
	size_t n, bool live, struct scute_arena *arena, const struct scute_reference **ret_resolved,
	size_t *ret_n, struct scute_error *err)
{
	struct walk walk = { .registry = registry, .arena = arena, .err = err };

	for (size_t i = 0; i < n; i++) {
		enum scute_status status = walk_one(&walk, &references[i], live, 0);
		if (status != SCUTE_OK) {
			return status;
		}
	}
	*ret_resolved = walk.found;
	*ret_n = walk.n;
	return SCUTE_OK;
}

const struct scute_reference *refs_copy(const struct scute_reference *resolved, size_t n,
	struct scute_arena *arena)
{
	struct scute_reference *copies = scute_alloc(arena, (n + 1) * sizeof(*copies));

	for (size_t i = 0; copies && i < n; i++) {
		copies[i] = resolved[i];
		if (!arena_keep(arena, &copies[i].name) || !arena_keep(arena, &copies[i].subject) ||
			!arena_keep(arena, &copies[i].text)) {
			return NULL;
		}
	}
	return copies;
}

bool refs_equal(const struct scute_reference *a, size_t n_a, const struct scute_reference *b, size_t n_b)
{
	if (n_a != n_b) {
		return false;
	}
	for (size_t i = 0; i < n_a; i++) {
		if (!str_eq(a[i].name, b[i].name) || !str_eq(a[i].text, b[i].text)) {
			return false;
		}
	}
	return true;
}
