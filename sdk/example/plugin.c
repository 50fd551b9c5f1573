/* SPDX-License-Identifier: Apache-2.0 */
/* The CSV plugin's one symbol and its tables. */
#include "scute/plugin.h"

#include "csv.h"

static const struct scute_format format = {
	.size = sizeof(struct scute_format),
	.type = "CSV",
	.embedded = "csv",
	.parse = csv_parse,
	.canonical = csv_canonical,
	.compatible = csv_compatible,
	.identity = csv_identity,
	.encode = csv_encode,
	.decode = csv_decode,
	.validate = csv_validate,
	.render = csv_render,
};

static const struct scute_plugin plugin = {
	.magic = SCUTE_MAGIC,
	.size = sizeof(struct scute_plugin),
	.abi_major = SCUTE_ABI_MAJOR,
	.abi_minor = SCUTE_ABI_MINOR,
	.kind = SCUTE_KIND_FORMAT,
	.name = "csv",
	.version = "1.0.0",
	.table.format = &format,
};

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void);

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void)
{
	return &plugin;
}
