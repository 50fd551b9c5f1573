/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads Karapace's version 3: records of Avro, each behind its length, with a checkpoint now
 * and then, all under one checksum that the metadata holds.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/str.h"
#include "tools/avro_binary.h"
#include "tools/backup_output.h"
#include "tools/backup_reader.h"

#define LENGTH_BYTES 4u
#define HEADERS_MAX 65536u
/* Key, value and headers, and the lengths in front of them. */
#define FRAME_BYTES_MAX (BACKUP_RECORD_BYTES_MAX + ((size_t)1 << 20))

/* at: from the next byte of the data file on. */
__attribute__((format(printf, 3, 4)))
static enum backup_read wrong(const struct backup_v3 *v3, struct scute_error *err,
	const char *format, ...)
{
	char text[256];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	error_set(err, SCUTE_EINVAL, "%s: byte %llu: record %lld: %s", v3->input.path,
		(unsigned long long)v3->input.position, (long long)v3->n + 1, text);
	return BACKUP_READ_WRONG;
}

/* ---- the metadata ---- */

static bool read_metadata(struct backup_v3 *v3, const char *path, struct scute_error *err)
{
	struct backup_input input;
	struct scute_str bytes;
	struct scute_error reason;

	if (!backup_input_open(&input, path, err)) {
		return false;
	}
	bool ok = backup_input_peek(&input, BACKUP_METADATA_BYTES_MAX + 1, &bytes, err);
	if (ok && bytes.len > BACKUP_METADATA_BYTES_MAX) {
		error_set(err, SCUTE_ELIMIT, "%s: more than %zu bytes", path,
			BACKUP_METADATA_BYTES_MAX);
		ok = false;
	}
	if (ok) {
		v3->file = arena_copy(&v3->arena.base, bytes);
		if (!v3->file.data) {
			error_set(err, SCUTE_ENOMEM, "out of memory");
			ok = false;
		}
	}
	backup_input_close(&input);
	if (ok && backup_metadata_read(v3->file, &v3->arena.base, &v3->metadata,
			&reason) != SCUTE_OK) {
		error_set(err, reason.status, "%s: %.300s", path, reason.text);
		ok = false;
	}
	return ok;
}

static bool open_data(struct backup_v3 *v3, const char *path, struct scute_error *err)
{
	const struct backup_data_file *file = &v3->metadata.files[0];
	char *directory = backup_directory_of(path);
	char *data = NULL;

	if (!directory || asprintf(&data, "%s/%.*s", directory, STR_ARGS(file->filename)) < 0) {
		free(directory);
		error_set(err, SCUTE_ENOMEM, "out of memory");
		return false;
	}
	bool ok = backup_input_open(&v3->input, data, err);
	if (!ok) {
		/* The backup is not whole: that is wrong data, not a wrong argument. */
		err->status = SCUTE_EINVAL;
	}
	free(directory);
	free(data);
	return ok;
}

bool backup_v3_open(struct backup_v3 *v3, const char *path, struct scute_error *err)
{
	v3->input.fd = -1;
	arena_init(&v3->arena, 8 * BACKUP_METADATA_BYTES_MAX);
	v3->hash = XXH64_createState();
	if (!v3->hash) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		return false;
	}
	if (!read_metadata(v3, path, err)) {
		return false;
	}
	if (v3->metadata.checksum != BACKUP_CHECKSUM_XXH || (v3->metadata.n_files == 1 &&
			v3->metadata.files[0].checksum.len != BACKUP_CHECKSUM_BYTES)) {
		error_set(err, SCUTE_EUNSUPPORTED, "%s: its checksum is of an unknown kind", path);
		return false;
	}
	if (v3->metadata.n_files == 1 && !open_data(v3, path, err)) {
		return false;
	}
	return backup_v3_rewind(v3, err);
}

void backup_v3_close(struct backup_v3 *v3)
{
	if (v3->hash) {
		backup_input_close(&v3->input);
		arena_finish(&v3->arena);
		XXH64_freeState(v3->hash);
		v3->hash = NULL;
	}
	free(v3->headers);
	v3->headers = NULL;
}

