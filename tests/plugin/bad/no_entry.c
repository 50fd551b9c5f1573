/* SPDX-License-Identifier: Apache-2.0 */
/* The entry is called otherwise. */
#include "scute/plugin.h"

SCUTE_EXPORT const struct scute_plugin *scute_plugin_enter(void);

SCUTE_EXPORT const struct scute_plugin *scute_plugin_enter(void)
{
	return NULL;
}
