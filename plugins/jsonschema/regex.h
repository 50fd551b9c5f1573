/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions of JSON Schema: ECMA-262 by code points (its "u" flag, with the harmless
 * escapes of Annex B let through), carried out by PCRE2. A pattern is checked and translated
 * once; each thread keeps the machine code of those it used last, so matching takes no lock.
 */
#ifndef JSONSCHEMA_REGEX_H
#define JSONSCHEMA_REGEX_H

#include "scute/types.h"

enum {
	JS_PATTERN_BYTES_MAX = 32 * 1024,
};

enum js_regex_flag {
	JS_REGEX_RISKY = 1u << 0, /* may backtrack much: the time it takes is watched */
};

enum js_regex_shape {
	JS_REGEX_GENERAL,  /* to be matched by PCRE2 */
	JS_REGEX_ANY,      /* matches every text */
	JS_REGEX_EQUALS,   /* ^literal$ */
	JS_REGEX_BEGINS,   /* ^literal */
	JS_REGEX_ENDS,     /* literal$ */
	JS_REGEX_CONTAINS, /* literal */
	JS_REGEX_STEPS,    /* ^...$ of sets that need no backtracking */
};

/* So many characters out of a set. */
struct js_regex_step {
	uint64_t set[2]; /* of ASCII */
	uint32_t min;
	uint32_t max;    /* UINT32_MAX: no limit */
	bool beyond;     /* all beyond ASCII are in the set as well */
};

/* Immutable; lives in the arena it was made in. */
struct js_regex {
	uint8_t shape; /* enum js_regex_shape */
	uint8_t flags;
	uint16_t n_steps;
	const struct js_regex_step *steps;
	struct scute_str literal;    /* of the simple shapes */
	struct scute_str source;     /* as written: what patterns are equal by */
	struct scute_str translated; /* in PCRE2's syntax, for JS_REGEX_GENERAL */
	uint64_t hash;               /* of translated */
};

enum js_regex_result {
	JS_REGEX_MATCH,
	JS_REGEX_NO_MATCH,
	JS_REGEX_LIMIT,  /* gave up: too much memory or time, or too large a pattern */
	JS_REGEX_MEMORY, /* out of memory */
};

/* What patterns have cost one validation; zeroed at first. */
struct js_regex_effort {
	uint64_t spent_ns;   /* for matching risky ones */
	uint64_t compile_ns; /* for code that the thread did not have (any more) */
};

/*
 * Is pattern one that js_regex_create and the matcher take? SCUTE_EINVAL: not by ECMA-262, err
 * says what and at which byte. SCUTE_EUNSUPPORTED: valid, but not to be had here (look-behind
 * of no fixed length, a repetition above 65535). SCUTE_ELIMIT: too long or too large.
 * Memory for a while from arena. Any thread. *ret_code_bytes: of its code, which is what
 * making that costs; 0: it needs none.
 */
enum scute_status js_regex_check(struct scute_str pattern, struct scute_arena *arena,
	size_t *ret_code_bytes, struct scute_error *err);

/* Only the grammar; for format "regex". Allocates nothing. */
bool js_regex_is_valid(struct scute_str pattern);

/* pattern must live as long as arena. Fails like js_regex_check, but does not try PCRE2. */
enum scute_status js_regex_create(struct scute_str pattern, struct scute_arena *arena,
	const struct js_regex **ret_regex, struct scute_error *err);

/*
 * Does regex match anywhere in text (well-formed UTF-8)? Any thread; the caller's own cache of
 * machine code is used and filled. effort may be NULL: no watch over the sum of several matches.
 */
enum js_regex_result js_regex_match(const struct js_regex *regex, struct scute_str text,
	struct js_regex_effort *effort);

/* Frees what the calling thread has cached. Happens by itself when a thread ends. */
void js_regex_thread_finish(void);

#endif
