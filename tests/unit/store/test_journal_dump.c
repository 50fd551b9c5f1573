/* SPDX-License-Identifier: Apache-2.0 */
/* A journal as a dump: all of a record comes back, beside a running store and after damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "rig.h"
#include "scratch.h"
#include "store/dump.h"
#include "store/journal_format.h"
#include "support/str.h"

#define WAIT_MS 10000

static struct scratch scratch;
static volatile sig_atomic_t stop;
static struct scute_error err;
static struct dump *dump;

static int set_up(void **state)
{
	(void)state;
	scratch_init(&scratch);
	scratch_fresh(&scratch);
	stop = 0;
	dump = NULL;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_finish(&scratch);
	return 0;
}

static void open_dump(void)
{
	const struct dump_options options = {
		.config = &scratch.config,
		.topic = "t",
		.timeout_ms = 1000,
		.stop = &stop,
	};

	dump = dump_journal.open(&options, &err);
	assert_non_null(dump);
}

static void close_dump(void)
{
	dump_journal.close(dump);
	dump = NULL;
}

static const struct store_header headers[] = {
	{ { "h", 1 }, { "x", 1 } },
	{ { "", 0 }, { NULL, 0 } },
};
static const struct store_record records[] = {
	{ .timestamp_ms = 1600000000000, .key = { "k1", 2 }, .value = { "v\0v", 3 },
		.headers = headers, .n_headers = 2 },
	{ .timestamp_ms = 1600000000005, .key = { "k2", 2 } },
	{ .timestamp_ms = 1, .value = { "", 0 } },
};
#define N_RECORDS (sizeof(records) / sizeof(records[0]))

static void write_records(void)
{
	open_dump();
	assert_int_equal(dump_journal.write_begin(dump, &err), DUMP_OK);
	for (size_t i = 0; i < N_RECORDS; i++) {
		assert_int_equal(dump_journal.write(dump, &records[i], &err), DUMP_OK);
	}
	assert_int_equal(dump_journal.written(dump), 0);
	assert_int_equal(dump_journal.write_end(dump, &err), DUMP_OK);
	assert_int_equal(dump_journal.written(dump), N_RECORDS);
	close_dump();
}

static bool same(struct scute_str a, struct scute_str b)
{
	return str_eq(a, b) && !a.data == !b.data;
}

/* n records from the table over and over, and then the end. */
static void expect_records(size_t n)
{
	struct store_record record;
	int64_t total;

	open_dump();
	assert_int_equal(dump_journal.read_begin(dump, &total, &err), DUMP_OK);
	assert_int_equal(total, -1);
	for (size_t i = 0; i < n; i++) {
		const struct store_record *wanted = &records[i % N_RECORDS];
		assert_int_equal(dump_journal.read(dump, &record, &err), DUMP_OK);
		assert_int_equal(record.offset, i);
		assert_int_equal(record.timestamp_ms, wanted->timestamp_ms);
		assert_true(same(record.key, wanted->key) && same(record.value, wanted->value));
		assert_int_equal(record.n_headers, wanted->n_headers);
		for (size_t j = 0; j < record.n_headers; j++) {
			assert_true(same(record.headers[j].name, wanted->headers[j].name));
			assert_true(same(record.headers[j].value, wanted->headers[j].value));
		}
	}
	assert_int_equal(dump_journal.read(dump, &record, &err), DUMP_END);
	close_dump();
}

static void all_of_a_record_comes_back(void **state)
{
	bool exists = true;

	(void)state;
	open_dump();
	assert_int_equal(dump_journal.look(dump, &exists, &err), DUMP_OK);
	assert_false(exists);
	close_dump();
	write_records();
	expect_records(N_RECORDS);
	write_records();
	expect_records(2 * N_RECORDS);
	open_dump();
	assert_int_equal(dump_journal.look(dump, &exists, &err), DUMP_OK);
	assert_true(exists);
	close_dump();
}

static void the_store_reads_it(void **state)
{
	struct rig rig;

	(void)state;
	write_records();
	rig_init(&rig, WAIT_MS);
	assert_true(rig_open(&rig, &store_journal, &scratch.config));
	assert_true(rig_wait_state(&rig, STORE_READY));
	assert_int_equal(rig.n_records, N_RECORDS);
	assert_int_equal(rig.records[0].record.timestamp_ms, 1600000000000);
	assert_int_equal(rig.records[0].record.n_headers, 2);
	/* Read beside it, but never written. */
	expect_records(N_RECORDS);
	open_dump();
	assert_int_equal(dump_journal.write_begin(dump, &err), DUMP_FAILED);
	assert_non_null(strstr(err.text, "in use by process"));
	close_dump();
	rig_finish(&rig);
	write_records();
	expect_records(2 * N_RECORDS);
}

