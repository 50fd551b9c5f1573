/* SPDX-License-Identifier: Apache-2.0 */
/* Wires the rooms in the order they need one another, and takes them down in reverse. */
#include "serve.h"

#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/api.h"
#include "base/hash.h"
#include "config.h"
#include "http/server.h"
#include "log.h"
#include "loop.h"
#include "plugin/loader.h"
#include "pool.h"
#include "registry/write.h"
#include "support/str.h"

#define LOG_NAME "scute"
#define POOL_THREADS 4
#define CHECKER_THREADS 4
#define POOL_QUEUE_MAX 10000
#define DESCRIPTORS_RESERVED 256 /* for the store, plugins and whatever is no connection */
#define DEPTH_MAX 256
#define ITEMS_MAX 1000000
#define WORK_BYTES_MAX ((size_t)256 << 20)
#define MMAP_BYTES (128 * 1024)

struct daemon {
	const char *config_path;
	char *const *environment;
	struct config *config;
	struct config *reloaded; /* after SIGHUP: limits and log settings come from here */
	struct loop *loop;
	struct pool *pool;     /* the store's, and plugins' work */
	struct pool *checkers; /* of large schemas: no write waits behind them for its fsync */
	struct plugin_table plugins;
	struct loader loader;
	struct router *router;
	struct registry *registry;
	struct api *api;
	struct server *server;
	struct store *store;
	struct loop_signal *signals[3];
	uint16_t port;
	uint64_t started_ms;
	bool is_stopping;
	int exit_code;
};

static void warn(void *user, const char *text)
{
	(void)user;
	log_warning("config", "%s", text);
}

static bool setup_log(const struct config *config, struct scute_error *err)
{
	static const enum log_level levels[] = {
		[CONFIG_LOG_DEBUG] = LOG_DEBUG,
		[CONFIG_LOG_INFO] = LOG_INFO,
		[CONFIG_LOG_WARNING] = LOG_WARNING,
		[CONFIG_LOG_ERROR] = LOG_ERROR,
		[CONFIG_LOG_CRITICAL] = LOG_ERROR,
	};
	static const enum log_handler handlers[] = {
		[CONFIG_LOG_STDOUT] = LOG_TO_STDOUT,
		[CONFIG_LOG_SYSTEMD] = LOG_TO_SYSTEMD,
		[CONFIG_LOG_NULL] = LOG_TO_NOWHERE,
	};
	const char *bad;

	if (!log_setup(levels[config->log_level], handlers[config->log_handler], config->log_format,
			&bad)) {
		error_set(err, SCUTE_EINVAL, "log_format: unknown conversion at \"%.40s\"", bad);
		return false;
	}
	return true;
}

/* A registry that was protected must not come up open because a key has no effect yet. */
static bool is_protectable(const struct config *config, struct scute_error *err)
{
	const char *key = NULL;

	if (config->registry_authfile) {
		key = "registry_authfile";
	} else if (config->server_tls_certfile) {
		key = "server_tls_certfile";
	} else if (config->sasl_oauthbearer_authentication_enabled ||
		config->sasl_oauthbearer_authorization_enabled) {
		key = "sasl_oauthbearer_authentication_enabled";
	}
	if (key) {
		error_set(err, SCUTE_EUNSUPPORTED, "%s is set, but this version can not protect the "
			"registry that way; it does not start rather than run open", key);
	}
	return key == NULL;
}

/*
 * Connections must leave descriptors for the store: without one it can neither compact
 * its journal nor come back to a broker. Raises the soft limit as far as that needs.
 */
static size_t connections_max(const struct config *config)
{
	size_t asked = (size_t)config->http_connections_max;
	rlim_t wanted = (rlim_t)asked + DESCRIPTORS_RESERVED;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
		return asked;
	}
	rlim_t before = limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
		limit.rlim_cur = before;
	}
	if (limit.rlim_cur >= wanted) {
		return asked;
	}
	size_t most = limit.rlim_cur > 2 * DESCRIPTORS_RESERVED
		? (size_t)(limit.rlim_cur - DESCRIPTORS_RESERVED)
		: (size_t)(limit.rlim_cur / 2 + 1);
	if (most >= asked) {
		return asked;
	}
	log_warning(LOG_NAME, "the process may open %llu files: at most %zu connections, not the %zu of "
		"http_connections_max", (unsigned long long)limit.rlim_cur, most, asked);
	return most;
}

