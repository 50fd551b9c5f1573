/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of keys in config.def as a table, and what can be done with one key: find
 * it by name, read text into its member, write its member as text. Only config*.c.
 */
#ifndef HOST_CONFIG_KEYS_H
#define HOST_CONFIG_KEYS_H

#include "config.h"
#include "support/arena.h"

struct buf;

enum config_kind {
	CONFIG_KIND_SECTION, /* no key: a title between keys; only help is set */
	CONFIG_KIND_STRING,
	CONFIG_KIND_INT,
	CONFIG_KIND_BOOL,
	CONFIG_KIND_ENUM,
	CONFIG_KIND_LIST,
	CONFIG_KIND_JSON,
};

enum config_flag {
	CONFIG_SECRET = 1,
	CONFIG_EMPTY = 2,
	CONFIG_LATER = 4,
	CONFIG_LATER_ON = 8,
	CONFIG_UNUSED = 16,
	CONFIG_ALL = 32,
};

struct config_key {
	const char *name;
	enum config_kind kind;
	size_t at;            /* of the member in struct config */
	const char *fallback; /* the default as text, NULL: unset, "=..": in words, derived */
	int64_t min;
	int64_t max;
	const char *unit;
	const char *words;
	unsigned flags;
	const char *aliases; /* NULL: none */
	const char *help;
};

extern const struct config_key config_keys[];
extern const size_t config_keys_n; /* sections included */

/* By name or alias; NULL: unknown. */
const struct config_key *config_key_find(struct scute_str name);

/* The key that looks most like name; NULL when none does. */
const struct config_key *config_key_nearest(struct scute_str name);

/* What the key allows, for messages and the reference: "a whole number from 0 to 65535". */
void config_key_allowed(const struct config_key *key, struct buf *out);

/* The environment variable's name, KARAPACE_ + upper-cased key. */
void config_key_variable(const struct config_key *key, struct buf *out);

/*
 * Text into the member, copied into the arena. SCUTE_EINVAL: not allowed, nothing
 * changed. An empty text unsets strings and lists (unless CONFIG_EMPTY).
 */
enum scute_status config_key_set(const struct config_key *key, struct config *config,
	struct scute_str text, struct scute_arena *arena);

/* A file's value as the text that config_key_set takes. SCUTE_EINVAL: a type the key does not take. */
enum scute_status config_key_json(const struct config_key *key, const struct json *value,
	struct scute_arena *arena, struct scute_str *ret_text);

/* The member as text; false when unset. Errors are the buf's. */
bool config_key_text(const struct config_key *key, const struct config *config, struct buf *out);

/* For a message: quoted and escaped, cut when long, **** for a secret. */
void config_key_show(const struct config_key *key, struct scute_str text, struct buf *out);

#endif
