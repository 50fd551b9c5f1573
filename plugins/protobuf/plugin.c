/* SPDX-License-Identifier: Apache-2.0 */
/* The PROTOBUF format: what the host sees of this plugin. */
#include "scute/plugin.h"

#include "protobuf.h"
#include "support/arena.h"
#include "support/str.h"

enum scute_status pb_record_name(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_name, struct scute_error *err)
{
	const struct pb_file *file = schema->file;
	struct scute_str name;

	/* A file that has only enums goes by the first of those. */
	if (file->n_messages > 0) {
		name = file->messages[0]->full_name;
	} else if (file->n_enums > 0) {
		name = file->enums[0]->full_name;
	} else {
		return error_set(err, SCUTE_EUNSUPPORTED, "the schema has no message");
	}
	if (!arena_keep(arena, &name)) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for a name");
	}
	*ret_name = name;
	return SCUTE_OK;
}

static const struct scute_format protobuf_format = {
	.size = sizeof(protobuf_format),
	.type = "PROTOBUF",
	.embedded = "protobuf",
	.parse = pb_parse,
	.canonical = pb_canonical,
	.compatible = pb_compatible,
	.identity = pb_identity,
	.normalize = pb_normalize,
	.record_name = pb_record_name,
	.encode = pb_encode,
	.decode = pb_decode,
	.validate = pb_validate,
	.render = pb_render,
	.encode_as = pb_encode_as,
};

static const struct scute_plugin protobuf_plugin = {
	.magic = SCUTE_MAGIC,
	.size = sizeof(protobuf_plugin),
	.abi_major = SCUTE_ABI_MAJOR,
	.abi_minor = SCUTE_ABI_MINOR,
	.kind = SCUTE_KIND_FORMAT,
	.name = "protobuf",
	.version = "0.1.0",
	.table.format = &protobuf_format,
};

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void);

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void)
{
	return &protobuf_plugin;
}
