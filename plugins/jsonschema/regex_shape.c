/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns that need no engine. Most of those in schemas are a literal text with or without
 * anchors, or a row of classes of ASCII (or all but some ASCII) between ^ and $ in which each
 * repetition ends where the next class begins, so that a single walk decides.
 */
#include "regex_parse.h"

#include <string.h>

#include "support/str.h"

#include "regex.h"

enum {
	STEPS_MAX = 64,
	LITERAL_MAX = 256,
};

struct shape {
	const char *at;
	const char *end;
	bool begins;     /* with ^ */
	bool ends;       /* with $ */
	bool is_literal; /* each step is one character, once */
	size_t n;
	struct js_regex_step steps[STEPS_MAX];
	char literal[LITERAL_MAX];
	size_t literal_len;
};

static void set_add(struct js_regex_step *step, uint32_t low, uint32_t high)
{
	for (uint32_t c = low; c <= high; c++) {
		step->set[c / 64] |= (uint64_t)1 << (c % 64);
	}
}

/* \d or \w, as a set. Moves *at behind it only when it is one. */
static bool take_set_escape(struct shape *s, struct js_regex_step *step)
{
	if (s->end - s->at < 2 || s->at[0] != '\\' || (s->at[1] != 'd' && s->at[1] != 'w')) {
		return false;
	}
	set_add(step, '0', '9');
	if (s->at[1] == 'w') {
		set_add(step, 'A', 'Z');
		set_add(step, 'a', 'z');
		set_add(step, '_', '_');
	}
	s->at += 2;
	return true;
}

/* A character of ASCII, plain or escaped. */
static bool take_char(struct shape *s, const char *special, uint32_t *ret_char)
{
	uint32_t c = (unsigned char)*s->at;

	if (c == '\\') {
		const char *in = s->at + 1;
		if (!regex_char_escape(&in, s->end, &c) || c >= 0x80) {
			return false;
		}
		s->at = in;
	} else {
		if (c >= 0x80 || c == 0 || strchr(special, (int)c)) {
			return false;
		}
		s->at++;
	}
	*ret_char = c;
	return true;
}

static void set_negate(struct js_regex_step *step)
{
	step->set[0] = ~step->set[0];
	step->set[1] = ~step->set[1];
	step->beyond = true;
}

static bool take_class(struct shape *s, struct js_regex_step *step)
{
	s->at++;
	bool negated = s->at < s->end && *s->at == '^';
	s->at += negated;
	if (s->at < s->end && *s->at == ']') {
		return false;
	}
	while (s->at < s->end && *s->at != ']') {
		uint32_t low;
		uint32_t high;
		if (take_set_escape(s, step)) {
			/* "[\w-x]": rare, and whether '-' is one is not for here */
			if (s->at < s->end && *s->at == '-') {
				return false;
			}
			continue;
		}
		if (!take_char(s, "", &low)) {
			return false;
		}
		high = low;
		if (s->end - s->at >= 2 && s->at[0] == '-' && s->at[1] != ']') {
			s->at++;
			if (!take_char(s, "", &high) || high < low) {
				return false;
			}
		}
		set_add(step, low, high);
	}
	if (negated) {
		set_negate(step);
	}
	return s->at++ < s->end;
}

static bool take_step(struct shape *s, struct js_regex_step *step)
{
	uint32_t c;

	*step = (struct js_regex_step){ .min = 1, .max = 1 };
	if (take_set_escape(s, step)) {
		s->is_literal = false;
	} else if (*s->at == '[') {
		s->is_literal = false;
		if (!take_class(s, step)) {
			return false;
		}
	} else {
		if (!take_char(s, ".^$|()[]{}*+?", &c)) {
			return false;
		}
		set_add(step, c, c);
		if (s->literal_len < LITERAL_MAX) {
			s->literal[s->literal_len] = (char)c;
		}
		s->literal_len++;
	}
	if (regex_quantifier(&s->at, s->end, &step->min, &step->max)) {
		s->is_literal = false;
		return s->at == s->end || *s->at != '?'; /* lazy: not for here */
	}
	return true;
}

/* Only literals, however long; else no more than STEPS_MAX steps. */
static bool take_steps(struct shape *s)
{
	struct js_regex_step beyond;

	s->is_literal = true;
	if (s->at < s->end && *s->at == '^') {
		s->begins = true;
		s->at++;
	}
	while (s->at < s->end) {
		if (*s->at == '$' && s->at + 1 == s->end) {
			s->ends = true;
			return true;
		}
		if (!take_step(s, s->n < STEPS_MAX ? &s->steps[s->n] : &beyond)) {
			return false;
		}
		s->n++;
		if (!s->is_literal && s->n > STEPS_MAX) {
			return false;
		}
	}
	return true;
}

