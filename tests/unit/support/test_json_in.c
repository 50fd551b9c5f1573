/* SPDX-License-Identifier: Apache-2.0 */
/* JSON reader: grammar, strings, duplicates, limits, positions, failing allocations. */
#include "tester.h"

#include <stdio.h>
#include <string.h>

#include "fault.h"
#include "support/arena.h"
#include "support/buf.h"
#include "support/json_in.h"
#include "support/json_out.h"
#include "support/str.h"

static struct arena arena;
static struct scute_error err;

/*
 * From a copy of exactly that size, so that ASan sees a read beyond the end. The copy
 * stays with the arena, since the tree points into it.
 */
static enum scute_status read_with(struct scute_str text, const struct json_options *options,
	const struct json **ret_root)
{
	err = (struct scute_error){ .status = SCUTE_OK };
	return json_read(arena_copy(&arena.base, text), options, &arena.base, ret_root, &err);
}

static const struct json *must_read(const char *text)
{
	const struct json *root = NULL;

	assert_int_equal(read_with(str_z(text), NULL, &root), SCUTE_OK);
	return root;
}

static void must_fail(const char *text, const char *expected)
{
	const struct json *root = NULL;

	assert_int_equal(read_with(str_z(text), NULL, &root), SCUTE_EINVAL);
	assert_null(root);
	assert_int_equal(err.status, SCUTE_EINVAL);
	assert_string_equal(err.text, expected);
}

static int make_arena(void **state)
{
	(void)state;
	arena_init(&arena, SIZE_MAX);
	return 0;
}

static int end_arena(void **state)
{
	(void)state;
	arena_finish(&arena);
	return 0;
}

static void reads_every_type(void **state)
{
	const struct json *root =
		must_read(" {\"a\" : [1, -2.5e+10, true, false, null] ,\n\t"
			"\"b\":{},\"c\":\"x\",\"d\":[]}\r\n ");
	const struct json *a = json_get(root, "a");
	int64_t value = 0;

	(void)state;
	assert_int_equal(root->type, JSON_OBJECT);
	assert_int_equal(root->n_children, 4);
	assert_int_equal(root->offset, 1);
	assert_int_equal(a->type, JSON_ARRAY);
	assert_int_equal(a->n_children, 5);
	assert_int_equal(a->offset, 8);
	assert_str(a->key, "a");
	assert_str(a->children->text, "1");
	assert_true(json_to_i64(a->children, &value));
	assert_int_equal(value, 1);
	assert_str(a->children->next->text, "-2.5e+10");
	assert_false(json_to_i64(a->children->next, &value));
	assert_int_equal(a->children->next->next->type, JSON_TRUE);
	assert_int_equal(a->children->next->next->next->type, JSON_FALSE);
	assert_int_equal(a->children->next->next->next->next->type, JSON_NULL);
	assert_null(a->children->next->next->next->next->next);
	assert_int_equal(json_get(root, "b")->n_children, 0);
	assert_null(json_get(root, "b")->children);
	assert_str(json_get_str(root, SCUTE_STR("c"))->text, "x");
	assert_null(json_get(root, "absent"));
	assert_null(json_get(a, "a"));
	assert_null(json_get(NULL, "a"));
	assert_false(json_to_i64(NULL, &value));
	assert_false(json_to_i64(root, &value));
	assert_string_equal(json_type_name(root->type), "object");
	assert_string_equal(json_type_name(JSON_TRUE), "boolean");
}

static void keeps_numbers_as_written(void **state)
{
	static const char *const good[] = { "0", "-0", "10", "1.50", "0.0", "1E5", "1e-05", "1e+0",
		"123456789012345678901234567890", "-0.0e0" };
	static const char *const bad[] = { "01", "-", "-a", "1.", ".5", "1.e1", "1e", "1e+", "+1",
		"0x1", "-01",
		"NaN", "Infinity", "-Infinity", "1_0", "1a" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct json *root = must_read(good[i]);
		assert_int_equal(root->type, JSON_NUMBER);
		assert_true(str_eq_z(root->text, good[i]));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct json *root = NULL;
		assert_int_equal(read_with(str_z(bad[i]), NULL, &root), SCUTE_EINVAL);
	}
}

