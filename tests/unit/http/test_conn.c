/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: order of replies, refusals, and every allocation of an exchange failing once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fault.h"
#include "metrics.h"
#include "world.h"

#define H "Host: x\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" H "\r\n"

static bool output_has(const struct world *world, const char *text)
{
	return world->output.len > 0 &&
		memmem(world->output.data, world->output.len, text, strlen(text)) != NULL;
}

static void start(struct world *world)
{
	struct server_options options = server_options_default();

	assert_true(world_init(world, &options));
	assert_true(world_connect(world));
}

static void test_out_of_order_replies(void **state)
{
	static const char input[] = GET("/later") GET("/small") GET("/release");
	struct world world;
	uint64_t before = metrics.http_requests_total;

	(void)state;
	start(&world);
	world_exchange(&world, input, sizeof(input) - 1, sizeof(input), 3);
	assert_false(world.timed_out);
	assert_int_equal(memcmp(world.output.data, "HTTP/1.1 409 Conflict\r\n", 23), 0);
	assert_true(output_has(&world, "{\"error_code\":40901,\"message\":\"late: but here\"}HTTP/1.1 200 OK"));
	assert_true(output_has(&world, "{}HTTP/1.1 200 OK"));
	assert_int_equal(metrics.http_requests_total - before, 3);
	assert_int_equal(metrics.http_connections, 1);
	world_disconnect(&world);
	assert_int_equal(world_cancelled, 0);
	assert_int_equal(metrics.http_connections, 0);
	world_finish(&world);
}

static void test_cancelled_once(void **state)
{
	static const char input[] = GET("/small") GET("/later") GET("/small");
	struct world world;

	(void)state;
	start(&world);
	world_exchange(&world, input, sizeof(input) - 1, sizeof(input), 1);
	world_disconnect(&world);
	assert_int_equal(world_cancelled, 1);
	world_finish(&world);
	assert_int_equal(world_cancelled, 1);

	start(&world);
	world_exchange(&world, input, sizeof(input) - 1, sizeof(input), 1);
	world_finish(&world);
	assert_int_equal(world_cancelled, 1);
}

static void test_idle_connections_hold_nothing(void **state)
{
	static const char input[] = GET("/big") GET("/small");
	struct world world;

	(void)state;
	start(&world);
	world_exchange(&world, input, sizeof(input) - 1, 1, 2);
	assert_non_null(world.server->conns);
	assert_null(world.server->conns->in.data);
	assert_null(world.server->conns->out.data);
	assert_null(world.server->conns->current);
	world_finish(&world);
}

static void test_bytewise(void **state)
{
	static const char input[] = "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
				    "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n" GET("/nowhere") "junk\r\n\r\n";

	(void)state;
	for (size_t step = 1; step < sizeof(input); step++) {
		struct world world;
		start(&world);
		world_exchange(&world, input, sizeof(input) - 1, step, 0);
		assert_true(world.ended && !world.timed_out);
		assert_int_equal(world_replies(&world), 3);
		assert_true(output_has(&world, "\r\n\r\nabcdefHTTP/1.1 404 Not Found\r\n"));
		assert_true(output_has(&world, "HTTP/1.1 400 Bad Request\r\n"));
		assert_true(output_has(&world, "Connection: close\r\n"));
		world_finish(&world);
	}
}

/* Whatever allocation fails: each request is answered, or the connection is closed. */
static void fail_each_allocation(const char *input, size_t len, size_t step, size_t wanted)
{
	bool happened = true;

	for (long n = 0; happened; n++) {
		struct server_options options = server_options_default();
		struct world world;

		options.body_bytes_max = 100000;
		assert_true(world_init(&world, &options));
		assert_true(buf_reserve(&world.output, 1000000) != NULL);
		fault_at(n);
		if (world_connect(&world)) {
			world_exchange(&world, input, len, step, wanted);
			assert_false(world.timed_out);
			assert_true(world.ended || world_replies(&world) == wanted);
		}
		happened = fault_end();
		if (!happened) {
			assert_int_equal(world_replies(&world), wanted);
		}
		world_disconnect(&world);
		assert_int_equal(server_connections(world.server), 0);
		world_finish(&world);
		assert_true(n < 200);
	}
}

