/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the end of plain text in a JSON string, eight bytes at a time; private to support/. */
#ifndef SUPPORT_JSON_SCAN_H
#define SUPPORT_JSON_SCAN_H

#include <string.h>

#include "scute/types.h"

#define JSON_ONES 0x0101010101010101u
#define JSON_HIGHS 0x8080808080808080u

/* The high bit of each byte of word that is zero; exact up to the first one from the low end. */
static inline uint64_t json_zero_bytes(uint64_t word)
{
	return (word - JSON_ONES) & ~word & JSON_HIGHS;
}

/* The high bit of each byte that is a control, a quote or a backslash; exact like the above. */
static inline uint64_t json_special_bytes(uint64_t word)
{
	uint64_t controls = (word - JSON_ONES * 0x20) & ~word & JSON_HIGHS;

	return controls | json_zero_bytes(word ^ JSON_ONES * '"') |
	       json_zero_bytes(word ^ JSON_ONES * '\\');
}

/* How many bytes precede the first marked one, as far as the byte order lets us tell. */
static inline size_t json_bytes_before(uint64_t marks)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (size_t)__builtin_ctzll(marks) / 8;
#else
	(void)marks;
	return 0; /* the caller goes on byte by byte */
#endif
}

static inline bool json_is_special(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

/* The first control, quote or backslash (with stop_at_high also byte from 0x80 on), or end. */
static inline const char *json_scan_plain(const char *at, const char *end, bool stop_at_high)
{
	uint64_t high = stop_at_high ? JSON_HIGHS : 0;

	while (end - at >= 8) {
		uint64_t word;
		memcpy(&word, at, sizeof(word));
		uint64_t marks = json_special_bytes(word) | (word & high);
		if (marks != 0) {
			at += json_bytes_before(marks);
			break;
		}
		at += sizeof(word);
	}
	while (at < end && !json_is_special((unsigned char)*at) &&
	       !(stop_at_high && (unsigned char)*at >= 0x80)) {
		at++;
	}
	return at;
}

#endif
