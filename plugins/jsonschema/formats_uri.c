/* SPDX-License-Identifier: Apache-2.0 */
/* URIs (RFC 3986), IRIs (RFC 3987) and URI templates (RFC 6570). */
#include <string.h>

#include "support/str.h"

#include "formats_own.h"
#include "regex_parse.h"

/* Which characters beyond ASCII are welcome. */
enum beyond {
	BEYOND_NONE,
	BEYOND_UCSCHAR,
	BEYOND_PRIVATE_TOO, /* in queries of IRIs */
};

static bool is_private(uint32_t c)
{
	return (c >= 0xe000 && c <= 0xf8ff) || (c >= 0xf0000 && c <= 0xffffd) ||
	       (c >= 0x100000 && c <= 0x10fffd);
}

/* RFC 3987, 2.2. */
static bool is_ucschar(uint32_t c)
{
	return (c >= 0xa0 && c <= 0xd7ff) || (c >= 0xf900 && c <= 0xfdcf) ||
	       (c >= 0xfdf0 && c <= 0xffef) ||
	       (c >= 0x10000 && c <= 0xefffd && (c & 0xffff) <= 0xfffd &&
		(c < 0xe0000 || c >= 0xe1000));
}

static bool is_percent(const char *at, const char *end)
{
	return end - at >= 3 && format_is_hex(at[1]) && format_is_hex(at[2]);
}

/* All of text is unreserved, percent-encoded, of extra, or beyond ASCII as beyond says. */
static bool is_made_of(struct scute_str text, const char *extra, enum beyond beyond)
{
	const char *at = text.data;
	const char *end = at + text.len;

	while (at < end) {
		char c = *at;
		if ((unsigned char)c >= 0x80) {
			uint32_t wide = regex_next_char(&at, end);
			if (beyond == BEYOND_NONE || !(is_ucschar(wide) ||
				(beyond == BEYOND_PRIVATE_TOO && is_private(wide)))) {
				return false;
			}
			continue;
		}
		if (c == '%') {
			if (!is_percent(at, end)) {
				return false;
			}
			at += 3;
			continue;
		}
		if (c == '\0' || (!format_is_letter(c) && !format_is_digit(c) &&
			!strchr("-._~", c) && !strchr(extra, c))) {
			return false;
		}
		at++;
	}
	return true;
}

#define SUB_DELIMS "!$&'()*+,;="

static bool is_scheme(struct scute_str text)
{
	if (text.len == 0 || !format_is_letter(text.data[0])) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (!format_is_letter(c) && !format_is_digit(c) && c != '+' && c != '-' &&
		    c != '.') {
			return false;
		}
	}
	return true;
}

/* Behind "IPv" or 'v' of "[v1.x]". */
static bool is_future_address(struct scute_str text)
{
	size_t hex = 0;

	while (hex < text.len && format_is_hex(text.data[hex])) {
		hex++;
	}
	struct scute_str rest = { text.data + hex + 1, text.len - hex - (hex < text.len) };
	return hex > 0 && hex + 1 < text.len && text.data[hex] == '.' &&
	       is_made_of(rest, SUB_DELIMS ":", BEYOND_NONE) && !memchr(rest.data, '%', rest.len);
}

/* text begins with "["; *ret_rest: what stands behind "]". */
static bool is_bracketed(struct scute_str text, struct scute_str *ret_rest)
{
	const char *close = memchr(text.data, ']', text.len);

	if (!close) {
		return false;
	}
	struct scute_str inside = { text.data + 1, (size_t)(close - text.data) - 1 };
	*ret_rest = (struct scute_str){ close + 1, text.len - inside.len - 2 };
	if (inside.len > 0 && (inside.data[0] == 'v' || inside.data[0] == 'V')) {
		return is_future_address((struct scute_str){ inside.data + 1, inside.len - 1 });
	}
	return format_is_ipv6(inside);
}

static bool is_authority(struct scute_str text, enum beyond beyond)
{
	const char *at = text.len > 0 ? memrchr(text.data, '@', text.len) : NULL;

	if (at) {
		struct scute_str user = { text.data, (size_t)(at - text.data) };
		if (!is_made_of(user, SUB_DELIMS ":", beyond)) {
			return false;
		}
		text = (struct scute_str){ at + 1, text.len - user.len - 1 };
	}
	struct scute_str port;
	if (text.len > 0 && text.data[0] == '[') {
		if (!is_bracketed(text, &port)) {
			return false;
		}
	} else {
		const char *colon = text.len > 0 ? memchr(text.data, ':', text.len) : NULL;
		struct scute_str host = { text.data,
			colon ? (size_t)(colon - text.data) : text.len };
		if (!is_made_of(host, SUB_DELIMS, beyond)) {
			return false;
		}
		port = (struct scute_str){ text.data + host.len, text.len - host.len };
	}
	return port.len == 0 || (port.data[0] == ':' &&
		format_digits((struct scute_str){ port.data + 1, port.len - 1 }) == port.len - 1);
}

