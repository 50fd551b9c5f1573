/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One validation as it goes on. Private to validate*.c and failure.c.
 *
 * Each function here says whether the instance passes; after false the caller asks js_run_gave_up
 * where it would otherwise try something else. Marks: a bit for each member or item of the
 * instance that was evaluated, wanted where some "unevaluated..." further up asks for it; NULL:
 * nobody asks. After false they are of no use.
 */
#ifndef JSONSCHEMA_RUN_H
#define JSONSCHEMA_RUN_H

#include "program.h"
#include "work.h"

enum {
	JS_MESSAGE_BYTES = 256,
	JS_EXCERPT_BYTES = 48,
};

struct js_run {
	const struct js_program *program;
	const struct json *root;
	struct js_work work; /* work.steps == 0: gave up */
	uint32_t depth;      /* of schemas within schemas */
	uint32_t depth_max;
	uint32_t quiet;      /* above 0: what fails is one of several tries */
	struct js_regex_effort effort;
	const struct js_resource **scope; /* the way through resources, if the program is dynamic */
	uint32_t n_scope;

	/* The first failure, or why it gave up. */
	enum scute_status status;
	uint8_t keyword;              /* enum js_keyword_id; JS_N_KEYWORDS: the schema false */
	const struct js_node *node;
	const struct json *instance;
	char message[JS_MESSAGE_BYTES];
};

/* A value for a message: what is long is cut, what is no scalar becomes its type's name. */
struct js_excerpt {
	char text[JS_EXCERPT_BYTES];
};

static inline bool js_run_gave_up(const struct js_run *r)
{
	return r->work.steps == 0;
}

/* validate.c */
bool js_run_check(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks);

/* validate_value.c: numbers, strings, enum and const. */
bool js_run_number(struct js_run *r, const struct js_check *c, const struct json *i);
bool js_run_string(struct js_run *r, const struct js_check *c, const struct json *i);
bool js_run_values(struct js_run *r, const struct js_check *c, const struct js_op *op,
	const struct json *i);
/* *ret_matches only when true is returned; false: gave up. */
bool js_run_pattern(struct js_run *r, const struct js_pattern *pattern, struct scute_str text,
	bool *ret_matches);

/* validate_array.c, validate_object.c: c has such rules, and i is of that type. */
bool js_run_array(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks);
bool js_run_object(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks);

/* validate_any.c: references and combinations. */
bool js_run_op(struct js_run *r, const struct js_check *c, const struct js_op *op,
	const struct json *i, uint64_t *marks);

/* validate_marks.c: runs rules with marks of its own, then what c has for the unmarked. */
typedef bool (*js_run_rules)(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks);
bool js_run_unevaluated(struct js_run *r, const struct js_check *c, const struct json *i,
	uint64_t *marks, js_run_rules rules);
/* None set; NULL: gave up. To be given back with js_work_release. */
uint64_t *js_marks_take(struct js_run *r, const struct json *i);
void js_marks_add(uint64_t *marks, const uint64_t *more, const struct json *i);

static inline void js_mark_one(uint64_t *marks, uint32_t place)
{
	marks[place / 64] |= (uint64_t)1 << (place % 64);
}

static inline void js_mark_all(uint64_t *marks, const struct json *i)
{
	for (uint32_t word = 0; word < (i->n_children + 63) / 64; word++) {
		marks[word] = UINT64_MAX;
	}
}

/*
 * A macro, so that among several tries the excerpts for the message are not even made.
 * Always false, like those below.
 */
#define js_run_fail(r, ...) ((r)->quiet > 0 ? false : js_run_failed((r), __VA_ARGS__))

/* failure.c */
bool js_run_failed(struct js_run *r, const struct js_check *c, enum js_keyword_id keyword,
	const struct json *i, const char *format, ...) __attribute__((format(printf, 5, 6)));
bool js_run_give_up(struct js_run *r, enum scute_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
struct js_excerpt js_excerpt(const struct json *value);
struct js_excerpt js_excerpt_str(struct scute_str text);
/* What became of r, which did not pass, as an error. */
enum scute_status js_run_error(const struct js_run *r, struct scute_arena *arena,
	struct scute_error *err);

#endif