static void decodes_strings(void **state)
{
	(void)state;
	assert_str(must_read("\"\"")->text, "");
	assert_str(must_read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")->text, "\"\\/\b\f\n\r\t");
	assert_str(must_read("\"a\\u0000b\"")->text, "a\0b");
	assert_str(must_read("\"\\u00e9\\u20AC\\ud83d\\uDE00\"")->text,
		"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_str(must_read("\"long plain text, then \\\" and more plain text\"")->text,
		"long plain text, then \" and more plain text");
	assert_str(must_read("\"gr\xc3\xbc\xc3\x9f \\n dich\"")->text,
		"gr\xc3\xbc\xc3\x9f \n dich");
	assert_str(must_read("\"\x7f\"")->text, "\x7f");
	assert_str(must_read("{\"\\u0061b\":1}")->children->key, "ab");
	must_fail("\"abc", "line 1 column 5: the string does not end");
	must_fail("\"abc\\", "line 1 column 6: the string does not end");
	must_fail("\"abc\\\"", "line 1 column 7: the string does not end");
	must_fail("\"a\nb\"", "line 1 column 3: a control character in a string must be escaped");
	must_fail("\"a\\x\"", "line 1 column 3: no such escape in a string");
	must_fail("\"\\u12g4\"", "line 1 column 4: expected four hexadecimal digits after \\u");
	must_fail("\"\\u12\"", "line 1 column 4: expected four hexadecimal digits after \\u");
	must_fail("\"\\ud800\"", "line 1 column 4: a surrogate without its pair");
	must_fail("\"\\udc00\"", "line 1 column 4: a surrogate without its pair");
	must_fail("\"\\ud800\\u0041\"", "line 1 column 4: a surrogate without its pair");
	must_fail("\"\\ud800\\n12345\"", "line 1 column 4: a surrogate without its pair");
	must_fail("\"abcdefgh\xff\"", "line 1 column 10: the string is not valid UTF-8");
	must_fail("\"\xed\xa0\x80\"", "line 1 column 2: the string is not valid UTF-8");
}

/* A quote, a backslash, a control and a high byte at each place of strings around the word size. */
static void finds_the_end_at_every_place(void **state)
{
	char text[80];
	const struct json *root;

	(void)state;
	for (size_t len = 0; len < 40; len++) {
		text[0] = '"';
		memset(text + 1, 'x', len);
		memcpy(text + 1 + len, "\"", 2);
		assert_int_equal(must_read(text)->text.len, len);
		for (size_t at = 1; at <= len; at++) {
			text[at] = '\x1f';
			assert_int_equal(read_with(str_z(text), NULL, &root), SCUTE_EINVAL);
			assert_int_equal(err.column, at + 1);
			text[at] = '\x80';
			assert_int_equal(read_with(str_z(text), NULL, &root), SCUTE_EINVAL);
			assert_int_equal(err.column, at + 1);
			if (at < len) {
				text[at] = '\\';
				text[at + 1] = 't';
				assert_int_equal(must_read(text)->text.len, len - 1);
				assert_int_equal(must_read(text)->text.data[at - 1], '\t');
				text[at + 1] = 'x';
			}
			text[at] = 'x';
		}
	}
}

