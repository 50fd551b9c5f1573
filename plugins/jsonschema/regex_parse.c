/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over a pattern of ECMA-262 that checks it and writes it in PCRE2's syntax. There is
 * no tree and no recursion: what has to be known of open groups stands in a small array.
 */
#include "regex_parser.h"

#include <string.h>

#include "support/str.h"

#include "regex.h"

#define NO_LINE_ENDS "[^\\n\\r\\x{2028}\\x{2029}]"

bool regex_fail_at(struct regex_parser *p, const char *at, const char *reason)
{
	*p->fault = (struct regex_fault){ at, reason, false };
	return false;
}

bool regex_fail(struct regex_parser *p, const char *reason)
{
	return regex_fail_at(p, p->at, reason);
}

void regex_put(struct regex_parser *p, const char *text)
{
	if (p->out) {
		buf_append_z(p->out, text);
	}
}

void regex_put_char(struct regex_parser *p, uint32_t c)
{
	char utf8[4];

	if (!p->out) {
		return;
	}
	if (c < 0x20 || c == 0x7f) {
		buf_printf(p->out, "\\x{%x}", c);
		return;
	}
	if (c < 0x80 && !regex_is_word(c)) {
		buf_append_byte(p->out, '\\');
	}
	buf_append(p->out, utf8, str_put_utf8(utf8, c));
}

static bool name_ends(const char *at, const char *end, struct scute_str *ret_name)
{
	const char *close = at < end ? memchr(at, '>', (size_t)(end - at)) : NULL;

	if (!close || close == at || (*at >= '0' && *at <= '9')) {
		return false;
	}
	for (const char *c = at; c < close; c++) {
		if ((unsigned char)*c < 0x80 && !regex_is_word((unsigned char)*c) && *c != '$') {
			return false;
		}
	}
	*ret_name = (struct scute_str){ at, (size_t)(close - at) };
	return true;
}

static bool is_named_group(const char *at, const char *end)
{
	return end - at >= 4 && at[0] == '(' && at[1] == '?' && at[2] == '<' && at[3] != '=' &&
	       at[3] != '!';
}

/* What a walk over a pattern counts. */
struct scan {
	uint32_t n_groups; /* that capture */
	uint32_t n_named;
	uint32_t n_references;
	struct scute_str name; /* where the one that was looked for stands */
};

/*
 * Walks over the groups that capture, outside of classes and escapes. Number of that name;
 * 0: none has it. name.data NULL: walks to the end and counts.
 */
static uint32_t scan_groups(const struct regex_parser *p, struct scute_str name, struct scan *scan)
{
	bool in_class = false;

	for (const char *at = p->begin; at < p->end; at++) {
		if (*at == '\\') {
			at++;
			scan->n_references += !in_class && at < p->end &&
				((*at >= '1' && *at <= '9') || *at == 'k');
		} else if (in_class) {
			in_class = *at != ']';
		} else if (*at == '[') {
			in_class = true;
		} else if (*at == '(') {
			struct scute_str own = { NULL, 0 };
			bool named = is_named_group(at, p->end);
			scan->n_groups += named || at + 1 == p->end || at[1] != '?';
			scan->n_named += named;
			if (name.data && named && name_ends(at + 3, p->end, &own) &&
			    str_eq(own, name)) {
				scan->name = own;
				return scan->n_groups;
			}
		}
	}
	return 0;
}

static void put_reference(struct regex_parser *p, uint32_t number)
{
	/* In a group of its own: PCRE2's JIT (10.42) repeats none to a group that took no part. */
	if (p->out) {
		buf_printf(p->out, "(?:\\g{%u})", number);
	}
	p->n_varying++;
	p->before = BEFORE_ATOM;
}

/* p->at: at the first digit behind a backslash. */
static bool parse_back_reference(struct regex_parser *p)
{
	const char *at = p->at;
	uint32_t number = 0;

	while (at < p->end && *at >= '0' && *at <= '9' && number <= p->n_groups) {
		number = number * 10 + (uint32_t)(*at++ - '0');
	}
	if (number > p->n_groups) {
		return regex_fail(p, "a reference to a group that does not exist");
	}
	p->at = at;
	put_reference(p, number);
	return true;
}

