/* SPDX-License-Identifier: Apache-2.0 */
/* Each form of a backup, read from bytes made by hand, and what is wrong with others. */
#include "place.h"
#include "v3_bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/str.h"
#include "tools/backup_reader.h"

static struct place place;
static struct scute_error err;

static int setup(void **state)
{
	(void)state;
	place_init(&place);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	place_finish(&place);
	return 0;
}

static struct backup_reader *open_bytes(struct scute_str bytes)
{
	struct backup_reader *reader = backup_reader_create(place_put(&place, "backup", bytes), &err);

	if (!reader) {
		fail_msg("%s", err.text);
	}
	return reader;
}

static void expect(struct backup_reader *reader, const char *key, const char *value)
{
	struct store_record record;

	if (backup_reader_next(reader, &record, &err) != BACKUP_READ_RECORD) {
		fail_msg("%s", err.text);
	}
	assert_true(!key == !record.key.data && str_eq_z(record.key, key));
	assert_true(!value == !record.value.data && str_eq_z(record.value, value));
	if (reader->version != BACKUP_V3) {
		assert_int_equal(record.offset, -1);
		assert_int_equal(record.timestamp_ms, 0);
		assert_int_equal(record.n_headers, 0);
	}
}

static void expect_end(struct backup_reader *reader)
{
	struct store_record record;

	if (backup_reader_next(reader, &record, &err) != BACKUP_READ_END) {
		fail_msg("%s", err.text);
	}
}

/* All records may be read; then comes an error that names file and place. */
static void expect_wrong(struct scute_str bytes, const char *place_text, const char *reason)
{
	struct backup_reader *reader = open_bytes(bytes);
	struct store_record record;
	enum backup_read read;

	while ((read = backup_reader_next(reader, &record, &err)) == BACKUP_READ_RECORD) {
	}
	assert_int_equal(read, BACKUP_READ_WRONG);
	if (!strstr(err.text, "/backup:") || !strstr(err.text, place_text) ||
			!strstr(err.text, reason)) {
		fail_msg("%s; not %s %s", err.text, place_text, reason);
	}
	backup_reader_destroy(reader);
}

static void version_2_is_read(void **state)
{
	(void)state;
	struct backup_reader *reader = open_bytes(BYTES("/V2\n"
		"7B7D\t7B2261223A317D\n"
		"7B7D\tnull\n"
		"null\t00FFab\n"
		"\t\n"));

	assert_int_equal(reader->version, BACKUP_V2);
	for (unsigned i = 0; i < 2; i++) {
		struct store_record record;
		expect(reader, "{}", "{\"a\":1}");
		expect(reader, "{}", NULL);
		assert_int_equal(backup_reader_next(reader, &record, &err), BACKUP_READ_RECORD);
		assert_null(record.key.data);
		assert_bytes(record.value, "\x00\xff\xab");
		assert_int_equal(backup_reader_next(reader, &record, &err), BACKUP_READ_RECORD);
		assert_true(record.key.data && record.key.len == 0);
		assert_true(record.value.data && record.value.len == 0);
		expect_end(reader);
		assert_true(backup_reader_rewind(reader, &err));
	}
	backup_reader_destroy(reader);
}

static void a_bad_version_2_is_told(void **state)
{
	(void)state;
	expect_wrong(BYTES("/V2\n7B7D\t7B7\n"), ":2:", "the value has an odd number");
	expect_wrong(BYTES("/V2\n7B7D\t7B\n7B7\t7B\n"), ":3:", "the key has an odd number");
	expect_wrong(BYTES("/V2\n7G\t7B\n"), ":2:", "no hexadecimal digit");
	expect_wrong(BYTES("/V2\n7B\t7B 7\n"), ":2:", "no hexadecimal digit");
	expect_wrong(BYTES("/V2\n7B7B\n"), ":2:", "no tab");
	expect_wrong(BYTES("/V2\n7B\t7B\n\n"), ":3:", "no tab");
	expect_wrong(BYTES("/V2\n7B\t7B"), ":2:", "cut off");
	expect_wrong(BYTES("/V2\n7B\t7B\r\n"), ":2:", "odd number");
	expect_wrong(BYTES("/V2\n7B\t7B\t7B\n"), ":2:", "odd number");
	expect_wrong(BYTES("/V2\nNULL\t7B\n"), ":2:", "no hexadecimal digit");
}

