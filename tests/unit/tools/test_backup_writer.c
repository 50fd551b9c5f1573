/* SPDX-License-Identifier: Apache-2.0 */
/* What is written, byte by byte; that it comes back; that nothing half-written is left. */
#include "place.h"
#include "v3_bytes.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/str.h"
#include "tools/avro_binary.h"
#include "tools/backup_writer.h"

static struct place place;
static struct backup_writer writer;
static struct scute_error err;
static char target[128];

static int setup(void **state)
{
	(void)state;
	place_init(&place);
	snprintf(target, sizeof(target), "%s", place_path(&place, "backup"));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	place_finish(&place);
	return 0;
}

static const struct store_header headers[] = { { { "h", 1 }, { "x", 1 } } };
static const struct store_record first = {
	.offset = 7,
	.timestamp_ms = 1600000000000,
	.key = { "k1", 2 },
	.value = { "v1", 2 },
	.headers = headers,
	.n_headers = 1,
};
static const struct store_record second = {
	.offset = 9,
	.timestamp_ms = 1600000000001,
	.key = { "k2", 2 },
};

static void put(const struct store_record *record)
{
	if (!backup_writer_put(&writer, record, &err)) {
		fail_msg("%s", err.text);
	}
}

static void commit(bool wanted)
{
	bool written = !wanted;

	if (!backup_writer_commit(&writer, &written, &err)) {
		fail_msg("%s", err.text);
	}
	assert_int_equal(written, wanted);
}

static void version_2_is_hexadecimal(void **state)
{
	static const struct store_record odd = { .key = { "", 0 }, .value = { "\x00\xaf\n", 3 } };

	(void)state;
	assert_true(backup_writer_open(&writer, BACKUP_V2, target, false, NULL, &err));
	put(&first);
	put(&second);
	put(&odd);
	commit(true);
	assert_bytes(place_get(&place, "backup"),
		"/V2\n6B31\t7631\n6B32\tnull\n\t00AF0A\n");
	assert_int_equal(place_count(&place), 1);
}

static void the_console_form_is_text(void **state)
{
	(void)state;
	assert_true(backup_writer_open(&writer, BACKUP_CONSOLE, target, false, NULL, &err));
	put(&first);
	put(&second);
	commit(true);
	assert_bytes(place_get(&place, "backup"), "k1\tv1\nk2\tnull\n");
}

static void the_console_form_refuses_what_it_cannot_hold(void **state)
{
	static const struct store_record bad[] = {
		{ .offset = 5, .key = { "a\tb", 3 }, .value = { "v", 1 } },
		{ .offset = 5, .key = { "a\nb", 3 }, .value = { "v", 1 } },
		{ .offset = 5, .key = { "a", 1 }, .value = { "v\n", 2 } },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_true(backup_writer_open(&writer, BACKUP_CONSOLE, target, false, NULL, &err));
		assert_false(backup_writer_put(&writer, &bad[i], &err));
		assert_non_null(strstr(err.text, "offset 5"));
		backup_writer_discard(&writer);
	}
	assert_int_equal(place_count(&place), 0);
}

static void without_records_nothing_is_left(void **state)
{
	(void)state;
	assert_true(backup_writer_open(&writer, BACKUP_V2, target, false, NULL, &err));
	commit(false);
	assert_int_equal(place_count(&place), 0);
	place_put(&place, "backup", BYTES("old"));
	assert_true(backup_writer_open(&writer, BACKUP_V2, target, true, NULL, &err));
	commit(false);
	assert_bytes(place_get(&place, "backup"), "old");
}

static void a_target_is_replaced_only_when_asked_and_whole(void **state)
{
	(void)state;
	place_put(&place, "backup", BYTES("old"));
	assert_false(backup_writer_open(&writer, BACKUP_V2, target, false, NULL, &err));
	assert_non_null(strstr(err.text, "--overwrite"));
	assert_true(backup_writer_open(&writer, BACKUP_V2, target, true, NULL, &err));
	put(&first);
	backup_writer_discard(&writer);
	assert_bytes(place_get(&place, "backup"), "old");
	assert_int_equal(place_count(&place), 1);
	assert_true(backup_writer_open(&writer, BACKUP_V2, target, true, NULL, &err));
	put(&first);
	commit(true);
	assert_bytes(place_get(&place, "backup"), "/V2\n6B31\t7631\n");
	assert_int_equal(place_count(&place), 1);
}

/* Somebody else was faster: their file stays. */
static void a_target_that_appears_meanwhile_stays(void **state)
{
	bool written;

	(void)state;
	assert_true(backup_writer_open(&writer, BACKUP_V2, target, false, NULL, &err));
	put(&first);
	place_put(&place, "backup", BYTES("other"));
	assert_false(backup_writer_commit(&writer, &written, &err));
	assert_non_null(strstr(err.text, "File exists"));
	assert_bytes(place_get(&place, "backup"), "other");
	assert_int_equal(place_count(&place), 1);
}

