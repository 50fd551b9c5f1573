/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys and values a restore changes, and how. */
#include "place.h"

#include "support/str.h"
#include "tools/backup_keys.h"

static struct backup_keys keys;

static int setup(void **state)
{
	(void)state;
	backup_keys_init(&keys);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	backup_keys_finish(&keys);
	return 0;
}

/* Apostrophes stand for quotation marks. wanted NULL: as it is. */
static const struct {
	const char *key;
	const char *wanted;
} cases[] = {
	{ "{'subject':'a','version':1,'magic':1,'keytype':'SCHEMA'}",
		"{'keytype':'SCHEMA','subject':'a','version':1,'magic':1}" },
	{ "{'subject':'a','magic':0,'keytype':'CONFIG'}",
		"{'keytype':'CONFIG','subject':'a','magic':0}" },
	{ "{'subject':null,'magic':0,'keytype':'CONFIG'}",
		"{'keytype':'CONFIG','subject':null,'magic':0}" },
	{ "{'subject':'a','magic':0,'keytype':'DELETE_SUBJECT'}",
		"{'keytype':'DELETE_SUBJECT','subject':'a','magic':0}" },
	{ "{'magic':0,'keytype':'NOOP'}", "{'keytype':'NOOP','magic':0}" },
	{ "{'magic':0,'keytype':'CONFIG'}", "{'keytype':'CONFIG','magic':0}" },
	{ "{'subject':'a','keytype':'MODE','magic':0}", "{'keytype':'MODE','subject':'a','magic':0}" },
	/* Spaces, escapes: what a canonical writer would never write. */
	{ "{ 'keytype' : 'SCHEMA', 'subject' : 'a', 'version' : 1, 'magic' : 1 }",
		"{'keytype':'SCHEMA','subject':'a','version':1,'magic':1}" },
	{ "{'keytype':'CONFIG','subject':'a\\/\\u00e9','magic':0}",
		"{'keytype':'CONFIG','subject':'a/\xc3\xa9','magic':0}" },
	/* Canonical already. */
	{ "{'keytype':'SCHEMA','subject':'a','version':1,'magic':1}", NULL },
	{ "{'keytype':'SCHEMA','subject':'a','version':1,'magic':0}", NULL },
	/* Of others, or no keys at all. */
	{ "{'keytype':'CONTEXT','tenant':'default','context':'.a','magic':0}", NULL },
	{ "{'tenant':'default','keytype':'CONFIG','subject':'a','magic':0}", NULL },
	{ "{'magic':0,'keytype':'OTHER'}", NULL },
	{ "{'magic':0,'keytype':7}", NULL },
	{ "{'magic':0}", NULL },
	{ "{'magic':[0],'keytype':'NOOP'}", NULL },
	{ "['magic']", NULL },
	{ "magic", NULL },
	{ "", NULL },
};

static struct scute_str quoted(const char *text, char *room)
{
	char *at = room;

	for (; *text; text++) {
		*at++ = *text == '\'' ? '"' : *text;
	}
	*at = '\0';
	return (struct scute_str){ room, (size_t)(at - room) };
}

static void keys_become_canonical(void **state)
{
	char key[256];
	char wanted[256];
	uint64_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct store_record record = { .key = quoted(cases[i].key, key), .value = { "v", 1 } };
		struct scute_str expected = quoted(cases[i].wanted ? cases[i].wanted : cases[i].key,
			wanted);
		assert_true(backup_keys_correct(&keys, &record, true));
		if (!str_eq(record.key, expected)) {
			fail_msg("%.*s is not %s", STR_ARGS(record.key), wanted);
		}
		assert_str(record.value, "v");
		n += cases[i].wanted ? 1 : 0;
		assert_int_equal(keys.n_keys, n);
	}
	assert_int_equal(keys.n_tombstones, 0);
}

static void keys_stay_when_not_asked(void **state)
{
	char key[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scute_str before = quoted(cases[i].key, key);
		struct store_record record = { .key = before };
		assert_true(backup_keys_correct(&keys, &record, false));
		assert_ptr_equal(record.key.data, before.data);
		assert_int_equal(record.key.len, before.len);
	}
	assert_int_equal(keys.n_keys, 0);
}

static void empty_values_become_null_for_keys_of_a_registry(void **state)
{
	char key[256];
	struct store_record record = { .key = quoted("{'keytype':'CONFIG','subject':'a','magic':0}", key),
		.value = { "", 0 } };

	(void)state;
	assert_true(backup_keys_correct(&keys, &record, false));
	assert_null(record.value.data);
	assert_int_equal(keys.n_tombstones, 1);
	/* Null stays null and does not count. */
	assert_true(backup_keys_correct(&keys, &record, false));
	assert_null(record.value.data);
	assert_int_equal(keys.n_tombstones, 1);
	record = (struct store_record){ .key = { "other", 5 }, .value = { "", 0 } };
	assert_true(backup_keys_correct(&keys, &record, true));
	assert_non_null(record.value.data);
	record = (struct store_record){ .value = { "", 0 } };
	assert_true(backup_keys_correct(&keys, &record, true));
	assert_null(record.key.data);
	assert_non_null(record.value.data);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(keys_become_canonical),
		TEST(keys_stay_when_not_asked),
		TEST(empty_values_become_null_for_keys_of_a_registry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
