/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the loader share: the load under way, and how a value is set, or
 * refused with its source. Only config.c and config_env.c.
 */
#ifndef HOST_CONFIG_LOAD_H
#define HOST_CONFIG_LOAD_H

#include "config_keys.h"

struct config_private {
	struct config config; /* what config_load hands out */
	struct arena arena;
	struct scute_str file;   /* malloc'ed; the tree points into it */
	unsigned char *origins;  /* enum config_origin of each of config_keys */
	struct scute_str *texts; /* of each of config_keys; data NULL: unset */
};

struct loading {
	struct config_private *private;
	struct config *config;
	struct scute_arena *arena;
	const char *path;
	void (*warn)(void *user, const char *text);
	void *user;
	unsigned n_unknown; /* keys and variables, so that their warnings stay few */
	struct scute_error *err;
};

/* Where a value comes from, for messages. */
struct source {
	enum config_origin origin;
	const char *name; /* the file's path or the variable */
	uint32_t offset;  /* in the file */
};

enum scute_status loading_no_memory(struct loading *loading);

/* The value is not allowed for key: fills err, returns SCUTE_EINVAL. */
enum scute_status loading_refuse(struct loading *loading, const struct config_key *key,
	struct scute_str text, const struct source *source);

/* Sets the key and its origin, or fills err. */
enum scute_status loading_set(struct loading *loading, const struct config_key *key,
	struct scute_str text, const struct source *source);

/* Warns of a name that is no key; suggestion NULL: none. */
void loading_warn_unknown(struct loading *loading, struct scute_str name, const struct source *source,
	struct scute_str suggestion);

/* The variables for whole keys, then those for members of JSON keys. */
enum scute_status loading_environment(struct loading *loading, char *const *environment);

#endif
