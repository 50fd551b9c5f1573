/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and values of the schema log: as others write them, and back as we do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "store/record.h"
#include "support/arena.h"
#include "support/str.h"

struct rig {
	struct arena arena;
	struct record record;
	enum record_key_order order;
	struct scute_error err;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	arena_init(&rig->arena, 64 << 20);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	arena_finish(&rig->arena);
	free(rig);
	return 0;
}

static enum scute_status read_raw(struct rig *rig, const char *key, const char *value)
{
	struct store_record raw = { .key = str_z(key), .value = str_z(value) };

	return record_read(&raw, &rig->arena.base, &rig->record, &rig->order, &rig->err);
}

/* What is read from key and value is written as wanted_key and wanted_value. */
static void expect_written(struct rig *rig, const char *key, const char *value,
	const char *wanted_key, const char *wanted_value)
{
	struct buf buf;

	assert_int_equal(read_raw(rig, key, value), SCUTE_OK);
	buf_init(&buf, 1 << 20);
	assert_true(record_write_key(&buf, &rig->record, rig->order));
	assert_int_equal(buf.len, strlen(wanted_key));
	assert_memory_equal(buf.data, wanted_key, buf.len);
	buf_reset(&buf);
	if (wanted_value) {
		assert_false(rig->record.tombstone);
		assert_true(record_write_value(&buf, &rig->record, RECORD_KARAPACE));
		assert_int_equal(buf.len, strlen(wanted_value));
		assert_memory_equal(buf.data, wanted_value, buf.len);
	} else {
		assert_true(rig->record.tombstone);
	}
	buf_finish(&buf);
}

static void expect_same(struct rig *rig, const char *key, const char *value)
{
	expect_written(rig, key, value, key, value);
}

#define KEY "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":2,\"magic\":1}"

static void test_round_trips(void **state)
{
	struct rig *rig = *state;

	expect_same(rig, KEY, "{\"subject\":\"s\",\"version\":2,\"id\":7,\"schema\":\"\\\"int\\\"\","
		"\"deleted\":false}");
	expect_same(rig, KEY, "{\"subject\":\"s\",\"version\":2,\"id\":7,\"schema\":\"{}\","
		"\"deleted\":true,\"references\":[{\"name\":\"n\\\\\",\"subject\":\"t\",\"version\":1}"
		",{\"name\":\"\",\"subject\":\"\",\"version\":2147483647}],\"schemaType\":\"JSON\","
		"\"metadata\":{\"tags\":{},\"n\":1.0e+2},\"ruleSet\":[]}");
	expect_same(rig, KEY, NULL);
	expect_same(rig, "{\"keytype\":\"SCHEMA\",\"subject\":\"\\u0000\\\"\xc3\xa9/\",\"version\":1,"
		"\"magic\":1}", "{\"subject\":\"\\u0000\\\"\xc3\xa9/\",\"version\":1,\"id\":0,"
		"\"schema\":\"\\u0000\\n\xf0\x9f\x98\x80\",\"deleted\":false}");
	expect_same(rig, "{\"keytype\":\"CONFIG\",\"subject\":\"s\",\"magic\":0}",
		"{\"compatibilityLevel\":\"FULL\"}");
	expect_same(rig, "{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}",
		"{\"compatibilityLevel\":\"NONE\",\"alias\":\"x\",\"normalize\":false}");
	expect_same(rig, "{\"keytype\":\"CONFIG\",\"subject\":\"s\",\"magic\":0}", "{\"alias\":\"x\"}");
	expect_same(rig, "{\"keytype\":\"CONFIG\",\"subject\":\"\",\"magic\":0}", "{}");
	expect_same(rig, "{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"s\",\"magic\":0}",
		"{\"subject\":\"s\",\"version\":3}");
	expect_same(rig, "{\"keytype\":\"NOOP\",\"magic\":0}", "{\"maxId\":12}");
	expect_same(rig, "{\"keytype\":\"MODE\",\"subject\":\"s\",\"magic\":0}", NULL);
	expect_same(rig, "{\"keytype\":\"CLEAR_SUBJECT\",\"subject\":\"s\",\"magic\":0}", NULL);
}

static void test_legacy_order(void **state)
{
	struct rig *rig = *state;

	expect_same(rig, "{\"subject\":\"s\",\"version\":1,\"magic\":1,\"keytype\":\"SCHEMA\"}", NULL);
	assert_int_equal(rig->order, RECORD_KEY_LEGACY);
	expect_same(rig, "{\"subject\":null,\"magic\":0,\"keytype\":\"CONFIG\"}",
		"{\"compatibilityLevel\":\"NONE\"}");
	expect_same(rig, "{\"subject\":\"s\",\"magic\":0,\"keytype\":\"DELETE_SUBJECT\"}", NULL);
	expect_same(rig, "{\"magic\":0,\"keytype\":\"NOOP\"}", NULL);
	assert_int_equal(rig->order, RECORD_KEY_LEGACY);
}

