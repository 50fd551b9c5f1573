/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading one JSON string: a first pass finds its end and checks the bytes; only when
 * that met an escape does a second one decode into the arena.
 */
#include "json_string.h"

#include <assert.h>

#include "json_scan.h"
#include "str.h"

struct fault {
	const char *at;
	const char *reason;
};

/* The closing quote, or NULL. */
static const char *find_end(const char *at, const char *end, bool *ret_escapes, struct fault *fault)
{
	*ret_escapes = false;
	for (;;) {
		at = json_scan_plain(at, end, true);
		if (at == end) {
			*fault = (struct fault){ at, "the string does not end" };
			return NULL;
		}
		unsigned char c = (unsigned char)*at;
		if (c == '"') {
			return at;
		}
		if (c == '\\') {
			*ret_escapes = true;
			at += end - at >= 2 ? 2 : 1;
			continue;
		}
		if (c < 0x20) {
			fault->at = at;
			fault->reason = "a control character in a string must be escaped";
			return NULL;
		}
		size_t width = str_utf8_width(at, (size_t)(end - at));
		if (width == 0) {
			*fault = (struct fault){ at, "the string is not valid UTF-8" };
			return NULL;
		}
		at += width;
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

/* Four hex digits, or -1. */
static int32_t read_hex4(const char *at, const char *end)
{
	int32_t value = 0;

	if (end - at < 4) {
		return -1;
	}
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(at[i]);
		if (digit < 0) {
			return -1;
		}
		value = value << 4 | digit;
	}
	return value;
}

/* at: behind the "\u". Moves it past the digits, those of a second surrogate included. */
static bool read_code_point(const char **at, const char *end, uint32_t *ret_code,
	struct fault *fault)
{
	const char *begin = *at;
	int32_t high = read_hex4(begin, end);

	if (high < 0) {
		*fault = (struct fault){ begin, "expected four hexadecimal digits after \\u" };
		return false;
	}
	*at += 4;
	*ret_code = (uint32_t)high;
	if (high < 0xd800 || high > 0xdfff) {
		return true;
	}
	int32_t low = -1;
	if (end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
		low = read_hex4(*at + 2, end);
	}
	if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) {
		*fault = (struct fault){ begin, "a surrogate without its pair" };
		return false;
	}
	*at += 6;
	*ret_code = 0x10000 + (((uint32_t)high - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
	return true;
}

static char simple_escape(char c)
{
	switch (c) {
	case '"':
	case '\\':
	case '/':
		return c;
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return '\0';
	}
}

/* Copies up to the next backslash or end. out has room for 8 bytes more than what is left. */
static const char *copy_plain(const char *at, const char *end, char **out)
{
	while (end - at >= 8) {
		uint64_t word;
		memcpy(&word, at, sizeof(word));
		/* what is behind a backslash is overwritten later */
		memcpy(*out, &word, sizeof(word));
		uint64_t marks = json_zero_bytes(word ^ JSON_ONES * '\\');
		if (marks != 0) {
			size_t plain = json_bytes_before(marks);
			at += plain;
			*out += plain;
			break;
		}
		at += sizeof(word);
		*out += sizeof(word);
	}
	while (at < end && *at != '\\') {
		*(*out)++ = *at++;
	}
	return at;
}

/* Decodes [at, end) to out, which has room for its length and 8 bytes. NULL: a wrong escape. */
static char *decode(const char *at, const char *end, char *out, struct fault *fault)
{
	for (;;) {
		at = copy_plain(at, end, &out);
		if (at == end) {
			return out;
		}
		assert(end - at >= 2); /* find_end skipped backslashes in pairs */
		if (at[1] == 'u') {
			uint32_t code = 0;
			at += 2;
			if (!read_code_point(&at, end, &code, fault)) {
				return NULL;
			}
			out += str_put_utf8(out, code);
			continue;
		}
		char c = simple_escape(at[1]);
		if (c == '\0') {
			*fault = (struct fault){ at, "no such escape in a string" };
			return NULL;
		}
		*out++ = c;
		at += 2;
	}
}

const char *json_string_read(const char *at, const char *end, struct scute_arena *arena,
	struct scute_str *ret_text, const char **ret_fault, const char **ret_reason)
{
	struct fault fault = { at, NULL };
	bool escapes;
	const char *quote = find_end(at, end, &escapes, &fault);

	if (!quote) {
		goto fail;
	}
	if (!escapes) {
		*ret_text = (struct scute_str){ at, (size_t)(quote - at) };
		return quote + 1;
	}
	char *text = scute_alloc(arena, (size_t)(quote - at) + 8);
	if (!text) {
		goto fail;
	}
	char *text_end = decode(at, quote, text, &fault);
	if (!text_end) {
		goto fail;
	}
	*ret_text = (struct scute_str){ text, (size_t)(text_end - text) };
	return quote + 1;

fail:
	*ret_fault = fault.at;
	*ret_reason = fault.reason;
	return NULL;
}
