/* SPDX-License-Identifier: Apache-2.0 */
/* What is loaded: formats by type, the auth chain, services. Filled by the loader, read by all. */
#ifndef PLUGIN_TABLE_H
#define PLUGIN_TABLE_H

#include "scute/plugin.h"

#define PLUGINS_MAX 64

struct plugin {
	const struct scute_plugin *entry;
	void *state;              /* what init() returned */
	const char *path;         /* of the file, symbolic links resolved */
	struct scute_self *self;  /* what the plugin calls the host with */
};

struct plugin_table {
	struct plugin plugins[PLUGINS_MAX];
	size_t n;
};

/* By schemaType, exact case; NULL: none. Any thread once loading is over. */
const struct scute_format *plugin_format(const struct plugin_table *table, struct scute_str type);
const struct scute_format *plugin_format_embedded(const struct plugin_table *table, struct scute_str name);

#endif