static void test_tolerant(void **state)
{
	struct rig *rig = *state;

	expect_written(rig, " {\"magic\":0, \"version\":2, \"keytype\":\"SCHEMA\", \"subject\":\"s\"}",
		"{\"ts\":1,\"offset\":2,\"md5\":\"\",\"deleted\":0,\"schemaType\":\"AVRO\","
		"\"references\":null,\"schema\":\"\\u0061\\/\",\"id\":7,\"metadata\":null}",
		"{\"subject\":\"s\",\"version\":2,\"magic\":1,\"keytype\":\"SCHEMA\"}",
		"{\"subject\":\"s\",\"version\":2,\"id\":7,\"schema\":\"a/\",\"deleted\":false}");
	expect_written(rig, "{\"keytype\":\"CONFIG\",\"magic\":0}",
		"{\"subject\":null,\"compatibilityLevel\":\"FULL\"}",
		"{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}",
		"{\"compatibilityLevel\":\"FULL\"}");
	expect_written(rig, "{\"keytype\":\"DELETE_SUBJECT\",\"magic\":0}",
		"{\"subject\":\"t\",\"version\":3}",
		"{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"t\",\"magic\":0}",
		"{\"subject\":\"t\",\"version\":3}");
	/* The last of equal names counts. */
	expect_written(rig, KEY, "{\"id\":1,\"schema\":\"x\",\"id\":9}", KEY,
		"{\"subject\":\"s\",\"version\":2,\"id\":9,\"schema\":\"x\",\"deleted\":false}");
}

static void test_tombstones(void **state)
{
	static const char *const forms[] = { NULL, "", "null", "\"\"", " null ", "\t\"\"\n" };
	static const char *const keys[] = { KEY, "{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}",
		"{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"s\",\"magic\":0}",
		"{\"keytype\":\"NOOP\",\"magic\":0}", "{\"keytype\":\"MODE\",\"magic\":0}" };
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			assert_int_equal(read_raw(rig, keys[k], forms[i]), SCUTE_OK);
			assert_true(rig->record.tombstone);
		}
	}
	assert_int_equal(read_raw(rig, KEY, "\" \""), SCUTE_EINVAL);
	assert_int_equal(read_raw(rig, KEY, "false"), SCUTE_EINVAL);
	assert_int_equal(read_raw(rig, KEY, "0"), SCUTE_EINVAL);
}

static void test_kinds(void **state)
{
	static const struct {
		const char *key;
		enum record_kind kind;
	} rows[] = {
		{ "{\"keytype\":\"CONTEXT\",\"tenant\":\"default\",\"context\":\".c\"}", RECORD_CONTEXT },
		{ "{\"keytype\":\"MODE\",\"subject\":\"s\",\"magic\":0}", RECORD_MODE },
		{ "{\"keytype\":\"CLEAR_SUBJECT\",\"subject\":\"s\",\"magic\":0}", RECORD_CLEAR_SUBJECT },
		{ "{\"keytype\":\"ASSOC\",\"tenant\":\"default\"}", RECORD_OTHER },
		{ "{\"keytype\":\"Schema\"}", RECORD_OTHER },
		{ "{\"keytype\":\"\"}", RECORD_OTHER },
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(read_raw(rig, rows[i].key, "{\"mode\":\"IMPORT\"}"), SCUTE_OK);
		assert_int_equal(rig->record.kind, rows[i].kind);
	}
	assert_int_equal(read_raw(rig, rows[1].key, "{\"mode\":\"IMPORT\"}"), SCUTE_OK);
	assert_true(str_eq_z(rig->record.mode, "IMPORT"));
	assert_int_equal(read_raw(rig, rows[3].key, "not JSON"), SCUTE_OK); /* not looked at */
	assert_int_equal(read_raw(rig, "{\"keytype\":\"NOOP\"}", "[1]"), SCUTE_OK);
	assert_int_equal(rig->record.max_id, 0);
}

