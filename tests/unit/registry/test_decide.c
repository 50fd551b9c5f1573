/* SPDX-License-Identifier: Apache-2.0 */
/* What each kind of write answers and what it puts into the log, one at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry/decide.h"
#include "registry/writer.h"
#include "support/str.h"
#include "world.h"

#define KEY(subject, version) "{\"keytype\":\"SCHEMA\",\"subject\":\"" subject "\",\"version\":" \
	version ",\"magic\":1}"
#define NOOP_KEY "{\"keytype\":\"NOOP\",\"magic\":0}"

static struct ask *end(struct world *world, struct ask *ask)
{
	fake_settle(world->fake);
	assert_true(ask->ended);
	return ask;
}

static void expect(struct world *world, struct ask *ask, enum registry_code code, const char *text)
{
	size_t n_log = world->fake->n_log;

	assert_int_equal(end(world, ask)->code, code);
	assert_string_equal(ask->message, text);
	assert_int_equal(world->fake->n_log, n_log); /* an error writes nothing */
}

static void expect_record(const struct world *world, size_t from_end, const char *key, const char *value)
{
	const struct store_record *record = &world->fake->log[world->fake->n_log - 1 - from_end];

	assert_true(str_eq_z(record->key, key));
	assert_int_equal(record->value.data != NULL, value != NULL);
	assert_true(!value || str_eq_z(record->value, value));
}

static void test_register(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	struct ask *ask = end(&world, ask_register(&world, "s", "AVRO", "a1 \"x\"", NULL));
	assert_int_equal(ask->id, 1);
	assert_int_equal(ask->number, 1);
	expect_record(&world, 0, KEY("s", "1"), "{\"subject\":\"s\",\"version\":1,\"id\":1,"
		"\"schema\":\"a1 \\\"x\\\"\",\"deleted\":false}");
	size_t n_log = world.fake->n_log;
	ask = ask_register(&world, "s", "AVRO", "a 1 \"x\"", NULL); /* known: no write, no wait */
	assert_true(ask->ended);
	assert_int_equal(ask->id, 1);
	assert_int_equal(ask->number, 1);
	assert_int_equal(world.fake->n_log, n_log);
	ask = end(&world, ask_register(&world, "t", "AVRO", "a1\"x\"", NULL));
	assert_int_equal(ask->id, 1); /* one content, one id */
	ask = end(&world, ask_register(&world, "t2", "JSON", "a1 \"x\"", "s:1"));
	assert_int_equal(ask->id, 2);
	expect_record(&world, 0, KEY("t2", "1"), "{\"subject\":\"t2\",\"version\":1,\"id\":2,"
		"\"schema\":\"a1 \\\"x\\\"\",\"deleted\":false,\"references\":[{\"name\":\"other\","
		"\"subject\":\"s\",\"version\":1}],\"schemaType\":\"JSON\"}");
	world_check(&world);
	world_finish(&world);
}

static void test_register_refused(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	must_register(&world, "s", "a5");
	expect(&world, ask_register(&world, "s", "AVRO", "a3", NULL), REGISTRY_INCOMPATIBLE,
		"Schema being registered is incompatible with an earlier schema for subject \"s\", "
		"details: [new a3 does not read old a5, {oldSchemaVersion: 1}, {oldSchema: 'a5'}, "
		"{validateFields: 'false', compatibility: 'BACKWARD'}]");
	expect(&world, ask_register(&world, "t", "AVRO", "a3", "s:2"), REGISTRY_REFERENCES_INVALID,
		"Invalid schema of type AVRO, details: reference \"other\": there is no version 2 of subject \"s\"");
	must_delete_version(&world, "s", 1);
	expect(&world, ask_register(&world, "t", "AVRO", "a3", "s:1"), REGISTRY_REFERENCES_INVALID,
		"Invalid schema of type AVRO, details: reference \"other\": there is no version 1 of subject \"s\"");
	assert_null(world_subject(&world, "t"));
	/* Nothing live: nothing to be compatible with. The id of a refused one is not lost. */
	assert_int_equal(must_register(&world, "s", "a3"), 2);
	world_finish(&world);
}

