/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP server alone, for the wire tests and the benchmark: listens on port 0 of the
 * host given, prints the port, serves a few routes that behave in telling ways. Limits are
 * set by arguments "name=value". SIGTERM drains.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/reply.h"
#include "http/server.h"
#include "log.h"
#include "loop.h"
#include "support/arena.h"
#include "support/json_out.h"
#include "support/str.h"

static struct loop *loop;
static struct server *server;
static unsigned n_cancelled;
static struct server_options options;
static struct scute_str large;

static const char *const produces[] = {
	"application/vnd.schemaregistry.v1+json",
	"application/vnd.schemaregistry+json",
	"application/json",
	NULL,
};
static const char *const consumes[] = {
	"application/vnd.schemaregistry.v1+json",
	"application/vnd.schemaregistry+json",
	"application/json",
	"application/octet-stream",
	NULL,
};
static const struct media media = { produces, consumes };

static void handle_small(struct request *request)
{
	reply_send(request, 200, NULL,
		SCUTE_STR("{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"Obj\\\",\\\"fields\\\":[]}\"}"));
}

static void handle_large(struct request *request)
{
	reply_send(request, 200, NULL, large);
}

static void put(struct json_out *out, const char *key, struct scute_str value)
{
	json_out_key(out, key);
	json_out_str(out, value);
}

/* Tells what arrived. */
static void handle_echo(struct request *request)
{
	struct buf buf;
	struct json_out out = json_out(&buf);
	struct scute_str value = { NULL, 0 };

	buf_init_arena(&buf, 4 * 1024 * 1024, &request->arena.base);
	json_out_object(&out);
	put(&out, "method", request->method);
	put(&out, "target", request->target);
	put(&out, "path", request->path);
	put(&out, "query", request->query);
	put(&out, "name", request_param(request, "name"));
	put(&out, "peer", request->peer);
	put(&out, "id", request->id);
	json_out_key(&out, "n_headers");
	json_out_i64(&out, (int64_t)request->n_headers);
	json_out_key(&out, "body_bytes");
	json_out_i64(&out, (int64_t)request->body.len);
	if (str_is_utf8(request->body) && request->body.len < 4096) {
		put(&out, "body", request->body);
	}
	if (request_query(request, "q", &value)) {
		put(&out, "q", value);
	}
	json_out_object_end(&out);
	reply_send(request, 200, NULL, buf_str(&buf));
}

struct waiting {
	struct request *request;
	struct loop_timer *timer;
};

static void waiting_over(void *user)
{
	struct waiting *waiting = user;
	struct request *request = waiting->request;

	free(waiting);
	handle_echo(request);
}

static void waiting_cancelled(void *user)
{
	struct waiting *waiting = user;

	n_cancelled++;
	loop_timer_stop(waiting->timer);
	free(waiting);
}

/* Answers after {ms} milliseconds. */
static void handle_slow(struct request *request)
{
	struct waiting *waiting = malloc(sizeof(*waiting));
	int64_t ms = 0;

	if (waiting == NULL || !str_to_i64(request_param(request, "ms"), &ms) || ms < 0) {
		free(waiting);
		reply_error(request, 400, 400, SCUTE_STR("not a number"));
		return;
	}
	waiting->request = request;
	waiting->timer = loop_timer_start(loop, (uint64_t)ms, 0, waiting_over, waiting);
	request_on_cancel(request, waiting_cancelled, waiting);
}

static void never_cancelled(void *user)
{
	(void)user;
	n_cancelled++;
}

static void handle_never(struct request *request)
{
	request_on_cancel(request, never_cancelled, NULL);
}

/* Knows no cancelling: answers after 1.5 s whatever has become of the request. */
static void handle_stubborn(struct request *request)
{
	struct waiting *waiting = malloc(sizeof(*waiting));

	if (waiting == NULL) {
		reply_error(request, 500, 500, SCUTE_STR("no memory"));
		return;
	}
	waiting->request = request;
	waiting->timer = loop_timer_start(loop, 1500, 0, waiting_over, waiting);
}

