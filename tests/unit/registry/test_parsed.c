/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of parsed schemas: found again, bounded, never of another text, never pulled away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "registry/compat.h"
#include "registry/parsed.h"
#include "support/str.h"
#include "world.h"

#define N 40

static const struct scute_limits limits = { sizeof(limits), 64, 1 << 20, 10000 };

struct rig {
	struct world world;
	struct parsed_cache cache;
	size_t one_bytes; /* of one entry */
};

static const struct schema *schema_of(const struct rig *rig, int32_t number)
{
	return world_version(&rig->world, "s", number)->schema;
}

static struct parsed *make(const struct rig *rig, int32_t number, const struct scute_reference *references,
	size_t n)
{
	struct parsed *parsed = NULL;
	struct scute_error err = { 0 };

	assert_int_equal(parsed_create(schema_of(rig, number), references, n, &limits, &parsed, &err),
		SCUTE_OK);
	return parsed;
}

static void keep(struct rig *rig, int32_t number, uint64_t turn)
{
	parsed_keep(&rig->cache, make(rig, number, NULL, 0), turn);
}

static bool has(struct rig *rig, int32_t number)
{
	struct parsed *parsed = parsed_find(&rig->cache, schema_of(rig, number), NULL, 0);

	if (parsed) {
		assert_ptr_equal(parsed->schema, schema_of(rig, number));
		parsed_release(parsed);
	}
	return parsed != NULL;
}

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	world_init(&rig->world);
	ask_set_level(&rig->world, NULL, LEVEL_NONE);
	fake_settle(rig->world.fake);
	for (int i = 1; i <= N; i++) {
		char text[16];
		snprintf(text, sizeof(text), "a5 %d", i);
		must_register(&rig->world, "s", text);
	}
	struct parsed *parsed = make(rig, 1, NULL, 0);
	rig->one_bytes = parsed_bytes(parsed);
	parsed_destroy(parsed);
	parsed_cache_init(&rig->cache, 10 * rig->one_bytes);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	parsed_cache_finish(&rig->cache);
	world_finish(&rig->world);
	free(rig);
	return 0;
}

static void test_the_longest_unused_go_first(void **state)
{
	struct rig *rig = *state;

	for (int32_t number = 1; number <= 10; number++) {
		keep(rig, number, parsed_cache_turn(&rig->cache));
	}
	assert_int_equal(rig->cache.bytes, 10 * rig->one_bytes);
	assert_true(has(rig, 1)); /* now 2 is the longest unused */
	keep(rig, 11, parsed_cache_turn(&rig->cache));
	assert_int_equal(rig->cache.bytes, 10 * rig->one_bytes);
	assert_true(has(rig, 1));
	assert_false(has(rig, 2));
	assert_true(has(rig, 11));
	keep(rig, 11, parsed_cache_turn(&rig->cache)); /* two workers parsed the same */
	assert_int_equal(rig->cache.bytes, 10 * rig->one_bytes);
}

/* More versions than there is room for, again and again: the same ones are found each time. */
static void test_a_turn_does_not_drive_out_its_own(void **state)
{
	struct rig *rig = *state;
	int found = 0;

	for (int round = 0; round < 3; round++) {
		uint64_t turn = parsed_cache_turn(&rig->cache);
		found = 0;
		for (int32_t number = N; number > 0; number--) {
			if (has(rig, number)) {
				found++;
			} else {
				keep(rig, number, turn);
			}
		}
	}
	assert_int_equal(found, 10);
	assert_true(rig->cache.bytes <= rig->cache.bytes_max);
}

static void test_large_ones_are_not_kept(void **state)
{
	struct rig *rig = *state;
	char *text = malloc(PARSED_ENTRY_BYTES_MAX);

	memset(text, 'x', PARSED_ENTRY_BYTES_MAX);
	struct scute_reference reference = { SCUTE_STR("n"), SCUTE_STR("t"), 1,
		{ text, PARSED_ENTRY_BYTES_MAX } };
	struct parsed *parsed = make(rig, 1, &reference, 1);
	assert_false(parsed_is_keepable(parsed));
	assert_ptr_equal(parsed->references, &reference); /* not copied in vain */
	parsed_keep(&rig->cache, parsed, parsed_cache_turn(&rig->cache));
	assert_int_equal(rig->cache.bytes, 0);
	free(text);
}

