/* SPDX-License-Identifier: Apache-2.0 */
/* Helpers over struct scute_str. Nothing here allocates. */
#ifndef SUPPORT_STR_H
#define SUPPORT_STR_H

#include <string.h>

#include "scute/types.h"

static inline struct scute_str str_z(const char *text)
{
	return (struct scute_str){ text, text ? strlen(text) : 0 };
}

static inline bool str_eq(struct scute_str a, struct scute_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool str_eq_z(struct scute_str a, const char *b)
{
	return str_eq(a, str_z(b));
}

/* ASCII letters only. */
bool str_eq_nocase(struct scute_str a, struct scute_str b);
/* Bytewise, shorter first: memcmp order; for valid UTF-8 also code point order. */
int str_cmp(struct scute_str a, struct scute_str b);
bool str_starts(struct scute_str text, struct scute_str prefix);
bool str_ends(struct scute_str text, struct scute_str suffix);
/* Spaces and tabs off both ends. */
struct scute_str str_trim(struct scute_str text);
/* Whole text as decimal integer in range; no sign but '-', no spaces. */
bool str_to_i64(struct scute_str text, int64_t *ret_value);
/* RFC 3629: no surrogates, no overlong forms, at most U+10FFFF. */
bool str_is_utf8(struct scute_str text);
/* Bytes of the well-formed UTF-8 character at the front of left bytes; 0: ill-formed or none. */
size_t str_utf8_width(const char *at, size_t left);
/* Writes code point as UTF-8 to out (room for 4); bytes written. */
size_t str_put_utf8(char *out, uint32_t code_point);
/*
 * Fills err (unless NULL): status, printf text, no position. The text is cut at the
 * buffer's end on a character's border. Returns status.
 */
enum scute_status error_set(struct scute_error *err, enum scute_status status,
	const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* For printf's "%.*s". */
#define STR_ARGS(text) (int)((text).len > 4096 ? 4096 : (text).len), (text).data ? (text).data : ""

#endif