static bool overlap(const struct js_regex_step *a, const struct js_regex_step *b)
{
	return (a->set[0] & b->set[0]) != 0 || (a->set[1] & b->set[1]) != 0 ||
	       (a->beyond && b->beyond);
}

/* May each step take all it can get without ever having to give something back? */
static bool is_deterministic(const struct shape *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->steps[i].min == s->steps[i].max) {
			continue;
		}
		for (size_t k = i + 1; k < s->n; k++) {
			if (overlap(&s->steps[i], &s->steps[k])) {
				return false;
			}
			if (s->steps[k].min > 0) {
				break;
			}
		}
	}
	return true;
}

static bool keep_literal(struct js_regex *regex, const struct shape *s, struct scute_arena *arena)
{
	char *copy = scute_alloc(arena, s->literal_len);

	if (!copy) {
		return false;
	}
	memcpy(copy, s->literal, s->literal_len);
	regex->literal = (struct scute_str){ copy, s->literal_len };
	regex->shape = s->begins && s->ends ? JS_REGEX_EQUALS :
		       s->begins ? JS_REGEX_BEGINS : s->ends ? JS_REGEX_ENDS : JS_REGEX_CONTAINS;
	if (s->literal_len == 0 && regex->shape != JS_REGEX_EQUALS) {
		regex->shape = JS_REGEX_ANY;
	}
	return true;
}

static bool keep_steps(struct js_regex *regex, const struct shape *s, struct scute_arena *arena)
{
	struct js_regex_step *steps = scute_alloc(arena, s->n * sizeof(*steps));

	if (!steps) {
		return false;
	}
	memcpy(steps, s->steps, s->n * sizeof(*steps));
	regex->steps = steps;
	regex->n_steps = (uint16_t)s->n;
	regex->shape = JS_REGEX_STEPS;
	return true;
}

bool regex_find_shape(struct js_regex *regex, struct scute_arena *arena)
{
	struct scute_str text = regex->source;
	struct shape s;

	if (str_eq_z(text, ".*") || str_eq_z(text, "^.*") || str_eq_z(text, ".*$")) {
		regex->shape = JS_REGEX_ANY; /* the one at the end finds the empty text there */
		return true;
	}
	s.begins = s.ends = false;
	s.n = s.literal_len = 0;
	s.at = text.len > 0 ? text.data : "";
	s.end = s.at + text.len;
	if (!take_steps(&s)) {
		return true;
	}
	if (s.is_literal) {
		return s.literal_len > LITERAL_MAX || keep_literal(regex, &s, arena);
	}
	if (s.begins && s.ends && is_deterministic(&s)) {
		return keep_steps(regex, &s, arena);
	}
	return true;
}

static bool in_set(const struct js_regex_step *step, unsigned char c)
{
	return c < 0x80 ? (step->set[c / 64] >> (c % 64) & 1) != 0 : step->beyond;
}

/* Bytes of as many characters as the step takes; *ret_n: how many those are. */
static size_t step_take(const struct js_regex_step *step, const unsigned char *at, size_t left,
	uint32_t *ret_n)
{
	size_t bytes = 0;
	uint32_t n = 0;

	while (bytes < left && n < step->max && in_set(step, at[bytes])) {
		bytes++;
		n++;
		/* The rest of the character. */
		while (step->beyond && bytes < left && (at[bytes] & 0xc0) == 0x80) {
			bytes++;
		}
	}
	*ret_n = n;
	return bytes;
}

static bool steps_match(const struct js_regex *regex, struct scute_str text)
{
	const unsigned char *at = (const unsigned char *)text.data;
	size_t left = text.len;

	for (size_t i = 0; i < regex->n_steps; i++) {
		uint32_t n;
		size_t bytes = step_take(&regex->steps[i], at, left, &n);
		if (n < regex->steps[i].min) {
			return false;
		}
		at += bytes;
		left -= bytes;
	}
	return left == 0;
}

bool regex_shape_match(const struct js_regex *regex, struct scute_str text)
{
	struct scute_str literal = regex->literal;

	switch (regex->shape) {
	case JS_REGEX_ANY:
		return true;
	case JS_REGEX_EQUALS:
		return str_eq(text, literal);
	case JS_REGEX_BEGINS:
		return str_starts(text, literal);
	case JS_REGEX_ENDS:
		return str_ends(text, literal);
	case JS_REGEX_CONTAINS:
		return text.len >= literal.len &&
		       memmem(text.data, text.len, literal.data, literal.len) != NULL;
	default:
		return text.len > 0 ? steps_match(regex, text) :
				      steps_match(regex, (struct scute_str){ "", 0 });
	}
}
