/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the readers of backups. The input's first byte chooses what the rest is: a whole
 * file of any form, the metadata of version 3 beside sound data, or data beside metadata that
 * fits it. Reading ends in END or in an error that names the file; what could be read to its
 * end and is written again reads the same; keys of it can be corrected, twice without a change.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "support/str.h"
#include "tools/anonymize.h"
#include "tools/backup_keys.h"
#include "tools/backup_writer.h"

#define SOUND_DATA \
	"\x02\x02\x00\x12\x02\x02" /* one record: null, null, no headers, offset 9, time 1 */
#define SOUND_DIGEST "\xc2\x40\xca\xf6\x93\x0a\x4a\x0e"

static const char *const seeds[] = {
	"a/V2\n7B7D\t7B7D\n7B7D\tnull\n",
	"a{'keytype':'NOOP','magic':0}\t{}\nnull\tnull\n",
	"a[['{\\'keytype\\':\\'CONFIG\\'}','']  ,\n[null,'b']]",
	"a{'subject':'a','version':1,'magic':1,'keytype':'SCHEMA'}\t{'subject':'a','version':1,'id':1,"
		"'schema':'\\'int\\''}\n",
	"b/V3\n~~~\x23" "\x06~~~~\x02\x02t\x02\x02\x02~" "\x02\x0ct.data~\x10" SOUND_DIGEST
		"\x02\x12\x12~\x02",
	"c\x06\x02\x02~\x12\x02\x02",
	"c\x0f~\x02k~\x04{}\x02\x02h~~\x12\x02\x02" "\x06\x02\x02~\x14\x02\x02",
	NULL,
};

static const char *const words[] = { "a", "b", "c", "/V2\n", "/V3\n", "null", "\t", "\n", "7B", "[", "]",
	",", "[['a','b']]", "\\'", "'", "\\u0000", "~", "\x06\x02\x02~\x14\x02\x02", "{'magic':0,'keytype':'NOOP'}", "\x02", "\x01", "\x80",
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x03\x01", NULL };

static char directory[64];
static struct backup_keys keys;
static struct anonymizer anonymizer;

/* Nothing here outlives the process: syncing would only cost time. */
int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
	(void)fd;
	return 0;
}