static void tells_what_was_expected(void **state)
{
	(void)state;
	must_fail("", "line 1 column 1: expected a value, not the end");
	must_fail("  \n ", "line 2 column 2: expected a value, not the end");
	must_fail("{\"a\":1\n \"b\":2}", "line 2 column 2: expected a ',' or '}'");
	must_fail("[1 2]", "line 1 column 4: expected a ',' or ']'");
	must_fail("[1,]", "line 1 column 4: expected a value");
	must_fail("[,1]", "line 1 column 2: expected a value");
	must_fail("[1", "line 1 column 3: expected a ',' or ']'");
	must_fail("[", "line 1 column 2: expected a value, not the end");
	must_fail("{", "line 1 column 2: expected a name in double quotes");
	must_fail("{\"a\":1,}", "line 1 column 8: expected a name in double quotes");
	must_fail("{,}", "line 1 column 2: expected a name in double quotes");
	must_fail("{a:1}", "line 1 column 2: expected a name in double quotes");
	must_fail("{\"a\" 1}", "line 1 column 6: expected a ':'");
	must_fail("{\"a\":}", "line 1 column 6: expected a value");
	must_fail("{\"a\"", "line 1 column 5: expected a ':'");
	must_fail("[}", "line 1 column 2: expected a value");
	must_fail("[1}", "line 1 column 3: expected a ',' or ']'");
	must_fail("{\"a\":1]", "line 1 column 7: expected a ',' or '}'");
	must_fail("1 2", "line 1 column 3: expected the end");
	must_fail("{}}", "line 1 column 3: expected the end");
	must_fail("tru", "line 1 column 1: expected a value");
	must_fail("truex", "line 1 column 5: expected the end");
	must_fail("nul", "line 1 column 1: expected a value");
	must_fail("01", "line 1 column 2: a number must not begin with a superfluous 0");
	must_fail("1.", "line 1 column 3: expected a digit");
	must_fail("// no\n1", "line 1 column 1: expected a value");
	must_fail("'a'", "line 1 column 1: expected a value");
	must_fail("\xef\xbb\xbf{}", "line 1 column 1: expected a value");
	assert_int_equal(err.line, 1);
	assert_int_equal(err.column, 1);
	const struct json *root = NULL;
	assert_int_equal(read_with((struct scute_str){ "1\0", 2 }, NULL, &root), SCUTE_EINVAL);
	assert_int_equal(json_read(SCUTE_STR("["), NULL, &arena.base, &root, NULL), SCUTE_EINVAL);
	assert_int_equal(json_read((struct scute_str){ NULL, 0 }, NULL, &arena.base, &root, &err),
		SCUTE_EINVAL);
}

static void limits_nesting(void **state)
{
	enum { DEEP = 100000 };
	static char text[2 * DEEP + 1];
	const struct json *root = NULL;
	struct json_options options = { .depth_max = 3 };

	(void)state;
	assert_int_equal(read_with(SCUTE_STR("[{\"a\":[]}]"), &options, &root), SCUTE_OK);
	assert_int_equal(read_with(SCUTE_STR("[{\"a\":[[]]}]"), &options, &root), SCUTE_ELIMIT);
	assert_string_equal(err.text, "line 1 column 8: nested deeper than 3");
	assert_int_equal(read_with(SCUTE_STR("[[],[],[[[]]]]"), &options, &root), SCUTE_ELIMIT);

	memset(text, '[', DEEP);
	memset(text + DEEP, ']', DEEP);
	assert_int_equal(read_with(str_z(text), NULL, &root), SCUTE_ELIMIT);
	assert_string_equal(err.text, "line 1 column 513: nested deeper than 512");
	assert_int_equal(read_with((struct scute_str){ text + DEEP - 512, 1024 }, NULL, &root),
		SCUTE_OK);
	assert_int_equal(read_with((struct scute_str){ text + DEEP - 513, 1026 }, NULL, &root),
		SCUTE_ELIMIT);
	options.depth_max = DEEP; /* no recursion anywhere */
	assert_int_equal(read_with(str_z(text), &options, &root), SCUTE_OK);

	struct buf buf;
	buf_init(&buf, sizeof(text));
	struct json_out out = json_out(&buf);
	json_out_tree(&out, root, JSON_SORTED);
	assert_int_equal(buf.len, 2 * DEEP);
	assert_memory_equal(buf.data, text, 2 * DEEP);
	buf_finish(&buf);
}