/* p->at: at the 'k' behind a backslash. */
static bool parse_named_reference(struct regex_parser *p)
{
	struct scute_str name;
	struct scan scan = { 0 };

	if (p->end - p->at < 2 || p->at[1] != '<' || !name_ends(p->at + 2, p->end, &name)) {
		return regex_fail(p, "a named reference is written \\k<name>");
	}
	uint32_t number = scan_groups(p, name, &scan);
	if (number == 0) {
		return regex_fail(p, "a reference to a group that does not exist");
	}
	p->at = name.data + name.len + 1;
	put_reference(p, number);
	return true;
}

/* p->at: behind the backslash. */
static bool parse_escape(struct regex_parser *p)
{
	char c = p->at < p->end ? *p->at : '\0';
	uint32_t literal;

	if (p->at == p->end) {
		return regex_fail_at(p, p->at - 1, "a backslash at the end");
	}
	if (c == 'b' || c == 'B') {
		regex_put(p, c == 'b' ? "\\b" : "\\B");
		p->at++;
		p->before = BEFORE_NOTHING;
		return true;
	}
	if (c >= '1' && c <= '9') {
		return parse_back_reference(p);
	}
	if (c == 'k') {
		return parse_named_reference(p);
	}
	p->before = BEFORE_ATOM;
	if (c == 'p' || c == 'P') {
		return regex_parse_property(p);
	}
	if (regex_class_text(c)) {
		regex_put(p, "[");
		regex_put(p, regex_class_text(c));
		regex_put(p, "]");
		p->at++;
		return true;
	}
	if (!regex_char_escape(&p->at, p->end, &literal)) {
		return regex_fail_at(p, p->at - 1, "no such escape");
	}
	if (regex_is_surrogate(literal)) {
		regex_put(p, REGEX_NOTHING);
	} else {
		regex_put_char(p, literal);
	}
	return true;
}

/* p->at: behind '('. Look-aheads may be repeated (Annex B), look-behinds not. */
static bool parse_group(struct regex_parser *p)
{
	struct regex_group group = { false, false };
	struct scan scan = { 0 };
	struct scute_str name;
	uint32_t left = (uint32_t)(p->end - p->at);
	const char *opening = p->captures ? "(" : "(?:";

	if (p->depth == REGEX_GROUPS_NESTED_MAX) {
		regex_fail_at(p, p->at - 1, "groups are nested too deeply");
		p->fault->unsupported = true;
		return false;
	}
	if (is_named_group(p->at - 1, p->end)) {
		if (!name_ends(p->at + 2, p->end, &name)) {
			return regex_fail(p, "a group has no proper name");
		}
		scan_groups(p, name, &scan);
		if (name.data != scan.name.data) {
			return regex_fail(p, "two groups of the same name");
		}
		p->at = name.data + name.len + 1;
	} else if (left >= 1 && p->at[0] == '?') {
		static const char *const openings[] = { "(?:", "(?=", "(?!", "(?<=", "(?<!" };
		struct scute_str rest = { p->at - 1, left + 1 };
		opening = NULL;
		for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
			if (str_starts(rest, str_z(openings[i]))) {
				opening = openings[i];
			}
		}
		if (!opening) {
			return regex_fail(p, "no such kind of group");
		}
		p->at += strlen(opening) - 1;
		group.no_repeat = opening[2] == '<';
	}
	regex_put(p, opening);
	p->groups[p->depth++] = group;
	p->before = BEFORE_NOTHING;
	return true;
}

static bool parse_group_end(struct regex_parser *p)
{
	if (p->depth == 0) {
		return regex_fail_at(p, p->at - 1, "a ')' that closes nothing");
	}
	const struct regex_group *group = &p->groups[--p->depth];
	regex_put(p, ")");
	p->before = group->no_repeat ? BEFORE_NOTHING :
		    group->has_choice ? BEFORE_GROUP : BEFORE_ATOM;
	if (group->has_choice && p->depth > 0) {
		p->groups[p->depth - 1].has_choice = true;
	}
	return true;
}

