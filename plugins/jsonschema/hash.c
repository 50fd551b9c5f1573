/* SPDX-License-Identifier: Apache-2.0 */
/* The process's hash seed. */
#include "hash.h"

#include <pthread.h>
#include <sys/random.h>
#include <time.h>

static uint64_t the_seed;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_seed(void)
{
	if (getrandom(&the_seed, sizeof(the_seed), GRND_NONBLOCK) != (ssize_t)sizeof(the_seed)) {
		/* Early at boot; where we were loaded and when is the next best thing. */
		the_seed = js_hash_mix((uint64_t)(uintptr_t)&the_seed, (uint64_t)clock() + 1) ^
			   (uint64_t)time(NULL);
	}
}

uint64_t js_hash_seed(void)
{
	pthread_once(&once, make_seed);
	return the_seed;
}
