/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection: its socket, when it reads and waits, and how it ends in good order. Requests
 * are intake.c's, replies output.c's, the clock sweep.c's.
 */
#include "http/conn.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "metrics.h"

static void conn_ready(void *user, unsigned io);
static void conn_resume(void *user);

/* A head that is not complete, and what may follow it in one read. */
static size_t input_bytes_max(const struct server *server)
{
	return server->options.request_line_bytes_max + server->options.header_bytes_max +
		2 * SCRATCH_BYTES;
}

void conn_accept(struct server *server, struct router *router, int fd, const char *peer)
{
	const struct server_options *options = &server->options;
	struct conn *conn = server->free_conns;

	if (conn != NULL) {
		server->free_conns = conn->next;
		server->n_free_conns--;
	} else if ((conn = malloc(sizeof(*conn))) == NULL) {
		close(fd);
		return;
	}
	memset(conn, 0, sizeof(*conn));
	conn->server = server;
	conn->router = router;
	conn->fd = fd;
	conn->idle = (struct loop_idle){ .run = conn_resume, .user = conn };
	conn->active_ms = loop_now_ms(server->loop);
	conn->peer_len = strnlen(peer, sizeof(conn->peer) - 1);
	memcpy(conn->peer, peer, conn->peer_len);
	buf_init(&conn->in, input_bytes_max(server));
	buf_init(&conn->out, options->output_bytes_max + REPLY_BYTES_MAX);
	conn->next = server->conns;
	if (conn->next != NULL) {
		conn->next->prev = conn;
	}
	server->conns = conn;
	server->n_conns++;
	metrics.http_connections++;
	loop_watch_start(server->loop, &conn->watch, fd, LOOP_READ, conn_ready, conn);
}

static void give_up(struct slot *slot)
{
	if (slot->streaming) {
		stream_cancel(slot);
	} else if (!slot->request.replied) {
		slot_cancel(slot);
	}
	slot_release(slot);
}

void conn_forget_behind(struct conn *conn, struct slot *slot)
{
	struct request *next = slot->request.next;

	slot->request.next = NULL;
	conn->last = slot;
	conn->deferred = false;
	conn->stalled = false;
	while (next != NULL) {
		struct slot *behind = slot_of(next);
		next = next->next;
		conn->n_queued--;
		if (behind->request.replied || behind->streaming) {
			conn->held_bytes -= behind->held.len;
		}
		give_up(behind);
	}
}

static void release_requests(struct conn *conn)
{
	struct slot *slot;

	if (conn->current != NULL) {
		slot_free(conn->current);
		conn->current = NULL;
	}
	while ((slot = conn->first) != NULL) {
		conn->first = slot->request.next != NULL ? slot_of(slot->request.next) : NULL;
		give_up(slot);
	}
	conn->last = NULL;
	conn->n_queued = 0;
}

void conn_close(struct conn *conn)
{
	struct server *server = conn->server;

	assert(!conn->busy);
	loop_watch_stop(&conn->watch);
	close(conn->fd);
	conn->fd = -1;
	/* A cancelled handler may still touch its request, not make this connection wake again. */
	conn->busy = true;
	release_requests(conn);
	loop_idle_remove(server->loop, &conn->idle);
	buf_finish(&conn->in);
	conn_output_finish(conn);
	if (conn->prev != NULL) {
		conn->prev->next = conn->next;
	} else {
		server->conns = conn->next;
	}
	if (conn->next != NULL) {
		conn->next->prev = conn->prev;
	}
	if (server->n_free_conns < CONNS_KEPT_MAX) {
		conn->next = server->free_conns;
		server->free_conns = conn;
		server->n_free_conns++;
	} else {
		free(conn);
	}
	server_conn_gone(server);
}

bool conn_is_idle(const struct conn *conn)
{
	return conn->first == NULL && conn->current == NULL && conn->in.len == 0 &&
		!conn_output_pending(conn);
}

void conn_wake(struct conn *conn)
{
	loop_idle_add(conn->server->loop, &conn->idle);
}

static void read_kept_input(struct conn *conn)
{
	size_t used = conn_take(conn, conn->in.data, conn->in.len);

	if (used == conn->in.len) {
		buf_finish(&conn->in);
		buf_init(&conn->in, conn->in.max);
	} else if (used > 0) {
		buf_consume(&conn->in, used);
	}
}

/* Bytes read into data; 0 when there is nothing to go on with. */
static size_t receive(struct conn *conn, char *data, size_t room)
{
	ssize_t got;

	do {
		got = recv(conn->fd, data, room, 0);
	} while (got < 0 && errno == EINTR);
	if (got > 0) {
		return (size_t)got;
	}
	if (got == 0) {
		conn->eof = true;
	} else if (errno != EAGAIN && errno != EWOULDBLOCK) {
		conn->doomed = true;
	}
	return 0;
}

