/* SPDX-License-Identifier: Apache-2.0 */
/* The AVRO format: what the host sees of this plugin. */
#include "scute/plugin.h"

#include "support/arena.h"
#include "support/str.h"

#include "schema.h"

static enum scute_status avro_record_name(const struct scute_schema *schema,
	struct scute_arena *arena, struct scute_str *ret_name, struct scute_error *err)
{
	struct scute_str name;

	if (!avro_is_named(schema->root)) {
		return error_set(err, SCUTE_EUNSUPPORTED, "%s has no name",
			avro_type_name((enum avro_type)schema->root->type));
	}
	name = arena_copy(arena, schema->root->name.full);
	if (!name.data && schema->root->name.full.len > 0) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for a name");
	}
	*ret_name = name;
	return SCUTE_OK;
}

static const struct scute_format avro_format = {
	.size = sizeof(avro_format),
	.type = "AVRO",
	.parse = avro_parse,
	.canonical = avro_canonical,
	.compatible = avro_compatible,
	.identity = avro_identity,
	.normalize = avro_normalize,
	.fingerprint = avro_fingerprint,
	.record_name = avro_record_name,
};

static const struct scute_plugin avro_plugin = {
	.magic = SCUTE_MAGIC,
	.size = sizeof(avro_plugin),
	.abi_major = SCUTE_ABI_MAJOR,
	.abi_minor = SCUTE_ABI_MINOR,
	.kind = SCUTE_KIND_FORMAT,
	.name = "avro",
	.version = "0.1.0",
	.table.format = &avro_format,
};

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void);

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void)
{
	return &avro_plugin;
}