static void limits_counts_and_size(void **state)
{
	const struct json *root = NULL;
	struct json_options options = { .nodes_max = 4 };

	(void)state;
	assert_int_equal(read_with(SCUTE_STR("[1,2,3]"), &options, &root), SCUTE_OK);
	assert_int_equal(read_with(SCUTE_STR("[1,2,3,4]"), &options, &root), SCUTE_ELIMIT);
	assert_string_equal(err.text, "line 1 column 8: too many values, the limit is at 4");
	options.nodes_max = 3; /* values that lose count too */
	assert_int_equal(read_with(SCUTE_STR("{\"a\":1,\"a\":2}"), &options, &root), SCUTE_OK);
	assert_int_equal(read_with(SCUTE_STR("{\"a\":1,\"a\":2,\"a\":3}"), &options, &root),
		SCUTE_ELIMIT);
	/* refused before it is looked at */
	struct scute_str huge = { "1", (size_t)UINT32_MAX + 1 };
	assert_int_equal(json_read(huge, NULL, &arena.base, &root, &err), SCUTE_ELIMIT);
	assert_string_equal(err.text, "JSON text of more than 4294967295 bytes");
}

static void the_last_duplicate_wins_at_the_first_place(void **state)
{
	const struct json *root = must_read("{\"a\":{\"x\":1},\"b\":2,\"a\":[5,6],\"\\u0062\":3}");

	(void)state;
	assert_int_equal(root->n_children, 2);
	assert_str(root->children->key, "a");
	assert_int_equal(root->children->type, JSON_ARRAY);
	assert_int_equal(root->children->n_children, 2);
	assert_int_equal(root->children->offset, 23);
	assert_str(root->children->next->key, "b");
	assert_str(root->children->next->text, "3");
	assert_null(root->children->next->next);

	struct json_options refuse = { .duplicates = JSON_DUPLICATES_REFUSE };
	assert_int_equal(read_with(SCUTE_STR("{\"a\":1, \"a\":2}"), &refuse, &root), SCUTE_EINVAL);
	assert_string_equal(err.text, "line 1 column 9: this name occurs twice in its object");
	assert_int_equal(read_with(SCUTE_STR("{\"a\":{\"a\":1},\"b\":{\"a\":2}}"), &refuse, &root),
		SCUTE_OK);
}

/* Twice the same 100,000 names: a linear search would need minutes. */
static void many_members_stay_fast(void **state)
{
	enum { MANY = 100000 };
	struct json_options refuse = { .duplicates = JSON_DUPLICATES_REFUSE };
	const struct json *root = NULL;
	struct buf buf;

	(void)state;
	buf_init(&buf, SIZE_MAX);
	buf_append_byte(&buf, '{');
	for (int i = 0; i < 2 * MANY; i++) {
		buf_printf(&buf, "%s\"name-%d\":%d", i > 0 ? "," : "", i % MANY, i);
	}
	buf_append_byte(&buf, '}');
	assert_false(buf.failed);
	assert_int_equal(json_read(buf_str(&buf), NULL, &arena.base, &root, &err), SCUTE_OK);
	assert_int_equal(root->n_children, MANY);
	int i = 0;
	for (const struct json *member = root->children; member; member = member->next, i++) {
		int64_t value;
		char name[32];
		assert_true(json_to_i64(member, &value));
		assert_int_equal(value, MANY + i);
		snprintf(name, sizeof(name), "name-%d", i);
		assert_true(str_eq_z(member->key, name));
	}
	assert_int_equal(i, MANY);
	assert_int_equal(json_read(buf_str(&buf), &refuse, &arena.base, &root, &err), SCUTE_EINVAL);
	buf_finish(&buf);
}

