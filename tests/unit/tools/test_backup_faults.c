/* SPDX-License-Identifier: Apache-2.0 */
/* Each allocation fails once: reading and writing say so, and leave nothing behind. */
#include "place.h"
#include "v3_bytes.h"

#include <stdio.h>
#include <string.h>

#include "fault.h"
#include "support/str.h"
#include "tools/anonymize.h"
#include "tools/backup_keys.h"
#include "tools/backup_writer.h"

#define FAULTS_MAX 1000

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

/* Records read, -1: an error. */
static int read_all(const char *location)
{
	struct backup_reader *reader = backup_reader_create(location, &err);
	struct store_record record;
	enum backup_read read;
	int n = 0;

	if (!reader) {
		return -1;
	}
	while ((read = backup_reader_next(reader, &record, &err)) == BACKUP_READ_RECORD) {
		n++;
	}
	backup_reader_destroy(reader);
	return read == BACKUP_READ_END ? n : -1;
}

/* Until so many allocations go well that none fails any more. */
static void expect_faults(int (*act)(const char *path), const char *path, int wanted)
{
	for (long n = 0; n < FAULTS_MAX; n++) {
		memset(&err, 0, sizeof(err));
		fault_at(n);
		int got = act(path);
		if (!fault_end()) {
			assert_int_equal(got, wanted);
			assert_true(n > 0);
			return;
		}
		/* Some can be done without. */
		assert_true(got == wanted || (got == -1 && err.text[0] != '\0'));
	}
	fail_msg("too many allocations");
}

static void readers_say_so(void **state)
{
	char path[160];

	(void)state;
	snprintf(path, sizeof(path), "%s", place_put(&place, "v2", BYTES("/V2\n7B7D\t7B7D\n7B\tnull\n")));
	expect_faults(read_all, path, 2);
	snprintf(path, sizeof(path), "%s", place_put(&place, "v1", BYTES("[[\"a\",\"b\\n\"],[null,\"c\"]]")));
	expect_faults(read_all, path, 2);
	snprintf(path, sizeof(path), "%s", place_put(&place, "console", BYTES("{}\t{}\n")));
	expect_faults(read_all, path, 1);
	place_put(&place, "t:0.data", BYTES(V3_DATA));
	snprintf(path, sizeof(path), "%s", place_put(&place, "t.metadata", BYTES(V3_METADATA)));
	expect_faults(read_all, path, 2);
}

static enum backup_version version;

static int write_one(const char *path)
{
	static const struct dump_setting setting = { { "a", 1 }, { "b", 1 } };
	struct backup_topic topic = { .name = "t", .replication_factor = 1, .settings = &setting,
		.n_settings = 1 };
	struct store_record record = { .key = { "k", 1 }, .value = { "v", 1 } };
	struct backup_writer writer;
	bool written = false;
	char metadata[200];

	if (!backup_writer_open(&writer, version, path, true, &topic, &err)) {
		return -1;
	}
	if (!backup_writer_put(&writer, &record, &err)) {
		backup_writer_discard(&writer);
		return -1;
	}
	bool ok = backup_writer_commit(&writer, &written, &err);
	/* Whole or not at all. */
	snprintf(metadata, sizeof(metadata), "backup%s", version == BACKUP_V3 ? "/t.metadata" : "");
	assert_int_equal(ok, place_has(&place, metadata));
	if (ok) {
		assert_int_equal(place_count(&place), 1);
		place_finish(&place);
		assert_int_equal(setup(NULL), 0);
	} else {
		assert_int_equal(place_count(&place), 0);
	}
	return ok ? 1 : -1;
}

static int write_named(const char *path)
{
	char target[200];

	(void)path;
	snprintf(target, sizeof(target), "%s/backup", place.directory);
	return write_one(target);
}

static void writers_say_so(void **state)
{
	static const enum backup_version versions[] = { BACKUP_V2, BACKUP_CONSOLE, BACKUP_V3 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		version = versions[i];
		expect_faults(write_named, NULL, 1);
	}
}

static int change_record(const char *path)
{
	struct store_record record = {
		.key = SCUTE_STR("{\"subject\":\"a\",\"version\":1,\"magic\":1,\"keytype\":\"SCHEMA\"}"),
		.value = SCUTE_STR("{\"subject\":\"a\",\"schema\":\"[\\\"int\\\",\\\"A\\\"]\"}"),
	};
	struct backup_keys keys;
	struct anonymizer anonymizer;

	(void)path;
	error_set(&err, SCUTE_ENOMEM, "out of memory");
	backup_keys_init(&keys);
	anonymizer_init(&anonymizer);
	bool ok = backup_keys_correct(&keys, &record, true);
	if (ok) {
		enum anonymized result = anonymize_record(&anonymizer, &record);
		assert_int_not_equal(result, ANONYMIZED_NOT);
		ok = result == ANONYMIZED;
	}
	backup_keys_finish(&keys);
	anonymizer_finish(&anonymizer);
	return ok ? 1 : -1;
}

static void changes_say_so(void **state)
{
	(void)state;
	expect_faults(change_record, NULL, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(readers_say_so),
		TEST(writers_say_so),
		TEST(changes_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
