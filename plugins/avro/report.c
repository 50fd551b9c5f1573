/* SPDX-License-Identifier: Apache-2.0 */
/* Differences: their paths, their texts in the form of current registries, their lists. */
#include "compat.h"

#include "support/arena.h"
#include "support/str.h"

struct found_item {
	struct found_item *next;
	const struct found *list; /* a finished list in this place; NULL: the difference itself */
	struct scute_difference difference;
};

static const char *const diff_names[] = {
	[DIFF_FIXED_SIZE_MISMATCH] = "FIXED_SIZE_MISMATCH",
	[DIFF_TYPE_MISMATCH] = "TYPE_MISMATCH",
	[DIFF_NAME_MISMATCH] = "NAME_MISMATCH",
	[DIFF_MISSING_ENUM_SYMBOLS] = "MISSING_ENUM_SYMBOLS",
	[DIFF_MISSING_UNION_BRANCH] = "MISSING_UNION_BRANCH",
	[DIFF_READER_FIELD_MISSING_DEFAULT_VALUE] = "READER_FIELD_MISSING_DEFAULT_VALUE",
	[DIFF_AMBIGUOUS_FIELD] = "AMBIGUOUS_FIELD",
};

/*
 * What describes each: %i is the additional information, %p the path, %r and %w how reader
 * and writer are called.
 */
static const char *const diff_texts[] = {
	[DIFF_FIXED_SIZE_MISMATCH] = "The size of FIXED type field at path '%p' in the %r schema "
				     "does not match with the %w schema",
	[DIFF_TYPE_MISMATCH] = "The type (path '%p') of a field in the %r schema does not match "
			       "with the %w schema",
	[DIFF_NAME_MISMATCH] = "The name of the schema has changed (path '%p')",
	[DIFF_MISSING_ENUM_SYMBOLS] = "The %r schema is missing enum symbols '%i' at path '%p' in "
				      "the %w schema",
	[DIFF_MISSING_UNION_BRANCH] = "The %r schema is missing a type inside a union field at "
				      "path '%p' in the %w schema",
	[DIFF_READER_FIELD_MISSING_DEFAULT_VALUE] = "The field '%i' at path '%p' in the %r schema "
						    "has no default value and is missing in the "
						    "%w schema",
	[DIFF_AMBIGUOUS_FIELD] = "The field '%i' at path '%p' in the %r schema matches several "
				 "fields in the %w schema",
};

static const char *const upper_names[AVRO_N_TYPES] = {
	[AVRO_NULL] = "NULL", [AVRO_BOOLEAN] = "BOOLEAN", [AVRO_INT] = "INT", [AVRO_LONG] = "LONG",
	[AVRO_FLOAT] = "FLOAT", [AVRO_DOUBLE] = "DOUBLE", [AVRO_BYTES] = "BYTES",
	[AVRO_STRING] = "STRING", [AVRO_RECORD] = "RECORD", [AVRO_ENUM] = "ENUM",
	[AVRO_FIXED] = "FIXED", [AVRO_ARRAY] = "ARRAY", [AVRO_MAP] = "MAP", [AVRO_UNION] = "UNION",
};

enum scute_status report_memory(struct check *c)
{
	return error_set(c->err, SCUTE_ENOMEM, "out of memory for comparing schemas");
}

struct found *found_create(struct check *c)
{
	return arena_zalloc(c->arena, 1, sizeof(struct found));
}

static void put(struct found *found, struct found_item *item)
{
	if (found->last) {
		found->last->next = item;
	} else {
		found->first = item;
	}
	found->last = item;
}

enum scute_status found_append(struct check *c, struct found *found, const struct found *list)
{
	if (!list->first) {
		return SCUTE_OK;
	}
	struct found_item *item = arena_zalloc(c->arena, 1, sizeof(*item));
	if (!item) {
		return report_memory(c);
	}
	item->list = list;
	put(found, item);
	return SCUTE_OK;
}

static void path_write(const struct pair *pair, struct buf *path)
{
	if (!pair->up) {
		return;
	}
	path_write(pair->up, path);
	if (pair->token) {
		buf_append_byte(path, '/');
		buf_append_z(path, pair->token);
	} else {
		buf_append_byte(path, '/');
		buf_append_u64(path, pair->number);
	}
}

static void text_write(const struct check *c, const char *form, struct scute_str info,
	struct scute_str path, struct buf *text)
{
	for (; *form; form++) {
		if (*form != '%') {
			buf_append_byte(text, *form);
			continue;
		}
		switch (*++form) {
		case 'i':
			buf_append_str(text, info);
			break;
		case 'p':
			buf_append_str(text, path);
			break;
		case 'r':
			buf_append_z(text, c->compat->reader_label);
			break;
		default:
			buf_append_z(text, c->compat->writer_label);
		}
	}
}

enum scute_status report(struct check *c, const struct pair *pair, enum diff diff,
	const char *below, struct scute_str info)
{
	struct buf path;
	struct buf text;
	struct found_item *item;

	if (c->n_reported >= c->compat->differences_max) {
		return SCUTE_OK;
	}
	buf_init_arena(&path, SIZE_MAX / 2, c->arena);
	path_write(pair, &path);
	if (below || path.len == 0) {
		buf_append_byte(&path, '/');
		buf_append_z(&path, below ? below : "");
	}
	buf_init_arena(&text, SIZE_MAX / 2, c->arena);
	buf_append_z(&text, "{errorType:'");
	buf_append_z(&text, diff_names[diff]);
	buf_append_z(&text, "', description:'");
	text_write(c, diff_texts[diff], info, buf_str(&path), &text);
	buf_append_z(&text, "', additionalInfo:'");
	buf_append_str(&text, info);
	buf_append_z(&text, "'}");
	item = arena_zalloc(c->arena, 1, sizeof(*item));
	if (!item || !info.data || path.failed || text.failed) {
		return report_memory(c);
	}
	item->difference = (struct scute_difference){ .type = diff_names[diff],
		.path = buf_str(&path), .text = buf_str(&text) };
	put(pair->found, item);
	c->n_reported++;
	return SCUTE_OK;
}

enum scute_status report_types(struct check *c, const struct pair *pair)
{
	return report(c, pair, DIFF_TYPE_MISMATCH, NULL,
		arena_printf(c->arena, "reader type: %s not compatible with writer type: %s",
			upper_names[pair->reader->type], upper_names[pair->writer->type]));
}

enum scute_status report_branch(struct check *c, const struct pair *pair)
{
	return report(c, pair, DIFF_MISSING_UNION_BRANCH, NULL,
		arena_printf(c->arena, "reader union lacking writer type: %s",
			upper_names[pair->writer->type]));
}

/* A list may stand in many places: what comes out is bounded, what is walked is not larger. */
static size_t flatten(const struct found *found, struct scute_difference *out, size_t room)
{
	size_t n = 0;

	for (const struct found_item *item = found->first; item && n < room; item = item->next) {
		if (item->list) {
			n += flatten(item->list, out ? out + n : NULL, room - n);
		} else {
			if (out) {
				out[n] = item->difference;
			}
			n++;
		}
	}
	return n;
}

enum scute_status found_flatten(struct check *c, const struct found *found,
	struct scute_difference **ret_differences, size_t *ret_count)
{
	size_t n = flatten(found, NULL, c->compat->differences_max);

	if (n == 0) {
		return SCUTE_OK;
	}
	struct scute_difference *differences = arena_zalloc(c->arena, n, sizeof(*differences));
	if (!differences) {
		return report_memory(c);
	}
	*ret_count = flatten(found, differences, n);
	*ret_differences = differences;
	return SCUTE_OK;
}
