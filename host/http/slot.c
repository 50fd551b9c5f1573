/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a request's slot: free list, queue of its connection, orphanage. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http/conn.h"

#define ARENA_BYTES_MIN ((size_t)8 * 1024 * 1024)
#define ARENA_PER_BODY_BYTE 32 /* a parsed JSON tree takes that many times its text at worst */

static_assert(offsetof(struct slot, request) == 0, "a request is the first of its slot");

struct slot *slot_of(struct request *request)
{
	return (struct slot *)(void *)request;
}

struct slot *slot_take(struct server *server, struct conn *conn)
{
	struct slot *slot = server->free_slots;
	struct request *request;

	if (slot != NULL) {
		server->free_slots = slot_of(slot->request.next);
		server->n_free_slots--;
	} else if ((slot = malloc(sizeof(*slot))) == NULL) {
		return NULL;
	}
	/* What follows (id, peer, headers, memory) is written before it is read. */
	memset(slot, 0, offsetof(struct slot, id));
	request = &slot->request;
	arena_init_with(&request->arena,
		ARENA_BYTES_MIN + ARENA_PER_BODY_BYTE * server->options.body_bytes_max,
		slot->memory, sizeof(slot->memory));
	request->conn = conn;
	request->peer = (struct scute_str){ conn->peer, conn->peer_len };
	request->reply_type = router_error_type(conn->router);
	request->headers = slot->headers;
	request->started_ms = loop_now_ms(server->loop);
	slot->server = server;
	buf_init(&slot->body, server->options.body_bytes_max);
	buf_init(&slot->held, REPLY_BYTES_MAX);
	return slot;
}

void slot_free(struct slot *slot)
{
	struct server *server = slot->server;

	arena_finish(&slot->request.arena);
	buf_finish(&slot->body);
	buf_finish(&slot->held);
	if (server->n_free_slots == SLOTS_KEPT_MAX) {
		free(slot);
		return;
	}
	slot->request.next = server->free_slots != NULL ? &server->free_slots->request : NULL;
	server->free_slots = slot;
	server->n_free_slots++;
}

void slot_enqueue(struct slot *slot)
{
	struct conn *conn = slot->request.conn;

	slot->request.next = NULL;
	if (conn->last != NULL) {
		conn->last->request.next = &slot->request;
	} else {
		conn->first = slot;
	}
	conn->last = slot;
	conn->n_queued++;
}

void slot_cancel(struct slot *slot)
{
	struct request *request = &slot->request;
	void (*cancelled)(void *user) = request->cancelled;

	assert(!request->replied);
	request->cancelled = NULL;
	if (cancelled != NULL) {
		cancelled(request->cancelled_user);
		assert(!request->replied);
	} else {
		slot->orphan = true;
	}
}

/* The handler will reply in its time: until then the request must be whole, but unconnected. */
static void adopt(struct slot *slot)
{
	struct server *server = slot->server;
	struct request *request = &slot->request;

	memcpy(slot->peer, request->peer.data, request->peer.len);
	request->peer.data = slot->peer;
	request->conn = NULL;
	request->replied = false;
	buf_finish(&slot->held);
	slot->prev = NULL;
	request->next = NULL;
	if (server->orphans != NULL) {
		server->orphans->prev = slot;
		request->next = &server->orphans->request;
	}
	server->orphans = slot;
}

void slot_release(struct slot *slot)
{
	if (slot->orphan) {
		adopt(slot);
	} else {
		slot_free(slot);
	}
}