static struct server_options options_of(const struct config *config)
{
	struct server_options options = server_options_default();

	options.request_line_bytes_max = (size_t)config->http_request_line_max_size;
	options.header_bytes_max = (size_t)config->http_header_max_size;
	options.body_bytes_max = (size_t)config->http_request_max_size;
	options.connections_max = connections_max(config);
	options.pipeline_max = (size_t)config->http_pipeline_max;
	options.read_timeout_ms = (uint64_t)config->http_read_timeout_ms;
	options.idle_timeout_ms = (uint64_t)config->http_idle_timeout_ms;
	options.write_timeout_ms = (uint64_t)config->http_write_timeout_ms;
	options.request_timeout_ms = (uint64_t)config->http_request_timeout_ms;
	options.access_log = config->access_log;
	options.cors_allow_origin = config->access_control_allow_origin;
	options.cors_allow_methods = config->access_control_allow_methods;
	options.cors_allow_headers = config->access_control_allow_headers;
	options.no_store = config->response_profile == CONFIG_PROFILE_CONFLUENT;
	return options;
}

static const struct scute_format *find_format(void *user, struct scute_str type)
{
	const struct daemon *daemon = user;

	return plugin_format(&daemon->plugins, type);
}

static bool offload(void *user, void (*work)(void *job), void (*done)(void *job), void *job)
{
	const struct daemon *daemon = user;

	return pool_run(daemon->checkers, work, done, job);
}

static void begin_stop(struct daemon *daemon);

static void fail(struct daemon *daemon)
{
	daemon->exit_code = 1;
	begin_stop(daemon);
}

static void on_record(void *user, const struct store_record *record)
{
	struct daemon *daemon = user;

	if (registry_apply(daemon->registry, record) == APPLY_NO_MEMORY) {
		/* State that lags behind its log would give wrong answers: restart from the log. */
		log_error(LOG_NAME, "out of memory at offset %" PRId64 " of the schema log; stopping",
			record->offset);
		_exit(1);
	}
}

static void log_ready(const struct daemon *daemon)
{
	const char *host = daemon->config->host;
	bool is_v6 = strchr(host, ':') != NULL;

	log_info(LOG_NAME, "ready after %" PRIu64 " ms at http://%s%s%s:%u: %zu subjects, %zu schemas "
		"(store: %s, plugins: %zu)",
		loop_now_ms(daemon->loop) - daemon->started_ms, is_v6 ? "[" : "",
		host[0] ? host : "0.0.0.0", is_v6 ? "]" : "", daemon->port,
		daemon->registry->subjects.count, daemon->registry->schemas.count,
		daemon->store->ops->name, daemon->plugins.n);
}

static void on_state(void *user, enum store_state state, const char *text)
{
	struct daemon *daemon = user;
	bool is_first = daemon->api->state == STORE_REPLAYING;

	api_set_state(daemon->api, state);
	switch (state) {
	case STORE_READY:
		if (is_first) {
			malloc_trim(0); /* what reading the log took for a moment */
			log_ready(daemon);
		} else {
			log_info(LOG_NAME, "the schema log is back");
		}
		break;
	case STORE_LOST:
		log_warning(LOG_NAME, "the schema log is lost for now: %s", text);
		break;
	case STORE_FAILED:
		log_error(LOG_NAME, "the schema log can not be used: %s", text);
		fail(daemon);
		break;
	case STORE_REPLAYING:
		break;
	}
}

/* --- the way down: listeners, services, store, loop --- */

static void store_closed(void *user)
{
	struct daemon *daemon = user;

	daemon->store = NULL;
	loop_stop(daemon->loop);
}

