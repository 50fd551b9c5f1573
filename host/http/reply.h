/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answering a request, exactly once, on the loop thread; asserted. After any of the
 * reply calls the request must not be touched. Bodies are copied.
 */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include "http/request.h"
#include "support/buf.h"

/* content_type: static; NULL: request->reply_type. No body is sent for HEAD, 204, 304. */
void reply_send(struct request *request, int status, const char *content_type, struct scute_str body);

/* {"error_code":code,"message":message}, the registry's error shape, in request->reply_type. */
void reply_error(struct request *request, int status, int code, struct scute_str message);
void reply_errorf(struct request *request, int status, int code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * A body that is made while it is sent: in pieces, each asked for when what was made before is
 * on its way, so that a long list takes little memory and holds up nobody.
 */
enum reply_more {
	REPLY_MORE,
	REPLY_END,
	REPLY_BROKEN, /* the connection is closed in the middle, so that the client sees it */
};

struct reply_source {
	/* Appends the next piece to out, of some ten kilobytes; nothing appended: asked again soon. */
	enum reply_more (*next)(void *user, struct buf *out);
	/* Exactly once: it is sent, or never will be. The request is there still, for the last time. */
	void (*ended)(void *user);
};

/*
 * first: the beginning, copied. The request lives until ended() is called, which may be at once.
 * Chunked to HTTP/1.1; to HTTP/1.0 the end of the connection ends it. HEAD asks for no piece.
 */
void reply_stream(struct request *request, int status, const char *content_type, struct scute_str first,
	const struct reply_source *source, void *user);

/* Adds a header to the coming reply. name: static; value: copied into the arena. CR/LF are refused. */
void reply_add_header(struct request *request, const char *name, struct scute_str value);

/* The reason phrase of a status; "Unknown" for those we never send. */
const char *reply_reason(int status);

#endif
