/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The n-th allocation fails, for every n, while a record is applied, a write is answered or a
 * barrier begins: the state is unchanged or complete, nothing leaks, and no answer lies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "registry/compat.h"
#include "registry/writer.h"
#include "support/str.h"
#include "world.h"

#define KEY(subject, version) "{\"keytype\":\"SCHEMA\",\"subject\":\"" subject "\",\"version\":" \
	version ",\"magic\":1}"

static const struct {
	const char *key;
	const char *value;
} records[] = {
	{ KEY("new", "1"), "{\"id\":50,\"schema\":\"a1\",\"metadata\":{\"a\":[1]},\"references\":"
		"[{\"name\":\"n\",\"subject\":\"s\",\"version\":1}]}" },
	{ KEY("s", "1"), "{\"id\":300,\"schema\":\"b1\"}" },
	{ KEY("s", "1"), "{\"id\":1,\"schema\":\"a1\",\"deleted\":true}" },
	{ KEY("s", "9"), "{\"id\":1,\"schema\":\"clashes\"}" },
	{ KEY("s", "9"), "{\"id\":1,\"schema\":\"a1\",\"schemaType\":\"OF ITS OWN\"}" },
	{ KEY("s", "2"), NULL },
	{ "{\"keytype\":\"SCHEMA\",\"subject\":\"odd\",\"version\":1,\"magic\":0}",
		"{\"id\":51,\"schema\":\"a1\"}" },
	{ "{\"subject\":\"old\",\"version\":1,\"magic\":1,\"keytype\":\"SCHEMA\"}",
		"{\"id\":52,\"schema\":\"a1\"}" },
	{ "{\"keytype\":\"CONFIG\",\"subject\":\"new\",\"magic\":0}",
		"{\"compatibilityLevel\":\"FULL\",\"alias\":\"x\"}" },
	{ "{\"keytype\":\"CONFIG\",\"subject\":\"s\",\"magic\":0}", "{\"alias\":\"x\"}" },
	{ "{\"keytype\":\"CONFIG\",\"magic\":0}", "{\"compatibilityLevel\":\"FULL\",\"n\":1}" },
	{ "{\"keytype\":\"CONFIG\",\"subject\":\"s\",\"magic\":0}", NULL },
	{ "{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"s\",\"magic\":0}",
		"{\"subject\":\"s\",\"version\":9}" },
	{ "{\"keytype\":\"CLEAR_SUBJECT\",\"subject\":\"s\",\"magic\":0}", "{\"subject\":\"s\"}" },
	{ "{\"keytype\":\"MODE\",\"subject\":\"s\",\"magic\":0}", "{\"mode\":\"READONLY\"}" },
	{ "{\"keytype\":\"NOOP\",\"magic\":0}", "{\"maxId\":77}" },
	{ "{\"keytype\":\"ELSE\",\"magic\":0}", "{}" },
};

static void cold_work(struct registry *registry)
{
	arena_finish(&registry->work);
	arena_init(&registry->work, 64 << 20);
}

static void set_up_state(struct world *world)
{
	world_init(world);
	must_register(world, "s", "a1");
	must_register(world, "s", "a2");
	must_register(world, "s", "a3");
	must_delete_version(world, "s", 2);
	ask_set_level(world, "s", LEVEL_BACKWARD);
	fake_settle(world->fake);
}

/* Everything but the highest id seen, which may have grown: that wastes an id at most. */
static char *dump_state(const struct registry *registry)
{
	char *text = world_dump(registry);
	char *max_id = strstr(text, "max id ");
	char *end = strstr(max_id, " global");

	memmove(max_id, end, strlen(end) + 1);
	return text;
}

static bool apply_with_fault(size_t row, long n)
{
	struct world world;
	struct store_record record = { .offset = 100, .key = str_z(records[row].key),
		.value = str_z(records[row].value) };

	set_up_state(&world);
	char *before = dump_state(world.registry);
	cold_work(world.registry);
	fault_at(n);
	enum apply_outcome outcome = registry_apply(world.registry, &record);
	bool hit = fault_end();
	if (outcome == APPLY_NO_MEMORY) {
		char *after = dump_state(world.registry);
		assert_true(hit);
		assert_string_equal(before, after);
		free(after);
		/* and it can be applied once there is memory, to the same end */
		outcome = registry_apply(world.registry, &record);
	}
	char *now = world_dump(world.registry);
	struct world fresh;
	set_up_state(&fresh);
	assert_int_equal(registry_apply(fresh.registry, &record), outcome);
	char *wanted = world_dump(fresh.registry);
	assert_string_equal(now, wanted);
	world_finish(&fresh);
	free(wanted);
	free(now);
	free(before);
	world_finish(&world);
	return hit;
}

