/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over a pattern of ECMA-262 that checks it and writes it in PCRE2's syntax. There is
 * no tree and no recursion: what has to be known of open groups stands in a small array.
 */
#include "regex_parse.h"

#include <string.h>

#include "support/str.h"

#include "regex.h"

#define SPACES "\\t\\n\\x{0b}\\f\\r\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}" \
	"\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define NO_SPACES "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}" \
	"\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}" \
	"\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"
#define NO_LINE_ENDS "[^\\n\\r\\x{2028}\\x{2029}]"
#define NOTHING "(?!)"
#define ANYTHING "[\\x{0}-\\x{10ffff}]"

/* What stands before the place, for a quantifier to repeat. */
enum before {
	BEFORE_NOTHING,
	BEFORE_ATOM,
	BEFORE_GROUP, /* one whose inside may vary in length or offers a choice */
};

struct group {
	bool no_repeat;   /* a look-behind: may not be repeated */
	bool has_choice;  /* alternatives or a varying repetition inside */
};

struct parser {
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
	enum before before;
	uint32_t depth;
	struct group groups[REGEX_GROUPS_NESTED_MAX];
};

static bool fail_at(struct parser *p, const char *at, const char *reason)
{
	*p->fault = (struct regex_fault){ at, reason, false };
	return false;
}

static bool fail(struct parser *p, const char *reason)
{
	return fail_at(p, p->at, reason);
}

static void put(struct parser *p, const char *text)
{
	if (p->out) {
		buf_append_z(p->out, text);
	}
}

static void put_char(struct parser *p, uint32_t c)
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

static bool is_surrogate(uint32_t c)
{
	return c >= 0xd800 && c <= 0xdfff;
}

/* \d and the like, for use in a class; NULL: c is none of them. */
static const char *class_text(char c)
{
	switch (c) {
	case 'd':
		return "0-9";
	case 'D':
		return "\\D";
	case 'w':
		return "\\w";
	case 'W':
		return "\\W";
	case 's':
		return SPACES;
	case 'S':
		return NO_SPACES;
	default:
		return NULL;
	}
}

/* p->at: at the 'p' or 'P' behind a backslash. */
static bool parse_property(struct parser *p)
{
	const char *begin = p->at;
	bool negated = *begin == 'P';
	const char *close = memchr(begin, '}', (size_t)(p->end - begin));

	if (p->end - begin < 2 || begin[1] != '{' || !close) {
		return fail(p, "a property is written \\p{Name}");
	}
	put(p, negated ? "\\P{" : "\\p{");
	if (!regex_property((struct scute_str){ begin + 2, (size_t)(close - begin - 2) }, p->out)) {
		return fail(p, "not the name of a Unicode property");
	}
	put(p, "}");
	p->at = close + 1;
	return true;
}

/* One member of a class: a character, else *ret_set and it is written already. */
static bool class_member(struct parser *p, uint32_t *ret_char, bool *ret_set)
{
	*ret_set = false;
	if (*p->at != '\\') {
		*ret_char = regex_next_char(&p->at, p->end);
		return true;
	}
	const char *escape = p->at + 1;
	char c = escape < p->end ? *escape : '\0';
	if (class_text(c)) {
		put(p, class_text(c));
		p->at += 2;
		*ret_set = true;
		return true;
	}
	if (c == 'p' || c == 'P') {
		p->at = escape;
		*ret_set = true;
		return parse_property(p);
	}
	if (c == 'b') {
		*ret_char = '\b';
		p->at += 2;
		return true;
	}
	if (!regex_char_escape(&escape, p->end, ret_char)) {
		return fail(p, "no such escape in a class");
	}
	p->at = escape;
	return true;
}

/* Surrogates never occur in text: UTF-8 has none. */
static void put_range(struct parser *p, uint32_t low, uint32_t high)
{
	low = is_surrogate(low) ? 0xe000 : low;
	high = is_surrogate(high) ? 0xd7ff : high;
	if (low > high) {
		return;
	}
	put_char(p, low);
	if (low < high) {
		put(p, "-");
		put_char(p, high);
	}
}