static void services_idle(void *user)
{
	struct daemon *daemon = user;

	writer_attach(daemon->registry->writer, NULL);
	daemon->api->store = NULL;
	if (daemon->store) {
		daemon->store->ops->close(daemon->store, (uint64_t)daemon->config->shutdown_drain_ms,
			store_closed, daemon);
	} else {
		loop_stop(daemon->loop);
	}
}

static void server_idle(void *user)
{
	struct daemon *daemon = user;

	loader_drain(&daemon->loader, services_idle, daemon);
}

static void begin_stop(struct daemon *daemon)
{
	if (daemon->is_stopping) {
		return;
	}
	daemon->is_stopping = true;
	log_info(LOG_NAME, "stopping");
	server_drain(daemon->server, (uint64_t)daemon->config->shutdown_drain_ms, server_idle, daemon);
}

static void on_terminate(void *user)
{
	begin_stop(user);
}

static void reload_auth(const struct plugin_table *plugins)
{
	for (size_t i = 0; i < plugins->n; i++) {
		struct scute_error err = { .status = SCUTE_OK }; /* a plugin may leave it as it is */
		const struct plugin *plugin = &plugins->plugins[i];
		const struct scute_auth *auth = plugin->entry->table.auth;
		if (plugin->entry->kind == SCUTE_KIND_AUTH && SCUTE_HAS(auth, reload) &&
			auth->reload && auth->reload(plugin->state, &err) != SCUTE_OK) {
			log_error(LOG_NAME, "%s keeps its old rules: %s", plugin->entry->name, err.text);
		}
	}
}

/* What can change while running: HTTP limits, CORS, logs, rules of auth plugins. */
static void on_hangup(void *user)
{
	struct daemon *daemon = user;
	struct server_options options;
	struct scute_error err = { 0 };
	struct config *config = config_load(daemon->config_path, daemon->environment, warn, NULL, &err);

	if (!config || !setup_log(config, &err)) {
		log_error(LOG_NAME, "not reloaded, the old configuration stays: %s", err.text);
		config_destroy(config);
		return;
	}
	options = options_of(config);
	server_reload(daemon->server, &options);
	config_destroy(daemon->reloaded);
	daemon->reloaded = config;
	reload_auth(&daemon->plugins);
	log_info(LOG_NAME, "reloaded");
}

/* --- the way up --- */

static bool make_rooms(struct daemon *daemon, struct scute_error *err)
{
	const struct config *config = daemon->config;
	struct registry_options options = { .format = find_format, .offload = offload, .user = daemon,
		.limits = { sizeof(struct scute_limits), DEPTH_MAX,
			(uint64_t)config->http_request_max_size, ITEMS_MAX },
		.work_bytes_max = WORK_BYTES_MAX,
		.dialect = config->response_profile == CONFIG_PROFILE_CONFLUENT ? RECORD_CONFLUENT
										: RECORD_KARAPACE };
	struct scute_str level;

	config_text(config, "compatibility", &level);
	level_parse(level, &options.level);
	daemon->loop = loop_create();
	if (!daemon->loop) {
		error_set(err, SCUTE_EINTERNAL, "no event loop");
		return false;
	}
	daemon->started_ms = loop_now_ms(daemon->loop);
	daemon->pool = pool_create(daemon->loop, POOL_THREADS, POOL_QUEUE_MAX);
	daemon->checkers = pool_create(daemon->loop, CHECKER_THREADS, POOL_QUEUE_MAX);
	if (daemon->checkers) {
		pool_give_way(daemon->checkers);
	}
	daemon->router = router_create();
	daemon->registry = registry_create(&options);
	if (!daemon->pool || !daemon->checkers || !daemon->router || !daemon->registry) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		return false;
	}
	return true;
}

static bool make_api(struct daemon *daemon, struct scute_error *err)
{
	const struct config *config = daemon->config;
	struct api_options options = { daemon->loop, daemon->registry, &daemon->plugins,
		config->response_profile == CONFIG_PROFILE_CONFLUENT ? PROFILE_CONFLUENT
								     : PROFILE_KARAPACE,
		(size_t)config->reply_cache_max_bytes, SCUTE_VERSION, SCUTE_STR("") };

	config_text(config, "group_id", &options.group_id);

	daemon->api = api_create(&options);
	if (!daemon->api) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		return false;
	}
	return api_register(daemon->api, daemon->router, err);
}

