/* SPDX-License-Identifier: Apache-2.0 */
/* The queue: what waits, what goes together, what a barrier holds back, what a cancel leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <time.h>

#include "registry/writer.h"
#include "support/str.h"
#include "world.h"

static void test_together(void **state)
{
	enum { N = 1000 };
	struct world world;
	char text[16];

	(void)state;
	world_init(&world);
	for (int i = 0; i < N; i++) {
		snprintf(text, sizeof(text), "s%d", i);
		struct ask *ask = ask_register(&world, text, "AVRO", text, NULL);
		assert_false(ask->ended);
		assert_int_equal(fake_pending(world.fake), i + 1); /* none waits for another */
	}
	for (int i = 0; i < N; i++) {
		fake_end(world.fake, STORE_OK);
		assert_true(world.asks[i].ended);
		assert_int_equal(world.asks[i].id, i + 1);
		assert_null(world.registry->writer->first_woken);
	}
	assert_int_equal(world.registry->writer->pending, 0);
	assert_int_equal(world.registry->writer->locks.count, 0);
	world_check(&world);
	world_finish(&world);
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* n independent writes in front of a change of the global level and n behind it. */
static double time_around_level(int n)
{
	struct world world;
	char text[16];

	world_init(&world);
	double begin = cpu_seconds();
	for (int i = 0; i < 2 * n; i++) {
		if (i == n) {
			ask_set_level(&world, NULL, LEVEL_NONE);
			assert_int_equal(fake_pending(world.fake), n);
		}
		snprintf(text, sizeof(text), "a%d", i);
		ask_register(&world, text, "AVRO", text, NULL);
	}
	assert_int_equal(fake_pending(world.fake), n);
	fake_settle(world.fake);
	double spent = cpu_seconds() - begin;
	assert_int_equal(world.registry->subjects.live, 2 * n);
	world_finish(&world);
	return spent;
}

static void test_time_is_linear(void **state)
{
	(void)state;
	time_around_level(200);
	double few = time_around_level(400);
	double many = time_around_level(4000);
	assert_true(many < 50 * few + 0.05);
}

static void test_same_content(void **state)
{
	struct world world;

	(void)state;
	for (int fails = 0; fails < 2; fails++) {
		world_init(&world);
		struct ask *a = ask_register(&world, "a", "AVRO", "a1", NULL);
		struct ask *b = ask_register(&world, "b", "AVRO", "a 1", NULL);
		struct ask *other = ask_register(&world, "c", "AVRO", "a2", NULL);
		assert_int_equal(fake_pending(world.fake), 2); /* b waits */
		fake_end(world.fake, fails ? STORE_FULL : STORE_OK);
		assert_int_equal(a->ended, 1);
		assert_int_equal(fake_pending(world.fake), 2);
		fake_settle(world.fake);
		assert_int_equal(b->code, REGISTRY_OK);
		assert_int_equal(b->id, fails ? 3 : 1);
		assert_int_equal(other->id, 2);
		world_check(&world);
		world_finish(&world);
	}
}

static void test_one_subject(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	struct ask *first = ask_register(&world, "s", "AVRO", "a5", NULL);
	struct ask *bad = ask_register(&world, "s", "AVRO", "a3", NULL);
	struct ask *good = ask_register(&world, "s", "AVRO", "a6", NULL);
	struct ask *again = ask_register(&world, "s", "AVRO", "a5 ", NULL);
	assert_int_equal(fake_pending(world.fake), 1);
	fake_end(world.fake, STORE_OK);
	assert_int_equal(first->number, 1);
	assert_int_equal(bad->code, REGISTRY_INCOMPATIBLE); /* held against the first */
	assert_false(good->ended);
	fake_end(world.fake, STORE_OK);
	assert_int_equal(good->number, 2);
	assert_true(again->ended); /* known by then */
	assert_int_equal(again->id, first->id);
	assert_int_equal(again->number, 1);
	world_finish(&world);

	world_init(&world);
	first = ask_register(&world, "s", "AVRO", "a5", NULL);
	good = ask_register(&world, "s", "AVRO", "a3", NULL);
	fake_end(world.fake, STORE_UNAVAILABLE);
	fake_settle(world.fake);
	assert_int_equal(good->code, REGISTRY_OK); /* there was no first */
	assert_int_equal(good->number, 1);
	world_finish(&world);
}

