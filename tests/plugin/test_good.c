/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Good plugins in a real host: a service behind the HTTP server, on the loop, the pool and
 * the configuration; an auth plugin through its table; a plugin's whole life.
 */
#include <arpa/inet.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"
#include "http/server.h"
#include "loop.h"
#include "plugin/self.h"
#include "support/str.h"
#include "t_service.h"

#define ANSWER_BYTES_MAX 8192

static const char *built; /* where the modules are */
static struct fixture f;
static struct server *server;
static uint16_t port;
static struct t_service_seen *seen;

/* A blocking client on a thread of its own; the loop runs meanwhile. */
struct client {
	const char *request;
	bool leaves; /* closes without waiting for the answer */
	char answer[ANSWER_BYTES_MAX];
	size_t n;
	pthread_t thread;
};

static void stop(void *user)
{
	loop_stop(user);
}

static void *client_main(void *user)
{
	struct client *client = user;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t n = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		send(fd, client->request, strlen(client->request), MSG_NOSIGNAL) < 0) {
		abort();
	}
	if (client->leaves) {
		(void)usleep(20000); /* long enough to be routed */
		n = 0;
	}
	while (n > 0 && client->n < sizeof(client->answer) - 1) {
		n = recv(fd, client->answer + client->n, sizeof(client->answer) - 1 - client->n, 0);
		client->n += n > 0 ? (size_t)n : 0;
	}
	(void)close(fd);
	if (!loop_post(f.loop, stop, f.loop)) {
		abort();
	}
	return NULL;
}

static void ask(struct client *client, const char *request, bool leaves)
{
	memset(client, 0, sizeof(*client));
	client->request = request;
	client->leaves = leaves;
	assert_int_equal(pthread_create(&client->thread, NULL, client_main, client), 0);
	fixture_run(&f);
	assert_int_equal(pthread_join(client->thread, NULL), 0);
}

static void assert_answer(const char *request, int status, const char *body)
{
	struct client client;
	char line[64];
	const char *got;

	ask(&client, request, false);
	(void)snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
	if (strncmp(client.answer, line, strlen(line)) != 0) {
		fail_msg("wanted %d: %s", status, client.answer);
	}
	got = strstr(client.answer, "\r\n\r\n");
	assert_non_null(got);
	assert_string_equal(got + 4, body);
}

#define GET(target) "GET " target " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

/* Loads t_service with members in its configuration and serves it. */
static void serve(const char *members)
{
	struct server_options options = server_options_default();
	struct scute_error err = { .status = SCUTE_OK };
	char json[1024];

	(void)snprintf(json, sizeof(json), "{\"store\": \"journal\", \"port\": 7777, "
		"\"shutdown_drain_ms\": 50, \"plugins\": [\"t_service\"], \"plugin_path\": \"%%s\", "
		"\"t_service\": {%s}}", members);
	fixture_init(&f, json, built);
	if (!loader_load_all(&f.loader, &err) || !loader_start(&f.loader, &err)) {
		fail_msg("%s", err.text);
	}
	seen = fixture_symbol(f.table.plugins[0].path, "t_service_seen");
	assert_non_null(seen);
	server = server_create(f.loop, f.router, &options);
	assert_non_null(server);
	assert_true(server_listen(server, "127.0.0.1", 0, NULL, &port, &err));
}

static int setup_service(void **state)
{
	(void)state;
	serve("\"text\": \"h\\u00e9llo\", \"n\": -42, \"yes\": true, \"no\": false, \"half\": 0.5");
	return 0;
}

static int teardown_service(void **state)
{
	(void)state;
	server_destroy(server);
	server = NULL;
	fixture_finish(&f);
	assert_int_equal(seen->init, 1);
	assert_int_equal(seen->fini, 1);
	assert_int_equal(seen->after_fini, 0);
	return 0;
}

static void requests_are_read(void **state)
{
	(void)state;
	assert_answer(GET("/t/echo/a%2Fb"), 200,
		"{\"x\":\"a/b\",\"no_param\":\"\",\"body\":\"\"}");
	assert_answer("POST /t/echo/z?p=1&q=a+b%21 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
		"X-TEST: seen\r\nContent-Length: 4\r\n\r\nbody", 200,
		"{\"x\":\"z\",\"no_param\":\"\",\"q\":\"a b!\",\"header\":\"seen\",\"body\":\"body\"}");
	assert_answer(GET("/t/status/204"), 204, "");
	assert_answer(GET("/t/status/418"), 418, "\"status\"");
	assert_answer(GET("/t/status/99"), 500,
		"{\"error_code\":500,\"message\":\"Internal Server Error\"}");
	assert_answer(GET("/t/status/600"), 500,
		"{\"error_code\":500,\"message\":\"Internal Server Error\"}");
}