static void the_console_form_is_read(void **state)
{
	(void)state;
	struct backup_reader *reader = open_bytes(BYTES(
		"{\"keytype\":\"NOOP\"}\t{\"a\":\"\t\"}\n"
		"{}\tnull\n"
		"null\tx\n"
		"k\t\n"));

	assert_int_equal(reader->version, BACKUP_CONSOLE);
	for (unsigned i = 0; i < 2; i++) {
		expect(reader, "{\"keytype\":\"NOOP\"}", "{\"a\":\"\t\"}");
		expect(reader, "{}", NULL);
		expect(reader, NULL, "x");
		expect(reader, "k", "");
		expect_end(reader);
		assert_true(backup_reader_rewind(reader, &err));
	}
	backup_reader_destroy(reader);
	expect_wrong(BYTES("{}\t{}\nProcessed a total of 1 messages\n"), ":2:", "no tab");
	expect_wrong(BYTES("{}\t{}\n{}\t{\"a\":"), ":2:", "cut off");
}

static void version_1_is_read(void **state)
{
	(void)state;
	struct backup_reader *reader = open_bytes(BYTES(" [ [\"{\\\"a\\\":\\\"]\\\"}\", \"v\"] ,\n"
		"[\"\xc3\xa9\\u00e9\",null],[null,\"\"]\n]\n"));

	assert_int_equal(reader->version, BACKUP_V1);
	for (unsigned i = 0; i < 2; i++) {
		expect(reader, "{\"a\":\"]\"}", "v");
		expect(reader, "\xc3\xa9\xc3\xa9", NULL);
		expect(reader, NULL, "");
		expect_end(reader);
		assert_true(backup_reader_rewind(reader, &err));
	}
	backup_reader_destroy(reader);
	reader = open_bytes(BYTES("[]"));
	expect_end(reader);
	backup_reader_destroy(reader);
}

static void a_bad_version_1_is_told(void **state)
{
	(void)state;
	expect_wrong(BYTES("["), "byte 1:", "cut off");
	expect_wrong(BYTES("[[\"a\",\"b\"]"), "byte 10:", "cut off");
	expect_wrong(BYTES("[[\"a\",\"b\"],"), "byte 11:", "is expected");
	expect_wrong(BYTES("[[\"a\",\"b\"],]"), "byte 11:", "is expected");
	expect_wrong(BYTES("[,[\"a\",\"b\"]]"), "byte 1:", "is expected");
	expect_wrong(BYTES("[[\"a\",\"b\"] [\"a\",\"b\"]]"), "byte 11:", "comma");
	expect_wrong(BYTES("[[\"a\",\"b\"]]x"), "byte 11:", "follows");
	expect_wrong(BYTES("[[\"a\",\"b"), "byte 8:", "ends within a record");
	expect_wrong(BYTES("[[\"a\"]]"), "byte 1:", "record 1 is not an array of two");
	expect_wrong(BYTES("[[\"a\",\"b\"],[\"a\",\"b\",\"c\"]]"), "byte 11:", "record 2 is not");
	expect_wrong(BYTES("[[\"a\",1]]"), "byte 1:", "record 1 is not");
	expect_wrong(BYTES("[[\"a\",{\"b\":[]}]]"), "byte 1:", "record 1 is not");
	expect_wrong(BYTES("[[\"a\",\"\\q\"]]"), "byte 1:", "record 1:");
	expect_wrong(BYTES("[[\"a\",\"\xff\"]]"), "byte 1:", "record 1:");
	expect_wrong(BYTES("[{\"a\":1}]"), "byte 1:", "is expected");
}

/* Records around the sizes of the buffers, so that each of them is moved and grown. */
static void long_records_are_read(void **state)
{
	static char text[3 << 20];
	size_t len = 0;

	(void)state;
	text[len++] = '[';
	for (unsigned i = 0; i < 5; i++) {
		size_t bytes = i == 2 ? (1 << 20) : 100000 * i + 7;
		len += (size_t)sprintf(text + len, "%s[\"k%u\",\"", i == 0 ? "" : ",", i);
		memset(text + len, 'v', bytes);
		len += bytes;
		len += (size_t)sprintf(text + len, "\"]");
	}
	text[len++] = ']';
	struct backup_reader *reader = open_bytes((struct scute_str){ text, len });
	for (unsigned i = 0; i < 5; i++) {
		struct store_record record;
		assert_int_equal(backup_reader_next(reader, &record, &err), BACKUP_READ_RECORD);
		assert_int_equal(record.value.len, i == 2 ? (1 << 20) : 100000 * i + 7);
		assert_int_equal(record.value.data[record.value.len - 1], 'v');
		assert_int_equal(record.key.data[1], '0' + i);
	}
	expect_end(reader);
	backup_reader_destroy(reader);
}

