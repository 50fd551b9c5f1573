/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the loading of a configuration: an input is a file's text and behind it, each after a
 * NUL, variables of the environment. It is refused with one readable line, or every key has a
 * value that it allows, the same each time, and no secret is shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"
#include "config_keys.h"
#include "fuzz.h"
#include "support/arena.h"
#include "support/buf.h"
#include "support/json_in.h"
#include "support/str.h"

#define VARIABLES_MAX 16
#define SECRET "s3cr3t-" /* what no output may contain when a secret has it */

/* '^' stands for the NUL between the file and the variables. */
static const char *const seeds[] = {
	"{'port':8081,'host':'','karapace_rest':false,'compatibility':'FULL','log_level':'DEBUG'}",
	"{'sasl_plain_password':'" SECRET "','plugins':['avro','x/y.so'],'tags':{'app':'s'},"
	"'avro':{'a':[1]},'prot':1,'topic_name':null}^KARAPACE_PORT=1^KARAPACE_TAGS__APP=t",
	"{}^KARAPACE_KARAPACE_REST=1^KARAPACE_REST=off^KARAPACE_SASL_PLAIN_PASSWORD=" SECRET
	"^KARAPACE_SENTRY__DSN=" SECRET "^PATH=/bin^KARAPACE_X=1^SENTRY_DSN=x",
	"{'server_tls_certfile':'a','server_tls_keyfile':'b','producer_acks':'all','fetch_min_bytes':-1,"
	"'http_request_max_size':'1048576','sentry':{'dsn':'" SECRET "'},'bootstrap_uri':'a:1,b:2'}"
	"^KARAPACE_TAGS={'a':1}^KARAPACE_TAGS__B=[1,{}]^KARAPACE_PLUGINS=a,b, c",
	NULL,
};

static const char *const words[] = { "^", "^KARAPACE_", "__", "=", "'port':", "'host':", "'tags':{",
	"'sentry':{'a':'" SECRET "'},", "'sasl_plain_password':{'x':'" SECRET "'},",
	"'ssl_password':['" SECRET "'],", "'registry_password':'\\n" SECRET "',",
	"'sasl_oauth_token':", "'plugins':[", "'" SECRET "'",
	"KARAPACE_SASL_PLAIN_PASSWORD=" SECRET, "KARAPACE_SENTRY__A={'x':'" SECRET "'}",
	"'rest_port':", "8081", "'karapace_registry':false,", "'karapace_rest':false,",
	"'log_format':'%(message)s',",
	"true",
	"null", "-1", "65536", "9223372036854775808", "1e3", "'',", "[]", "{}", ",", "all", "'\\u0000'",
	"\xff", "\xc3\xa9", "\n", "'store':'journal',", "'store':'JOURNAL',", "'x':1,",
	"'replication_factor':",
	"'rest_authorization':true,", NULL };

static void warn(void *user, const char *text)
{
	MUST(*text != '\0' && str_is_utf8(str_z(text)));
	MUST(!strpbrk(text, "\n\r\t\x1b"));
	MUST(!strstr(text, SECRET) || *(const bool *)user);
}

/* A file without a name, as a path. */
static int make_file(struct scute_str text, char *ret_path, size_t bytes)
{
	int fd = memfd_create("config", MFD_CLOEXEC);

	MUST(fd >= 0);
	MUST(write(fd, text.data, text.len) == (ssize_t)text.len);
	snprintf(ret_path, bytes, "/proc/self/fd/%d", fd);
	return fd;
}

/* Copies the input apart into a file's text and NUL-terminated variables. */
static struct scute_str split(const char *data, size_t len, char *copy, char **variables)
{
	struct scute_str file = { copy, len };
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		copy[i] = data[i] == '^' ? '\0' : data[i];
		if (copy[i] == '\0' && n < VARIABLES_MAX) {
			file.len = n == 0 ? i : file.len;
			variables[n++] = copy + i + 1;
		}
	}
	copy[len] = '\0';
	variables[n] = NULL;
	return file;
}

