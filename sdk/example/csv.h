/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the CSV plugin. A schema is the header of a CSV file (RFC 4180): the names
 * of its columns. A datum is one line of such a file.
 */
#ifndef CSV_H
#define CSV_H

#include "scute/format.h"
#include "support/buf.h"

struct csv_column {
	struct scute_str name;
	size_t index; /* from 0, in the order of the header */
};

/* What the host knows as an opaque handle. Lives in the arena it was parsed into. */
struct scute_schema {
	const struct csv_column *columns;
	const struct csv_column **by_name; /* the same, sorted by name */
	size_t n_columns;
	size_t text_bytes;                 /* of the header as it came */
	uint64_t bytes_max;                /* of one datum, from the source's limits */
	uint64_t items_max;
	uint32_t depth_max;
};

/* One field of a line; text has its quotes resolved. */
struct csv_field {
	struct scute_str text;
	bool quoted; /* tells "" (empty) from nothing (null) */
	struct csv_field *next;
};

/* field.c: RFC 4180 as such */
enum scute_status csv_read_line(struct scute_str line, uint64_t fields_max, struct scute_arena *arena,
	struct csv_field **ret_fields, size_t *ret_n, struct scute_error *err);
void csv_write_field(struct buf *out, struct scute_str text, bool quote_empty);

/* header.c: schemas */
enum scute_status csv_parse(const struct scute_source *source, struct scute_arena *arena,
	const struct scute_schema **ret_schema, struct scute_error *err);
enum scute_status csv_canonical(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err);
/* ?format=lines: each column on a line of its own. */
enum scute_status csv_render(const struct scute_schema *schema, struct scute_str form,
	struct scute_arena *arena, struct scute_str *ret_text, struct scute_error *err);
enum scute_status csv_identity(const struct scute_source *source, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err);
const struct csv_column *csv_find(const struct scute_schema *schema, struct scute_str name);

/* compat.c */
enum scute_status csv_compatible(struct scute_compat *c, struct scute_error *err);

/* row.c: data */
enum scute_status csv_encode(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, struct scute_str *ret_payload, struct scute_error *err);
enum scute_status csv_decode(const struct scute_schema *schema, struct scute_str payload,
	struct scute_arena *arena, struct scute_str *ret_json, struct scute_error *err);
enum scute_status csv_validate(const struct scute_schema *schema, struct scute_str json,
	struct scute_arena *arena, struct scute_error *err);

#endif
