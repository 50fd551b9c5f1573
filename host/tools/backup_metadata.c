/* SPDX-License-Identifier: Apache-2.0 */
/* Reads, writes and prints the metadata of a backup of version 3. */
#include "tools/backup_metadata.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "support/arena.h"
#include "support/json_out.h"
#include "support/str.h"
#include "tools/avro_binary.h"

#define FILES_MAX 1024u /* more than one is refused with a reason of its own */
#define SETTINGS_MAX 4096u

static uint32_t get32(const char *at)
{
	const unsigned char *bytes = (const unsigned char *)at;

	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
		bytes[3];
}

/* ---- reading ---- */

static bool read_settings(struct avro_in *in, struct scute_arena *arena,
	struct backup_metadata *metadata)
{
	struct dump_setting *settings = NULL;
	size_t n = 0;
	size_t count;

	while ((count = avro_in_block(in, 2)) > 0) {
		if (count > SETTINGS_MAX - n) {
			in->failed = true;
			return true;
		}
		struct dump_setting *more = arena_zalloc(arena, n + count, sizeof(*more));
		if (!more) {
			return false;
		}
		if (n > 0) {
			memcpy(more, settings, n * sizeof(*more));
		}
		settings = more;
		for (; count > 0; count--, n++) {
			settings[n].name = avro_in_bytes(in);
			settings[n].value = avro_in_bytes(in);
		}
	}
	metadata->settings = settings;
	metadata->n_settings = n;
	return true;
}

static bool read_files(struct avro_in *in, struct scute_arena *arena,
	struct backup_metadata *metadata)
{
	struct backup_data_file *files = NULL;
	size_t n = 0;
	size_t count;

	while ((count = avro_in_block(in, 6)) > 0) {
		if (count > FILES_MAX - n) {
			in->failed = true;
			return true;
		}
		struct backup_data_file *more = arena_zalloc(arena, n + count, sizeof(*more));
		if (!more) {
			return false;
		}
		if (n > 0) {
			memcpy(more, files, n * sizeof(*more));
		}
		files = more;
		for (; count > 0; count--, n++) {
			files[n].filename = avro_in_bytes(in);
			files[n].partition = avro_in_long(in);
			files[n].checksum = avro_in_bytes(in);
			files[n].record_count = avro_in_long(in);
			files[n].start_offset = avro_in_long(in);
			files[n].end_offset = avro_in_long(in);
		}
	}
	metadata->files = files;
	metadata->n_files = n;
	return true;
}

static bool read_members(struct avro_in *in, struct scute_arena *arena,
	struct backup_metadata *metadata)
{
	metadata->version = avro_in_long(in);
	metadata->tool_name = avro_in_bytes(in);
	metadata->tool_version = avro_in_bytes(in);
	metadata->started_at_ms = avro_in_long(in);
	metadata->finished_at_ms = avro_in_long(in);
	metadata->record_count = avro_in_long(in);
	metadata->topic_name = avro_in_bytes(in);
	if (avro_in_branch(in, 2) == 0) {
		metadata->topic_id = avro_in_bytes(in);
	}
	metadata->partition_count = avro_in_long(in);
	metadata->replication_factor = avro_in_long(in);
	if (!read_settings(in, arena, metadata) || !read_files(in, arena, metadata)) {
		return false;
	}
	metadata->checksum = (enum backup_checksum)avro_in_branch(in, 2);
	return true;
}

/* A file name that leads out of its directory is none that a backup wrote. */
static const char *check_file(const struct backup_data_file *file)
{
	if (file->filename.len == 0 || file->filename.len > 255 ||
			memchr(file->filename.data, '/', file->filename.len) ||
			memchr(file->filename.data, '\0', file->filename.len)) {
		return "the name of its data file is no file name";
	}
	if (file->partition != 0) {
		return "its data file is not of partition 0";
	}
	if (file->record_count < 1 || file->start_offset < 0 ||
			file->end_offset < file->start_offset) {
		return "its data file's counts and offsets make no sense";
	}
	return NULL;
}

static const char *check(const struct backup_metadata *metadata)
{
	if (metadata->version != 3) {
		return "its version is not 3";
	}
	if (metadata->partition_count != 1 || metadata->n_files > 1) {
		return "it is of a topic with several partitions";
	}
	if (metadata->topic_name.len == 0 || metadata->topic_name.len > 249 ||
			memchr(metadata->topic_name.data, '\0', metadata->topic_name.len)) {
		return "its topic has no valid name";
	}
	if (metadata->record_count < 0 || (metadata->n_files == 0 && metadata->record_count > 0) ||
			(metadata->n_files == 1 &&
			metadata->files[0].record_count != metadata->record_count)) {
		return "its counts of records contradict each other";
	}
	if (metadata->replication_factor < 1 || metadata->replication_factor > INT16_MAX) {
		return "its replication factor is out of range";
	}
	return metadata->n_files == 1 ? check_file(&metadata->files[0]) : NULL;
}

