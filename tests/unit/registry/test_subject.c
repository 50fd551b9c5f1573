/* SPDX-License-Identifier: Apache-2.0 */
/* Subjects: order, versions, counters, holders of a schema, pruning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "registry/subject.h"
#include "support/str.h"

struct rig {
	struct schemas schemas;
	struct subjects subjects;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	hash_init();
	assert_true(schemas_init(&rig->schemas));
	subjects_init(&rig->subjects);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	subjects_finish(&rig->subjects, &rig->schemas);
	schemas_finish(&rig->schemas);
	free(rig);
	return 0;
}

static struct schema *take(struct rig *rig, uint32_t id)
{
	struct schema_content content = { .type = schemas_type(&rig->schemas, SCUTE_STR("AVRO"), NULL),
		.text = SCUTE_STR("text") };
	struct hash128 identity = { id, id };
	bool clash;

	return schemas_take(&rig->schemas, id, &content, identity, &clash);
}

static struct subject *put(struct rig *rig, const char *name, int32_t number, uint32_t id, bool deleted)
{
	struct subject *subject = subjects_get(&rig->subjects, str_z(name));
	struct version version = { .schema = take(rig, id), .number = number, .deleted = deleted };

	assert_non_null(subject);
	assert_true(subject_put(&rig->subjects, &rig->schemas, subject, &version));
	return subject;
}

static void test_order_of_arrival(void **state)
{
	static const char *const names[] = { "z", "a", "", "m" };
	struct rig *rig = *state;
	size_t i = 0;

	for (size_t n = 0; n < 4; n++) {
		put(rig, names[n], 1, 1, false);
	}
	for (const struct subject *s = rig->subjects.first; s; s = s->next) {
		assert_true(str_eq_z(subject_name(s), names[i++]));
	}
	assert_int_equal(i, 4);
	/* Taking one out of the middle, the first and the last keeps the chain whole. */
	static const size_t gone[] = { 1, 0, 3, 2 };
	for (size_t n = 0; n < 4; n++) {
		struct subject *subject = subjects_get(&rig->subjects, str_z(names[gone[n]]));
		assert_true(subject_remove(&rig->subjects, &rig->schemas, subject, 1));
		subjects_prune(&rig->subjects, subject);
		assert_null(subjects_find(&rig->subjects, str_z(names[gone[n]])));
		size_t left = 0;
		for (const struct subject *s = rig->subjects.last; s; s = s->prev) {
			left++;
		}
		assert_int_equal(left, 3 - n);
		assert_int_equal(rig->subjects.count, left);
	}
	assert_int_equal(rig->schemas.count, 0);
}

static void test_versions(void **state)
{
	static const int32_t numbers[] = { 5, 1, 2147483647, 3 };
	struct rig *rig = *state;
	struct subject *subject = NULL;

	for (size_t i = 0; i < 4; i++) {
		subject = put(rig, "s", numbers[i], (uint32_t)numbers[i], numbers[i] > 4);
	}
	assert_int_equal(subject->n_versions, 4);
	for (uint32_t i = 1; i < 4; i++) {
		assert_true(subject->versions[i - 1].number < subject->versions[i].number);
	}
	assert_int_equal(subject_latest(subject, false)->number, 3);
	assert_int_equal(subject_latest(subject, true)->number, INT32_MAX);
	assert_null(subject_version(subject, 4));
	assert_null(subject_version(subject, 0));
	assert_int_equal(rig->subjects.live, 2);
	assert_int_equal(rig->subjects.deleted, 2);
	subject_delete_up_to(&rig->subjects, subject, 3);
	subject_delete_up_to(&rig->subjects, subject, 3);
	assert_int_equal(rig->subjects.live, 0);
	assert_int_equal(rig->subjects.deleted, 4);
	assert_false(subject_has_live(subject));
	assert_null(subject_latest(subject, false));
	put(rig, "s", 3, 8, false); /* replaced: counted anew, the old schema is gone */
	assert_int_equal(rig->subjects.live, 1);
	assert_int_equal(rig->subjects.deleted, 3);
	assert_null(schemas_by_id(&rig->schemas, 3));
	assert_false(subject_remove(&rig->subjects, &rig->schemas, subject, 2));
	assert_true(subject_remove(&rig->subjects, &rig->schemas, subject, 1));
	assert_int_equal(subject->n_versions, 3);
	assert_int_equal(rig->schemas.count, 3);
}

