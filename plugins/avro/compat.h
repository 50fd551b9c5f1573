/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the comparison share: the question's state, its memory, its report. */
#ifndef AVRO_COMPAT_H
#define AVRO_COMPAT_H

#include "schema.h"
#include "support/buf.h"

/* Entries that a lookup walks over without being counted as a step. */
#define WALK_FREE 16

enum diff {
	DIFF_FIXED_SIZE_MISMATCH,
	DIFF_TYPE_MISMATCH,
	DIFF_NAME_MISMATCH,
	DIFF_MISSING_ENUM_SYMBOLS,
	DIFF_MISSING_UNION_BRANCH,
	DIFF_READER_FIELD_MISSING_DEFAULT_VALUE,
	DIFF_AMBIGUOUS_FIELD,
};

struct found_item;

/* Differences in order. A list may hold a finished list: that of a pair met before. */
struct found {
	struct found_item *first;
	struct found_item *last;
};

/* Two types and the way to them, on the C stack. */
struct pair {
	const struct avro_node *reader;
	const struct avro_node *writer;
	const struct pair *up;
	const char *token; /* this step of the path; NULL: number, or nothing below a union's try */
	uint32_t number;
	struct found *found; /* where differences go; NULL: only the verdict is asked for */
};

enum memo_state {
	MEMO_NEW,
	MEMO_OPEN, /* being compared further up: good unless something else shows otherwise */
	MEMO_GOOD,
	MEMO_BAD,
};

struct memo {
	const struct avro_node *reader;
	const struct avro_node *writer;
	struct found *found; /* of a bad pair whose differences were asked for */
	struct memo *good_before; /* the pair found good before this one */
	enum memo_state state;
};

#define MEMOS_AT_FIRST 16

struct union_index;

struct check {
	struct scute_arena *arena;
	struct scute_error *err;
	const struct scute_compat *compat;
	struct memo **memos;
	uint32_t memos_mask;
	uint32_t n_memos;
	uint32_t steps;
	uint32_t nesting;
	uint32_t n_reported;
	struct union_index *unions; /* of large reader unions */
	struct memo *last_good;
	struct memo *memos_first[MEMOS_AT_FIRST];
};

/* memo.c: pairs met before. A memo stays in place. */
void memo_init(struct check *c);
enum scute_status memo_get(struct check *c, const struct avro_node *reader,
	const struct avro_node *writer, struct memo **ret_memo);
void memo_good(struct check *c, struct memo *memo);
/* Takes back what was found good since last_good was mark: it may lean on what turned out bad. */
void memo_forget(struct check *c, const struct memo *mark);

/* candidates.c: the branches of a reader's union that may take what the writer wrote. */
struct candidates {
	const struct avro_node *reader;
	const struct avro_node *writer;
	const struct union_index *index; /* NULL: all branches in order */
	uint64_t hash; /* of the chain that is walked */
	uint32_t next; /* branch while all are walked; type; or place + 1 in a chain */
	unsigned stage;
};

/* Whether a value of the writer's type is read as the reader's other type. */
bool is_promoted(enum avro_type reader, enum avro_type writer);
enum scute_status candidates_begin(struct check *c, const struct avro_node *reader,
	const struct avro_node *writer, struct candidates *ret_candidates);
const struct avro_node *candidates_next(struct candidates *candidates);

/* report.c. Without data, info means that there was no memory for it. */
enum scute_status report(struct check *c, const struct pair *pair, enum diff diff,
	const char *below, struct scute_str info);
enum scute_status report_types(struct check *c, const struct pair *pair);
enum scute_status report_branch(struct check *c, const struct pair *pair);
enum scute_status report_memory(struct check *c);
struct found *found_create(struct check *c);
enum scute_status found_append(struct check *c, struct found *found, const struct found *list);
enum scute_status found_flatten(struct check *c, const struct found *found,
	struct scute_difference **ret_differences, size_t *ret_count);

#endif
