/* SPDX-License-Identifier: Apache-2.0 */
/* Large schemas are compared on a worker: what may change meanwhile, and what may not wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "registry/writer.h"
#include "support/str.h"
#include "world.h"

#define JOBS_MAX 8
#define LARGE (CHECK_LOOP_BYTES_MAX + 100)

static struct {
	void (*work)(void *job);
	void (*done)(void *job);
	void *job;
} jobs[JOBS_MAX];
static size_t n_jobs;
static bool refuses;

static bool hold_job(void *user, void (*work)(void *job), void (*done)(void *job), void *job)
{
	(void)user;
	if (refuses) {
		return false;
	}
	assert_true(n_jobs < JOBS_MAX);
	jobs[n_jobs].work = work;
	jobs[n_jobs].done = done;
	jobs[n_jobs++].job = job;
	return true;
}

/* The oldest job: on the worker, then back on the loop. */
static void run_job(void)
{
	assert_true(n_jobs > 0);
	void (*work)(void *job) = jobs[0].work;
	void (*done)(void *job) = jobs[0].done;
	void *job = jobs[0].job;

	memmove(&jobs[0], &jobs[1], --n_jobs * sizeof(jobs[0]));
	work(job);
	done(job);
}

static char *large(const char *begin)
{
	char *text = malloc(LARGE + 1);

	memset(text, 'x', LARGE);
	memcpy(text, begin, strlen(begin));
	text[LARGE] = '\0';
	return text;
}

static struct ask *ask_large(struct world *world, const char *subject, const char *begin)
{
	char *text = large(begin);
	struct ask *ask = ask_register(world, subject, "AVRO", text, NULL);

	free(text);
	return ask;
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	n_jobs = 0;
	refuses = false;
	world_offload = hold_job;
	world_init(world);
	must_register(world, "s", "a5");
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	while (n_jobs > 0) {
		run_job();
	}
	world_finish(world);
	world_offload = NULL;
	free(world);
	return 0;
}

static void test_verdicts(void **state)
{
	struct world *world = *state;
	struct ask *good = ask_large(world, "s", "a6");

	assert_int_equal(fake_pending(world->fake), 0);
	must_register(world, "t", "t1"); /* others go on */
	run_job();
	assert_int_equal(fake_pending(world->fake), 1);
	fake_settle(world->fake);
	assert_int_equal(good->number, 2);
	struct ask *bad = ask_large(world, "s", "a3");
	run_job();
	assert_int_equal(bad->code, REGISTRY_INCOMPATIBLE);
	assert_non_null(strstr(bad->message, "new a3 does not read old a6"));
	/* A small one against a large one is large. */
	bad = ask_register(world, "s", "AVRO", "a2", NULL);
	run_job();
	assert_int_equal(bad->code, REGISTRY_INCOMPATIBLE);
	/* Nothing to compare with: nothing for a worker. */
	struct ask *first = ask_large(world, "new", "b1");
	fake_settle(world->fake);
	assert_int_equal(first->code, REGISTRY_OK);
	assert_int_equal(n_jobs, 0);
	world_check(world);
}

static void test_order_is_kept(void **state)
{
	struct world *world = *state;
	struct ask *slow = ask_large(world, "s", "a6");
	struct ask *behind = ask_register(world, "s", "AVRO", "a7", NULL);
	struct ask *level = ask_set_level(world, NULL, LEVEL_NONE);

	assert_int_equal(fake_pending(world->fake), 0);
	run_job();
	fake_end(world->fake, STORE_OK);
	assert_int_equal(slow->number, 2);
	run_job(); /* against the large one */
	fake_settle(world->fake);
	assert_int_equal(behind->number, 3);
	assert_int_equal(level->code, REGISTRY_OK);
	world_check(world);
}

