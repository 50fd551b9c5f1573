/* SPDX-License-Identifier: Apache-2.0 */
/* The keyword table by name and draft; drafts by name and URI. */
#include "rig.h"

static void test_find(void **state)
{
	(void)state;
	assert_int_equal(js_keyword_find(SCUTE_STR("id"), JS_DRAFT_4), JS_ID_4);
	assert_int_equal(js_keyword_find(SCUTE_STR("id"), JS_DRAFT_6), JS_N_KEYWORDS);
	assert_int_equal(js_keyword_find(SCUTE_STR("$id"), JS_DRAFT_4), JS_N_KEYWORDS);
	assert_int_equal(js_keyword_find(SCUTE_STR("$id"), JS_DRAFT_2020), JS_ID);
	assert_int_equal(js_keyword_find(SCUTE_STR("exclusiveMaximum"), JS_DRAFT_4),
		JS_EXCLUSIVE_MAXIMUM_4);
	assert_int_equal(js_keyword_find(SCUTE_STR("exclusiveMaximum"), JS_DRAFT_6),
		JS_EXCLUSIVE_MAXIMUM);
	assert_int_equal(js_keyword_find(SCUTE_STR("additionalItems"), JS_DRAFT_2020),
		JS_N_KEYWORDS);
	assert_int_equal(js_keyword_find(SCUTE_STR(""), JS_DRAFT_7), JS_N_KEYWORDS);
	assert_int_equal(js_keyword_find(SCUTE_STR("Type"), JS_DRAFT_7), JS_N_KEYWORDS);
}

static void test_every_row(void **state)
{
	(void)state;
	for (unsigned i = 0; i < JS_N_KEYWORDS; i++) {
		const struct js_rule *rule = js_rule((enum js_keyword_id)i);
		assert_true(rule->first_draft <= rule->last_draft);
		for (unsigned draft = 0; draft < JS_N_DRAFTS; draft++) {
			unsigned found = js_keyword_find(str_z(rule->name), (enum js_draft)draft);
			if (draft >= rule->first_draft && draft <= rule->last_draft) {
				assert_int_equal(found, i);
			} else {
				assert_int_not_equal(found, i);
			}
		}
	}
}

static void test_drafts(void **state)
{
	enum js_draft draft;

	(void)state;
	for (unsigned i = 0; i < JS_N_DRAFTS; i++) {
		assert_true(js_draft_by_name(str_z(js_draft_name((enum js_draft)i)), &draft));
		assert_int_equal(draft, i);
	}
	assert_false(js_draft_by_name(SCUTE_STR("3"), &draft));
	assert_true(js_draft_by_uri(SCUTE_STR("http://json-schema.org/draft-04/schema#"), &draft));
	assert_int_equal(draft, JS_DRAFT_4);
	assert_true(js_draft_by_uri(SCUTE_STR("https://json-schema.org/draft-07/schema"), &draft));
	assert_int_equal(draft, JS_DRAFT_7);
	assert_true(js_draft_by_uri(SCUTE_STR("https://json-schema.org/draft/2020-12/schema"),
		&draft));
	assert_int_equal(draft, JS_DRAFT_2020);
	assert_false(js_draft_by_uri(SCUTE_STR("http://json-schema.org/schema#"), &draft));
	assert_false(js_draft_by_uri(SCUTE_STR(""), &draft));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_every_row),
		cmocka_unit_test(test_drafts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
