/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of http/ share and nobody else sees: connections, the slots that hold
 * requests, and the server that owns both. Loop thread only.
 *
 * A connection reads requests into a queue and answers them in its order. It is closed
 * only at safe points (conn_settle, the sweep, server_destroy), never under a handler:
 * everything else marks it (doomed, closing) and leaves.
 */
#ifndef HTTP_CONN_H
#define HTTP_CONN_H

#include <netinet/in.h>

#include "http/body.h"
#include "http/reply.h"
#include "http/server.h"
#include "loop.h"
#include "support/buf.h"

#define SLOT_MEMORY_BYTES 4096
#define SCRATCH_BYTES ((size_t)64 * 1024)
#define OUTPUT_BYTES ((size_t)16 * 1024)
#define REPLY_BYTES_MAX ((size_t)512 * 1024 * 1024)
#define BLANK_LINES_MAX 4
#define TURN_STEPS_MAX 64 /* heads and bodies read in one go, so that others get their turn */
#define SWEEP_MS 500
#define LINGER_MS 5000
#define LINGER_BYTES_MAX ((uint64_t)64 * 1024 * 1024)
#define SLOTS_KEPT_MAX 32
#define CONNS_KEPT_MAX 64
#define OUTPUTS_KEPT_MAX 16
#define ID_BYTES 36
#define DATE_BYTES 37

/* A request and what only the server knows about it. A request is the first of its slot. */
struct slot {
	struct request request;
	struct slot *prev;   /* among orphans; request.next is the other link everywhere */
	struct server *server;
	struct buf body;     /* a body that did not arrive in one piece */
	struct buf held;     /* the reply, while earlier requests are unanswered */
	bool close;          /* the connection ends with this reply */
	bool http10;
	bool is_head;        /* method HEAD: no body in the reply */
	bool is_safe;        /* its method changes nothing: may run beside other such requests */
	bool orphan;         /* the handler still holds it, the connection no longer does */
	bool reply_failed;   /* a reply header could not be stored */
	bool streaming;      /* the head of its reply is written, pieces of the body follow */
	bool chunked;
	int stream_status;
	size_t streamed_bytes;
	const struct reply_source *source; /* of the pieces */
	void *source_user;
	char id[ID_BYTES];
	char peer[INET6_ADDRSTRLEN];
	struct request_header headers[REQUEST_HEADERS_MAX];
	_Alignas(16) char memory[SLOT_MEMORY_BYTES];
};

enum conn_phase {
	CONN_HEAD,    /* between requests, or inside a request's head */
	CONN_BODY,    /* current holds a request whose body arrives */
	CONN_DISCARD, /* refused: what arrives is no longer read as requests */
	CONN_LINGER,  /* everything is sent and shut down; waiting for the client to close */
};

struct conn {
	struct server *server;
	struct conn *next;
	struct conn *prev;
	struct router *router;
	struct loop_watch watch;
	struct loop_idle idle;
	int fd;
	enum conn_phase phase;
	bool busy;          /* handlers may be on the stack */
	bool doomed;        /* broken: close without ceremony */
	bool closing;       /* close once the output is sent */
	bool last_taken;    /* no request is read after the current queue */
	bool eof;
	bool stalled;       /* input waits: for room in the queue or the output, an answer, its turn */
	bool deferred;      /* current is complete, but must not begin before earlier ones are answered */
	bool want_continue; /* 100 Continue is due once earlier replies are out */
	uint8_t blank_lines;
	size_t n_queued;
	struct slot *first; /* read, not yet answered */
	struct slot *last;
	struct slot *current;
	struct body body;
	struct buf in;      /* input that could not be used up at once */
	size_t scan_line;   /* in the head: where its current line starts, .. */
	size_t scan_at;     /* .. and where the search for the line's end goes on */
	size_t head_line;   /* length of the request line, 0 while unknown */
	struct buf out;
	size_t out_sent;
	uint64_t held_bytes;
	uint64_t read_since_ms;  /* a request began to arrive; 0: none */
	uint64_t write_since_ms; /* the last progress of a pending write */
	uint64_t active_ms;
	uint64_t linger_bytes;
	size_t peer_len;
	char peer[INET6_ADDRSTRLEN];
};

struct listener {
	struct server *server;
	struct listener *next;
	struct router *router;
	struct loop_watch watch;
	int fd;
};

