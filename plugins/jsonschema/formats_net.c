/* SPDX-License-Identifier: Apache-2.0 */
/* Host names, IP addresses and mailboxes. */
#include <string.h>

#include "support/str.h"

#include "formats_own.h"

enum {
	NAME_BYTES_MAX = 253,  /* RFC 1035, without the length bytes of wire format */
	LABEL_BYTES_MAX = 63,
	LOCAL_BYTES_MAX = 64,  /* RFC 5321, 4.5.3.1.1 */
};

static bool is_label(struct scute_str label)
{
	if (label.len == 0 || label.len > LABEL_BYTES_MAX || label.data[0] == '-' ||
	    label.data[label.len - 1] == '-') {
		return false;
	}
	for (size_t i = 0; i < label.len; i++) {
		char c = label.data[i];
		if (!format_is_letter(c) && !format_is_digit(c) && c != '-') {
			return false;
		}
	}
	/* RFC 5891, 4.2.3.1: hyphens in the third and fourth place are for A-labels alone. */
	if (label.len >= 4 && label.data[2] == '-' && label.data[3] == '-') {
		return format_is_a_label(label);
	}
	return true;
}

bool format_is_hostname(struct scute_str text)
{
	size_t begin = 0;

	if (text.len == 0 || text.len > NAME_BYTES_MAX) {
		return false;
	}
	for (size_t i = 0; i <= text.len; i++) {
		if (i == text.len || text.data[i] == '.') {
			if (!is_label((struct scute_str){ text.data + begin, i - begin })) {
				return false;
			}
			begin = i + 1;
		}
	}
	return true;
}

bool format_is_ipv4(struct scute_str text)
{
	for (int part = 0; part < 4; part++) {
		size_t digits = format_digits(text);
		int value = 0;
		if (digits == 0 || digits > 3 || (digits > 1 && text.data[0] == '0')) {
			return false;
		}
		for (size_t i = 0; i < digits; i++) {
			value = value * 10 + (text.data[i] - '0');
		}
		text.data += digits;
		text.len -= digits;
		if (value > 255) {
			return false;
		}
		if (part < 3) {
			if (text.len == 0 || text.data[0] != '.') {
				return false;
			}
			text.data++;
			text.len--;
		}
	}
	return text.len == 0;
}

/* Groups of up to 4 hex digits with ":" between, perhaps an IPv4 address last; -1: malformed. */
static int count_groups(struct scute_str text, bool ipv4_may_end)
{
	int n = 0;

	if (text.len == 0) {
		return 0;
	}
	for (;;) {
		const char *colon = memchr(text.data, ':', text.len);
		size_t len = colon ? (size_t)(colon - text.data) : text.len;
		size_t hex = 0;
		while (hex < len && format_is_hex(text.data[hex])) {
			hex++;
		}
		if (!colon && ipv4_may_end &&
		    format_is_ipv4((struct scute_str){ text.data, len })) {
			return n + 2;
		}
		if (hex != len || hex == 0 || hex > 4) {
			return -1;
		}
		n++;
		if (!colon) {
			return n;
		}
		text.data += len + 1;
		text.len -= len + 1;
		if (text.len == 0) {
			return -1;
		}
	}
}

bool format_is_ipv6(struct scute_str text)
{
	const char *gap = NULL;

	for (size_t i = 0; i + 1 < text.len && !gap; i++) {
		if (text.data[i] == ':' && text.data[i + 1] == ':') {
			gap = text.data + i;
		}
	}
	if (!gap) {
		return count_groups(text, true) == 8;
	}
	size_t head_len = (size_t)(gap - text.data);
	int head = count_groups((struct scute_str){ text.data, head_len }, false);
	int tail = count_groups((struct scute_str){ gap + 2, text.len - head_len - 2 }, true);
	return head >= 0 && tail >= 0 && head + tail <= 7;
}

/* RFC 5322's atext; RFC 6531 adds all that is beyond ASCII. */
static bool is_atom_char(char c, bool international)
{
	if (format_is_letter(c) || format_is_digit(c)) {
		return true;
	}
	return (unsigned char)c >= 0x80 ? international :
					  c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL;
}

static bool is_dot_atom(struct scute_str text, bool international)
{
	bool dot_before = true;

	for (size_t i = 0; i < text.len; i++) {
		bool dot = text.data[i] == '.';
		if (dot ? dot_before : !is_atom_char(text.data[i], international)) {
			return false;
		}
		dot_before = dot;
	}
	return !dot_before;
}

/* With its quotes. */
static bool is_quoted(struct scute_str text, bool international)
{
	if (text.len < 2 || text.data[0] != '"' || text.data[text.len - 1] != '"') {
		return false;
	}
	for (size_t i = 1; i + 1 < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c < 0x20 || c == '"' || c == 0x7f || (c >= 0x80 && !international)) {
			return false;
		}
		if (c == '\\' && ++i + 1 >= text.len) {
			return false;
		}
	}
	return true;
}

/* RFC 5321, 4.1.3; text is without the brackets. */
static bool is_address_literal(struct scute_str text)
{
	struct scute_str tag = SCUTE_STR("IPv6:");

	if (text.len > tag.len && str_eq_nocase((struct scute_str){ text.data, tag.len }, tag)) {
		return format_is_ipv6((struct scute_str){ text.data + tag.len,
			text.len - tag.len });
	}
	return format_is_ipv4(text);
}

static bool is_mailbox(struct scute_str text, bool international)
{
	const char *at = text.len > 0 ? memrchr(text.data, '@', text.len) : NULL;

	if (!at) {
		return false;
	}
	struct scute_str local = { text.data, (size_t)(at - text.data) };
	struct scute_str domain = { at + 1, text.len - local.len - 1 };
	if (local.len == 0 || local.len > LOCAL_BYTES_MAX || domain.len == 0 ||
	    (!is_dot_atom(local, international) && !is_quoted(local, international))) {
		return false;
	}
	if (domain.len > 2 && domain.data[0] == '[' && domain.data[domain.len - 1] == ']') {
		return is_address_literal((struct scute_str){ domain.data + 1, domain.len - 2 });
	}
	return international ? format_is_idn_hostname(domain) : format_is_hostname(domain);
}

bool format_is_email(struct scute_str text)
{
	return is_mailbox(text, false);
}

bool format_is_idn_email(struct scute_str text)
{
	return is_mailbox(text, true);
}