static void test_version_numbers(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	must_register(&world, "s", "a1");
	must_delete_subject(&world, "s");
	struct ask *ask = end(&world, ask_register(&world, "s", "AVRO", "a1", NULL));
	assert_int_equal(ask->id, 1); /* the id of the soft-deleted one, a version of its own */
	assert_int_equal(ask->number, 2);
	must_delete_version(&world, "s", 2);
	assert_int_equal(end(&world, ask_register(&world, "s", "AVRO", "a2", NULL))->number, 3);
	must_purge_subject(&world, "s");
	ask = end(&world, ask_register(&world, "s", "AVRO", "a1", NULL));
	assert_int_equal(ask->number, 1);
	assert_int_equal(ask->id, 3);
	world_check(&world);
	world_finish(&world);
}

static void test_delete_version(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	expect(&world, ask_delete_version(&world, "s", 1, false), REGISTRY_SUBJECT_NOT_FOUND,
		"Subject 's' not found.");
	must_register(&world, "s", "a1");
	must_register(&world, "s", "a2");
	expect(&world, ask_delete_version(&world, "s", 3, true), REGISTRY_VERSION_NOT_FOUND,
		"Version 3 not found.");
	expect(&world, ask_delete_version(&world, "s", 1, true), REGISTRY_VERSION_NOT_SOFT_DELETED,
		"Subject 's' Version 1 was not deleted first before being permanently deleted");
	struct ask *ask = end(&world, ask_delete_version(&world, "s", 0, false)); /* latest */
	assert_int_equal(ask->number, 2);
	expect_record(&world, 0, KEY("s", "2"), "{\"subject\":\"s\",\"version\":2,\"id\":2,"
		"\"schema\":\"a2\",\"deleted\":true}");
	expect(&world, ask_delete_version(&world, "s", 2, false), REGISTRY_VERSION_SOFT_DELETED,
		"Subject 's' Version 2 was soft deleted.Set permanent=true to delete permanently");
	must_register(&world, "t", "a9"); /* so that 2 is not the highest */
	size_t n_log = world.fake->n_log;
	ask = end(&world, ask_delete_version(&world, "s", 0, true));
	assert_int_equal(ask->number, 2);
	assert_int_equal(world.fake->n_log, n_log + 1);
	expect_record(&world, 0, KEY("s", "2"), NULL);
	must_delete_version(&world, "s", 1);
	expect(&world, ask_delete_version(&world, "s", 0, false), REGISTRY_VERSION_NOT_FOUND,
		"Version -1 not found.");
	world_check(&world);
	world_finish(&world);
}

static void test_delete_subject(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	expect(&world, ask_delete_subject(&world, "s", false), REGISTRY_SUBJECT_NOT_FOUND,
		"Subject 's' not found.");
	end(&world, ask_set_level(&world, "s", LEVEL_NONE));
	expect(&world, ask_delete_subject(&world, "s", false), REGISTRY_SUBJECT_NOT_FOUND,
		"Subject 's' not found."); /* a level alone is no subject */
	for (int i = 1; i <= 3; i++) {
		char text[8];
		snprintf(text, sizeof(text), "a%d", i);
		must_register(&world, "s", text);
	}
	must_delete_version(&world, "s", 2);
	expect(&world, ask_delete_subject(&world, "s", true), REGISTRY_SUBJECT_NOT_SOFT_DELETED,
		"Subject 's' was not deleted first before being permanently deleted");
	struct ask *ask = end(&world, ask_delete_subject(&world, "s", false));
	assert_int_equal(ask->n_numbers, 2);
	assert_int_equal(ask->numbers[0], 1);
	assert_int_equal(ask->numbers[1], 3);
	expect_record(&world, 0, "{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"s\",\"magic\":0}",
		"{\"subject\":\"s\",\"version\":3}");
	expect(&world, ask_delete_subject(&world, "s", false), REGISTRY_SUBJECT_SOFT_DELETED,
		"Subject 's' was soft deleted.Set permanent=true to delete permanently");
	size_t n_log = world.fake->n_log;
	ask = end(&world, ask_delete_subject(&world, "s", true));
	assert_int_equal(ask->n_numbers, 3);
	assert_int_equal(world.fake->n_log, n_log + 5);
	expect_record(&world, 4, NOOP_KEY, "{\"maxId\":3}"); /* first: a torn batch loses no id */
	for (size_t i = 0; i < 3; i++) {
		assert_null(world.fake->log[n_log + 1 + i].value.data);
	}
	expect_record(&world, 0, "{\"keytype\":\"CONFIG\",\"subject\":\"s\",\"magic\":0}", NULL);
	assert_null(world_subject(&world, "s"));
	world_check(&world);
	world_finish(&world);
}

