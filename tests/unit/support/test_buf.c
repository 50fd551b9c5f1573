/* SPDX-License-Identifier: Apache-2.0 */
/* Buffer: growth, maximum, sticky failure, arena mode, failing allocations. */
#include "tester.h"

#include <string.h>

#include "fault.h"
#include "support/arena.h"
#include "support/buf.h"

static void appends_all_kinds(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	assert_true(buf_append(&buf, NULL, 0));
	assert_true(buf_append_z(&buf, "a"));
	assert_true(buf_append_str(&buf, SCUTE_STR("bc")));
	assert_true(buf_append_byte(&buf, ' '));
	assert_true(buf_append_u64(&buf, 0));
	assert_true(buf_append_byte(&buf, ' '));
	assert_true(buf_append_u64(&buf, UINT64_MAX));
	assert_true(buf_append_byte(&buf, ' '));
	assert_true(buf_append_i64(&buf, INT64_MIN));
	assert_true(buf_printf(&buf, " %s%c", "printed", '!'));
	assert_str(buf_str(&buf), "abc 0 18446744073709551615 -9223372036854775808 printed!");
	buf_consume(&buf, 4);
	assert_int_equal(buf.data[0], '0');
	buf_consume(&buf, 0);
	buf_consume(&buf, buf.len);
	assert_int_equal(buf.len, 0);
	buf_finish(&buf);
	assert_null(buf.data);
}

static void stops_at_its_maximum(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 10);
	assert_true(buf_append_z(&buf, "0123456789")); /* exactly full */
	assert_true(buf_append(&buf, "", 0));
	assert_false(buf_append_byte(&buf, 'x'));
	assert_true(buf.failed);
	assert_int_equal(buf.len, 10);
	buf_reset(&buf);
	assert_true(buf_printf(&buf, "%s", "0123456789")); /* printf's NUL does not count */
	assert_false(buf_printf(&buf, "%s", "x"));
	buf_reset(&buf);
	assert_false(buf_append(&buf, "01234567890", 11));
	assert_false(buf_append_byte(&buf, 'x')); /* sticky, though it would fit */
	assert_null(buf_reserve(&buf, 1));
	assert_false(buf_printf(&buf, "x"));
	assert_int_equal(buf.len, 0);
	buf_reset(&buf);
	assert_null(buf_reserve(&buf, SIZE_MAX));
	buf_finish(&buf);
	buf_init(&buf, 0);
	assert_true(buf_printf(&buf, "%s", ""));
	assert_false(buf_append_byte(&buf, 'x'));
	buf_finish(&buf);
}

static void reserves_room(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, SIZE_MAX);
	assert_non_null(buf_reserve(&buf, 0));
	char *at = buf_reserve(&buf, 100000);
	assert_non_null(at);
	memset(at, 'x', 100000);
	buf.len += 100000;
	assert_true(buf_append_byte(&buf, 'y'));
	assert_int_equal(buf.data[99999], 'x');
	assert_int_equal(buf.data[100000], 'y');
	assert_null(buf_reserve(&buf, SIZE_MAX / 2));
	buf_finish(&buf);
}

static void grows_in_an_arena(void **state)
{
	struct arena arena;
	struct buf buf;

	(void)state;
	arena_init(&arena, 10 * 1024 * 1024);
	buf_init_arena(&buf, 1024 * 1024, &arena.base);
	for (int i = 0; i < 50000; i++) {
		assert_true(buf_append_u64(&buf, (uint64_t)i % 10));
		if (i % 1000 == 0) {
			/* somebody else's, between */
			assert_non_null(scute_alloc(&arena.base, 24));
		}
	}
	assert_int_equal(buf.len, 50000);
	for (int i = 0; i < 50000; i++) {
		assert_int_equal(buf.data[i], '0' + i % 10);
	}
	buf_finish(&buf);
	arena_finish(&arena);

	arena_init(&arena, 5000);
	buf_init_arena(&buf, SIZE_MAX, &arena.base);
	while (buf_append_z(&buf, "0123456789")) {
	}
	assert_true(buf.failed); /* the arena's limit */
	assert_true(buf.len < 5000);
	arena_finish(&arena);
}

static void survives_failing_allocations(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct buf buf;
		buf_init(&buf, SIZE_MAX);
		fault_at(n);
		bool done = buf_append_z(&buf, "abc") && buf_printf(&buf, "%1000d", 7) &&
			    buf_reserve(&buf, 100000) && buf_append_byte(&buf, 'x');
		bool hit = fault_end();
		assert_int_equal(done, !hit);
		assert_int_equal(buf.failed, hit);
		buf_finish(&buf);
		if (!hit) {
			assert_true(n >= 3);
			break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_all_kinds),
		cmocka_unit_test(stops_at_its_maximum),
		cmocka_unit_test(reserves_room),
		cmocka_unit_test(grows_in_an_arena),
		cmocka_unit_test(survives_failing_allocations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
