/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server with a few routes and one client on a socket pair, both on one loop: so that a
 * whole exchange runs in one thread, and any allocation in it can be made to fail.
 */
#ifndef TEST_HTTP_WORLD_H
#define TEST_HTTP_WORLD_H

#include "http/conn.h"

struct world {
	struct loop *loop;
	struct router *router;
	struct server *server;
	struct loop_watch watch;
	struct loop_timer *guard;
	int client;
	const char *input;
	size_t input_len;
	size_t step;          /* bytes sent at once */
	size_t wanted;        /* replies after which the exchange is over; 0: until the end */
	bool half_close;      /* shut down the sending side after the input */
	bool ended;           /* the server closed */
	bool timed_out;
	struct buf output;
};

/* Counted by the handlers. */
extern unsigned world_handled;
extern unsigned world_cancelled;
extern unsigned world_marked; /* world_handled when /mark was asked for */

bool world_init(struct world *world, const struct server_options *options);
/* A new connection; false: no memory, or the server refused it. */
bool world_connect(struct world *world);
/* Sends the input and reads until wanted replies came or the server closed. */
void world_exchange(struct world *world, const char *input, size_t len, size_t step, size_t wanted);
void world_disconnect(struct world *world);
void world_finish(struct world *world);

/* Number of status lines in the output. */
size_t world_replies(const struct world *world);

#endif
