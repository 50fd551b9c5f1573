/* SPDX-License-Identifier: Apache-2.0 */
/* Content negotiation: weights, wildcards, precision, malformed values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "http/media.h"
#include "support/str.h"

static const char *const produces[] = { "application/vnd.x.v1+json", "application/json", "text/plain", NULL };

static void test_choose(void **state)
{
	static const struct {
		const char *accept;
		const char *wanted;
	} cases[] = {
		{ "", "application/vnd.x.v1+json" },
		{ "  ", "application/vnd.x.v1+json" },
		{ "*/*", "application/vnd.x.v1+json" },
		{ "*", "application/vnd.x.v1+json" },
		{ "text/*", "text/plain" },
		{ "TEXT/*", "text/plain" },
		{ "Text/Plain", "text/plain" },
		{ "text/plain;charset=utf-8;q=0.5, application/json;q=0.6", "application/json" },
		{ "application/json , text/plain", "application/json" },
		{ "text/plain, application/json", "application/json" },
		{ "application/json;q=0.1, */*;q=0.5", "application/vnd.x.v1+json" },
		{ "*/*;q=0.5, application/vnd.x.v1+json;q=0.1", "application/json" },
		{ "application/*;q=0.2, text/plain;q=0.3", "text/plain" },
		{ "application/json;q=0.001, text/plain;q=0.0009", "application/json" },
		{ "application/json; x=\"a,text/plain;q=1\"; q=0.4, text/plain;q=0.3", "application/json" },
		{ "application/json;q=7", "application/json" },
		{ "application/json;q=0", NULL },
		{ "application/json;q=0.000", NULL },
		{ "*/*, application/*;q=0", "text/plain" },
		{ "image/png", NULL },
		{ "*/json", NULL },
		{ "/*", NULL },
		{ "/", NULL },
		{ "application", NULL },
		{ "application/", NULL },
		{ ",,,;;;", NULL },
		{ "\"", NULL },
		{ "\"\\", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = media_choose(produces, str_z(cases[i].accept));
		if (cases[i].wanted == NULL) {
			assert_null(got);
		} else {
			assert_non_null(got);
			assert_string_equal(got, cases[i].wanted);
		}
	}
}

static void test_accepts(void **state)
{
	(void)state;
	assert_true(media_accepts(NULL, SCUTE_STR("anything")));
	assert_true(media_accepts(produces, SCUTE_STR("application/json")));
	assert_true(media_accepts(produces, SCUTE_STR("Application/JSON ; charset=\"a;b\"")));
	assert_false(media_accepts(produces, SCUTE_STR("application/jso")));
	assert_false(media_accepts(produces, SCUTE_STR("application/jsonx")));
	assert_false(media_accepts(produces, SCUTE_STR("")));
	assert_false(media_accepts(produces, SCUTE_STR(";application/json")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_accepts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
