/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A strict JSON reader (RFC 8259) into an arena that keeps each number's text, each
 * member's order, and where every value began. Iterative or depth-limited: hostile
 * nesting ends in SCUTE_ELIMIT. Input must be UTF-8; "\u0000" is kept; lone
 * surrogates are refused. NaN, Infinity, comments, trailing commas are refused.
 */
#ifndef SUPPORT_JSON_IN_H
#define SUPPORT_JSON_IN_H

#include "scute/types.h"

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json {
	enum json_type type;
	uint32_t offset;       /* of the value's first byte in the text */
	/* NUMBER: as written. STRING: decoded (points into the input when no escape) */
	struct scute_str text;
	struct scute_str key;  /* inside an object: the member's decoded name */
	struct json *next;     /* next element or member; NULL at the end */
	struct json *children; /* ARRAY, OBJECT: first child */
	uint32_t n_children;
};

enum json_duplicates {
	JSON_DUPLICATES_LAST,   /* the last of equal names wins, at the first one's place */
	JSON_DUPLICATES_REFUSE,
};

struct json_options {
	uint32_t depth_max;  /* 0: 512 */
	uint64_t nodes_max;  /* 0: no limit but the arena's */
	enum json_duplicates duplicates;
};

/*
 * Reads exactly one value with nothing but white space around it. Strings without
 * escapes point into text, which must live as long as the tree. options NULL:
 * defaults. err carries line, column and what was expected.
 */
enum scute_status json_read(struct scute_str text, const struct json_options *options,
	struct scute_arena *arena, const struct json **ret_root, struct scute_error *err);

/* Member by name, NULL when absent or value is not an object (or is NULL). Linear. */
const struct json *json_get(const struct json *object, const char *name);
const struct json *json_get_str(const struct json *object, struct scute_str name);

/* An integer literal (no fraction, no exponent) that fits. */
bool json_to_i64(const struct json *value, int64_t *ret_value);

/* What the type is called in messages: "object", "string", .. */
const char *json_type_name(enum json_type type);

#endif
