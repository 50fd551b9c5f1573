/* SPDX-License-Identifier: Apache-2.0 */
/* The metadata of version 3: its bytes, what is refused, and what inspect prints. */
#include "place.h"
#include "v3_bytes.h"

#include <string.h>

#include "support/arena.h"
#include "support/json_in.h"
#include "support/str.h"
#include "tools/backup_metadata.h"

static struct arena arena;
static struct backup_metadata metadata;
static struct scute_error err;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 1u << 24);
	memset(&metadata, 0, sizeof(metadata));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_finish(&arena);
	return 0;
}

static void all_members_are_read(void **state)
{
	(void)state;
	assert_int_equal(backup_metadata_read(BYTES(V3_METADATA), &arena.base, &metadata, &err),
		SCUTE_OK);
	assert_int_equal(metadata.version, 3);
	assert_str(metadata.tool_name, "karapace");
	assert_str(metadata.tool_version, "3.4.6");
	assert_int_equal(metadata.started_at_ms, 1600000001000);
	assert_int_equal(metadata.finished_at_ms, 1600000002500);
	assert_int_equal(metadata.record_count, 2);
	assert_str(metadata.topic_name, "t");
	assert_null(metadata.topic_id.data);
	assert_int_equal(metadata.partition_count, 1);
	assert_int_equal(metadata.replication_factor, 2);
	assert_int_equal(metadata.n_settings, 1);
	assert_str(metadata.settings[0].name, "cleanup.policy");
	assert_str(metadata.settings[0].value, "compact");
	assert_int_equal(metadata.n_files, 1);
	assert_str(metadata.files[0].filename, "t:0.data");
	assert_int_equal(metadata.files[0].partition, 0);
	assert_bytes(metadata.files[0].checksum, V3_CHECKSUM);
	assert_int_equal(metadata.files[0].record_count, 2);
	assert_int_equal(metadata.files[0].start_offset, 7);
	assert_int_equal(metadata.files[0].end_offset, 9);
	assert_int_equal(metadata.checksum, BACKUP_CHECKSUM_XXH);
}

static void it_is_written_as_it_was_read(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, BACKUP_METADATA_BYTES_MAX);
	assert_int_equal(backup_metadata_read(BYTES(V3_METADATA), &arena.base, &metadata, &err),
		SCUTE_OK);
	assert_true(backup_metadata_write(&buf, &metadata));
	assert_bytes(buf_str(&buf), V3_METADATA);

	/* And with an id and without files. */
	metadata.topic_id = SCUTE_STR("5f6f6a1e-0000-4000-8000-000000000000");
	metadata.n_files = metadata.n_settings = 0;
	metadata.record_count = 0;
	buf_reset(&buf);
	assert_true(backup_metadata_write(&buf, &metadata));
	struct backup_metadata again;
	assert_int_equal(backup_metadata_read(buf_str(&buf), &arena.base, &again, &err), SCUTE_OK);
	assert_str(again.topic_id, "5f6f6a1e-0000-4000-8000-000000000000");
	assert_int_equal(again.n_files, 0);
	assert_int_equal(again.n_settings, 0);
	buf_finish(&buf);
}

/* Every shorter file, and every longer one. */
static void a_cut_file_is_refused(void **state)
{
	static const char whole[] = V3_METADATA;

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		struct scute_str cut = { whole, len };
		assert_int_equal(backup_metadata_read(cut, &arena.base, &metadata, &err),
			SCUTE_EINVAL);
		assert_true(err.text[0] != '\0');
		assert_null(metadata.topic_name.data);
	}
	assert_int_equal(backup_metadata_read(BYTES(V3_METADATA "\x00"), &arena.base, &metadata,
		&err), SCUTE_EINVAL);
	assert_non_null(strstr(err.text, "84 bytes"));
}