static void test_no_memory(void **state)
{
	static const char simple[] = GET("/names/%41") GET("/nowhere") "PUT /small HTTP/1.1\r\n" H "\r\n";
	static const char order[] = GET("/later") GET("/big") GET("/big") GET("/release") GET("/small");
	static char chunked[60000];
	static char headers[30000];
	size_t len;

	(void)state;
	fail_each_allocation(simple, sizeof(simple) - 1, sizeof(simple), 3);
	fail_each_allocation(simple, sizeof(simple) - 1, 7, 3);
	fail_each_allocation(order, sizeof(order) - 1, sizeof(order), 5);
	len = (size_t)snprintf(chunked, sizeof(chunked),
		"POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nC350\r\n%050000d\r\n0\r\n\r\n", 0);
	fail_each_allocation(chunked, len, 9999, 1);
	len = (size_t)snprintf(chunked, sizeof(chunked),
		"POST /echo HTTP/1.1\r\n" H "Content-Length: 50000\r\n\r\n%050000d", 0);
	fail_each_allocation(chunked, len, 9999, 1);
	fail_each_allocation(chunked, len, len, 1);
	len = (size_t)snprintf(headers, sizeof(headers), "GET /small HTTP/1.1\r\n" H "A: %020000d\r\n\r\n", 0);
	fail_each_allocation(headers, len, 3000, 1);
}

static void test_server_create_without_memory(void **state)
{
	struct server_options options = server_options_default();
	struct loop *loop = loop_create();
	struct router *router = router_create();
	struct server *server = NULL;

	(void)state;
	options.cors_allow_origin = "*";
	for (long n = 0; server == NULL; n++) {
		fault_at(n);
		server = server_create(loop, router, &options);
		fault_end();
		assert_true(n < 10);
	}
	/* Headers that could not be sent as they are never get that far. */
	options.cors_allow_origin = "*\r\nEvil: 1";
	server_reload(server, &options);
	assert_non_null(memmem(server->cors.data, server->cors.len, "Origin: *\r\n", 11));
	assert_null(memmem(server->cors.data, server->cors.len, "Evil", 4));
	server_destroy(server);
	assert_null(server_create(loop, router, &options));
	router_destroy(router);
	loop_destroy(loop);
	server_destroy(NULL);
}

static void test_listen(void **state)
{
	struct server_options options = server_options_default();
	struct world world;
	struct scute_error err = { .status = SCUTE_OK };
	uint16_t port = 0;
	uint16_t other = 7;

	(void)state;
	assert_true(world_init(&world, &options));
	assert_true(server_listen(world.server, "127.0.0.1", 0, NULL, &port, &err));
	assert_int_not_equal(port, 0);
	assert_false(server_listen(world.server, "127.0.0.1", port, NULL, &other, &err));
	assert_non_null(strstr(err.text, "Address already in use"));
	assert_false(server_listen(world.server, "no.such.host.invalid", 0, NULL, &other, &err));
	assert_non_null(strstr(err.text, "no.such.host.invalid"));
	assert_int_equal(other, 7);
	assert_true(server_listen(world.server, "", 0, world.router, &other, &err));
	assert_int_not_equal(other, 7);
	world_finish(&world);
}

/* A request that waits for several earlier ones begins once the last of them is answered. */
static void test_deferred_behind_two(void **state)
{
	static const char input[] = GET("/soon/20") GET("/soon/60")
		"POST /echo HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nhi";
	struct world world;

	(void)state;
	for (size_t step = 1; step <= sizeof(input); step += sizeof(input) - 1) {
		start(&world);
		world_exchange(&world, input, sizeof(input) - 1, step, 3);
		assert_false(world.timed_out);
		assert_true(output_has(&world, "\r\n\r\nhi"));
		world_finish(&world);
	}
}