static void conn_read(struct conn *conn)
{
	struct server *server = conn->server;
	size_t used;
	size_t got;

	conn->in.max = input_bytes_max(server); /* a reload may have changed it */
	if (conn->in.len > 0) {
		size_t room = SCRATCH_BYTES / 4;
		/* .. to less than is here: then it is the head that is refused, as too long. */
		if (conn->in.max - room < conn->in.len) {
			conn->in.max = conn->in.len + room;
		}
		char *at = buf_reserve(&conn->in, room);
		if (at == NULL) {
			conn->doomed = true;
			return;
		}
		conn->in.len += receive(conn, at, room);
		conn->active_ms = loop_now_ms(server->loop);
		read_kept_input(conn);
		return;
	}
	got = receive(conn, server->scratch, SCRATCH_BYTES);
	if (got == 0) {
		return;
	}
	conn->active_ms = loop_now_ms(server->loop);
	if (conn->phase == CONN_LINGER) {
		conn->linger_bytes += got;
		return;
	}
	used = conn_take(conn, server->scratch, got);
	if (used < got && !buf_append(&conn->in, server->scratch + used, got - used)) {
		conn->doomed = true;
	}
}

/*
 * Everything is sent. Closing with unread input would make the kernel reset the connection
 * and the client might lose the reply: then shut down only, and read on for a while.
 */
static void begin_linger(struct conn *conn)
{
	if (conn->phase == CONN_LINGER) {
		return;
	}
	conn->phase = CONN_LINGER;
	buf_reset(&conn->in);
	conn->active_ms = loop_now_ms(conn->server->loop);
	conn->read_since_ms = conn->active_ms;
	if (shutdown(conn->fd, SHUT_WR) != 0) {
		conn->doomed = true;
	}
}

/* The client closed its side, or the whole. What is already answered is still sent. */
static bool is_deserted(const struct conn *conn)
{
	bool streams = conn->first != NULL && conn->first->streaming;

	return conn->eof && !streams && (conn->first != NULL || !conn_output_pending(conn));
}

/* While a request is held back reading goes on, a little: so a client's leaving is seen. */
static bool wants_input(const struct conn *conn)
{
	if (conn->phase == CONN_LINGER) {
		return true;
	}
	if (conn_is_held(conn)) {
		return !conn_is_paused(conn) && conn->in.len < SCRATCH_BYTES;
	}
	return !conn_is_paused(conn) && !conn->stalled;
}

static void set_watch(struct conn *conn)
{
	unsigned io = 0;

	if (!conn->eof && wants_input(conn)) {
		io |= LOOP_READ;
	}
	if (conn_output_pending(conn)) {
		io |= LOOP_WRITE;
	}
	loop_watch_set(&conn->watch, io);
}

static void note_reading(struct conn *conn)
{
	bool reading = (conn->current != NULL || conn->in.len > 0) && !conn->stalled &&
		!conn_is_paused(conn) && conn->phase != CONN_DISCARD;

	if (!reading) {
		conn->read_since_ms = 0;
	} else if (conn->read_since_ms == 0) {
		conn->read_since_ms = loop_now_ms(conn->server->loop);
	}
}

void conn_settle(struct conn *conn)
{
	assert(!conn->busy);
	if (!conn->doomed) {
		conn_flush(conn);
	}
	if (conn_wants_piece(conn)) { /* one a turn, so that others get theirs */
		conn_make_piece(conn);
		if (!conn->doomed) {
			conn_flush(conn);
		}
	}
	if (conn->last_taken && conn->first == NULL && conn->current == NULL) {
		conn->closing = true;
	}
	if (conn->closing && !conn_output_pending(conn) && !conn->doomed && !conn->eof) {
		begin_linger(conn);
	}
	if (conn->doomed || is_deserted(conn) || conn->linger_bytes > LINGER_BYTES_MAX) {
		conn_close(conn);
		return;
	}
	if (conn->phase == CONN_LINGER) {
		set_watch(conn);
		return;
	}
	note_reading(conn);
	if (conn_wants_piece(conn)) {
		conn_wake(conn);
	}
	if (conn->stalled && !conn_is_paused(conn) && !conn_is_held(conn)) {
		conn_wake(conn);
	}
	set_watch(conn);
}

/* From the loop's idle list: replies were given outside of a read, or there is room again. */
static void conn_resume(void *user)
{
	struct conn *conn = user;

	if (conn->stalled && (conn->in.len > 0 || conn->deferred) && !conn->doomed &&
		conn->phase != CONN_LINGER) {
		read_kept_input(conn);
	}
	conn_settle(conn);
}

static void conn_ready(void *user, unsigned io)
{
	struct conn *conn = user;

	if ((io & LOOP_READ) != 0) {
		conn_read(conn);
	}
	conn_settle(conn);
}
