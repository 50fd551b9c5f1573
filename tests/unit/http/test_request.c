/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding, query and path parameters, request ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "http/conn.h"
#include "support/str.h"

static void is(struct scute_str got, const char *wanted)
{
	assert_int_equal(got.len, strlen(wanted));
	assert_memory_equal(got.len > 0 ? got.data : "", wanted, got.len);
}

static void test_decode(void **state)
{
	static const char *const broken[] = { "%", "a%", "%4", "%4g", "%g4", "%%41", "abc%2" };
	struct arena arena;
	struct scute_str got = SCUTE_STR("untouched");

	(void)state;
	arena_init(&arena, 65536);
	assert_true(request_decode(&arena.base, SCUTE_STR("a%2Fb%2fc+d"), false, &got));
	is(got, "a/b/c+d");
	assert_true(request_decode(&arena.base, SCUTE_STR("a%2Bb+d"), true, &got));
	is(got, "a+b d");
	assert_true(request_decode(&arena.base, SCUTE_STR(""), true, &got));
	is(got, "");
	assert_true(request_decode(&arena.base, SCUTE_STR("%00"), true, &got));
	assert_int_equal(got.len, 1);
	got = SCUTE_STR("untouched");
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		assert_false(request_decode(&arena.base, str_z(broken[i]), true, &got));
		is(got, "untouched");
	}
	arena_finish(&arena);
	arena_init(&arena, 0);
	assert_false(request_decode(&arena.base, SCUTE_STR("%41"), true, &got));
	arena_finish(&arena);
}

static void test_query(void **state)
{
	struct request request = { .query = SCUTE_STR("a=1&b=x+y%21&&c&=v&a=2&d=%zz&%64=4&e==&f=") };
	struct scute_str got = SCUTE_STR("untouched");

	(void)state;
	arena_init(&request.arena, 65536);
	assert_true(request_query(&request, "a", &got));
	is(got, "1");
	assert_true(request_query(&request, "b", &got));
	is(got, "x y!");
	assert_true(request_query(&request, "c", &got));
	is(got, "");
	assert_true(request_query(&request, "e", &got));
	is(got, "=");
	assert_true(request_query(&request, "f", &got));
	is(got, "");
	got = SCUTE_STR("untouched");
	assert_false(request_query(&request, "d", &got));
	assert_false(request_query(&request, "ab", &got));
	assert_false(request_query(&request, "A", &got));
	is(got, "untouched");
	request.query = SCUTE_STR("%6eam%65=x");
	assert_true(request_query(&request, "name", &got));
	is(got, "x");
	request.query = (struct scute_str){ NULL, 0 };
	assert_false(request_query(&request, "a", &got));
	arena_finish(&request.arena);
}

static void test_param(void **state)
{
	static const struct route route = { .pattern = "/s/{subject}/v/{version}" };
	struct request request = { .route = &route, .params = { SCUTE_STR("one"), SCUTE_STR("2") } };

	(void)state;
	is(request_param(&request, "subject"), "one");
	is(request_param(&request, "version"), "2");
	is(request_param(&request, "vers"), "");
	is(request_param(&request, "versions"), "");
	request.route = NULL;
	is(request_param(&request, "subject"), "");
}

static void test_header(void **state)
{
	struct request_header headers[] = { { SCUTE_STR("Accept"), SCUTE_STR("x") },
		{ SCUTE_STR("ACCEPT"), SCUTE_STR("y") } };
	struct request request = { .headers = headers, .n_headers = 2 };
	struct scute_str got;

	(void)state;
	assert_true(request_header(&request, "accept", &got));
	is(got, "x");
	assert_false(request_header(&request, "accep", &got));
}

static void test_ids(void **state)
{
	uint64_t seed[4] = { 0, 0, 0, 0 };
	char first[ID_BYTES];
	char second[ID_BYTES];

	(void)state;
	assert_true(id_seed(seed));
	id_make(seed, first);
	id_make(seed, second);
	assert_memory_not_equal(first, second, ID_BYTES);
	for (size_t i = 0; i < ID_BYTES; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		assert_int_equal(dash, first[i] == '-');
		assert_true(dash || strchr("0123456789abcdef", first[i]) != NULL);
	}
	assert_int_equal(first[14], '4');
	assert_non_null(strchr("89ab", first[19]));
	assert_true(id_is_sane(SCUTE_STR("a")));
	assert_true(id_is_sane(SCUTE_STR("~!")));
	assert_false(id_is_sane(SCUTE_STR("")));
	assert_false(id_is_sane(SCUTE_STR("a b")));
	assert_false(id_is_sane(SCUTE_STR("a\x7f")));
	assert_false(id_is_sane(SCUTE_STR("\xc3\xa9")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_param),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
