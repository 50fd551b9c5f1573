/* SPDX-License-Identifier: Apache-2.0 */
/* From a plugin's name to what its entry returns: search, file checks, dlopen. */
#ifndef PLUGIN_OPEN_H
#define PLUGIN_OPEN_H

#include <limits.h>

#include "scute/plugin.h"

/*
 * Looks NAME.so up in the colon-separated plugin_path, or takes a path (anything with a
 * slash) as it is. ret_file may be changed on failure. False with *err when there is none.
 */
bool open_find(const char *name_or_path, const char *plugin_path, char ret_file[static PATH_MAX],
	struct scute_error *err);

/*
 * Checks the file that file leads to (ret_path: symbolic links resolved), maps it for the
 * rest of the process and calls its entry. False with *err: the one reason.
 */
bool open_plugin(const char *file, char ret_path[static PATH_MAX],
	const struct scute_plugin **ret_entry, struct scute_error *err);

#endif
