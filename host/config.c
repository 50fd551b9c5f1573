/* SPDX-License-Identifier: Apache-2.0 */
/* Loads the configuration: defaults, file, environment, derived values, checks, warnings. */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "config_load.h"
#include "support/buf.h"
#include "support/json_out.h"
#include "support/str.h"

#define FILE_BYTES_MAX (1u << 20)
#define ARENA_BYTES_MAX (64u << 20)
#define PLUGIN_NAME_BYTES_MAX 32
#define UNKNOWN_MAX 20 /* warnings */
#define HTTP_REQUEST_BYTES 1048576

#ifndef SCUTE_PLUGIN_DIR
#error "the build defines SCUTE_PLUGIN_DIR, where our plugins are installed"
#endif

enum scute_status loading_no_memory(struct loading *loading)
{
	return error_set(loading->err, SCUTE_ENOMEM, "out of memory while the configuration was read");
}

static void warn_z(struct loading *loading, struct buf *text)
{
	if (loading->warn != NULL && buf_append_byte(text, '\0')) {
		loading->warn(loading->user, text->data);
	}
}

static void find_line(struct scute_str text, size_t offset, struct scute_error *at)
{
	at->line = 1;
	at->column = 1;
	for (size_t i = 0; i < offset && i < text.len; i++) {
		at->column++;
		if (text.data[i] == '\n') {
			at->line++;
			at->column = 1;
		}
	}
}

static void say_source(const struct loading *loading, const struct source *source, struct buf *out)
{
	struct scute_error at;

	if (source->origin == CONFIG_FILE) {
		find_line(loading->private->file, source->offset, &at);
		buf_printf(out, "%s, line %d", source->name, at.line);
	} else {
		buf_printf(out, "environment variable %s", source->name);
	}
}

enum scute_status loading_refuse(struct loading *loading, const struct config_key *key,
	struct scute_str text, const struct source *source)
{
	struct buf words;

	buf_init(&words, 4096);
	buf_printf(&words, "%s: ", key->name);
	config_key_show(key, text, &words);
	buf_append_z(&words, " (");
	say_source(loading, source, &words);
	buf_append_z(&words, ") is not allowed; allowed is ");
	config_key_allowed(key, &words);
	if (words.failed) {
		buf_finish(&words);
		return loading_no_memory(loading);
	}
	error_set(loading->err, SCUTE_EINVAL, "%.*s", STR_ARGS(buf_str(&words)));
	if (source->origin == CONFIG_FILE) {
		find_line(loading->private->file, source->offset, loading->err);
	}
	buf_finish(&words);
	return SCUTE_EINVAL;
}

enum scute_status loading_set(struct loading *loading, const struct config_key *key,
	struct scute_str text, const struct source *source)
{
	enum scute_status status = config_key_set(key, loading->config, text, loading->arena);

	if (status == SCUTE_ENOMEM) {
		return loading_no_memory(loading);
	}
	if (status != SCUTE_OK) {
		return loading_refuse(loading, key, text, source);
	}
	loading->private->origins[key - config_keys] = (unsigned char)source->origin;
	return SCUTE_OK;
}

static enum scute_status set_defaults(struct loading *loading)
{
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *key = &config_keys[i];
		if (key->fallback == NULL || *key->fallback == '=') {
			continue;
		}
		enum scute_status status = config_key_set(key, loading->config, str_z(key->fallback),
			loading->arena);
		if (status != SCUTE_OK) {
			assert(status == SCUTE_ENOMEM);
			return loading_no_memory(loading);
		}
	}
	return SCUTE_OK;
}

/* All of fd, at most FILE_BYTES_MAX; malloc'ed. */
static enum scute_status read_all(struct loading *loading, int fd, struct scute_str *ret_text)
{
	char *data = malloc(FILE_BYTES_MAX + 1);
	size_t len = 0;