/* A batch of which only the beginning was written: no id is given again, the rest is deleted on. */
static void test_torn_delete(void **state)
{
	struct world world;

	(void)state;
	for (size_t n = 0; n <= 4; n++) {
		world_init(&world);
		must_register(&world, "s", "a1");
		must_register(&world, "s", "a2");
		must_register(&world, "s", "a3");
		must_delete_subject(&world, "s");
		struct ask *ask = ask_delete_subject(&world, "s", true);
		fake_lose(world.fake, n);
		assert_int_equal(ask->code, REGISTRY_STORE_UNKNOWN);
		fake_settle(world.fake);
		world_check(&world);
		world_restart(&world);
		const struct subject *left = world_subject(&world, "s");
		assert_int_equal(left ? left->n_versions : 0, n == 0 ? 3 : 4 - n);
		if (left) {
			end(&world, ask_delete_subject(&world, "s", true));
			assert_null(world_subject(&world, "s"));
		}
		assert_int_equal(must_register(&world, "s", "a4"), 4);
		world_finish(&world);
	}
}

static void test_referenced(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	must_register(&world, "s", "a1");
	must_register(&world, "s", "a2");
	end(&world, ask_register(&world, "t", "AVRO", "a9 refers", "s:2"));
	end(&world, ask_register(&world, "s", "AVRO", "a9 refers to its own", "s:1"));
	static const char text[] = "One or more references exist to the schema "
		"{magic=1,keytype=SCHEMA,subject=s,version=2}.";
	expect(&world, ask_delete_version(&world, "s", 2, false), REGISTRY_REFERENCE_EXISTS, text);
	expect(&world, ask_delete_subject(&world, "s", false), REGISTRY_REFERENCE_EXISTS, text);
	must_delete_subject(&world, "t"); /* a soft-deleted one holds on to what it refers to */
	expect(&world, ask_delete_version(&world, "s", 2, false), REGISTRY_REFERENCE_EXISTS, text);
	end(&world, ask_delete_subject(&world, "t", true));
	expect(&world, ask_delete_version(&world, "s", 1, false), REGISTRY_REFERENCE_EXISTS,
		"One or more references exist to the schema "
		"{magic=1,keytype=SCHEMA,subject=s,version=1}.");
	must_purge_subject(&world, "s"); /* references inside of the subject go with it */
	assert_int_equal(world.registry->schemas.referrers.count, 0);
	world_check(&world);
	world_finish(&world);
}

/* The one content that refers to s stands in two subjects, one of them s. */
static void test_referenced_by_shared(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	must_register(&world, "s", "a1");
	end(&world, ask_register(&world, "s", "AVRO", "a9 refers", "s:1"));
	end(&world, ask_register(&world, "t", "AVRO", "a9 refers", "s:1"));
	assert_int_equal(end(&world, ask_delete_subject(&world, "s", false))->code,
		REGISTRY_REFERENCE_EXISTS);
	must_purge_subject(&world, "t");
	must_delete_subject(&world, "s");
	world_finish(&world);
}