enum scute_status backup_metadata_read(struct scute_str file, struct scute_arena *arena,
	struct backup_metadata *ret_metadata, struct scute_error *err)
{
	struct backup_metadata metadata = { 0 };

	if (file.len < BACKUP_MARKER_BYTES + 4 ||
			memcmp(file.data, BACKUP_MARKER_V3, BACKUP_MARKER_BYTES) != 0) {
		return error_set(err, SCUTE_EINVAL, "it does not begin with /V3 and a length");
	}
	size_t bytes = get32(file.data + BACKUP_MARKER_BYTES);
	struct scute_str body = { file.data + BACKUP_MARKER_BYTES + 4,
		file.len - BACKUP_MARKER_BYTES - 4 };
	if (body.len != bytes) {
		return error_set(err, SCUTE_EINVAL, "its metadata should have %zu bytes behind "
			"byte 8, but has %zu", bytes, body.len);
	}
	struct avro_in in = avro_in(body);
	if (!read_members(&in, arena, &metadata)) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	if (in.failed || in.at != in.end) {
		return error_set(err, SCUTE_EINVAL, in.failed ? "its metadata is damaged" :
			"bytes follow its metadata");
	}
	const char *wrong = check(&metadata);
	if (wrong) {
		return error_set(err, SCUTE_EINVAL, "%s", wrong);
	}
	*ret_metadata = metadata;
	return SCUTE_OK;
}

/* ---- writing ---- */

static void write_settings(struct buf *buf, const struct backup_metadata *metadata)
{
	if (metadata->n_settings > 0) {
		avro_out_long(buf, (int64_t)metadata->n_settings);
	}
	for (size_t i = 0; i < metadata->n_settings; i++) {
		avro_out_bytes(buf, metadata->settings[i].name);
		avro_out_bytes(buf, metadata->settings[i].value);
	}
	avro_out_long(buf, 0);
}

static void write_files(struct buf *buf, const struct backup_metadata *metadata)
{
	if (metadata->n_files > 0) {
		avro_out_long(buf, (int64_t)metadata->n_files);
	}
	for (size_t i = 0; i < metadata->n_files; i++) {
		const struct backup_data_file *file = &metadata->files[i];
		avro_out_bytes(buf, file->filename);
		avro_out_long(buf, file->partition);
		avro_out_bytes(buf, file->checksum);
		avro_out_long(buf, file->record_count);
		avro_out_long(buf, file->start_offset);
		avro_out_long(buf, file->end_offset);
	}
	avro_out_long(buf, 0);
}

bool backup_metadata_write(struct buf *buf, const struct backup_metadata *metadata)
{
	size_t start = buf->len;

	buf_append(buf, BACKUP_MARKER_V3 "\0\0\0\0", BACKUP_MARKER_BYTES + 4);
	avro_out_long(buf, metadata->version);
	avro_out_bytes(buf, metadata->tool_name);
	avro_out_bytes(buf, metadata->tool_version);
	avro_out_long(buf, metadata->started_at_ms);
	avro_out_long(buf, metadata->finished_at_ms);
	avro_out_long(buf, metadata->record_count);
	avro_out_bytes(buf, metadata->topic_name);
	avro_out_long(buf, metadata->topic_id.data ? 0 : 1);
	if (metadata->topic_id.data) {
		avro_out_bytes(buf, metadata->topic_id);
	}
	avro_out_long(buf, metadata->partition_count);
	avro_out_long(buf, metadata->replication_factor);
	write_settings(buf, metadata);
	write_files(buf, metadata);
	avro_out_long(buf, metadata->checksum);
	if (buf->failed) {
		return false;
	}
	size_t bytes = buf->len - start - BACKUP_MARKER_BYTES - 4;
	for (unsigned i = 0; i < 4; i++) {
		buf->data[start + BACKUP_MARKER_BYTES + i] =
			(char)(unsigned char)(bytes >> (24 - 8 * i));
	}
	return true;
}

/* ---- printing ---- */

/* As Python's isoformat() prints a time in UTC. */
static void put_time(struct json_out *out, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
	int64_t rest = ms - (int64_t)seconds * 1000;
	struct tm tm;
	char text[64];
	char fraction[16] = "";

	if (!gmtime_r(&seconds, &tm) || tm.tm_year > 8099 || tm.tm_year < -1900) {
		json_out_null(out);
		return;
	}
	if (rest != 0) {
		snprintf(fraction, sizeof(fraction), ".%03d000", (int)rest);
	}
	size_t len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, sizeof(text) - len, "%s+00:00", fraction);
	json_out_z(out, text);
}

