/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Karapace's version 1: one JSON array of [key, value], read pair by pair. A pair's end is
 * found first, so that never more than it is in memory.
 */
#include <stdarg.h>
#include <stdio.h>

#include "support/json_in.h"
#include "support/str.h"
#include "tools/backup_reader.h"

/* Escapes take up to six bytes for one. */
#define PAIR_BYTES_MAX (2 * BACKUP_RECORD_BYTES_MAX)

__attribute__((format(printf, 4, 5)))
static enum backup_read wrong(const struct backup_reader *reader, struct scute_error *err,
	size_t at, const char *format, ...)
{
	char text[256];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	error_set(err, SCUTE_EINVAL, "%s: byte %llu: %s", reader->input.path,
		(unsigned long long)(reader->input.position + at), text);
	return BACKUP_READ_WRONG;
}

/* The next byte that is no white space, not taken; '\0' at the end. False with *err. */
static bool look(struct backup_reader *reader, char *ret_byte, struct scute_error *err)
{
	struct scute_str bytes;

	for (;;) {
		size_t n = 0;
		if (!backup_input_peek(&reader->input, 1, &bytes, err)) {
			return false;
		}
		while (n < bytes.len && (bytes.data[n] == ' ' || bytes.data[n] == '\t' ||
				bytes.data[n] == '\n' || bytes.data[n] == '\r')) {
			n++;
		}
		backup_input_take(&reader->input, n);
		if (n < bytes.len) {
			*ret_byte = bytes.data[n];
			return true;
		}
		if (bytes.len == 0) {
			*ret_byte = '\0';
			return true;
		}
	}
}

/* How far the search for a pair's end has come. */
struct scan {
	size_t at;
	unsigned depth;
	bool quoted;
	bool escaped;
};

/* True: the pair ends before scan->at. */
static bool scan_on(struct scan *scan, struct scute_str bytes)
{
	for (; scan->at < bytes.len; scan->at++) {
		char c = bytes.data[scan->at];
		if (scan->escaped) {
			scan->escaped = false;
		} else if (scan->quoted && c == '\\') {
			scan->escaped = true;
		} else if (c == '"') {
			scan->quoted = !scan->quoted;
		} else if (!scan->quoted && c == '[') {
			scan->depth++;
		} else if (!scan->quoted && c == ']' && --scan->depth == 0) {
			scan->at++;
			return true;
		}
	}
	return false;
}

/* The text from '[' to the ']' that closes it. */
static enum backup_read find_pair(struct backup_reader *reader, struct scute_str *ret_pair,
	struct scute_error *err)
{
	struct scan scan = { 0 };
	size_t wanted = 1; /* peek gives all that is there already */
	struct scute_str bytes;

	for (;;) {
		if (!backup_input_peek(&reader->input, wanted, &bytes, err)) {
			return BACKUP_READ_WRONG;
		}
		if (scan_on(&scan, bytes)) {
			*ret_pair = (struct scute_str){ bytes.data, scan.at };
			return BACKUP_READ_RECORD;
		}
		if (bytes.len < wanted) {
			return wrong(reader, err, bytes.len, "the file ends within a record");
		}
		if (wanted >= PAIR_BYTES_MAX) {
			return wrong(reader, err, 0, "a record of more than %zu bytes",
				PAIR_BYTES_MAX);
		}
		wanted = bytes.len * 2;
	}
}

/* Comma or end. RECORD: a pair follows. */
static enum backup_read next_pair(struct backup_reader *reader, struct scute_error *err)
{
	char byte;

	if (!look(reader, &byte, err)) {
		return BACKUP_READ_WRONG;
	}
	if (reader->n == 0 && reader->is_first) {
		/* The opening bracket, which recognised the form. */
		backup_input_take(&reader->input, 1);
		reader->is_first = false;
		if (!look(reader, &byte, err)) {
			return BACKUP_READ_WRONG;
		}
	} else if (byte == ',') {
		backup_input_take(&reader->input, 1);
		if (!look(reader, &byte, err)) {
			return BACKUP_READ_WRONG;
		}
		return byte == '[' ? BACKUP_READ_RECORD :
			wrong(reader, err, 0, "a record [key, value] is expected");
	}
	if (byte == '[' && reader->n == 0) {
		return BACKUP_READ_RECORD;
	}
	if (byte != ']') {
		return byte == '\0' ? wrong(reader, err, 0, "the file is cut off") :
			wrong(reader, err, 0, "a comma or the end of the array is expected");
	}
	backup_input_take(&reader->input, 1);
	if (!look(reader, &byte, err)) {
		return BACKUP_READ_WRONG;
	}
	return byte == '\0' ? BACKUP_READ_END :
		wrong(reader, err, 0, "something follows the array");
}

/* A string's bytes, or null's. */
static bool text_of(const struct json *value, struct scute_str *ret_text)
{
	if (!value || (value->type != JSON_STRING && value->type != JSON_NULL)) {
		return false;
	}
	*ret_text = value->type == JSON_NULL ? (struct scute_str){ NULL, 0 } :
		value->text.len == 0 ? SCUTE_STR("") : value->text;
	return true;
}

enum backup_read backup_v1_next(struct backup_reader *reader, struct store_record *ret_record,
	struct scute_error *err)
{
	struct store_record record = { .offset = -1 };
	struct scute_error reason;
	const struct json *pair;
	struct scute_str text;
	enum backup_read read = next_pair(reader, err);

	if (read == BACKUP_READ_RECORD) {
		read = find_pair(reader, &text, err);
	}
	if (read != BACKUP_READ_RECORD) {
		return read;
	}
	arena_reset(&reader->arena);
	if (json_read(text, NULL, &reader->arena.base, &pair, &reason) != SCUTE_OK) {
		return wrong(reader, err, 0, "record %llu: %.200s",
			(unsigned long long)reader->n + 1, reason.text);
	}
	if (pair->n_children != 2 || !text_of(pair->children, &record.key) ||
			!text_of(pair->children->next, &record.value)) {
		return wrong(reader, err, 0, "record %llu is not an array of two strings",
			(unsigned long long)reader->n + 1);
	}
	if (record.key.len + record.value.len > BACKUP_RECORD_BYTES_MAX) {
		return wrong(reader, err, 0, "a record of more than %zu bytes",
			BACKUP_RECORD_BYTES_MAX);
	}
	/* Strings without escapes point into the input: it moves only with the next call. */
	backup_input_take(&reader->input, text.len);
	reader->n++;
	*ret_record = record;
	return BACKUP_READ_RECORD;
}
