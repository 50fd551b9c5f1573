/* SPDX-License-Identifier: Apache-2.0 */
/* The server as a whole: options, stock of free structures, drain, end. */
#include "http/server.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http/conn.h"
#include "http/head.h"
#include "log.h"
#include "metrics.h"
#include "support/str.h"

#define CORS_BYTES_MAX 8192

struct server_options server_options_default(void)
{
	return (struct server_options){
		.request_line_bytes_max = 16384,
		.header_bytes_max = 65536,
		.body_bytes_max = 1048576,
		.connections_max = 10000,
		.pipeline_max = 32,
		.output_bytes_max = (size_t)8 * 1024 * 1024,
		.read_timeout_ms = 30000,
		.idle_timeout_ms = 75000,
		.write_timeout_ms = 30000,
		.request_timeout_ms = 65000,
	};
}

static bool add_cors_line(struct buf *buf, const char *name, const char *value)
{
	for (const char *at = value; at != NULL && *at != '\0'; at++) {
		if (!head_is_text(*at)) {
			return false;
		}
	}
	return value == NULL || buf_printf(buf, "%s: %s\r\n", name, value);
}

/* The CORS headers as they are sent. False: no memory, or not fit for a header. */
static bool make_cors(const struct server_options *options, struct buf *ret_cors)
{
	struct buf buf;

	buf_init(&buf, CORS_BYTES_MAX);
	if (options->cors_allow_origin != NULL &&
		!(add_cors_line(&buf, "Access-Control-Allow-Origin", options->cors_allow_origin) &&
			add_cors_line(&buf, "Access-Control-Allow-Methods",
				options->cors_allow_methods) &&
			add_cors_line(&buf, "Access-Control-Allow-Headers",
				options->cors_allow_headers))) {
		buf_finish(&buf);
		return false;
	}
	*ret_cors = buf;
	return true;
}

static void check_options(const struct server_options *options)
{
	assert(options->request_line_bytes_max > 0 && options->header_bytes_max > 0);
	assert(options->connections_max > 0 && options->pipeline_max > 0);
	assert(options->output_bytes_max > 0);
}

static void drain_done(void *user)
{
	struct server *server = user;
	void (*drained)(void *) = server->drained;

	server->drained = NULL;
	if (drained != NULL) {
		drained(server->drained_user);
	}
}

struct server *server_create(struct loop *loop, struct router *router,
	const struct server_options *options)
{
	struct server *server = calloc(1, sizeof(*server));

	check_options(options);
	if (server == NULL) {
		return NULL;
	}
	server->loop = loop;
	server->router = router;
	server->options = *options;
	server->drain_idle = (struct loop_idle){ .run = drain_done, .user = server };
	server->scratch = malloc(SCRATCH_BYTES);
	if (server->scratch == NULL || !id_seed(server->id_state) ||
		!make_cors(options, &server->cors)) {
		free(server->scratch);
		free(server);
		return NULL;
	}
	return server;
}

void server_reload(struct server *server, const struct server_options *options)
{
	struct buf cors;

	check_options(options);
	if (make_cors(options, &cors)) {
		buf_finish(&server->cors);
		server->cors = cors;
	} else {
		log_error("http",
			"CORS headers stay as they were: no memory, or not fit for a header");
	}
	server->options = *options;
	if (server->n_conns < options->connections_max) {
		listeners_resume(server);
	}
}

void server_conn_gone(struct server *server)
{
	assert(server->n_conns > 0);
	server->n_conns--;
	metrics.http_connections--;
	listeners_resume(server);
	if (server->draining && server->n_conns == 0) {
		loop_idle_add(server->loop, &server->drain_idle);
	}
}

void server_drain(struct server *server, uint64_t drain_ms, void (*done)(void *user), void *user)
{
	struct conn *next;

	assert(!server->draining);
	server->draining = true;
	server->drain_until_ms = loop_now_ms(server->loop) + drain_ms;
	server->drained = done;
	server->drained_user = user;
	listeners_finish(server);
	for (struct conn *conn = server->conns; conn != NULL; conn = next) {
		next = conn->next;
		if (conn_is_idle(conn) && !conn->busy) {
			conn_close(conn);
			continue;
		}
		/* A request that began to arrive is still read; it then is the last. */
		if (conn->current == NULL && conn->in.len == 0) {
			conn->last_taken = true;
			if (conn->last != NULL) {
				conn->last->close = true;
			}
		}
	}
	if (server->n_conns == 0) {
		loop_idle_add(server->loop, &server->drain_idle);
	}
}

size_t server_connections(const struct server *server)
{
	return server->n_conns;
}

static void free_stock(struct server *server)
{
	struct conn *conn;
	struct slot *slot;

	while ((conn = server->free_conns) != NULL) {
		server->free_conns = conn->next;
		free(conn);
	}
	while ((slot = server->free_slots) != NULL) {
		server->free_slots =
			slot->request.next != NULL ? slot_of(slot->request.next) : NULL;
		free(slot);
	}
	while (server->n_outputs > 0) {
		free(server->outputs[--server->n_outputs]);
	}
}

void server_destroy(struct server *server)
{
	struct slot *slot;

	if (server == NULL) {
		return;
	}
	server->drained = NULL;
	listeners_finish(server);
	while (server->conns != NULL) {
		conn_close(server->conns);
	}
	while ((slot = server->orphans) != NULL) {
		server->orphans = slot->request.next != NULL ? slot_of(slot->request.next) : NULL;
		if (slot->request.cancelled != NULL) {
			slot->request.cancelled(slot->request.cancelled_user);
		}
		slot_free(slot);
	}
	loop_timer_stop(server->sweep);
	loop_idle_remove(server->loop, &server->drain_idle);
	free_stock(server);
	buf_finish(&server->cors);
	free(server->scratch);
	free(server);
}
