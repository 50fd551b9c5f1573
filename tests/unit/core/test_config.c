/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: defaults, file, environment, what is refused and what is warned of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "config_keys.h"
#include "support/buf.h"
#include "support/json_in.h"
#include "support/str.h"

/* --- the n-th allocation fails --- */

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);

static long fail_at = -1; /* allocations until one fails; -1: none does */

static bool fails(void)
{
	return fail_at >= 0 && fail_at-- == 0;
}

void *__wrap_malloc(size_t bytes)
{
	return fails() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
	return fails() ? NULL : __real_calloc(n, bytes);
}

void *__wrap_realloc(void *old, size_t bytes)
{
	return fails() ? NULL : __real_realloc(old, bytes);
}

/* --- helpers --- */

static char warnings[65536]; /* each on a line */
static struct scute_error err;
static char path[64];

static void warn(void *user, const char *text)
{
	assert_ptr_equal(user, warnings);
	size_t len = strlen(warnings);
	assert_true(len + strlen(text) + 2 < sizeof(warnings));
	memcpy(warnings + len, text, strlen(text));
	memcpy(warnings + len + strlen(text), "\n", 2);
}

static void write_file(const char *text, size_t len)
{
	strcpy(path, "/tmp/scute-config-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}

/* file NULL: none. Variables until NULL. */
static struct config *load_with(const char *file, ...)
{
	char *environment[32];
	size_t n = 0;
	va_list variables;

	va_start(variables, file);
	do {
		assert_true(n < 32);
		environment[n] = va_arg(variables, char *);
	} while (environment[n++] != NULL);
	va_end(variables);
	*warnings = '\0';
	if (file == NULL) {
		return config_load(NULL, environment, warn, warnings, &err);
	}
	write_file(file, strlen(file));
	struct config *config = config_load(path, environment, warn, warnings, &err);
	unlink(path);
	return config;
}

#define load(file) load_with((file), (char *)NULL)

static void assert_refused(struct config *config, const char *part)
{
	assert_null(config);
	assert_int_not_equal(err.status, SCUTE_OK);
	if (strstr(err.text, part) == NULL) {
		fail_msg("\"%s\" lacks \"%s\"", err.text, part);
	}
}

static void assert_warned(const char *part)
{
	if (strstr(warnings, part) == NULL) {
		fail_msg("\"%s\" lacks \"%s\"", warnings, part);
	}
}

static void assert_text(const struct config *config, const char *key, const char *expected)
{
	struct scute_str text;
	assert_true(config_text(config, key, &text));
	assert_string_equal(text.data, expected);
	assert_int_equal(text.len, strlen(expected));
}

/* --- defaults --- */

static void test_defaults(void **state)
{
	(void)state;
	struct config *config = load(NULL);
	char host[256] = "";
	struct scute_str text;

	assert_non_null(config);
	assert_string_equal(warnings, "");
	assert_string_equal(config->host, "127.0.0.1");
	assert_int_equal(config->port, 8081);
	assert_int_equal(config->advertised_port, 8081);
	assert_int_equal(config->store, CONFIG_STORE_KAFKA);
	assert_int_equal(config->response_profile, CONFIG_PROFILE_KARAPACE);
	assert_int_equal(config->security_protocol, CONFIG_PLAINTEXT);
	assert_int_equal(config->log_level, CONFIG_LOG_INFO);
	assert_true(config->karapace_rest && config->karapace_registry);
	assert_string_equal(config->topic_name, "_schemas");
	assert_string_equal(config->bootstrap_uri, "localhost:9092");
	assert_int_equal(config->http_request_max_size, 1048576);
	assert_null(config->ssl_cafile);
	assert_null(config->plugins);
	assert_null(config->tree);
	assert_true(config->plugin_path != NULL && strstr(config->plugin_path, "scute/plugins") != NULL);
	gethostname(host, sizeof(host) - 1);
	assert_string_equal(config->advertised_hostname, host);
	assert_text(config, "compatibility", "BACKWARD");
	assert_text(config, "producer_acks", "1");
	assert_text(config, "sasl_oauthbearer_skip_auth_paths", "/_health,/metrics,/master_available");
	assert_false(config_text(config, "ssl_cafile", &text));
	assert_false(config_text(config, "no_such_key", &text));
	assert_int_equal(config_origin(config, "port"), CONFIG_DEFAULT);
	config_destroy(config);
	config_destroy(NULL);
}

static void test_enum_words(void **state)
{
	(void)state;
	struct config *config = load("{\"store\":\"JOURNAL\",\"response_profile\":\"Confluent\","
		"\"server_tls_client_auth\":\"optional\",\"security_protocol\":\"sasl_ssl\","
		"\"log_level\":\"warn\",\"log_handler\":\"null\"}");

	assert_non_null(config);
	assert_int_equal(config->store, CONFIG_STORE_JOURNAL);
	assert_int_equal(config->response_profile, CONFIG_PROFILE_CONFLUENT);
	assert_int_equal(config->server_tls_client_auth, CONFIG_CLIENT_AUTH_OPTIONAL);
	assert_int_equal(config->security_protocol, CONFIG_SASL_SSL);
	assert_int_equal(config->log_level, CONFIG_LOG_WARNING);
	assert_int_equal(config->log_handler, CONFIG_LOG_NULL);
	assert_text(config, "log_level", "WARNING");
	assert_text(config, "security_protocol", "SASL_SSL");
	config_destroy(config);
	assert_refused(load("{\"store\": \"redis\"}"), "allowed is kafka, journal");
}

/* --- the file --- */

static void test_file(void **state)
{
	(void)state;
	struct config *config = load("{\"port\": \"9000\", \"host\": \"\", \"client_id\": 7,\n"
		"\"karapace_rest\": false, \"ssl_check_hostname\": 0, \"topic_name\": null,\n"
		"\"plugins\": [\"avro\", \"/x/y.so\"], \"ssl_cafile\": \"\", \"producer_acks\": \"all\",\n"
		"\"tags\": {\"app\": \"x\"}, \"avro\": {\"depth\": 3}, \"http_request_max_size\": 5}");

	assert_non_null(config);
	assert_int_equal(config->port, 9000);
	assert_int_equal(config->advertised_port, 9000);
	assert_string_equal(config->host, "");
	assert_string_equal(config->client_id, "7");
	assert_false(config->karapace_rest);
	assert_false(config->ssl_check_hostname);
	assert_string_equal(config->topic_name, "_schemas");
	assert_int_equal(config_origin(config, "topic_name"), CONFIG_DEFAULT);
	assert_int_equal(config_origin(config, "port"), CONFIG_FILE);
	assert_string_equal(config->plugins[0], "avro");
	assert_string_equal(config->plugins[1], "/x/y.so");
	assert_null(config->plugins[2]);
	assert_null(config->ssl_cafile);
	assert_int_equal(config->producer_acks, -1);
	assert_text(config, "producer_acks", "all");
	assert_string_equal(config->tags, "{\"app\":\"x\"}");
	assert_int_equal(config->http_request_max_size, 5);
	int64_t depth;
	assert_true(json_to_i64(json_get(config_plugin(config, "avro"), "depth"), &depth));
	assert_int_equal(depth, 3);
	assert_null(config_plugin(config, "tags"));
	assert_null(config_plugin(config, "port"));
	assert_null(config_plugin(config, "protobuf"));
	assert_non_null(strstr(warnings, "tags is accepted but has no effect in this version\n"));
	assert_null(strstr(warnings, "avro"));
	config_destroy(config);
}

static void test_file_syntax(void **state)
{
	(void)state;
	assert_refused(load("{\n  \"port\": 1,\n}"), "line 3, column 1");
	assert_int_equal(err.line, 3);
	assert_refused(load("{\n  // the port\n  \"port\": 1\n}"), "line 2, column 3");
	assert_refused(load("[]"), "a JSON object is needed, this is a JSON array");
	assert_refused(load(""), "line 1, column 1");
	assert_refused(load("{\"port\": 1} x"), "line 1, column 13");
	assert_refused(config_load("/nonexistent/config.json", NULL, warn, warnings, &err),
		"/nonexistent/config.json: No such file");
	assert_refused(config_load("/", NULL, warn, warnings, &err), "/: Is a directory");
}

static void test_file_size(void **state)
{
	(void)state;
	size_t len = (1u << 20) + 1;
	char *text = malloc(len);

	assert_non_null(text);
	memset(text, ' ', len);
	memcpy(text, "{\"port\":1}", 10);
	write_file(text, len - 1);
	struct config *config = config_load(path, NULL, warn, warnings, &err);
	unlink(path);
	assert_non_null(config);
	assert_int_equal(config->port, 1);
	config_destroy(config);
	write_file(text, len);
	config = config_load(path, NULL, warn, warnings, &err);
	unlink(path);
	assert_refused(config, "larger than the 1048576 bytes allowed");
	memset(text, '[', len - 1);
	write_file(text, len - 1);
	config = config_load(path, NULL, warn, warnings, &err);
	unlink(path);
	assert_null(config);
	free(text);
}

static void test_bad_values(void **state)
{
	(void)state;
	assert_refused(load("{\n\"port\": \"abc\"}"), "port: \"abc\" (");
	assert_refused(load("{\n\"port\": \"abc\"}"),
		", line 2) is not allowed; allowed is a whole number from 0 to 65535");
	assert_int_equal(err.line, 2);
	assert_refused(load("{\"port\": 65536}"), "\"65536\"");
	assert_refused(load("{\"port\": -1}"), "\"-1\"");
	assert_refused(load("{\"port\": 80.5}"), "\"80.5\"");
	assert_refused(load("{\"port\": 99999999999999999999}"), "not allowed");
	assert_refused(load("{\"port\": true}"), "port: \"true\"");
	assert_refused(load("{\"port\": [1]}"), "port: \"[1]\"");
	assert_refused(load("{\"karapace_rest\": \"maybe\"}"), "allowed is true or false");
	assert_refused(load("{\"karapace_rest\": 2}"), "\"2\"");
	assert_refused(load("{\"host\": {}}"), "allowed is a text");
	assert_refused(load("{\"host\": \"a\\u0000b\"}"), "host: \"a\\u0000b\"");
	assert_refused(load("{\"access_control_allow_origin\": \"*\\r\\nX: y\"}"), "\"*\\r\\nX: y\"");
	assert_refused(load("{\"plugins\": [\"a\\nb\"]}"), "allowed is a list");
	assert_refused(load("{\"plugins\": [1]}"), "allowed is a list");
	assert_refused(load("{\"tags\": \"x\"}"), "allowed is a JSON object");
	assert_refused(load("{\"tags\": [1]}"), "allowed is a JSON object");
	assert_refused(load("{\"producer_acks\": 2}"), "allowed is \"all\" or a whole number from -1 to 1");
	assert_refused(load("{\"compatibility\": \"SIDEWAYS\"}"), "NONE, BACKWARD, BACKWARD_TRANSITIVE, ");
	assert_refused(load("{\"log_level\": \"LOUD\"}"), "DEBUG, INFO, WARNING, ERROR, CRITICAL");
}

static void test_long_values(void **state)
{
	(void)state;
	static char text[70000];

	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "{\"host\":\"", 9);
	memcpy(text + sizeof(text) - 3, "\"}", 2);
	assert_refused(load(text), "xxxx\"..");
	/* Cut on a character's border. */
	memcpy(text, "{\"port\":\"a", 10);
	for (size_t i = 10; i + 2 < 212; i += 2) {
		memcpy(text + i, "\xc3\xa9", 2);
	}
	memcpy(text + 210, "\"}", 3);
	assert_refused(load(text), "\xc3\xa9\"..");
	assert_true(str_is_utf8(str_z(err.text)));
	assert_refused(load_with(NULL, "KARAPACE_HOST=\xff", (char *)NULL), "not UTF-8");
}

static void test_secrets_in_errors(void **state)
{
	(void)state;
	assert_refused(load("{\"ssl_password\": [\"hunter2\"]}"), "ssl_password: ****");
	assert_refused(load_with(NULL, "KARAPACE_SENTRY=hunter2", (char *)NULL), "sentry: ****");
	assert_null(strstr(err.text, "hunter2"));
}

/* --- the environment --- */

static void test_environment(void **state)
{
	(void)state;
	struct config *config = load_with("{\"port\": 1, \"topic_name\": \"a\", \"tags\": {\"app\":\"f\",\"b\":1}}",
		"KARAPACE_PORT=2", "KARAPACE_TOPIC_NAME=", "KARAPACE_REST=off",
		"KARAPACE_KARAPACE_REGISTRY=YES", "karapace_client_id=me", "PATH=/bin", "HOST=x",
		"KARAPACE_TAGS__APP=e", "KARAPACE_TAGS__MORE=[1, 2]", "KARAPACE_CONSUMER_ENABLE_AUTO_COMMIT=n",
		"KARAPACE_PLUGINS= a, ,b ", "KARAPACE_TELEMETRY={\"x\": {}}", "SENTRY_DSN=y",
		"KARAPACE_REGISTRY_HOST=rh", (char *)NULL);

	assert_non_null(config);
	assert_int_equal(config->port, 2);
	assert_int_equal(config_origin(config, "port"), CONFIG_ENVIRONMENT);
	assert_string_equal(config->topic_name, "a");
	assert_int_equal(config_origin(config, "topic_name"), CONFIG_FILE);
	assert_false(config->karapace_rest);
	assert_true(config->karapace_registry);
	assert_int_equal(config_origin(config, "karapace_registry"), CONFIG_ENVIRONMENT);
	assert_string_equal(config->client_id, "me");
	assert_string_equal(config->host, "127.0.0.1");
	assert_string_equal(config->tags, "{\"b\":1,\"app\":\"e\",\"more\":[1,2]}");
	assert_string_equal(config->telemetry, "{\"x\": {}}");
	assert_false(config->consumer_enable_autocommit);
	assert_text(config, "consumer_enable_auto_commit", "false");
	assert_text(config, "plugins", "a,b");
	assert_string_equal(config->registry_host, "rh");
	assert_warned("SENTRY_DSN is accepted but has no effect in this version\n");
	assert_warned("consumer_enable_autocommit is accepted but has no effect in this version\n");
	assert_null(strstr(warnings, "karapace_rest ")); /* false asks for nothing */
	assert_null(strstr(warnings, "unknown"));
	config_destroy(config);
}

static void test_lists_of_environment(void **state)
{
	(void)state;
	struct config *config = load_with(NULL, "KARAPACE_PLUGINS= [\"a\", \"/x/b.so\"] ",
		"KARAPACE_SASL_OAUTHBEARER_SKIP_AUTH_PATHS=[]", (char *)NULL);

	assert_non_null(config);
	assert_text(config, "plugins", "a,/x/b.so");
	assert_null(config->plugins[2]);
	assert_text(config, "sasl_oauthbearer_skip_auth_paths", "");
	config_destroy(config);
	assert_refused(load_with(NULL, "KARAPACE_PLUGINS=[\"a", (char *)NULL), "allowed is a list");
	assert_refused(load_with(NULL, "KARAPACE_PLUGINS=[1]", (char *)NULL), "allowed is a list");
}

static void test_bad_environment(void **state)
{
	(void)state;
	assert_refused(load_with(NULL, "KARAPACE_PORT=x", (char *)NULL),
		"port: \"x\" (environment variable KARAPACE_PORT) is not allowed; allowed is a whole number");
	assert_int_equal(err.line, 0);
	assert_refused(load_with(NULL, "KARAPACE_TAGS={", (char *)NULL), "allowed is a JSON object");
	assert_refused(load_with(NULL, "KARAPACE_TAGS__A={", (char *)NULL), "KARAPACE_TAGS__A");
	assert_refused(load_with(NULL, "KARAPACE_TAGS__A=\xff", (char *)NULL), "KARAPACE_TAGS__A");
}

/* --- unknown keys --- */

static void test_unknown(void **state)
{
	(void)state;
	struct config *config = load_with("{\n\"prot\": 1, \"bootstrap_url\": \"x\",\n\"zzzzzzzz\": 1, "
		"\"My Plugin\": {}, \"other\": {\"a\": 1}}",
		"KARAPACE_TOPICNAME=x", "KARAPACE_RESTT=1", "KARAPACE_QQQQQQQQQQ=1", "KARAPACE_PORT__A=1",
		"KARAPACE_TAGS__A__B=1", (char *)NULL);

	assert_non_null(config);
	assert_warned("unknown key \"prot\" (/tmp/");
	assert_warned(", line 2) is ignored; did you mean port?\n");
	assert_warned("did you mean bootstrap_uri?\n");
	assert_warned("unknown key \"zzzzzzzz\" (");
	assert_warned("line 3) is ignored\n");
	assert_warned("unknown key \"My Plugin\"");
	assert_null(strstr(warnings, "other"));
	assert_warned("unknown environment variable KARAPACE_TOPICNAME is ignored; did you mean KARAPACE_TOPIC_NAME?\n");
	assert_warned("KARAPACE_RESTT is ignored; did you mean KARAPACE_REST?\n");
	assert_warned("KARAPACE_QQQQQQQQQQ is ignored\n");
	assert_warned("KARAPACE_PORT__A is ignored");
	assert_warned("KARAPACE_TAGS__A__B is ignored");
	assert_non_null(config_plugin(config, "other"));
	config_destroy(config);
}

static void test_unknown_many(void **state)
{
	(void)state;
	static char text[400000];
	size_t len = 1;
	unsigned lines = 0;

	*text = '{';
	for (int i = 0; i < 10000; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\"qqqqqqqqqqqq%d\": %d", i > 0 ? "," : "", i, i);
	}
	memcpy(text + len, "}", 2);
	struct config *config = load(text);
	assert_non_null(config);
	for (const char *at = warnings; (at = strchr(at, '\n')) != NULL; at++) {
		lines++;
	}
	assert_int_equal(lines, 21);
	assert_warned("there are more unknown keys\n");
	config_destroy(config);
}

