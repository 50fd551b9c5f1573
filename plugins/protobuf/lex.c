/* SPDX-License-Identifier: Apache-2.0 */
/* The scanner: white space, comments, identifiers, numbers, string literals, punctuation. */
#include "lex.h"

#include <stdlib.h>
#include <string.h>

#include "support/str.h"

enum {
	CLASS_SPACE = 1,  /* but not '\n' */
	CLASS_LETTER = 2, /* with '_' */
	CLASS_DIGIT = 4,
	CLASS_HEX = 8,
};

static const uint8_t classes[256] = {
	[' '] = CLASS_SPACE, ['\t'] = CLASS_SPACE, ['\r'] = CLASS_SPACE, ['\v'] = CLASS_SPACE,
	['\f'] = CLASS_SPACE,
	['0' ... '9'] = CLASS_DIGIT | CLASS_HEX,
	['a' ... 'f'] = CLASS_LETTER | CLASS_HEX, ['g' ... 'z'] = CLASS_LETTER,
	['A' ... 'F'] = CLASS_LETTER | CLASS_HEX, ['G' ... 'Z'] = CLASS_LETTER,
	['_'] = CLASS_LETTER,
};

static bool is(char c, unsigned mask)
{
	return (classes[(unsigned char)c] & mask) != 0;
}

static void bad(struct lexer *lexer, const char *at, const char *reason)
{
	lexer->fault = reason;
	lexer->fault_offset = (uint32_t)(at - lexer->start);
	lexer->token.kind = TOKEN_BAD;
	lexer->token.symbol = 0;
	lexer->token.text = (struct scute_str){ NULL, 0 };
	lexer->token.offset = lexer->fault_offset;
	lexer->at = lexer->end;
}

/* Newlines seen since the token or comment before. */
struct gap {
	unsigned newlines;
	bool moved; /* off the line of the token before */
};

static bool keep_comment(struct lexer *lexer, const char *from, const char *to, struct gap *gap)
{
	struct pb_comment *comment;

	if (lexer->n_comments_max == 0) {
		bad(lexer, lexer->at, "too many comments");
		return false;
	}
	comment = scute_alloc(lexer->arena, sizeof(*comment));
	if (!comment) {
		bad(lexer, lexer->at, NULL);
		return false;
	}
	lexer->n_comments_max--;
	*comment = (struct pb_comment){ .text = { from, (size_t)(to - from) },
		.blank_before = gap->newlines > 1 };
	*lexer->comments_end = comment;
	lexer->comments_end = &comment->next;
	if (!gap->moved) {
		lexer->n_same_line++;
	}
	return true;
}

/* At a slash. The byte behind the comment; NULL: none, or the token is bad now. */
static const char *skip_comment(struct lexer *lexer, const char *at, struct gap *gap)
{
	const char *end = lexer->end;
	const char *to;

	if (end - at >= 2 && at[1] == '/') {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline ? newline : end;
		to = next;
		while (to > at && is(to[-1], CLASS_SPACE)) {
			to--;
		}
		return keep_comment(lexer, at, to, gap) ? next : NULL;
	}
	if (end - at < 2 || at[1] != '*') {
		return NULL;
	}
	to = memmem(at + 2, (size_t)(end - at - 2), "*/", 2);
	if (!to) {
		bad(lexer, at, "a comment is not closed");
		return NULL;
	}
	return keep_comment(lexer, at, to + 2, gap) ? to + 2 : NULL;
}

/* NULL: the token is bad now. */
static const char *skip_space(struct lexer *lexer, const char *at)
{
	struct gap gap = { .moved = at == lexer->start };
	struct pb_comment *last = NULL;

	for (; at < lexer->end; ) {
		if (is(*at, CLASS_SPACE)) {
			at++;
		} else if (*at == '\n') {
			gap.newlines++;
			gap.moved = true;
			if (last && gap.newlines > 1) {
				last->blank_after = true;
			}
			at++;
		} else if (*at == '/') {
			struct pb_comment **place = lexer->comments_end;
			const char *next = skip_comment(lexer, at, &gap);
			if (!next) {
				return lexer->token.kind == TOKEN_BAD ? NULL : at;
			}
			at = next;
			last = *place;
			gap.newlines = 0;
		} else {
			break;
		}
	}
	return at;
}

static const char *skip_class(const char *at, const char *end, unsigned mask)
{
	while (at < end && is(*at, mask)) {
		at++;
	}
	return at;
}

/* Behind the integral digits, or at the point. */
static const char *scan_fraction(struct lexer *lexer, const char *at, const char *start)
{
	if (at < lexer->end && *at == '.') {
		lexer->token.kind = TOKEN_FLOAT;
		at = skip_class(at + 1, lexer->end, CLASS_DIGIT);
	}
	if (at < lexer->end && (*at == 'e' || *at == 'E')) {
		lexer->token.kind = TOKEN_FLOAT;
		at++;
		if (at < lexer->end && (*at == '-' || *at == '+')) {
			at++;
		}
		if (at == lexer->end || !is(*at, CLASS_DIGIT)) {
			bad(lexer, start, "an exponent has digits");
			return NULL;
		}
		at = skip_class(at, lexer->end, CLASS_DIGIT);
	}
	return at;
}