static const struct {
	const char *what;
	struct scute_str file;
} refused[] = {
#define BODY(length, body) { "/V3\n\x00\x00\x00" length body, sizeof("/V3\n\x00\x00\x00" length body) - 1 }
#define HEAD(version) version "\x00\x00\x00\x00"
	{ "version is not 3", BODY("\x0e", HEAD("\x04") "\x00\x02" "t" "\x02\x02\x02\x00\x00\x02") },
	{ "several partitions", BODY("\x0e", HEAD("\x06") "\x00\x02" "t" "\x02\x04\x02\x00\x00\x02") },
	{ "no valid name", BODY("\x0d", HEAD("\x06") "\x00\x00" "\x02\x02\x02\x00\x00\x02") },
	{ "counts of records", BODY("\x0e", HEAD("\x06") "\x02\x02" "t" "\x02\x02\x02\x00\x00\x02") },
	{ "replication factor", BODY("\x0e", HEAD("\x06") "\x00\x02" "t" "\x02\x02\x00\x00\x00\x02") },
	{ "damaged", BODY("\x0e", HEAD("\x06") "\x00\x02" "t" "\x04\x02\x02\x00\x00\x02") },
	{ "damaged", BODY("\x0e", HEAD("\x06") "\x00\x02" "t" "\x02\x02\x02\x00\x00\x04") },
	{ "does not begin", { "/V2\n\x00\x00\x00\x00", 8 } },
	{ "bytes follow", BODY("\x0f", HEAD("\x06") "\x00\x02" "t" "\x02\x02\x02\x00\x00\x02\x00") },
#define FILES(n, file) BODY("\x1f", HEAD("\x06") n "\x02" "t" "\x02\x02\x02\x00" file "\x02")
#define ONE(name, partition, count, start, end) \
	"\x02" "\x04" name partition "\x10" "12345678" count start end "\x00"
	{ "no file name", FILES("\x02", ONE("/x", "\x00", "\x02", "\x02", "\x02")) },
	{ "partition 0", FILES("\x02", ONE("xx", "\x02", "\x02", "\x02", "\x02")) },
	{ "make no sense", FILES("\x02", ONE("xx", "\x00", "\x02", "\x04", "\x02")) },
	{ "make no sense", FILES("\x02", ONE("xx", "\x00", "\x02", "\x01", "\x02")) },
	{ "counts of records", FILES("\x04", ONE("xx", "\x00", "\x02", "\x02", "\x02")) },
};

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_int_equal(backup_metadata_read(refused[i].file, &arena.base, &metadata, &err),
			SCUTE_EINVAL);
		if (!strstr(err.text, refused[i].what)) {
			fail_msg("%s, not %s", err.text, refused[i].what);
		}
	}
	/* The same shape with nothing wrong. */
	static const struct scute_str fine = FILES("\x02", ONE("xx", "\x00", "\x02", "\x02", "\x02"));
	assert_int_equal(backup_metadata_read(fine, &arena.base, &metadata, &err), SCUTE_OK);
}

static void it_is_printed_as_json(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 1u << 20);
	assert_int_equal(backup_metadata_read(BYTES(V3_METADATA), &arena.base, &metadata, &err),
		SCUTE_OK);
	assert_true(backup_metadata_print(&buf, &metadata));
	assert_bytes(buf_str(&buf),
		"{\n"
		"  \"version\": 3,\n"
		"  \"tool_name\": \"karapace\",\n"
		"  \"tool_version\": \"3.4.6\",\n"
		"  \"started_at\": \"2020-09-13T12:26:41+00:00\",\n"
		"  \"finished_at\": \"2020-09-13T12:26:42.500000+00:00\",\n"
		"  \"topic_name\": \"t\",\n"
		"  \"topic_id\": null,\n"
		"  \"partition_count\": 1,\n"
		"  \"record_count\": 2,\n"
		"  \"replication_factor\": 2,\n"
		"  \"topic_configurations\": {\n"
		"    \"cleanup.policy\": \"compact\"\n"
		"  },\n"
		"  \"checksum_algorithm\": \"xxhash3_64_be\",\n"
		"  \"data_files\": [\n"
		"    {\n"
		"      \"filename\": \"t:0.data\",\n"
		"      \"partition\": 0,\n"
		"      \"checksum_hex\": \"a4d406f3bf0368e6\",\n"
		"      \"record_count\": 2,\n"
		"      \"start_offset\": 7,\n"
		"      \"end_offset\": 9\n"
		"    }\n"
		"  ]\n"
		"}\n");
	buf_finish(&buf);
}

/* Text that would confuse the indenting, times beyond a calendar, bytes that are no text. */
static void odd_metadata_is_still_json(void **state)
{
	const struct json *root;
	struct buf buf;

	(void)state;
	buf_init(&buf, 1u << 20);
	metadata.tool_name = SCUTE_STR("a \"{[,:]}\" \\\" b\\");
	metadata.tool_version = SCUTE_STR("\xff\xfe");
	metadata.topic_name = SCUTE_STR("t");
	metadata.started_at_ms = INT64_MAX;
	metadata.finished_at_ms = -1;
	assert_true(backup_metadata_print(&buf, &metadata));
	assert_int_equal(json_read(buf_str(&buf), NULL, &arena.base, &root, &err), SCUTE_OK);
	assert_str(json_get(root, "tool_name")->text, "a \"{[,:]}\" \\\" b\\");
	assert_str(json_get(root, "tool_version")->text, "(not UTF-8)");
	assert_int_equal(json_get(root, "started_at")->type, JSON_NULL);
	assert_str(json_get(root, "finished_at")->text, "1969-12-31T23:59:59.999000+00:00");
	assert_int_equal(json_get(root, "data_files")->n_children, 0);
	buf_finish(&buf);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(all_members_are_read),
		TEST(it_is_written_as_it_was_read),
		TEST(a_cut_file_is_refused),
		TEST(what_makes_no_sense_is_refused),
		TEST(it_is_printed_as_json),
		TEST(odd_metadata_is_still_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
