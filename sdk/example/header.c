/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas: a header line in, its canonical text out. */
#include "csv.h"

#include <stdlib.h>

#include "support/arena.h"
#include "support/str.h"

static int by_name(const void *a, const void *b)
{
	const struct csv_column *const *left = a;
	const struct csv_column *const *right = b;

	return str_cmp((*left)->name, (*right)->name);
}

const struct csv_column *csv_find(const struct scute_schema *schema, struct scute_str name)
{
	size_t low = 0;
	size_t high = schema->n_columns;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(name, schema->by_name[middle]->name);

		if (order == 0) {
			return schema->by_name[middle];
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}

static enum scute_status check_names(const struct scute_schema *schema, struct scute_error *err)
{
	for (size_t i = 0; i < schema->n_columns; i++) {
		struct scute_str name = schema->columns[i].name;

		if (name.len == 0) {
			return error_set(err, SCUTE_EINVAL, "column %zu has no name", i + 1);
		}
		for (size_t j = 0; j < name.len; j++) {
			if ((unsigned char)name.data[j] < 0x20 || name.data[j] == 0x7f) {
				return error_set(err, SCUTE_EINVAL,
					"the name of column %zu has a control character", i + 1);
			}
		}
	}
	for (size_t i = 1; i < schema->n_columns; i++) {
		const struct csv_column *a = schema->by_name[i - 1];
		const struct csv_column *b = schema->by_name[i];

		if (str_eq(a->name, b->name)) {
			return error_set(err, SCUTE_EINVAL,
				"columns %zu and %zu have the same name \"%.*s\"",
				(a->index < b->index ? a : b)->index + 1,
				(a->index < b->index ? b : a)->index + 1, STR_ARGS(a->name));
		}
	}
	return SCUTE_OK;
}

static const struct scute_schema *make_schema(const struct scute_source *source,
	const struct csv_field *fields, size_t n, struct scute_arena *arena)
{
	const struct scute_limits *limits = source->limits;
	struct scute_schema *schema = scute_alloc(arena, sizeof(*schema));
	struct csv_column *columns = scute_alloc(arena, n * sizeof(*columns));
	const struct csv_column **sorted = scute_alloc(arena, n * sizeof(*sorted));

	if (!schema || !columns || !sorted) {
		return NULL;
	}
	for (size_t i = 0; i < n; i++, fields = fields->next) {
		columns[i] = (struct csv_column){ .name = fields->text, .index = i };
		sorted[i] = &columns[i];
	}
	qsort(sorted, n, sizeof(*sorted), by_name);
	*schema = (struct scute_schema){
		.columns = columns,
		.by_name = sorted,
		.n_columns = n,
		.text_bytes = source->text.len,
		.bytes_max = limits->bytes_max,
		.items_max = limits->items_max,
		.depth_max = limits->depth_max,
	};
	return schema;
}

enum scute_status csv_parse(const struct scute_source *source, struct scute_arena *arena,
	const struct scute_schema **ret_schema, struct scute_error *err)
{
	const struct scute_schema *schema;
	struct scute_str text = source->text;
	struct csv_field *fields;
	enum scute_status status;
	size_t n;

	if (text.len > source->limits->bytes_max) {
		return error_set(err, SCUTE_ELIMIT, "the header has %zu bytes, at most %llu are taken",
			text.len, (unsigned long long)source->limits->bytes_max);
	}
	if (source->n_references > 0) {
		return error_set(err, SCUTE_EINVAL, "a CSV header has no references");
	}
	/* Bare fields point into the text, which the caller may let go before the schema. */
	text = arena_copy(arena, text);
	if (text.len > 0 && !text.data) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the header");
	}
	status = csv_read_line(text, source->limits->items_max, arena, &fields, &n, err);
	if (status != SCUTE_OK) {
		return status;
	}
	schema = make_schema(source, fields, n, arena);
	if (!schema) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for %zu columns", n);
	}
	if (!(source->flags & SCUTE_SOURCE_STORED)) {
		status = check_names(schema, err);
		if (status != SCUTE_OK) {
			return status;
		}
	}
	*ret_schema = schema;
	return SCUTE_OK;
}

enum scute_status csv_canonical(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	struct buf out;

	/* Quoting takes at most twice the bytes and two quotes a column. */
	buf_init_arena(&out, schema->text_bytes * 2 + schema->n_columns * 3 + 1, arena);
	for (size_t i = 0; i < schema->n_columns; i++) {
		if (i > 0) {
			(void)buf_append_byte(&out, ',');
		}
		csv_write_field(&out, schema->columns[i].name, false);
	}
	if (out.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the text");
	}
	*ret_text = buf_str(&out);
	return SCUTE_OK;
}

enum scute_status csv_render(const struct scute_schema *schema, struct scute_str form,
	struct scute_arena *arena, struct scute_str *ret_text, struct scute_error *err)
{
	struct buf out;

	if (!str_eq_z(form, "lines")) {
		return error_set(err, SCUTE_EUNSUPPORTED, "CSV has no form of that name");
	}
	buf_init_arena(&out, schema->text_bytes + schema->n_columns + 1, arena);
	for (size_t i = 0; i < schema->n_columns; i++) {
		(void)buf_append_str(&out, schema->columns[i].name);
		(void)buf_append_byte(&out, '\n');
	}
	if (out.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the text");
	}
	*ret_text = buf_str(&out);
	return SCUTE_OK;
}

enum scute_status csv_identity(const struct scute_source *source, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err)
{
	struct scute_source stored = *source;
	const struct scute_schema *schema;
	enum scute_status status;

	/* Also what an older registry let in, e.g. two columns of one name, has an identity. */
	stored.flags |= SCUTE_SOURCE_STORED;
	status = csv_parse(&stored, arena, &schema, err);
	return status == SCUTE_OK ? csv_canonical(schema, arena, ret_bytes, err) : status;
}