static void a_place_that_can_not_be_written_is_told(void **state)
{
	(void)state;
	assert_false(backup_writer_open(&writer, BACKUP_V2, place_path(&place, "no/such"), false,
		NULL, &err));
	assert_non_null(strstr(err.text, "/no/such: cannot create"));
	assert_false(backup_writer_open(&writer, BACKUP_V2, place.directory, true, NULL, &err));
	assert_non_null(strstr(err.text, "is a directory"));
}

/* ---- version 3 ---- */

static const struct dump_setting settings[] = { { { "cleanup.policy", 14 }, { "compact", 7 } } };
static const struct backup_topic topic = {
	.name = "t",
	.replication_factor = 2,
	.settings = settings,
	.n_settings = 1,
	.started_at_ms = 1600000001000,
};

static void version_3_has_the_bytes_of_karapace(void **state)
{
	(void)state;
	assert_true(backup_writer_open(&writer, BACKUP_V3, target, false, &topic, &err));
	put(&first);
	assert_false(place_has(&place, "backup"));
	writer.since_bytes = 16384; /* due for a checkpoint */
	put(&second);
	commit(true);
	assert_int_equal(place_count(&place), 1);
	assert_bytes(place_get(&place, "backup/t:0.data"), V3_DATA);

	/* The metadata differs in the tool and the second time only. */
	struct arena arena;
	struct backup_metadata metadata;
	struct buf buf;
	arena_init(&arena, 1u << 20);
	buf_init(&buf, 4096);
	assert_int_equal(backup_metadata_read(place_get(&place, "backup/t.metadata"), &arena.base,
		&metadata, &err), SCUTE_OK);
	assert_str(metadata.tool_name, "scute");
	assert_true(metadata.finished_at_ms > 1700000000000);
	metadata.tool_name = SCUTE_STR("karapace");
	metadata.tool_version = SCUTE_STR("3.4.6");
	metadata.finished_at_ms = 1600000002500;
	assert_true(backup_metadata_write(&buf, &metadata));
	assert_bytes(buf_str(&buf), V3_METADATA);
	buf_finish(&buf);
	arena_finish(&arena);
}

/* Which record of n has a checkpoint: those 100 records, or 16384 bytes, after the last one. */
static void expect_checkpoints(unsigned n, size_t value_bytes, const unsigned *wanted)
{
	static char value[20000];
	struct store_record record = { .key = { "k", 1 }, .value = { value, value_bytes } };

	memset(value, 'v', sizeof(value));
	assert_true(backup_writer_open(&writer, BACKUP_V3, target, false, &topic, &err));
	for (unsigned i = 0; i < n; i++) {
		uint64_t before = writer.since_records;
		record.offset = i;
		put(&record);
		bool is_checkpoint = writer.since_records <= before;
		if (is_checkpoint != (*wanted == i)) {
			fail_msg("record %u of %zu bytes: %d", i, value_bytes, is_checkpoint);
		}
		wanted += is_checkpoint ? 1 : 0;
	}
	assert_int_equal(*wanted, UINT_MAX);
	commit(true);
	struct backup_reader *reader = backup_reader_create(target, &err);
	assert_non_null(reader);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(backup_reader_next(reader, &record, &err), BACKUP_READ_RECORD);
	}
	assert_int_equal(backup_reader_next(reader, &record, &err), BACKUP_READ_END);
	backup_reader_destroy(reader);
	place_finish(&place);
	setup(NULL);
}

static void checkpoints_stand_where_karapace_puts_them(void **state)
{
	static const unsigned each_100[] = { 100, 200, 300, UINT_MAX };
	static const unsigned each_2[] = { 2, 4, UINT_MAX };
	static const unsigned each_1[] = { 1, 2, UINT_MAX };
	static const unsigned none[] = { UINT_MAX };

	(void)state;
	expect_checkpoints(301, 10, each_100);
	expect_checkpoints(100, 10, none);
	expect_checkpoints(5, 10000, each_2);
	expect_checkpoints(3, 17000, each_1);
}

static void an_empty_topic_leaves_metadata_only(void **state)
{
	(void)state;
	assert_true(backup_writer_open(&writer, BACKUP_V3, target, false, &topic, &err));
	commit(true);
	assert_true(place_has(&place, "backup/t.metadata"));
	assert_false(place_has(&place, "backup/t:0.data"));
	struct store_record record;
	struct backup_reader *reader = backup_reader_create(target, &err);
	assert_non_null(reader);
	assert_int_equal(reader->v3.metadata.record_count, 0);
	assert_int_equal(backup_reader_next(reader, &record, &err), BACKUP_READ_END);
	backup_reader_destroy(reader);
}

