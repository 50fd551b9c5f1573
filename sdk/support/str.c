/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing, trimming, number and UTF-8 helpers over slices. */
#include "str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static unsigned char ascii_lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool str_eq_nocase(struct scute_str a, struct scute_str b)
{
	if (a.len != b.len) {
		return false;
	}
	for (size_t i = 0; i < a.len; i++) {
		if (ascii_lower(a.data[i]) != ascii_lower(b.data[i])) {
			return false;
		}
	}
	return true;
}

int str_cmp(struct scute_str a, struct scute_str b)
{
	size_t shared = a.len < b.len ? a.len : b.len;
	int order = shared > 0 ? memcmp(a.data, b.data, shared) : 0;

	if (order != 0) {
		return order;
	}
	return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct scute_str text, struct scute_str prefix)
{
	struct scute_str front = { text.data, prefix.len };

	return text.len >= prefix.len && str_eq(front, prefix);
}

bool str_ends(struct scute_str text, struct scute_str suffix)
{
	if (suffix.len == 0) {
		return true;
	}
	return text.len >= suffix.len &&
	       memcmp(text.data + (text.len - suffix.len), suffix.data, suffix.len) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct scute_str str_trim(struct scute_str text)
{
	while (text.len > 0 && is_blank(text.data[0])) {
		text.data++;
		text.len--;
	}
	while (text.len > 0 && is_blank(text.data[text.len - 1])) {
		text.len--;
	}
	return text;
}

bool str_to_i64(struct scute_str text, int64_t *ret_value)
{
	bool negative = text.len > 0 && text.data[0] == '-';
	size_t i = negative ? 1 : 0;
	int64_t value = 0;

	if (i == text.len) {
		return false;
	}
	for (; i < text.len; i++) {
		int digit = text.data[i] - '0';
		if (digit < 0 || digit > 9) {
			return false;
		}
		/* Downwards when negative: the lowest value has no positive counterpart. */
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, negative ? -digit : digit, &value)) {
			return false;
		}
	}
	*ret_value = value;
	return true;
}

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

size_t str_utf8_width(const char *at, size_t left)
{
	const unsigned char *c = (const unsigned char *)at;

	if (left == 0) {
		return 0;
	}
	if (c[0] < 0x80) {
		return 1;
	}
	if (c[0] < 0xc2 || left < 2) {
		return 0;
	}
	if (c[0] < 0xe0) {
		return is_continuation(c[1]) ? 2 : 0;
	}
	if (c[0] < 0xf0) {
		unsigned char low = c[0] == 0xe0 ? 0xa0 : 0x80;
		unsigned char high = c[0] == 0xed ? 0x9f : 0xbf;
		return left >= 3 && c[1] >= low && c[1] <= high && is_continuation(c[2]) ? 3 : 0;
	}
	if (c[0] < 0xf5) {
		unsigned char low = c[0] == 0xf0 ? 0x90 : 0x80;
		unsigned char high = c[0] == 0xf4 ? 0x8f : 0xbf;
		return left >= 4 && c[1] >= low && c[1] <= high && is_continuation(c[2]) &&
		       is_continuation(c[3]) ? 4 : 0;
	}
	return 0;
}

bool str_is_utf8(struct scute_str text)
{
	size_t i = 0;

	while (i < text.len) {
		uint64_t word;
		if (text.len - i >= sizeof(word)) {
			memcpy(&word, text.data + i, sizeof(word));
			if ((word & 0x8080808080808080u) == 0) {
				i += sizeof(word);
				continue;
			}
		}
		size_t width = str_utf8_width(text.data + i, text.len - i);
		if (width == 0) {
			return false;
		}
		i += width;
	}
	return true;
}

size_t str_put_utf8(char *out, uint32_t code_point)
{
	assert(code_point <= 0x10ffff);
	if (code_point < 0x80) {
		out[0] = (char)code_point;
		return 1;
	}
	if (code_point < 0x800) {
		out[0] = (char)(0xc0 | code_point >> 6);
		out[1] = (char)(0x80 | (code_point & 0x3f));
		return 2;
	}
	if (code_point < 0x10000) {
		out[0] = (char)(0xe0 | code_point >> 12);
		out[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code_point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code_point >> 18);
	out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code_point & 0x3f));
	return 4;
}

/* How much of text[0..len) may stay so that no character is cut in two. */
static size_t whole_characters(const char *text, size_t len)
{
	size_t start = len;

	while (start > 0 && len - start < 4 && is_continuation((unsigned char)text[start - 1])) {
		start--;
	}
	if (start > 0 && (unsigned char)text[start - 1] >= 0xc0) {
		start--;
		return str_utf8_width(text + start, len - start) == len - start ? len : start;
	}
	return len;
}

enum scute_status error_set(struct scute_error *err, enum scute_status status,
	const char *format, ...)
{
	va_list args;

	if (!err) {
		return status;
	}
	err->status = status;
	err->line = 0;
	err->column = 0;
	va_start(args, format);
	int len = vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	if (len < 0) {
		err->text[0] = '\0';
	} else if ((size_t)len >= sizeof(err->text)) {
		err->text[whole_characters(err->text, sizeof(err->text) - 1)] = '\0';
	}
	return status;
}