static bool load_plugins(struct daemon *daemon, struct scute_error *err)
{
	daemon->loader = (struct loader){ .loop = daemon->loop, .pool = daemon->pool,
		.config = daemon->config, .router = daemon->router, .table = &daemon->plugins };
	return loader_load_all(&daemon->loader, err);
}

static bool listen_on(struct daemon *daemon, struct scute_error *err)
{
	const struct config *config = daemon->config;
	struct server_options options = options_of(config);

	daemon->server = server_create(daemon->loop, daemon->router, &options);
	if (!daemon->server) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		return false;
	}
	return server_listen(daemon->server, config->host, (uint16_t)config->port, NULL, &daemon->port,
		err);
}

static bool open_store(struct daemon *daemon, struct scute_error *err)
{
	const struct store_ops *ops =
		daemon->config->store == CONFIG_STORE_JOURNAL ? &store_journal : &store_kafka;
	struct store_events events = { on_record, on_state, daemon };

	daemon->store = ops->open(daemon->loop, daemon->pool, daemon->config, &events, err);
	if (!daemon->store) {
		return false;
	}
	daemon->api->store = daemon->store;
	writer_attach(daemon->registry->writer, daemon->store);
	return true;
}

static bool watch_signals(struct daemon *daemon)
{
	signal(SIGPIPE, SIG_IGN);
	daemon->signals[0] = loop_signal_start(daemon->loop, SIGTERM, on_terminate, daemon);
	daemon->signals[1] = loop_signal_start(daemon->loop, SIGINT, on_terminate, daemon);
	daemon->signals[2] = loop_signal_start(daemon->loop, SIGHUP, on_hangup, daemon);
	return daemon->signals[0] && daemon->signals[1] && daemon->signals[2];
}

static bool start(struct daemon *daemon, struct scute_error *err)
{
	if (!is_protectable(daemon->config, err) || !make_rooms(daemon, err) ||
		!make_api(daemon, err) || !load_plugins(daemon, err) || !listen_on(daemon, err) ||
		!loader_start(&daemon->loader, err) || !open_store(daemon, err)) {
		return false;
	}
	if (!watch_signals(daemon)) {
		error_set(err, SCUTE_EINTERNAL, "signals can not be watched");
		return false;
	}
	return true;
}

static void take_down(struct daemon *daemon)
{
	for (size_t i = 0; i < 3; i++) {
		if (daemon->signals[i]) {
			loop_signal_stop(daemon->signals[i]);
		}
	}
	server_destroy(daemon->server);
	if (daemon->loader.table) {
		loader_finish(&daemon->loader);
	}
	pool_destroy(daemon->checkers);
	pool_destroy(daemon->pool);
	api_destroy(daemon->api);
	registry_destroy(daemon->registry);
	router_destroy(daemon->router);
	if (daemon->loop) {
		loop_destroy(daemon->loop);
	}
	config_destroy(daemon->reloaded);
	config_destroy(daemon->config);
}

int serve_main(int argc, char *const *argv, char *const *environment)
{
	struct daemon daemon = { .environment = environment };
	struct scute_error err = { 0 };

	if (argc > 2) {
		fprintf(stderr, "usage: scute [serve] [CONFIG.json]\n");
		return 2;
	}
	daemon.config_path = argc > 1 ? argv[1] : NULL;
	mallopt(M_MMAP_THRESHOLD, MMAP_BYTES); /* what a large schema took goes back to the system */
	hash_init();
	daemon.config = config_load(daemon.config_path, environment, warn, NULL, &err);
	if (!daemon.config || !setup_log(daemon.config, &err) || !start(&daemon, &err)) {
		fprintf(stderr, "scute: %s\n", err.text);
		daemon.exit_code = 1;
	} else {
		loop_run(daemon.loop);
	}
	take_down(&daemon);
	return daemon.exit_code;
}
