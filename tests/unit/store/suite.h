/* SPDX-License-Identifier: Apache-2.0 */
/* What every store must do, as tests that know no particular one. */
#ifndef TEST_STORE_SUITE_H
#define TEST_STORE_SUITE_H

#include "store/store.h"

struct config;

struct store_suite {
	const struct store_ops *ops;
	/* A configuration whose log is new and empty; it lives until the next call. */
	const struct config *(*fresh)(void *user);
	void *user;
	uint64_t wait_ms;       /* at most for each single step */
	bool refuses_null_key;  /* as a compacted topic does */
	size_t too_large_bytes; /* a value of that size is beyond the log's limit */
};

/* Runs all tests; the number of failed ones, as cmocka returns it. */
int store_suite_run(const struct store_suite *suite);

#endif
