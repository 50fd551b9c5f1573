/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes to requests: heads and bodies are read under their limits, what is malformed or
 * too large is refused, what is complete goes to the router.
 */
#include <string.h>

#include "http/conn.h"
#include "http/head.h"
#include "http/reply.h"
#include "support/str.h"

bool conn_is_paused(const struct conn *conn)
{
	const struct server_options *options = &conn->server->options;

	return conn->n_queued >= options->pipeline_max ||
		conn->out.len - conn->out_sent + conn->held_bytes >= options->output_bytes_max;
}

bool conn_is_held(const struct conn *conn)
{
	return conn->last != NULL && (conn->deferred || !conn->last->is_safe);
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
	reply_add_header(&slot->request, "Allow",
		SCUTE_STR("GET, HEAD, POST, PUT, DELETE, OPTIONS"));
	reply_send(&slot->request, 200, NULL, SCUTE_STR(""));
}

static void dispatch(struct conn *conn)
{
	struct slot *slot = conn->current;

	conn->phase = CONN_HEAD;
	conn->deferred = conn->last != NULL && !slot->is_safe;
	if (conn->deferred) {
		conn->stalled = true;
		return;
	}
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
	bool parsed = head_parse(&slot->request, copy, slot->headers, &head);
	slot->http10 = head.http10;
	slot->is_head = str_eq(slot->request.method, SCUTE_STR("HEAD"));
	if (!parsed) {
		conn_refuse(conn, head.status, head.message);
		return;
	}
	slot->close = !head.keep_alive;
	slot->is_safe = slot->is_head || str_eq(slot->request.method, SCUTE_STR("GET")) ||
		str_eq(slot->request.method, SCUTE_STR("OPTIONS"));
	choose_id(slot, head.id);
	begin_body(conn, &head, at_hand);
}

/* Whether what has arrived of a head is already too long. */
static bool refuse_long_head(struct conn *conn, size_t seen)
{
	const struct server_options *options = &conn->server->options;

	if (conn->head_line > options->request_line_bytes_max ||
		(conn->head_line == 0 && seen > options->request_line_bytes_max + 1)) { /* its CR */
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
	if (refuse_long_head(conn, scan == HEAD_SCAN_COMPLETE ? head_len : conn->scan_at)) {
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

size_t conn_take(struct conn *conn, const char *data, size_t len)
{
	size_t used = 0;
	unsigned steps = 0;

	conn->busy = true;
	conn->stalled = conn->deferred;
	if (conn->deferred && conn->last == NULL) {
		conn->stalled = false;
		dispatch(conn);
	}
	while (used < len && !conn->doomed) {
		size_t taken;

		if (conn->phase == CONN_DISCARD || conn->last_taken) {
			conn->linger_bytes += len - used;
			used = len;
			break;
		}
		if (conn_is_paused(conn) || conn_is_held(conn) || ++steps > TURN_STEPS_MAX) {
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