static bool parse_quantifier(struct regex_parser *p, uint32_t min, uint32_t max, const char *begin)
{
	if (p->before == BEFORE_NOTHING) {
		return regex_fail_at(p, begin, "nothing to repeat");
	}
	if (min > max) {
		return regex_fail_at(p, begin, "a repetition whose bounds are the wrong way round");
	}
	if (min > REGEX_REPEAT_MAX || (max > REGEX_REPEAT_MAX && max != UINT32_MAX)) {
		regex_fail_at(p, begin, "a repetition of more than 65535 times");
		p->fault->unsupported = true;
		return false;
	}
	if (p->out && max == UINT32_MAX) {
		buf_printf(p->out, "{%u,}", min);
	} else if (p->out) {
		buf_printf(p->out, "{%u,%u}", min, max);
	}
	if (p->at < p->end && *p->at == '?') {
		p->at++;
		regex_put(p, "?");
	}
	p->is_nested |= p->before == BEFORE_GROUP && max > 1;
	if (min != max) {
		p->n_varying += max > 1;
		if (p->depth > 0) {
			p->groups[p->depth - 1].has_choice = true;
		}
	}
	p->before = BEFORE_NOTHING;
	return true;
}

static bool parse_plain(struct regex_parser *p)
{
	uint32_t c = regex_next_char(&p->at, p->end);

	p->before = BEFORE_ATOM;
	switch (c) {
	case '^':
	case '$':
		regex_put(p, c == '^' ? "^" : "$");
		p->anchored |= c == '^' && p->at - 1 == p->begin;
		p->before = BEFORE_NOTHING;
		return true;
	case '.':
		regex_put(p, NO_LINE_ENDS);
		return true;
	case '|':
		regex_put(p, "|");
		p->before = BEFORE_NOTHING;
		if (p->depth > 0) {
			p->groups[p->depth - 1].has_choice = true;
		} else {
			p->has_top_choice = true;
		}
		return true;
	case '[':
		return regex_parse_class(p);
	case '(':
		return parse_group(p);
	case ')':
		return parse_group_end(p);
	case '\\':
		return parse_escape(p);
	default:
		regex_put_char(p, c);
		return true;
	}
}

static bool parse_all(struct regex_parser *p)
{
	uint32_t min;
	uint32_t max;

	while (p->at < p->end) {
		const char *begin = p->at;
		if (regex_quantifier(&p->at, p->end, &min, &max)) {
			if (!parse_quantifier(p, min, max, begin)) {
				return false;
			}
		} else if (!parse_plain(p)) {
			return false;
		}
	}
	return p->depth == 0 || regex_fail(p, "a group that is not closed");
}

bool regex_parse(struct scute_str pattern, struct buf *out, bool *ret_risky,
	struct regex_fault *fault)
{
	struct regex_parser p = {
		.begin = pattern.len > 0 ? pattern.data : "", .out = out, .fault = fault,
	};
	struct scan scan = { 0 };

	p.at = p.begin;
	p.end = p.begin + pattern.len;
	scan_groups(&p, (struct scute_str){ NULL, 0 }, &scan);
	p.n_groups = scan.n_groups;
	p.captures = scan.n_references > 0;
	/* Each name means a walk over the pattern. */
	uint32_t n_walks = scan.n_references + scan.n_named;
	if (n_walks > REGEX_REFERENCES_MAX ||
	    (n_walks > 0 && pattern.len > JS_PATTERN_BYTES_MAX)) {
		regex_fail(&p, "too many names of groups and references to them");
		fault->unsupported = true;
		return false;
	}
	if (!parse_all(&p)) {
		return false;
	}
	*ret_risky = p.is_nested ||
		     p.n_varying > (p.anchored && !p.has_top_choice ? 1u : 0u);
	return true;
}
