/* SPDX-License-Identifier: Apache-2.0 */
/* The forms that ?format= asks for. */
#include "support/buf.h"
#include "support/str.h"

#include "base64.h"
#include "descriptor.h"
#include "print.h"
#include "protobuf.h"

/* A schema has no path of its own, but no reader takes a descriptor without one. */
#define SCHEMA_FILE_NAME "default"

static enum scute_status serialized(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	struct scute_str bytes;
	struct buf out;
	enum scute_status status = pb_descriptor_write(schema->file, str_z(SCHEMA_FILE_NAME), arena,
		&bytes, err);

	if (status != SCUTE_OK) {
		return status;
	}
	buf_init_arena(&out, bytes.len / 3 * 4 + 4, arena);
	if (!base64_encode(&out, (const uint8_t *)bytes.data, bytes.len)) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for a descriptor");
	}
	*ret_text = buf_str(&out);
	return SCUTE_OK;
}

enum scute_status pb_render(const struct scute_schema *schema, struct scute_str form,
	struct scute_arena *arena, struct scute_str *ret_text, struct scute_error *err)
{
	if (str_eq_z(form, "serialized")) {
		return serialized(schema, arena, ret_text, err);
	}
	if (str_eq_z(form, "ignore_extensions")) {
		return pb_print(schema->file, schema->pool,
			PB_PRINT_COMMENTS | PB_PRINT_NO_EXTENSIONS |
				(schema->from_descriptor ?
						PB_PRINT_FROM_DESCRIPTOR | PB_PRINT_SHORT_NAMES :
						0u),
			(size_t)schema->limits.bytes_max, arena, ret_text, err);
	}
	return error_set(err, SCUTE_EUNSUPPORTED, "PROTOBUF has no form \"%.*s\"", STR_ARGS(form));
}