static void what_is_not_ended_leaves_no_trace(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		uint64_t size = scratch_size(&scratch);
		open_dump();
		assert_int_equal(dump_journal.write_begin(dump, &err), DUMP_OK);
		/* More than one group, so that some of it has reached the file. */
		static char value[1 << 20];
		struct store_record record = { .key = { "k", 1 }, .value = { value, sizeof(value) } };
		for (unsigned j = 0; j < 10; j++) {
			assert_int_equal(dump_journal.write(dump, &record, &err), DUMP_OK);
		}
		assert_true(scratch_size(&scratch) > size + sizeof(value));
		stop = 1;
		assert_int_equal(dump_journal.write(dump, &record, &err), DUMP_STOPPED);
		stop = 0;
		assert_int_equal(dump_journal.written(dump), 0);
		close_dump();
		assert_int_equal(scratch_size(&scratch), size);
		if (i == 0) {
			assert_false(scratch_exists(&scratch, ""));
			write_records();
		}
	}
	expect_records(N_RECORDS);
}

static void a_record_beyond_the_limit_is_refused(void **state)
{
	static char value[JOURNAL_ENTRY_BYTES_MAX];
	struct store_record record = { .key = { "k", 1 }, .value = { value, sizeof(value) } };

	(void)state;
	open_dump();
	assert_int_equal(dump_journal.write_begin(dump, &err), DUMP_OK);
	assert_int_equal(dump_journal.write(dump, &record, &err), DUMP_FAILED);
	assert_non_null(strstr(err.text, "too large"));
	close_dump();
	assert_false(scratch_exists(&scratch, ""));
}

/* Without the mark, so that the last entry is the last record. */
static void a_torn_end_is_left_out(void **state)
{
	uint64_t size;

	(void)state;
	write_records();
	size = scratch_size(&scratch);
	scratch_cut(&scratch, size - JOURNAL_ENTRY_HEAD_BYTES);
	expect_records(N_RECORDS);
	scratch_cut(&scratch, size - JOURNAL_ENTRY_HEAD_BYTES - 1);
	expect_records(N_RECORDS - 1);
	/* A write goes on behind what is whole, and offsets go on too. */
	open_dump();
	assert_int_equal(dump_journal.write_begin(dump, &err), DUMP_OK);
	assert_int_equal(dump_journal.write(dump, &records[2], &err), DUMP_OK);
	assert_int_equal(dump_journal.write_end(dump, &err), DUMP_OK);
	close_dump();
	expect_records(N_RECORDS);
	assert_int_equal(scratch_size(&scratch), size);
}

static void damage_is_told(void **state)
{
	struct store_record record;
	int64_t total;

	(void)state;
	write_records();
	scratch_flip(&scratch, JOURNAL_HEAD_BYTES + JOURNAL_ENTRY_HEAD_BYTES + 3);
	open_dump();
	assert_int_equal(dump_journal.read_begin(dump, &total, &err), DUMP_OK);
	assert_int_equal(dump_journal.read(dump, &record, &err), DUMP_FAILED);
	assert_non_null(strstr(err.text, "is damaged: no valid entry at byte 64"));
	close_dump();
	open_dump();
	assert_int_equal(dump_journal.write_begin(dump, &err), DUMP_FAILED);
	assert_non_null(strstr(err.text, "is damaged"));
	close_dump();
	scratch_flip(&scratch, 3);
	open_dump();
	assert_int_equal(dump_journal.read_begin(dump, &total, &err), DUMP_FAILED);
	assert_non_null(strstr(err.text, "wrong magic"));
	close_dump();
	scratch_cut(&scratch, 10);
	open_dump();
	assert_int_equal(dump_journal.read_begin(dump, &total, &err), DUMP_FAILED);
	assert_non_null(strstr(err.text, "shorter than a head"));
	close_dump();
	scratch_fresh(&scratch);
	open_dump();
	assert_int_equal(dump_journal.read_begin(dump, &total, &err), DUMP_FAILED);
	assert_non_null(strstr(err.text, "No such file"));
	close_dump();
}

static void a_wish_to_stop_is_heard(void **state)
{
	struct store_record record;
	int64_t total;

	(void)state;
	write_records();
	open_dump();
	assert_int_equal(dump_journal.read_begin(dump, &total, &err), DUMP_OK);
	stop = 1;
	assert_int_equal(dump_journal.read(dump, &record, &err), DUMP_STOPPED);
	close_dump();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(all_of_a_record_comes_back),
		TEST(the_store_reads_it),
		TEST(what_is_not_ended_leaves_no_trace),
		TEST(a_record_beyond_the_limit_is_refused),
		TEST(a_torn_end_is_left_out),
		TEST(damage_is_told),
		TEST(a_wish_to_stop_is_heard),
	};

	hash_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