	if (data == NULL) {
		return loading_no_memory(loading);
	}
	while (len <= FILE_BYTES_MAX) {
		ssize_t n = read(fd, data + len, FILE_BYTES_MAX + 1 - len);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			free(data);
			return error_set(loading->err, SCUTE_EINVAL, "%s: %s", loading->path, strerror(errno));
		}
		if (n == 0) {
			/* The rest of the megabyte goes back. */
			char *fitting = realloc(data, len + 1);
			*ret_text = (struct scute_str){ fitting != NULL ? fitting : data, len };
			return SCUTE_OK;
		}
		len += (size_t)n;
	}
	free(data);
	return error_set(loading->err, SCUTE_ELIMIT, "%s: larger than the %u bytes allowed", loading->path,
		FILE_BYTES_MAX);
}

static enum scute_status read_file(struct loading *loading, struct scute_str *ret_text)
{
	int fd = open(loading->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return error_set(loading->err, SCUTE_EINVAL, "%s: %s", loading->path, strerror(errno));
	}
	enum scute_status status = read_all(loading, fd, ret_text);
	close(fd);
	return status;
}

static bool is_plugin_name(struct scute_str name)
{
	if (name.len == 0 || name.len > PLUGIN_NAME_BYTES_MAX) {
		return false;
	}
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) {
			return false;
		}
	}
	return true;
}

void loading_warn_unknown(struct loading *loading, struct scute_str name, const struct source *source,
	struct scute_str suggestion)
{
	struct buf text;

	if (loading->n_unknown++ > UNKNOWN_MAX) {
		return;
	}
	buf_init(&text, 4096);
	if (loading->n_unknown > UNKNOWN_MAX) {
		buf_append_z(&text, "there are more unknown keys");
	} else if (source->origin == CONFIG_FILE) {
		buf_append_z(&text, "unknown key ");
		config_key_show(NULL, name, &text);
		buf_append_z(&text, " (");
		say_source(loading, source, &text);
		buf_append_z(&text, ") is ignored");
	} else {
		buf_append_z(&text, "unknown ");
		say_source(loading, source, &text);
		buf_append_z(&text, " is ignored");
	}
	if (suggestion.len > 0 && loading->n_unknown <= UNKNOWN_MAX) {
		buf_printf(&text, "; did you mean %.*s?", STR_ARGS(suggestion));
	}
	warn_z(loading, &text);
	buf_finish(&text);
}

/* A value of a type that the key does not take is shown as JSON. */
static enum scute_status refuse_type(struct loading *loading, const struct config_key *key,
	const struct json *value, const struct source *source)
{
	struct buf text;

	buf_init_arena(&text, 8u << 20, loading->arena);
	struct json_out out = json_out(&text);
	json_out_tree(&out, value, JSON_AS_READ);
	return text.failed ? loading_no_memory(loading)
			   : loading_refuse(loading, key, buf_str(&text), source);
}

static enum scute_status take_member(struct loading *loading, const struct json *member)
{
	const struct config_key *key = config_key_find(member->key);
	const struct source source = { CONFIG_FILE, loading->path, member->offset };
	struct scute_str text;

	if (key == NULL) {
		if (member->type != JSON_OBJECT || !is_plugin_name(member->key)) {
			const struct config_key *nearest = config_key_nearest(member->key);
			loading_warn_unknown(loading, member->key, &source,
				str_z(nearest != NULL ? nearest->name : NULL));
		}
		return SCUTE_OK;
	}
	if (member->type == JSON_NULL) {
		return SCUTE_OK;
	}
	enum scute_status status = config_key_json(key, member, loading->arena, &text);
	if (status == SCUTE_ENOMEM) {
		return loading_no_memory(loading);
	}
	if (status != SCUTE_OK) {
		return refuse_type(loading, key, member, &source);
	}
	return loading_set(loading, key, text, &source);
}

static enum scute_status load_file(struct loading *loading)
{
	const struct json_options options = { .depth_max = 64, .nodes_max = 200000 };
	struct scute_str file;
	struct scute_error why = { 0 };