static void what_is_no_backup_is_refused(void **state)
{
	(void)state;
	assert_null(backup_reader_create(place_put(&place, "backup", BYTES("")), &err));
	assert_int_equal(err.status, SCUTE_EINVAL);
	assert_non_null(strstr(err.text, "empty"));
	assert_null(backup_reader_create(place_path(&place, "nothing"), &err));
	assert_int_equal(err.status, SCUTE_EINTERNAL);
	assert_non_null(strstr(err.text, "/nothing: cannot open"));
	assert_null(backup_reader_create("/dev/null", &err));
	assert_non_null(strstr(err.text, "not a regular file"));
	assert_null(backup_reader_create(place.directory, &err));
	assert_non_null(strstr(err.text, "holds none"));
	place_put(&place, "a.metadata", BYTES("/V3\n"));
	place_put(&place, "b.metadata", BYTES("/V3\n"));
	assert_null(backup_reader_create(place.directory, &err));
	assert_non_null(strstr(err.text, "several"));
}

/* ---- version 3 ---- */

static struct backup_reader *open_v3(struct scute_str metadata, struct scute_str data)
{
	place_put(&place, "t:0.data", data);
	place_put(&place, "t.metadata", metadata);
	return backup_reader_create(place.directory, &err);
}

static void version_3_is_read(void **state)
{
	(void)state;
	struct backup_reader *reader = open_v3(BYTES(V3_METADATA), BYTES(V3_DATA));

	assert_non_null(reader);
	assert_int_equal(reader->version, BACKUP_V3);
	for (unsigned i = 0; i < 2; i++) {
		struct store_record record;
		assert_int_equal(backup_reader_next(reader, &record, &err), BACKUP_READ_RECORD);
		assert_str(record.key, "k1");
		assert_str(record.value, "v1");
		assert_int_equal(record.offset, 7);
		assert_int_equal(record.timestamp_ms, 1600000000000);
		assert_int_equal(record.n_headers, 1);
		assert_str(record.headers[0].name, "h");
		assert_str(record.headers[0].value, "x");
		expect(reader, "k2", NULL);
		expect_end(reader);
		assert_true(backup_v3_check_file(&reader->v3, &err));
		assert_true(backup_reader_rewind(reader, &err));
	}
	backup_reader_destroy(reader);
	/* By its metadata file as well. */
	reader = backup_reader_create(place_path(&place, "t.metadata"), &err);
	assert_non_null(reader);
	expect(reader, "k1", "v1");
	backup_reader_destroy(reader);
}

/* Any byte that differs, and any length, is noticed at both levels. */
static void every_damage_to_the_data_is_noticed(void **state)
{
	static const char whole[] = V3_DATA;
	char bytes[sizeof(whole)];

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(whole); i++) {
		struct scute_str data = { bytes, sizeof(whole) - 1 };
		memcpy(bytes, whole, sizeof(whole));
		if (i < sizeof(whole) - 1) {
			bytes[i] ^= 0x11;
		} else if (i < 2 * (sizeof(whole) - 1)) {
			data.len = i - (sizeof(whole) - 1);
		} else {
			data.len = sizeof(whole); /* one too many */
		}
		struct backup_reader *reader = open_v3(BYTES(V3_METADATA), data);
		struct store_record record;
		enum backup_read read;
		assert_non_null(reader);
		while ((read = backup_reader_next(reader, &record, &err)) == BACKUP_READ_RECORD) {
		}
		assert_int_equal(read, BACKUP_READ_WRONG);
		assert_non_null(strstr(err.text, "/t:0.data: "));
		assert_false(backup_v3_check_file(&reader->v3, &err));
		assert_non_null(strstr(err.text, "checksum"));
		backup_reader_destroy(reader);
	}
}

static void expect_wrong_v3(struct scute_str metadata, struct scute_str data, const char *reason)
{
	struct backup_reader *reader = open_v3(metadata, data);
	struct store_record record;
	enum backup_read read;

	if (!reader) {
		fail_msg("%s", err.text);
	}
	while ((read = backup_reader_next(reader, &record, &err)) == BACKUP_READ_RECORD) {
	}
	assert_int_equal(read, BACKUP_READ_WRONG);
	if (!strstr(err.text, reason)) {
		fail_msg("%s; not %s", err.text, reason);
	}
	backup_reader_destroy(reader);
}

