/* SPDX-License-Identifier: Apache-2.0 */
/* The table of errors and the filling of their texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry/error.h"
#include "support/str.h"

static void expect_text(const struct registry_error *error, enum profile profile, const char *text)
{
	struct buf buf;

	buf_init(&buf, 4096);
	assert_true(registry_error_text(&buf, error, profile));
	assert_int_equal(buf.len, strlen(text));
	assert_memory_equal(buf.data, text, buf.len);
	buf_finish(&buf);
}

static void test_every_row(void **state)
{
	static const enum registry_code codes[] = {
#define ERROR(name, ...) REGISTRY_##name,
#include "registry/errors.def"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		for (int profile = PROFILE_KARAPACE; profile <= PROFILE_CONFLUENT; profile++) {
			int status = registry_error_status(codes[i], (enum profile)profile);
			int code = registry_error_code(codes[i], (enum profile)profile);
			struct registry_error error = { .code = codes[i], .args = {
				SCUTE_STR("one"), SCUTE_STR("two"), SCUTE_STR("three"),
				SCUTE_STR("four") } };
			struct buf buf;

			assert_in_range(status, 400, 599);
			/* A sub-code begins with its class's status, or is the status itself. */
			assert_true(code == status || code / 100 == status || code / 100 == 500);
			buf_init(&buf, 4096);
			assert_true(registry_error_text(&buf, &error, (enum profile)profile));
			assert_true(buf.len > 0);
			for (size_t at = 0; at + 2 < buf.len; at++) {
				assert_false(buf.data[at] == '{' && buf.data[at + 2] == '}');
			}
			buf_finish(&buf);
		}
	}
	assert_int_equal(registry_error_status(REGISTRY_OK, PROFILE_KARAPACE), 200);
}

static void test_texts(void **state)
{
	struct registry_error gone = { .code = REGISTRY_SUBJECT_NOT_FOUND,
		.args = { SCUTE_STR("{1}") } };
	struct registry_error deleted = { .code = REGISTRY_VERSION_SOFT_DELETED,
		.args = { SCUTE_STR("s"), SCUTE_STR("3") } };
	struct registry_error referenced = { .code = REGISTRY_REFERENCE_EXISTS,
		.args = { SCUTE_STR("s"), SCUTE_STR("3") } };

	(void)state;
	expect_text(&gone, PROFILE_KARAPACE, "Subject '{1}' not found."); /* filled once */
	expect_text(&deleted, PROFILE_KARAPACE,
		"Subject 's' Version 3 was soft deleted. Set permanent=true to delete permanently");
	expect_text(&deleted, PROFILE_CONFLUENT,
		"Subject 's' Version 3 was soft deleted.Set permanent=true to delete permanently");
	expect_text(&referenced, PROFILE_CONFLUENT, "One or more references exist to the schema "
		"{magic=1,keytype=SCHEMA,subject=s,version=3}.");
	referenced.args[0] = (struct scute_str){ NULL, 0 };
	expect_text(&referenced, PROFILE_CONFLUENT, "One or more references exist to the schema "
		"{magic=1,keytype=SCHEMA,subject=,version=3}.");
}

static void test_full_buffer(void **state)
{
	struct registry_error gone = { .code = REGISTRY_SUBJECT_NOT_FOUND };
	struct buf buf;

	(void)state;
	buf_init(&buf, 8);
	assert_false(registry_error_text(&buf, &gone, PROFILE_KARAPACE));
	buf_finish(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_full_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
