/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP request, from its complete body until its reply is handed over. It lives in
 * its own arena; slices in it live as long as it does. Loop thread only.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "support/arena.h"

struct conn;
struct route;

#define REQUEST_PARAMS_MAX 6
#define REQUEST_HEADERS_MAX 64

struct request_header {
	struct scute_str name; /* as sent */
	struct scute_str value;
};

struct request {
	struct arena arena;       /* freed when the request ends */
	struct conn *conn;
	struct request *next;     /* pipeline order */
	struct scute_str method;  /* "GET"; HEAD stays "HEAD", its route is GET's */
	struct scute_str target;  /* as sent: path and query */
	struct scute_str path;    /* raw, undecoded, without query */
	struct scute_str query;   /* raw, without '?' */
	struct scute_str body;
	struct scute_str id;      /* X-Request-ID: echoed when sane, else made */
	struct scute_str peer;    /* numeric address */
	struct request_header *headers;
	size_t n_headers;
	const struct route *route;
	struct scute_str params[REQUEST_PARAMS_MAX]; /* decoded, in order of the pattern */
	const char *reply_type;   /* negotiated content type of the reply, static */
	uint64_t started_ms;
	bool replied;
	/* Set by whoever works on it asynchronously: the client left, or the deadline passed. */
	void (*cancelled)(void *user);
	void *cancelled_user;
	void *user;               /* the handler's own */
	struct reply_header *reply_headers; /* added by reply_add_header */
};

/* First header of that name (case-insensitive); false when absent. */
bool request_header(const struct request *request, const char *name, struct scute_str *ret_value);

/*
 * First query parameter of that name, percent- and plus-decoded into the arena; false
 * when absent (or when its escapes are broken: then as if absent).
 */
bool request_query(struct request *request, const char *name, struct scute_str *ret_value);

/* The nth (from 0) of several parameters of that name. */
bool request_query_nth(struct request *request, const char *name, size_t nth,
	struct scute_str *ret_value);

/* Path parameter by its name in the route's pattern; empty when there is none. */
struct scute_str request_param(const struct request *request, const char *name);

/* Replaces it, copied, where the pattern has it. False: no memory, or it has none of that name. */
bool request_set_param(struct request *request, const char *name, struct scute_str value);

/* Percent-decoding; '+' becomes a space when plus is set. False on a broken escape. */
bool request_decode(struct scute_arena *arena, struct scute_str text, bool plus, struct scute_str *ret_text);

/*
 * cancelled(user) is called at most once, when the request ends without a reply of the
 * handler; the request is gone after it returns. NULL clears.
 */
void request_on_cancel(struct request *request, void (*cancelled)(void *user), void *user);

#endif
