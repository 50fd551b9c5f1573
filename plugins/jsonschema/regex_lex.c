/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest pieces of a pattern: characters, escapes for one character, repetitions. */
#include "regex_parse.h"

#include "support/str.h"

bool regex_is_word(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_';
}

uint32_t regex_next_char(const char **at, const char *end)
{
	const unsigned char *in = (const unsigned char *)*at;
	size_t width = str_utf8_width(*at, (size_t)(end - *at));

	if (width <= 1) {
		*at += 1; /* ill-formed text is refused before; take it byte by byte */
		return in[0];
	}
	*at += width;
	uint32_t c = in[0] & (0xffu >> (width + 1));
	for (size_t i = 1; i < width; i++) {
		c = c << 6 | (in[i] & 0x3fu);
	}
	return c;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(const char **at, const char *end, size_t n, uint32_t *ret_value)
{
	uint32_t value = 0;

	if ((size_t)(end - *at) < n) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		int digit = hex_value((*at)[i]);
		if (digit < 0) {
			return false;
		}
		value = value << 4 | (uint32_t)digit;
	}
	*at += n;
	*ret_value = value;
	return true;
}

/* Behind "\u{". */
static bool read_braced(const char **at, const char *end, uint32_t *ret_value)
{
	const char *in = *at;
	uint32_t value = 0;

	while (in < end && hex_value(*in) >= 0 && value <= 0x10ffff) {
		value = value << 4 | (uint32_t)hex_value(*in++);
	}
	if (in == *at || in == end || *in != '}' || value > 0x10ffff) {
		return false;
	}
	*at = in + 1;
	*ret_value = value;
	return true;
}

/* Behind "\u". */
static bool read_unicode(const char **at, const char *end, uint32_t *ret_value)
{
	uint32_t low;

	if (*at < end && **at == '{') {
		const char *in = *at + 1;
		if (!read_braced(&in, end, ret_value)) {
			return false;
		}
		*at = in;
		return true;
	}
	if (!read_hex(at, end, 4, ret_value)) {
		return false;
	}
	if ((*ret_value & 0xfffffc00u) == 0xd800 && end - *at >= 6 && (*at)[0] == '\\' &&
	    (*at)[1] == 'u') {
		const char *in = *at + 2;
		if (read_hex(&in, end, 4, &low) && (low & 0xfffffc00u) == 0xdc00) {
			*ret_value = 0x10000 + ((*ret_value & 0x3ff) << 10) + (low & 0x3ff);
			*at = in;
		}
	}
	return true;
}

bool regex_char_escape(const char **at, const char *end, uint32_t *ret_char)
{
	static const char controls[] = "t\tn\nv\vf\fr\r";
	const char *in = *at;
	uint32_t c = in < end ? regex_next_char(&in, end) : 'Z';
	bool good = true;

	for (size_t i = 0; i + 1 < sizeof(controls); i += 2) {
		if (c == (unsigned char)controls[i]) {
			*ret_char = (unsigned char)controls[i + 1];
			*at = in;
			return true;
		}
	}
	if (c == 'c') {
		good = in < end && ((*in | 0x20) >= 'a' && (*in | 0x20) <= 'z');
		c = good ? (uint32_t)*in++ & 31u : c;
	} else if (c == '0') {
		good = in == end || *in < '0' || *in > '9';
		c = 0;
	} else if (c == 'x') {
		good = read_hex(&in, end, 2, &c);
	} else if (c == 'u') {
		good = read_unicode(&in, end, &c);
	} else {
		good = !regex_is_word(c) || c == '_';
	}
	if (good) {
		*ret_char = c;
		*at = in;
	}
	return good;
}

static uint32_t read_count(const char **at, const char *end)
{
	uint32_t value = 0;

	for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
		value = value > REGEX_REPEAT_MAX ? value : value * 10 + (uint32_t)(**at - '0');
	}
	return value;
}

bool regex_quantifier(const char **at, const char *end, uint32_t *ret_min, uint32_t *ret_max)
{
	const char *in = *at;
	char c = in < end ? *in++ : '\0';

	if (c == '*' || c == '+' || c == '?') {
		*ret_min = c == '+';
		*ret_max = c == '?' ? 1 : UINT32_MAX;
		*at = in;
		return true;
	}
	if (c != '{' || in == end || *in < '0' || *in > '9') {
		return false;
	}
	uint32_t min = read_count(&in, end);
	uint32_t max = min;
	if (in < end && *in == ',') {
		in++;
		max = in < end && *in >= '0' && *in <= '9' ? read_count(&in, end) : UINT32_MAX;
	}
	if (in == end || *in != '}') {
		return false;
	}
	*at = in + 1;
	*ret_min = min;
	*ret_max = max;
	return true;
}