static void callbacks_come(void **state)
{
	(void)state;
	assert_answer(GET("/t/later?ms=5"), 200, "\"later\"");
	assert_answer(GET("/t/job"), 200, "55");
	assert_answer(GET("/t/post"), 200, "\"posted\"");
	assert_answer(GET("/t/pipe"), 200, "\"x\"");
	assert_int_equal(seen->worked, 1);
	assert_int_equal(seen->done, 1);
	assert_true(seen->off_loop);
	assert_int_equal(seen->posted, 100);
	assert_int_equal(seen->in_order, 100);
	fixture_run_ms(&f, 50);
	assert_int_equal(seen->ticks, 3); /* it stops itself then */
}

static void configuration_is_read(void **state)
{
	(void)state;
	assert_answer(GET("/t/config/text"), 200, "\"h\xc3\xa9llo\"");
	assert_answer(GET("/t/config/n"), 200, "-42");
	assert_answer(GET("/t/config/yes"), 200, "true");
	assert_answer(GET("/t/config/no"), 200, "false");
	assert_answer(GET("/t/config/half"), 404, "");
	assert_answer(GET("/t/config/absent"), 404, "");
	assert_answer(GET("/t/config/port"), 404, ""); /* the host's, not its own */
	assert_answer(GET("/t/config/host.port"), 200, "\"7777\"");
	assert_answer(GET("/t/config/host.registry_authfile"), 404, "");
	assert_answer(GET("/t/config/host.nonsense"), 404, "");
}

static void formats_are_found(void **state)
{
	struct scute_error err = { .status = SCUTE_OK };
	char bad[PATH_MAX];
	char path[PATH_MAX];

	(void)state;
	assert_answer(GET("/t/format/EMBEDDED"), 200, "null");
	assert_true(loader_load(&f.loader,
		fixture_path(fixture_path(built, "bad", bad), "good_embedded.so", path), &err));
	assert_answer(GET("/t/format/EMBEDDED"), 200, "\"type\"");
	assert_answer(GET("/t/format/emb"), 200, "\"embedded\"");
	assert_answer(GET("/t/format/embedded"), 200, "null");
}

static void cancelled_requests(void **state)
{
	struct client client;

	(void)state;
	ask(&client, GET("/t/never"), true);
	for (int i = 0; i < 100 && seen->cancelled < 1; i++) {
		fixture_run_ms(&f, 10);
	}
	assert_int_equal(seen->cancelled, 1);
	ask(&client, GET("/t/later?ms=600000"), true);
	for (int i = 0; i < 100 && seen->cancelled < 2; i++) {
		fixture_run_ms(&f, 10);
	}
	assert_int_equal(seen->cancelled, 2);
	assert_answer(GET("/t/echo/still"), 200,
		"{\"x\":\"still\",\"no_param\":\"\",\"body\":\"\"}");
}

/* The server ends while a request waits: the plugin hears of it, and before its fini(). */
static void requests_end_before_fini(void **state)
{
	struct client client = { .request = GET("/t/never") };

	(void)state;
	assert_int_equal(pthread_create(&client.thread, NULL, client_main, &client), 0);
	fixture_run_ms(&f, 50);
	assert_int_equal(seen->cancelled, 0);
	server_destroy(server);
	server = NULL;
	assert_int_equal(seen->cancelled, 1);
	assert_int_equal(pthread_join(client.thread, NULL), 0);
	assert_int_equal(seen->fini, 0);
}

/* A plugin that was refused for its route leaves the others of it in the router, closed. */
static void refused_routes_are_closed(void **state)
{
	struct scute_error err = { .status = SCUTE_OK };
	char bad[PATH_MAX];
	char path[PATH_MAX];

	(void)state;
	assert_false(loader_load(&f.loader,
		fixture_path(fixture_path(built, "bad", bad), "route_clash.so", path), &err));
	assert_answer(GET("/clash/free"), 404,
		"{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}");
}

static void count_and_stop(void *user)
{
	(*(int *)user)++;
	loop_stop(f.loop);
}

static void drain_at_once(void **state)
{
	int done = 0;

	(void)state;
	loader_drain(&f.loader, count_and_stop, &done);
	assert_int_equal(done, 1);
	assert_int_equal(seen->drain, 1);
}

