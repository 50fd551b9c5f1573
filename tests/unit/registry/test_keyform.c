/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of keys in the log: what is written goes where compaction takes the old one with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/str.h"
#include "world.h"

#define SCHEMA_VALUE(version, id, text) "{\"subject\":\"s\",\"version\":" version ",\"id\":" id \
	",\"schema\":\"" text "\",\"deleted\":false}"

#define CANONICAL_1 "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":1,\"magic\":1}"
#define MAGIC_0_1 "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":1,\"magic\":0}"
#define LEGACY_1 "{\"subject\":\"s\",\"version\":1,\"magic\":1,\"keytype\":\"SCHEMA\"}"
#define LEGACY_2 "{\"subject\":\"s\",\"version\":2,\"magic\":1,\"keytype\":\"SCHEMA\"}"
#define GLOBAL_NULL "{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}"
#define GLOBAL_ABSENT "{\"keytype\":\"CONFIG\",\"magic\":0}"
#define GLOBAL_LEGACY "{\"subject\":null,\"magic\":0,\"keytype\":\"CONFIG\"}"

static bool key_is(const struct store_record *record, const char *key)
{
	return str_eq_z(record->key, key);
}

static void test_legacy_topic(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	assert_int_equal(fake_foreign(world.fake, LEGACY_1, SCHEMA_VALUE("1", "1", "a1")), APPLIED);
	assert_int_equal(must_register(&world, "s", "a2"), 2);
	assert_true(key_is(fake_last(world.fake), LEGACY_2)); /* the topic's own order */
	must_delete_version(&world, "s", 1);
	assert_true(key_is(fake_last(world.fake), LEGACY_1));
	must_purge_version(&world, "s", 2);
	world_check(&world);
	ask_set_level(&world, NULL, LEVEL_FULL);
	fake_settle(world.fake);
	assert_true(key_is(fake_last(world.fake), GLOBAL_LEGACY));
	world_finish(&world);
}

static void test_mixed_orders(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	fake_foreign(world.fake, LEGACY_1, SCHEMA_VALUE("1", "1", "a1"));
	fake_foreign(world.fake, CANONICAL_1, SCHEMA_VALUE("1", "1", "a1"));
	must_purge_subject(&world, "s");
	assert_false(fake_survives(world.fake, LEGACY_1));
	assert_false(fake_survives(world.fake, CANONICAL_1));
	world_check(&world);
	world_restart(&world);
	assert_null(world_subject(&world, "s"));
	assert_int_equal(must_register(&world, "s", "a9"), 2); /* the id 1 is not given again */
	world_finish(&world);
}

static void test_odd_schema_keys(void **state)
{
	static const char *const odd[] = { MAGIC_0_1,
		"{\"keytype\":\"SCHEMA\",\"version\":1,\"subject\":\"s\",\"magic\":1}",
		"{ \"keytype\": \"SCHEMA\", \"subject\": \"s\", \"version\": 1, \"magic\": 1 }",
		"{\"keytype\":\"SCHEMA\",\"subject\":\"\\u0073\",\"version\":1,\"magic\":1}",
		"{\"magic\":1,\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":1}" };
	struct world world;

	(void)state;
	world_init(&world);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_int_equal(fake_foreign(world.fake, odd[i], SCHEMA_VALUE("1", "1", "a1")),
			APPLIED);
	}
	fake_foreign(world.fake, CANONICAL_1, SCHEMA_VALUE("1", "1", "a1"));
	must_delete_version(&world, "s", 1);
	world_check(&world);
	ask_delete_version(&world, "s", 1, true);
	fake_settle(world.fake);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_false(fake_survives(world.fake, odd[i]));
	}
	assert_false(fake_survives(world.fake, CANONICAL_1));
	world_check(&world);
	world_finish(&world);
}

static void test_global_level(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	fake_foreign(world.fake, GLOBAL_NULL, "{\"compatibilityLevel\":\"FULL\"}");
	fake_foreign(world.fake, GLOBAL_ABSENT, "{\"compatibilityLevel\":\"FORWARD\"}");
	assert_int_equal(registry_global_rule(world.registry).level, LEVEL_FORWARD);
	ask_set_level(&world, NULL, LEVEL_NONE);
	fake_settle(world.fake);
	assert_int_equal(registry_global_rule(world.registry).level, LEVEL_NONE);
	world_check(&world); /* also compacted: the last one written wins */
	struct ask *ask = ask_clear_level(&world, NULL);
	fake_settle(world.fake);
	assert_int_equal(ask->level, LEVEL_NONE);
	assert_int_equal(registry_global_rule(world.registry).level, LEVEL_BACKWARD);
	assert_false(fake_survives(world.fake, GLOBAL_NULL));
	assert_false(fake_survives(world.fake, GLOBAL_ABSENT));
	world_check(&world);
	world_finish(&world);
}

/* A key of a new kind of record in a topic of odd forms is not made odd. */
static void test_own_form_else(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	fake_foreign(world.fake, MAGIC_0_1, SCHEMA_VALUE("1", "1", "a1"));
	must_register(&world, "s", "a2");
	assert_true(key_is(fake_last(world.fake),
		"{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":2,\"magic\":1}"));
	must_delete_version(&world, "s", 1);
	assert_true(key_is(fake_last(world.fake), MAGIC_0_1));
	world_finish(&world);
}

/* More forms than are remembered: no crash, and the known ones are hit. */
static void test_too_many_forms(void **state)
{
	struct world world;
	char key[256];

	(void)state;
	world_init(&world);
	for (int i = 1; i < 30; i++) {
		snprintf(key, sizeof(key), "%*s" CANONICAL_1, i, "");
		assert_int_equal(fake_foreign(world.fake, key, SCHEMA_VALUE("1", "1", "a1")),
			APPLIED);
	}
	must_purge_subject(&world, "s");
	assert_null(world_subject(&world, "s"));
	assert_false(fake_survives(world.fake, " " CANONICAL_1));
	world_finish(&world);
}

static void test_long_key(void **state)
{
	struct world world;
	size_t len = KEYFORMS_KEY_BYTES_MAX + 1;
	char *key = malloc(len + 1);
	struct store_record record = { .value = SCUTE_STR(SCHEMA_VALUE("1", "1", "a1")) };

	(void)state;
	assert_non_null(key);
	world_init(&world);
	for (int over = 1; over >= 0; over--) {
		/* of NULs, which stand escaped: the longest text for the fewest characters */
		size_t bytes = len - (size_t)!over;
		int at = snprintf(key, 64, "{\"keytype\":\"SCHEMA\",\"version\":1,\"subject\":\"");
		size_t room = bytes - (size_t)at - 2;
		for (size_t i = 0; i < room; i++) {
			key[(size_t)at + i] = i < room / 6 * 6 ? "\\u0001"[i % 6] : 'x';
		}
		memcpy(key + bytes - 2, "\"}", 2);
		record.key = (struct scute_str){ key, bytes };
		assert_int_equal(registry_apply(world.registry, &record),
			over ? APPLY_SKIPPED : APPLIED);
	}
	assert_int_equal(world.registry->subjects.count, 1);
	free(key);
	world_finish(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_legacy_topic),
		cmocka_unit_test(test_mixed_orders),
		cmocka_unit_test(test_odd_schema_keys),
		cmocka_unit_test(test_global_level),
		cmocka_unit_test(test_own_form_else),
		cmocka_unit_test(test_too_many_forms),
		cmocka_unit_test(test_long_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
