/* SPDX-License-Identifier: Apache-2.0 */
/* Records become state; what can not be understood is skipped and stops nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry/refs.h"
#include "support/str.h"
#include "world.h"

#define KEY(version) "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":" version ",\"magic\":1}"
#define VALUE(version, id, text) "{\"subject\":\"s\",\"version\":" version ",\"id\":" id \
	",\"schema\":\"" text "\",\"deleted\":false}"
#define DELETE_KEY "{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"s\",\"magic\":0}"
#define CONFIG_KEY "{\"keytype\":\"CONFIG\",\"subject\":\"s\",\"magic\":0}"
#define GLOBAL_KEY "{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}"
#define NOOP_KEY "{\"keytype\":\"NOOP\",\"magic\":0}"

static const struct {
	const char *key;
	const char *value;
} malformed[] = {
	{ NULL, VALUE("1", "1", "a1") },
	{ NULL, NULL },
	{ "", VALUE("1", "1", "a1") },
	{ "", "" },
	{ "null", NULL },
	{ "[]", VALUE("1", "1", "a1") },
	{ "\"SCHEMA\"", VALUE("1", "1", "a1") },
	{ "1", NULL },
	{ "{", VALUE("1", "1", "a1") },
	{ "{}", VALUE("1", "1", "a1") },
	{ "{\"keytype\":null}", NULL },
	{ "{\"keytype\":1}", NULL },
	{ "{\"keytype\":\"ASSOC\",\"tenant\":\"t\"}", "{}" },
	{ "{\"keytype\":\"schema\",\"subject\":\"s\",\"version\":1,\"magic\":1}",
		VALUE("1", "1", "a1") },
	{ "{\"keytype\":\"SCHEMA\",\"magic\":1}", VALUE("1", "1", "a1") },
	{ "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"magic\":1}", VALUE("1", "1", "a1") },
	{ "{\"keytype\":\"SCHEMA\",\"subject\":null,\"version\":1,\"magic\":1}", NULL },
	{ "{\"keytype\":\"SCHEMA\",\"subject\":5,\"version\":1,\"magic\":1}",
		VALUE("1", "1", "a1") },
	{ KEY("0"), VALUE("0", "1", "a1") },
	{ KEY("-1"), VALUE("-1", "1", "a1") },
	{ KEY("2147483648"), VALUE("2147483648", "1", "a1") },
	{ KEY("99999999999999999999"), VALUE("1", "1", "a1") },
	{ KEY("1.0"), VALUE("1", "1", "a1") },
	{ KEY("\"1\""), VALUE("1", "1", "a1") },
	{ KEY("1") "x", VALUE("1", "1", "a1") },
	{ KEY("1"), "{" },
	{ KEY("1"), "\xff" },
	{ KEY("1"), "[]" },
	{ KEY("1"), "7" },
	{ KEY("1"), "\"text\"" },
	{ KEY("1"), "{}" },
	{ KEY("1"), VALUE("1", "-1", "a1") },
	{ KEY("1"), VALUE("1", "2147483648", "a1") },
	{ KEY("1"), VALUE("1", "1e0", "a1") },
	{ KEY("1"), VALUE("1", "null", "a1") },
	{ KEY("1"), VALUE("1", "1", "\\ud800") },
	{ KEY("1"), "{\"subject\":\"s\",\"version\":1,\"id\":1}" },
	{ KEY("1"), "{\"subject\":\"s\",\"version\":1,\"id\":1,\"schema\":{\"type\":\"int\"}}" },
	{ KEY("1"), "{\"id\":1,\"schema\":\"a1\",\"references\":{}}" },
	{ KEY("1"), "{\"id\":1,\"schema\":\"a1\",\"references\":[1]}" },
	{ KEY("1"), "{\"id\":1,\"schema\":\"a1\",\"references\":[{\"name\":\"n\","
		"\"subject\":\"s\"}]}" },
	{ KEY("1"), "{\"id\":1,\"schema\":\"a1\",\"references\":[{\"name\":\"n\","
		"\"version\":1}]}" },
	{ KEY("1"), "{\"id\":1,\"schema\":\"a1\",\"references\":[{\"subject\":\"n\","
		"\"version\":1}]}" },
	{ KEY("1"), "{\"id\":1,\"schema\":\"a1\",\"references\":[{\"name\":\"n\","
		"\"subject\":\"s\",\"version\":0}]}" },
	{ CONFIG_KEY, "{\"compatibilityLevel\":\"SIDEWAYS\"}" },
	{ CONFIG_KEY, "true" },
	{ CONFIG_KEY, "{\"compatibilityLevel\":\"FULL\"" },
	{ DELETE_KEY, "{\"subject\":\"s\"}" },
	{ DELETE_KEY, "{\"subject\":\"s\",\"version\":-1}" },
	{ DELETE_KEY, "{\"subject\":\"s\",\"version\":\"1\"}" },
	{ "{\"keytype\":\"DELETE_SUBJECT\",\"magic\":0}", "{\"version\":1}" },
	{ NOOP_KEY, "{{" },
	{ "{\"keytype\":\"MODE\",\"subject\":\"s\",\"magic\":0}", "[" },
	{ "{\"keytype\":\"CLEAR_SUBJECT\",\"subject\":\"s\",\"magic\":0}", "x" },
};

static void test_malformed(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	must_register(&world, "s", "a5");
	char *before = world_dump(world.registry);
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		uint64_t skipped = world.registry->skipped;
		if (fake_foreign(world.fake, malformed[i].key, malformed[i].value) != APPLY_SKIPPED ||
			world.registry->skipped != skipped + 1) {
			fail_msg("row %zu: %s", i, malformed[i].value ? malformed[i].value : "null");
		}
		char *after = world_dump(world.registry);
		assert_string_equal(before, after);
		free(after);
	}
	free(before);
	assert_int_equal(must_register(&world, "s", "a6"), 2); /* it goes on */
	world_finish(&world);
}

