/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the Avro plugin: any text is refused with an error or becomes a schema whose texts
 * parse to the same schema again and that can be compared with any other.
 *
 * As a libFuzzer target (clang; ninja tests/unit/avro/libfuzzer_avro) it takes two texts with
 * a NUL between them. Otherwise it is a program of its own:
 * fuzz_avro [seconds [seed]], with the short and long forms that fuzz.h tells of.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"
#include "mutate.h"

#define SHORT_ROUNDS 40000

#ifdef FUZZ_WITH_LIBFUZZER

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
	size_t len = zero ? (size_t)(zero - data) : size;
	struct scute_str one = { (const char *)data, len };
	struct scute_str other = { zero ? (const char *)zero + 1 : NULL,
		zero ? size - len - 1 : 0 };

	mutator_try(one, other, 0);
	mutator_try(one, other, SCUTE_SOURCE_STORED);
	return 0;
}

#else

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	const char *wish = getenv("SCUTE_LONG");
	bool is_long = argc < 2 && wish && strcmp(wish, "1") == 0;
	double seconds = argc > 1 ? atof(argv[1]) : is_long ? FUZZ_LONG_SECONDS : 0;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : is_long ? (uint64_t)time(NULL) : 7;
	double end = now() + seconds;
	struct mutator mutator;
	unsigned long n = 0;
	unsigned long n_good = 0;

	fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
	mutator_init(&mutator, seed);
	while (seconds > 0 ? n % 256 != 0 || now() < end : n < SHORT_ROUNDS) {
		n_good += mutator_step(&mutator);
		n++;
		if (n % 200000 == 0) {
			/* Away from texts that have grown into one another. */
			mutator_finish(&mutator);
			mutator_init(&mutator, seed + n);
		}
	}
	mutator_finish(&mutator);
	printf("%lu texts, %lu of them schemas\n", n, n_good);
	return n_good > 0 && n_good < n ? 0 : 1;
}

#endif
