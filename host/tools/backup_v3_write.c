/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes Karapace's version 3: a directory that is made beside its place and renamed into it
 * when the data, then the metadata, are on disk.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/str.h"
#include "tools/avro_binary.h"
#include "tools/backup_writer.h"

#define CHECKPOINT_RECORDS 100u
#define CHECKPOINT_BYTES 16384u
#define LENGTH_BYTES 4u

static bool fail(const struct backup_writer *writer, const char *what, struct scute_error *err)
{
	error_set(err, SCUTE_EINTERNAL, "%s: cannot %s: %s", writer->target, what, strerror(errno));
	return false;
}

static bool out_of_memory(struct scute_error *err)
{
	error_set(err, SCUTE_ENOMEM, "out of memory");
	return false;
}

/* A name in the staging directory; the caller frees it. NULL: out of memory. */
static char *inside(const struct backup_writer *writer, const char *suffix)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s%s", writer->staging, writer->topic.name, suffix) < 0 ?
		NULL : path;
}

static bool make_staging(struct backup_writer *writer, struct scute_error *err)
{
	char *path = backup_temp_path(writer->target);

	if (!path) {
		return out_of_memory(err);
	}
	if (mkdir(path, 0777) != 0) {
		free(path);
		return fail(writer, "make a directory beside it", err);
	}
	writer->staging = path;
	return true;
}

bool backup_v3_write_open(struct backup_writer *writer, const char *location,
	struct scute_error *err)
{
	size_t len = strlen(location);
	struct stat status;

	while (len > 1 && location[len - 1] == '/') {
		len--;
	}
	writer->target = strndup(location, len);
	writer->hash = XXH64_createState();
	if (!writer->target || !writer->hash) {
		backup_writer_discard(writer);
		return out_of_memory(err);
	}
	XXH64_reset(writer->hash, 0);
	if (lstat(writer->target, &status) == 0) {
		error_set(err, SCUTE_EINVAL, "%s: it exists already; a backup of version 3 is a "
			"new directory", writer->target);
		backup_writer_discard(writer);
		return false;
	}
	if (!make_staging(writer, err)) {
		backup_writer_discard(writer);
		return false;
	}
	return true;
}

static bool open_data(struct backup_writer *writer, struct scute_error *err)
{
	char *path = inside(writer, ":0.data");
	bool ok = path ? backup_output_open(&writer->output, path, false, err) : out_of_memory(err);

	free(path);
	return ok;
}

static void put_nullable(struct buf *buf, struct scute_str bytes)
{
	avro_out_long(buf, bytes.data ? 0 : 1);
	if (bytes.data) {
		avro_out_bytes(buf, bytes);
	}
}

/* Of all bytes before this record, when enough of them have passed since the last one. */
static void put_checkpoint(struct backup_writer *writer)
{
	XXH64_canonical_t digest;

	if (writer->since_records < CHECKPOINT_RECORDS && writer->since_bytes < CHECKPOINT_BYTES) {
		avro_out_long(&writer->line, 1);
		return;
	}
	XXH64_canonicalFromHash(&digest, XXH64_digest(writer->hash));
	put_nullable(&writer->line, (struct scute_str){ (const char *)digest.digest,
		sizeof(digest.digest) });
	writer->since_records = writer->since_bytes = 0;
}

static void encode(struct backup_writer *writer, const struct store_record *record)
{
	struct buf *buf = &writer->line;

	buf_reset(buf);
	buf_append(buf, "\0\0\0\0", LENGTH_BYTES);
	put_nullable(buf, record->key);
	put_nullable(buf, record->value);
	if (record->n_headers > 0) {
		avro_out_long(buf, (int64_t)record->n_headers);
	}
	for (size_t i = 0; i < record->n_headers; i++) {
		/* The form knows no null here. */
		avro_out_bytes(buf, record->headers[i].name);
		avro_out_bytes(buf, record->headers[i].value);
	}
	avro_out_long(buf, 0);
	avro_out_long(buf, record->offset);
	avro_out_long(buf, record->timestamp_ms);
	put_checkpoint(writer);
	if (!buf->failed) {
		size_t len = buf->len - LENGTH_BYTES;
		for (unsigned i = 0; i < LENGTH_BYTES; i++) {
			buf->data[i] = (char)(unsigned char)(len >> (24 - 8 * i));
		}
	}
}

