/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compatibility. A reader finds its columns by name: their order does not matter, columns
 * it does not know are skipped, but one that the writer never wrote has no value. The
 * lenient policy lets such a column read as null.
 */
#include "csv.h"

#include "support/arena.h"
#include "support/str.h"

#define NAME_BYTES_SHOWN 200

static bool describe(const struct scute_compat *c, const struct csv_column *column,
	struct scute_difference *ret_difference)
{
	struct scute_str name = column->name;

	if (name.len > NAME_BYTES_SHOWN) {
		name.len = NAME_BYTES_SHOWN;
		while (name.len > 0 && ((unsigned char)name.data[name.len] & 0xc0) == 0x80) {
			name.len--; /* not inside a character */
		}
	}
	*ret_difference = (struct scute_difference){
		.type = "READER_COLUMN_MISSING",
		.path = arena_printf(c->arena, "/%zu", column->index),
		.text = arena_printf(c->arena,
			"{errorType:'READER_COLUMN_MISSING', description:'The column '%.*s' at path "
			"'/%zu' in the %s schema is missing in the %s schema', additionalInfo:'%.*s'}",
			STR_ARGS(name), column->index, c->reader_label, c->writer_label,
			STR_ARGS(name)),
		.compatible = c->policy == SCUTE_POLICY_LENIENT,
	};
	return ret_difference->path.data && ret_difference->text.data;
}

static size_t count_missing(const struct scute_compat *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->reader->n_columns; i++) {
		n += csv_find(c->writer, c->reader->columns[i].name) == NULL;
	}
	return n;
}

enum scute_status csv_compatible(struct scute_compat *c, struct scute_error *err)
{
	size_t n_missing = count_missing(c);
	size_t n_shown = n_missing < c->differences_max ? n_missing : c->differences_max;
	struct scute_difference *differences = NULL;
	size_t n = 0;

	if (n_shown > 0) {
		differences = arena_zalloc(c->arena, n_shown, sizeof(*differences));
		if (!differences) {
			return error_set(err, SCUTE_ENOMEM, "out of memory for differences");
		}
	}
	for (size_t i = 0; i < c->reader->n_columns && n < n_shown; i++) {
		const struct csv_column *column = &c->reader->columns[i];

		if (csv_find(c->writer, column->name)) {
			continue;
		}
		if (!describe(c, column, &differences[n++])) {
			return error_set(err, SCUTE_ENOMEM, "out of memory for differences");
		}
	}
	c->differences = differences;
	c->n_differences = n;
	c->compatible = n_missing == 0 || c->policy == SCUTE_POLICY_LENIENT;
	return SCUTE_OK;
}