struct holders {
	char text[256];
};

static void note_holder(void *user, const struct subject *subject, const struct version *version)
{
	struct holders *holders = user;
	size_t len = strlen(holders->text);

	snprintf(holders->text + len, sizeof(holders->text) - len, "%.*s%d ",
		STR_ARGS(subject_name(subject)), version->number);
}

static void expect_holders(const struct rig *rig, uint32_t id, const char *wanted)
{
	struct holders holders = { "" };

	subjects_each_holder(&rig->subjects, schemas_by_id(&rig->schemas, id), note_holder, &holders);
	assert_string_equal(holders.text, wanted);
}

static void test_holders(void **state)
{
	struct rig *rig = *state;
	struct subject *b = put(rig, "b", 1, 1, false);

	put(rig, "b", 3, 1, true);
	expect_holders(rig, 1, "b1 b3 ");
	struct subject *a = put(rig, "a", 2, 1, false);
	expect_holders(rig, 1, "b1 b3 a2 ");
	assert_int_equal(subject_uses(b, schemas_by_id(&rig->schemas, 1)), 2);
	assert_true(subject_remove(&rig->subjects, &rig->schemas, a, 2)); /* the one last noted */
	subjects_prune(&rig->subjects, a);
	expect_holders(rig, 1, "b1 b3 ");
	put(rig, "b", 1, 2, false); /* its place is taken by another */
	expect_holders(rig, 1, "b3 ");
	expect_holders(rig, 2, "b1 ");
}

static void test_prune(void **state)
{
	struct rig *rig = *state;
	struct subject *subject = subjects_get(&rig->subjects, SCUTE_STR("s"));
	struct scute_error err;

	assert_true(subject_set_config(subject, SCUTE_STR("\"compatibilityLevel\":\"NONE\""), &err) == SCUTE_OK);
	subjects_prune(&rig->subjects, subject);
	assert_ptr_equal(subjects_find(&rig->subjects, SCUTE_STR("s")), subject);
	assert_true(subject_set_config(subject, SCUTE_STR("\"a\":1"), &err) == SCUTE_OK);
	assert_int_equal(subject_config(subject)->rule.level, LEVEL_UNSET);
	subjects_prune(&rig->subjects, subject);
	assert_int_equal(rig->subjects.count, 1);
	assert_true(subject_set_config(subject, SCUTE_STR(""), &err) == SCUTE_OK);
	assert_ptr_equal(subject_config(subject), &setting_unset);
	subjects_prune(&rig->subjects, subject);
	assert_int_equal(rig->subjects.count, 0);
	assert_null(rig->subjects.first);
	assert_null(rig->subjects.last);
}

static void test_no_memory(void **state)
{
	struct rig *rig = *state;
	struct subject *subject = NULL;
	struct scute_error err;

	for (long n = 0; !subject; n++) {
		assert_true(n < 10);
		fault_at(n);
		subject = subjects_get(&rig->subjects, SCUTE_STR("s"));
		assert_int_equal(fault_end(), !subject);
		assert_int_equal(rig->subjects.count, subject != NULL);
	}
	put(rig, "s", 1, 1, false); /* the first version needs no memory of its own */
	struct version version = { .schema = take(rig, 2), .number = 2 };
	fault_at(0);
	assert_false(subject_put(&rig->subjects, &rig->schemas, subject, &version));
	assert_true(fault_end());
	assert_int_equal(subject->n_versions, 1);
	assert_int_equal(rig->subjects.live, 1);
	assert_int_equal(version.schema->uses, 1); /* still the caller's */
	assert_true(subject_put(&rig->subjects, &rig->schemas, subject, &version));
	assert_int_equal(subject->versions[0].number, 1);
	for (long n = 0, ok = 0; !ok; n++) {
		assert_true(n < 10);
		fault_at(n);
		ok = subject_set_config(subject, SCUTE_STR("\"compatibilityLevel\":\"FULL\""), &err) == SCUTE_OK;
		assert_int_equal(fault_end(), !ok);
		assert_int_equal(subject_config(subject)->rule.level, ok ? LEVEL_FULL : LEVEL_UNSET);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_order_of_arrival),
		T(test_versions),
		T(test_holders),
		T(test_prune),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