/* The number of a deleted version may be given to another text. */
static void test_other_references(void **state)
{
	struct rig *rig = *state;
	char text[] = "r1";
	struct scute_reference reference = { SCUTE_STR("n"), SCUTE_STR("t"), 1, { text, 2 } };
	struct scute_reference other = { SCUTE_STR("n"), SCUTE_STR("t"), 1, SCUTE_STR("r2") };

	parsed_keep(&rig->cache, make(rig, 1, &reference, 1), parsed_cache_turn(&rig->cache));
	text[1] = '3'; /* what was referred to is gone: the copy counts */
	reference.text = SCUTE_STR("r1");
	struct parsed *parsed = parsed_find(&rig->cache, schema_of(rig, 1), &reference, 1);
	assert_non_null(parsed);
	assert_null(parsed_find(&rig->cache, schema_of(rig, 1), &other, 1));
	assert_int_equal(rig->cache.bytes, 0);
	assert_true(str_eq(parsed->references[0].text, SCUTE_STR("r1"))); /* still whole in our hands */
	parsed_release(parsed);
	assert_null(parsed_find(&rig->cache, schema_of(rig, 1), &reference, 1));
}

static void test_forget_while_in_use(void **state)
{
	struct rig *rig = *state;

	keep(rig, 1, parsed_cache_turn(&rig->cache));
	keep(rig, 2, rig->cache.turn);
	struct parsed *parsed = parsed_find(&rig->cache, schema_of(rig, 1), NULL, 0);
	parsed_forget(&rig->cache, schema_of(rig, 1));
	parsed_forget(&rig->cache, schema_of(rig, 3)); /* never there */
	assert_false(has(rig, 1));
	assert_true(has(rig, 2));
	assert_non_null(parsed->result);
	parsed_release(parsed);
	assert_int_equal(rig->cache.bytes, rig->one_bytes);
}

static void test_no_memory(void **state)
{
	struct rig *rig = *state;
	bool hit = true;

	for (long n = 0; hit; n++) {
		struct parsed *parsed;
		struct scute_error err = { 0 };
		assert_true(n < 10);
		parsed_forget(&rig->cache, schema_of(rig, 1));
		fault_at(n);
		enum scute_status status =
			parsed_create(schema_of(rig, 1), NULL, 0, &limits, &parsed, &err);
		if (status == SCUTE_OK) {
			parsed_keep(&rig->cache, parsed, parsed_cache_turn(&rig->cache));
		}
		hit = fault_end();
		assert_true(status == SCUTE_OK || (hit && status == SCUTE_ENOMEM));
		assert_true(hit || has(rig, 1));
	}
}

/* In the registry: the second comparison parses nothing, and what is gone is parsed no more. */
static void test_in_the_registry(void **state)
{
	struct rig *rig = *state;
	struct world *world = &rig->world;
	struct parsed_cache *cache = world->registry->parsed;

	ask_set_level(world, NULL, LEVEL_BACKWARD_TRANSITIVE);
	fake_settle(world->fake);
	assert_int_equal(cache->by_schema.count, 0); /* nothing before it is needed */
	size_t before = fake_format_parses;
	must_register(world, "s", "a6");
	assert_int_equal(fake_format_parses - before, N + 1);
	assert_int_equal(cache->by_schema.count, N);
	before = fake_format_parses;
	must_register(world, "s", "a7");
	assert_int_equal(fake_format_parses - before, 1 + 1); /* the new one, and what was new then */
	assert_int_equal(cache->by_schema.count, N + 1);
	must_purge_version(world, "s", 1);
	assert_int_equal(cache->by_schema.count, N);
	must_purge_subject(world, "s");
	assert_int_equal(cache->by_schema.count, 0);
	assert_int_equal(cache->bytes, 0);
	world_check(world);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_the_longest_unused_go_first),
		T(test_a_turn_does_not_drive_out_its_own),
		T(test_large_ones_are_not_kept),
		T(test_other_references),
		T(test_forget_while_in_use),
		T(test_no_memory),
		T(test_in_the_registry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