/* What GET /pieces/{n} sends: n pieces of numbered lines. */
#define PIECE_BYTES 10000

struct pieces {
	int64_t n;
	int64_t made;
	bool breaks;
};

static unsigned n_streams;
static unsigned n_pieces;

static enum reply_more next_piece(void *user, struct buf *out)
{
	struct pieces *pieces = user;
	char line[PIECE_BYTES + 1];

	n_pieces++;
	if (pieces->made == pieces->n) {
		return pieces->breaks ? REPLY_BROKEN : REPLY_END; /* an empty piece is none */
	}
	snprintf(line, sizeof(line), "%0*d\n", PIECE_BYTES - 1, (int)++pieces->made);
	buf_append_z(out, line);
	return REPLY_MORE;
}

static void pieces_ended(void *user)
{
	n_streams--;
	free(user);
}

static const struct reply_source pieces_source = { next_piece, pieces_ended };

static void stream_pieces(struct request *request, bool breaks)
{
	struct pieces *pieces = calloc(1, sizeof(*pieces));

	if (pieces == NULL || !str_to_i64(request_param(request, "n"), &pieces->n)) {
		free(pieces);
		reply_error(request, 400, 400, SCUTE_STR("not a number"));
		return;
	}
	n_streams++;
	pieces->breaks = breaks;
	reply_stream(request, 200, "text/plain", SCUTE_STR("begin\n"), &pieces_source, pieces);
}

static void handle_pieces(struct request *request)
{
	stream_pieces(request, false);
}

static void handle_broken(struct request *request)
{
	stream_pieces(request, true);
}

/* How many streams run, and how many pieces were ever asked for. */
static void handle_streams(struct request *request)
{
	reply_errorf(request, 200, (int)n_streams, "%u", n_pieces);
}

static void handle_status(struct request *request)
{
	reply_errorf(request, 200, (int)n_cancelled, "%zu connections", server_connections(server));
}

static void handle_reload(struct request *request)
{
	options.body_bytes_max = 10;
	server_reload(server, &options);
	reply_send(request, 204, NULL, SCUTE_STR(""));
}

static void handle_headers(struct request *request)
{
	reply_add_header(request, "X-One", SCUTE_STR("1"));
	reply_add_header(request, "X-Forged", SCUTE_STR("a\r\nSet-Cookie: b"));
	reply_add_header(request, "X-Two", SCUTE_STR("2"));
	reply_send(request, 201, "text/plain", SCUTE_STR("made"));
}

static const struct route routes[] = {
	{ "GET", "/small", &media, handle_small, NULL },
	{ "GET", "/large", &media, handle_large, NULL },
	{ "GET", "/echo", &media, handle_echo, NULL },
	{ "POST", "/echo", &media, handle_echo, NULL },
	{ "PUT", "/echo", &media, handle_echo, NULL },
	{ "GET", "/", &media, handle_echo, NULL },
	{ "GET", "/names/{name}", &media, handle_echo, NULL },
	{ "GET", "/names/{name}/versions", &media, handle_echo, NULL },
	{ "GET", "/names/fixed", &media, handle_small, NULL },
	{ "GET", "/slow/{ms}", &media, handle_slow, NULL },
	{ "POST", "/slow/{ms}", &media, handle_slow, NULL },
	{ "GET", "/never", &media, handle_never, NULL },
	{ "GET", "/stubborn", &media, handle_stubborn, NULL },
	{ "GET", "/pieces/{n}", NULL, handle_pieces, NULL },
	{ "GET", "/broken/{n}", NULL, handle_broken, NULL },
	{ "GET", "/streams", &media, handle_streams, NULL },
	{ "GET", "/status", &media, handle_status, NULL },
	{ "POST", "/reload", &media, handle_reload, NULL },
	{ "GET", "/headers", NULL, handle_headers, NULL },
};