struct server {
	struct loop *loop;
	struct router *router;
	struct server_options options;
	struct buf cors; /* header lines, ready to send; empty: off */
	struct conn *conns;
	size_t n_conns;
	struct listener *listeners;
	bool paused;     /* not accepting: too many connections or no file descriptors */
	struct loop_timer *sweep;
	struct conn *free_conns;
	size_t n_free_conns;
	struct slot *free_slots;
	size_t n_free_slots;
	struct slot *orphans;
	char *outputs[OUTPUTS_KEPT_MAX];
	size_t n_outputs;
	char *scratch;
	uint64_t id_state[4];
	char date[DATE_BYTES + 1];
	bool draining;
	uint64_t drain_until_ms;
	void (*drained)(void *user);
	void *drained_user;
	struct loop_idle drain_idle;
};

/* conn.c */
void conn_accept(struct server *server, struct router *router, int fd, const char *peer);
void conn_close(struct conn *conn);
/* What is read behind slot is given up: its reply ends with the connection. */
void conn_forget_behind(struct conn *conn, struct slot *slot);
/* Sends what can be sent, closes what is to be closed, sets the watcher. May free conn. */
void conn_settle(struct conn *conn);
/* Work is due on it once the callbacks on the stack are done. */
void conn_wake(struct conn *conn);
/* A request is neither in the queue nor under way nor its reply unsent. */
bool conn_is_idle(const struct conn *conn);

/* intake.c */
/* No further request may be read now: too many are unanswered, or too much is unsent. */
bool conn_is_paused(const struct conn *conn);
/* No further request may begin now: one that changes something is unanswered (RFC 9112, 9.3.2). */
bool conn_is_held(const struct conn *conn);
/*
 * Takes requests from data until it is used up, a part is missing, or reading is paused or has
 * had its turn (then stalled is set). Tells how many bytes were used; the rest must be offered
 * again.
 */
size_t conn_take(struct conn *conn, const char *data, size_t len);
/* Answers what is arriving with an error and reads no further request. */
void conn_refuse(struct conn *conn, int status, const char *message);

/* output.c */
bool conn_output_pending(const struct conn *conn);
/* The buffer a reply of that slot goes to. NULL: no memory. */
struct buf *conn_output(struct conn *conn, struct slot *slot);
/* The slot's reply is complete: moves it and those that waited for it to the output. */
void conn_replied(struct conn *conn, struct slot *slot);
void conn_continue(struct conn *conn);
void conn_flush(struct conn *conn);
void conn_output_finish(struct conn *conn);

/* reply.c */
/* A body's length that is not known: it is streamed. */
#define REPLY_LENGTH_UNKNOWN SIZE_MAX
/* Status line and headers of a reply, with room for room_bytes behind. NULL: no memory. */
struct buf *reply_head(struct slot *slot, int status, const char *type, size_t body_bytes,
	size_t room_bytes);
/* A late reply that nobody waits for. True when it was one; the slot may be gone. */
bool reply_is_late(struct slot *slot);
/* It is complete: counted, logged, moved on. */
void reply_over(struct slot *slot, int status, size_t body_bytes);

/* stream.c */
/* Its first reply is streamed, and the next piece of it is due. */
bool conn_wants_piece(const struct conn *conn);
void conn_make_piece(struct conn *conn);
/* The reply will not be sent to its end. */
void stream_cancel(struct slot *slot);

/* slot.c */
struct slot *slot_take(struct server *server, struct conn *conn); /* NULL: no memory */
void slot_free(struct slot *slot);
void slot_enqueue(struct slot *slot);
/* Calls cancelled, if there is one; else the handler still holds the request: keeps it for that. */
void slot_cancel(struct slot *slot);
/* It leaves the queue: freed, or kept as an orphan. */
void slot_release(struct slot *slot);
struct slot *slot_of(struct request *request);

/* sweep.c */
bool sweep_start(struct server *server);

/* listen.c */
void listeners_pause(struct server *server);
void listeners_resume(struct server *server);
void listeners_finish(struct server *server);

/* server.c */
void server_conn_gone(struct server *server);

/* access.c */
void access_log(const struct request *request, int status, size_t body_bytes, uint64_t now_ms);

/* id.c */
bool id_seed(uint64_t state[4]);
void id_make(uint64_t state[4], char out[ID_BYTES]);
bool id_is_sane(struct scute_str id);

/* router.c */
const char *router_error_type(const struct router *router);

#endif
