/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the two forms with a record a line, and hands version 3 on. */
#include "tools/backup_writer.h"

#include <string.h>

#include "support/str.h"

#define MARKER_V2 "/V2\n"
#define LINE_BYTES_MAX (2 * BACKUP_RECORD_BYTES_MAX + 64)

bool backup_writer_open(struct backup_writer *writer, enum backup_version version,
	const char *location, bool overwrite, const struct backup_topic *topic,
	struct scute_error *err)
{
	*writer = (struct backup_writer){ .version = version, .output.fd = -1 };
	buf_init(&writer->line, LINE_BYTES_MAX);
	if (version == BACKUP_V3) {
		writer->topic = *topic;
		return backup_v3_write_open(writer, location, err);
	}
	return backup_output_open(&writer->output, location, overwrite, err);
}

static bool check_size(const struct store_record *record, struct scute_error *err)
{
	size_t bytes = record->key.len + record->value.len;

	for (size_t i = 0; i < record->n_headers; i++) {
		bytes += record->headers[i].name.len + record->headers[i].value.len;
	}
	if (bytes > BACKUP_RECORD_BYTES_MAX) {
		error_set(err, SCUTE_ELIMIT, "The record at offset %lld has more than %zu bytes",
			(long long)record->offset, BACKUP_RECORD_BYTES_MAX);
		return false;
	}
	return true;
}

static void put_hex(struct buf *buf, struct scute_str bytes)
{
	static const char digits[] = "0123456789ABCDEF";

	if (!bytes.data) {
		buf_append_z(buf, "null");
		return;
	}
	char *at = buf_reserve(buf, 2 * bytes.len + 1);
	if (!at) {
		return;
	}
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.data[i];
		*at++ = digits[byte >> 4];
		*at++ = digits[byte & 15];
	}
	buf->len += 2 * bytes.len;
}

/* What a line can not hold would come back as something else. */
static bool check_console(const struct store_record *record, struct scute_error *err)
{
	if ((record->key.len > 0 && (memchr(record->key.data, '\n', record->key.len) ||
			memchr(record->key.data, '\t', record->key.len))) ||
			(record->value.len > 0 &&
			memchr(record->value.data, '\n', record->value.len))) {
		error_set(err, SCUTE_EUNSUPPORTED, "The record at offset %lld holds a line end, or "
			"its key a tab: the console's form cannot express that, version 2 can",
			(long long)record->offset);
		return false;
	}
	return true;
}

static void put_text(struct buf *buf, struct scute_str bytes)
{
	if (bytes.data) {
		buf_append_str(buf, bytes);
	} else {
		buf_append_z(buf, "null");
	}
}

static bool put_line(struct backup_writer *writer, const struct store_record *record,
	struct scute_error *err)
{
	void (*put)(struct buf *, struct scute_str) =
		writer->version == BACKUP_V2 ? put_hex : put_text;

	if (writer->version == BACKUP_CONSOLE && !check_console(record, err)) {
		return false;
	}
	buf_reset(&writer->line);
	if (writer->version == BACKUP_V2 && writer->n == 0) {
		buf_append_z(&writer->line, MARKER_V2);
	}
	put(&writer->line, record->key);
	buf_append_byte(&writer->line, '\t');
	put(&writer->line, record->value);
	buf_append_byte(&writer->line, '\n');
	if (writer->line.failed) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		return false;
	}
	return backup_output_put(&writer->output, writer->line.data, writer->line.len, err);
}

bool backup_writer_put(struct backup_writer *writer, const struct store_record *record,
	struct scute_error *err)
{
	bool ok = check_size(record, err) && (writer->version == BACKUP_V3 ?
		backup_v3_write(writer, record, err) : put_line(writer, record, err));

	writer->n += ok ? 1 : 0;
	return ok;
}

bool backup_writer_commit(struct backup_writer *writer, bool *ret_written, struct scute_error *err)
{
	bool written = writer->version == BACKUP_V3 || writer->n > 0;
	bool ok = true;

	if (writer->version == BACKUP_V3) {
		ok = backup_v3_write_commit(writer, err);
	} else if (written) {
		ok = backup_output_commit(&writer->output, err);
	}
	backup_writer_discard(writer);
	if (ok) {
		*ret_written = written;
	}
	return ok;
}

void backup_writer_discard(struct backup_writer *writer)
{
	backup_output_discard(&writer->output);
	if (writer->version == BACKUP_V3) {
		backup_v3_write_discard(writer);
	}
	buf_finish(&writer->line);
}
