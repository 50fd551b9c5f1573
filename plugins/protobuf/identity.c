/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes two sources one schema: the same text in the one form that all ways to write it
 * have, with names as far resolved as this file alone tells. References do not matter, as
 * they may be there or not; comments, layout and the order of imports and options do not either.
 */
#include "support/buf.h"
#include "support/str.h"

#include "compile.h"
#include "print.h"
#include "protobuf.h"

/* Stands in front of a text that is no Protobuf at all; no printed text begins so. */
#define RAW_TAG "raw:"

/* What names that became longer may make of a text; a hostile one is taken as it is. */
#define GROWTH_MAX 16u
#define BYTES_MIN 65536u

static enum scute_status of_text(struct scute_str text, const struct scute_limits *limits,
	struct scute_arena *arena, struct scute_str *ret_bytes, struct scute_error *err)
{
	struct pb_pool *pool = pb_pool_create(arena);
	const struct pb_file *file;
	enum scute_status status;

	if (!pool) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the schema");
	}
	status = pb_compile_text(pool, (struct scute_str){ 0 }, text,
		PB_COMPILE_STORED | PB_COMPILE_BUILTIN | PB_COMPILE_OUTLINE, limits, &file, err);
	if (status != SCUTE_OK) {
		return status;
	}
	return pb_print(file, NULL, PB_PRINT_SORTED | PB_PRINT_RELATIVE_NAMES,
		text.len * GROWTH_MAX + BYTES_MIN, arena, ret_bytes, err);
}

/* A descriptor is the schema that its text is. */
static enum scute_status of_descriptor(const struct scute_source *source,
	const struct scute_limits *limits, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err)
{
	struct scute_source stored = *source;
	const struct scute_schema *schema;
	struct scute_str text;
	enum scute_status status;

	stored.flags |= SCUTE_SOURCE_STORED;
	status = pb_parse(&stored, arena, &schema, err);
	if (status == SCUTE_OK) {
		status = pb_canonical(schema, arena, &text, err);
	}
	return status == SCUTE_OK ? of_text(text, limits, arena, ret_bytes, err) : status;
}

static bool is_base64_digit(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '/' || c == '-' || c == '_' || c == '=';
}

/* Hardly a .proto text is without white space and punctuation; parsing tells for good. */
static bool may_be_descriptor(struct scute_str text)
{
	if (text.len > 0 && text.data[text.len - 1] == '\n') {
		text.len--;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (!is_base64_digit(text.data[i])) {
			return false;
		}
	}
	return text.len > 0;
}

static enum scute_status raw(struct scute_str text, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err)
{
	struct buf out;

	buf_init_arena(&out, text.len + sizeof(RAW_TAG), arena);
	buf_append_z(&out, RAW_TAG);
	buf_append_str(&out, text);
	if (out.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the schema's text");
	}
	*ret_bytes = buf_str(&out);
	return SCUTE_OK;
}

enum scute_status pb_identity(const struct scute_source *source, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err)
{
	struct scute_limits limits = pb_limits(source);
	enum scute_status status = may_be_descriptor(source->text) ?
		of_descriptor(source, &limits, arena, ret_bytes, err) :
		of_text(source->text, &limits, arena, ret_bytes, err);

	if (status == SCUTE_OK || status == SCUTE_ENOMEM) {
		return status;
	}
	return raw(source->text, arena, ret_bytes, err);
}
