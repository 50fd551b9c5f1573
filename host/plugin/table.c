/* SPDX-License-Identifier: Apache-2.0 */
/* Finds a loaded format by one of its two names. A handful of plugins: a walk beats a map. */
#include "plugin/table.h"

#include "support/str.h"

const struct scute_format *plugin_format(const struct plugin_table *table, struct scute_str type)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct scute_plugin *entry = table->plugins[i].entry;

		if (entry->kind == SCUTE_KIND_FORMAT && str_eq_z(type, entry->table.format->type)) {
			return entry->table.format;
		}
	}
	return NULL;
}

const struct scute_format *plugin_format_embedded(const struct plugin_table *table,
	struct scute_str name)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct scute_plugin *entry = table->plugins[i].entry;

		if (entry->kind == SCUTE_KIND_FORMAT && entry->table.format->embedded &&
			str_eq_z(name, entry->table.format->embedded)) {
			return entry->table.format;
		}
	}
	return NULL;
}