/* Another program writes meanwhile: what was compared is freed only afterwards, and asked anew. */
static void test_changes_meanwhile(void **state)
{
	static const char key[] = "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":1,\"magic\":1}";
	struct world *world = *state;
	struct ask *ask = ask_large(world, "s", "a6");

	fake_foreign(world->fake, key, "{\"id\":9,\"schema\":\"a9\"}");
	run_job();
	assert_false(ask->ended);
	assert_int_equal(n_jobs, 1);
	assert_int_equal(fake_pending(world->fake), 0);
	run_job();
	assert_int_equal(ask->code, REGISTRY_INCOMPATIBLE);
	ask = ask_large(world, "s", "b6");
	fake_foreign(world->fake, key, NULL);
	run_job();
	fake_settle(world->fake);
	assert_int_equal(ask->code, REGISTRY_OK); /* there is nothing to compare with any more */
	assert_int_equal(ask->number, 1);
	fake_foreign(world->fake, "{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}",
		"{\"compatibilityLevel\":\"FORWARD\"}");
	ask = ask_large(world, "s", "b7");
	fake_foreign(world->fake, "{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}",
		"{\"compatibilityLevel\":\"BACKWARD\"}");
	run_job(); /* its verdict is of another level */
	while (n_jobs > 0) {
		run_job();
	}
	fake_settle(world->fake);
	assert_int_equal(ask->code, REGISTRY_OK);
	world_check(world);
}

static void test_cancel(void **state)
{
	struct world *world = *state;
	struct ask *slow = ask_large(world, "s", "a6");
	struct ask *behind = ask_register(world, "s", "AVRO", "a7", NULL);

	ask_cancel(slow);
	assert_int_equal(fake_pending(world->fake), 1); /* what waited for it goes on */
	fake_settle(world->fake);
	assert_int_equal(behind->number, 2);
	run_job(); /* nobody is told, all is freed */
	assert_false(slow->ended);
	assert_null(world->registry->checks);
}

static void test_barrier_meanwhile(void **state)
{
	struct world *world = *state;
	struct ask *slow = ask_large(world, "s", "a6");

	ask_register(world, "t", "AVRO", "t1", NULL);
	fake_lose(world->fake, 1);
	run_job();
	assert_int_equal(fake_pending(world->fake), 1); /* the barrier alone */
	fake_settle(world->fake);
	assert_int_equal(slow->number, 2);
	slow = ask_large(world, "s", "a7");
	ask_register(world, "t", "AVRO", "t2", NULL);
	fake_lose(world->fake, 0);
	fake_end(world->fake, STORE_UNAVAILABLE); /* the barrier fails under it */
	run_job();
	while (fake_pending(world->fake) > 0 || n_jobs > 0) {
		fake_settle(world->fake);
		if (n_jobs > 0) {
			run_job();
		}
	}
	assert_true(slow->ended);
	assert_int_equal(slow->code, REGISTRY_OK);
	world_check(world);
}

static void test_refused_by_the_pool(void **state)
{
	struct world *world = *state;

	refuses = true;
	struct ask *ask = ask_large(world, "s", "a6");
	assert_true(ask->ended);
	assert_int_equal(ask->code, REGISTRY_NO_MEMORY);
	assert_null(world->registry->checks);
	assert_int_equal(world->registry->writer->pending, 0);
}

/* What waits for workers is bounded in bytes; whoever comes then is told to come again. */
static void test_too_much_waits(void **state)
{
	struct world *world = *state;

	world->registry->checks_bytes = CHECKS_BYTES_MAX - 10;
	struct ask *ask = ask_large(world, "s", "a6");
	assert_true(ask->ended);
	assert_int_equal(ask->code, REGISTRY_BUSY);
	assert_int_equal(world->registry->checks_bytes, CHECKS_BYTES_MAX - 10);
	world->registry->checks_bytes = 0;
	ask = ask_large(world, "s", "a6");
	assert_true(world->registry->checks_bytes > 0);
	run_job();
	fake_settle(world->fake);
	assert_int_equal(ask->code, REGISTRY_OK);
	assert_int_equal(world->registry->checks_bytes, 0);
}