/* Bytes that are no UTF-8 would make the whole output no JSON. */
static void put_text(struct json_out *out, struct scute_str text)
{
	json_out_str(out, str_is_utf8(text) ? text : SCUTE_STR("(not UTF-8)"));
}

static void put_file(struct json_out *out, const struct backup_data_file *file)
{
	char hex[2 * 64 + 1] = "";

	for (size_t i = 0; i < file->checksum.len && i < 64; i++) {
		snprintf(hex + 2 * i, 3, "%02x", (unsigned char)file->checksum.data[i]);
	}
	json_out_object(out);
	json_out_key(out, "filename");
	put_text(out, file->filename);
	json_out_key(out, "partition");
	json_out_i64(out, file->partition);
	json_out_key(out, "checksum_hex");
	json_out_z(out, hex);
	json_out_key(out, "record_count");
	json_out_i64(out, file->record_count);
	json_out_key(out, "start_offset");
	json_out_i64(out, file->start_offset);
	json_out_key(out, "end_offset");
	json_out_i64(out, file->end_offset);
	json_out_object_end(out);
}

static void put_lists(struct json_out *out, const struct backup_metadata *metadata)
{
	json_out_key(out, "topic_configurations");
	json_out_object(out);
	for (size_t i = 0; i < metadata->n_settings; i++) {
		struct scute_str name = metadata->settings[i].name;
		json_out_key_str(out, str_is_utf8(name) ? name : SCUTE_STR("(not UTF-8)"));
		put_text(out, metadata->settings[i].value);
	}
	json_out_object_end(out);
	json_out_key(out, "checksum_algorithm");
	json_out_z(out, metadata->checksum == BACKUP_CHECKSUM_XXH ? "xxhash3_64_be" : "unknown");
	json_out_key(out, "data_files");
	json_out_array(out);
	for (size_t i = 0; i < metadata->n_files; i++) {
		put_file(out, &metadata->files[i]);
	}
	json_out_array_end(out);
}

/* Compact JSON of our own making, so it is known to be well-formed. */
static void indent(struct buf *buf, struct scute_str json)
{
	unsigned depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < json.len; i++) {
		char c = json.data[i];
		char next = i + 1 < json.len ? json.data[i + 1] : '\0';
		if (quoted && c == '\\') {
			buf_append(buf, &json.data[i++], 2);
			continue;
		}
		quoted = quoted != (c == '"');
		bool closes = !quoted && (c == '}' || c == ']');
		bool opens = !quoted && (c == '{' || c == '[');
		bool empty = closes && i > 0 &&
			(json.data[i - 1] == '{' || json.data[i - 1] == '[');
		depth -= closes ? 1 : 0;
		if (closes && !empty) {
			buf_printf(buf, "\n%*s", (int)(2 * depth), "");
		}
		buf_append_byte(buf, c);
		depth += opens ? 1 : 0;
		if ((opens && next != '}' && next != ']') || (!quoted && c == ',')) {
			buf_printf(buf, "\n%*s", (int)(2 * depth), "");
		} else if (!quoted && c == ':') {
			buf_append_byte(buf, ' ');
		}
	}
	buf_append_byte(buf, '\n');
}

bool backup_metadata_print(struct buf *buf, const struct backup_metadata *metadata)
{
	struct buf compact;
	struct json_out out = json_out(&compact);

	buf_init(&compact, 8 * BACKUP_METADATA_BYTES_MAX);
	json_out_object(&out);
	json_out_key(&out, "version");
	json_out_i64(&out, metadata->version);
	json_out_key(&out, "tool_name");
	put_text(&out, metadata->tool_name);
	json_out_key(&out, "tool_version");
	put_text(&out, metadata->tool_version);
	json_out_key(&out, "started_at");
	put_time(&out, metadata->started_at_ms);
	json_out_key(&out, "finished_at");
	put_time(&out, metadata->finished_at_ms);
	json_out_key(&out, "topic_name");
	put_text(&out, metadata->topic_name);
	json_out_key(&out, "topic_id");
	if (metadata->topic_id.data) {
		put_text(&out, metadata->topic_id);
	} else {
		json_out_null(&out);
	}
	json_out_key(&out, "partition_count");
	json_out_i64(&out, metadata->partition_count);
	json_out_key(&out, "record_count");
	json_out_i64(&out, metadata->record_count);
	json_out_key(&out, "replication_factor");
	json_out_i64(&out, metadata->replication_factor);
	put_lists(&out, metadata);
	json_out_object_end(&out);
	if (!compact.failed) {
		indent(buf, buf_str(&compact));
	}
	bool ok = !compact.failed && !buf->failed;
	buf_finish(&compact);
	return ok;
}
