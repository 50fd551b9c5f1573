/* SPDX-License-Identifier: Apache-2.0 */
/* Map: against a plain array as model, clustered hashes, load, failing allocations. */
#include "tester.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/map.h"
#include "fault.h"

struct item {
	uint64_t key;
	uint64_t hash;
	bool present;
};

static uint64_t item_hash(const void *item)
{
	return ((const struct item *)item)->hash;
}

static bool item_equal(const void *item, const void *key)
{
	return ((const struct item *)item)->key == *(const uint64_t *)key;
}

static struct item *find(const struct map *map, const struct item *like)
{
	return map_find(map, like->hash, item_equal, &like->key);
}

static void takes_no_memory_while_empty(void **state)
{
	struct item item = { 1, 1, false };
	struct map map;
	size_t position = 0;

	(void)state;
	map_init(&map, item_hash);
	assert_null(map.slots);
	assert_null(find(&map, &item));
	assert_false(map_remove(&map, &item));
	assert_null(map_next(&map, &position));
	map_finish(&map);
}

/* hash_bits few: nearly everything collides. The high bits vary, as the tags do. */
static void compare_with_model(unsigned hash_bits)
{
	enum { N = 700 };
	static struct item items[N];
	struct map map;
	size_t count = 0;
	uint64_t random = 88172645463325252u;

	map_init(&map, item_hash);
	for (size_t i = 0; i < N; i++) {
		uint64_t low = (i * 2654435761u) & ((1u << hash_bits) - 1);
		items[i] = (struct item){ i, low | (i % 5) << 48, false };
	}
	for (int step = 0; step < 20000; step++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		struct item *item = &items[random % N];
		assert_ptr_equal(find(&map, item), item->present ? item : NULL);
		if (item->present) {
			assert_true(map_remove(&map, item));
			count--;
		} else {
			assert_false(map_remove(&map, item));
			assert_true(map_insert(&map, item));
			count++;
		}
		item->present = !item->present;
		assert_int_equal(map.count, count);
		assert_true(map.count * 8 <= (map.mask + 1) * 7);
	}
	size_t seen = 0;
	struct item *item;
	for (size_t i = 0; (item = map_next(&map, &i));) {
		assert_true(item->present);
		seen++;
	}
	assert_int_equal(seen, count);
	for (size_t i = 0; i < N; i++) {
		assert_ptr_equal(find(&map, &items[i]), items[i].present ? &items[i] : NULL);
	}
	map_finish(&map);
	assert_null(map.slots);
}

static void behaves_like_the_model(void **state)
{
	(void)state;
	compare_with_model(2);
	compare_with_model(6);
	compare_with_model(20);
}

static void fills_to_seven_eighths(void **state)
{
	static struct item items[7168 + 1];
	struct map map;

	(void)state;
	map_init(&map, item_hash);
	for (size_t i = 0; i < 7168; i++) {
		items[i] = (struct item){ i, i * 0x9e3779b97f4a7c15u, true };
		assert_true(map_insert(&map, &items[i]));
	}
	assert_int_equal(map.mask + 1, 8192);
	assert_true(map_insert(&map, &items[7168]));
	assert_int_equal(map.mask + 1, 16384);
	map_finish(&map);
}

static void survives_failing_allocations(void **state)
{
	static struct item items[100];

	(void)state;
	for (long n = 0;; n++) {
		struct map map;
		bool failed = false;
		map_init(&map, item_hash);
		fault_at(n);
		for (size_t i = 0; i < 100; i++) {
			items[i] = (struct item){ i, i, false };
			items[i].present = map_insert(&map, &items[i]);
			failed |= !items[i].present;
		}
		assert_int_equal(fault_end(), failed);
		for (size_t i = 0; i < 100; i++) {
			assert_ptr_equal(find(&map, &items[i]), items[i].present ? &items[i]
				: NULL);
		}
		map_finish(&map);
		if (!failed) {
			assert_true(n >= 4);
			break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_no_memory_while_empty),
		cmocka_unit_test(behaves_like_the_model),
		cmocka_unit_test(fills_to_seven_eighths),
		cmocka_unit_test(survives_failing_allocations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
