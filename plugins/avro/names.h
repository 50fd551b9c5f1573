/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names: full names and their namespaces, what a valid identifier is, an index over
 * an array of names, and the table of the named types of one schema.
 */
#ifndef AVRO_NAMES_H
#define AVRO_NAMES_H

#include "scute/types.h"

struct avro_node;

/* "a.b.C": full is all of it, space_len is 3. Without a namespace space_len is 0. */
struct avro_name {
	struct scute_str full;
	size_t space_len;
};

static inline struct scute_str avro_name_space(struct avro_name name)
{
	return (struct scute_str){ name.full.data, name.space_len };
}

static inline struct scute_str avro_name_simple(struct avro_name name)
{
	size_t at = name.space_len > 0 ? name.space_len + 1 : 0;

	return (struct scute_str){ name.full.data + at, name.full.len - at };
}

/*
 * The full name that text stands for inside space: a dotted text is full already, a
 * leading dot alone says "no namespace". False: out of memory.
 */
bool avro_name_make(struct scute_str text, struct scute_str space, struct scute_arena *arena,
	struct avro_name *ret_name);

/* [A-Za-z_][A-Za-z0-9_]* */
bool avro_is_identifier(struct scute_str text);

/* Whether every part of the full name is an identifier. */
bool avro_is_full_name(struct scute_str full);

uint64_t avro_hash(uint64_t seed, struct scute_str text);

/*
 * Finds names in an array of structs whose first member is the name. Small arrays have
 * no table and are walked.
 */
struct avro_index {
	uint32_t *slots; /* place + 1; 0: free */
	uint32_t mask;
	uint32_t count;
	uint64_t seed;
	const char *base;
	size_t stride;
};

/*
 * False: out of memory. *ret_duplicate: the first place whose name stood before, or count.
 */
bool avro_index_build(struct avro_index *index, const void *base, size_t stride, uint32_t count,
	uint64_t seed, struct scute_arena *arena, uint32_t *ret_duplicate);

/* The place of the first such name, or count when there is none. */
uint32_t avro_index_find(const struct avro_index *index, struct scute_str name);

#define AVRO_NAMES_INLINE 8

/* Named types in the order in which they were defined; a node's id is its place. */
struct avro_names {
	struct avro_node **list;
	uint32_t count;
	uint32_t room;
	uint32_t *slots;
	uint32_t mask;
	uint64_t seed;
	struct avro_node *first[AVRO_NAMES_INLINE];
};

void avro_names_init(struct avro_names *names, uint64_t seed);
struct avro_node *avro_names_find(const struct avro_names *names, struct scute_str full);
/* The caller knows that the name is not there. Gives the node its id. False: out of memory. */
bool avro_names_add(struct avro_names *names, struct avro_node *node, struct scute_arena *arena);

#endif