/* Many requests in one piece do not keep the requests of others waiting until all are answered. */
static void test_others_get_their_turn(void **state)
{
	static const char one[] = GET("/small");
	static const char mark[] = GET("/mark");
	enum { MANY = 1000, ONE_BYTES = sizeof(one) - 1 };
	static char many[MANY * ONE_BYTES];

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		memcpy(many + i * ONE_BYTES, one, ONE_BYTES);
	}
	for (int greedy = 0; greedy < 2; greedy++) { /* whichever the loop serves first */
		struct world world;
		int fds[2];
		start(&world);
		fds[0] = world.client;
		assert_true(world_connect(&world));
		fds[1] = world.client;
		assert_int_equal(send(fds[greedy], many, sizeof(many), 0), sizeof(many));
		assert_int_equal(send(fds[1 - greedy], mark, sizeof(mark) - 1, 0), sizeof(mark) - 1);
		shutdown(fds[greedy], SHUT_WR);
		loop_run(world.loop);
		assert_in_range(world_marked, 0, MANY / 2);
		/* And the many are all answered, although the client said that it is done. */
		world.client = fds[greedy];
		world_exchange(&world, NULL, 0, 1, 0);
		assert_true(world.ended && !world.timed_out);
		assert_int_equal(world_replies(&world), MANY);
		close(fds[1 - greedy]);
		world_finish(&world);
	}
}

/* A reload may make the input's limit smaller than what has arrived already. */
static void test_reload_amid_a_head(void **state)
{
	static char head[600000];
	struct server_options options = server_options_default();
	struct world world;
	size_t len = (size_t)snprintf(head, sizeof(head), "GET /small HTTP/1.1\r\n" H "A: %0500000d\r\n\r\n", 0);

	(void)state;
	options.header_bytes_max = 1000000;
	assert_true(world_init(&world, &options));
	assert_true(world_connect(&world));
	assert_true(buf_append(&world.server->conns->in, head, 400000));
	options = server_options_default();
	server_reload(world.server, &options);
	world_exchange(&world, head + 400000, len - 400000, len, 1);
	assert_false(world.timed_out);
	assert_true(output_has(&world, "HTTP/1.1 431 "));
	world_finish(&world);
}

/* Whatever is wrong with it: HEAD is answered without a body. */
static void test_refused_head_has_no_body(void **state)
{
	static const char *const inputs[] = {
		"HEAD /small HTTP/1.1\r\n\r\n",
		"HEAD /small HTTP/1.1\r\n" H "A : b\r\n\r\n",
		"HEAD /small HTTP/1.1\r\n" H "Expect: more\r\n\r\n",
		"HEAD small HTTP/1.1\r\n" H "\r\n",
		"HEAD /small HTTP/1.1\r\n" H H "\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		struct world world;
		start(&world);
		world_exchange(&world, inputs[i], strlen(inputs[i]), SIZE_MAX, 0);
		assert_true(world.ended && world_replies(&world) == 1);
		assert_true(output_has(&world, "HTTP/1.1 4"));
		assert_memory_equal(world.output.data + world.output.len - 4, "\r\n\r\n", 4);
		world_finish(&world);
	}
}

static void mark_done(void *user)
{
	struct world *world = user;

	world->ended = true;
	loop_stop(world->loop);
}

static void test_drain_of_nothing(void **state)
{
	struct server_options options = server_options_default();
	struct world world;

	(void)state;
	assert_true(world_init(&world, &options));
	server_drain(world.server, 1000, mark_done, &world);
	assert_false(world.ended);
	loop_run(world.loop);
	assert_true(world.ended);
	world_finish(&world);
}

/* --- random input ------------------------------------------------------------------------- */

static const char *const seeds[] = {
	GET("/small"),
	GET("/small") GET("/big") GET("/later") GET("/small"),
	"POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello" GET("/small"),
	"POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: x\r\n\r\n",
	"POST /echo HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
	"GET http://x/names/%41?a=b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	GET("/later") GET("/release") "OPTIONS * HTTP/1.1\r\n" H "\r\nHEAD /small HTTP/1.1\r\n" H "\r\n",
	"GET / HTTP/1.1\r\n" H "Accept: a/b;q=0.3, */*\r\nX-Request-ID: 1\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
};

