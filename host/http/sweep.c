/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every deadline of the server, by one coarse timer over all connections: so a request
 * costs no timer of its own, and a deadline is late by at most one sweep.
 */
#include <time.h>

#include "http/conn.h"
#include "http/reply.h"

static bool is_over(uint64_t since_ms, uint64_t limit_ms, uint64_t now_ms)
{
	return now_ms > since_ms && now_ms - since_ms > limit_ms;
}

static void refresh_date(struct server *server)
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(server->date, sizeof(server->date), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
}

/* The first request whose handler is late; answering one may release others. */
static struct slot *find_late(const struct conn *conn, uint64_t now_ms)
{
	uint64_t limit_ms = conn->server->options.request_timeout_ms;

	for (struct request *at = conn->first != NULL ? &conn->first->request : NULL; at != NULL;
		at = at->next) {
		if (!at->replied && !slot_of(at)->streaming && is_over(at->started_ms, limit_ms, now_ms)) {
			return slot_of(at);
		}
	}
	return NULL;
}

static void expire_handlers(struct conn *conn, uint64_t now_ms)
{
	struct slot *slot;

	while ((slot = find_late(conn, now_ms)) != NULL) {
		slot_cancel(slot);
		reply_error(&slot->request, 503, 503,
			SCUTE_STR("HTTP 503 The request took too long"));
	}
}

static bool is_expired(const struct conn *conn, uint64_t now_ms)
{
	const struct server *server = conn->server;
	const struct server_options *options = &server->options;

	if (server->draining && now_ms >= server->drain_until_ms) {
		return true;
	}
	if (conn->phase == CONN_LINGER) {
		return is_over(conn->read_since_ms, LINGER_MS, now_ms);
	}
	if (conn->write_since_ms != 0 &&
		is_over(conn->write_since_ms, options->write_timeout_ms, now_ms)) {
		return true;
	}
	return conn_is_idle(conn) && is_over(conn->active_ms, options->idle_timeout_ms, now_ms);
}

static void sweep_conn(struct conn *conn, uint64_t now_ms)
{
	if (is_expired(conn, now_ms)) {
		conn_close(conn);
		return;
	}
	if (conn->phase == CONN_LINGER) {
		return;
	}
	expire_handlers(conn, now_ms);
	if (conn->read_since_ms != 0 &&
		is_over(conn->read_since_ms, conn->server->options.read_timeout_ms, now_ms)) {
		conn_refuse(conn, 408, "HTTP 408 Request Timeout");
		conn_wake(conn);
	}
}

static void sweep(void *user)
{
	struct server *server = user;
	uint64_t now_ms = loop_now_ms(server->loop);
	struct conn *next;

	refresh_date(server);
	for (struct conn *conn = server->conns; conn != NULL; conn = next) {
		next = conn->next;
		sweep_conn(conn, now_ms);
	}
	listeners_resume(server);
	if (server->n_conns == 0 && !server->paused) {
		loop_timer_stop(server->sweep);
		server->sweep = NULL;
	}
}

bool sweep_start(struct server *server)
{
	if (server->sweep != NULL) {
		return true;
	}
	refresh_date(server);
	server->sweep = loop_timer_start(server->loop, SWEEP_MS, SWEEP_MS, sweep, server);
	return server->sweep != NULL;
}