static void test_reference_and_delete(void **state)
{
	struct world world;

	(void)state;
	for (int order = 0; order < 4; order++) {
		struct ask *refers = NULL;
		struct ask *delete;
		bool reference_first = order & 1;
		world_init(&world);
		must_register(&world, "t", "a1");
		if (reference_first) {
			refers = ask_register(&world, "s", "AVRO", "a9", "t:1");
		}
		delete = order & 2 ? ask_delete_subject(&world, "t", false)
				   : ask_delete_version(&world, "t", 1, false);
		if (!reference_first) {
			refers = ask_register(&world, "s", "AVRO", "a9", "t:1");
		}
		assert_int_equal(fake_pending(world.fake), 1);
		fake_settle(world.fake);
		assert_int_equal(refers->code,
			reference_first ? REGISTRY_OK : REGISTRY_REFERENCES_INVALID);
		assert_int_equal(delete->code,
			reference_first ? REGISTRY_REFERENCE_EXISTS : REGISTRY_OK);
		world_check(&world);
		world_finish(&world);
	}
}

/* What a reference stood for when the text was parsed must be what it stands for in the log. */
static void test_reference_replaced_meanwhile(void **state)
{
	struct world world;
	struct ask *first;
	struct ask *refers;

	(void)state;
	world_init(&world);
	must_register(&world, "t", "a1");
	first = ask_register(&world, "s", "AVRO", "a2", NULL);
	refers = ask_register(&world, "s", "AVRO", "a3", "t:1");
	fake_foreign(world.fake, "{\"keytype\":\"SCHEMA\",\"subject\":\"t\",\"version\":1,\"magic\":1}",
		"{\"subject\":\"t\",\"version\":1,\"id\":7,\"schema\":\"other text\"}");
	fake_settle(world.fake);
	assert_int_equal(first->code, REGISTRY_OK);
	assert_int_equal(refers->code, REGISTRY_REFERENCES_INVALID);
	world_check(&world);
	world_finish(&world);
}

/* Another writer's record stands before ours under the same id: the id is not handed out. */
static void test_id_taken_by_another(void **state)
{
	struct world world;
	struct ask *ask;

	(void)state;
	world_init(&world);
	must_register(&world, "s", "a1");
	ask = ask_register(&world, "s", "AVRO", "a2", NULL);
	assert_int_equal(fake_pending(world.fake), 1);
	fake_foreign(world.fake,
		"{\"keytype\":\"SCHEMA\",\"subject\":\"theirs\",\"version\":1,\"magic\":1}",
		"{\"subject\":\"theirs\",\"version\":1,\"id\":2,\"schema\":\"other text\"}");
	fake_settle(world.fake);
	assert_int_equal(ask->code, REGISTRY_OK);
	assert_int_equal(ask->id, 3);
	assert_int_equal(ask->number, 2);
	assert_true(str_eq_z(schema_text(schemas_by_id(&world.registry->schemas, 2)), "other text"));
	assert_int_equal(world_version(&world, "s", 2)->schema->id, 3);
	assert_int_equal(world_subject(&world, "s")->n_versions, 2);
	world_check(&world);
	world_finish(&world);
}

/* Several that refer to one do not wait for one another; a circle of waits can not be. */
static void test_crossed_references(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	must_register(&world, "a", "a1");
	must_register(&world, "b", "b1");
	ask_register(&world, "x", "AVRO", "x1", "a:1");
	ask_register(&world, "y", "AVRO", "y1", "a:1");
	assert_int_equal(fake_pending(world.fake), 2);
	ask_register(&world, "a", "AVRO", "a2", "b:1");
	ask_register(&world, "b", "AVRO", "b2", "a:1");
	ask_register(&world, "a", "AVRO", "a3", "a:1");
	ask_register(&world, "b", "AVRO", "b3", "a:1");
	fake_settle(world.fake);
	for (size_t i = 0; i < world.n_asks; i++) {
		assert_true(world.asks[i].ended);
		assert_int_equal(world.asks[i].code, REGISTRY_OK);
	}
	world_check(&world);
	world_finish(&world);
}

static void test_global_level(void **state)
{
	struct world world;

	(void)state;
	for (int fails = 0; fails < 2; fails++) {
		world_init(&world);
		must_register(&world, "s", "a5");
		ask_set_level(&world, NULL, LEVEL_NONE);
		struct ask *behind = ask_register(&world, "s", "AVRO", "b1", NULL);
		struct ask *level = ask_set_level(&world, "other", LEVEL_FULL);
		assert_int_equal(fake_pending(world.fake), 2); /* a subject's level waits for none */
		fake_end(world.fake, fails ? STORE_FULL : STORE_OK);
		fake_settle(world.fake);
		assert_int_equal(behind->code, fails ? REGISTRY_INCOMPATIBLE : REGISTRY_OK);
		assert_int_equal(level->code, REGISTRY_OK);
		world_finish(&world);
	}
}

