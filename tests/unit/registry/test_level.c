/* SPDX-License-Identifier: Apache-2.0 */
/* The seven levels by name and by what they ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry/level.h"
#include "support/str.h"

static void test_rows(void **state)
{
	static const struct {
		enum level level;
		const char *name;
		bool backward;
		bool forward;
		bool transitive;
	} rows[] = {
		{ LEVEL_NONE, "NONE", false, false, false },
		{ LEVEL_BACKWARD, "BACKWARD", true, false, false },
		{ LEVEL_BACKWARD_TRANSITIVE, "BACKWARD_TRANSITIVE", true, false, true },
		{ LEVEL_FORWARD, "FORWARD", false, true, false },
		{ LEVEL_FORWARD_TRANSITIVE, "FORWARD_TRANSITIVE", false, true, true },
		{ LEVEL_FULL, "FULL", true, true, false },
		{ LEVEL_FULL_TRANSITIVE, "FULL_TRANSITIVE", true, true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum level level = LEVEL_UNSET;
		assert_string_equal(level_name(rows[i].level), rows[i].name);
		assert_true(level_parse(str_z(rows[i].name), &level));
		assert_int_equal(level, rows[i].level);
		assert_int_equal(level_is_backward(level), rows[i].backward);
		assert_int_equal(level_is_forward(level), rows[i].forward);
		assert_int_equal(level_is_transitive(level), rows[i].transitive);
	}
}

static void test_parse(void **state)
{
	enum level level = LEVEL_FULL;

	(void)state;
	assert_true(level_parse(SCUTE_STR("none"), &level));
	assert_int_equal(level, LEVEL_NONE);
	assert_true(level_parse(SCUTE_STR("Forward_Transitive"), &level));
	assert_int_equal(level, LEVEL_FORWARD_TRANSITIVE);
	static const char *const bad[] = { "", " ", "NON", "NONE ", "BACKWARD-TRANSITIVE", "3", NULL };
	for (size_t i = 0; bad[i]; i++) {
		assert_false(level_parse(str_z(bad[i]), &level));
	}
	assert_false(level_parse((struct scute_str){ NULL, 0 }, &level));
	assert_false(level_parse((struct scute_str){ "NONE", 5 }, &level)); /* a NUL is a byte */
	assert_int_equal(level, LEVEL_FORWARD_TRANSITIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
