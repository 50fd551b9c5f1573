/* SPDX-License-Identifier: Apache-2.0 */
/* Replies whose bodies are made while they are sent (RFC 9112, 7.1: chunked transfer coding). */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "http/conn.h"

#define CHUNK_HEAD "00000000\r\n" /* leading zeros are allowed: the size is put in afterwards */
#define CHUNK_HEAD_BYTES (sizeof(CHUNK_HEAD) - 1)
#define CHUNK_TAIL "\r\n"
#define LAST_CHUNK "0\r\n\r\n"

/* Where a piece begins in out: behind room for its size. */
static size_t begin_chunk(const struct slot *slot, struct buf *out)
{
	size_t at = out->len;

	if (slot->chunked) {
		buf_append_z(out, CHUNK_HEAD);
	}
	return at;
}

static void end_chunk(struct slot *slot, struct buf *out, size_t at)
{
	size_t head = slot->chunked ? CHUNK_HEAD_BYTES : 0;
	char digits[CHUNK_HEAD_BYTES + 1];

	if (out->failed) {
		return;
	}
	assert(out->len >= at + head);
	size_t bytes = out->len - at - head;
	if (bytes == 0) {
		out->len = at; /* an empty chunk would be the last one */
		return;
	}
	slot->streamed_bytes += bytes;
	if (slot->chunked) {
		assert(bytes <= REPLY_BYTES_MAX + CHUNK_HEAD_BYTES);
		snprintf(digits, sizeof(digits), "%08zx\r\n", bytes);
		memcpy(out->data + at, digits, CHUNK_HEAD_BYTES);
		buf_append_z(out, CHUNK_TAIL);
	}
}

static void end(struct slot *slot)
{
	const struct reply_source *source = slot->source;

	slot->streaming = false;
	source->ended(slot->source_user);
}

void stream_cancel(struct slot *slot)
{
	assert(slot->streaming);
	end(slot);
}

/* Without chunks the body's end is the connection's: nothing may follow it. */
static void finish(struct conn *conn, struct slot *slot)
{
	end(slot);
	if (!slot->chunked && !slot->is_head) {
		conn_forget_behind(conn, slot);
	}
	reply_over(slot, slot->stream_status, slot->streamed_bytes);
}

static bool write_beginning(struct slot *slot, const char *type, struct scute_str first)
{
	struct buf *out = reply_head(slot, slot->stream_status, type, REPLY_LENGTH_UNKNOWN,
		first.len + CHUNK_HEAD_BYTES);

	if (out == NULL) {
		return false;
	}
	if (!slot->is_head) {
		size_t at = begin_chunk(slot, out);
		buf_append_str(out, first);
		end_chunk(slot, out, at);
	}
	return !out->failed;
}

void reply_stream(struct request *request, int status, const char *content_type, struct scute_str first,
	const struct reply_source *source, void *user)
{
	struct slot *slot = slot_of(request);
	struct conn *conn = request->conn;

	assert(status >= 200 && status <= 599 && status != 204 && status != 304);
	if (slot->orphan) {
		source->ended(user);
		reply_is_late(slot);
		return;
	}
	assert(!request->replied && !slot->streaming && conn != NULL);
	request->cancelled = NULL;
	slot->streaming = true;
	slot->source = source;
	slot->source_user = user;
	slot->stream_status = status;
	slot->chunked = !slot->http10;
	if (!slot->chunked && !slot->is_head) {
		slot->close = true;
		conn->last_taken = true;
	}
	if (slot->reply_failed ||
		!write_beginning(slot, content_type ? content_type : request->reply_type, first)) {
		conn->doomed = true;
	}
	if (slot->is_head) {
		finish(conn, slot);
		return;
	}
	if (conn->first != slot) {
		conn->held_bytes += slot->held.len;
	}
	if (!conn->busy) {
		conn_wake(conn);
	}
}

bool conn_wants_piece(const struct conn *conn)
{
	return conn->first != NULL && conn->first->streaming && !conn->doomed &&
		conn->out.len - conn->out_sent < OUTPUT_BYTES;
}

void conn_make_piece(struct conn *conn)
{
	struct slot *slot = conn->first;
	struct buf *out = conn_output(conn, slot);
	size_t at = begin_chunk(slot, out);

	conn->busy = true;
	enum reply_more more = slot->source->next(slot->source_user, out);
	conn->busy = false;
	end_chunk(slot, out, at);
	if (more == REPLY_END && slot->chunked) {
		buf_append_z(out, LAST_CHUNK);
	}
	if (more == REPLY_BROKEN || out->failed) {
		conn->doomed = true; /* what is missing shows: no last chunk, or a short body */
	} else if (more == REPLY_END) {
		finish(conn, slot);
	}
}
