/* SPDX-License-Identifier: Apache-2.0 */
/* Resolving references to the texts they stand for, transitively, with limits. */
#ifndef REGISTRY_REFS_H
#define REGISTRY_REFS_H

#include "registry/registry.h"

#define REFS_DEPTH_MAX 64
#define REFS_COUNT_MAX 2000
#define REFS_BYTES_MAX ((size_t)8 * 1024 * 1024) /* of text, all together */

/*
 * The latest live version's number for -1, else number when that version is live; 0 when
 * there is none.
 */
int32_t refs_version(const struct registry *registry, struct scute_str subject, int32_t number);

/*
 * All that the n references need, in dependency order, each once. live: only live versions
 * count at the first level (a new schema); what stored schemas refer to may be soft-deleted.
 * SCUTE_EREFERENCE names the one that does not resolve, SCUTE_ELIMIT a cycle, too many, or too much text.
 */
enum scute_status refs_resolve(const struct registry *registry, const struct schema_reference *references,
	size_t n, bool live, struct scute_arena *arena, const struct scute_reference **ret_resolved,
	size_t *ret_n, struct scute_error *err);

/* Copies all slices: what is resolved belongs to stored schemas, which may go. NULL: no memory. */
const struct scute_reference *refs_copy(const struct scute_reference *resolved, size_t n,
	struct scute_arena *arena);

/* The same names standing for the same texts. */
bool refs_equal(const struct scute_reference *a, size_t n_a, const struct scute_reference *b, size_t n_b);

#endif
