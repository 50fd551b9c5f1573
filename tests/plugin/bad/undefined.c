/* SPDX-License-Identifier: Apache-2.0 */
/* It calls what nobody has. */
#include "scute/plugin.h"

const struct scute_plugin *nobody_has_this(void);

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void);

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void)
{
	return nobody_has_this();
}
