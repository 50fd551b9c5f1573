/* SPDX-License-Identifier: Apache-2.0 */
/* May this plugin come in? Judges what the entry returned; touches no file and calls nothing. */
#ifndef PLUGIN_HANDSHAKE_H
#define PLUGIN_HANDSHAKE_H

#include "plugin/table.h"

#define SERVICE_ROUTES_MAX 256

/*
 * Reads nothing beyond the sizes that the plugin states. False with *err: the one reason,
 * with what was found and what was wanted.
 */
bool handshake_check(const struct scute_plugin *entry, const struct plugin_table *table,
	struct scute_error *err);

#endif
