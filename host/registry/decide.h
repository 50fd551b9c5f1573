/* SPDX-License-Identifier: Apache-2.0 */
/* What one write puts into the log, given the applied state: pure but for the id it draws. */
#ifndef REGISTRY_DECIDE_H
#define REGISTRY_DECIDE_H

#include "registry/writer.h"

/* No records and no error: the answer stands already, nothing need be written. */
struct decision {
	struct scute_arena *arena;
	struct registry_error error;
	bool is_checking; /* nothing is decided yet: a worker was asked first */
	struct store_record *records;
	size_t n_records;
};

void decide_register(struct write *write, struct decision *decision);
void decide_delete_version(struct write *write, struct decision *decision);
void decide_delete_subject(struct write *write, struct decision *decision);
void decide_set_config(struct write *write, struct decision *decision);
void decide_clear_config(struct write *write, struct decision *decision);
void decide_set_mode(struct write *write, struct decision *decision);
void decide_clear_mode(struct write *write, struct decision *decision);

/* Code and arguments of the refusal; a number becomes text in the decision's arena. */
void decision_refuse(struct decision *decision, enum registry_code code);
void decision_refuse_subject(struct decision *decision, enum registry_code code,
	struct scute_str subject);
void decision_refuse_version(struct decision *decision, enum registry_code code,
	struct scute_str subject, int32_t number);

/*
 * Room for n records (a tombstone takes up to KEYFORMS_MAX). False: no memory, which is then
 * the refusal.
 */
bool decision_make_room(struct decision *decision, size_t n);

/*
 * Adds a record: a value under the one form of its key, a tombstone under all that it may
 * stand under. False: no memory, which is then the refusal.
 */
bool decision_put(struct write *write, struct decision *decision, const struct record *record);
void decision_put_tombstone(struct write *write, struct decision *decision, int32_t number);

/*
 * Compaction forgets a tombstone's record: unless the highest id stands in the log beside
 * it, a NOOP that says so goes first, or a restart would give the id out again. id: the
 * highest that loses a record.
 */
bool decision_put_max_id(struct write *write, struct decision *decision, uint32_t id);

/* Whether a schema refers to that version; own: from outside of that subject (NULL: at all). */
bool decide_is_referenced(const struct write *write, int32_t number, const struct subject *own);

/* Whether the subject's mode lets it be changed; the refusal stands in decision. */
bool decide_may_write(struct write *write, struct decision *decision);

/* The mode that holds for the write does not let it through: "Subject X in context C is WHAT". */
void decision_refuse_mode(struct write *write, struct decision *decision, const char *what);

/* References as a record of that subject has them. NULL: no memory. */
const struct record_reference *decide_references(struct scute_str subject,
	const struct schema_reference *references, size_t n, struct scute_arena *arena);

/* The subject that the write is about, as it is now; NULL: there is none. */
const struct subject *write_subject(const struct write *write);

/* Its context, made known by ask.c when it is new. */
struct context *write_context(const struct write *write);

/*
 * A NOOP that keeps the highest ids given out: of the default context, of that one (NULL:
 * none), and of all that the last NOOP had. False: no memory.
 */
bool decide_noop(const struct writer *writer, const struct context *context,
	struct scute_arena *arena, struct record *ret_record);

/* Key in that order; for records that are the same in all dialects. False: no memory. */
bool decide_encode(const struct record *record, enum record_key_order order, struct scute_arena *arena,
	struct store_record *ret_raw);

#endif