static char *print(const struct config *config)
{
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	MUST(out);
	config_print(config, out);
	MUST(fclose(out) == 0);
	return text;
}

/* The bytes may stand under a key that hides nothing too, or be a plugin's. */
static bool is_only_in_secrets(const struct config *config)
{
	const struct json *member = config->tree->children;

	for (; member; member = member->next) {
		if (member->type == JSON_OBJECT && !config_key_find(member->key)) {
			return false;
		}
	}
	for (size_t i = 0; i < config_keys_n; i++) {
		struct scute_str value;
		if (config_keys[i].name && !(config_keys[i].flags & CONFIG_SECRET) &&
			config_text(config, config_keys[i].name, &value) &&
			memmem(value.data, value.len, SECRET, strlen(SECRET))) {
			return false;
		}
	}
	return true;
}

/* Each key's value as text is one that the key takes, and means the same. */
static void check_values(const struct config *config)
{
	struct config scratch = { 0 };
	struct arena arena;

	arena_init(&arena, 16 << 20);
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *key = &config_keys[i];
		struct scute_str value;
		struct buf again;
		if (!key->name || !config_text(config, key->name, &value)) {
			continue;
		}
		MUST(value.data[value.len] == '\0' && strlen(value.data) == value.len);
		MUST(str_is_utf8(value));
		MUST(config_origin(config, key->name) <= CONFIG_ENVIRONMENT);
		if (value.len == 0) {
			continue; /* as a text it would mean unset */
		}
		MUST(config_key_set(key, &scratch, value, &arena.base) == SCUTE_OK);
		buf_init_arena(&again, 1 << 20, &arena.base);
		MUST(config_key_text(key, &scratch, &again));
		MUST(str_eq(buf_str(&again), value));
	}
	arena_finish(&arena);
}

/* A refusal names its key first: a secret's value must not follow. */
static void check_refusal(const char *text)
{
	const char *colon = strchr(text, ':');
	const struct config_key *key = NULL;

	if (colon) {
		key = config_key_find((struct scute_str){ text, (size_t)(colon - text) });
	}
	MUST(!key || !(key->flags & CONFIG_SECRET) || !strstr(text, SECRET));
}

static struct config *load(const char *path, char *const *variables, bool *show)
{
	struct scute_error err = { 0 };
	struct config *config = config_load(path, variables, warn, show, &err);

	if (!config) {
		fuzz_check_error(&err, err.status);
		check_refusal(err.text);
		MUST(err.status == SCUTE_EINVAL || err.status == SCUTE_ELIMIT);
	}
	return config;
}

static void begin(void)
{
}

static bool one(const char *data, size_t len)
{
	char copy[FUZZ_BYTES_MAX + 1];
	char *variables[VARIABLES_MAX + 1];
	struct scute_str file = split(data, len, copy, variables);
	bool show = true; /* until it is known where the bytes stand */
	char path[32];
	int fd = make_file(file, path, sizeof(path));
	struct config *config = load(path, variables, &show);

	if (config) {
		char *text = print(config);
		if (is_only_in_secrets(config)) {
			MUST(!strstr(text, SECRET));
		}
		check_values(config);
		MUST(config->karapace_registry || config->karapace_rest);
		MUST(config->port >= 0 && config->port <= 65535);
		struct config *again = load(path, variables, &show);
		MUST(again);
		char *text_again = print(again);
		MUST(strcmp(text, text_again) == 0);
		free(text);
		free(text_again);
		config_destroy(again);
	}
	close(fd);
	config_destroy(config);
	return config != NULL;
}

static void end(void)
{
}

const struct fuzz_target fuzz_target = {
	.seeds = seeds,
	.words = words,
	.rounds = 400,
	.begin = begin,
	.one = one,
	.end = end,
};
