/* SPDX-License-Identifier: Apache-2.0 */
/* The two forms with a record a line: the console consumer's, and Karapace's version 2. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "support/str.h"
#include "tools/backup_reader.h"

/* Two digits a byte, the tab, and whatever else there is. */
#define LINE_BYTES_MAX (2 * BACKUP_RECORD_BYTES_MAX + 64)

__attribute__((format(printf, 3, 4)))
static enum backup_read wrong(const struct backup_reader *reader, struct scute_error *err,
	const char *format, ...)
{
	char text[256];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	error_set(err, SCUTE_EINVAL, "%s:%llu: %s", reader->input.path,
		(unsigned long long)reader->input.line, text);
	return BACKUP_READ_WRONG;
}

/* The next line, divided at its first tab. */
static enum backup_read next_line(struct backup_reader *reader, struct scute_str *ret_key,
	struct scute_str *ret_value, struct scute_error *err)
{
	struct scute_str line;

	switch (backup_input_line(&reader->input, LINE_BYTES_MAX, &line, err)) {
	case BACKUP_LINE:
		break;
	case BACKUP_LINE_END:
		return BACKUP_READ_END;
	case BACKUP_LINE_CUT:
		return wrong(reader, err, "the last line has no end: the file is cut off");
	case BACKUP_LINE_WRONG:
		return BACKUP_READ_WRONG;
	}
	const char *tab = line.len > 0 ? memchr(line.data, '\t', line.len) : NULL;
	if (!tab) {
		return wrong(reader, err, "no tab stands between a key and a value");
	}
	*ret_key = (struct scute_str){ line.data, (size_t)(tab - line.data) };
	*ret_value = (struct scute_str){ tab + 1, line.len - ret_key->len - 1 };
	return BACKUP_READ_RECORD;
}

static struct scute_str null_or(struct scute_str text)
{
	return str_eq_z(text, "null") ? (struct scute_str){ NULL, 0 } : text;
}

enum backup_read backup_console_next(struct backup_reader *reader, struct store_record *ret_record,
	struct scute_error *err)
{
	struct store_record record = { .offset = -1 };
	enum backup_read read = next_line(reader, &record.key, &record.value, err);

	if (read != BACKUP_READ_RECORD) {
		return read;
	}
	if (record.key.len + record.value.len > BACKUP_RECORD_BYTES_MAX) {
		return wrong(reader, err, "a record of more than %zu bytes",
			BACKUP_RECORD_BYTES_MAX);
	}
	record.key = null_or(record.key);
	record.value = null_or(record.value);
	*ret_record = record;
	return BACKUP_READ_RECORD;
}

/* ---- version 2 ---- */

static int digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What is wrong with it, or NULL. The bytes go into buf. */
static const char *decode(struct scute_str text, struct buf *buf, struct scute_str *ret_bytes)
{
	if (str_eq_z(text, "null")) {
		*ret_bytes = (struct scute_str){ NULL, 0 };
		return NULL;
	}
	if (text.len % 2 != 0) {
		return "has an odd number of hexadecimal digits";
	}
	buf_reset(buf);
	char *at = buf_reserve(buf, text.len / 2 + 1);
	if (!at) {
		return "is too large";
	}
	for (size_t i = 0; i < text.len; i += 2) {
		int high = digit(text.data[i]);
		int low = digit(text.data[i + 1]);
		if (high < 0 || low < 0) {
			return "has a character that is no hexadecimal digit";
		}
		*at++ = (char)(unsigned char)(high << 4 | low);
	}
	buf->len = text.len / 2;
	*ret_bytes = buf_str(buf);
	return NULL;
}

enum backup_read backup_v2_next(struct backup_reader *reader, struct store_record *ret_record,
	struct scute_error *err)
{
	struct store_record record = { .offset = -1 };
	struct scute_str key;
	struct scute_str value;
	enum backup_read read = next_line(reader, &key, &value, err);

	if (read != BACKUP_READ_RECORD) {
		return read;
	}
	const char *bad = decode(key, &reader->key, &record.key);
	if (bad) {
		return wrong(reader, err, "the key %s", bad);
	}
	bad = decode(value, &reader->value, &record.value);
	if (bad) {
		return wrong(reader, err, "the value %s", bad);
	}
	*ret_record = record;
	return BACKUP_READ_RECORD;
}
