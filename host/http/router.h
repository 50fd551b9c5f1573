/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From method and path to a route. Paths are matched segment by segment on the raw text,
 * then parameters are percent-decoded, so "%2F" inside a subject stays inside it. One
 * trailing slash is ignored. A decoded parameter that is not UTF-8 or holds a NUL is
 * refused with 400. HEAD is served by GET's route.
 */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "http/request.h"

/*
 * What a family of routes speaks (Confluent's and Karapace's lists). produces[0] is the
 * answer to no Accept or one that takes anything, and the type of 404, 405, 406, 415.
 * Quality: RFC 9110 section 12.5.1 (q-values, type wildcards, most specific wins, ties by
 * order in produces).
 */
struct media {
	const char *const *produces; /* NULL-terminated */
	const char *const *consumes; /* checked on POST and PUT; an absent Content-Type is fine */
};

struct route {
	const char *method;  /* "GET" */
	const char *pattern; /* "/subjects/{subject}/versions/{version}" */
	const struct media *media; /* NULL: no negotiation; reply_type is application/json */
	void (*handle)(struct request *request);
	const void *user;    /* the registrar's own, reachable as request->route->user */
};

struct router;

struct router *router_create(void); /* NULL: no memory */
void router_destroy(struct router *router);

/*
 * Adds a route (kept by reference; static). False with *err when method and pattern clash
 * with one that is there (equal up to parameter names), or the pattern is malformed.
 */
bool router_add(struct router *router, const struct route *route, struct scute_error *err);

/* What answers what no route matches, e.g. for OPTIONS probes; default media for errors. */
void router_set_default_media(struct router *router, const struct media *media);

/* Called with each request before it is matched; may change path and query. False: it has answered. */
void router_set_rewrite(struct router *router, bool (*rewrite)(struct request *request));

/*
 * Routes a complete request: sets route, params, reply_type and calls handle; or answers
 * 404, 405 (with Allow), 406, 415 itself: {"error_code":N,"message":"HTTP 404 Not Found"}
 * (405 "HTTP 405 Method Not Allowed", 406 "HTTP 406 Not Acceptable", 415 "HTTP 415
 * Unsupported Media Type").
 */
void router_dispatch(struct router *router, struct request *request);

#endif
