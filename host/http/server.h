/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP/1.1 and 1.0 server: listeners, connections, limits, timeouts, drain. llhttp
 * parses heads (strict, no leniency); http/head.c is the only file that knows it.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "http/router.h"

struct loop;
struct server;

struct server_options {
	size_t request_line_bytes_max; /* 414 beyond; default 16384 */
	size_t header_bytes_max;       /* all headers together, 431 beyond; default 65536 */
	size_t body_bytes_max;         /* 413 beyond, before it is read */
	size_t connections_max;        /* accepting pauses at this many; default 10000 */
	size_t pipeline_max;           /* requests of one connection read but unanswered; default 32 */
	size_t output_bytes_max;       /* of one connection, unsent; reading pauses beyond; default 8 MiB */
	uint64_t read_timeout_ms;      /* from a request's first byte to its last; 408 after; default 30000 */
	uint64_t idle_timeout_ms;      /* between requests; default 75000 */
	uint64_t write_timeout_ms;     /* without any progress of a pending write; default 30000 */
	uint64_t request_timeout_ms;   /* a handler's deadline: 503 after, and cancelled; default 65000 */
	bool access_log;               /* one line a request, at info, name "access" */
	/* CORS: NULL origin: off. Headers on every reply; OPTIONS is answered 200 with them. */
	const char *cors_allow_origin;
	const char *cors_allow_methods;
	const char *cors_allow_headers;
	/* As Confluent's server: nothing is cached, but where a handler says otherwise. */
	bool no_store;
};

/* The defaults above, body_bytes_max 1 MiB. */
struct server_options server_options_default(void);

/* Router stays the caller's. NULL: no memory. */
struct server *server_create(struct loop *loop, struct router *router, const struct server_options *options);

/*
 * Listens on host (numeric, a name, or "" for all addresses, IPv4 and IPv6) and port (0:
 * any; *ret_port tells). False with *err: which address, and why. Router NULL: create's.
 */
bool server_listen(struct server *server, const char *host, uint16_t port, struct router *router,
	uint16_t *ret_port, struct scute_error *err);

/*
 * New options, for all connections, from now on (SIGHUP). Strings of the old ones are not
 * used any more. CORS values that can not be sent (CR, LF) leave the CORS headers as they were.
 */
void server_reload(struct server *server, const struct server_options *options);

/*
 * Stops listening, closes idle connections, lets requests under way finish with
 * "Connection: close", cuts the rest after drain_ms; then done(user), from the loop.
 */
void server_drain(struct server *server, uint64_t drain_ms, void (*done)(void *user), void *user);

size_t server_connections(const struct server *server);

/*
 * Closes whatever is left, cancelling requests; not from a handler. Those that cannot be
 * cancelled must not be answered afterwards. NULL is fine.
 */
void server_destroy(struct server *server);

#endif