/* --- rules over several keys --- */

static void test_request_size(void **state)
{
	(void)state;
	struct config *config = load("{\"producer_max_request_size\": 2000000}");
	assert_non_null(config);
	assert_int_equal(config->http_request_max_size, 3048576);
	assert_text(config, "http_request_max_size", "3048576");
	config_destroy(config);
	config = load("{\"producer_max_request_size\": 2000000, \"karapace_rest\": false}");
	assert_int_equal(config->http_request_max_size, 1048576);
	config_destroy(config);
	config = load("{\"producer_max_request_size\": 2000000, \"http_request_max_size\": 99}");
	assert_int_equal(config->http_request_max_size, 99);
	config_destroy(config);
	config = load("{\"producer_max_request_size\": 1048576}");
	assert_int_equal(config->http_request_max_size, 1048576);
	config_destroy(config);
}

static void test_rules(void **state)
{
	(void)state;
	assert_refused(load("{\"karapace_rest\": false, \"karapace_registry\": false}"), "at least one must be true");
	assert_refused(load("{\"rest_authorization\": true}"),
		"Using 'rest_authorization' requires configuration value for 'sasl_bootstrap_uri' to be set");
	assert_refused(load("{\"server_tls_certfile\": \"x\"}"), "set both or neither");
	assert_refused(load("{\"server_tls_keyfile\": \"x\"}"), "set both or neither");
	assert_refused(load("{\"server_tls_client_auth\": \"required\"}"), "needs server_tls_cafile");
	assert_refused(load("{\"rest_port\": 8081}"), "rest_port is the same as port");
	struct config *config = load("{\"rest_authorization\": true, \"sasl_bootstrap_uri\": \"x\", \"port\": 0, "
		"\"server_tls_certfile\": \"x\", \"server_tls_keyfile\": \"y\", \"rest_port\": 8082}");
	assert_non_null(config);
	config_destroy(config);
}

