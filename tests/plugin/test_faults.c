/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a service while the n-th allocation of the host fails, for every n. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "fault.h"
#include "fixture.h"

static const char *built;

/* Whether there was no n-th allocation. */
static bool load_with_fault(long n)
{
	struct scute_error err = { .status = SCUTE_OK };
	struct fixture f;
	bool loaded;
	bool hit;

	fixture_init(&f, "{\"store\": \"journal\", \"plugin_path\": \"%s\"}", built);
	fault_at(n);
	loaded = loader_load(&f.loader, "t_service", &err);
	hit = fault_end();
	assert_int_equal(f.table.n, loaded);
	if (!loaded) {
		assert_true(hit);
		assert_true(err.text[0] != '\0');
	}
	fixture_finish(&f);
	return !hit;
}

static void every_allocation(void **state)
{
	long n = 0;

	(void)state;
	while (!load_with_fault(n)) {
		n++;
		assert_in_range(n, 1, 10000);
	}
	assert_true(n > 3); /* path, routes, the router's own */
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_allocation) };

	if (argc != 2) {
		(void)fputs("usage: test_faults DIRECTORY_OF_MODULES\n", stderr);
		return 2;
	}
	built = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
