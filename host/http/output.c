/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a connection has to send: replies in the order of their requests. The buffer comes
 * from the server's stock and goes back as soon as it is empty, so that an idle connection
 * holds none.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "http/conn.h"

bool conn_output_pending(const struct conn *conn)
{
	return conn->out.len > conn->out_sent;
}

/* Gives the output a buffer of the ordinary size. Failure shows at the first append. */
static void take_buffer(struct conn *conn)
{
	struct server *server = conn->server;
	char *data;

	if (server->n_outputs > 0) {
		data = server->outputs[--server->n_outputs];
	} else {
		data = malloc(OUTPUT_BYTES);
	}
	if (data != NULL) {
		conn->out.data = data;
		conn->out.cap = OUTPUT_BYTES;
	}
}

void conn_output_finish(struct conn *conn)
{
	struct server *server = conn->server;

	if (conn->out.cap == OUTPUT_BYTES && server->n_outputs < OUTPUTS_KEPT_MAX) {
		server->outputs[server->n_outputs++] = conn->out.data;
	} else {
		buf_finish(&conn->out);
	}
	buf_init(&conn->out, server->options.output_bytes_max + REPLY_BYTES_MAX);
	conn->out_sent = 0;
}

static struct buf *output(struct conn *conn)
{
	if (conn->out.data == NULL) {
		take_buffer(conn);
	}
	if (conn->out_sent > OUTPUT_BYTES && conn->out_sent > conn->out.len / 2) {
		buf_consume(&conn->out, conn->out_sent);
		conn->out_sent = 0;
	}
	return &conn->out;
}

struct buf *conn_output(struct conn *conn, struct slot *slot)
{
	return conn->first == slot ? output(conn) : &slot->held;
}

/* Moves a reply that had to wait to the output. */
static void append_held(struct conn *conn, struct slot *slot)
{
	if (slot->held.len == 0) {
		return;
	}
	if (!buf_append(output(conn), slot->held.data, slot->held.len)) {
		conn->doomed = true;
	}
	conn->held_bytes -= slot->held.len;
	buf_reset(&slot->held);
}

void conn_replied(struct conn *conn, struct slot *slot)
{
	if (conn->first != slot) {
		conn->held_bytes += slot->held.len;
		return;
	}
	while ((slot = conn->first) != NULL && slot->request.replied) {
		conn->first = slot->request.next != NULL ? slot_of(slot->request.next) : NULL;
		if (conn->first == NULL) {
			conn->last = NULL;
		}
		conn->n_queued--;
		append_held(conn, slot);
		conn->closing = conn->closing || slot->close;
		slot_release(slot);
	}
	if (conn->first != NULL && conn->first->streaming) {
		append_held(conn, conn->first); /* its beginning; the rest is made from now on */
	}
	conn_continue(conn);
	conn->active_ms = loop_now_ms(conn->server->loop);
	if (!conn->busy) {
		conn_wake(conn);
	}
}

void conn_continue(struct conn *conn)
{
	if (!conn->want_continue || conn->first != NULL) {
		return;
	}
	conn->want_continue = false;
	if (!buf_append_str(output(conn), SCUTE_STR("HTTP/1.1 100 Continue\r\n\r\n"))) {
		conn->doomed = true;
	}
}

void conn_flush(struct conn *conn)
{
	uint64_t now_ms = loop_now_ms(conn->server->loop);

	while (conn_output_pending(conn)) {
		ssize_t sent = send(conn->fd, conn->out.data + conn->out_sent,
			conn->out.len - conn->out_sent, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR) {
			continue;
		}
		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			if (conn->write_since_ms == 0) {
				conn->write_since_ms = now_ms;
			}
			return;
		}
		if (sent < 0) {
			conn->doomed = true;
			return;
		}
		conn->out_sent += (size_t)sent;
		conn->write_since_ms = now_ms;
	}
	conn->write_since_ms = 0;
	if (conn->out.data != NULL) {
		conn_output_finish(conn);
	}
}