static void test_apply(void **state)
{
	(void)state;
	for (size_t row = 0; row < sizeof(records) / sizeof(records[0]); row++) {
		long n = 0;
		while (apply_with_fault(row, n)) {
			assert_true(++n < 100);
		}
		assert_true(n > 0);
	}
}

static unsigned answers;
static struct registry_error last_error;

static void note(void *user, const struct write_result *result)
{
	(void)user;
	answers++;
	last_error = result->error;
}

/* From the call to the answer, the record's own application included. */
static void test_apply_of_own_write(void **state)
{
	struct world world;
	bool hit = true;

	(void)state;
	for (long n = 0; hit; n++) {
		assert_true(n < 100);
		set_up_state(&world);
		cold_work(world.registry);
		ask_register(&world, "new", "AVRO", "a9 new", NULL);
		fault_at(n);
		fake_end(world.fake, STORE_OK);
		hit = fault_end();
		if (world.fake->outcome == APPLY_NO_MEMORY) {
			assert_true(hit); /* the process ends here: the state is behind the log */
			assert_null(world_subject(&world, "new"));
		} else {
			assert_int_equal(world_subject(&world, "new")->n_versions, 1);
		}
		world_finish(&world);
	}
}

static void test_barrier(void **state)
{
	struct world world;
	bool hit = true;

	(void)state;
	for (long n = 0; hit; n++) {
		assert_true(n < 20);
		set_up_state(&world);
		struct ask *doubt = ask_register(&world, "new", "AVRO", "a1", NULL);
		struct ask *waits = ask_register(&world, "new", "AVRO", "a5", NULL);
		cold_work(world.registry);
		fault_at(n);
		fake_lose(world.fake, 1);
		hit = fault_end();
		assert_int_equal(doubt->code, REGISTRY_STORE_UNKNOWN);
		/* The barrier runs, now or with the next write; nobody waits for ever. */
		assert_true(fake_pending(world.fake) == 1);
		fake_settle(world.fake);
		assert_int_equal(waits->code, REGISTRY_OK);
		assert_int_equal(waits->number, 2);
		world_check(&world);
		world_finish(&world);
	}
	/* A barrier that can not begin when the next write asks for it: an answer all the same. */
	set_up_state(&world);
	ask_register(&world, "new", "AVRO", "a1", NULL);
	fake_lose(world.fake, 1);
	fake_end(world.fake, STORE_UNAVAILABLE);
	world.registry->work.max_bytes = 16;
	arena_finish(&world.registry->work);
	answers = 0;
	assert_null(registry_set_config(world.registry, SCUTE_STR("x"), world_level(LEVEL_FULL), note, NULL));
	assert_int_equal(answers, 1);
	assert_int_equal(last_error.code, REGISTRY_NO_MEMORY);
	cold_work(world.registry);
	struct ask *ask = ask_set_level(&world, "x", LEVEL_FULL);
	fake_settle(world.fake);
	assert_int_equal(ask->code, REGISTRY_OK);
	world_check(&world);
	world_finish(&world);
}

static void test_compat(void **state)
{
	struct world world;
	struct scute_limits limits = { sizeof(limits), 64, 1 << 20, 10000 };
	struct scute_source source = { sizeof(source), 0, SCUTE_STR("a2"), NULL, 0, &limits };
	struct compat_question question = { .level = LEVEL_BACKWARD_TRANSITIVE,
		.limits = &limits };
	struct compat_answer answer = { 0 };
	struct registry_error error;
	struct scute_error err;
	struct arena arena;
	bool hit = true;

	(void)state;
	set_up_state(&world);
	arena_init(&arena, 1 << 20);
	question.type = registry_type(world.registry, SCUTE_STR("AVRO"));
	assert_int_equal(fake_format.parse(&source, &arena.base, &question.schema, &err), SCUTE_OK);
	for (long n = 0; hit; n++) {
		assert_true(n < 20);
		cold_work(world.registry);
		error.code = REGISTRY_OK;
		fault_at(n);
		bool answered = world_compat(world.registry, &question,
			world_subject(&world, "s"), NULL, registry_work(world.registry), &answer,
			&error);
		hit = fault_end();
		assert_int_equal(answered, !hit);
		if (answered) {
			assert_false(answer.compatible);
			assert_int_equal(answer.n_messages, 4);
		} else {
			assert_int_equal(error.code, REGISTRY_NO_MEMORY);
		}
	}
	arena_finish(&arena);
	world_finish(&world);
}

static void test_create(void **state)
{
	struct registry *registry = NULL;

	(void)state;
	for (long n = 0; !registry; n++) {
		assert_true(n < 10);
		fault_at(n);
		registry = world_registry();
		assert_int_equal(fault_end(), !registry);
	}
	registry_destroy(registry);
	registry_destroy(NULL);
	writer_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_apply_of_own_write),
		cmocka_unit_test(test_barrier),
		cmocka_unit_test(test_compat),
		cmocka_unit_test(test_create),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
