/* SPDX-License-Identifier: Apache-2.0 */
/* The routes, the loop and the client of the connection tests. */
#include "world.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/reply.h"
#include "support/str.h"

#define OUTPUT_MAX ((size_t)4 * 1024 * 1024)
#define GUARD_MS 10000

unsigned world_handled;
unsigned world_cancelled;
unsigned world_marked;

static struct request *later;
static char big[300000];

static void handle_small(struct request *request)
{
	world_handled++;
	reply_send(request, 200, "application/json", SCUTE_STR("{}"));
}

static void handle_big(struct request *request)
{
	world_handled++;
	memset(big, 'b', sizeof(big));
	reply_add_header(request, "X-Big", SCUTE_STR("yes"));
	reply_send(request, 200, NULL, (struct scute_str){ big, sizeof(big) });
}

static void handle_echo(struct request *request)
{
	world_handled++;
	reply_send(request, 200, "text/plain", request->body);
}

static void later_cancelled(void *user)
{
	if (later == user) {
		later = NULL;
	}
	world_cancelled++;
}

/* Answered by the next request to /release, or never. */
static void handle_later(struct request *request)
{
	world_handled++;
	later = request;
	request_on_cancel(request, later_cancelled, request);
}

static void handle_release(struct request *request)
{
	struct request *waiting = later;

	world_handled++;
	later = NULL;
	reply_send(request, 200, NULL, SCUTE_STR("\"released\""));
	if (waiting != NULL) {
		reply_errorf(waiting, 409, 40901, "late: %s", "but here");
	}
}

/* Notes how many requests came before it, and stops the loop. */
static void handle_mark(struct request *request)
{
	world_marked = world_handled;
	loop_stop(request->conn->server->loop);
	reply_send(request, 200, NULL, SCUTE_STR("{}"));
}

struct soon {
	struct request *request;
	struct loop_timer *timer;
};

static void soon_over(void *user)
{
	struct soon *soon = user;

	reply_send(soon->request, 200, NULL, SCUTE_STR("\"soon\""));
}

static void soon_cancelled(void *user)
{
	struct soon *soon = user;

	loop_timer_stop(soon->timer);
	world_cancelled++;
}

/* Answers after {ms} milliseconds. */
static void handle_soon(struct request *request)
{
	struct soon *soon = scute_alloc(&request->arena.base, sizeof(*soon));
	int64_t ms = 0;

	world_handled++;
	if (soon == NULL || !str_to_i64(request_param(request, "ms"), &ms) || ms < 0) {
		reply_error(request, 400, 400, SCUTE_STR("no number, or no memory"));
		return;
	}
	soon->request = request;
	soon->timer = loop_timer_start(request->conn->server->loop, (uint64_t)ms, 0, soon_over, soon);
	if (soon->timer == NULL) {
		reply_error(request, 503, 503, SCUTE_STR("no memory"));
		return;
	}
	request_on_cancel(request, soon_cancelled, soon);
}

static const struct route routes[] = {
	{ "GET", "/mark", NULL, handle_mark, NULL },
	{ "GET", "/soon/{ms}", NULL, handle_soon, NULL },
	{ "GET", "/small", NULL, handle_small, NULL },
	{ "GET", "/big", NULL, handle_big, NULL },
	{ "POST", "/echo", NULL, handle_echo, NULL },
	{ "GET", "/names/{name}", NULL, handle_small, NULL },
	{ "GET", "/later", NULL, handle_later, NULL },
	{ "GET", "/release", NULL, handle_release, NULL },
};

static void guard(void *user)
{
	struct world *world = user;

	world->timed_out = true;
	loop_stop(world->loop);
}