/* The border between linear search and table. */
static void duplicates_around_the_table(void **state)
{
	(void)state;
	for (int n = 1; n < 100; n++) {
		struct buf buf;
		const struct json *root = NULL;
		buf_init(&buf, SIZE_MAX);
		buf_append_byte(&buf, '{');
		for (int i = 0; i < n; i++) {
			buf_printf(&buf, "\"%d\":0,", i);
		}
		buf_printf(&buf, "\"%d\":1,\"0\":2}", n - 1);
		assert_int_equal(json_read(buf_str(&buf), NULL, &arena.base, &root, &err),
			SCUTE_OK);
		assert_int_equal(root->n_children, n);
		assert_str(json_get(root, "0")->text, "2");
		buf_finish(&buf);
	}
}

static const char rich[] =
	"{\"a\\n\":[1,2,{\"b\":\"\\u20ac\",\"c\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]"
	"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}],\"1\":1,\"2\":2,\"3\":3,\"4\":4,\"5\":5,\"6\":6,"
	"\"7\":7,\"8\":8,\"9\":9,"
	"\"10\":10,\"11\":11,\"12\":12,\"13\":13,"
	"\"14\":14,\"15\":15,\"16\":16,\"17\":17,\"18\":true}";

/* Every prefix and every changed byte ends in a status, under ASan without a bad access. */
static void survives_damaged_text(void **state)
{
	size_t len = sizeof(rich) - 1;
	const struct json *root = NULL;
	unsigned accepted = 0;

	(void)state;
	assert_int_equal(read_with(SCUTE_STR(rich), NULL, &root), SCUTE_OK);
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(read_with((struct scute_str){ rich, cut }, NULL, &root),
			SCUTE_EINVAL);
	}
	for (size_t at = 0; at < len; at++) {
		static const char bytes[] = "\"\\{}[],:0a\x01\x80\xff u";
		for (size_t i = 0; i < sizeof(bytes); i++) {
			char text[sizeof(rich)];
			memcpy(text, rich, len);
			text[at] = bytes[i];
			enum scute_status status = read_with((struct scute_str){ text, len }, NULL,
				&root);
			assert_true(status == SCUTE_OK || status == SCUTE_EINVAL);
			accepted += status == SCUTE_OK;
		}
		arena_reset(&arena);
	}
	assert_true(accepted > 0);
}

/*
 * An arena of each size up to what is needed, in which the allocation fails at ever other places.
 */
static void survives_a_full_arena(void **state)
{
	size_t max = 0;

	(void)state;
	for (;; max += 16) {
		struct arena small;
		const struct json *root = NULL;
		arena_init(&small, max);
		enum scute_status status = json_read(SCUTE_STR(rich), NULL, &small.base, &root,
			&err);
		arena_finish(&small);
		if (status == SCUTE_OK) {
			break;
		}
		assert_int_equal(status, SCUTE_ENOMEM);
		assert_string_equal(err.text, "out of memory while reading JSON");
		assert_null(root);
	}
	assert_in_range(max, 4000, 40000);
}

static void survives_failing_allocations(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct arena small;
		const struct json *root = NULL;
		arena_init(&small, SIZE_MAX);
		fault_at(n);
		enum scute_status status = json_read(SCUTE_STR(rich), NULL, &small.base, &root,
			&err);
		bool hit = fault_end();
		arena_finish(&small);
		assert_int_equal(status, hit ? SCUTE_ENOMEM : SCUTE_OK);
		if (!hit) {
			assert_true(n >= 2);
			break;
		}
	}
}

#define JSON_TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, end_arena)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JSON_TEST(reads_every_type),
		JSON_TEST(keeps_numbers_as_written),
		JSON_TEST(decodes_strings),
		JSON_TEST(finds_the_end_at_every_place),
		JSON_TEST(tells_what_was_expected),
		JSON_TEST(limits_nesting),
		JSON_TEST(limits_counts_and_size),
		JSON_TEST(the_last_duplicate_wins_at_the_first_place),
		JSON_TEST(many_members_stay_fast),
		JSON_TEST(duplicates_around_the_table),
		JSON_TEST(survives_damaged_text),
		cmocka_unit_test(survives_a_full_arena),
		cmocka_unit_test(survives_failing_allocations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
