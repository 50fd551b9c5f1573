/* SPDX-License-Identifier: Apache-2.0 */
/* Loads plugins as the daemon would, and asks the CSV example among them through the host's table. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixture.h"
#include "support/arena.h"
#include "support/str.h"

static const char *plugin_path;
static char **plugin_names; /* NULL-terminated */

static void example_works_in_the_host(void **state)
{
	static const struct scute_limits limits = { .size = sizeof(limits), .depth_max = 32,
		.bytes_max = 1 << 20, .items_max = 1000 };
	struct scute_source source = { .size = sizeof(source), .text = SCUTE_STR("\"id\",name\r\n"),
		.limits = &limits };
	struct scute_error err = { .status = SCUTE_OK };
	const struct scute_schema *schema;
	const struct scute_format *csv;
	struct scute_str text;
	struct arena arena;
	struct fixture f;

	(void)state;
	fixture_init(&f, "{\"store\": \"journal\", \"plugin_path\": \"%s\"}", plugin_path);
	for (char **name = plugin_names; *name; name++) {
		if (!loader_load(&f.loader, *name, &err)) {
			fail_msg("%s", err.text);
		}
	}
	assert_true(loader_start(&f.loader, &err));
	csv = plugin_format(&f.table, SCUTE_STR("CSV"));
	assert_non_null(csv);
	assert_ptr_equal(plugin_format_embedded(&f.table, SCUTE_STR("csv")), csv);
	arena_init(&arena, 1 << 20);
	assert_int_equal(csv->parse(&source, &arena.base, &schema, &err), SCUTE_OK);
	assert_int_equal(csv->canonical(schema, &arena.base, &text, &err), SCUTE_OK);
	assert_true(str_eq_z(text, "id,name"));
	arena_finish(&arena);
	fixture_finish(&f);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(example_works_in_the_host) };

	if (argc < 3) {
		(void)fputs("usage: load_example PLUGIN_PATH NAME...\n", stderr);
		return 2;
	}
	plugin_path = argv[1];
	plugin_names = argv + 2;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
