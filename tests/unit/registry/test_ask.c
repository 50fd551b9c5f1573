/* SPDX-License-Identifier: Apache-2.0 */
/* What counts as known already, and what is asked for when memory is out before the queue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "registry/refs.h"
#include "registry/writer.h"
#include "support/str.h"
#include "world.h"

static bool known(const struct world *world, const char *subject, const struct schema *schema,
	uint32_t *ret_id, int32_t *ret_number)
{
	return registry_known(world->registry, str_z(subject), schema->identity, ret_id, ret_number);
}

static void test_known(void **state)
{
	struct world world;
	uint32_t id = 0;
	int32_t number = 0;

	(void)state;
	world_init(&world);
	must_register(&world, "s", "a1");
	must_register(&world, "s", "a2");
	must_register(&world, "t", "a2");
	const struct schema *a1 = schemas_by_id(&world.registry->schemas, 1);
	assert_true(known(&world, "s", a1, &id, &number));
	assert_int_equal(id, 1);
	assert_int_equal(number, 1);
	assert_false(known(&world, "t", a1, &id, &number));
	assert_false(known(&world, "none", a1, &id, &number));
	must_delete_version(&world, "s", 1);
	assert_false(known(&world, "s", a1, &id, &number));
	must_register(&world, "s", "a 2");
	fake_foreign(world.fake, "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":9,\"magic\":1}",
		"{\"id\":20,\"schema\":\"a 2\"}"); /* again, under an id of its own */
	const struct schema *a2 = schemas_by_id(&world.registry->schemas, 2);
	assert_true(known(&world, "s", a2, &id, &number));
	assert_int_equal(number, 9); /* the newest, with the id that it has */
	assert_int_equal(id, 20);
	world_finish(&world);
}

/* What stands before the log's own name is a subject like any other. */
static void test_names_do_not_meet(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	ask_set_level(&world, "a1", LEVEL_NONE);
	ask_register(&world, "s", "AVRO", "a1", NULL); /* a content of that name */
	ask_set_level(&world, "", LEVEL_NONE);
	assert_int_equal(fake_pending(world.fake), 3);
	fake_settle(world.fake);
	world_finish(&world);
}

static unsigned answered;
static enum registry_code answer;

static void note(void *user, const struct write_result *result)
{
	(void)user;
	answered++;
	answer = result->error.code;
}

static struct write *ask_kind(struct registry *registry, int kind, const struct register_args *args)
{
	struct scute_str subject = SCUTE_STR("s");

	switch (kind) {
	case 0:
		return registry_register(registry, args, note, NULL);
	case 1:
		return registry_delete_version(registry, subject, 1, false, note, NULL);
	case 2:
		return registry_delete_version(registry, subject, 2, true, note, NULL);
	case 3:
		return registry_delete_subject(registry, subject, false, note, NULL);
	case 4:
		return registry_delete_subject(registry, SCUTE_STR("gone"), true, note, NULL);
	case 5:
		return registry_set_config(registry, subject, world_level(LEVEL_NONE), note, NULL);
	case 6:
		return registry_set_config(registry, (struct scute_str){ NULL, 0 }, world_level(LEVEL_NONE), note,
			NULL);
	default:
		return registry_clear_config(registry, subject, note, NULL);
	}
}

static void set_up_state(struct world *world)
{
	world_init(world);
	ask_set_level(world, "s", LEVEL_FORWARD);
	must_register(world, "r", "r1");
	must_register(world, "s", "a3");
	must_register(world, "s", "a2");
	must_register(world, "gone", "a1");
	must_delete_version(world, "s", 2);
	must_delete_subject(world, "gone");
	fake_foreign(world->fake, "{\"subject\":\"s\",\"version\":2,\"magic\":0,\"keytype\":\"SCHEMA\"}",
		"{\"id\":3,\"schema\":\"a2\",\"deleted\":true}");
}

/* As callers do: what the references stand for when the text is parsed. */
static void resolve(const struct world *world, struct register_args *args, struct arena *arena)
{
	struct scute_error err;

	assert_int_equal(refs_resolve(world->registry, args->content.references,
		args->content.n_references, true, &arena->base, &args->resolved, &args->n_resolved,
		&err), SCUTE_OK);
}

/* One write with the n-th allocation failing. Returns whether it came to that. */
static bool run_with_fault(int kind, long n)
{
	struct world world;
	struct schema_reference reference = { SCUTE_STR("r"), SCUTE_STR("r"), 1 };
	struct register_args args = { .subject = SCUTE_STR("s"), .identity = { 1, 2 } };
	struct scute_limits limits = { sizeof(limits), 64, 1 << 20, 10000 };
	struct scute_source source = { sizeof(source), 0, SCUTE_STR("a1 new"), NULL, 0, &limits };
	struct arena arena;
	struct scute_error err;

	set_up_state(&world);
	arena_init(&arena, 1 << 20);
	args.content = (struct schema_content){ registry_type(world.registry, SCUTE_STR("AVRO")),
		source.text, &reference, 1, SCUTE_STR("\"metadata\":{}"), SCUTE_STR("."), 0 };
	resolve(&world, &args, &arena);
	assert_int_equal(fake_format.parse(&source, &arena.base, &args.parsed, &err), SCUTE_OK);
	char *before = world_dump(world.registry);
	arena_finish(&world.registry->work); /* so that its first block is to be had anew */
	arena_init(&world.registry->work, 64 << 20);
	answered = 0;
	fault_at(n);
	struct write *write = ask_kind(world.registry, kind, &args);
	bool hit = fault_end();
	if (write) {
		assert_int_equal(answered, 0);
		assert_int_equal(fake_pending(world.fake), 1);
		fake_settle(world.fake);
		assert_int_equal(answer, REGISTRY_OK);
	} else {
		assert_true(hit);
		assert_int_equal(answer, REGISTRY_NO_MEMORY); /* and no other reason */
		char *after = world_dump(world.registry);
		assert_string_equal(before, after);
		free(after);
	}
	assert_int_equal(answered, 1);
	assert_int_equal(world.registry->writer->pending, 0);
	assert_int_equal(world.registry->writer->locks.count, 0);
	world_check(&world);
	assert_true(must_register(&world, "after", "z1 all is well") > 0);
	free(before);
	arena_finish(&arena);
	world_finish(&world);
	return hit;
}

static void test_no_memory(void **state)
{
	(void)state;
	for (int kind = 0; kind < 8; kind++) {
		long n = 0;
		while (run_with_fault(kind, n)) {
			assert_true(++n < 100);
		}
		assert_true(n >= 2);
	}
}

/* A work arena of any size: too small is an error, never half a decision. */
static void test_small_work(void **state)
{
	struct world world;
	struct schema_content content = { .text = SCUTE_STR("a1 new") };
	struct register_args args = { .subject = SCUTE_STR("s") };

	(void)state;
	for (int kind = 1; kind < 8; kind++) {
		bool went = false;
		for (size_t bytes = 32; !went; bytes += 32) {
			assert_true(bytes < 1 << 16);
			set_up_state(&world);
			args.content = content;
			world.registry->work.max_bytes = bytes;
			arena_finish(&world.registry->work);
			arena_init(&world.registry->work, bytes);
			answered = 0;
			went = ask_kind(world.registry, kind, &args) != NULL;
			assert_int_equal(answered, !went);
			assert_true(went || answer == REGISTRY_NO_MEMORY);
			world.registry->work.max_bytes = 64 << 20;
			fake_settle(world.fake);
			world_check(&world);
			world_finish(&world);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_names_do_not_meet),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_small_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
