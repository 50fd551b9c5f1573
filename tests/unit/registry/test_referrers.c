/* SPDX-License-Identifier: Apache-2.0 */
/* The reverse index of references. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "registry/referrers.h"
#include "registry/schema.h"
#include "support/str.h"

static const struct schema_reference references[] = { { { "x", sizeof("x") - 1 }, { "s", sizeof("s") - 1 }, 1 },
	{ { "y", sizeof("y") - 1 }, { "s", sizeof("s") - 1 }, 1 }, { { "z", sizeof("z") - 1 }, { "s", sizeof("s") - 1 }, 2 },
	{ { "z", sizeof("z") - 1 }, { "", sizeof("") - 1 }, 1 } };
static const struct schema_more all = { .references = references, .n_references = 4 };
static const struct schema_more last = { .references = references + 2, .n_references = 1 };

struct seen {
	size_t n;
	size_t max;
};

static bool see(void *user, const struct schema *schema)
{
	struct seen *seen = user;

	assert_non_null(schema);
	return ++seen->n < seen->max;
}

static size_t count(const struct map *referrers, const char *subject, int32_t version, size_t max)
{
	struct seen seen = { 0, max };

	referrers_each(referrers, str_z(subject), version, see, &seen);
	return seen.n;
}

static void test_filing(void **state)
{
	struct schema both = { .more = &all };
	struct schema one = { .more = &last };
	struct schema none = { .more = NULL };
	struct map referrers;

	(void)state;
	hash_init();
	referrers_init(&referrers);
	assert_true(referrers_add(&referrers, &both));
	assert_true(referrers_add(&referrers, &one));
	assert_true(referrers_add(&referrers, &none));
	assert_int_equal(count(&referrers, "s", 1, 9), 2); /* referred to twice by one */
	assert_int_equal(count(&referrers, "s", 2, 9), 2);
	assert_int_equal(count(&referrers, "s", 2, 1), 1); /* stopped */
	assert_int_equal(count(&referrers, "", 1, 9), 1);
	assert_int_equal(count(&referrers, "s", 3, 9), 0);
	assert_int_equal(count(&referrers, "S", 1, 9), 0);
	referrers_remove(&referrers, &both);
	assert_int_equal(count(&referrers, "s", 1, 9), 0);
	assert_int_equal(count(&referrers, "s", 2, 9), 1);
	referrers_remove(&referrers, &none);
	referrers_remove(&referrers, &one);
	assert_int_equal(referrers.count, 0);
	referrers_finish(&referrers);
}

static void test_no_memory(void **state)
{
	struct schema both = { .more = &all };
	struct schema one = { .more = &last };
	struct map referrers;
	bool added = false;

	(void)state;
	hash_init();
	referrers_init(&referrers);
	assert_true(referrers_add(&referrers, &one));
	for (long n = 0; !added; n++) {
		assert_true(n < 20);
		fault_at(n);
		added = referrers_add(&referrers, &both);
		assert_int_equal(fault_end(), !added);
		assert_int_equal(referrers.count, added ? 3 : 1);
		assert_int_equal(count(&referrers, "s", 2, 9), added ? 2 : 1);
	}
	referrers_finish(&referrers); /* frees what is still filed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filing),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