bool backup_v3_rewind(struct backup_v3 *v3, struct scute_error *err)
{
	XXH64_reset(v3->hash, 0);
	v3->n = 0;
	v3->offset = -1;
	v3->pending = 0;
	return v3->input.fd < 0 || backup_input_rewind(&v3->input, err);
}

/* ---- checksums ---- */

static bool is_digest(const struct backup_v3 *v3, struct scute_str bytes)
{
	XXH64_canonical_t digest;

	XXH64_canonicalFromHash(&digest, XXH64_digest(v3->hash));
	return bytes.len == sizeof(digest.digest) &&
		memcmp(bytes.data, digest.digest, sizeof(digest.digest)) == 0;
}

bool backup_v3_check_file(struct backup_v3 *v3, struct scute_error *err)
{
	struct scute_str bytes;

	if (!backup_v3_rewind(v3, err)) {
		return false;
	}
	if (v3->metadata.n_files == 0) {
		return true;
	}
	for (;;) {
		if (!backup_input_peek(&v3->input, 1, &bytes, err)) {
			return false;
		}
		if (bytes.len == 0) {
			break;
		}
		XXH64_update(v3->hash, bytes.data, bytes.len);
		backup_input_take(&v3->input, bytes.len);
	}
	if (!is_digest(v3, v3->metadata.files[0].checksum)) {
		error_set(err, SCUTE_EINVAL, "%s: the checksum of its %llu bytes is not the one in "
			"the metadata", v3->input.path, (unsigned long long)v3->input.position);
		return false;
	}
	return true;
}

/* ---- records ---- */

static bool room_for_headers(struct backup_v3 *v3, size_t n)
{
	if (n <= v3->headers_cap) {
		return true;
	}
	size_t cap = v3->headers_cap * 2 > n ? v3->headers_cap * 2 : n;
	struct store_header *grown = realloc(v3->headers, cap * sizeof(*grown));
	if (!grown) {
		return false;
	}
	v3->headers = grown;
	v3->headers_cap = cap;
	return true;
}

/* False: out of memory or too many, with *err. */
static bool read_headers(struct backup_v3 *v3, struct avro_in *in, struct store_record *record,
	struct scute_error *err)
{
	size_t n = 0;
	size_t count;

	while ((count = avro_in_block(in, 2)) > 0) {
		if (count > HEADERS_MAX - n) {
			wrong(v3, err, "more than %u headers", HEADERS_MAX);
			return false;
		}
		if (!room_for_headers(v3, n + count)) {
			error_set(err, SCUTE_ENOMEM, "out of memory");
			return false;
		}
		for (; count > 0; count--, n++) {
			v3->headers[n].name = avro_in_bytes(in);
			v3->headers[n].value = avro_in_bytes(in);
		}
	}
	record->headers = v3->headers;
	record->n_headers = n;
	return true;
}

static struct scute_str read_nullable(struct avro_in *in)
{
	return avro_in_branch(in, 2) == 0 ? avro_in_bytes(in) : (struct scute_str){ NULL, 0 };
}

static enum backup_read check_place(struct backup_v3 *v3, const struct store_record *record,
	struct scute_error *err)
{
	const struct backup_data_file *file = &v3->metadata.files[0];

	if (v3->n >= file->record_count) {
		return wrong(v3, err, "the metadata speaks of %lld records only",
			(long long)file->record_count);
	}
	if (v3->n == 0 && record->offset != file->start_offset) {
		return wrong(v3, err, "its offset is %lld, not %lld as the metadata says",
			(long long)record->offset, (long long)file->start_offset);
	}
	if (record->offset <= v3->offset) {
		return wrong(v3, err, "its offset %lld does not follow %lld",
			(long long)record->offset, (long long)v3->offset);
	}
	return BACKUP_READ_RECORD;
}