/* Cuts off what stands behind the first mark, if there is one. */
static bool cut_at(struct scute_str *text, char mark, struct scute_str *ret_behind)
{
	const char *found = text->len > 0 ? memchr(text->data, mark, text->len) : NULL;

	if (!found) {
		*ret_behind = (struct scute_str){ NULL, 0 };
		return false;
	}
	size_t len = (size_t)(found - text->data);
	*ret_behind = (struct scute_str){ found + 1, text->len - len - 1 };
	text->len = len;
	return true;
}

/* Behind the scheme; or a relative reference without any, in whose first segment no ":" is. */
static bool is_hierarchy(struct scute_str text, bool has_scheme, enum beyond beyond)
{
	if (str_starts(text, SCUTE_STR("//"))) {
		struct scute_str rest = { text.data + 2, text.len - 2 };
		const char *slash = rest.len > 0 ? memchr(rest.data, '/', rest.len) : NULL;
		size_t len = slash ? (size_t)(slash - rest.data) : rest.len;
		if (!is_authority((struct scute_str){ rest.data, len }, beyond)) {
			return false;
		}
		text = (struct scute_str){ rest.data + len, rest.len - len };
	} else if (!has_scheme && text.len > 0) {
		const char *slash = memchr(text.data, '/', text.len);
		size_t first = slash ? (size_t)(slash - text.data) : text.len;
		if (memchr(text.data, ':', first)) {
			return false;
		}
	}
	return is_made_of(text, SUB_DELIMS ":@/", beyond);
}

static bool is_reference(struct scute_str text, bool scheme_needed, enum beyond beyond)
{
	struct scute_str fragment;
	struct scute_str query;
	struct scute_str behind;
	struct scute_str scheme;
	enum beyond in_query = beyond == BEYOND_NONE ? BEYOND_NONE : BEYOND_PRIVATE_TOO;

	cut_at(&text, '#', &fragment);
	cut_at(&text, '?', &query);
	if (!is_made_of(fragment, SUB_DELIMS ":@/?", beyond) ||
	    !is_made_of(query, SUB_DELIMS ":@/?", in_query)) {
		return false;
	}
	scheme = text;
	if (cut_at(&scheme, ':', &behind) && is_scheme(scheme)) {
		return is_hierarchy(behind, true, beyond);
	}
	return !scheme_needed && is_hierarchy(text, false, beyond);
}

bool format_is_uri(struct scute_str text)
{
	return is_reference(text, true, BEYOND_NONE);
}

bool format_is_uri_reference(struct scute_str text)
{
	return is_reference(text, false, BEYOND_NONE);
}

bool format_is_iri(struct scute_str text)
{
	return is_reference(text, true, BEYOND_UCSCHAR);
}

bool format_is_iri_reference(struct scute_str text)
{
	return is_reference(text, false, BEYOND_UCSCHAR);
}

/* RFC 6570, 2.3: names of variables with ".", then ":n" or "*". */
static bool is_variable(struct scute_str text)
{
	struct scute_str length;
	bool dot_before = true;

	if (cut_at(&text, ':', &length)) {
		if (length.len == 0 || length.len > 4 || length.data[0] == '0' ||
		    format_digits(length) != length.len) {
			return false;
		}
	} else if (text.len > 0 && text.data[text.len - 1] == '*') {
		text.len--;
	}
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '.' ? dot_before : !regex_is_word((unsigned char)c) &&
			!(c == '%' && is_percent(text.data + i, text.data + text.len))) {
			return false;
		}
		i += c == '%' ? 2 : 0;
		dot_before = c == '.';
	}
	return !dot_before;
}

/* Between the braces. */
static bool is_expression(struct scute_str text)
{
	struct scute_str rest;
	bool more = true;

	if (text.len > 0 && text.data[0] != '\0' && strchr("+#./;?&=,!@|", text.data[0])) {
		text.data++;
		text.len--;
	}
	while (more) {
		more = cut_at(&text, ',', &rest);
		if (!is_variable(text)) {
			return false;
		}
		text = rest;
	}
	return true;
}

/* RFC 6570, 2.1: what may stand outside of braces. */
static bool is_literal(uint32_t c)
{
	if (c >= 0x80) {
		return is_ucschar(c) || is_private(c);
	}
	return c > 0x20 && c != 0x7f && !strchr("\"'%<>\\^`{|}", (int)c);
}

bool format_is_uri_template(struct scute_str text)
{
	const char *at = text.len > 0 ? text.data : "";
	const char *end = at + text.len;

	while (at < end) {
		const char *begin = at;
		uint32_t c = regex_next_char(&at, end);
		if (c == '{') {
			const char *close = memchr(at, '}', (size_t)(end - at));
			if (!close ||
			    !is_expression((struct scute_str){ at, (size_t)(close - at) })) {
				return false;
			}
			at = close + 1;
		} else if (c == '%') {
			if (!is_percent(begin, end)) {
				return false;
			}
			at = begin + 3;
		} else if (!is_literal(c)) {
			return false;
		}
	}
	return true;
}
