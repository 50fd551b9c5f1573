/* SPDX-License-Identifier: Apache-2.0 */
/* The specification's Parsing Canonical Form and its 64 bit Rabin fingerprint. */
#include <string.h>

#include "support/arena.h"
#include "support/json_out.h"
#include "support/str.h"

#include "schema.h"

#define CRC64_EMPTY 0xc15d213aa4d7a795u

struct form {
	struct json_out out;
	uint8_t *seen; /* a bit per named type: written already */
	uint32_t depth;
	bool limit;
};

static void form_write(struct form *form, const struct avro_node *node);

static void fields_write(struct form *form, const struct avro_node *node)
{
	json_out_key(&form->out, "fields");
	json_out_array(&form->out);
	for (uint32_t i = 0; i < node->count; i++) {
		json_out_object(&form->out);
		json_out_key(&form->out, "name");
		json_out_str(&form->out, node->fields[i].name);
		json_out_key(&form->out, "type");
		form_write(form, node->fields[i].type);
		json_out_object_end(&form->out);
	}
	json_out_array_end(&form->out);
}

static void named_write(struct form *form, const struct avro_node *node)
{
	uint8_t bit = (uint8_t)(1u << (node->id % 8));

	if (form->seen[node->id / 8] & bit) {
		json_out_str(&form->out, node->name.full);
		return;
	}
	form->seen[node->id / 8] |= bit;
	json_out_object(&form->out);
	json_out_key(&form->out, "name");
	json_out_str(&form->out, node->name.full);
	json_out_key(&form->out, "type");
	json_out_z(&form->out, avro_type_name((enum avro_type)node->type));
	if (node->type == AVRO_RECORD) {
		fields_write(form, node);
	} else if (node->type == AVRO_ENUM) {
		json_out_key(&form->out, "symbols");
		json_out_array(&form->out);
		for (uint32_t i = 0; i < node->count; i++) {
			json_out_str(&form->out, node->symbols[i]);
		}
		json_out_array_end(&form->out);
	} else {
		json_out_key(&form->out, "size");
		json_out_i64(&form->out, node->size);
	}
	json_out_object_end(&form->out);
}

static void form_write(struct form *form, const struct avro_node *node)
{
	/* A chain of references can be longer than what any one text may nest. */
	if (form->depth >= AVRO_DEPTH_LIMIT) {
		form->limit = true;
		return;
	}
	form->depth++;
	switch ((enum avro_type)node->type) {
	case AVRO_RECORD:
	case AVRO_ENUM:
	case AVRO_FIXED:
		named_write(form, node);
		break;
	case AVRO_ARRAY:
	case AVRO_MAP:
		json_out_object(&form->out);
		json_out_key(&form->out, "type");
		json_out_z(&form->out, avro_type_name((enum avro_type)node->type));
		json_out_key(&form->out, node->type == AVRO_ARRAY ? "items" : "values");
		form_write(form, node->items);
		json_out_object_end(&form->out);
		break;
	case AVRO_UNION:
		json_out_array(&form->out);
		for (uint32_t i = 0; i < node->count; i++) {
			form_write(form, node->branches[i]);
		}
		json_out_array_end(&form->out);
		break;
	default:
		json_out_z(&form->out, avro_type_name((enum avro_type)node->type));
	}
	form->depth--;
}

enum scute_status avro_parsing_form(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	struct buf text;
	struct form form = { .out = json_out(&text) };

	buf_init_arena(&text, (size_t)schema->bytes_max, arena);
	form.seen = arena_zalloc(arena, schema->names.count / 8 + 1, 1);
	if (form.seen) {
		form_write(&form, schema->root);
	}
	if (form.limit) {
		return error_set(err, SCUTE_ELIMIT, "types are nested deeper than %d levels",
			AVRO_DEPTH_LIMIT);
	}
	if (!form.seen || text.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the parsing form");
	}
	*ret_text = buf_str(&text);
	return SCUTE_OK;
}

uint64_t avro_crc64(struct scute_str bytes)
{
	uint64_t crc = CRC64_EMPTY;

	for (size_t i = 0; i < bytes.len; i++) {
		crc ^= (unsigned char)bytes.data[i];
		for (int bit = 0; bit < 8; bit++) {
			crc = (crc >> 1) ^ (CRC64_EMPTY & (0 - (crc & 1)));
		}
	}
	return crc;
}

enum scute_status avro_fingerprint(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err)
{
	struct scute_str text;
	enum scute_status status = avro_parsing_form(schema, arena, &text, err);
	char *bytes = scute_alloc(arena, 8);

	if (status != SCUTE_OK) {
		return status;
	}
	if (!bytes) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the fingerprint");
	}
	uint64_t crc = avro_crc64(text);
	for (int i = 0; i < 8; i++) {
		bytes[i] = (char)(crc >> (8 * i));
	}
	*ret_bytes = (struct scute_str){ bytes, 8 };
	return SCUTE_OK;
}