static void drained(void *user)
{
	(void)user;
	loop_stop(loop);
}

static void on_term(void *user)
{
	(void)user;
	server_drain(server, 3000, drained, NULL);
}

static bool set_option(const char *argument)
{
	static const struct {
		const char *name;
		size_t at;
		bool is_ms;
	} names[] = {
		{ "request_line", offsetof(struct server_options, request_line_bytes_max), false },
		{ "header", offsetof(struct server_options, header_bytes_max), false },
		{ "body", offsetof(struct server_options, body_bytes_max), false },
		{ "connections", offsetof(struct server_options, connections_max), false },
		{ "pipeline", offsetof(struct server_options, pipeline_max), false },
		{ "output", offsetof(struct server_options, output_bytes_max), false },
		{ "read_ms", offsetof(struct server_options, read_timeout_ms), true },
		{ "idle_ms", offsetof(struct server_options, idle_timeout_ms), true },
		{ "write_ms", offsetof(struct server_options, write_timeout_ms), true },
		{ "request_ms", offsetof(struct server_options, request_timeout_ms), true },
	};
	const char *equals = strchr(argument, '=');

	for (size_t i = 0; equals != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) == (size_t)(equals - argument) &&
			strncmp(names[i].name, argument, (size_t)(equals - argument)) == 0) {
			uint64_t value = strtoull(equals + 1, NULL, 10);
			void *member = (char *)&options + names[i].at;
			if (names[i].is_ms) {
				*(uint64_t *)member = value;
			} else {
				*(size_t *)member = (size_t)value;
			}
			return true;
		}
	}
	return false;
}

static bool parse_arguments(char **arguments, const char **ret_host)
{
	for (; *arguments != NULL; arguments++) {
		if (strncmp(*arguments, "host=", 5) == 0) {
			*ret_host = *arguments + 5;
		} else if (strcmp(*arguments, "access_log") == 0) {
			options.access_log = true;
		} else if (strcmp(*arguments, "cors") == 0) {
			options.cors_allow_origin = "https://ui.example";
			options.cors_allow_methods = "GET, POST";
			options.cors_allow_headers = "Content-Type";
		} else if (!set_option(*arguments)) {
			fprintf(stderr, "unknown argument: %s\n", *arguments);
			return false;
		}
	}
	return true;
}

static bool add_routes(struct router *router)
{
	struct scute_error err;

	router_set_default_media(router, &media);
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (!router_add(router, &routes[i], &err)) {
			fprintf(stderr, "%s\n", err.text);
			return false;
		}
	}
	return true;
}

static int serve(struct router *router, const char *host)
{
	struct loop_signal *term = loop_signal_start(loop, SIGTERM, on_term, NULL);
	struct scute_error err;
	uint16_t port;

	server = server_create(loop, router, &options);
	if (server == NULL || term == NULL) {
		return 1;
	}
	if (!server_listen(server, host, 0, NULL, &port, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	printf("%u\n", (unsigned)port);
	fflush(stdout);
	loop_run(loop);
	server_destroy(server);
	loop_signal_stop(term);
	printf("cancelled %u\n", n_cancelled);
	return 0;
}

int main(int argc, char **argv)
{
	static char body[8 * 1024 * 1024];
	const char *host = "127.0.0.1";
	struct router *router = router_create();
	int code = 1;

	(void)argc;
	memset(body, 'x', sizeof(body));
	large = (struct scute_str){ body, sizeof(body) };
	options = server_options_default();
	loop = loop_create();
	log_setup(LOG_INFO, LOG_TO_STDOUT, NULL, &(const char *){ NULL });
	if (loop != NULL && router != NULL && parse_arguments(argv + 1, &host) && add_routes(router)) {
		code = serve(router, host);
	}
	router_destroy(router);
	loop_destroy(loop);
	return code;
}
