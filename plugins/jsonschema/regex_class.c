/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of characters in patterns: brackets, \d and its like, \p{..}. */
#include "regex_parser.h"

#include <string.h>

#define SPACES "\\t\\n\\x{0b}\\f\\r\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}" \
	"\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define NO_SPACES "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}" \
	"\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}" \
	"\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

const char *regex_class_text(char c)
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

bool regex_parse_property(struct regex_parser *p)
{
	const char *begin = p->at;
	bool negated = *begin == 'P';
	const char *close = memchr(begin, '}', (size_t)(p->end - begin));

	if (p->end - begin < 2 || begin[1] != '{' || !close) {
		return regex_fail(p, "a property is written \\p{Name}");
	}
	regex_put(p, negated ? "\\P{" : "\\p{");
	if (!regex_property((struct scute_str){ begin + 2, (size_t)(close - begin - 2) }, p->out)) {
		return regex_fail(p, "not the name of a Unicode property");
	}
	regex_put(p, "}");
	p->at = close + 1;
	return true;
}

/* One member of a class: a character, else *ret_set and it is written already. */
static bool class_member(struct regex_parser *p, uint32_t *ret_char, bool *ret_set)
{
	*ret_set = false;
	if (*p->at != '\\') {
		*ret_char = regex_next_char(&p->at, p->end);
		return true;
	}
	const char *escape = p->at + 1;
	char c = escape < p->end ? *escape : '\0';
	if (regex_class_text(c)) {
		regex_put(p, regex_class_text(c));
		p->at += 2;
		*ret_set = true;
		return true;
	}
	if (c == 'p' || c == 'P') {
		p->at = escape;
		*ret_set = true;
		return regex_parse_property(p);
	}
	if (c == 'b') {
		*ret_char = '\b';
		p->at += 2;
		return true;
	}
	if (!regex_char_escape(&escape, p->end, ret_char)) {
		return regex_fail(p, "no such escape in a class");
	}
	p->at = escape;
	return true;
}

/* Surrogates never occur in text: UTF-8 has none. */
static void put_range(struct regex_parser *p, uint32_t low, uint32_t high)
{
	low = regex_is_surrogate(low) ? 0xe000 : low;
	high = regex_is_surrogate(high) ? 0xd7ff : high;
	if (low > high) {
		return;
	}
	regex_put_char(p, low);
	if (low < high) {
		regex_put(p, "-");
		regex_put_char(p, high);
	}
}

static bool class_item(struct regex_parser *p)
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
		regex_put(p, "\\-");
		return true; /* what follows the '-' is an item of its own */
	}
	/* Which of the two is a set is known before anything of a range is written. */
	const char *escape = p->at + 1;
	if (*p->at == '\\' && escape < p->end &&
	    (regex_class_text(*escape) || (*escape | 0x20) == 'p')) {
		put_range(p, low, low);
		regex_put(p, "\\-");
		return true;
	}
	if (!class_member(p, &high, &high_is_set)) {
		return false;
	}
	if (low > high) {
		return regex_fail_at(p, begin, "a range that runs backwards");
	}
	put_range(p, low, high);
	return true;
}

bool regex_parse_class(struct regex_parser *p)
{
	const char *begin = p->at - 1;
	size_t out_begin = p->out ? p->out->len : 0;
	bool negated = p->at < p->end && *p->at == '^';

	p->at += negated;
	regex_put(p, negated ? "[^" : "[");
	size_t out_items = p->out ? p->out->len : 0;
	while (p->at < p->end && *p->at != ']') {
		if (!class_item(p)) {
			return false;
		}
	}
	if (p->at == p->end) {
		return regex_fail_at(p, begin, "a class that is not closed");
	}
	p->at++;
	p->before = BEFORE_ATOM;
	if (p->out && p->out->len == out_items) {
		p->out->len = out_begin;
		regex_put(p, negated ? REGEX_ANYTHING : REGEX_NOTHING);
		return true;
	}
	regex_put(p, "]");
	return true;
}
