/* SPDX-License-Identifier: Apache-2.0 */
/* Arena: alignment, limits, reuse, lent memory, failing allocations. */
#include "tester.h"

#include <string.h>

#include "fault.h"
#include "support/arena.h"
#include "support/str.h"

static void gives_aligned_memory(void **state)
{
	struct arena arena;
	char *previous = NULL;

	(void)state;
	arena_init(&arena, 16 * 1024 * 1024);
	for (size_t bytes = 0; bytes < 5000; bytes += 7) {
		char *at = scute_alloc(&arena.base, bytes);
		assert_non_null(at);
		assert_int_equal((uintptr_t)at % 16, 0);
		memset(at, 0xab, bytes);
		/* no byte is given twice */
		assert_true(previous == NULL || at != previous || bytes <= 7);
		previous = at;
	}
	arena_finish(&arena);
	assert_int_equal(arena.used_bytes, 0);
}

static void an_empty_allocation_is_no_failure(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	assert_non_null(scute_alloc(&arena.base, 0));
	assert_null(scute_alloc(&arena.base, 1));
	assert_non_null(arena_copy(&arena.base, (struct scute_str){ NULL, 0 }).data);
	arena_finish(&arena);
}

static void keeps_to_its_limit(void **state)
{
	struct arena arena;
	size_t got = 0;

	(void)state;
	arena_init(&arena, 100000);
	while (scute_alloc(&arena.base, 1000)) {
		got += 1000;
	}
	assert_true(arena.used_bytes <= 100000);
	assert_true(got > 90000); /* the last block is cut to what is left */
	assert_null(scute_alloc(&arena.base, 50000));
	assert_null(scute_alloc(&arena.base, SIZE_MAX));
	assert_null(scute_alloc(&arena.base, SIZE_MAX - 15));
	assert_null(scute_alloc(&arena.base, SIZE_MAX / 2));
	arena_finish(&arena);
}

static void blocks_grow_and_large_ones_stand_alone(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, SIZE_MAX);
	assert_int_equal(arena.used_bytes, 0);
	assert_non_null(scute_alloc(&arena.base, 16));
	assert_int_equal(arena.used_bytes, 4096);
	size_t before = arena.used_bytes;
	char *large = scute_alloc(&arena.base, 1000000);
	assert_non_null(large);
	memset(large, 1, 1000000);
	assert_in_range(arena.used_bytes - before, 1000000, 1000000 + 64);
	before = arena.used_bytes;
	assert_non_null(scute_alloc(&arena.base, 16)); /* still from the first block */
	assert_int_equal(arena.used_bytes, before);
	for (int i = 0; i < 3000; i++) {
		assert_non_null(scute_alloc(&arena.base, 1024));
	}
	assert_true(arena.used_bytes < 1000000 + 3000 * 1100 + 512 * 1024);
	arena_finish(&arena);
}

static void reset_keeps_one_ordinary_block(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, SIZE_MAX);
	assert_non_null(scute_alloc(&arena.base, 100));
	assert_non_null(scute_alloc(&arena.base, 500000));
	arena_reset(&arena);
	assert_int_equal(arena.used_bytes, 4096);
	assert_non_null(scute_alloc(&arena.base, 100));
	assert_int_equal(arena.used_bytes, 4096);
	arena_reset(&arena);
	assert_int_equal(arena.used_bytes, 4096);
	arena_finish(&arena);

	arena_init(&arena, SIZE_MAX); /* only a large one: nothing to keep */
	assert_non_null(scute_alloc(&arena.base, 500000));
	arena_reset(&arena);
	assert_int_equal(arena.used_bytes, 0);
	assert_non_null(scute_alloc(&arena.base, 500000));
	assert_non_null(scute_alloc(&arena.base, 10));
	arena_finish(&arena);
}

static void serves_lent_memory_first(void **state)
{
	char memory[1024];
	struct arena arena;

	(void)state;
	for (size_t skew = 0; skew < 16; skew++) {
		arena_init_with(&arena, 100000, memory + skew, sizeof(memory) - skew);
		for (int round = 0; round < 3; round++) {
			char *at = scute_alloc(&arena.base, 500);
			assert_true(at >= memory && at + 500 <= memory + sizeof(memory));
			assert_int_equal((uintptr_t)at % 16, 0);
			memset(at, 1, 500);
			assert_int_equal(arena.used_bytes, 0);
			assert_non_null(scute_alloc(&arena.base, 2000));
			assert_non_null(scute_alloc(&arena.base, 50000));
			assert_true(arena.used_bytes > 0);
			arena_reset(&arena);
			assert_int_equal(arena.used_bytes, 0);
		}
		arena_finish(&arena);
		memset(memory, 0, sizeof(memory)); /* ours again, to the last byte */
	}
	arena_init_with(&arena, 100000, memory, 20); /* too small to be of use */
	assert_non_null(scute_alloc(&arena.base, 16));
	assert_int_equal(arena.used_bytes, 4096);
	arena_finish(&arena);
}

static void copies_prints_and_zeroes(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 1000000);
	struct scute_str copy = arena_copy(&arena.base, SCUTE_STR("abc"));
	assert_str(copy, "abc");
	struct scute_str printed = arena_printf(&arena.base, "%s-%d", "x", 42);
	assert_str(printed, "x-42");
	assert_int_equal(printed.data[printed.len], '\0');
	char *zeros = arena_zalloc(&arena.base, 100, 3);
	for (int i = 0; i < 300; i++) {
		assert_int_equal(zeros[i], 0);
	}
	assert_null(arena_zalloc(&arena.base, SIZE_MAX / 2, 3));
	assert_null(arena_printf(&arena.base, "%2000000d", 1).data);
	arena_finish(&arena);
}

static void survives_failing_allocations(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct arena arena;
		int failures = 0;
		arena_init(&arena, SIZE_MAX);
		fault_at(n);
		failures += !scute_alloc(&arena.base, 100);
		failures += !scute_alloc(&arena.base, 100000);
		failures += !scute_alloc(&arena.base, 8000);
		failures += !arena_copy(&arena.base, SCUTE_STR("text")).data;
		failures += !arena_printf(&arena.base, "%40000d", 1).data;
		bool hit = fault_end();
		assert_int_equal(failures, hit ? 1 : 0);
		arena_finish(&arena);
		if (!hit) {
			assert_true(n >= 3);
			break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_aligned_memory),
		cmocka_unit_test(an_empty_allocation_is_no_failure),
		cmocka_unit_test(keeps_to_its_limit),
		cmocka_unit_test(blocks_grow_and_large_ones_stand_alone),
		cmocka_unit_test(reset_keeps_one_ordinary_block),
		cmocka_unit_test(serves_lent_memory_first),
		cmocka_unit_test(copies_prints_and_zeroes),
		cmocka_unit_test(survives_failing_allocations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
