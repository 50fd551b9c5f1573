/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one symbol a plugin exports: scute_plugin_entry(), returning a constant
 * struct scute_plugin. It has no side effects; work begins in init().
 */
#ifndef SCUTE_PLUGIN_H
#define SCUTE_PLUGIN_H

#include "abi.h"
#include "auth.h"
#include "format.h"
#include "host.h"
#include "service.h"
#include "types.h"

enum scute_kind {
	SCUTE_KIND_FORMAT = 1,
	SCUTE_KIND_AUTH = 2,
	SCUTE_KIND_SERVICE = 3,
};

struct scute_plugin {
	/* These four are frozen for ever, in every major version. */
	uint32_t magic; /* SCUTE_MAGIC */
	uint32_t size;  /* sizeof(struct scute_plugin) as the plugin was compiled */
	uint16_t abi_major;
	uint16_t abi_minor;

	uint32_t kind;       /* enum scute_kind: which table below is filled */
	const char *name;    /* lower case, [a-z0-9_-]{1,32}; also the key of its configuration object */
	const char *version;

	/*
	 * Optional. Called once on the loop thread after the handshake. *ret_state is
	 * handed to every later call. On failure the plugin is refused with err->text.
	 */
	enum scute_status (*init)(const struct scute_host *host, struct scute_self *self,
		void **ret_state, struct scute_error *err);
	/* Optional. Called once at exit, after the last call into the plugin. */
	void (*fini)(void *state);

	union {
		const struct scute_format *format;
		const struct scute_auth *auth;
		const struct scute_service *service;
	} table;
};

#define SCUTE_PLUGIN_ENTRY "scute_plugin_entry"

/* Put before the definition of the entry: the only symbol that should be visible. */
#define SCUTE_EXPORT __attribute__((visibility("default")))

typedef const struct scute_plugin *(*scute_plugin_entry_fn)(void);

/* SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void); */

#endif