static void test_without_effect(void **state)
{
	(void)state;
	struct config *config = load("{\"karapace_rest\": true, \"statsd_host\": \"x\", \"producer_count\": 3}");
	assert_non_null(config);
	assert_warned("karapace_rest is accepted but has no effect in this version\n");
	assert_warned("statsd_host is accepted but has no effect in this version\n");
	assert_warned("producer_count is accepted but has no effect: ");
	config_destroy(config);
	/* Nobody has to listen. */
	config = config_load(NULL, (char *const[]){ (char[]){ "KARAPACE_NONSENSE=1" }, NULL }, NULL, NULL, &err);
	assert_non_null(config);
	config_destroy(config);
}

/* --- what is printed --- */

static char *print(void (*to)(const struct config *config, FILE *out), const struct config *config)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	to(config, out);
	fclose(out);
	return text;
}

static void help(const struct config *config, FILE *out)
{
	(void)config;
	config_print_help(out);
}

static void markdown(const struct config *config, FILE *out)
{
	(void)config;
	config_print_markdown(out);
}

static void test_print(void **state)
{
	(void)state;
	struct config *config = load_with("{\"sasl_plain_password\": \"hunter2\", \"log_format\": \"a\\tb\", "
		"\"sentry\": {\"dsn\": \"hunter2\"}, \"avro\": {\"api_key\": \"hunter2\", \"keyfile\": \"k\", "
		"\"a\": [1.50, true, null, \"b\\u0007\\n\", {\"TOKEN\": {\"x\": \"hunter2\"}}]}}", "KARAPACE_PORT=7", (char *)NULL);
	assert_non_null(config);
	char *text = print(config_print, config);

	assert_null(strstr(text, "hunter2"));
	assert_non_null(strstr(text, "\nport "));
	assert_non_null(strstr(text, " = 7                                         (environment)\n"));
	assert_non_null(strstr(text, " = ****                                      (file)\n"));
	assert_non_null(strstr(text, "a\\tb "));
	assert_non_null(strstr(text, " = unset   "));
	assert_non_null(strstr(text, "\navro = {\"api_key\": ****, \"keyfile\": \"k\", "
		"\"a\": [1.50, true, null, \"b\\x07\\n\", {\"TOKEN\": ****}]}  (file)\n"));
	for (size_t i = 0; i < config_keys_n; i++) {
		if (config_keys[i].name != NULL) {
			assert_non_null(strstr(text, config_keys[i].name));
		}
	}
	free(text);
	config_destroy(config);
}

