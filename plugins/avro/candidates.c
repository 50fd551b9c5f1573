/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which branches of a reader's union may take what the writer wrote. A large union gets
 * an index by type and name, or two of 10,000 branches would be 100,000,000 pairs.
 */
#include "compat.h"

#include "support/arena.h"
#include "support/str.h"

#define BRANCHES_WALKED 64

/* One name that a branch answers to: its simple name, or an alias in full. */
struct entry {
	uint64_t hash;
	uint32_t branch;
	uint32_t next; /* place + 1 in the bucket's chain; 0: end */
};

struct union_index {
	const struct avro_node *reader;
	struct union_index *next;
	const struct avro_node *by_type[AVRO_N_TYPES]; /* unnamed: at most one of each */
	struct entry *entries;
	uint32_t n_entries;
	uint32_t *buckets; /* place + 1 */
	uint32_t mask;
	uint64_t seed;
};

bool is_promoted(enum avro_type reader, enum avro_type writer)
{
	switch (reader) {
	case AVRO_LONG:
		return writer == AVRO_INT;
	case AVRO_FLOAT:
		return writer == AVRO_INT || writer == AVRO_LONG;
	case AVRO_DOUBLE:
		return writer == AVRO_INT || writer == AVRO_LONG || writer == AVRO_FLOAT;
	case AVRO_BYTES:
		return writer == AVRO_STRING;
	case AVRO_STRING:
		return writer == AVRO_BYTES;
	default:
		return false;
	}
}

/* Branches go in from the last, so that chains give them in order. */
static void entry_add(struct union_index *index, struct scute_str name, uint32_t branch)
{
	uint64_t hash = avro_hash(index->seed, name);
	uint32_t *bucket = &index->buckets[(uint32_t)hash & index->mask];

	index->entries[index->n_entries] = (struct entry){ hash, branch, *bucket };
	*bucket = ++index->n_entries;
}

static size_t names_of(const struct avro_node *reader)
{
	size_t n = 0;

	for (uint32_t i = 0; i < reader->count; i++) {
		n += 1 + reader->branches[i]->n_aliases;
	}
	return n;
}

static struct union_index *index_create(struct check *c, const struct avro_node *reader)
{
	size_t n = names_of(reader);
	uint32_t n_buckets = 64;
	struct union_index *index = arena_zalloc(c->arena, 1, sizeof(*index));

	while (n_buckets < n && n_buckets < (1u << 30)) {
		n_buckets *= 2;
	}
	if (!index) {
		return NULL;
	}
	index->entries = arena_zalloc(c->arena, n, sizeof(*index->entries));
	index->buckets = arena_zalloc(c->arena, n_buckets, sizeof(*index->buckets));
	if (!index->entries || !index->buckets) {
		return NULL;
	}
	index->reader = reader;
	index->mask = n_buckets - 1;
	index->seed = (uint64_t)(uintptr_t)index;
	for (uint32_t i = reader->count; i-- > 0;) {
		const struct avro_node *branch = reader->branches[i];
		if (!avro_is_named(branch)) {
			index->by_type[branch->type] = branch;
			continue;
		}
		entry_add(index, avro_name_simple(branch->name), i);
		for (uint32_t k = 0; k < branch->n_aliases; k++) {
			entry_add(index, branch->aliases[k], i);
		}
	}
	index->next = c->unions;
	c->unions = index;
	return index;
}

enum scute_status candidates_begin(struct check *c, const struct avro_node *reader,
	const struct avro_node *writer, struct candidates *ret_candidates)
{
	const struct union_index *index = NULL;

	if (reader->count > BRANCHES_WALKED) {
		for (index = c->unions; index && index->reader != reader;) {
			index = index->next;
		}
		index = index ? index : index_create(c, reader);
		if (!index) {
			return report_memory(c);
		}
	}
	*ret_candidates = (struct candidates){ reader, writer, index, 0, 0, 0 };
	return SCUTE_OK;
}

static const struct avro_node *next_by_type(struct candidates *candidates)
{
	enum avro_type writer = (enum avro_type)candidates->writer->type;

	while (candidates->next < AVRO_N_TYPES) {
		enum avro_type type = (enum avro_type)candidates->next++;
		const struct avro_node *branch = candidates->index->by_type[type];
		if (branch && (type == writer || is_promoted(type, writer))) {
			return branch;
		}
	}
	return NULL;
}

/* The chain of the simple name first, then that of the full name, for aliases. */
static bool chain_enter(struct candidates *candidates)
{
	const struct union_index *index = candidates->index;
	struct avro_name name = candidates->writer->name;

	if (candidates->stage == 2) {
		return false;
	}
	candidates->stage++;
	candidates->hash = avro_hash(index->seed,
		candidates->stage == 1 ? avro_name_simple(name) : name.full);
	candidates->next = index->buckets[(uint32_t)candidates->hash & index->mask];
	return true;
}

static const struct avro_node *next_by_name(struct candidates *candidates)
{
	do {
		while (candidates->next) {
			const struct entry *entry =
				&candidates->index->entries[candidates->next - 1];
			candidates->next = entry->next;
			if (entry->hash == candidates->hash) {
				return candidates->reader->branches[entry->branch];
			}
		}
	} while (chain_enter(candidates));
	return NULL;
}

const struct avro_node *candidates_next(struct candidates *candidates)
{
	if (!candidates->index) {
		return candidates->next < candidates->reader->count ?
			candidates->reader->branches[candidates->next++] : NULL;
	}
	return avro_is_named(candidates->writer) ? next_by_name(candidates) :
						   next_by_type(candidates);
}