static void test_deep_and_wide(void **state)
{
	enum { N = 200000 };
	struct world world;
	char *text = malloc(2 * N + 64);

	(void)state;
	world_init(&world);
	memset(text, '[', N);
	text[N] = '\0';
	assert_int_equal(fake_foreign(world.fake, text, NULL), APPLY_SKIPPED);
	assert_int_equal(fake_foreign(world.fake, KEY("1"), text), APPLY_SKIPPED);
	strcpy(text, "{\"id\":1,\"schema\":\"a1\",\"references\":[");
	size_t len = strlen(text);
	for (int i = 0; i < N / 2; i++) {
		text[len++] = '1';
		text[len++] = i < N / 2 - 1 ? ',' : ']';
	}
	strcpy(text + len, "}");
	assert_int_equal(fake_foreign(world.fake, KEY("1"), text), APPLY_SKIPPED);
	free(text);
	world_finish(&world);
}

static void test_tolerated(void **state)
{
	static const struct {
		const char *key;
		const char *value;
		uint32_t id;
	} rows[] = {
		{ KEY("1"), "{\"id\":1,\"schema\":\"a1\"}", 1 },
		{ KEY("2"), "{\"schema\":\"a2\",\"id\":0,\"references\":null,\"deleted\":null}", 0 },
		{ KEY("3"), "{\"id\":3,\"schema\":\"a3\",\"references\":[],\"schemaType\":null,"
			"\"offset\":4,\"ts\":5,\"md5\":\"x\"}", 3 },
		{ KEY("2147483647"), "{\"id\":2147483647,\"schema\":\"\",\"schemaType\":\"\"}",
			2147483647u },
	};
	struct world world;

	(void)state;
	world_init(&world);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(fake_foreign(world.fake, rows[i].key, rows[i].value), APPLIED);
		const struct schema *schema = schemas_by_id(&world.registry->schemas, rows[i].id);
		assert_non_null(schema);
		assert_true(str_eq_z(schema->type->name, "AVRO"));
		assert_null(schema->more);
	}
	assert_int_equal(world.registry->subjects.live, 4);
	/* No id and no version is left: refused, not wrapped around. */
	assert_int_equal(ask_register(&world, "new", "AVRO", "b7", NULL)->code, REGISTRY_INTERNAL);
	assert_int_equal(fake_foreign(world.fake, CONFIG_KEY, "{\"compatibilityLevel\":\"NONE\"}"),
		APPLIED);
	assert_int_equal(ask_register(&world, "s", "AVRO", "a1", NULL)->number, 1);
	must_delete_version(&world, "s", 1);
	assert_int_equal(ask_register(&world, "s", "AVRO", "a1", NULL)->code, REGISTRY_INTERNAL);
	world_finish(&world);
}