static void test_help(void **state)
{
	(void)state;
	char *text = print(help, NULL);

	assert_non_null(strstr(text, "  port (KARAPACE_PORT)\n      Port to listen on; 0 takes any free one.\n"
		"      Allowed: a whole number from 0 to 65535. Default: 8081.\n"));
	assert_non_null(strstr(text, "  karapace_rest (KARAPACE_REST)\n"));
	assert_non_null(strstr(text, "Default: the system's host name.\n"));
	free(text);
}

/* docs/config.md is what the list says: renew it with `scute check-config --markdown`. */
static void test_markdown(void **state)
{
	(void)state;
	char *text = print(markdown, NULL);
	size_t len = strlen(text);
	char *page = malloc(len + 2);
	FILE *file = fopen(SCUTE_CONFIG_PAGE, "r");

	assert_non_null(page);
	assert_non_null(file);
	size_t got = fread(page, 1, len + 1, file);
	fclose(file);
	page[got] = '\0';
	assert_true(strcmp(page, text) == 0);
	free(page);
	free(text);
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *key = &config_keys[i];
		if (key->name == NULL) {
			continue;
		}
		assert_ptr_equal(config_key_find(str_z(key->name)), key); /* no name twice */
		assert_true(strlen(key->name) < 64);
		assert_null(strchr(key->help, '|'));
		assert_true(key->help[strlen(key->help) - 1] == '.');
		bool secret = strstr(key->name, "password") != NULL || strstr(key->name, "_token") != NULL;
		if (secret && strstr(key->name, "token_") == NULL && strstr(key->name, "_typ") == NULL) {
			assert_true(key->flags & CONFIG_SECRET);
		}
	}
}

