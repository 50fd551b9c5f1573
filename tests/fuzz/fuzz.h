/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzz targets share: a target is one function over bytes. fuzz.c drives it from a
 * corpus that it mutates, or libFuzzer does (libfuzzer_NAME, built by hand with clang:
 * meson setup -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link).
 *
 * fuzz_NAME [seconds [seed]]: without arguments a fixed number of rounds from a fixed seed,
 * or with SCUTE_LONG=1 in the environment FUZZ_LONG_SECONDS from a seed that it prints.
 */
#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scute/types.h"

#define FUZZ_LONG_SECONDS 180
#define FUZZ_BYTES_MAX 4096

struct fuzz_target {
	/* In seeds and words apostrophes stand for quotation marks; both end with a NULL. */
	const char *const *seeds;
	const char *const *words;
	unsigned long rounds; /* of the short form */
	void (*begin)(void);
	/* Aborts on a broken promise. True: worth mutating further. data is exactly len bytes. */
	bool (*one)(const char *data, size_t len);
	void (*end)(void);
};

/* Each target's file defines it. */
extern const struct fuzz_target fuzz_target;

/* A promise. With libFuzzer and with gcc alike a failure ends in abort(). */
#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fuzz_broken(__FILE__, __LINE__, #condition);                               \
		}                                                                                  \
	} while (0)

_Noreturn void fuzz_broken(const char *file, int line, const char *condition);

/* What err must look like after a call that returned status. */
void fuzz_check_error(const struct scute_error *err, enum scute_status status);

#endif
