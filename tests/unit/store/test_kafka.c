/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The common suite on the Kafka store: on librdkafka's mock cluster, or on the real
 * broker that SCUTE_TEST_KAFKA names (tests/kafka sets it).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mock.h"
#include "suite.h"

static struct mock mock;

static const struct config *fresh(void *user)
{
	(void)user;
	return mock_fresh(&mock, 1);
}

int main(void)
{
	const char *real = getenv("SCUTE_TEST_KAFKA");
	mock_init(&mock, real);
	/* A suite calls through these ops, so they have to be complete. */
	struct store_ops ops = store_kafka;
	if (real == NULL) {
		ops.open = mock_store.open;
	}
	struct store_suite suite = {
		.ops = &ops,
		.fresh = fresh,
		.wait_ms = 20000,
		.refuses_null_key = true,
		/* The mock has no limit, so the client's own must do there. */
		.too_large_bytes = real != NULL ? (size_t)2 << 20 : (size_t)17 << 20,
	};
	int failed = store_suite_run(&suite);
	mock_finish(&mock);
	return failed;
}