static int setup_slow(void **state)
{
	(void)state;
	serve("\"slow_drain\": true");
	return 0;
}

static void drain_later(void **state)
{
	int done = 0;

	(void)state;
	loader_drain(&f.loader, count_and_stop, &done);
	assert_int_equal(done, 0);
	fixture_run(&f);
	assert_int_equal(done, 1);
	fixture_run_ms(&f, 80); /* neither its second done() nor the deadline counts */
	assert_int_equal(done, 1);
}

static int setup_hanging(void **state)
{
	(void)state;
	serve("\"no_drain\": true");
	return 0;
}

static void drain_has_a_deadline(void **state)
{
	int done = 0;

	(void)state;
	loader_drain(&f.loader, count_and_stop, &done);
	assert_int_equal(done, 0);
	fixture_run(&f);
	assert_int_equal(done, 1);
}

static void loads_in_order(void **state)
{
	struct scute_error err = { .status = SCUTE_OK };

	(void)state;
	fixture_init(&f, "{\"store\": \"journal\", \"plugins\": [\"t_auth\", \"t_service\", "
		"\"t_nothing\"], \"plugin_path\": \"%s\"}", built);
	assert_false(loader_load_all(&f.loader, &err));
	assert_non_null(strstr(err.text, "plugin \"t_nothing\" is refused: found no t_nothing.so"));
	assert_int_equal(f.table.n, 2);
	assert_string_equal(f.table.plugins[0].entry->name, "t_auth");
	assert_string_equal(f.table.plugins[1].entry->name, "t_service");
	assert_non_null(f.table.plugins[1].state);
	fixture_finish(&f);
	assert_int_equal(f.table.n, 0);
}

static void none_of_ours_is_a_warning(void **state)
{
	struct scute_error err = { .status = SCUTE_OK };

	(void)state;
	fixture_init(&f, "{\"store\": \"journal\", \"plugin_path\": \"%s\"}", "/nonexistent");
	assert_true(loader_load_all(&f.loader, &err));
	assert_int_equal(f.table.n, 0);
	fixture_finish(&f);
}

static void ours_are_found(void **state)
{
	struct scute_error err = { .status = SCUTE_OK };
	char from[PATH_MAX];
	char to[PATH_MAX];
	char auth[PATH_MAX];
	char bad[PATH_MAX];

	(void)state;
	fixture_init(&f, "{\"store\": \"journal\", \"plugin_path\": \"%s\"}", ".");
	/* Loaded by the names that ours have, in our order, whatever is behind them. */
	fixture_copy(fixture_path(built, "t_auth.so", from), fixture_path(f.dir, "auth.so", auth));
	fixture_copy(fixture_path(fixture_path(built, "bad", bad), "good.so", from),
		fixture_path(f.dir, "avro.so", to));
	assert_int_equal(chdir(f.dir), 0);
	if (!loader_load_all(&f.loader, &err)) {
		fail_msg("%s", err.text);
	}
	assert_int_equal(f.table.n, 2);
	assert_string_equal(f.table.plugins[0].entry->name, "bad");
	assert_string_equal(f.table.plugins[1].entry->name, "t_auth");
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(unlink(auth), 0);
	assert_int_equal(unlink(to), 0);
	fixture_finish(&f);
}

static void init_and_start_may_fail(void **state)
{
	struct scute_error err = { .status = SCUTE_OK };

	(void)state;
	fixture_init(&f, "{\"store\": \"journal\", \"plugin_path\": \"%s\", "
		"\"t_service\": {\"init_fails\": true}}", built);
	assert_false(loader_load(&f.loader, "t_service", &err));
	assert_string_equal(err.text,
		"plugin \"t_service\" is refused: init failed: init_fails is set");
	fixture_finish(&f);
	fixture_init(&f, "{\"store\": \"journal\", \"plugin_path\": \"%s\", "
		"\"t_service\": {\"start_fails\": true}}", built);
	assert_true(loader_load(&f.loader, "t_service", &err));
	assert_false(loader_start(&f.loader, &err));
	assert_string_equal(err.text, "plugin \"t_service\" did not start: start_fails is set");
	fixture_finish(&f);
}

/* What authenticate() said. */
struct said {
	int times;
	enum scute_verdict verdict;
	struct scute_principal *principal;
	char challenge[64];
};

static void said(void *user, enum scute_verdict verdict, struct scute_principal *principal,
	struct scute_str challenge)
{
	struct said *said = user;