bool world_init(struct world *world, const struct server_options *options)
{
	struct scute_error err;
	bool good;

	later = NULL;
	world_handled = 0;
	world_cancelled = 0;
	*world = (struct world){ .client = -1 };
	buf_init(&world->output, OUTPUT_MAX);
	world->loop = loop_create();
	world->router = router_create();
	good = world->loop != NULL && world->router != NULL;
	for (size_t i = 0; good && i < sizeof(routes) / sizeof(routes[0]); i++) {
		good = router_add(world->router, &routes[i], &err);
	}
	if (good) {
		world->server = server_create(world->loop, world->router, options);
	}
	return world->server != NULL;
}

static void send_piece(struct world *world)
{
	size_t len = world->input_len < world->step ? world->input_len : world->step;
	ssize_t sent = send(world->client, world->input, len, MSG_NOSIGNAL);

	if (sent < 0 && errno != EAGAIN) {
		world->input_len = 0; /* the server refused to read on */
		return;
	}
	if (sent > 0) {
		world->input += sent;
		world->input_len -= (size_t)sent;
	}
}

static void receive(struct world *world)
{
	char chunk[65536];
	ssize_t got = recv(world->client, chunk, sizeof(chunk), 0);

	if (got > 0) {
		buf_append(&world->output, chunk, (size_t)got);
	} else if (got == 0 || errno != EAGAIN) {
		world->ended = true;
	}
}

static void client_ready(void *user, unsigned io)
{
	struct world *world = user;

	if ((io & LOOP_WRITE) != 0 && world->input_len > 0) {
		send_piece(world);
		if (world->input_len == 0 && world->half_close) {
			shutdown(world->client, SHUT_WR);
		}
	}
	if ((io & LOOP_READ) != 0) {
		receive(world);
	}
	loop_watch_set(&world->watch, world->input_len > 0 ? LOOP_READ | LOOP_WRITE : LOOP_READ);
	if (world->ended || (world->wanted > 0 && world_replies(world) >= world->wanted)) {
		loop_stop(world->loop);
	}
}

bool world_connect(struct world *world)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) {
		return false;
	}
	world->client = pair[0];
	world->ended = false;
	if (!sweep_start(world->server)) {
		close(pair[1]);
		return false;
	}
	conn_accept(world->server, world->router, pair[1], "192.0.2.1");
	return true;
}

void world_exchange(struct world *world, const char *input, size_t len, size_t step, size_t wanted)
{
	world->input = input;
	world->input_len = len;
	world->step = step;
	world->wanted = wanted;
	world->timed_out = false;
	world->guard = loop_timer_start(world->loop, GUARD_MS, GUARD_MS, guard, world);
	loop_watch_start(world->loop, &world->watch, world->client, LOOP_READ | LOOP_WRITE, client_ready,
		world);
	loop_run(world->loop);
	loop_watch_stop(&world->watch);
	loop_timer_stop(world->guard);
}

static void poll_server(void *user)
{
	struct world *world = user;

	if (server_connections(world->server) == 0) {
		loop_stop(world->loop);
	}
}

void world_disconnect(struct world *world)
{
	struct loop_timer *timer;

	if (world->client >= 0) {
		close(world->client);
		world->client = -1;
	}
	if (server_connections(world->server) == 0) {
		return;
	}
	timer = loop_timer_start(world->loop, 1, 1, poll_server, world);
	loop_run(world->loop);
	loop_timer_stop(timer);
}

void world_finish(struct world *world)
{
	if (world->client >= 0) {
		close(world->client);
	}
	server_destroy(world->server);
	router_destroy(world->router);
	loop_destroy(world->loop);
	buf_finish(&world->output);
}

size_t world_replies(const struct world *world)
{
	static const char mark[] = "HTTP/1.1 ";
	const char *at = world->output.data;
	size_t left = world->output.len;
	size_t n = 0;

	while (left > 0) {
		const char *next = memmem(at, left, mark, sizeof(mark) - 1);
		if (next == NULL) {
			break;
		}
		n++;
		left -= (size_t)(next - at) + 1;
		at = next + 1;
	}
	return n;
}
