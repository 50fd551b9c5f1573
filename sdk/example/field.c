/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes one line of CSV as RFC 4180 has it, in UTF-8. */
#include "csv.h"

#include <string.h>

#include "support/str.h"

struct reader {
	struct scute_str line;
	size_t at;
	char *room; /* for what quoted fields hold; all of them together are shorter than the line */
	struct scute_arena *arena;
	struct scute_error *err;
};

static enum scute_status fail(const struct reader *reader, const char *text)
{
	/* A quoted field may hold line breaks: count them, so that the position is true. */
	int32_t row = 1;
	size_t begin = 0;

	for (size_t i = 0; i < reader->at; i++) {
		if (reader->line.data[i] == '\n') {
			row++;
			begin = i + 1;
		}
	}
	(void)error_set(reader->err, SCUTE_EINVAL, "%s at line %d, column %zu", text, row,
		reader->at - begin + 1);
	reader->err->line = row;
	reader->err->column = (int32_t)(reader->at - begin + 1);
	return SCUTE_EINVAL;
}

/* at stands behind the opening quote. */
static enum scute_status read_quoted(struct reader *reader, struct csv_field *field)
{
	const struct scute_str line = reader->line;
	char *out = reader->room ? reader->room : scute_alloc(reader->arena, line.len);
	size_t n = 0;

	if (!out) {
		return error_set(reader->err, SCUTE_ENOMEM, "out of memory for a field");
	}
	for (; reader->at < line.len; reader->at++) {
		char c = line.data[reader->at];

		if (c != '"') {
			out[n++] = c;
			continue;
		}
		if (reader->at + 1 < line.len && line.data[reader->at + 1] == '"') {
			out[n++] = '"';
			reader->at++;
			continue;
		}
		reader->at++;
		reader->room = out + n;
		field->text = (struct scute_str){ out, n };
		field->quoted = true;
		return SCUTE_OK;
	}
	return fail(reader, "a quoted field has no end");
}

static enum scute_status read_bare(struct reader *reader, struct csv_field *field)
{
	size_t begin = reader->at;

	while (reader->at < reader->line.len) {
		char c = reader->line.data[reader->at];

		if (c == ',' || c == '\n' || c == '\r') {
			break;
		}
		if (c == '"') {
			return fail(reader, "a quote inside a field that does not begin with one");
		}
		reader->at++;
	}
	field->text = (struct scute_str){ reader->line.data + begin, reader->at - begin };
	return SCUTE_OK;
}

static enum scute_status read_field(struct reader *reader, struct csv_field *field)
{
	const struct scute_str line = reader->line;
	enum scute_status status;

	*field = (struct csv_field){ .next = NULL };
	if (reader->at < line.len && line.data[reader->at] == '"') {
		reader->at++;
		status = read_quoted(reader, field);
	} else {
		status = read_bare(reader, field);
	}
	if (status == SCUTE_OK && reader->at < line.len && !strchr(",\r\n", line.data[reader->at])) {
		return fail(reader, "text after a closing quote");
	}
	return status;
}

/* The end of the line, with or without a line break, and nothing after it. */
static bool is_end(const struct reader *reader)
{
	const struct scute_str rest = {
		reader->line.data + reader->at, reader->line.len - reader->at
	};

	return rest.len == 0 || str_eq_z(rest, "\n") || str_eq_z(rest, "\r\n");
}

enum scute_status csv_read_line(struct scute_str line, uint64_t fields_max, struct scute_arena *arena,
	struct csv_field **ret_fields, size_t *ret_n, struct scute_error *err)
{
	struct reader reader = { .line = line, .arena = arena, .err = err };
	struct csv_field *first = NULL;
	struct csv_field **end = &first;
	size_t n = 0;

	if (line.len == 0) {
		reader.line.data = ""; /* NULL is allowed then, but not to calculate with */
	}
	if (!str_is_utf8(line)) {
		return error_set(err, SCUTE_EINVAL, "the text is not UTF-8");
	}
	for (;;) {
		struct csv_field *field = scute_alloc(arena, sizeof(*field));
		enum scute_status status;

		if (!field) {
			return error_set(err, SCUTE_ENOMEM, "out of memory for a field");
		}
		if (n == fields_max) {
			return error_set(err, SCUTE_ELIMIT, "more than %zu columns", n);
		}
		status = read_field(&reader, field);
		if (status != SCUTE_OK) {
			return status;
		}
		*end = field;
		end = &field->next;
		n++;
		if (reader.at == line.len || line.data[reader.at] != ',') {
			break;
		}
		reader.at++;
	}
	if (!is_end(&reader)) {
		return fail(&reader, "more than one line");
	}
	*ret_fields = first;
	*ret_n = n;
	return SCUTE_OK;
}

void csv_write_field(struct buf *out, struct scute_str text, bool quote_empty)
{
	bool quote = text.len == 0 && quote_empty;

	for (size_t i = 0; i < text.len && !quote; i++) {
		quote = text.data[i] == ',' || text.data[i] == '"' || text.data[i] == '\r' ||
			text.data[i] == '\n';
	}
	if (!quote) {
		(void)buf_append_str(out, text);
		return;
	}
	(void)buf_append_byte(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"') {
			(void)buf_append_byte(out, '"');
		}
		(void)buf_append_byte(out, text.data[i]);
	}
	(void)buf_append_byte(out, '"');
}
