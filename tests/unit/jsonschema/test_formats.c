/* SPDX-License-Identifier: Apache-2.0 */
/* The formats, one by one. The official suite has more of each: tests/suite. */
#include <stdlib.h>

#include "formats.h"
#include "rig.h"

struct format_case {
	const char *format;
	struct scute_str text;
	bool good;
};

static const struct format_case cases[] = {
#define GOOD(format, text) { format, { text, sizeof(text) - 1 }, true },
#define BAD(format, text) { format, { text, sizeof(text) - 1 }, false },
#include "format_cases.inc"
#undef GOOD
#undef BAD
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		js_format_check check = js_format_find(str_z(cases[i].format), JS_DRAFT_2020);
		assert_non_null(check);
		/* A copy of that very size, so that a byte too many is found. */
		char *copy = malloc(cases[i].text.len + 1);
		assert_non_null(copy);
		memcpy(copy, cases[i].text.data, cases[i].text.len + 1);
		if (check((struct scute_str){ copy, cases[i].text.len }) != cases[i].good) {
			fail_msg("%s: \"%s\"", cases[i].format, cases[i].text.data);
		}
		free(copy);
	}
}

/* Neither bytes of zero nor an empty text without any memory trip them. */
static void test_odd_texts(void **state)
{
	static const struct scute_str odd[] = { { NULL, 0 }, { "\0", 1 }, { "a\0b", 3 },
		{ "a:\0", 3 }, { "{\0}", 3 }, { "\0@\0", 3 } };
	const char *last = "";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(last, cases[i].format) == 0) {
			continue;
		}
		last = cases[i].format;
		js_format_check check = js_format_find(str_z(last), JS_DRAFT_2020);
		bool takes_empty = strcmp(last, "uri-reference") == 0 ||
			strcmp(last, "iri-reference") == 0 || strcmp(last, "uri-template") == 0 ||
			strcmp(last, "json-pointer") == 0 || strcmp(last, "regex") == 0;
		assert_int_equal(check(odd[0]), takes_empty);
		for (size_t k = 1; k < sizeof(odd) / sizeof(odd[0]); k++) {
			assert_int_equal(check(odd[k]), strcmp(last, "regex") == 0);
		}
	}
}

static void test_drafts(void **state)
{
	(void)state;
	assert_null(js_format_find(SCUTE_STR("uuid"), JS_DRAFT_7));
	assert_non_null(js_format_find(SCUTE_STR("uuid"), JS_DRAFT_2019));
	assert_null(js_format_find(SCUTE_STR("date"), JS_DRAFT_6));
	assert_non_null(js_format_find(SCUTE_STR("date-time"), JS_DRAFT_4));
	assert_null(js_format_find(SCUTE_STR("no-such"), JS_DRAFT_2020));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases), cmocka_unit_test(test_odd_texts),
		cmocka_unit_test(test_drafts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