/* What the worker reads was parsed before, and goes from the registry while it does. */
static void test_cached(void **state)
{
	static const char key[] =
		"{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":1,\"magic\":1}";
	struct world *world = *state;
	struct parsed_cache *cache = world->registry->parsed;
	struct ask *ask = ask_large(world, "s", "b1");

	run_job();
	assert_int_equal(ask->code, REGISTRY_INCOMPATIBLE);
	assert_int_equal(cache->by_schema.count, 1);
	ask = ask_large(world, "s", "b2");
	fake_foreign(world->fake, key, NULL);
	assert_int_equal(cache->by_schema.count, 0);
	size_t before = fake_format_parses;
	run_job();
	assert_int_equal(fake_format_parses - before, 1);
	fake_settle(world->fake);
	assert_int_equal(ask->code, REGISTRY_OK); /* there is nothing to compare with any more */
	/* Parsed for a version that was gone before the worker was done. */
	ask = ask_large(world, "s", "a6");
	fake_foreign(world->fake, key, NULL);
	run_job();
	assert_int_equal(cache->by_schema.count, 0);
	fake_settle(world->fake);
	assert_int_equal(ask->code, REGISTRY_OK);
	world_check(world);
}

/* The true reason is told, once: what a stored schema refers to is gone. */
static void stored_invalid(struct world *world, enum level level)
{
	ask_set_level(world, NULL, level);
	fake_settle(world->fake);
	struct ask *ask = ask_large(world, "s", "a6");
	run_job();
	assert_int_equal(n_jobs, 0);
	assert_int_equal(ask->code, REGISTRY_STORED_SCHEMA_INVALID);
}

static void test_stored_invalid(void **state)
{
	struct world *world = *state;

	fake_foreign(world->fake, "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":1,\"magic\":1}",
		"{\"id\":7,\"schema\":\"a1\",\"references\":[{\"name\":\"n\",\"subject\":\"gone\","
		"\"version\":1}]}");
	stored_invalid(world, LEVEL_BACKWARD);
	fake_foreign(world->fake, "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":2,\"magic\":1}",
		"{\"id\":8,\"schema\":\"a1 2\"}");
	stored_invalid(world, LEVEL_BACKWARD_TRANSITIVE);
}

static void test_no_memory(void **state)
{
	struct world *world = *state;
	char *text = large("a6");
	bool hit = true;

	for (long n = 0; hit; n++) {
		assert_true(n < 50);
		struct write *write;
		struct ask *ask = ask_register(world, "s", "AVRO", text, NULL);
		ask_cancel(ask); /* only to have the arguments' sizes warm */
		run_job();
		ask = ask_set_level(world, "s", LEVEL_BACKWARD); /* holds the subject */
		struct ask *waits = ask_register(world, "s", "AVRO", text, NULL);
		write = waits->handle;
		assert_non_null(write);
		fault_at(n);
		fake_end(world->fake, STORE_OK);
		if (n_jobs > 0) {
			run_job();
		}
		hit = fault_end();
		if (waits->ended) {
			assert_true(hit);
			assert_int_equal(waits->code, REGISTRY_NO_MEMORY);
		} else {
			assert_int_equal(fake_pending(world->fake), 1);
			fake_end(world->fake, STORE_FULL);
			assert_int_equal(waits->code, REGISTRY_STORE_FULL);
		}
		assert_null(world->registry->checks);
		assert_int_equal(world->registry->writer->pending, 0);
		assert_int_equal(ask->ended, 1);
	}
	free(text);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_verdicts),
		T(test_order_is_kept),
		T(test_changes_meanwhile),
		T(test_cancel),
		T(test_barrier_meanwhile),
		T(test_refused_by_the_pool),
		T(test_too_much_waits),
		T(test_cached),
		T(test_stored_invalid),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
