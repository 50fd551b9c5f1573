/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored text and the identity of a schema: both are its JSON with members sorted by
 * key's bytes and no white space, everything kept, numbers as they were written; or, where a
 * source asks to keep its order, as Java writes it.
 */
#include "support/json_out.h"
#include "support/str.h"

#include "schema.h"

static enum scute_status sorted(const struct json *json, uint64_t bytes_max,
	struct scute_arena *arena, struct scute_str *ret_text, struct scute_error *err)
{
	struct buf text;
	struct json_out out = json_out(&text);

	buf_init_arena(&text, (size_t)bytes_max, arena);
	json_out_tree(&out, json, JSON_SORTED);
	if (text.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the schema's text");
	}
	*ret_text = buf_str(&text);
	return SCUTE_OK;
}

enum scute_status avro_canonical(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	if (schema->keep_order) {
		return avro_java_text(schema->json, schema->bytes_max, arena, ret_text, err);
	}
	return sorted(schema->json, schema->bytes_max, arena, ret_text, err);
}

/*
 * From the JSON alone: it is asked for each record of a replay, also for texts that are no
 * valid Avro. "string" and {"type":"string"} are two identities, but for Java one.
 */
enum scute_status avro_identity(const struct scute_source *source, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err)
{
	const struct json *json;
	enum scute_status status = avro_read_json(source, source->text, arena, &json, err);

	if (status != SCUTE_OK) {
		return status;
	}
	if (source->flags & SCUTE_SOURCE_KEEP_ORDER) {
		return avro_java_text(json, source->text.len * 64 + 1024, arena, ret_bytes, err);
	}
	return sorted(json, source->text.len * 6 + 16, arena, ret_bytes, err);
}
