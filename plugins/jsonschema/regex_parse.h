/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of ECMA-262's regular expressions; private to regex*.c. */
#ifndef JSONSCHEMA_REGEX_PARSE_H
#define JSONSCHEMA_REGEX_PARSE_H

#include "support/buf.h"

enum {
	REGEX_GROUPS_NESTED_MAX = 200, /* PCRE2 stops at 250 */
	REGEX_REPEAT_MAX = 65535,      /* PCRE2's */
	REGEX_REFERENCES_MAX = 200,    /* names of groups and references to groups */
};

/* What stands behind a failure. */
struct regex_fault {
	const char *at;
	const char *reason; /* static text */
	bool unsupported;   /* valid by ECMA-262 */
};

/*
 * Reads pattern; out NULL: only to check it. Else appends the same in PCRE2's syntax (for
 * PCRE2_UTF, PCRE2_DOLLAR_ENDONLY, PCRE2_MATCH_UNSET_BACKREF, without PCRE2_UCP). *ret_risky:
 * might take more than linear time. The caller looks at out->failed.
 */
bool regex_parse(struct scute_str pattern, struct buf *out, bool *ret_risky,
	struct regex_fault *fault);

/* The character at *at (well-formed UTF-8), and *at behind it. */
uint32_t regex_next_char(const char **at, const char *end);

/* [A-Za-z0-9_] */
bool regex_is_word(uint32_t c);

/*
 * Behind a backslash: an escape that stands for one character, as both in and outside of
 * classes: \n, \cA, \x41, \u0041, \u{1F600}, a pair of surrogates, and punctuation. Moves *at
 * behind it only when it is one. Lone surrogates come as such.
 */
bool regex_char_escape(const char **at, const char *end, uint32_t *ret_char);

/* {n}, {n,}, {n,m}, *, + and ?; *ret_max UINT32_MAX: no limit. Moves *at only when it is one. */
bool regex_quantifier(const char **at, const char *end, uint32_t *ret_min, uint32_t *ret_max);

/* regex_shape.c: what regex is if it needs no PCRE2; else leaves it JS_REGEX_GENERAL. */
struct js_regex;
bool regex_find_shape(struct js_regex *regex, struct scute_arena *arena);

/* Does text match one of the shapes but JS_REGEX_GENERAL? */
bool regex_shape_match(const struct js_regex *regex, struct scute_str text);

/* regex_property.c: what PCRE2 calls the property NAME or NAME=VALUE; appends it. */
bool regex_property(struct scute_str text, struct buf *out);

#endif