static void test_cancel(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	struct ask *first = ask_register(&world, "s", "AVRO", "a1", NULL);
	struct ask *waits = ask_register(&world, "s", "AVRO", "a2", NULL);
	struct ask *last = ask_register(&world, "s", "AVRO", "a3", NULL);
	ask_cancel(waits);
	ask_cancel(first); /* on its way already: it goes on */
	fake_settle(world.fake);
	assert_false(first->ended);
	assert_false(waits->ended);
	assert_int_equal(last->number, 2);
	assert_int_equal(world_subject(&world, "s")->n_versions, 2);
	assert_int_equal(world.registry->writer->locks.count, 0);
	/* A cancel sets free what waited for the cancelled one. */
	ask_register(&world, "s", "AVRO", "a4", NULL);
	waits = ask_set_level(&world, NULL, LEVEL_NONE);
	last = ask_register(&world, "t", "AVRO", "b1", NULL);
	assert_int_equal(fake_pending(world.fake), 1);
	ask_cancel(waits);
	assert_int_equal(fake_pending(world.fake), 2);
	fake_settle(world.fake);
	assert_int_equal(last->code, REGISTRY_OK);
	world_check(&world);
	world_finish(&world);
}

static void test_destroy_while_waiting(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	ask_register(&world, "s", "AVRO", "a1", NULL);
	ask_register(&world, "s", "AVRO", "a2", NULL);
	fake_lose(world.fake, 0);
	ask_register(&world, "s", "AVRO", "a3", NULL);
	ask_delete_subject(&world, "s", true);
	world_finish(&world); /* no answer comes, nothing leaks */
}

/* The write in doubt turned up, or it did not. */
static void test_unknown(void **state)
{
	struct world world;

	(void)state;
	for (size_t n = 0; n < 2; n++) {
		world_init(&world);
		must_register(&world, "s", "a1");
		struct ask *doubt = ask_register(&world, "s", "AVRO", "a5", NULL);
		struct ask *behind = ask_register(&world, "t", "AVRO", "a9", NULL);
		struct ask *same = ask_register(&world, "s", "AVRO", "a5 ", NULL);
		struct ask *less = ask_register(&world, "s", "AVRO", "a3", NULL);
		fake_lose(world.fake, n);
		assert_int_equal(doubt->code, REGISTRY_STORE_UNKNOWN);
		assert_int_equal(fake_pending(world.fake), 2); /* the one behind, and the barrier */
		fake_end(world.fake, STORE_UNAVAILABLE);
		assert_int_equal(behind->code, REGISTRY_STORE_UNAVAILABLE);
		struct ask *late = ask_register(&world, "u", "AVRO", "a1", NULL);
		assert_int_equal(fake_pending(world.fake), 1);
		assert_true(world.fake->jobs[world.fake->first_job].is_barrier);
		assert_false(same->ended || late->ended); /* nothing is decided yet */
		fake_end(world.fake, STORE_OK);
		fake_settle(world.fake);
		assert_int_equal(same->code, REGISTRY_OK);
		assert_int_equal(same->number, 2);
		assert_true(n == 1 ? same->id == 2 : same->id > 3); /* never the id in doubt */
		assert_int_equal(less->code, REGISTRY_INCOMPATIBLE);
		assert_int_equal(late->code, REGISTRY_OK);
		assert_int_equal(late->id, 1);
		world_check(&world);
		world_finish(&world);
	}
}

static void test_barrier_fails(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	struct ask *doubt = ask_register(&world, "s", "AVRO", "a1", NULL);
	struct ask *waits = ask_register(&world, "s", "AVRO", "a 1", NULL);
	struct ask *other = ask_register(&world, "t", "AVRO", "t1", NULL);
	fake_lose(world.fake, 1);
	assert_int_equal(doubt->code, REGISTRY_STORE_UNKNOWN);
	fake_end(world.fake, STORE_UNAVAILABLE); /* of t */
	assert_int_equal(other->code, REGISTRY_STORE_UNAVAILABLE);
	fake_end(world.fake, STORE_UNAVAILABLE); /* the barrier */
	assert_int_equal(waits->code, REGISTRY_STORE_UNAVAILABLE);
	assert_int_equal(fake_pending(world.fake), 0);
	assert_int_equal(world.registry->writer->pending, 0);
	/* The next write asks for another barrier, and waits for it. */
	waits = ask_register(&world, "s", "AVRO", "a 1", NULL);
	other = ask_delete_subject(&world, "t", false);
	assert_int_equal(fake_pending(world.fake), 1);
	assert_true(world.fake->jobs[world.fake->first_job].is_barrier);
	fake_end(world.fake, STORE_UNKNOWN);
	assert_int_equal(waits->code, REGISTRY_STORE_UNAVAILABLE);
	assert_int_equal(other->code, REGISTRY_STORE_UNAVAILABLE);
	waits = ask_register(&world, "s", "AVRO", "a 1", NULL);
	fake_end(world.fake, STORE_OK);
	assert_int_equal(waits->code, REGISTRY_OK); /* it was there: no second record */
	assert_int_equal(waits->id, 1);
	assert_int_equal(waits->number, 1);
	assert_int_equal(fake_pending(world.fake), 0);
	world_check(&world);
	world_finish(&world);
}

