/* SPDX-License-Identifier: Apache-2.0 */
/* Building a router: clashes, malformed patterns, no memory. Routing itself: test_conn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "http/router.h"

static void handle(struct request *request)
{
	(void)request;
}

static bool add(struct router *router, const char *method, const char *pattern, struct scute_error *err)
{
	static struct route routes[64];
	static size_t n;
	struct route *route = &routes[n++ % 64];

	*route = (struct route){ .method = method, .pattern = pattern, .handle = handle };
	return router_add(router, route, err);
}

static void test_clashes(void **state)
{
	struct router *router = router_create();
	struct scute_error err = { .status = SCUTE_OK };

	(void)state;
	assert_true(add(router, "GET", "/subjects/{subject}/versions", &err));
	assert_true(add(router, "POST", "/subjects/{subject}/versions", &err));
	assert_true(add(router, "GET", "/subjects/{subject}", &err));
	assert_true(add(router, "GET", "/subjects/types", &err));
	assert_false(add(router, "GET", "/subjects/{other}/versions", &err));
	assert_int_equal(err.status, SCUTE_EINVAL);
	assert_string_equal(err.text, "route GET /subjects/{other}/versions clashes with GET "
				      "/subjects/{subject}/versions");
	assert_false(add(router, "GET", "/subjects/types/", &err));
	router_destroy(router);
}

static void test_patterns(void **state)
{
	static const char *const bad[] = { "", "subjects", "/a//", "/a//b", "/{}", "/{a", "/a}", "/x{a}",
		"/{a}/{b}/{c}/{d}/{e}/{f}/{g}", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17" };
	static const char *const good[] = { "/", "/a", "/{a}/{b}/{c}/{d}/{e}/{f}", "/a:b",
		"/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16" };
	struct router *router = router_create();
	struct scute_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err.status = SCUTE_OK;
		assert_false(add(router, "PUT", bad[i], &err));
		assert_int_equal(err.status, SCUTE_EINVAL);
		assert_non_null(strstr(err.text, "malformed route pattern"));
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(add(router, "PUT", good[i], &err));
	}
	assert_false(add(router, "PUT", "/a/", &err));
	router_destroy(router);
	router_destroy(NULL);
}

static void test_no_memory(void **state)
{
	bool complete = false;

	(void)state;
	for (long n = 0; !complete; n++) {
		struct scute_error err = { .status = SCUTE_OK };
		struct router *router;

		fault_at(n);
		router = router_create();
		complete = router != NULL && add(router, "GET", "/a/{b}/c", &err) &&
			add(router, "POST", "/a/{b}/c", &err);
		fault_end();
		if (!complete && router != NULL) {
			assert_int_equal(err.status, SCUTE_ENOMEM);
			/* What failed can be done again. */
			assert_true(add(router, "PUT", "/a/{b}/c", &err));
		}
		router_destroy(router);
		assert_true(n < 20);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clashes),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
