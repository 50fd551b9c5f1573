/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts: what a name says, ids that each counts for itself, also after deletes and restarts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_store.h"
#include "support/str.h"
#include "world.h"

static void test_names(void **state)
{
	static const struct {
		const char *subject;
		const char *context;
		const char *rest;
		bool bare;
	} rows[] = {
		{ "s", ".", "s", false },
		{ "", ".", "", false },
		{ ":.lab:s", ".lab", "s", false },
		{ ":.lab:", ".lab", "", true },
		{ ":.:s", ".", "s", false },
		{ ":.lab:a:b", ".lab", "a:b", false },
		{ ":.lab", ".", ":.lab", false },
		{ ":lab:s", ".", ":lab:s", false },
		{ ":*:", ".", ":*:", false },
		{ CONTEXT_GLOBAL, ".__GLOBAL", "", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scute_str subject = str_z(rows[i].subject);
		assert_true(str_eq_z(context_of(subject), rows[i].context));
		assert_true(str_eq_z(context_rest(subject), rows[i].rest));
		assert_int_equal(context_is_bare(subject), rows[i].bare);
	}
}

static void test_ids_of_each(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	assert_int_equal(must_register(&world, "s", "a1"), 1);
	assert_int_equal(must_register(&world, ":.lab:s", "a1"), 1); /* the same content, an id of its own */
	assert_int_equal(must_register(&world, ":.lab:t", "b1"), 2);
	assert_int_equal(must_register(&world, ":.lab:u", "a1"), 1);
	assert_int_equal(must_register(&world, "t", "c1"), 2);
	const struct contexts *contexts = &world.registry->schemas.contexts;
	const struct context *lab = contexts_find(contexts, SCUTE_STR(".lab"));
	assert_int_equal(contexts->n, 2);
	assert_true(str_eq_z(schema_text(schemas_in(&world.registry->schemas, lab->index, 2)), "b1"));
	assert_true(str_eq_z(schema_text(schemas_by_id(&world.registry->schemas, 2)), "c1"));
	world_check(&world);
	world_finish(&world);
}

static void test_ids_are_not_given_out_again(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	must_register(&world, "s", "a1");
	must_register(&world, ":.lab:s", "a1");
	must_register(&world, ":.lab:s", "a2");
	must_register(&world, ":.other:s", "a1");
	must_purge_version(&world, ":.lab:s", 2);
	must_purge_version(&world, ":.other:s", 1);
	world_restart(&world);
	assert_int_equal(must_register(&world, ":.lab:s", "a3"), 3);
	assert_int_equal(must_register(&world, ":.other:s", "a1"), 2);
	assert_int_equal(must_register(&world, "s", "a2"), 2);
	world_check(&world);
	world_finish(&world);
}

static void test_records_of_contexts(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	assert_int_equal(fake_foreign(world.fake,
		"{\"keytype\":\"CONTEXT\",\"tenant\":\"default\",\"context\":\".lab\",\"magic\":0}",
		"{\"tenant\":\"default\",\"context\":\".lab\"}"), APPLIED);
	assert_int_equal(fake_foreign(world.fake, "{\"keytype\":\"NOOP\",\"magic\":0}",
		"{\"maxId\":7,\"contexts\":{\".lab\":9,\".x\":-1,\".y\":\"z\"}}"), APPLIED);
	assert_int_equal(world.registry->schemas.contexts.n, 2);
	assert_int_equal(must_register(&world, ":.lab:s", "a1"), 10);
	assert_int_equal(must_register(&world, "s", "a1"), 8);
	world_finish(&world);
}

/* A foreign log may hold more than we keep apart: what is one too many is skipped, the rest served. */
static void test_more_contexts_than_there_may_be(void **state)
{
	struct world world;
	char key[128];
	char value[160];

	(void)state;
	world_init(&world);
	for (int i = 1; i <= CONTEXTS_MAX + 1; i++) {
		snprintf(key, sizeof(key),
			"{\"keytype\":\"SCHEMA\",\"subject\":\":.c%d:s\",\"version\":1,\"magic\":1}", i);
		snprintf(value, sizeof(value),
			"{\"subject\":\":.c%d:s\",\"version\":1,\"id\":1,\"schema\":\"a1\"}", i);
		assert_int_equal(fake_foreign(world.fake, key, value),
			i < CONTEXTS_MAX ? APPLIED : APPLY_SKIPPED); /* the default one counts */
	}
	assert_int_equal(fake_foreign(world.fake,
		"{\"keytype\":\"CONTEXT\",\"tenant\":\"default\",\"context\":\".more\",\"magic\":0}",
		"{\"tenant\":\"default\",\"context\":\".more\"}"), APPLY_SKIPPED);
	assert_int_equal(fake_foreign(world.fake, "{\"keytype\":\"NOOP\",\"magic\":0}",
		"{\"maxId\":7,\"contexts\":{\".more\":9,\".c1\":9}}"), APPLIED);
	assert_int_equal(world.registry->schemas.contexts.n, CONTEXTS_MAX);
	assert_int_equal(must_register(&world, ":.c1:s", "a2"), 10);
	assert_int_equal(must_register(&world, "s", "a1"), 8);
	world_finish(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_ids_of_each),
		cmocka_unit_test(test_ids_are_not_given_out_again),
		cmocka_unit_test(test_records_of_contexts),
		cmocka_unit_test(test_more_contexts_than_there_may_be),
	};

	return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
