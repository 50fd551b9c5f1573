/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a request: request line and headers. llhttp reads it; around it stand the
 * checks that make the two supported llhttp versions equally strict. The only part that
 * knows llhttp.
 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include "http/request.h"

enum head_expect { HEAD_EXPECT_NOTHING, HEAD_EXPECT_CONTINUE, HEAD_EXPECT_OTHER };

struct head {
	bool http10;
	bool keep_alive;
	bool chunked;
	bool has_length;
	uint64_t length; /* Content-Length; UINT64_MAX when it is beyond 64 bits */
	enum head_expect expect;
	struct scute_str id; /* X-Request-ID, empty unless exactly one was sent */
	int status;          /* when refused: what to answer .. */
	const char *message; /* .. and the text, static */
};

/* A complete head, up to and with its empty line, could be read so far: */
enum head_scan { HEAD_SCAN_MORE, HEAD_SCAN_COMPLETE, HEAD_SCAN_BARE_LF };

/*
 * Looks for the head's end. *line and *at carry the search from call to call (0 at first),
 * *line_bytes becomes the length of the request line. *ret_len: the head's length.
 */
enum head_scan head_scan(const char *data, size_t len, size_t *line, size_t *at, size_t *line_bytes,
	size_t *ret_len);

/*
 * Reads a complete head. text must live as long as the request: its slices point into it.
 * headers has room for REQUEST_HEADERS_MAX. Fills method, target, path, query, headers.
 * False: refused, status and message say why (path, query may be unset).
 */
bool head_parse(struct request *request, struct scute_str text, struct request_header *headers,
	struct head *ret_head);

/* Characters of a token (RFC 9110 section 5.6.2), and of a field value. */
bool head_is_token(char c);
bool head_is_text(char c);

#endif
