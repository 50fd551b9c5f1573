/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored text and the identity of a schema: both are its JSON with members sorted by
 * key's bytes and no white space, everything kept, numbers as they were written. And the
 * fingerprint, which is that of the normal form.
 */
#include <openssl/evp.h>

#include "support/json_out.h"
#include "support/str.h"

#include "schema.h"

static enum scute_status text_put(const struct json *json, enum json_order order,
	uint64_t bytes_max, struct scute_arena *arena, struct scute_str *ret_text,
	struct scute_error *err)
{
	struct buf text;
	struct json_out out = json_out(&text);

	buf_init_arena(&text, (size_t)bytes_max, arena);
	json_out_tree(&out, json, order);
	if (text.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the schema's text");
	}
	*ret_text = buf_str(&text);
	return SCUTE_OK;
}

enum scute_status js_canonical(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	return text_put(schema->documents->json,
		schema->flags & SCUTE_SOURCE_KEEP_ORDER ? JSON_AS_READ : JSON_SORTED,
		schema->bytes_max, arena, ret_text, err);
}

/*
 * From the JSON alone: it is asked for each record of a replay, also for texts that are no
 * valid schemas.
 */
enum scute_status js_identity(const struct scute_source *source, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err)
{
	struct scute_limits limits = js_limits(source);
	const struct json *json;
	enum scute_status status = js_read_json(&limits, source->text, arena, &json, err);

	if (status != SCUTE_OK) {
		return status;
	}
	return text_put(json, JSON_SORTED, source->text.len * 6 + 64, arena, ret_bytes, err);
}

/* JSON Schema specifies none; SHA-256 is what others can compute from the normal form. */
enum scute_status js_fingerprint(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err)
{
	struct scute_str text;
	enum scute_status status = js_normalize(schema, arena, &text, err);
	unsigned len = 0;

	if (status != SCUTE_OK) {
		return status;
	}
	unsigned char *bytes = scute_alloc(arena, EVP_MAX_MD_SIZE);
	if (!bytes || !EVP_Digest(text.data, text.len, bytes, &len, EVP_sha256(), NULL)) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the fingerprint");
	}
	*ret_bytes = (struct scute_str){ (const char *)bytes, len };
	return SCUTE_OK;
}
