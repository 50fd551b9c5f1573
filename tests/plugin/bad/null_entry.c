/* SPDX-License-Identifier: Apache-2.0 */
/* The entry returns nothing. */
#include "scute/plugin.h"

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void);

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void)
{
	return NULL;
}