#define WITH(checksum, count, start, end) \
	BYTES("/V3\n" "\x00\x00\x00\x3c" V3_METADATA_HEAD count "\x02" "t" "\x02\x02\x02\x00" \
		V3_METADATA_FILE("\x10" "t:0.data", checksum, count, start, end) "\x02")

/* The data is sound, but is not what the metadata speaks of. */
static void metadata_must_fit_the_data(void **state)
{
	(void)state;
	expect_wrong_v3(WITH(V3_CHECKSUM, "\x06", "\x0e", "\x12"), BYTES(V3_DATA), "3 records");
	expect_wrong_v3(WITH(V3_CHECKSUM, "\x02", "\x0e", "\x12"), BYTES(V3_DATA), "1 records only");
	expect_wrong_v3(WITH(V3_CHECKSUM, "\x04", "\x10", "\x12"), BYTES(V3_DATA), "offset is 7, not 8");
	expect_wrong_v3(WITH(V3_CHECKSUM, "\x04", "\x0e", "\x14"), BYTES(V3_DATA), "is 9, not 10");
	expect_wrong_v3(WITH("12345678", "\x04", "\x0e", "\x12"), BYTES(V3_DATA), "checksum");
	expect_wrong_v3(WITH(V3_CHECKSUM, "\x04", "\x0e", "\x12"), BYTES(V3_FIRST V3_FIRST),
		"does not follow");
	expect_wrong_v3(WITH(V3_CHECKSUM, "\x04", "\x0e", "\x12"), BYTES(V3_FIRST "\xff\xff\xff\xff"),
		"a length of 4294967295");
	expect_wrong_v3(WITH(V3_CHECKSUM, "\x04", "\x0e", "\x12"), BYTES(V3_FIRST "\x00\x00"),
		"cut off");
	expect_wrong_v3(WITH(V3_CHECKSUM, "\x04", "\x0e", "\x12"),
		BYTES(V3_FIRST "\x00\x00\x00\x08" "\x02\x02\x00\x12\x00\x02\x00\x00"), "bytes follow");
	expect_wrong_v3(WITH(V3_CHECKSUM, "\x04", "\x0e", "\x12"),
		BYTES(V3_FIRST "\x00\x00\x00\x06" "\x02\x02\x00\x12\x00\x04"), "it is damaged");
}

static void version_3_needs_its_data_file(void **state)
{
	(void)state;
	assert_null(backup_reader_create(place_put(&place, "t.metadata", BYTES(V3_METADATA)), &err));
	assert_int_equal(err.status, SCUTE_EINVAL);
	assert_non_null(strstr(err.text, "t:0.data: cannot open"));
	assert_null(backup_reader_create(place_put(&place, "t.metadata", BYTES("/V3\nxxxxx")), &err));
	assert_non_null(strstr(err.text, "t.metadata: "));
	/* An unknown kind of checksum. */
	assert_null(open_v3(BYTES("/V3\n" "\x00\x00\x00\x0e" "\x06\x00\x00\x00\x00\x00\x02" "t"
		"\x02\x02\x02\x00\x00\x00"), BYTES("")));
	assert_non_null(strstr(err.text, "unknown kind"));
}

static void an_empty_topic_has_no_data_file(void **state)
{
	(void)state;
	struct backup_reader *reader = backup_reader_create(place_put(&place, "t.metadata",
		BYTES("/V3\n" "\x00\x00\x00\x0e" "\x06\x00\x00\x00\x00\x00\x02" "t"
		"\x02\x02\x02\x00\x00\x02")), &err);

	assert_non_null(reader);
	expect_end(reader);
	assert_true(backup_reader_rewind(reader, &err));
	assert_true(backup_v3_check_file(&reader->v3, &err));
	backup_reader_destroy(reader);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(version_2_is_read),
		TEST(a_bad_version_2_is_told),
		TEST(the_console_form_is_read),
		TEST(version_1_is_read),
		TEST(a_bad_version_1_is_told),
		TEST(long_records_are_read),
		TEST(what_is_no_backup_is_refused),
		TEST(version_3_is_read),
		TEST(every_damage_to_the_data_is_noticed),
		TEST(metadata_must_fit_the_data),
		TEST(version_3_needs_its_data_file),
		TEST(an_empty_topic_has_no_data_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
