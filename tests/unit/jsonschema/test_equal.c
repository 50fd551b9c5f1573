/* SPDX-License-Identifier: Apache-2.0 */
/* Equality of values, their hashes, and duplicates in large arrays. */
#include <stdio.h>

#include "equal.h"
#include "rig.h"

struct pair {
	const char *a;
	const char *b;
	bool equal;
};

static const struct pair pairs[] = {
	{ "1", "1.0", true }, { "1e2", "100", true }, { "0", "-0.0", true }, { "1", "true", false },
	{ "0", "false", false }, { "null", "false", false }, { "\"1\"", "1", false },
	{ "\"\\u0041\"", "\"A\"", true }, { "\"a\"", "\"b\"", false }, { "[]", "{}", false },
	{ "[1,2]", "[1.0,2]", true }, { "[1,2]", "[2,1]", false }, { "[1]", "[1,1]", false },
	{ "{'a':1,'b':2}", "{'b':2.0,'a':1}", true }, { "{'a':1}", "{'a':2}", false },
	{ "{'a':1}", "{'b':1}", false }, { "{'a':1,'b':2}", "{'a':1,'c':2}", false },
	{ "{'a':{'b':[1,{'c':null}]}}", "{'a':{'b':[1e0,{'c':null}]}}", true },
	{ "[[]]", "[{}]", false }, { "[0]", "[false]", false }, { "''", "null", false },
	{ "9007199254740993", "9007199254740992", false },
	{ "{'a':1,'b':1,'c':1,'d':1,'e':1,'f':1,'g':1,'h':1,'i':1,'j':1}",
		"{'j':1,'i':1,'h':1,'g':1,'f':1,'e':1,'d':1,'c':1,'b':1,'a':1}", true },
	{ "{'a':1,'b':1,'c':1,'d':1,'e':1,'f':1,'g':1,'h':1,'i':1,'j':1}",
		"{'j':1,'i':1,'h':1,'g':1,'f':1,'e':1,'d':1,'c':1,'b':1,'x':1}", false },
	{ "{'a':1,'b':1,'c':1,'d':1,'e':1,'f':1,'g':1,'h':1,'i':1,'j':1}",
		"{'j':1,'i':1,'h':1,'g':1,'f':1,'e':1,'d':1,'c':1,'b':1,'a':2}", false },
};

static const struct json *read(struct arena *arena, struct scute_str text)
{
	const struct json *json = NULL;
	struct scute_error err;

	if (json_read(text, NULL, &arena->base, &json, &err) != SCUTE_OK) {
		fail_msg("%.*s: %s", STR_ARGS(text), err.text);
	}
	return json;
}

static void test_pairs(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct json *a = read(&arena, quoted(&arena, pairs[i].a));
		const struct json *b = read(&arena, quoted(&arena, pairs[i].b));
		struct js_work work;
		js_work_init(&work, &arena.base, 1000);
		if (js_equal(a, b, &work) != pairs[i].equal ||
		    js_equal(b, a, &work) != pairs[i].equal ||
		    (js_hash(a, &work) == js_hash(b, &work)) != pairs[i].equal) {
			fail_msg("%s and %s", pairs[i].a, pairs[i].b);
		}
		assert_true(work.steps > 0);
	}
	arena_finish(&arena);
}

/* When the steps are used up the caller knows. */
static void test_steps(void **state)
{
	struct arena arena;
	struct js_work work;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct json *a = read(&arena, SCUTE_STR("[1,2,3,4,5,6,7,8,9]"));
	js_work_init(&work, &arena.base, 5);
	assert_false(js_equal(a, a, &work));
	assert_true(work.steps == 0);
	js_work_init(&work, &arena.base, 5);
	js_hash(a, &work);
	assert_true(work.steps == 0);
	js_work_init(&work, &arena.base, 11);
	assert_true(js_equal(a, a, &work));
	arena_finish(&arena);
}

static struct scute_str many(struct arena *arena, const char *format, size_t n, const char *last)
{
	struct buf buf;

	buf_init_arena(&buf, ARENA_BYTES, &arena->base);
	buf_append_byte(&buf, '[');
	for (size_t i = 0; i < n; i++) {
		char item[128];
		/* A format of this file's own, with one %zu. */
		int len = snprintf(item, sizeof(item), "%s%zu%s,", format, i,
			*format == '{' ? "}" : *format == '"' ? "\"" : "");
		buf_append(&buf, item, (size_t)len);
	}
	buf_append_z(&buf, last);
	buf_append_byte(&buf, ']');
	assert_false(buf.failed);
	return buf_str(&buf);
}

static void test_duplicates(void **state)
{
	static const struct {
		const char *format;
		const char *last;
		uint32_t first; /* UINT32_MAX: none */
	} arrays[] = {
		{ "", "-1", UINT32_MAX }, { "", "7.0", 7 }, { "\"x", "\"x99999\"", 99999 },
		{ "\"x", "\"y\"", UINT32_MAX }, { "{\"a\":1,\"b\":", "{\"b\":5e0,\"a\":1}", 5 },
		{ "{\"a\":1,\"b\":", "{\"b\":5e0,\"a\":2}", UINT32_MAX },
	};
	enum { N = 100000 };

	(void)state;
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
		struct arena arena;
		struct js_work work;
		uint32_t first = UINT32_MAX;
		uint32_t second = 0;
		arena_init(&arena, ARENA_BYTES);
		const struct json *array = read(&arena,
			many(&arena, arrays[i].format, N, arrays[i].last));
		js_work_init(&work, &arena.base, 16 * N);
		const struct json *found = js_find_duplicate(array, &work, &first, &second);
		assert_true(work.steps > 0);
		assert_int_equal(first, arrays[i].first);
		assert_int_equal(found != NULL, first != UINT32_MAX);
		assert_int_equal(second, found ? N : 0);
		arena_finish(&arena);
	}
}

static void test_small_duplicates(void **state)
{
	struct arena arena;
	struct js_work work;
	uint32_t first;
	uint32_t second;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	js_work_init(&work, &arena.base, 1000);
	assert_null(js_find_duplicate(read(&arena, SCUTE_STR("[1,true,\"1\",[1],null,0,false]")),
		&work, &first, &second));
	assert_non_null(js_find_duplicate(read(&arena, SCUTE_STR("[1,[2],3,[2.0]]")), &work, &first,
		&second));
	assert_int_equal(first, 1);
	assert_int_equal(second, 3);
	assert_null(js_find_duplicate(read(&arena, SCUTE_STR("[]")), &work, &first, &second));
	arena_finish(&arena);
}

/* Scratch memory is given back and used again. */
static void test_work(void **state)
{
	struct arena arena;
	struct js_work work;

	(void)state;
	arena_init(&arena, 1 << 20);
	js_work_init(&work, &arena.base, 10);
	for (int i = 0; i < 100000; i++) {
		struct js_mark mark = js_work_mark(&work);
		char *small = js_work_take(&work, 100);
		char *large = js_work_take(&work, 10000 + (size_t)(i % 3) * 10000);
		assert_non_null(small);
		assert_non_null(large);
		small[99] = large[9999] = 'x';
		js_work_release(&work, mark);
	}
	assert_false(work.out_of_memory);
	assert_null(js_work_take(&work, 2 << 20));
	assert_true(work.out_of_memory && work.steps == 0);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs), cmocka_unit_test(test_steps),
		cmocka_unit_test(test_duplicates), cmocka_unit_test(test_small_duplicates),
		cmocka_unit_test(test_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