static void test_tombstones(void **state)
{
	static const char *const forms[] = { NULL, "", "null", "\"\"", " null\n" };
	struct world world;

	(void)state;
	world_init(&world);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		fake_foreign(world.fake, KEY("1"), VALUE("1", "1", "a1"));
		fake_foreign(world.fake, CONFIG_KEY, "{\"compatibilityLevel\":\"FULL\"}");
		fake_foreign(world.fake, GLOBAL_KEY, "{\"compatibilityLevel\":\"FULL\"}");
		assert_int_equal(subject_config(world_subject(&world, "s"))->rule.level, LEVEL_FULL);
		assert_int_equal(fake_foreign(world.fake, CONFIG_KEY, forms[i]), APPLIED);
		assert_int_equal(subject_config(world_subject(&world, "s"))->rule.level, LEVEL_UNSET);
		assert_int_equal(fake_foreign(world.fake, GLOBAL_KEY, forms[i]), APPLIED);
		assert_int_equal(registry_global_rule(world.registry).level, LEVEL_BACKWARD);
		assert_int_equal(fake_foreign(world.fake, DELETE_KEY, forms[i]), APPLIED);
		assert_int_equal(world.registry->subjects.live, 1);
		assert_int_equal(fake_foreign(world.fake, KEY("1"), forms[i]), APPLIED);
		assert_null(world_subject(&world, "s"));
		assert_int_equal(fake_foreign(world.fake, KEY("1"), forms[i]), APPLIED);
		assert_int_equal(fake_foreign(world.fake, CONFIG_KEY, forms[i]), APPLIED);
		assert_int_equal(world.registry->subjects.count, 0);
	}
	assert_int_equal(must_register(&world, "s", "a1"), 2); /* 1 was in use */
	world_finish(&world);
}

static void test_delete_subject(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	for (int i = 1; i <= 4; i++) {
		char text[8];
		snprintf(text, sizeof(text), "a%d", i);
		must_register(&world, "s", text);
	}
	assert_int_equal(fake_foreign(world.fake, DELETE_KEY, "{\"subject\":\"s\",\"version\":2}"),
		APPLIED);
	assert_true(world_version(&world, "s", 1)->deleted);
	assert_true(world_version(&world, "s", 2)->deleted);
	assert_false(world_version(&world, "s", 3)->deleted);
	assert_int_equal(fake_foreign(world.fake, DELETE_KEY, "{\"subject\":\"s\",\"version\":99}"),
		APPLIED);
	assert_int_equal(world.registry->subjects.live, 0);
	/* The name may stand in the value alone; a subject that is not there is nothing. */
	assert_int_equal(fake_foreign(world.fake, "{\"keytype\":\"DELETE_SUBJECT\",\"magic\":0}",
		"{\"subject\":\"none\",\"version\":1}"), APPLIED);
	assert_int_equal(world.registry->subjects.count, 1);
	assert_int_equal(must_register(&world, "s", "b1"), 5);
	assert_int_equal(world_subject(&world, "s")->versions[4].number, 5);
	world_check(&world);
	world_finish(&world);
}

static void test_clear_subject(void **state)
{
	static const char key[] = "{\"keytype\":\"CLEAR_SUBJECT\",\"subject\":\"s\",\"magic\":0}";
	struct world world;

	(void)state;
	world_init(&world);
	must_register(&world, "s", "a1");
	must_register(&world, "s", "a2");
	must_delete_version(&world, "s", 1);
	assert_int_equal(fake_foreign(world.fake, key, NULL), APPLIED);
	assert_int_equal(world.registry->subjects.deleted, 1);
	assert_int_equal(fake_foreign(world.fake, key, "{\"subject\":\"s\"}"), APPLIED);
	assert_int_equal(world.registry->subjects.deleted, 0);
	assert_int_equal(world_subject(&world, "s")->n_versions, 1);
	must_delete_version(&world, "s", 2);
	assert_int_equal(fake_foreign(world.fake, key, "{\"subject\":\"s\"}"), APPLIED);
	assert_null(world_subject(&world, "s"));
	assert_int_equal(world.registry->schemas.count, 0);
	assert_int_equal(fake_foreign(world.fake, key, "{\"subject\":\"s\"}"), APPLIED);
	world_finish(&world);
}

