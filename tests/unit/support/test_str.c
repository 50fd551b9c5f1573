/* SPDX-License-Identifier: Apache-2.0 */
/* String helpers, UTF-8 at its borders, error texts. */
#include "tester.h"

#include "support/str.h"

static void compares(void **state)
{
	struct scute_str none = { NULL, 0 };

	(void)state;
	assert_true(str_eq(none, SCUTE_STR("")));
	assert_false(str_eq(SCUTE_STR("a"), SCUTE_STR("b")));
	assert_true(str_eq_z(SCUTE_STR("abc"), "abc"));
	assert_true(str_eq_nocase(SCUTE_STR("Content-LENGTH"), SCUTE_STR("content-length")));
	assert_false(str_eq_nocase(SCUTE_STR("[@"), SCUTE_STR("{`")));
	assert_false(str_eq_nocase(SCUTE_STR("a"), SCUTE_STR("ab")));
	assert_int_equal(str_cmp(none, none), 0);
	assert_true(str_cmp(none, SCUTE_STR("a")) < 0);
	assert_true(str_cmp(SCUTE_STR("ab"), SCUTE_STR("a")) > 0);
	assert_true(str_cmp(SCUTE_STR("\xc3\xa9"), SCUTE_STR("z")) > 0); /* bytes are unsigned */
	assert_true(str_starts(SCUTE_STR("abc"), SCUTE_STR("ab")));
	assert_true(str_starts(none, none));
	assert_false(str_starts(SCUTE_STR("a"), SCUTE_STR("ab")));
	assert_true(str_ends(SCUTE_STR("abc"), SCUTE_STR("bc")));
	assert_true(str_ends(none, none));
	assert_false(str_ends(SCUTE_STR("c"), SCUTE_STR("bc")));
	assert_str(str_trim(SCUTE_STR(" \t a b\t ")), "a b");
	assert_int_equal(str_trim(SCUTE_STR(" \t ")).len, 0);
	assert_int_equal(str_trim(none).len, 0);
}

static void reads_integers(void **state)
{
	int64_t value = 77;
	static const char *const wrong[] = { "", "-", "+1", " 1", "1 ", "1a", "0x1", "--1",
		"9223372036854775808",
		"-9223372036854775809", "99999999999999999999999999", "1.0", "1e3" };

	(void)state;
	assert_true(str_to_i64(SCUTE_STR("9223372036854775807"), &value));
	assert_true(value == INT64_MAX);
	assert_true(str_to_i64(SCUTE_STR("-9223372036854775808"), &value));
	assert_true(value == INT64_MIN);
	assert_true(str_to_i64(SCUTE_STR("-0"), &value));
	assert_true(value == 0);
	value = 77;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(str_to_i64(str_z(wrong[i]), &value));
		assert_true(value == 77);
	}
}

/* Every code point and each lone surrogate, against the definition. */
static void knows_utf8(void **state)
{
	char out[4];

	(void)state;
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		size_t len = str_put_utf8(out, code);
		bool surrogate = code >= 0xd800 && code <= 0xdfff;
		assert_int_equal(len, code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
		assert_int_equal(str_utf8_width(out, len), surrogate ? 0 : len);
		assert_int_equal(str_utf8_width(out, len - 1), 0);
	}
	static const char *const wrong[] = { "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe", "\xc3",
		"\xc3(",
		"\xe2\x82", "\xe2\x82(", "\xf0\x9f\x98", "\xf0\x9f\x98(", "abcdefgh\x80",
		"abcdefghijk\xc3" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(str_is_utf8(str_z(wrong[i])));
	}
	assert_true(str_is_utf8(SCUTE_STR("")));
	assert_true(str_is_utf8(SCUTE_STR("plain text of some length, \0 included")));
	assert_true(str_is_utf8(SCUTE_STR("gr\xc3\xbc\xc3\x9f dich \xf0\x9f\x98\x80 "
		"\xe2\x82\xac und weiter")));
}

static void cuts_errors_on_a_border(void **state)
{
	struct scute_error err = { .line = 5 };
	char text[600];

	(void)state;
	assert_int_equal(error_set(&err, SCUTE_EINVAL, "%s %d", "bad", 7), SCUTE_EINVAL);
	assert_int_equal(err.status, SCUTE_EINVAL);
	assert_int_equal(err.line, 0);
	assert_string_equal(err.text, "bad 7");
	assert_int_equal(error_set(NULL, SCUTE_ENOMEM, "x"), SCUTE_ENOMEM);
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'a', shift);
		for (size_t i = shift; i + 4 < sizeof(text); i += 4) {
			str_put_utf8(text + i, 0x1f600);
			text[i + 4] = '\0';
		}
		error_set(&err, SCUTE_EINVAL, "%s", text);
		size_t len = strlen(err.text);
		assert_true(len >= SCUTE_ERROR_TEXT_BYTES - 4 && len < SCUTE_ERROR_TEXT_BYTES);
		assert_true(str_is_utf8(str_z(err.text)));
		assert_int_equal((len - shift) % 4, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(reads_integers),
		cmocka_unit_test(knows_utf8),
		cmocka_unit_test(cuts_errors_on_a_border),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