static void test_nearest(void **state)
{
	(void)state;
	char name[200];

	memset(name, 'a', sizeof(name));
	assert_null(config_key_nearest((struct scute_str){ name, sizeof(name) }));
	assert_null(config_key_nearest((struct scute_str){ NULL, 0 }));
	assert_null(config_key_nearest(SCUTE_STR("qqqqqq")));
	assert_string_equal(config_key_nearest(SCUTE_STR("ohst"))->name, "host");
	assert_string_equal(config_key_nearest(SCUTE_STR("ssl_certifle"))->name, "ssl_certfile");
}

/* Fails the n-th allocation, for every n, until a load passes. */
static void test_no_memory(void **state)
{
	(void)state;
	char *environment[] = { (char[]){ "KARAPACE_PORT=7" }, (char[]){ "KARAPACE_TAGS__APP=x" },
		(char[]){ "KARAPACE_UNKNOWNKEY=1" }, NULL };
	const char *text = "{\"plugins\": [\"a\"], \"tags\": {\"x\": 1}, \"avro\": {}, \"prot\": 1, \"statsd_host\": \"x\"}";
	struct config *config = NULL;

	write_file(text, strlen(text));
	for (long n = 0; n < 1000; n++) {
		*warnings = '\0';
		fail_at = n;
		config = config_load(path, environment, warn, warnings, &err);
		bool reached = fail_at < 0;
		fail_at = -1;
		if (config == NULL) {
			assert_int_equal(err.status, SCUTE_ENOMEM);
			continue;
		}
		assert_int_equal(config->port, 7);
		assert_string_equal(config->tags, "{\"x\":1,\"app\":\"x\"}");
		config_destroy(config);
		if (!reached) {
			break; /* a load that met no failure */
		}
		config = NULL;
	}
	unlink(path);
	assert_non_null(config);
}

static void test_no_memory_refused(void **state)
{
	(void)state;
	char *environment[] = { (char[]){ "KARAPACE_PORT=x" }, NULL };

	for (long n = 0; n < 1000; n++) {
		fail_at = n;
		struct config *config = config_load(NULL, environment, NULL, NULL, &err);
		bool reached = fail_at < 0;
		fail_at = -1;
		assert_null(config);
		if (!reached) {
			assert_int_equal(err.status, SCUTE_EINVAL);
			return;
		}
	}
	fail();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_enum_words),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_file_syntax),
		cmocka_unit_test(test_file_size),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_long_values),
		cmocka_unit_test(test_secrets_in_errors),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_lists_of_environment),
		cmocka_unit_test(test_bad_environment),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_unknown_many),
		cmocka_unit_test(test_request_size),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_without_effect),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_markdown),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_no_memory_refused),
	};
	return cmocka_run_group_tests_name("core/config", tests, NULL, NULL);
}