	enum scute_status status = read_file(loading, &file);
	if (status != SCUTE_OK) {
		return status;
	}
	loading->private->file = file;
	status = json_read(file, &options, loading->arena, &loading->config->tree, &why);
	if (status == SCUTE_ENOMEM) {
		return loading_no_memory(loading);
	}
	if (status != SCUTE_OK) {
		error_set(loading->err, status, "%s, line %d, column %d: %s", loading->path, why.line,
			why.column, why.text);
		loading->err->line = why.line;
		loading->err->column = why.column;
		return status;
	}
	if (loading->config->tree->type != JSON_OBJECT) {
		return error_set(loading->err, SCUTE_EINVAL, "%s: a JSON object is needed, this is a JSON %s",
			loading->path, json_type_name(loading->config->tree->type));
	}
	for (const struct json *member = loading->config->tree->children;
		member != NULL && status == SCUTE_OK; member = member->next) {
		status = take_member(loading, member);
	}
	return status;
}

static bool is_set(const struct loading *loading, const void *member)
{
	size_t at = (size_t)((const char *)member - (const char *)loading->config);

	for (size_t i = 0; i < config_keys_n; i++) {
		if (config_keys[i].name != NULL && config_keys[i].at == at) {
			return loading->private->origins[i] != CONFIG_DEFAULT;
		}
	}
	assert(false);
	return false;
}

/* Fills in the defaults that depend on others: those that begin with '=' in config.def. */
static enum scute_status derive(struct loading *loading)
{
	struct config *config = loading->config;
	char name[256];

	if (!is_set(loading, &config->http_request_max_size)) {
		config->http_request_max_size = HTTP_REQUEST_BYTES;
		if (config->karapace_rest && config->producer_max_request_size > HTTP_REQUEST_BYTES) {
			config->http_request_max_size += config->producer_max_request_size;
		}
	}
	if (!is_set(loading, &config->advertised_port)) {
		config->advertised_port = config->port;
	}
	if (config->plugin_path == NULL) {
		config->plugin_path = SCUTE_PLUGIN_DIR;
	}
	if (config->advertised_hostname == NULL) {
		name[sizeof(name) - 1] = '\0';
		if (gethostname(name, sizeof(name) - 1) != 0 || *name == '\0') {
			config->advertised_hostname = "localhost";
			return SCUTE_OK;
		}
		config->advertised_hostname = arena_copy(loading->arena,
			(struct scute_str){ name, strlen(name) + 1 }).data;
		if (config->advertised_hostname == NULL) {
			return loading_no_memory(loading);
		}
	}
	return SCUTE_OK;
}

/* What no single key can tell. */
static enum scute_status check(struct loading *loading)
{
	const struct config *config = loading->config;
	const char *text = NULL;

	if (!config->karapace_registry && !config->karapace_rest) {
		text = "karapace_registry and karapace_rest are both false: at least one must be true";
	} else if (config->rest_authorization && config->sasl_bootstrap_uri == NULL) {
		text = "Using 'rest_authorization' requires configuration value for 'sasl_bootstrap_uri' to be set";
	} else if ((config->server_tls_certfile == NULL) != (config->server_tls_keyfile == NULL)) {
		text = "server_tls_certfile and server_tls_keyfile: set both or neither";
	} else if (config->server_tls_client_auth == CONFIG_CLIENT_AUTH_REQUIRED &&
		config->server_tls_cafile == NULL) {
		text = "server_tls_client_auth is required, which needs server_tls_cafile to be set";
	} else if (config->rest_port != 0 && config->rest_port == config->port) {
		text = "rest_port is the same as port: leave rest_port unset to serve both parts on one port";
	}
	return text == NULL ? SCUTE_OK : error_set(loading->err, SCUTE_EINVAL, "%s", text);
}