static void test_levels(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	assert_int_equal(end(&world, ask_set_level(&world, "s", LEVEL_FULL))->level, LEVEL_FULL);
	expect_record(&world, 0, "{\"keytype\":\"CONFIG\",\"subject\":\"s\",\"magic\":0}",
		"{\"compatibilityLevel\":\"FULL\"}");
	end(&world, ask_set_level(&world, NULL, LEVEL_NONE));
	expect_record(&world, 0, "{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}",
		"{\"compatibilityLevel\":\"NONE\"}");
	assert_int_equal(end(&world, ask_clear_level(&world, "s"))->level, LEVEL_FULL);
	assert_null(world_subject(&world, "s"));
	size_t n_log = world.fake->n_log;
	assert_int_equal(ask_clear_level(&world, "s")->level, LEVEL_UNSET);
	assert_int_equal(world.fake->n_log, n_log);
	assert_int_equal(end(&world, ask_clear_level(&world, NULL))->level, LEVEL_NONE);
	assert_int_equal(ask_clear_level(&world, NULL)->level, LEVEL_UNSET);
	/* The empty name is a subject, not the global level. */
	end(&world, ask_set_level(&world, "", LEVEL_FORWARD));
	assert_int_equal(registry_global_rule(world.registry).level, LEVEL_BACKWARD);
	assert_int_equal(subject_config(world_subject(&world, ""))->rule.level, LEVEL_FORWARD);
	world_check(&world);
	world_finish(&world);
}

static void test_ids_only_grow(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	for (uint32_t id = 1; id < 20; id++) {
		char text[16];
		snprintf(text, sizeof(text), "a1 %u", id);
		assert_int_equal(must_register(&world, "s", text), id);
		must_purge_version(&world, "s", world_subject(&world, "s")->versions[0].number);
		assert_null(world_subject(&world, "s"));
		world_check(&world);
		if (id % 3 == 0) {
			world_restart(&world);
			assert_int_equal(schemas_max_id(&world.registry->schemas), id);
		}
	}
	world_finish(&world);
}

/* What the store says becomes what the client is told; nothing is left of the write. */
static void test_store_answers(void **state)
{
	static const struct {
		enum store_status status;
		enum registry_code code;
	} rows[] = {
		{ STORE_UNAVAILABLE, REGISTRY_STORE_UNAVAILABLE },
		{ STORE_TOO_LARGE, REGISTRY_SCHEMA_TOO_LARGE },
		{ STORE_FULL, REGISTRY_STORE_FULL },
		{ STORE_DENIED, REGISTRY_STORE_UNAVAILABLE },
	};
	struct world world;

	(void)state;
	world_init(&world);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ask *ask = ask_register(&world, "s", "AVRO", "a1", NULL);
		fake_end(world.fake, rows[i].status);
		assert_int_equal(ask->code, rows[i].code);
		assert_null(world_subject(&world, "s"));
		assert_int_equal(fake_pending(world.fake), 0); /* no doubt: no barrier */
	}
	assert_true(must_register(&world, "s", "a1") > 4); /* ids drawn for nothing are gone */
	writer_attach(world.registry->writer, NULL);
	assert_int_equal(ask_register(&world, "s", "AVRO", "a2", NULL)->code,
		REGISTRY_STORE_UNAVAILABLE);
	world_finish(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_register),
		cmocka_unit_test(test_register_refused),
		cmocka_unit_test(test_version_numbers),
		cmocka_unit_test(test_delete_version),
		cmocka_unit_test(test_delete_subject),
		cmocka_unit_test(test_torn_delete),
		cmocka_unit_test(test_referenced),
		cmocka_unit_test(test_referenced_by_shared),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_ids_only_grow),
		cmocka_unit_test(test_store_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
