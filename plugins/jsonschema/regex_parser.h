/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of patterns while it is at work; private to regex_parse.c and regex_class.c. */
#ifndef JSONSCHEMA_REGEX_PARSER_H
#define JSONSCHEMA_REGEX_PARSER_H

#include "regex_parse.h"

/* In PCRE2's syntax: what matches nowhere, and any character. */
#define REGEX_NOTHING "(?!)"
#define REGEX_ANYTHING "[\\x{0}-\\x{10ffff}]"

/* What stands before the place, for a quantifier to repeat. */
enum regex_before {
	BEFORE_NOTHING,
	BEFORE_ATOM,
	BEFORE_GROUP, /* one whose inside may vary in length or offers a choice */
};

struct regex_group {
	bool no_repeat;   /* a look-behind: may not be repeated */
	bool has_choice;  /* alternatives or a varying repetition inside */
};

struct regex_parser {
	const char *begin;
	const char *at;
	const char *end;
	struct buf *out; /* NULL: check only */
	struct regex_fault *fault;
	uint32_t n_groups;     /* that capture, in the whole pattern */
	bool captures;         /* something refers back: groups have to be kept */
	bool anchored;         /* begins with ^, outside of any alternative */
	uint32_t n_varying;    /* repetitions of no fixed number */
	bool is_nested;        /* a varying repetition of what has a choice inside */
	bool has_top_choice;
	enum regex_before before;
	uint32_t depth;
	struct regex_group groups[REGEX_GROUPS_NESTED_MAX];
};

static inline bool regex_is_surrogate(uint32_t c)
{
	return c >= 0xd800 && c <= 0xdfff;
}

/* Both always false. */
bool regex_fail_at(struct regex_parser *p, const char *at, const char *reason);
bool regex_fail(struct regex_parser *p, const char *reason);

/* To the output, if there is one: as it is, and as a character that means itself. */
void regex_put(struct regex_parser *p, const char *text);
void regex_put_char(struct regex_parser *p, uint32_t c);

/* regex_class.c: \d and the like, for use in a class; NULL: c is none of them. */
const char *regex_class_text(char c);
/* p->at: at the 'p' or 'P' behind a backslash. */
bool regex_parse_property(struct regex_parser *p);
/* p->at: behind '['. */
bool regex_parse_class(struct regex_parser *p);

#endif
