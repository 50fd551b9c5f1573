/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The framing of a request body: a fixed length, or chunks read strictly by RFC 9112
 * section 7.1 (no bare LF, no white space in a chunk size), whatever llhttp tolerates.
 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "support/buf.h"

#define BODY_EXTENSION_BYTES_MAX 8192 /* of all chunk extensions of one body */

enum body_state {
	BODY_FIXED,
	BODY_SIZE_FIRST, /* the first digit of a chunk size */
	BODY_SIZE,
	BODY_EXTENSION,
	BODY_SIZE_LF,
	BODY_DATA,
	BODY_DATA_CR,
	BODY_DATA_LF,
	BODY_TRAILER_FIRST, /* first byte of a trailer line or of the last line */
	BODY_TRAILER_NAME,
	BODY_TRAILER_VALUE,
	BODY_TRAILER_LF,
	BODY_END_LF,
	BODY_DONE,
};

enum body_result {
	BODY_MORE,
	BODY_COMPLETE,
	BODY_MALFORMED,
	BODY_TOO_LARGE,
	BODY_TRAILERS_TOO_LARGE,
	BODY_NO_MEMORY,
};

struct body {
	enum body_state state;
	uint64_t left; /* of the fixed body or the current chunk */
	size_t extension_bytes;
	size_t trailer_bytes;
	size_t trailer_bytes_max;
};

void body_init_fixed(struct body *body, uint64_t bytes);
void body_init_chunked(struct body *body, size_t trailer_bytes_max);

/*
 * Takes what belongs to the body from data and appends its content to out, whose max is
 * the limit of a body. *ret_used tells how many bytes were taken.
 */
enum body_result body_read(struct body *body, const char *data, size_t len, struct buf *out,
	size_t *ret_used);

#endif