static const char *scan_number(struct lexer *lexer, const char *start)
{
	const char *end = lexer->end;
	const char *at = start;

	lexer->token.kind = TOKEN_INTEGER;
	if (*at == '0' && end - at > 1 && (at[1] == 'x' || at[1] == 'X')) {
		at = skip_class(at + 2, end, CLASS_HEX);
		if (at == start + 2) {
			bad(lexer, start, "\"0x\" is followed by hexadecimal digits");
			return NULL;
		}
	} else {
		at = skip_class(at, end, CLASS_DIGIT);
		const char *digits_end = at;
		at = scan_fraction(lexer, at, start);
		if (!at) {
			return NULL;
		}
		if (lexer->token.kind == TOKEN_INTEGER && *start == '0') {
			for (const char *c = start; c < digits_end; c++) {
				if (*c > '7') {
					bad(lexer, start, "a number that begins with 0 is octal");
					return NULL;
				}
			}
		}
	}
	if (at < end && is(*at, CLASS_LETTER | CLASS_DIGIT)) {
		bad(lexer, at, "a space is needed between a number and a name");
		return NULL;
	}
	if (at < end && *at == '.') {
		bad(lexer, at, "a number has one point, and none when it is hexadecimal");
		return NULL;
	}
	return at;
}

static unsigned hex_digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
}

/* Up to n hexadecimal digits. */
static const char *scan_hex(const char *at, const char *end, unsigned n, uint32_t *ret_value)
{
	uint32_t value = 0;

	for (; n > 0 && at < end && is(*at, CLASS_HEX); n--) {
		value = value * 16 + hex_digit(*at++);
	}
	*ret_value = value;
	return at;
}

/* Behind the backslash; the byte behind the escape, or NULL when it is none. */
static const char *scan_escape(const char *at, const char *end)
{
	uint32_t value;
	const char *digits = at + 1;

	if (at == end) {
		return NULL;
	}
	switch (*at) {
	case 'x':
	case 'X':
		at = scan_hex(digits, end, 2, &value);
		return at == digits ? NULL : at;
	case 'u':
		at = scan_hex(digits, end, 4, &value);
		return at == digits + 4 ? at : NULL;
	case 'U':
		at = scan_hex(digits, end, 8, &value);
		return at == digits + 8 && value <= 0x10ffff ? at : NULL;
	case '0' ... '7':
		for (unsigned n = 0; n < 3 && at < end && *at >= '0' && *at <= '7'; n++) {
			at++;
		}
		return at;
	default:
		return strchr("abfnrtv\\?'\"", *at) && *at != 0 ? at + 1 : NULL;
	}
}

static const char *scan_string(struct lexer *lexer, const char *start)
{
	const char *end = lexer->end;
	const char *at = start + 1;

	while (at < end && *at != *start) {
		if (*at == '\n' && !lexer->lenient) {
			break;
		}
		if (*at == '\\') {
			const char *next = scan_escape(at + 1, end);
			if (!next && lexer->lenient) {
				next = at + 1; /* printers of others unescape, and do not escape */
			}
			if (!next) {
				bad(lexer, at, "the escape sequence in a string is not valid");
				return NULL;
			}
			at = next;
		} else if (*at == 0) {
			bad(lexer, at, "a string has no NUL in it, but for \\0");
			return NULL;
		} else {
			at++;
		}
	}
	if (at == end || *at != *start) {
		bad(lexer, start, "a string ends on the line it begins on");
		return NULL;
	}
	lexer->token.kind = TOKEN_STRING;
	return at + 1;
}

static const char *scan_symbol(struct lexer *lexer, const char *at)
{
	if ((unsigned char)*at < 0x20 || *at == 0x7f) {
		bad(lexer, at, "a control character stands in the text");
		return NULL;
	}
	if ((unsigned char)*at >= 0x80) {
		bad(lexer, at, "names and punctuation are ASCII");
		return NULL;
	}
	lexer->token.kind = TOKEN_SYMBOL;
	lexer->token.symbol = *at;
	return at + 1;
}

void lex_next(struct lexer *lexer)
{
	if (lexer->token.kind == TOKEN_BAD) {
		return;
	}
	lexer->n_same_line = 0;
	const char *at = skip_space(lexer, lexer->at);
	if (!at) {
		return;
	}
	const char *start = at;
	lexer->token.offset = (uint32_t)(at - lexer->start);
	lexer->token.symbol = 0;
	if (at == lexer->end) {
		lexer->token.kind = TOKEN_END;
	} else if (is(*at, CLASS_LETTER)) {
		lexer->token.kind = TOKEN_IDENTIFIER;
		at = skip_class(at, lexer->end, CLASS_LETTER | CLASS_DIGIT);
	} else if (is(*at, CLASS_DIGIT)) {
		at = scan_number(lexer, at);
	} else if (*at == '.' && lexer->end - at > 1 && is(at[1], CLASS_DIGIT)) {
		at = scan_number(lexer, at);
	} else if (*at == '"' || *at == '\'') {
		at = scan_string(lexer, at);
	} else {
		at = scan_symbol(lexer, at);
	}
	if (!at) {
		return;
	}
	lexer->token.text = (struct scute_str){ start, (size_t)(at - start) };
	lexer->at = at;
}

