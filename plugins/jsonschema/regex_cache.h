/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each thread keeps for matching: the machine code of the patterns it used last, and the
 * memory that PCRE2 works in. Private to regex*.c. Nothing here is shared, so nothing is locked;
 * an arena that held a pattern may go at any time, for entries have copies of their own.
 */
#ifndef JSONSCHEMA_REGEX_CACHE_H
#define JSONSCHEMA_REGEX_CACHE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "regex.h"

enum {
	REGEX_COMPILE_OPTIONS = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY |
				PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C,
};

/* What a match is run with. */
struct regex_tools {
	pcre2_match_data *data;
	pcre2_match_context *quick;   /* a small match limit and no watch */
	pcre2_match_context *watched; /* calls back, with its user's data set by the caller */
	pcre2_jit_stack *stack;
};

struct regex_run {
	const pcre2_code *code; /* NULL: PCRE2 refuses the pattern */
	bool has_jit;
	const struct regex_tools *tools;
	uint64_t compile_ns; /* what it took to make code; 0: the thread had it */
};

/* The time that the calling thread has run. */
uint64_t regex_thread_ns(void);

/*
 * What it takes for the calling thread to match a translated pattern, compiled now if it has to
 * be; watched: with a call back before each item. Good until the next call. False: out of memory.
 */
bool regex_cache_get(const struct js_regex *regex, bool watched, struct regex_run *ret_run);

#endif
