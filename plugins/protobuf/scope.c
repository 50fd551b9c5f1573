/* SPDX-License-Identifier: Apache-2.0 */
/* What a file can see of a pool, and what a name means in a scope of it. */
#include "pool_build.h"

#include <string.h>

#include "support/str.h"

static void see_package(struct pb_pool *pool, int32_t package)
{
	for (; package != PB_ROOT && pool->entries[package].mark != pool->mark;
		package = pool->entries[package].parent) {
		pool->entries[package].mark = pool->mark;
	}
}

/*
 * A file and what it imports publicly. A walk over a chain of public imports is a loop; where it
 * branches, depth is bounded by the number of files, each of which is walked once.
 */
static void see(struct pb_pool *pool, uint32_t place)
{
	while (place != UINT32_MAX && pool->files[place].walked != pool->mark) {
		const struct pb_file *file = pool->files[place].file;
		pool->files[place].mark = pool->mark;
		pool->files[place].walked = pool->mark;
		see_package(pool, pool->files[place].package);
		place = UINT32_MAX;
		for (uint32_t i = 0; i < file->n_imports; i++) {
			const struct pb_import *import = file->imports[i];
			if (import->kind != PB_IMPORT_PUBLIC || !import->file) {
				continue;
			}
			if (place != UINT32_MAX) {
				see(pool, place);
			}
			place = pool_find_file(pool, import->path);
		}
	}
}

void pool_look_from(struct pb_pool *pool, uint32_t place)
{
	const struct pb_file *file = pool->files[place].file;

	pool->mark++;
	pool->files[place].mark = pool->mark;
	pool->files[place].walked = pool->mark;
	see_package(pool, pool->files[place].package);
	for (uint32_t i = 0; i < file->n_imports; i++) {
		if (file->imports[i]->file) {
			see(pool, pool_find_file(pool, file->imports[i]->path));
		}
	}
}

bool pool_is_visible(const struct pb_pool *pool, int32_t entry)
{
	const struct pool_entry *found = &pool->entries[entry];

	return found->node->kind == PB_PACKAGE ? found->mark == pool->mark
					       : pool->files[found->file].mark == pool->mark;
}

static bool is_scope(const struct pb_node *node)
{
	return node->kind == PB_MESSAGE || node->kind == PB_PACKAGE || node->kind == PB_ENUM ||
	       node->kind == PB_SERVICE;
}

/* The rest of a name inside scope, part by part. */
static int32_t descend(const struct pb_pool *pool, int32_t scope, struct scute_str name)
{
	while (name.len > 0) {
		const char *dot = memchr(name.data, '.', name.len);
		struct scute_str part = { name.data, dot ? (size_t)(dot - name.data) : name.len };
		scope = pool_lookup(pool, scope, part, pb_hash(part));
		if (scope == PB_NO_INDEX) {
			return PB_NO_INDEX;
		}
		name.data += part.len + (dot != NULL);
		name.len -= part.len + (dot != NULL);
	}
	return scope;
}

/* entry, if it can be seen. */
static int32_t seen(const struct pb_pool *pool, int32_t entry, struct pool_miss *miss)
{
	if (entry == PB_NO_INDEX || pool_is_visible(pool, entry)) {
		return entry;
	}
	miss->hidden = entry;
	return PB_NO_INDEX;
}

int32_t pool_resolve(const struct pb_pool *pool, int32_t scope, struct scute_str name,
	enum pool_wish wish, struct pool_miss *ret_miss)
{
	*ret_miss = (struct pool_miss){ PB_NO_INDEX, PB_NO_INDEX };
	if (name.len > 0 && name.data[0] == '.') {
		struct scute_str rest = { name.data + 1, name.len - 1 };
		return rest.len > 0 ? seen(pool, descend(pool, PB_ROOT, rest), ret_miss)
				    : PB_NO_INDEX;
	}
	const char *dot = name.len > 0 ? memchr(name.data, '.', name.len) : NULL;
	struct scute_str first = { name.data, dot ? (size_t)(dot - name.data) : name.len };
	uint32_t hash = pb_hash(first);
	for (;; scope = pool->entries[scope].parent) {
		int32_t entry = seen(pool, pool_lookup(pool, scope, first, hash), ret_miss);
		bool outermost = scope == PB_ROOT;
		if (entry == PB_NO_INDEX) {
			/* farther out */
		} else if (dot && (is_scope(pool->entries[entry].node) || outermost)) {
			struct scute_str rest = { dot + 1, name.len - first.len - 1 };
			int32_t whole = descend(pool, entry, rest);
			if (whole == PB_NO_INDEX) {
				ret_miss->partial = entry;
			}
			return seen(pool, whole, ret_miss);
		} else if (!dot && (wish == POOL_ANY || outermost ||
				   pool->entries[entry].node->kind == PB_MESSAGE ||
				   pool->entries[entry].node->kind == PB_ENUM)) {
			return entry;
		}
		if (outermost) {
			return PB_NO_INDEX;
		}
	}
}