static enum backup_read decode(struct backup_v3 *v3, struct scute_str body,
	struct store_record *ret_record, struct scute_error *err)
{
	struct store_record record = { 0 };
	struct avro_in in = avro_in(body);

	record.key = read_nullable(&in);
	record.value = read_nullable(&in);
	if (!read_headers(v3, &in, &record, err)) {
		return BACKUP_READ_WRONG;
	}
	record.offset = avro_in_long(&in);
	record.timestamp_ms = avro_in_long(&in);
	struct scute_str checkpoint = read_nullable(&in);
	if (in.failed || in.at != in.end) {
		return wrong(v3, err, in.failed ? "it is damaged" : "bytes follow it");
	}
	if (checkpoint.data && !is_digest(v3, checkpoint)) {
		return wrong(v3, err, "its checkpoint differs: something before it is damaged");
	}
	enum backup_read read = check_place(v3, &record, err);
	if (read == BACKUP_READ_RECORD) {
		*ret_record = record;
	}
	return read;
}

/* Counts, last offset and checksum: all that can only be known at the end. */
static enum backup_read check_end(struct backup_v3 *v3, struct scute_error *err)
{
	const struct backup_data_file *file = &v3->metadata.files[0];

	if (v3->n != file->record_count) {
		return wrong(v3, err, "it is missing, the metadata speaks of %lld records",
			(long long)file->record_count);
	}
	if (v3->offset != file->end_offset) {
		return wrong(v3, err, "the last offset is %lld, not %lld as the metadata says",
			(long long)v3->offset, (long long)file->end_offset);
	}
	if (!is_digest(v3, file->checksum)) {
		error_set(err, SCUTE_EINVAL, "%s: the checksum of its %llu bytes is not the one in "
			"the metadata", v3->input.path, (unsigned long long)v3->input.position);
		return BACKUP_READ_WRONG;
	}
	return BACKUP_READ_END;
}

/* The record last given is no longer needed. */
static bool take_pending(struct backup_v3 *v3, struct scute_error *err)
{
	struct scute_str bytes;

	if (v3->pending == 0) {
		return true;
	}
	if (!backup_input_peek(&v3->input, v3->pending, &bytes, err)) {
		return false;
	}
	XXH64_update(v3->hash, bytes.data, v3->pending);
	backup_input_take(&v3->input, v3->pending);
	v3->pending = 0;
	v3->n++;
	return true;
}

enum backup_read backup_v3_next(struct backup_v3 *v3, struct store_record *ret_record,
	struct scute_error *err)
{
	struct scute_str bytes;

	if (v3->metadata.n_files == 0) {
		return BACKUP_READ_END;
	}
	if (!take_pending(v3, err) || !backup_input_peek(&v3->input, LENGTH_BYTES, &bytes, err)) {
		return BACKUP_READ_WRONG;
	}
	if (bytes.len == 0) {
		return check_end(v3, err);
	}
	if (bytes.len < LENGTH_BYTES) {
		return wrong(v3, err, "the file is cut off");
	}
	const unsigned char *length = (const unsigned char *)bytes.data;
	size_t len = (size_t)length[0] << 24 | (size_t)length[1] << 16 | (size_t)length[2] << 8 |
		length[3];
	if (len > FRAME_BYTES_MAX) {
		return wrong(v3, err, "a length of %zu bytes (at most %zu)", len, FRAME_BYTES_MAX);
	}
	if (!backup_input_peek(&v3->input, LENGTH_BYTES + len, &bytes, err)) {
		return BACKUP_READ_WRONG;
	}
	if (bytes.len < LENGTH_BYTES + len) {
		return wrong(v3, err, "the file is cut off");
	}
	struct scute_str body = { bytes.data + LENGTH_BYTES, len };
	enum backup_read read = decode(v3, body, ret_record, err);
	if (read == BACKUP_READ_RECORD) {
		v3->pending = LENGTH_BYTES + len;
		v3->offset = ret_record->offset;
	}
	return read;
}