static void test_levels(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	fake_foreign(world.fake, CONFIG_KEY, "{\"subject\":\"s\",\"alias\":\"t\",\"normalize\":true}");
	assert_int_equal(subject_config(world_subject(&world, "s"))->rule.level, LEVEL_UNSET);
	assert_int_equal(registry_rule(world.registry, world_subject(&world, "s")).level, LEVEL_BACKWARD);
	fake_foreign(world.fake, GLOBAL_KEY, "{\"compatibilityLevel\":\"full\"}");
	assert_int_equal(registry_rule(world.registry, world_subject(&world, "s")).level, LEVEL_FULL);
	assert_int_equal(registry_rule(world.registry, NULL).level, LEVEL_FULL);
	/* Setting and taking back the level keeps what we do not know. */
	ask_set_level(&world, "s", LEVEL_NONE);
	fake_settle(world.fake);
	assert_true(str_eq_z(fake_last(world.fake)->value,
		"{\"alias\":\"t\",\"normalize\":true,\"compatibilityLevel\":\"NONE\"}"));
	assert_int_equal(registry_rule(world.registry, world_subject(&world, "s")).level, LEVEL_NONE);
	world_check(&world);
	world_finish(&world);
}

static void test_extra_survives(void **state)
{
	static const char value[] = "{\"subject\":\"s\",\"version\":1,\"id\":1,\"md5\":\"q\","
		"\"schemaType\":\"THRIFT\",\"references\":[{\"name\":\"n\",\"subject\":\"t\","
		"\"version\":7}],\"metadata\":{\"tags\":{},\"n\":1.50},\"ruleSet\":null,"
		"\"schema\":\"{ \\\"odd\\\" }\",\"x\":[1, 2],\"deleted\":false,\"ts\":1}";
	struct world world;

	(void)state;
	world_init(&world);
	assert_int_equal(fake_foreign(world.fake, KEY("1"), value), APPLIED);
	must_delete_version(&world, "s", 1);
	assert_true(str_eq_z(fake_last(world.fake)->value,
		"{\"subject\":\"s\",\"version\":1,\"id\":1,\"schema\":\"{ \\\"odd\\\" }\","
		"\"deleted\":true,\"references\":[{\"name\":\"n\",\"subject\":\"t\",\"version\":7}],"
		"\"schemaType\":\"THRIFT\",\"metadata\":{\"tags\":{},\"n\":1.50},\"x\":[1,2]}"));
	assert_int_equal(world.registry->schemas.count, 1); /* the same content still */
	world_check(&world);
	world_finish(&world);
}

static void test_unknown_type(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	fake_foreign(world.fake, KEY("3"), "{\"id\":9,\"schema\":\"who knows\",\"schemaType\":\"X\"}");
	const struct schema *schema = schemas_by_id(&world.registry->schemas, 9);
	assert_true(str_eq_z(schema_text(schema), "who knows"));
	assert_null(schema->type->format);
	assert_int_equal(must_register(&world, "t", "a1"), 10);
	struct ask *ask = ask_register(&world, "s", "AVRO", "a1", NULL);
	fake_settle(world.fake);
	assert_int_equal(ask->code, REGISTRY_INCOMPATIBLE); /* another type */
	ask_set_level(&world, NULL, LEVEL_NONE);
	ask = ask_register(&world, "s", "AVRO", "a1", NULL);
	fake_settle(world.fake);
	assert_int_equal(ask->number, 4);
	world_check(&world);
	world_finish(&world);
}

static void test_same_id_two_texts(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	fake_foreign(world.fake, KEY("1"), VALUE("1", "1", "a1"));
	fake_foreign(world.fake, KEY("2"), VALUE("2", "1", "b2"));
	fake_foreign(world.fake, KEY("3"), VALUE("3", "1", "b2"));
	assert_true(str_eq_z(schema_text(schemas_by_id(&world.registry->schemas, 1)), "a1"));
	assert_true(str_eq_z(schema_text(world_version(&world, "s", 2)->schema), "b2"));
	assert_ptr_equal(world_version(&world, "s", 2)->schema,
		world_version(&world, "s", 3)->schema);
	world_check(&world);
	ask_set_level(&world, NULL, LEVEL_NONE);
	assert_int_equal(must_register(&world, "t", "b2"), 2); /* the id 1 means the other text */
	must_delete_version(&world, "s", 2); /* written again as it was */
	const struct store_record *last = fake_last(world.fake);
	assert_non_null(memmem(last->value.data, last->value.len, "\"id\":1,\"schema\":\"b2\"", 20));
	must_purge_version(&world, "s", 1);
	assert_true(str_eq_z(schema_text(schemas_by_id(&world.registry->schemas, 1)), "b2"));
	world_check(&world);
	/* The same key again with other content under the same id. */
	fake_foreign(world.fake, "{\"keytype\":\"SCHEMA\",\"subject\":\"u\",\"version\":1,\"magic\":1}",
		"{\"id\":7,\"schema\":\"a1\"}");
	fake_foreign(world.fake, "{\"keytype\":\"SCHEMA\",\"subject\":\"u\",\"version\":1,\"magic\":1}",
		"{\"id\":7,\"schema\":\"b1\"}");
	assert_true(str_eq_z(schema_text(schemas_by_id(&world.registry->schemas, 7)), "b1"));
	world_check(&world);
	world_finish(&world);
}