void lex_init(struct lexer *lexer, struct scute_str text, bool lenient, uint32_t comments_max,
	struct scute_arena *arena)
{
	*lexer = (struct lexer){ .arena = arena, .start = text.data, .at = text.data,
		.end = text.data + text.len, .n_comments_max = comments_max,
		.lenient = lenient };
	lexer->comments_end = &lexer->comments;
	if (str_starts(text, SCUTE_STR("\xef\xbb\xbf"))) {
		lexer->at += 3;
	}
	lex_next(lexer);
}

struct pb_comment *lex_take_comments(struct lexer *lexer)
{
	struct pb_comment *comments = lexer->comments;

	lexer->comments = NULL;
	lexer->comments_end = &lexer->comments;
	lexer->n_same_line = 0;
	return comments;
}

struct pb_comment *lex_take_same_line(struct lexer *lexer)
{
	struct pb_comment *comments = lexer->comments;
	struct pb_comment *last = comments;

	if (lexer->n_same_line == 0) {
		return NULL;
	}
	for (uint32_t i = 1; i < lexer->n_same_line; i++) {
		last = last->next;
	}
	lexer->n_same_line = 0;
	lexer->comments = last->next;
	last->next = NULL;
	if (!lexer->comments) {
		lexer->comments_end = &lexer->comments;
	}
	return comments;
}

/* Is it no float? Then also octal or hexadecimal. */
static bool lex_integer_like(struct scute_str text)
{
	if (text.len > 1 && text.data[0] == '0' && (text.data[1] | 0x20) == 'x') {
		return true;
	}
	return !memchr(text.data, 'e', text.len) && !memchr(text.data, 'E', text.len);
}

bool lex_integer(struct scute_str text, uint64_t *ret_value)
{
	uint64_t value = 0;
	uint64_t base = 10;
	size_t i = 0;

	if (text.data[0] == '0' && text.len > 1) {
		base = (text.data[1] | 0x20) == 'x' ? 16 : 8;
		i = base == 16 ? 2 : 1;
	}
	for (; i < text.len; i++) {
		uint64_t digit = hex_digit(text.data[i]);
		if (value > (UINT64_MAX - digit) / base) {
			return false;
		}
		value = value * base + digit;
	}
	*ret_value = value;
	return true;
}

double lex_float(struct scute_str text)
{
	uint64_t value;

	if (!memchr(text.data, '.', text.len) && lex_integer_like(text) &&
		lex_integer(text, &value)) {
		return (double)value;
	}
	/* Behind the token stands something that is no part of a number, at last a NUL. */
	return strtod(text.data, NULL);
}

/*
 * Behind the backslash of an escape that is one. Moves *at behind it. The byte behind what was
 * written.
 */
static char *put_escape(const char **at, const char *end, char *out)
{
	static const char from[] = "abfnrtv";
	static const char to[] = "\a\b\f\n\r\t\v";
	const char *c = *at;
	uint32_t value = 0;
	uint32_t low;

	*at = scan_escape(c, end);
	switch (*c) {
	case 'x':
	case 'X':
		scan_hex(c + 1, end, 2, &value);
		*out++ = (char)value;
		return out;
	case 'u':
	case 'U':
		scan_hex(c + 1, end, *c == 'u' ? 4 : 8, &value);
		if ((value & 0xfffffc00u) == 0xd800 && end - *at >= 6 && (*at)[0] == '\\' &&
			(*at)[1] == 'u' && scan_hex(*at + 2, end, 4, &low) == *at + 6 &&
			(low & 0xfffffc00u) == 0xdc00) {
			value = 0x10000 + ((value & 0x3ff) << 10) + (low & 0x3ff);
			*at += 6;
		}
		return out + str_put_utf8(out, value);
	case '0' ... '7':
		for (; c < *at; c++) {
			value = value * 8 + (uint32_t)(*c - '0');
		}
		*out++ = (char)value;
		return out;
	default:
		*out++ = strchr(from, *c) ? to[strchr(from, *c) - from] : *c;
		return out;
	}
}

size_t lex_string(struct scute_str text, char *out)
{
	const char *at = text.data + 1;
	const char *end = text.data + text.len - 1;
	const char *start = out;

	while (at < end) {
		if (*at == '\\' && scan_escape(at + 1, end)) {
			at++;
			out = put_escape(&at, end, out);
		} else {
			*out++ = *at++;
		}
	}
	return (size_t)(out - start);
}

void lex_place(struct scute_str text, uint32_t offset, int32_t *ret_line, int32_t *ret_column)
{
	int32_t line = 1;
	uint32_t start = 0;

	for (uint32_t i = 0; i < offset && i < text.len; i++) {
		if (text.data[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	*ret_line = line;
	*ret_column = (int32_t)(offset - start + 1);
}
