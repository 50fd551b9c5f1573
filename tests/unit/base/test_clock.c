/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks: plausible, and forward. */
#include "tester.h"

#include <time.h>

#include "base/clock.h"

static void clocks_advance(void **state)
{
	struct timespec pause = { 0, 5 * 1000 * 1000 };
	uint64_t monotonic = clock_monotonic_ms();
	uint64_t wall = clock_wall_ms();

	(void)state;
	assert_true(wall / 1000 >= 1700000000); /* milliseconds, not seconds, and after 2023 */
	assert_true(wall / 1000 <= (uint64_t)time(NULL));
	nanosleep(&pause, NULL);
	assert_in_range(clock_monotonic_ms() - monotonic, 4, 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_advance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
