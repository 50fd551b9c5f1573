/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thousands of random writes, many in flight, some failing, some cancelled, some in doubt;
 * again and again the state must be what the log says, whole and compacted, and the promises
 * on ids and versions must hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/str.h"
#include "world.h"

#define SUBJECTS 6
#define IDS_MAX 4096

static uint64_t seed;

static uint32_t any(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static const char *const names[SUBJECTS] = { "a", "b", "c", "d/\"quoted\"", "", "\xc3\xa9" };

/* What an id ever stood for, over all hard deletes. */
static char *meaning[IDS_MAX];

static void check_ids(const struct world *world)
{
	const struct subject *subject = world->registry->subjects.first;

	for (; subject; subject = subject->next) {
		for (uint32_t i = 0; i < subject->n_versions; i++) {
			const struct schema *schema = subject->versions[i].schema;
			char text[128];
			snprintf(text, sizeof(text), "%.*s %.*s %zu", STR_ARGS(schema->type->name),
				STR_ARGS(schema_text(schema)),
				schema->more ? schema->more->n_references : 0);
			assert_true(schema->id > 0 && schema->id < IDS_MAX);
			assert_ptr_equal(schemas_by_identity(&world->registry->schemas,
				schema->identity), schema); /* one id for one content */
			if (!meaning[schema->id]) {
				meaning[schema->id] = strdup(text);
			}
			if (!schema->more) {
				assert_string_equal(meaning[schema->id], text);
			}
			assert_true(i == 0 || subject->versions[i - 1].number <
				subject->versions[i].number);
		}
	}
}

/* Mostly one that there is. */
static int32_t any_version(const struct world *world, const char *name)
{
	const struct subject *subject = world_subject(world, name);

	if (!subject || subject->n_versions == 0 || any(8) == 0) {
		return (int32_t)any(3);
	}
	return subject->versions[any(subject->n_versions)].number;
}

static struct ask *ask_anything(struct world *world)
{
	const char *subject = names[any(SUBJECTS)];
	char text[32];
	char ref[64];

	switch (any(15)) {
	case 0:
	case 1:
		return ask_delete_version(world, subject, any_version(world, subject), false);
	case 7:
	case 8:
		return ask_delete_version(world, subject, any_version(world, subject), true);
	case 2:
		return ask_delete_subject(world, subject, false);
	case 3:
		return ask_delete_subject(world, subject, true);
	case 4:
		return ask_set_level(world, any(3) ? subject : NULL, (enum level)any(7));
	case 5:
		return ask_clear_level(world, any(3) ? subject : NULL);
	case 6:
		snprintf(text, sizeof(text), "a9 r%u", any(4));
		snprintf(ref, sizeof(ref), "%s:%u", names[any(SUBJECTS)], 1 + any(3));
		if (any(4)) {
			subject = "refers"; /* seldom the others, or nothing could go */
		}
		return ask_register(world, subject, "AVRO", text, ref);
	default:
		snprintf(text, sizeof(text), "%c%u %u", 'a' + (int)any(2), any(3), any(4));
		return ask_register(world, subject, any(8) ? "AVRO" : "JSON", text, NULL);
	}
}

/* A registration answered OK is there, as it was said, while nothing else ran since. */
static void check_answer(const struct world *world, const struct ask *ask, const char *subject)
{
	const struct version *version = world_version(world, subject, ask->number);

	assert_non_null(version);
	assert_int_equal(version->schema->id, ask->id);
	assert_false(version->deleted);
}

static void end_one(struct world *world)
{
	struct fake_store *fake = world->fake;
	const struct fake_job *job = &fake->jobs[fake->first_job];
	uint32_t luck = any(40);

	if (job->is_barrier) {
		fake_end(fake, luck < 8 ? STORE_UNAVAILABLE : STORE_OK);
	} else if (fake->in_doubt) {
		fake_end(fake, STORE_UNAVAILABLE);
	} else if (luck == 0) {
		fake_lose(fake, any((uint32_t)job->n + 1));
	} else if (luck < 3) {
		fake_end(fake, luck == 1 ? STORE_FULL : STORE_UNAVAILABLE);
	} else {
		fake_end(fake, STORE_OK);
	}
}

/* The next write starts the barrier that a failed one left to do. */
static void settle(struct world *world)
{
	fake_settle(world->fake);
	if (world->fake->in_doubt) {
		ask_set_level(world, "a", LEVEL_NONE);
		fake_settle(world->fake);
	}
	assert_false(world->fake->in_doubt);
	assert_int_equal(world->fake->n_applied, world->fake->n_log);
	for (size_t i = 0; i < world->n_asks; i++) {
		assert_null(world->asks[i].handle); /* nobody was forgotten */
	}
}

static void run(uint64_t with_seed, unsigned steps, unsigned in_flight)
{
	struct world world;

	seed = with_seed;
	world_init(&world);
	for (unsigned step = 0; step < steps; step++) {
		struct ask *ask = ask_anything(&world);
		if (ask->handle && any(20) == 0) {
			ask_cancel(ask);
		}
		while (fake_pending(world.fake) > any(in_flight)) {
			end_one(&world);
			check_ids(&world);
		}
		if (step % 40 == 39) {
			settle(&world);
			world_check(&world);
			ask = ask_register(&world, "a", "AVRO", "b9 fixed", NULL);
			settle(&world);
			if (ask->code == REGISTRY_OK) {
				check_answer(&world, ask, "a");
			}
			if (any(3) == 0) {
				world_restart(&world);
				check_ids(&world);
			}
		}
	}
	settle(&world);
	world_check(&world);
	for (size_t id = 0; id < IDS_MAX; id++) {
		free(meaning[id]);
		meaning[id] = NULL;
	}
	world_finish(&world);
}

static void test_one_at_a_time(void **state)
{
	(void)state;
	run(1, 1500, 1);
}

static void test_some_in_flight(void **state)
{
	(void)state;
	run(2, 1500, 6);
	run(3, 1500, 3);
}

static void test_many_in_flight(void **state)
{
	(void)state;
	run(4, 1500, 40);
	run(5, 1500, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_some_in_flight),
		cmocka_unit_test(test_many_in_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