static const char *path_of(const char *name)
{
	static char paths[4][128];
	static unsigned n;
	char *path = paths[n++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

static void put_file(const char *name, const char *data, size_t len)
{
	/* A new file each time: some file systems write out what a truncated one held. */
	unlink(path_of(name));
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_EXCL, 0600);

	MUST(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	close(fd);
}

/* Metadata that fits any data: its true checksum, counts and offsets as the data's end says. */
static void put_metadata(const char *data, size_t len, int64_t count, int64_t start, int64_t end)
{
	XXH64_canonical_t digest;
	struct backup_data_file file = {
		.filename = SCUTE_STR("t.data"),
		.checksum = { (const char *)digest.digest, sizeof(digest.digest) },
		.record_count = count,
		.start_offset = start,
		.end_offset = end,
	};
	struct backup_metadata metadata = {
		.version = 3,
		.record_count = count,
		.topic_name = SCUTE_STR("t"),
		.partition_count = 1,
		.replication_factor = 1,
		.files = &file,
		.n_files = 1,
		.checksum = BACKUP_CHECKSUM_XXH,
	};
	struct buf buf;

	XXH64_canonicalFromHash(&digest, XXH64(data, len, 0));
	buf_init(&buf, 4096);
	MUST(backup_metadata_write(&buf, &metadata));
	put_file("t.metadata", buf.data, buf.len);
	buf_finish(&buf);
}

/* The input's bytes are bodies, each behind a length of one byte, so that they often fit. */
static void put_data(const char *data, size_t len)
{
	char framed[5 * FUZZ_BYTES_MAX];
	size_t n = 0;
	int64_t count = 0;

	for (size_t at = 0; at < len; count++) {
		size_t body = (unsigned char)data[at++];
		body = body < len - at ? body : len - at;
		memset(framed + n, 0, 3);
		framed[n + 3] = (char)(unsigned char)body;
		memcpy(framed + n + 4, data + at, body);
		n += 4 + body;
		at += body;
	}
	put_file("t.data", framed, n);
	put_metadata(framed, n, count > 0 ? count : 1, 9, 9 + (count > 0 ? count - 1 : 0));
}

static bool same(struct scute_str a, struct scute_str b)
{
	return str_eq(a, b) && !a.data == !b.data;
}

static void check_keys(const struct store_record *record)
{
	char kept[8192];
	struct store_record once = *record;
	struct store_record named = *record;

	MUST(backup_keys_correct(&keys, &once, true));
	MUST(once.key.len < sizeof(kept));
	if (once.key.len > 0) {
		memcpy(kept, once.key.data, once.key.len);
		struct store_record twice = { .key = { kept, once.key.len }, .value = once.value };
		MUST(backup_keys_correct(&keys, &twice, true));
		MUST(twice.key.len == once.key.len && memcmp(twice.key.data, kept, once.key.len) == 0);
	}
	MUST(anonymize_record(&anonymizer, &named) != ANONYMIZED_FAILED);
}

/* Every record once more, from another file. */
static void check_copy(struct backup_reader *reader)
{
	struct backup_topic topic = { .name = "t", .replication_factor = 1 };
	struct backup_writer writer;
	struct store_record record;
	struct store_record again;
	struct scute_error err;
	bool written = false;

	unlink(path_of("copy"));
	MUST(backup_reader_rewind(reader, &err));
	MUST(backup_writer_open(&writer, BACKUP_V2, path_of("copy"), false, &topic, &err));
	while (backup_reader_next(reader, &record, &err) == BACKUP_READ_RECORD) {
		check_keys(&record);
		MUST(backup_writer_put(&writer, &record, &err));
	}
	MUST(backup_writer_commit(&writer, &written, &err));
	if (!written) {
		return;
	}
	MUST(backup_reader_rewind(reader, &err));
	struct backup_reader *copy = backup_reader_create(path_of("copy"), &err);
	MUST(copy);
	while (backup_reader_next(reader, &record, &err) == BACKUP_READ_RECORD) {
		MUST(backup_reader_next(copy, &again, &err) == BACKUP_READ_RECORD);
		MUST(same(record.key, again.key) && same(record.value, again.value));
	}
	MUST(backup_reader_next(copy, &again, &err) == BACKUP_READ_END);
	backup_reader_destroy(copy);
}

static bool check(const char *location)
{
	struct scute_error err = { .status = SCUTE_OK };
	struct backup_reader *reader = backup_reader_create(location, &err);
	struct store_record record;
	enum backup_read read;

	if (!reader) {
		MUST(err.status != SCUTE_OK && strstr(err.text, directory));
		return false;
	}
	while ((read = backup_reader_next(reader, &record, &err)) == BACKUP_READ_RECORD) {
		MUST(record.key.data || record.key.len == 0);
		MUST(record.value.data || record.value.len == 0);
	}
	if (read == BACKUP_READ_WRONG) {
		MUST(err.status != SCUTE_OK && strstr(err.text, directory));
	} else {
		check_copy(reader);
	}
	if (reader->version == BACKUP_V3) {
		bool intact = backup_v3_check_file(&reader->v3, &err);
		MUST(intact || read != BACKUP_READ_END);
	}
	backup_reader_destroy(reader);
	return read == BACKUP_READ_END;
}

/* The inputs of fuzz.c are texts, and Avro is full of zeros. */
static size_t with_zeros(const char *data, size_t len, char *ret_bytes)
{
	for (size_t i = 0; i < len; i++) {
		ret_bytes[i] = data[i] == '~' ? '\0' : data[i];
	}
	return len;
}

static bool one(const char *data, size_t len)
{
	char bytes[FUZZ_BYTES_MAX];

	if (len < 1) {
		return false;
	}
	switch ((unsigned char)data[0] % 3) {
	case 'a' % 3:
		put_file("file", data + 1, len - 1);
		return check(path_of("file"));
	case 'b' % 3:
		put_file("t.data", "\0\0\0\x06" SOUND_DATA, 4 + sizeof(SOUND_DATA) - 1);
		put_file("t.metadata", bytes, with_zeros(data + 1, len - 1, bytes));
		break;
	default:
		put_data(bytes, with_zeros(data + 1, len - 1, bytes));
	}
	return check(path_of("t.metadata"));
}

static void begin(void)
{
	strcpy(directory, "/tmp/backup-fuzz-XXXXXX"); /* a run that is killed leaves it, and not in the source tree */
	MUST(mkdtemp(directory));
	backup_keys_init(&keys);
	anonymizer_init(&anonymizer);
}

static void end(void)
{
	static const char *const names[] = { "file", "copy", "t.data", "t.metadata" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unlink(path_of(names[i]));
	}
	rmdir(directory);
	backup_keys_finish(&keys);
	anonymizer_finish(&anonymizer);
}

const struct fuzz_target fuzz_target = {
	.seeds = seeds,
	.words = words,
	.rounds = 20000,
	.begin = begin,
	.one = one,
	.end = end,
};
