/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The effective configuration: defaults, then the JSON file, then the environment.
 * One list, config.def, makes the struct, the parser, --help and docs/config.md.
 * Immutable once loaded (a reload makes a new one).
 */
#ifndef HOST_CONFIG_H
#define HOST_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "scute/types.h"

enum config_origin { CONFIG_DEFAULT, CONFIG_FILE, CONFIG_ENVIRONMENT };

struct config_private;
struct json;

/* Values of the CONFIG_ENUM members, in the order of their words in config.def. */
enum config_store { CONFIG_STORE_KAFKA, CONFIG_STORE_JOURNAL };
enum config_profile { CONFIG_PROFILE_KARAPACE, CONFIG_PROFILE_CONFLUENT };
enum config_client_auth { CONFIG_CLIENT_AUTH_NONE, CONFIG_CLIENT_AUTH_OPTIONAL, CONFIG_CLIENT_AUTH_REQUIRED };
enum config_security { CONFIG_PLAINTEXT, CONFIG_SSL, CONFIG_SASL_PLAINTEXT, CONFIG_SASL_SSL };
enum config_log_level {
	CONFIG_LOG_DEBUG, CONFIG_LOG_INFO, CONFIG_LOG_WARNING, CONFIG_LOG_ERROR, CONFIG_LOG_CRITICAL,
};
enum config_log_handler { CONFIG_LOG_STDOUT, CONFIG_LOG_SYSTEMD, CONFIG_LOG_NULL };

/*
 * Members are named as the keys. Strings: NULL when unset. Derived defaults (those that
 * begin with '=' in config.def) are filled in. The forms of a line stand in config.def.
 */
struct config {
#define CONFIG_STRING(key, ...) const char *key;
#define CONFIG_INT(key, ...) int64_t key;
#define CONFIG_BOOL(key, ...) bool key;
#define CONFIG_ENUM(key, ...) int key; /* index into its list of words */
#define CONFIG_LIST(key, ...) const char *const *key; /* NULL-terminated; NULL when unset */
#define CONFIG_JSON(key, ...) const char *key; /* an object's compact text; NULL when unset */
#include "config.def"
	const struct json *tree; /* the file's root object, NULL without a file */
	struct config_private *private;
};

/*
 * path NULL: no file. environment: like environ. Warnings (unknown keys, keys that a
 * later issue makes work) go to warn(user, text). NULL with *err: names key, value and
 * what is allowed. Own it with config_destroy.
 */
struct config *config_load(const char *path, char *const *environment,
	void (*warn)(void *user, const char *text), void *user, struct scute_error *err);
void config_destroy(struct config *config);

enum config_origin config_origin(const struct config *config, const char *key);

/* A key's effective value as text; false when unknown or unset. Secrets are not masked here. */
bool config_text(const struct config *config, const char *key, struct scute_str *ret_value);

/* A plugin's own object in the file ("avro": {..}); NULL: none. */
const struct json *config_plugin(const struct config *config, const char *name);

/* scute check-config: key = value (origin), secrets masked as ****. */
void config_print(const struct config *config, FILE *out);

/* The reference, one entry a key: --help (text) and docs/config.md (markdown). */
void config_print_help(FILE *out);
void config_print_markdown(FILE *out);

#endif
