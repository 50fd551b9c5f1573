/* SPDX-License-Identifier: Apache-2.0 */
/* Formats are found by exactly their names, among plugins of other kinds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "plugin/table.h"

static const struct scute_format one = { .size = sizeof(one), .type = "ONE", .embedded = "first" };
static const struct scute_format two = { .size = sizeof(two), .type = "TWO" };
static const struct scute_auth auth = { .size = sizeof(auth) };
static const struct scute_plugin entries[] = {
	{ .kind = SCUTE_KIND_AUTH, .name = "auth", .table.auth = &auth },
	{ .kind = SCUTE_KIND_FORMAT, .name = "one", .table.format = &one },
	{ .kind = SCUTE_KIND_FORMAT, .name = "two", .table.format = &two },
};

static struct plugin_table table = {
	.plugins = { { .entry = &entries[0] }, { .entry = &entries[1] }, { .entry = &entries[2] } },
	.n = 3,
};

static void by_type(void **state)
{
	static const struct plugin_table empty;

	(void)state;
	assert_ptr_equal(plugin_format(&table, SCUTE_STR("ONE")), &one);
	assert_ptr_equal(plugin_format(&table, SCUTE_STR("TWO")), &two);
	assert_null(plugin_format(&table, SCUTE_STR("one")));
	assert_null(plugin_format(&table, SCUTE_STR("ON")));
	assert_null(plugin_format(&table, SCUTE_STR("ONE\0")));
	assert_null(plugin_format(&table, (struct scute_str){ NULL, 0 }));
	assert_null(plugin_format(&empty, SCUTE_STR("ONE")));
}

static void by_embedded_name(void **state)
{
	(void)state;
	assert_ptr_equal(plugin_format_embedded(&table, SCUTE_STR("first")), &one);
	assert_null(plugin_format_embedded(&table, SCUTE_STR("ONE")));
	assert_null(plugin_format_embedded(&table, SCUTE_STR("FIRST")));
	assert_null(plugin_format_embedded(&table, (struct scute_str){ NULL, 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_type),
		cmocka_unit_test(by_embedded_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
