/* SPDX-License-Identifier: Apache-2.0 */
/* JSON writer: commas, escapes, trees in both orders, full buffers, failing allocations. */
#include "tester.h"

#include <string.h>

#include "fault.h"
#include "support/arena.h"
#include "support/json_out.h"
#include "support/str.h"

static void places_commas(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	struct json_out out = json_out(&buf);
	json_out_object(&out);
	json_out_key(&out, "a");
	json_out_array(&out);
	json_out_i64(&out, -1);
	json_out_bool(&out, true);
	json_out_bool(&out, false);
	json_out_null(&out);
	json_out_array(&out);
	json_out_array_end(&out);
	json_out_object(&out);
	json_out_object_end(&out);
	json_out_array_end(&out);
	json_out_key_str(&out, SCUTE_STR("b\"c"));
	json_out_z(&out, "x");
	json_out_key(&out, "raw");
	json_out_raw(&out, SCUTE_STR("{\"y\":1.0}"));
	json_out_key(&out, "s");
	json_out_str(&out, (struct scute_str){ NULL, 0 });
	json_out_object_end(&out);
	assert_str(buf_str(&buf),
		"{\"a\":[-1,true,false,null,[],{}],\"b\\\"c\":\"x\","
		"\"raw\":{\"y\":1.0},\"s\":\"\"}");
	assert_false(buf.failed);
	buf_finish(&buf);
}

static void escapes_what_json_demands(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	assert_true(json_escape(&buf,
		SCUTE_STR("\"\\/\b\f\n\r\t\0\x1f\x7f\xc3\xa9 plain text here")));
	assert_str(buf_str(&buf),
		"\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\xc3\xa9 plain text here\"");
	for (size_t len = 0; len < 30; len++) { /* at each place around the word size */
		for (size_t at = 0; at < len; at++) {
			char text[32];
			memset(text, 'x', sizeof(text));
			text[at] = '\n';
			buf_reset(&buf);
			assert_true(json_escape(&buf, (struct scute_str){ text, len }));
			assert_int_equal(buf.len, len + 3);
			assert_int_equal(buf.data[at + 1], '\\');
			assert_int_equal(buf.data[at + 2], 'n');
		}
	}
	buf_finish(&buf);
}

static void write_tree(struct buf *buf, const char *text, enum json_order order)
{
	struct arena arena;
	const struct json *root = NULL;
	struct json_out out = json_out(buf);

	arena_init(&arena, SIZE_MAX);
	assert_int_equal(json_read(str_z(text), NULL, &arena.base, &root, NULL), SCUTE_OK);
	json_out_tree(&out, root, order);
	arena_finish(&arena);
}

static void writes_trees(void **state)
{
	static const char text[] =
		"{ \"b\" : [ 1.50, {\"z\":{}, \"y\":[], \"x\":\"\\u00e9\\n\"} ], \"a\" : true,\n"
		"\"c\": {\"2\":null,\"1\":{\"q\":1e5,\"p\":false}},"
		" \"\": \"\", \"ab\": 0, \"\\u00e9\": 1, \"z\": 2}";
	struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	write_tree(&buf, text, JSON_AS_READ);
	assert_str(buf_str(&buf),
		"{\"b\":[1.50,{\"z\":{},\"y\":[],\"x\":\"\xc3\xa9\\n\"}],\"a\":true,"
		"\"c\":{\"2\":null,\"1\":{\"q\":1e5,\"p\":false}},"
		"\"\":\"\",\"ab\":0,\"\xc3\xa9\":1,\"z\":2}");
	buf_reset(&buf);
	write_tree(&buf, text, JSON_SORTED);
	assert_str(buf_str(&buf),
		"{\"\":\"\",\"a\":true,\"ab\":0,\"b\":[1.50,{\"x\":\"\xc3\xa9\\n\",\"y\":[],"
		"\"z\":{}}],"
		"\"c\":{\"1\":{\"p\":false,\"q\":1e5},\"2\":null},\"z\":2,\"\xc3\xa9\":1}");
	buf_reset(&buf);
	write_tree(&buf, "17", JSON_SORTED);
	write_tree(&buf, "\"x\"", JSON_AS_READ);
	assert_str(buf_str(&buf), "17\"x\"");
	buf_finish(&buf);
}

/* Objects of each size, shuffled: the merge sort's odd ends. */
static void sorts_every_size(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 130; n++) {
		struct buf text;
		struct buf sorted;
		unsigned step = n % 7 == 0 ? 11 : 7;
		buf_init(&text, SIZE_MAX);
		buf_init(&sorted, SIZE_MAX);
		buf_append_byte(&text, '{');
		for (unsigned i = 0; i < n; i++) {
			buf_printf(&text, "%s\"%03u\":{\"b\":1,\"a\":2}", i > 0 ? "," : "",
				i * step % n);
		}
		buf_append(&text, "}", 2);
		write_tree(&sorted, text.data, JSON_SORTED);
		buf_reset(&text);
		buf_append_byte(&text, '{');
		for (unsigned i = 0; i < n; i++) {
			buf_printf(&text, "%s\"%03u\":{\"a\":2,\"b\":1}", i > 0 ? "," : "", i);
		}
		buf_append_byte(&text, '}');
		if (n % 77 != 0) { /* then step and n have a divisor in common */
			assert_int_equal(text.len, sorted.len);
			assert_memory_equal(text.data, sorted.data, text.len);
		}
		buf_finish(&text);
		buf_finish(&sorted);
	}
}

static const char many[] =
	"{\"d\":1,\"c\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{\"b\":0,\"a\":0}]]]]]]]]]]]]]]]]]]]"
	"]]]]]]]]]]]]]]]]]],\"b\":{\"y\":1,\"x\":2},\"a\":0}";

static void reports_a_full_buffer(void **state)
{
	struct buf buf;

	(void)state;
	for (size_t max = 0; max < sizeof(many) - 1; max++) {
		buf_init(&buf, max);
		write_tree(&buf, many, max % 2 == 0 ? JSON_SORTED : JSON_AS_READ);
		assert_true(buf.failed);
		assert_true(buf.len <= max);
		buf_finish(&buf);
	}
	buf_init(&buf, sizeof(many) - 1);
	write_tree(&buf, many, JSON_SORTED);
	assert_false(buf.failed);
	buf_finish(&buf);
}

static void survives_failing_allocations(void **state)
{
	struct arena arena;
	const struct json *root = NULL;

	(void)state;
	arena_init(&arena, SIZE_MAX);
	assert_int_equal(json_read(SCUTE_STR(many), NULL, &arena.base, &root, NULL), SCUTE_OK);
	for (long n = 0;; n++) {
		struct buf buf;
		buf_init(&buf, 1000);
		struct json_out out = json_out(&buf);
		fault_at(n);
		json_out_tree(&out, root, JSON_SORTED);
		bool hit = fault_end();
		assert_int_equal(buf.failed, hit);
		buf_finish(&buf);
		if (!hit) {
			assert_true(n >= 3);
			break;
		}
	}
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_commas),
		cmocka_unit_test(escapes_what_json_demands),
		cmocka_unit_test(writes_trees),
		cmocka_unit_test(sorts_every_size),
		cmocka_unit_test(reports_a_full_buffer),
		cmocka_unit_test(survives_failing_allocations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
