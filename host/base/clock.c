/* SPDX-License-Identifier: Apache-2.0 */
/* clock_gettime in milliseconds. */
#include "clock.h"

#include <assert.h>
#include <time.h>

static uint64_t read_ms(clockid_t which)
{
	struct timespec now;
	int failed = clock_gettime(which, &now);

	assert(!failed);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t clock_wall_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

uint64_t clock_monotonic_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}