static void warn_without_effect(struct loading *loading, char *const *environment)
{
	struct buf text;

	buf_init(&text, 1024);
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *key = &config_keys[i];
		bool off = key->kind == CONFIG_KIND_BOOL &&
			!*(const bool *)((const char *)loading->config + key->at);
		if (key->name == NULL || loading->private->origins[i] == CONFIG_DEFAULT) {
			continue;
		}
		buf_reset(&text);
		if ((key->flags & CONFIG_LATER) || ((key->flags & CONFIG_LATER_ON) && !off)) {
			buf_printf(&text, "%s is accepted but has no effect in this version", key->name);
			warn_z(loading, &text);
		} else if (key->flags & CONFIG_UNUSED) {
			buf_printf(&text, "%s is accepted but has no effect: %s", key->name, key->help);
			warn_z(loading, &text);
		}
	}
	for (char *const *entry = environment; entry != NULL && *entry != NULL; entry++) {
		if (strncmp(*entry, "SENTRY_DSN=", 11) == 0 && (*entry)[11] != '\0') {
			buf_reset(&text);
			buf_append_z(&text, "SENTRY_DSN is accepted but has no effect in this version");
			warn_z(loading, &text);
		}
	}
	buf_finish(&text);
}

static enum scute_status keep_texts(struct loading *loading)
{
	for (size_t i = 0; i < config_keys_n; i++) {
		struct buf text;
		buf_init_arena(&text, 1u << 20, loading->arena);
		if (!config_key_text(&config_keys[i], loading->config, &text)) {
			continue;
		}
		if (!buf_append_byte(&text, '\0')) {
			return loading_no_memory(loading);
		}
		loading->private->texts[i] = (struct scute_str){ text.data, text.len - 1 };
	}
	return SCUTE_OK;
}

static enum scute_status load(struct loading *loading, char *const *environment)
{
	loading->private->origins = arena_zalloc(loading->arena, config_keys_n, 1);
	loading->private->texts = arena_zalloc(loading->arena, config_keys_n, sizeof(struct scute_str));
	if (loading->private->origins == NULL || loading->private->texts == NULL) {
		return loading_no_memory(loading);
	}
	enum scute_status status = set_defaults(loading);
	if (status == SCUTE_OK && loading->path != NULL) {
		status = load_file(loading);
	}
	if (status == SCUTE_OK) {
		status = loading_environment(loading, environment);
	}
	if (status == SCUTE_OK) {
		status = derive(loading);
	}
	if (status == SCUTE_OK) {
		status = check(loading);
	}
	if (status == SCUTE_OK) {
		status = keep_texts(loading);
	}
	if (status == SCUTE_OK) {
		warn_without_effect(loading, environment);
	}
	return status;
}

struct config *config_load(const char *path, char *const *environment,
	void (*warn)(void *user, const char *text), void *user, struct scute_error *err)
{
	struct config_private *private = calloc(1, sizeof(*private));
	struct loading loading = { .private = private, .path = path, .warn = warn, .user = user, .err = err };

	*err = (struct scute_error){ 0 };
	if (private == NULL) {
		loading_no_memory(&loading);
		return NULL;
	}
	arena_init(&private->arena, ARENA_BYTES_MAX);
	private->config.private = private;
	loading.config = &private->config;
	loading.arena = &private->arena.base;
	if (load(&loading, environment) != SCUTE_OK) {
		config_destroy(&private->config);
		return NULL;
	}
	return &private->config;
}

void config_destroy(struct config *config)
{
	if (config == NULL) {
		return;
	}
	struct config_private *private = config->private;
	arena_finish(&private->arena);
	free((void *)(uintptr_t)private->file.data);
	free(private);
}

enum config_origin config_origin(const struct config *config, const char *key)
{
	const struct config_key *found = config_key_find(str_z(key));

	return found == NULL ? CONFIG_DEFAULT
			     : (enum config_origin)config->private->origins[found - config_keys];
}

bool config_text(const struct config *config, const char *key, struct scute_str *ret_value)
{
	const struct config_key *found = config_key_find(str_z(key));

	if (found == NULL || config->private->texts[found - config_keys].data == NULL) {
		return false;
	}
	*ret_value = config->private->texts[found - config_keys];
	return true;
}

const struct json *config_plugin(const struct config *config, const char *name)
{
	const struct json *object = json_get(config->tree, name);

	if (object == NULL || object->type != JSON_OBJECT || config_key_find(str_z(name)) != NULL) {
		return NULL;
	}
	return object;
}
