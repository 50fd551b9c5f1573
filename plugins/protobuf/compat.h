/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One comparison of two schemas, shared by the compat*.c files. The writer's schema is the
 * original, the reader's the update: names of differences are from the one to the other.
 */
#ifndef PROTOBUF_COMPAT_H
#define PROTOBUF_COMPAT_H

#include "model.h"

enum diff {
#define DIFFERENCE(name, compatible, text) DIFF_##name,
#include "differences.def"
#undef DIFFERENCE
	N_DIFFS,
};

/* Where a difference is: "#/Outer/Inner/3" is a chain of three. */
struct place {
	const struct place *up; /* NULL: the innermost is the schema itself, "#/" */
	struct scute_str name;  /* data NULL: number stands here */
	int32_t number;
};

/* A writer's message and what the reader has for it. */
struct pair {
	const struct pb_message *writer;
	const struct pb_message *reader;
};

struct queued {
	struct queued *next;
	struct pair pair;
};

struct found {
	struct found *next;
	struct scute_difference difference;
};

struct check {
	struct scute_compat *compat;
	struct scute_arena *arena;
	struct scute_error *err;
	const struct scute_schema *writer;
	const struct scute_schema *reader;
	bool compatible;
	/* What was found, in order; of compatible and other ones at most differences_max each. */
	struct found *first;
	struct found **end;
	uint32_t n_compatible;
	uint32_t n_incompatible;
	/* Pairs that were begun: open addressing, a power of two. */
	struct pair *seen;
	size_t seen_cap;
	size_t n_seen;
	/* Messages of other files that fields lead to: a queue, as their chains have no bound. */
	struct queued *queue;
	struct queued **queue_end;
};

enum scute_status compat_memory(struct check *c);

/* compat_report.c */

/* Notes a difference at a place. */
enum scute_status compat_report(struct check *c, enum diff diff, const struct place *at);
/* Hands what was found over to c->compat. */
enum scute_status compat_deliver(struct check *c);

/* Stored texts may have one number or name twice; then only the first one counts. */
static inline bool compat_field_counts(const struct pb_message *message,
	const struct pb_field *field)
{
	return pb_field_by_number(message, field->number) == field;
}

/* compat_names.c */

/* The name of a message in its package, when that is its schema's own; else the full one. */
struct scute_str compat_name(const struct scute_schema *schema, const struct pb_message *message);
bool compat_same_name(const struct check *c, const struct pair *pair);
/*
 * The same for the types of two fields, of which one or both are not resolved; then
 * what was written may be a part of the name.
 */
bool compat_same_written(const struct check *c, const struct pb_field *writer,
	const struct pb_field *reader);
/* The message that is to a schema what another one of that full name is to its own; NULL: none. */
enum scute_status compat_counterpart(struct check *c, struct scute_str full_name,
	const struct scute_schema *from, const struct scute_schema *to,
	const struct pb_message **ret_message);

/* compat_seen.c */

/* *ret_new: the pair was not begun before; it is now. */
enum scute_status compat_begin(struct check *c, const struct pair *pair, bool *ret_new);
/* Compares the pair later, unless one of them is compared with its own file anyway. */
enum scute_status compat_enqueue(struct check *c, const struct pair *pair);

/* compat_field.c */

/* Two fields with one number: name, kind, type, label. */
enum scute_status compat_fields(struct check *c, const struct place *message,
	const struct pb_field *writer, const struct pb_field *reader);

/* compat_message.c */

/* Everything in two messages. whole: also the types in them, as they are the schema's own. */
enum scute_status compat_messages(struct check *c, const struct place *at, const struct pair *pair,
	bool whole);
/* The fields of extend blocks, of a file or of a message. */
enum scute_status compat_extensions(struct check *c, struct pb_field *const *writers,
	uint32_t n_writers, struct pb_field *const *readers, uint32_t n_readers);

/* compat_oneof.c */

/* What became of the oneofs, and who moved into or out of them. */
enum scute_status compat_oneofs(struct check *c, const struct place *at, const struct pair *pair);
/* The oneof that the text has; the one of a proto3 optional field is none. */
static inline const struct pb_oneof *compat_oneof_of(const struct pb_field *field)
{
	return field->oneof && !field->oneof->is_synthetic ? field->oneof : NULL;
}

/* compat_types.c */

/* Messages and enums of one scope. */
struct types {
	const struct pb_pool *pool;
	int32_t scope; /* in the pool; of a file its package, where imported files may have more */
	struct pb_message *const *messages;
	uint32_t n_messages;
	struct pb_enum *const *enums;
	uint32_t n_enums;
};

enum scute_status compat_types(struct check *c, const struct place *up,
	const struct types *writers, const struct types *readers);

#endif
