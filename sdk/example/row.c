/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data: one JSON object or array to one line and back. null is an empty field, the empty
 * string is "". CSV has no types: numbers and booleans come back as strings.
 */
#include "csv.h"

#include "support/arena.h"
#include "support/json_in.h"
#include "support/json_out.h"
#include "support/str.h"

static bool is_scalar(const struct json *value)
{
	return value->type != JSON_OBJECT && value->type != JSON_ARRAY;
}

static enum scute_status place(const struct csv_column *column, const struct json *value,
	const struct json **values, struct scute_error *err)
{
	if (!is_scalar(value)) {
		return error_set(err, SCUTE_EINVAL,
			"column \"%.*s\" is an %s, wanted a string, number, boolean or null",
			STR_ARGS(column->name), json_type_name(value->type));
	}
	values[column->index] = value;
	return SCUTE_OK;
}

static enum scute_status place_array(const struct scute_schema *schema, const struct json *row,
	const struct json **values, struct scute_error *err)
{
	const struct json *item = row->children;
	enum scute_status status = SCUTE_OK;

	if (row->n_children != schema->n_columns) {
		return error_set(err, SCUTE_EINVAL, "the array has %u items, wanted %zu",
			row->n_children, schema->n_columns);
	}
	for (size_t i = 0; item && status == SCUTE_OK; i++, item = item->next) {
		status = place(&schema->columns[i], item, values, err);
	}
	return status;
}

static enum scute_status place_object(const struct scute_schema *schema, const struct json *row,
	const struct json **values, struct scute_error *err)
{
	enum scute_status status = SCUTE_OK;

	for (const struct json *member = row->children; member && status == SCUTE_OK;
		member = member->next) {
		const struct csv_column *column = csv_find(schema, member->key);

		if (!column) {
			return error_set(err, SCUTE_EINVAL, "there is no column \"%.*s\"",
				STR_ARGS(member->key));
		}
		status = place(column, member, values, err);
	}
	return status;
}

/* The values of a row in the order of the columns; NULL: absent, which is null. */
static enum scute_status read_row(const struct scute_schema *schema, struct scute_str text,
	struct scute_arena *arena, const struct json ***ret_values, struct scute_error *err)
{
	struct json_options options = {
		.depth_max = schema->depth_max,
		.nodes_max = schema->items_max,
		.duplicates = JSON_DUPLICATES_REFUSE,
	};
	const struct json **values;
	const struct json *row;
	enum scute_status status;

	if (text.len > schema->bytes_max) {
		return error_set(err, SCUTE_ELIMIT, "the row has %zu bytes, at most %llu are taken",
			text.len, (unsigned long long)schema->bytes_max);
	}
	status = json_read(text, &options, arena, &row, err);
	if (status != SCUTE_OK) {
		return status;
	}
	values = arena_zalloc(arena, schema->n_columns, sizeof(*values));
	if (!values) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for a row");
	}
	if (row->type == JSON_ARRAY) {
		status = place_array(schema, row, values, err);
	} else if (row->type == JSON_OBJECT) {
		status = place_object(schema, row, values, err);
	} else {
		status = error_set(err, SCUTE_EINVAL, "the row is of type %s, wanted object or array",
			json_type_name(row->type));
	}
	if (status == SCUTE_OK) {
		*ret_values = values;
	}
	return status;
}

/* What did not fit is the fault of the arena; what fits and is too long, that of the input. */
static enum scute_status take(const struct buf *out, const struct scute_schema *schema,
	struct scute_str *ret_text, struct scute_error *err)
{
	if (out->failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for a row");
	}
	if (out->len > schema->bytes_max) {
		return error_set(err, SCUTE_ELIMIT, "the row makes %zu bytes, at most %llu are taken",
			out->len, (unsigned long long)schema->bytes_max);
	}
	*ret_text = buf_str(out);
	return SCUTE_OK;
}

static void write_value(struct buf *out, const struct json *value)
{
	if (!value || value->type == JSON_NULL) {
		return;
	}
	switch (value->type) {
	case JSON_TRUE:
		(void)buf_append_z(out, "true");
		break;
	case JSON_FALSE:
		(void)buf_append_z(out, "false");
		break;
	default:
		csv_write_field(out, value->text, true);
	}
}

enum scute_status csv_encode(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, struct scute_str *ret_payload, struct scute_error *err)
{
	const struct json **values;
	enum scute_status status = read_row(schema, json, arena, &values, err);
	struct buf out;

	if (status != SCUTE_OK) {
		return status;
	}
	/* Each byte of a value becomes at most two; a column has two quotes and a comma. */
	buf_init_arena(&out, json.len * 2 + schema->n_columns * 3 + 1, arena);
	for (size_t i = 0; i < schema->n_columns; i++) {
		if (i > 0) {
			(void)buf_append_byte(&out, ',');
		}
		write_value(&out, values[i]);
	}
	return take(&out, schema, ret_payload, err);
}

enum scute_status csv_decode(const struct scute_schema *schema, struct scute_str payload,
	struct scute_arena *arena, struct scute_str *ret_json, struct scute_error *err)
{
	struct csv_field *field;
	enum scute_status status;
	struct json_out json;
	struct buf out;
	size_t n;

	if (payload.len > schema->bytes_max) {
		return error_set(err, SCUTE_ELIMIT, "the line has %zu bytes, at most %llu are taken",
			payload.len, (unsigned long long)schema->bytes_max);
	}
	status = csv_read_line(payload, schema->items_max, arena, &field, &n, err);
	if (status != SCUTE_OK) {
		return status;
	}
	if (n != schema->n_columns) {
		return error_set(err, SCUTE_EINVAL, "the line has %zu fields, wanted %zu", n,
			schema->n_columns);
	}
	/* JSON writes a byte with at most six; a member has four quotes, a colon and a comma, or null. */
	buf_init_arena(&out, (payload.len + schema->text_bytes) * 6 + n * 10 + 2, arena);
	json = json_out(&out);
	json_out_object(&json);
	for (size_t i = 0; i < n; i++, field = field->next) {
		json_out_key_str(&json, schema->columns[i].name);
		if (field->text.len == 0 && !field->quoted) {
			json_out_null(&json);
		} else {
			json_out_str(&json, field->text);
		}
	}
	json_out_object_end(&json);
	return take(&out, schema, ret_json, err);
}

enum scute_status csv_validate(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, struct scute_error *err)
{
	const struct json **values;

	return read_row(schema, json, arena, &values, err);
}