	said->times++;
	said->verdict = verdict;
	said->principal = principal;
	(void)snprintf(said->challenge, sizeof(said->challenge), "%.*s", STR_ARGS(challenge));
	loop_stop(f.loop);
}

static struct said authenticate(const char *authorization)
{
	const struct plugin *plugin = &f.table.plugins[0];
	struct scute_caller caller = { .size = sizeof(caller), .authorization = str_z(authorization),
		.method = SCUTE_STR("GET"), .path = SCUTE_STR("/"), .peer = SCUTE_STR("127.0.0.1") };
	struct said answer = { .times = 0 };

	plugin->entry->table.auth->authenticate(plugin->state, &caller, said, &answer);
	if (answer.times == 0) {
		fixture_run(&f);
	}
	assert_int_equal(answer.times, 1);
	return answer;
}

static void auth(void **state)
{
	struct scute_error err = { .status = SCUTE_OK };
	const struct scute_auth *table;
	const struct plugin *plugin = &f.table.plugins[0];
	struct said alice;

	(void)state;
	fixture_init(&f, "{\"store\": \"journal\", \"plugin_path\": \"%s\"}", built);
	assert_true(loader_load(&f.loader, "t_auth", &err));
	table = plugin->entry->table.auth;
	assert_int_equal(authenticate("Basic YTpi").verdict, SCUTE_PASS);
	assert_int_equal(authenticate("").verdict, SCUTE_PASS);
	assert_int_equal(authenticate("Test mallory").verdict, SCUTE_DENY);
	assert_string_equal(authenticate("Test mallory").challenge, "Test realm=\"scute\"");
	for (int i = 0; i < 2; i++) {
		alice = authenticate(i ? "Test slow alice" : "Test alice");
		assert_int_equal(alice.verdict, SCUTE_ALLOW);
		assert_int_equal(table->authorize(plugin->state, alice.principal, SCUTE_READ,
			SCUTE_RESOURCE_CONFIG, SCUTE_STR("")), SCUTE_ALLOW);
		assert_int_equal(table->authorize(plugin->state, alice.principal, SCUTE_WRITE,
			SCUTE_RESOURCE_CONFIG, SCUTE_STR("")), SCUTE_DENY);
		assert_int_equal(table->authorize(plugin->state, alice.principal, SCUTE_WRITE,
			SCUTE_RESOURCE_SUBJECT, SCUTE_STR("alice-value")), SCUTE_ALLOW);
		assert_int_equal(table->authorize(plugin->state, alice.principal, SCUTE_WRITE,
			SCUTE_RESOURCE_SUBJECT, SCUTE_STR("bob-value")), SCUTE_DENY);
		assert_int_equal(table->reload(plugin->state, &err), SCUTE_EINTERNAL);
		table->release(plugin->state, alice.principal);
	}
	assert_int_equal(table->reload(plugin->state, &err), SCUTE_OK);
	alice = authenticate("Test alice");
	assert_int_equal(table->authorize(plugin->state, alice.principal, SCUTE_WRITE,
		SCUTE_RESOURCE_SUBJECT, SCUTE_STR("alice-value")), SCUTE_DENY);
	table->release(plugin->state, alice.principal);
	fixture_finish(&f);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(requests_are_read, setup_service, teardown_service),
		cmocka_unit_test_setup_teardown(callbacks_come, setup_service, teardown_service),
		cmocka_unit_test_setup_teardown(configuration_is_read, setup_service, teardown_service),
		cmocka_unit_test_setup_teardown(formats_are_found, setup_service, teardown_service),
		cmocka_unit_test_setup_teardown(cancelled_requests, setup_service, teardown_service),
		cmocka_unit_test_setup_teardown(requests_end_before_fini, setup_service, teardown_service),
		cmocka_unit_test_setup_teardown(refused_routes_are_closed, setup_service,
			teardown_service),
		cmocka_unit_test_setup_teardown(drain_at_once, setup_service, teardown_service),
		cmocka_unit_test_setup_teardown(drain_later, setup_slow, teardown_service),
		cmocka_unit_test_setup_teardown(drain_has_a_deadline, setup_hanging, teardown_service),
		cmocka_unit_test(loads_in_order),
		cmocka_unit_test(none_of_ours_is_a_warning),
		cmocka_unit_test(ours_are_found),
		cmocka_unit_test(init_and_start_may_fail),
		cmocka_unit_test(auth),
	};

	if (argc != 2) {
		(void)fputs("usage: test_good DIRECTORY_OF_MODULES\n", stderr);
		return 2;
	}
	built = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