static void a_directory_that_is_there_is_refused(void **state)
{
	bool written;

	(void)state;
	assert_true(backup_writer_open(&writer, BACKUP_V3, target, false, &topic, &err));
	put(&first);
	backup_writer_discard(&writer);
	assert_int_equal(place_count(&place), 0);

	assert_true(backup_writer_open(&writer, BACKUP_V3, target, false, &topic, &err));
	put(&first);
	assert_int_equal(mkdir(target, 0700), 0);
	assert_false(backup_writer_commit(&writer, &written, &err));
	assert_int_equal(place_count(&place), 1);
	assert_false(place_has(&place, "backup/t.metadata"));

	assert_false(backup_writer_open(&writer, BACKUP_V3, target, true, &topic, &err));
	assert_non_null(strstr(err.text, "exists already"));
	rmdir(target);
}

/* ---- properties ---- */

static uint32_t random_state;

static uint32_t below(uint32_t limit)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)random_state * limit >> 32);
}

static struct scute_str random_bytes(char *at, size_t bytes_max, bool text)
{
	size_t len = below((uint32_t)bytes_max);

	if (below(6) == 0) {
		return (struct scute_str){ NULL, 0 };
	}
	for (size_t i = 0; i < len; i++) {
		at[i] = text ? (char)('a' + below(26)) : (char)(unsigned char)below(256);
	}
	return (struct scute_str){ at, len };
}

static bool same(struct scute_str a, struct scute_str b)
{
	return str_eq(a, b) && !a.data == !b.data;
}

/* The same records again, from the seed. */
static void make_record(unsigned i, enum backup_version version, struct store_record *ret_record,
	struct store_header *room, char *bytes)
{
	bool text = version == BACKUP_CONSOLE;

	*ret_record = (struct store_record){
		.offset = i * 3,
		.timestamp_ms = 1500000000000 + (int64_t)i * 7,
		.key = random_bytes(bytes, 300, text),
		.value = random_bytes(bytes + 300, below(20) == 0 ? 60000 : 500, text),
		.headers = room,
		.n_headers = below(4),
	};
	for (size_t j = 0; j < ret_record->n_headers; j++) {
		room[j].name = random_bytes(bytes + 70000 + 100 * j, 50, false);
		room[j].value = random_bytes(bytes + 70050 + 100 * j, 50, false);
	}
}

static void round_trip(enum backup_version version, uint32_t seed, unsigned n)
{
	static char bytes[80000];
	struct store_header room[4];
	struct store_record wanted;
	struct store_record got;

	random_state = seed;
	assert_true(backup_writer_open(&writer, version, target, true, &topic, &err));
	for (unsigned i = 0; i < n; i++) {
		make_record(i, version, &wanted, room, bytes);
		put(&wanted);
	}
	commit(true);
	struct backup_reader *reader = backup_reader_create(target, &err);
	assert_non_null(reader);
	assert_int_equal(reader->version, version);
	random_state = seed;
	for (unsigned i = 0; i < n; i++) {
		make_record(i, version, &wanted, room, bytes);
		assert_int_equal(backup_reader_next(reader, &got, &err), BACKUP_READ_RECORD);
		assert_true(same(got.key, wanted.key) && same(got.value, wanted.value));
		if (version != BACKUP_V3) {
			continue;
		}
		assert_int_equal(got.offset, wanted.offset);
		assert_int_equal(got.timestamp_ms, wanted.timestamp_ms);
		assert_int_equal(got.n_headers, wanted.n_headers);
		for (size_t j = 0; j < got.n_headers; j++) {
			assert_true(str_eq(got.headers[j].name, wanted.headers[j].name));
			assert_true(str_eq(got.headers[j].value, wanted.headers[j].value));
		}
	}
	assert_int_equal(backup_reader_next(reader, &got, &err), BACKUP_READ_END);
	backup_reader_destroy(reader);
}

static void what_is_written_is_read_again(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 20; seed++) {
		round_trip(BACKUP_V2, seed, 200);
		unlink(target);
		round_trip(BACKUP_CONSOLE, seed, 200);
		unlink(target);
		round_trip(BACKUP_V3, seed, 200);
		place_finish(&place);
		setup(NULL);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(version_2_is_hexadecimal),
		TEST(the_console_form_is_text),
		TEST(the_console_form_refuses_what_it_cannot_hold),
		TEST(without_records_nothing_is_left),
		TEST(a_target_is_replaced_only_when_asked_and_whole),
		TEST(a_target_that_appears_meanwhile_stays),
		TEST(a_place_that_can_not_be_written_is_told),
		TEST(version_3_has_the_bytes_of_karapace),
		TEST(checkpoints_stand_where_karapace_puts_them),
		TEST(an_empty_topic_leaves_metadata_only),
		TEST(a_directory_that_is_there_is_refused),
		TEST(what_is_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