static unsigned dropped;

static void note_drop(void *user, const struct schema *schema)
{
	assert_string_equal(user, "user");
	assert_int_equal(schema->uses, 1);
	dropped++;
}

static void test_on_drop(void **state)
{
	struct world world;
	char user[] = "user";

	(void)state;
	world_init(&world);
	world.registry->on_drop = note_drop;
	world.registry->on_drop_user = user;
	dropped = 0;
	must_register(&world, "s", "a1");
	must_register(&world, "t", "a1");
	must_purge_subject(&world, "s");
	assert_int_equal(dropped, 0); /* t holds it still */
	must_delete_subject(&world, "t");
	must_register(&world, "t", "a1");
	must_delete_version(&world, "t", 2);
	assert_int_equal(dropped, 0);
	ask_delete_subject(&world, "t", true);
	fake_settle(world.fake);
	assert_int_equal(dropped, 1);
	fake_foreign(world.fake, KEY("1"), VALUE("1", "9", "a1"));
	fake_foreign(world.fake, KEY("1"), VALUE("1", "10", "b1"));
	assert_int_equal(dropped, 2); /* replaced */
	fake_foreign(world.fake, KEY("1"), VALUE("1", "10", "b1"));
	assert_int_equal(dropped, 2); /* the same again */
	world_finish(&world);
}

static void test_others_noop(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	assert_int_equal(fake_foreign(world.fake, NOOP_KEY, NULL), APPLIED);
	assert_int_equal(fake_foreign(world.fake, NOOP_KEY, "7"), APPLIED);
	assert_int_equal(fake_foreign(world.fake, NOOP_KEY, "{\"maxId\":-4}"), APPLIED);
	assert_int_equal(fake_foreign(world.fake, NOOP_KEY, "{\"maxId\":2147483648}"), APPLIED);
	assert_int_equal(schemas_max_id(&world.registry->schemas), 0);
	assert_int_equal(fake_foreign(world.fake, NOOP_KEY, "{\"maxId\":40}"), APPLIED);
	assert_int_equal(must_register(&world, "s", "a1"), 41);
	/* Another program's NOOP takes ours away at the next compaction: ours is written anew. */
	fake_foreign(world.fake, NOOP_KEY, NULL);
	must_purge_subject(&world, "s");
	world_restart(&world);
	assert_int_equal(must_register(&world, "s", "a1"), 42);
	world_finish(&world);
}

/* What our NOOP said is gone with another program's: the next delete says it again. */
static void test_noop_overwritten(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	must_register(&world, "s", "a1");
	must_register(&world, "t", "a2");
	must_purge_subject(&world, "t");
	assert_true(fake_survives(world.fake, NOOP_KEY));
	fake_foreign(world.fake, NOOP_KEY, NULL);
	must_purge_subject(&world, "s");
	world_restart(&world);
	assert_int_equal(must_register(&world, "s", "a1"), 3);
	world_finish(&world);
}

/* Other programs deleted the highest id: our next delete writes down that it was given out. */
static void test_foreign_delete_of_highest(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	must_register(&world, "s", "a1");
	must_register(&world, "s", "a2");
	must_register(&world, "s", "a3");
	fake_foreign(world.fake, KEY("3"), NULL);
	must_purge_version(&world, "s", 2);
	world_restart(&world);
	assert_int_equal(must_register(&world, "s", "a4"), 4);
	world_finish(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_deep_and_wide),
		cmocka_unit_test(test_tolerated),
		cmocka_unit_test(test_tombstones),
		cmocka_unit_test(test_delete_subject),
		cmocka_unit_test(test_clear_subject),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_extra_survives),
		cmocka_unit_test(test_unknown_type),
		cmocka_unit_test(test_same_id_two_texts),
		cmocka_unit_test(test_on_drop),
		cmocka_unit_test(test_others_noop),
		cmocka_unit_test(test_noop_overwritten),
		cmocka_unit_test(test_foreign_delete_of_highest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