static bool class_item(struct parser *p)
{
	const char *begin = p->at;
	uint32_t low;
	uint32_t high;
	bool low_is_set;
	bool high_is_set;

	if (!class_member(p, &low, &low_is_set)) {
		return false;
	}
	if (p->end - p->at < 2 || p->at[0] != '-' || p->at[1] == ']') {
		if (!low_is_set) {
			put_range(p, low, low);
		}
		return true;
	}
	p->at++;
	if (low_is_set) {
		put(p, "\\-");
		return true; /* what follows the '-' is an item of its own */
	}
	/* Which of the two is a set is known before anything of a range is written. */
	const char *escape = p->at + 1;
	if (*p->at == '\\' && escape < p->end && (class_text(*escape) || (*escape | 0x20) == 'p')) {
		put_range(p, low, low);
		put(p, "\\-");
		return true;
	}
	if (!class_member(p, &high, &high_is_set)) {
		return false;
	}
	if (low > high) {
		return fail_at(p, begin, "a range that runs backwards");
	}
	put_range(p, low, high);
	return true;
}

/* p->at: behind '['. */
static bool parse_class(struct parser *p)
{
	const char *begin = p->at - 1;
	size_t out_begin = p->out ? p->out->len : 0;
	bool negated = p->at < p->end && *p->at == '^';

	p->at += negated;
	put(p, negated ? "[^" : "[");
	size_t out_items = p->out ? p->out->len : 0;
	while (p->at < p->end && *p->at != ']') {
		if (!class_item(p)) {
			return false;
		}
	}
	if (p->at == p->end) {
		return fail_at(p, begin, "a class that is not closed");
	}
	p->at++;
	p->before = BEFORE_ATOM;
	if (p->out && p->out->len == out_items) {
		p->out->len = out_begin;
		put(p, negated ? ANYTHING : NOTHING);
		return true;
	}
	put(p, "]");
	return true;
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
static uint32_t scan_groups(const struct parser *p, struct scute_str name, struct scan *scan)
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

static void put_reference(struct parser *p, uint32_t number)
{
	/* In a group of its own: PCRE2's JIT (10.42) repeats none to a group that took no part. */
	if (p->out) {
		buf_printf(p->out, "(?:\\g{%u})", number);
	}
	p->n_varying++;
	p->before = BEFORE_ATOM;
}

/* p->at: at the first digit behind a backslash. */
static bool parse_back_reference(struct parser *p)
{
	const char *at = p->at;
	uint32_t number = 0;

	while (at < p->end && *at >= '0' && *at <= '9' && number <= p->n_groups) {
		number = number * 10 + (uint32_t)(*at++ - '0');
	}
	if (number > p->n_groups) {
		return fail(p, "a reference to a group that does not exist");
	}
	p->at = at;
	put_reference(p, number);
	return true;
}

/* p->at: at the 'k' behind a backslash. */
static bool parse_named_reference(struct parser *p)
{
	struct scute_str name;
	struct scan scan = { 0 };

	if (p->end - p->at < 2 || p->at[1] != '<' || !name_ends(p->at + 2, p->end, &name)) {
		return fail(p, "a named reference is written \\k<name>");
	}
	uint32_t number = scan_groups(p, name, &scan);
	if (number == 0) {
		return fail(p, "a reference to a group that does not exist");
	}
	p->at = name.data + name.len + 1;
	put_reference(p, number);
	return true;
}

/* p->at: behind the backslash. */
static bool parse_escape(struct parser *p)
{
	char c = p->at < p->end ? *p->at : '\0';
	uint32_t literal;

	if (p->at == p->end) {
		return fail_at(p, p->at - 1, "a backslash at the end");
	}
	if (c == 'b' || c == 'B') {
		put(p, c == 'b' ? "\\b" : "\\B");
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
		return parse_property(p);
	}
	if (class_text(c)) {
		put(p, "[");
		put(p, class_text(c));
		put(p, "]");
		p->at++;
		return true;
	}
	if (!regex_char_escape(&p->at, p->end, &literal)) {
		return fail_at(p, p->at - 1, "no such escape");
	}
	if (is_surrogate(literal)) {
		put(p, NOTHING);
	} else {
		put_char(p, literal);
	}
	return true;
}

/* p->at: behind '('. Look-aheads may be repeated (Annex B), look-behinds not. */
static bool parse_group(struct parser *p)
{
	struct group group = { false, false };
	struct scan scan = { 0 };
	struct scute_str name;
	uint32_t left = (uint32_t)(p->end - p->at);
	const char *opening = p->captures ? "(" : "(?:";

	if (p->depth == REGEX_GROUPS_NESTED_MAX) {
		fail_at(p, p->at - 1, "groups are nested too deeply");
		p->fault->unsupported = true;
		return false;
	}
	if (is_named_group(p->at - 1, p->end)) {
		if (!name_ends(p->at + 2, p->end, &name)) {
			return fail(p, "a group has no proper name");
		}
		scan_groups(p, name, &scan);
		if (name.data != scan.name.data) {
			return fail(p, "two groups of the same name");
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
			return fail(p, "no such kind of group");
		}
		p->at += strlen(opening) - 1;
		group.no_repeat = opening[2] == '<';
	}
	put(p, opening);
	p->groups[p->depth++] = group;
	p->before = BEFORE_NOTHING;
	return true;
}

static bool parse_group_end(struct parser *p)
{
	if (p->depth == 0) {
		return fail_at(p, p->at - 1, "a ')' that closes nothing");
	}
	const struct group *group = &p->groups[--p->depth];
	put(p, ")");
	p->before = group->no_repeat ? BEFORE_NOTHING :
		    group->has_choice ? BEFORE_GROUP : BEFORE_ATOM;
	if (group->has_choice && p->depth > 0) {
		p->groups[p->depth - 1].has_choice = true;
	}
	return true;
}

static bool parse_quantifier(struct parser *p, uint32_t min, uint32_t max, const char *begin)
{
	if (p->before == BEFORE_NOTHING) {
		return fail_at(p, begin, "nothing to repeat");
	}
	if (min > max) {
		return fail_at(p, begin, "a repetition whose bounds are the wrong way round");
	}
	if (min > REGEX_REPEAT_MAX || (max > REGEX_REPEAT_MAX && max != UINT32_MAX)) {
		fail_at(p, begin, "a repetition of more than 65535 times");
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
		put(p, "?");
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

static bool parse_plain(struct parser *p)
{
	uint32_t c = regex_next_char(&p->at, p->end);

	p->before = BEFORE_ATOM;
	switch (c) {
	case '^':
	case '$':
		put(p, c == '^' ? "^" : "$");
		p->anchored |= c == '^' && p->at - 1 == p->begin;
		p->before = BEFORE_NOTHING;
		return true;
	case '.':
		put(p, NO_LINE_ENDS);
		return true;
	case '|':
		put(p, "|");
		p->before = BEFORE_NOTHING;
		if (p->depth > 0) {
			p->groups[p->depth - 1].has_choice = true;
		} else {
			p->has_top_choice = true;
		}
		return true;
	case '[':
		return parse_class(p);
	case '(':
		return parse_group(p);
	case ')':
		return parse_group_end(p);
	case '\\':
		return parse_escape(p);
	default:
		put_char(p, c);
		return true;
	}
}

static bool parse_all(struct parser *p)
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
	return p->depth == 0 || fail(p, "a group that is not closed");
}

bool regex_parse(struct scute_str pattern, struct buf *out, bool *ret_risky,
	struct regex_fault *fault)
{
	struct parser p = {
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
		fail(&p, "too many names of groups and references to them");
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
