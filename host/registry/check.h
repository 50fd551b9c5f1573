/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsing a schema and comparing it with a subject's versions, as one job: at once when
 * it is small, on the worker pool when it is not, so that nobody else waits for it.
 */
#ifndef REGISTRY_CHECK_H
#define REGISTRY_CHECK_H

#include "registry/compat.h"

/*
 * Bytes of schema text that are handled on the loop; more go to the pool. Comparing may take
 * much longer than reading: what a few kB can be made to cost is what others wait for.
 */
#define CHECK_LOOP_BYTES_MAX ((size_t)8 * 1024)

/* Bytes of text that wait for workers or are with them; more are refused. */
#define CHECKS_BYTES_MAX ((size_t)256 * 1024 * 1024)

struct check_question {
	const struct schema_type *type;
	struct scute_str text;
	const struct scute_reference *references; /* what the text needs, resolved */
	size_t n_references;
	unsigned flags;             /* enum scute_source_flag */
	bool normalize;
	struct scute_str form;      /* render it in that form, where the format knows it; empty: no */
	struct rule rule;
	const struct subject *subject; /* NULL: parse only */
	const struct version *given;   /* see compat_collect() */
	const struct schema_content *identify; /* whose identity is wanted, with the text above or what
						  becomes of it (identify_rendered); NULL: none */
	bool identify_rendered;
};

/* Slices live as long as the check. */
struct check_answer {
	struct registry_error error;  /* the text is no valid schema, or anything else; code OK: none */
	struct scute_str text;        /* canonical, normalised, or in the form asked for */
	struct hash128 identity;      /* when it was wanted */
	struct compat_answer compat;  /* compatible when no subject was given */
};

struct check;

/*
 * Parses the question's text and renders it, as the question wants it, into arena. Any
 * thread. False with *ret_error.
 */
bool check_parse(const struct check_question *question, const struct scute_limits *limits,
	struct scute_arena *arena, const struct scute_schema **ret_schema, struct scute_str *ret_text,
	struct registry_error *ret_error);

/* Whether that much text should leave the loop; counts what the question would parse. */
bool check_is_large(const struct registry *registry, const struct check_question *question);

/* Why check_start() gave NULL: BUSY while too much waits for workers, else NO_MEMORY. */
enum registry_code check_refusal(const struct registry *registry, const struct check_question *question);

/*
 * Copies the question. done(user, check) is called on the loop, never before the return;
 * the caller then owns check and frees it. NULL: too much waits already, or no memory.
 */
struct check *check_start(struct registry *registry, const struct check_question *question,
	void (*done)(void *user, struct check *check), void *user);

const struct check_answer *check_answer(const struct check *check);

/* Whether rule and the subject's versions are those that the check compared with. */
bool check_still_holds(const struct check *check, const struct subject *subject, struct rule rule);

/* done will not be called; frees it as soon as the worker has left it. NULL is fine. */
void check_cancel(struct check *check);
void check_free(struct check *check); /* after done; NULL is fine */

/* All that are left when the pool is gone. */
void check_free_all(struct registry *registry);

#endif