static void test_refused(void **state)
{
	static const struct {
		const char *key;
		const char *value;
	} rows[] = {
		{ NULL, NULL }, { "", NULL }, { "x", NULL }, { "[]", NULL }, { "{\"a\":1}", NULL },
		{ "{\"keytype\":[]}", NULL }, { "{\"keytype\":\"SCHEMA\"}", NULL },
		{ "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":0}", NULL },
		{ "{\"keytype\":\"SCHEMA\",\"subject\":\"\\ud800\",\"version\":1}", NULL },
		{ "{\"keytype\":\"SCHEMA\",\"subject\":\"\xff\",\"version\":1}", NULL },
		{ KEY, "{}" }, { KEY, "{\"id\":1}" }, { KEY, "{\"schema\":\"x\"}" },
		{ KEY, "{\"id\":1,\"schema\":null}" }, { KEY, "{\"id\":-1,\"schema\":\"x\"}" },
		{ KEY, "{\"id\":\"1\",\"schema\":\"x\"}" },
		{ KEY, "{\"id\":1,\"schema\":\"x\",\"references\":\"r\"}" },
		{ KEY, "{\"id\":1,\"schema\":\"x\",\"references\":[[]]}" },
		{ KEY, "{\"id\":1,\"schema\":\"x\",\"references\":[null]}" },
		{ KEY, "{\"id\":1,\"schema\":\"x\"" }, { KEY, "{\"id\":1,\"schema\":\"x\"}}" },
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rig->err.text[0] = '\0';
		rig->record.version = -7;
		if (read_raw(rig, rows[i].key, rows[i].value) != SCUTE_EINVAL) {
			fail_msg("row %zu", i);
		}
		assert_true(strlen(rig->err.text) > 0);
		assert_int_equal(rig->record.version, -7); /* untouched */
	}
}

static void test_many_references(void **state)
{
	static const char one[] = "{\"name\":\"n\",\"subject\":\"s\",\"version\":1}";
	static char value[10001 * sizeof(one) + 64];
	struct rig *rig = *state;

	for (int n = 10000; n <= 10001; n++) {
		size_t len = (size_t)sprintf(value, "{\"id\":1,\"schema\":\"x\",\"references\":[");
		for (int i = 0; i < n; i++) {
			len += (size_t)sprintf(value + len, "%s%s", i ? "," : "", one);
		}
		strcpy(value + len, "]}");
		assert_int_equal(read_raw(rig, KEY, value), n == 10000 ? SCUTE_OK : SCUTE_EINVAL);
	}
}

static void test_small_buffers(void **state)
{
	struct rig *rig = *state;
	static const char value[] = "{\"subject\":\"s\",\"version\":2,\"id\":7,\"schema\":\"x\","
		"\"deleted\":true,\"references\":[{\"name\":\"n\",\"subject\":\"t\",\"version\":1}],"
		"\"schemaType\":\"JSON\",\"metadata\":{}}";

	assert_int_equal(read_raw(rig, KEY, value), SCUTE_OK);
	for (size_t max = 1; max <= sizeof(value); max++) {
		struct buf buf;
		buf_init(&buf, max);
		assert_int_equal(record_write_value(&buf, &rig->record, RECORD_KARAPACE), max >= sizeof(value) - 1);
		buf_finish(&buf);
		buf_init(&buf, max);
		assert_int_equal(record_write_key(&buf, &rig->record, RECORD_KEY_LEGACY),
			max >= sizeof(KEY) - 1);
		buf_finish(&buf);
	}
}

static void test_no_memory(void **state)
{
	struct rig *rig = *state;
	static const char value[] = "{\"id\":7,\"schema\":\"\\u0061\",\"references\":[{\"name\":"
		"\"\\u0061\",\"subject\":\"t\",\"version\":1}],\"metadata\":{\"a\":[[[{}]]]}}";
	enum scute_status status = SCUTE_ENOMEM;

	for (size_t bytes = 16; status != SCUTE_OK; bytes += 16) {
		struct arena small;
		struct store_record raw = { .key = SCUTE_STR(KEY), .value = str_z(value) };
		assert_true(bytes < 1 << 20);
		arena_init(&small, bytes);
		status = record_read(&raw, &small.base, &rig->record, &rig->order, &rig->err);
		assert_true(status == SCUTE_OK || status == SCUTE_ENOMEM);
		arena_finish(&small);
	}
	status = SCUTE_ENOMEM;
	for (long n = 0; status != SCUTE_OK; n++) {
		assert_true(n < 20);
		arena_finish(&rig->arena);
		arena_init(&rig->arena, 1 << 20);
		fault_at(n);
		status = read_raw(rig, KEY, value);
		assert_int_equal(fault_end(), status != SCUTE_OK);
		assert_true(status == SCUTE_OK || status == SCUTE_ENOMEM);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_round_trips),
		T(test_legacy_order),
		T(test_tolerant),
		T(test_tombstones),
		T(test_kinds),
		T(test_refused),
		T(test_many_references),
		T(test_small_buffers),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
