/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a pool, for those who fill it while they link. */
#ifndef PROTOBUF_POOL_BUILD_H
#define PROTOBUF_POOL_BUILD_H

#include "pool.h"

#define PB_ROOT (-1) /* the scope of names without a package */

struct pool_entry {
	const struct pb_node *node;
	struct scute_str name; /* its last part; of a file its path */
	uint32_t hash;
	int32_t parent;        /* entry of its scope, or PB_ROOT */
	uint32_t file;         /* place in files; of a package the first that has it */
	uint32_t mark;         /* packages: the last visibility they were seen in */
};

struct pool_file {
	const struct pb_file *file;
	int32_t package;  /* entry, or PB_ROOT */
	int32_t symbols;  /* entry of its first symbol; the others follow */
	uint32_t mark;    /* the last visibility it was seen in */
	uint32_t walked;  /* the last walk over public imports that came by */
};

struct pool_extension {
	const struct pb_field *field; /* NULL: a free slot */
};

struct pb_pool {
	struct scute_arena *arena;
	struct pool_entry *entries;
	uint32_t n_entries;
	uint32_t entries_cap;
	uint32_t *slots; /* entry + 1; 0: free */
	uint32_t mask;   /* of slots; 0: none yet */
	struct pool_file *files;
	const struct pb_file **file_list; /* the same as plain pointers */
	uint32_t n_files;
	uint32_t files_cap;
	const struct pb_field **extensions; /* open addressing by extendee and number */
	uint32_t extensions_mask;
	uint32_t n_extensions;
	uint32_t mark;   /* the current visibility */
	const struct scute_source *source; /* while it is parsed: for the errors' texts */
};

/* The entry of a name right in a scope; PB_NO_INDEX: none. */
int32_t pool_lookup(const struct pb_pool *pool, int32_t parent, struct scute_str name,
	uint32_t hash);

/*
 * Appends an entry and lets it be found, unless hidden (stored files may define names twice).
 * Its place, or PB_NO_INDEX: out of memory.
 */
int32_t pool_append(struct pb_pool *pool, const struct pb_symbol *symbol, int32_t parent,
	uint32_t file, bool hidden);

/* The entry of a file's package, made where it is new; PB_NO_INDEX - 1: out of memory. */
#define POOL_NO_MEMORY (-2)
int32_t pool_package(struct pb_pool *pool, struct scute_str package, uint32_t file,
	int32_t *ret_clash);

/* A file without symbols so far. Its place; UINT32_MAX: out of memory. */
uint32_t pool_new_file(struct pb_pool *pool, const struct pb_file *file);

/* Place of the file of that path, UINT32_MAX: none. */
uint32_t pool_find_file(const struct pb_pool *pool, struct scute_str path);

/*
 * The scope of what stands in a message, or (message NULL) right in a file, which is in the pool.
 */
int32_t pool_scope_of(const struct pb_pool *pool, const struct pb_file *file,
	const struct pb_message *message);

/* The same for any symbol of the file that is a scope; PB_NO_INDEX: the package. */
int32_t pool_symbol_scope(const struct pb_pool *pool, const struct pb_file *file, int32_t symbol);

/*
 * Adds an extension with its extendee. ret_other: the one that has the number already (then nothing
 * was added). False: out of memory.
 */
bool pool_add_extension(struct pb_pool *pool, const struct pb_field *field,
	const struct pb_field **ret_other);

/*
 * From now on exactly the file of that place, its imports and what those import publicly are
 * visible.
 */
void pool_look_from(struct pb_pool *pool, uint32_t file);

bool pool_is_visible(const struct pb_pool *pool, int32_t entry);

/* What resolving a name came upon, for the error's text. */
struct pool_miss {
	int32_t hidden;  /* entry of that name in a file that is not imported; PB_NO_INDEX: none */
	int32_t partial; /* entry of the first part, in which the rest is not; PB_NO_INDEX: none */
};

enum pool_wish {
	POOL_ANY,
	POOL_TYPES, /* what is no type does not hide a type of that name farther out */
};

/*
 * Resolves a name as it is written inside scope (an entry or PB_ROOT) by the rule of protoc: the
 * innermost scope that knows its first part decides. The entry, or PB_NO_INDEX.
 */
int32_t pool_resolve(const struct pb_pool *pool, int32_t scope, struct scute_str name,
	enum pool_wish wish, struct pool_miss *ret_miss);

#endif