static uint64_t random_state[4];

static size_t draw_below(size_t bound)
{
	char id[ID_BYTES];
	uint64_t value;

	id_make(random_state, id);
	memcpy(&value, &random_state[0], sizeof(value));
	return (size_t)(value >> 11) % bound;
}

static size_t mutate(char *text, size_t len, size_t room)
{
	static const char *const bits[] = { "\r\n", "\n", "\r", " ", ":", "\0", "%00", "Content-Length: 3\r\n",
		"Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "ffffffff\r\n", "HTTP/1.1", "?", "/", "\x80" };
	size_t at = draw_below(len + 1);

	switch (draw_below(4)) {
	case 0:
		if (at < len) {
			text[at] = (char)draw_below(256);
		}
		return len;
	case 1: {
		size_t cut = draw_below(len - at + 1) % 20;
		memmove(text + at, text + at + cut, len - at - cut);
		return len - cut;
	}
	case 2: {
		const char *bit = bits[draw_below(sizeof(bits) / sizeof(bits[0]))];
		size_t n = strlen(bit) > 0 ? strlen(bit) : 1;
		if (len + n > room) {
			return len;
		}
		memmove(text + at + n, text + at, len - at);
		memcpy(text + at, bit, n);
		return len + n;
	}
	default: {
		size_t n = draw_below(len - at + 1) % 200;
		if (len + n > room) {
			return len;
		}
		memmove(text + at + n, text + at, len - at);
		return len + n;
	}
	}
}

/* FUZZ_SECONDS=60 makes this long and random; the short form is the same each time. */
static void test_random_input(void **state)
{
	const char *wish = getenv("FUZZ_SECONDS");
	time_t end = time(NULL) + (wish != NULL ? atoi(wish) : 0);
	struct server_options options = server_options_default();
	struct world world;
	size_t rounds = 0;
	size_t accepted = 0;

	(void)state;
	options.body_bytes_max = 2000;
	options.header_bytes_max = 3000;
	options.request_line_bytes_max = 300;
	options.pipeline_max = 3;
	/* A full queue is not read from: that its client left shows only when its time is up. */
	options.request_timeout_ms = 1;
	random_state[0] = wish != NULL ? (uint64_t)time(NULL) : 42;
	assert_true(world_init(&world, &options));
	do {
		char text[8192];
		size_t len;
		const char *seed = seeds[draw_below(sizeof(seeds) / sizeof(seeds[0]))];

		len = strlen(seed);
		memcpy(text, seed, len);
		for (size_t i = draw_below(6); i > 0; i--) {
			len = mutate(text, len, sizeof(text));
		}
		if (len == 0) {
			continue;
		}
		assert_true(world_connect(&world));
		world.half_close = true;
		buf_reset(&world.output);
		world_exchange(&world, text, len, 1 + draw_below(len), 0);
		if (!world.ended) {
			print_error("stuck on %zu bytes: %.*s\n", len, (int)len, text);
		}
		assert_true(world.ended && !world.timed_out);
		assert_true(world.output.len == 0 || memcmp(world.output.data, "HTTP/1.1 ", 9) == 0);
		accepted += output_has(&world, " 200 OK");
		world_disconnect(&world);
		rounds++;
	} while (time(NULL) < end || rounds < 500);
	assert_true(rounds > 100 && accepted > rounds / 10 && accepted < rounds);
	print_message("%zu inputs, %zu of them with a 200\n", rounds, accepted);
	world_finish(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_out_of_order_replies),
		cmocka_unit_test(test_cancelled_once),
		cmocka_unit_test(test_idle_connections_hold_nothing),
		cmocka_unit_test(test_bytewise),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_server_create_without_memory),
		cmocka_unit_test(test_listen),
		cmocka_unit_test(test_deferred_behind_two),
		cmocka_unit_test(test_others_get_their_turn),
		cmocka_unit_test(test_reload_amid_a_head),
		cmocka_unit_test(test_refused_head_has_no_body),
		cmocka_unit_test(test_drain_of_nothing),
		cmocka_unit_test(test_random_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
