/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection: reads requests, hands them to the router, refuses what is malformed or too
 * large, and ends in good order. Replies are output.c's, the clock is sweep.c's.
 */
#include "http/conn.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/head.h"
#include "http/reply.h"
#include "metrics.h"
#include "support/str.h"

static void conn_ready(void *user, unsigned io);
static void conn_resume(void *user);

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
	buf_init(&conn->in,
		options->request_line_bytes_max + options->header_bytes_max + 2 * SCRATCH_BYTES);
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

static void release_requests(struct conn *conn)
{
	struct slot *slot;

	if (conn->current != NULL) {
		slot_free(conn->current);
		conn->current = NULL;
	}
	while ((slot = conn->first) != NULL) {
		if (!slot->request.replied) {
			slot_cancel(slot);
		}
		conn->first = slot->request.next != NULL ? slot_of(slot->request.next) : NULL;
		slot_release(slot);
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

static bool is_paused(const struct conn *conn)
{
	const struct server_options *options = &conn->server->options;

	return conn->n_queued >= options->pipeline_max ||
		conn->out.len - conn->out_sent + conn->held_bytes >= options->output_bytes_max;
}

/* The request is complete, or its refusal is to be written: it takes its place in the queue. */
static void enqueue_current(struct conn *conn)
{
	struct slot *slot = conn->current;

	conn->current = NULL;
	conn->read_since_ms = 0;
	conn->want_continue = false;
	slot->request.started_ms = loop_now_ms(conn->server->loop);
	slot_enqueue(slot);
}

void conn_refuse(struct conn *conn, int status, const char *message)
{
	struct slot *slot = conn->current;

	conn->phase = CONN_DISCARD;
	conn->last_taken = true;
	if (slot == NULL) {
		slot = conn->current = slot_take(conn->server, conn);
	}
	if (slot == NULL) {
		conn->doomed = true;
		return;
	}
	if (slot->request.id.len == 0) {
		id_make(conn->server->id_state, slot->id);
		slot->request.id = (struct scute_str){ slot->id, ID_BYTES };
	}
	slot->close = true;
	enqueue_current(conn);
	reply_error(&slot->request, status, status, str_z(message));
}

static bool add_cors_reply(struct conn *conn, struct slot *slot)
{
	if (conn->server->cors.len == 0 || !str_eq(slot->request.method, SCUTE_STR("OPTIONS"))) {
		return false;
	}
	reply_send(&slot->request, 200, NULL, SCUTE_STR(""));
	return true;
}

static void answer_asterisk(struct slot *slot)
{
	reply_add_header(&slot->request, "Allow", SCUTE_STR("GET, HEAD, POST, PUT, DELETE, OPTIONS"));
	reply_send(&slot->request, 200, NULL, SCUTE_STR(""));
}

static void dispatch(struct conn *conn)
{
	struct slot *slot = conn->current;

	conn->phase = CONN_HEAD;
	if (conn->server->draining) {
		slot->close = true;
	}
	if (slot->close) {
		conn->last_taken = true;
		conn->phase = CONN_DISCARD;
	}
	enqueue_current(conn);
	if (add_cors_reply(conn, slot)) {
		return;
	}
	if (str_eq(slot->request.path, SCUTE_STR("*"))) {
		answer_asterisk(slot);
		return;
	}
	router_dispatch(conn->router, &slot->request);
}

static void choose_id(struct slot *slot, struct scute_str sent)
{
	if (id_is_sane(sent)) {
		slot->request.id = sent;
		return;
	}
	id_make(slot->server->id_state, slot->id);
	slot->request.id = (struct scute_str){ slot->id, ID_BYTES };
}

/* Decides by the head alone whether the body is wanted, and sets out to read it. */
static void begin_body(struct conn *conn, const struct head *head, size_t at_hand)
{
	const struct server_options *options = &conn->server->options;

	if (head->expect == HEAD_EXPECT_OTHER && !head->http10) {
		conn_refuse(conn, 417, "HTTP 417 Expectation Failed");
		return;
	}
	if (head->has_length && head->length > options->body_bytes_max) {
		conn_refuse(conn, 413, "HTTP 413 Request Entity Too Large");
		return;
	}
	if (!head->chunked && head->length == 0) {
		dispatch(conn);
		return;
	}
	if (head->chunked) {
		body_init_chunked(&conn->body, options->header_bytes_max);
	} else {
		body_init_fixed(&conn->body, head->length);
	}
	conn->phase = CONN_BODY;
	conn->want_continue = head->expect == HEAD_EXPECT_CONTINUE && !head->http10 && at_hand == 0;
	conn_continue(conn);
}

static void take_head(struct conn *conn, struct scute_str text, size_t at_hand)
{
	struct slot *slot = conn->current = slot_take(conn->server, conn);
	struct head head;
	struct scute_str copy;

	if (slot == NULL) {
		conn->doomed = true;
		return;
	}
	copy = arena_copy(&slot->request.arena.base, text);
	if (copy.data == NULL) {
		conn_refuse(conn, 503, "HTTP 503 Out of memory");
		return;
	}
	if (!head_parse(&slot->request, copy, slot->headers, &head)) {
		slot->http10 = head.http10;
		conn_refuse(conn, head.status, head.message);
		return;
	}
	slot->http10 = head.http10;
	slot->close = !head.keep_alive;
	slot->is_head = str_eq(slot->request.method, SCUTE_STR("HEAD"));
	choose_id(slot, head.id);
	begin_body(conn, &head, at_hand);
}

/* Whether what has arrived of a head is already too long. */
static bool refuse_long_head(struct conn *conn, size_t seen)
{
	const struct server_options *options = &conn->server->options;

	if (conn->head_line > options->request_line_bytes_max ||
		(conn->head_line == 0 && seen > options->request_line_bytes_max)) {
		conn_refuse(conn, 414, "HTTP 414 Request-URI Too Long");
		return true;
	}
	if (conn->head_line > 0 && seen - conn->head_line > options->header_bytes_max) {
		conn_refuse(conn, 431, "HTTP 431 Request Header Fields Too Large");
		return true;
	}
	return false;
}

/* Robustness of RFC 9112 section 2.2: a few empty lines before a request. */
static size_t skip_blank_line(struct conn *conn, const char *data, size_t len)
{
	if (len < 2 && data[0] == '\r') {
		return 0;
	}
	if (data[0] != '\r' || data[1] != '\n' || ++conn->blank_lines > BLANK_LINES_MAX) {
		conn_refuse(conn, 400, "HTTP 400 Malformed request line");
		return len;
	}
	return 2;
}

/* The functions below tell how many bytes they used; 0: more must arrive first. */
static size_t read_head(struct conn *conn, const char *data, size_t len)
{
	size_t head_len = 0;
	enum head_scan scan;

	if (conn->scan_at == 0 && !head_is_token(data[0])) {
		return skip_blank_line(conn, data, len);
	}
	scan = head_scan(data, len, &conn->scan_line, &conn->scan_at, &conn->head_line, &head_len);
	if (refuse_long_head(conn, scan == HEAD_SCAN_COMPLETE ? head_len : len)) {
		return len;
	}
	if (scan == HEAD_SCAN_MORE) {
		return 0;
	}
	if (scan == HEAD_SCAN_BARE_LF) {
		conn_refuse(conn, 400, "HTTP 400 Bare line feed");
		return len;
	}
	conn->scan_line = conn->scan_at = conn->head_line = 0;
	conn->blank_lines = 0;
	take_head(conn, (struct scute_str){ data, head_len }, len - head_len);
	return head_len;
}

static void refuse_body(struct conn *conn, enum body_result result)
{
	switch (result) {
	case BODY_TOO_LARGE:
		conn_refuse(conn, 413, "HTTP 413 Request Entity Too Large");
		break;
	case BODY_TRAILERS_TOO_LARGE:
		conn_refuse(conn, 431, "HTTP 431 Request Header Fields Too Large");
		break;
	case BODY_NO_MEMORY:
		conn_refuse(conn, 503, "HTTP 503 Out of memory");
		break;
	default:
		conn_refuse(conn, 400, "HTTP 400 Malformed chunk");
		break;
	}
}

static size_t read_body(struct conn *conn, const char *data, size_t len)
{
	struct slot *slot = conn->current;
	size_t used = 0;
	enum body_result result;

	if (conn->body.state == BODY_FIXED && slot->body.len == 0 && conn->body.left <= len) {
		used = (size_t)conn->body.left;
		slot->request.body =
			arena_copy(&slot->request.arena.base, (struct scute_str){ data, used });
		if (slot->request.body.data == NULL) {
			refuse_body(conn, BODY_NO_MEMORY);
			return len;
		}
		dispatch(conn);
		return used;
	}
	result = body_read(&conn->body, data, len, &slot->body, &used);
	if (result == BODY_COMPLETE) {
		slot->request.body = buf_str(&slot->body);
		dispatch(conn);
	} else if (result != BODY_MORE) {
		refuse_body(conn, result);
		return len;
	}
	return used;
}

/* Reads requests from data until it is used up, a part is missing, or there is no room. */
static size_t read_requests(struct conn *conn, const char *data, size_t len)
{
	size_t used = 0;

	conn->busy = true;
	conn->stalled = false;
	while (used < len && !conn->doomed) {
		size_t taken;

		if (conn->phase == CONN_DISCARD || conn->last_taken) {
			conn->linger_bytes += len - used;
			used = len;
			break;
		}
		if (is_paused(conn)) {
			conn->stalled = true;
			break;
		}
		taken = conn->phase == CONN_HEAD ? read_head(conn, data + used, len - used)
						 : read_body(conn, data + used, len - used);
		if (taken == 0) {
			break;
		}
		used += taken;
	}
	conn->busy = false;
	return used;
}

static void read_kept_input(struct conn *conn)
{
	size_t used = read_requests(conn, conn->in.data, conn->in.len);

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

	if (conn->in.len > 0) {
		size_t room = SCRATCH_BYTES / 4;
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
	used = read_requests(conn, server->scratch, got);
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
	return conn->eof && (conn->first != NULL || !conn_output_pending(conn));
}

static void set_watch(struct conn *conn)
{
	unsigned io = 0;

	if (!conn->eof && (conn->phase == CONN_LINGER || !is_paused(conn))) {
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
		!is_paused(conn) && conn->phase != CONN_DISCARD;

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
	if (conn->stalled && !is_paused(conn)) {
		conn_wake(conn);
	}
	set_watch(conn);
}

/* From the loop's idle list: replies were given outside of a read, or there is room again. */
static void conn_resume(void *user)
{
	struct conn *conn = user;

	if (conn->stalled && conn->in.len > 0 && !conn->doomed && conn->phase != CONN_LINGER) {
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