/* What the barrier writes keeps the ids given out, also for those in doubt. */
static void test_barrier_tells_max_id(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	ask_register(&world, "s", "AVRO", "a1", NULL);
	ask_register(&world, "t", "AVRO", "b1", NULL);
	fake_lose(world.fake, 0);
	fake_settle(world.fake);
	assert_true(str_eq_z(fake_last(world.fake)->value, "{\"maxId\":2}"));
	world_restart(&world);
	assert_int_equal(must_register(&world, "u", "c1"), 3);
	world_finish(&world);
}

struct chain {
	struct world *world;
	unsigned left;
	unsigned failed;
};

static void ask_on(void *user, const struct write_result *result)
{
	struct chain *chain = user;

	chain->failed += result->error.code != REGISTRY_OK;
	if (chain->left > 0) {
		chain->left--;
		registry_set_config(chain->world->registry, SCUTE_STR("s"), world_level(LEVEL_NONE), ask_on,
			chain);
	}
}

/* New writes from inside of answers: of an append, of one that ends at once, of a failed barrier. */
static void test_asking_in_answers(void **state)
{
	struct world world;
	struct chain chain = { &world, 20, 0 };

	(void)state;
	world_init(&world);
	assert_non_null(registry_set_config(world.registry, SCUTE_STR("s"), world_level(LEVEL_FULL), ask_on, &chain));
	fake_settle(world.fake);
	assert_int_equal(chain.left, 0);
	assert_int_equal(chain.failed, 0);

	chain.left = 20;
	assert_null(registry_delete_version(world.registry, SCUTE_STR("none"), 1, false, ask_on,
		&chain));
	fake_settle(world.fake);
	assert_int_equal(chain.left, 0);
	assert_int_equal(chain.failed, 1);

	chain = (struct chain){ &world, 5, 0 };
	ask_register(&world, "t", "AVRO", "a1", NULL);
	fake_lose(world.fake, 0);
	assert_non_null(registry_set_config(world.registry, SCUTE_STR("s"), world_level(LEVEL_FULL), ask_on, &chain));
	fake_end(world.fake, STORE_UNAVAILABLE);
	assert_int_equal(chain.left, 0);
	assert_int_equal(chain.failed, 6); /* each is refused, none goes on for ever */
	assert_int_equal(world.registry->writer->pending, 0);
	assert_int_equal(fake_pending(world.fake), 0);
	world_finish(&world);
}

static void test_too_many(void **state)
{
	enum { MAX = 100000 };
	struct world world;
	struct chain chain = { &world, 0, 0 };
	struct write **writes = calloc(MAX, sizeof(struct write *));

	(void)state;
	world_init(&world);
	for (size_t i = 0; i < MAX; i++) {
		writes[i] = registry_set_config(world.registry, SCUTE_STR("s"), world_level(LEVEL_FULL), ask_on,
			&chain);
		assert_non_null(writes[i]);
	}
	assert_null(registry_set_config(world.registry, SCUTE_STR("s"), world_level(LEVEL_FULL), ask_on, &chain));
	assert_int_equal(chain.failed, 1);
	for (size_t i = MAX; i-- > 1;) {
		write_cancel(writes[i]);
	}
	assert_int_equal(world.registry->writer->pending, 1);
	fake_settle(world.fake);
	assert_int_equal(chain.failed, 1);
	free(writes);
	world_finish(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_time_is_linear),
		cmocka_unit_test(test_same_content),
		cmocka_unit_test(test_one_subject),
		cmocka_unit_test(test_reference_and_delete),
		cmocka_unit_test(test_reference_replaced_meanwhile),
		cmocka_unit_test(test_id_taken_by_another),
		cmocka_unit_test(test_crossed_references),
		cmocka_unit_test(test_global_level),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_destroy_while_waiting),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_barrier_fails),
		cmocka_unit_test(test_barrier_tells_max_id),
		cmocka_unit_test(test_asking_in_answers),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