bool backup_v3_write(struct backup_writer *writer, const struct store_record *record,
	struct scute_error *err)
{
	if (writer->n == 0) {
		writer->first_offset = record->offset;
		if (!open_data(writer, err)) {
			return false;
		}
	}
	encode(writer, record);
	if (writer->line.failed) {
		return out_of_memory(err);
	}
	XXH64_update(writer->hash, writer->line.data, writer->line.len);
	writer->since_records++;
	writer->since_bytes += writer->line.len;
	writer->last_offset = record->offset;
	return backup_output_put(&writer->output, writer->line.data, writer->line.len, err);
}

static bool write_metadata(struct backup_writer *writer, struct scute_error *err)
{
	XXH64_canonical_t digest;
	char name[300];
	struct backup_data_file file = {
		.checksum = { (const char *)digest.digest, sizeof(digest.digest) },
		.record_count = (int64_t)writer->n,
		.start_offset = writer->first_offset,
		.end_offset = writer->last_offset,
	};
	struct backup_metadata metadata = {
		.version = 3,
		.tool_name = SCUTE_STR("scute"),
		.tool_version = SCUTE_STR(SCUTE_VERSION),
		.started_at_ms = writer->topic.started_at_ms,
		.finished_at_ms = (int64_t)clock_wall_ms(),
		.record_count = (int64_t)writer->n,
		.topic_name = str_z(writer->topic.name),
		.partition_count = 1,
		.replication_factor = writer->topic.replication_factor,
		.settings = writer->topic.settings,
		.n_settings = writer->topic.n_settings,
		.files = &file,
		.n_files = writer->n > 0 ? 1 : 0,
		.checksum = BACKUP_CHECKSUM_XXH,
	};

	XXH64_canonicalFromHash(&digest, XXH64_digest(writer->hash));
	snprintf(name, sizeof(name), "%s:0.data", writer->topic.name);
	file.filename = str_z(name);
	buf_reset(&writer->line);
	if (!backup_metadata_write(&writer->line, &metadata)) {
		return out_of_memory(err);
	}
	char *path = inside(writer, ".metadata");
	bool ok = path ? backup_output_open(&writer->output, path, false, err) : out_of_memory(err);
	free(path);
	return ok && backup_output_put(&writer->output, writer->line.data, writer->line.len, err) &&
		backup_output_commit(&writer->output, err);
}

bool backup_v3_write_commit(struct backup_writer *writer, struct scute_error *err)
{
	if ((writer->n > 0 && !backup_output_commit(&writer->output, err)) ||
			!write_metadata(writer, err)) {
		return false;
	}
	char *directory = backup_directory_of(writer->target);
	if (!directory) {
		return out_of_memory(err);
	}
	if (!backup_rename_new(writer->staging, writer->target)) {
		free(directory);
		return fail(writer, "rename the finished directory to it", err);
	}
	free(writer->staging);
	writer->staging = NULL;
	bool ok = backup_sync_directory(directory);
	free(directory);
	return ok ? true : fail(writer, "sync its directory", err);
}

void backup_v3_write_discard(struct backup_writer *writer)
{
	static const char *const suffixes[] = { ":0.data", ".metadata" };

	for (size_t i = 0; writer->staging && i < 2; i++) {
		char *path = inside(writer, suffixes[i]);
		if (path) {
			unlink(path);
		}
		free(path);
	}
	if (writer->staging) {
		rmdir(writer->staging);
	}
	free(writer->staging);
	free(writer->target);
	writer->staging = writer->target = NULL;
	XXH64_freeState(writer->hash);
	writer->hash = NULL;
}
