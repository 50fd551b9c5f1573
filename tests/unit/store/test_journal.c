/* SPDX-License-Identifier: Apache-2.0 */
/* The common suite on the journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config.h"
#include "scratch.h"
#include "suite.h"

static struct scratch scratch;

static const struct config *fresh(void *user)
{
	(void)user;
	return scratch_fresh(&scratch);
}

int main(void)
{
	struct store_suite suite = {
		.ops = &store_journal,
		.fresh = fresh,
		.wait_ms = 10000,
		.too_large_bytes = (size_t)17 << 20,
	};
	int failed;

	scratch_init(&scratch);
	failed = store_suite_run(&suite);
	scratch_finish(&scratch);
	return failed;
}
