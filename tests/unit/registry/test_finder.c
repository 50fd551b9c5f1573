/* SPDX-License-Identifier: Apache-2.0 */
/* Versions by content, against a plain search, while versions come, change and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "registry/subject.h"
#include "support/arena.h"
#include "support/str.h"

#define CONTENTS 90
#define EXTRAS 3

static const struct scute_limits limits = { sizeof(limits), 64, 1 << 20, 10000 };

struct rig {
	struct subjects subjects;
	struct schemas schemas;
	struct subject *subject;
	struct arena arena;
	struct schema_content contents[CONTENTS][EXTRAS]; /* the first without extra */
	struct hash128 identities[CONTENTS][EXTRAS];
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct scute_error err;

	hash_init();
	subjects_init(&rig->subjects);
	assert_true(schemas_init(&rig->schemas));
	arena_init(&rig->arena, 1 << 20);
	rig->subject = subjects_get(&rig->subjects, SCUTE_STR("s"));
	for (int i = 0; i < CONTENTS; i++) {
		for (int j = 0; j < EXTRAS; j++) {
			struct schema_content *content = &rig->contents[i][j];
			content->type = schemas_type(&rig->schemas, SCUTE_STR("T"), NULL);
			content->text = arena_printf(&rig->arena.base, "text %d", i);
			if (j > 0) {
				content->extra = arena_printf(&rig->arena.base, "\"metadata\":%d", j);
			}
			assert_int_equal(schemas_identity(content, &limits, &rig->arena.base,
				&rig->identities[i][j], &err), SCUTE_OK);
		}
	}
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	subjects_finish(&rig->subjects, &rig->schemas);
	schemas_finish(&rig->schemas);
	arena_finish(&rig->arena);
	free(rig);
	return 0;
}

static void put(struct rig *rig, int32_t number, int i, int j, bool deleted)
{
	bool clash;
	struct version version = { .number = number, .deleted = deleted };

	version.schema = schemas_take(&rig->schemas, (uint32_t)(1 + i * EXTRAS + j), &rig->contents[i][j],
		rig->identities[i][j], &clash);
	assert_non_null(version.schema);
	assert_true(subject_put(&rig->subjects, &rig->schemas, rig->subject, &version));
}

static bool same(struct hash128 a, struct hash128 b)
{
	return a.low == b.low && a.high == b.high;
}

/* By the texts themselves. */
static const struct version *search(const struct rig *rig, int i, int j, enum find_how how, bool deleted)
{
	const struct version *found = NULL;

	for (uint32_t at = 0; at < rig->subject->n_versions; at++) {
		const struct version *version = &rig->subject->versions[at];
		const struct schema *schema = version->schema;
		bool fits = str_eq(schema_text(schema), rig->contents[i][j].text) &&
			(how == FIND_BARE ? schema_has_extra(schema)
					  : same(schema->identity, rig->identities[i][j]));
		if (fits && (deleted || !version->deleted)) {
			found = version;
		}
	}
	return found;
}

static void check_one(const struct rig *rig, int i)
{
	for (int deleted = 0; deleted < 2; deleted++) {
		for (int j = 0; j < EXTRAS; j++) {
			assert_ptr_equal(subjects_find_content(&rig->subjects, rig->subject,
				rig->identities[i][j], FIND_EXACT, deleted),
				search(rig, i, j, FIND_EXACT, deleted));
		}
		assert_ptr_equal(subjects_find_content(&rig->subjects, rig->subject,
			rig->identities[i][0], FIND_BARE, deleted),
			search(rig, i, 0, FIND_BARE, deleted));
	}
}

static void test_identities(void **state)
{
	const struct rig *rig = *state;

	put(*state, 1, 0, 0, false);
	put(*state, 2, 0, 1, false);
	const struct version *plain = &rig->subject->versions[0];
	const struct version *with = &rig->subject->versions[1];
	assert_false(same(plain->schema->identity, with->schema->identity));
	assert_true(same(schema_bare_identity(with->schema), plain->schema->identity));
	assert_true(same(schema_bare_identity(plain->schema), plain->schema->identity));
}

static void test_model(void **state)
{
	struct rig *rig = *state;
	int32_t last = 0;

	srand(7);
	for (int round = 0; round < 3000; round++) {
		int i = rand() % CONTENTS;
		int what = rand() % 100;
		if (what < 60 && last < 400) {
			put(rig, ++last, i, rand() % EXTRAS, rand() % 8 == 0);
		} else if (what < 65 && last > 1) {
			put(rig, 1 + rand() % last, i, rand() % EXTRAS, rand() % 2); /* replaced, or back */
		} else if (what < 70 && last > 1) {
			subject_remove(&rig->subjects, &rig->schemas, rig->subject, 1 + rand() % last);
		} else if (what == 70) {
			subject_delete_up_to(&rig->subjects, rig->subject, last / 3);
		}
		check_one(rig, i);
		check_one(rig, rand() % CONTENTS);
	}
	assert_true(rig->subject->n_versions > 2 * FINDER_VERSIONS_MIN);
	assert_int_equal(rig->subjects.finders.by_subject.count, 1);
}

static void test_no_index_for_few(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < (int)FINDER_VERSIONS_MIN; i++) {
		check_one(rig, i);
		assert_int_equal(rig->subjects.finders.bytes, 0);
		put(rig, i + 1, i, 0, false);
	}
	check_one(rig, 3);
	assert_true(rig->subjects.finders.bytes > 0);
	for (int32_t number = 1; number <= (int32_t)FINDER_VERSIONS_MIN; number++) {
		subject_remove(&rig->subjects, &rig->schemas, rig->subject, number);
	}
	subjects_prune(&rig->subjects, rig->subject);
	assert_int_equal(rig->subjects.finders.bytes, 0);
}

static void test_bound(void **state)
{
	struct rig *rig = *state;
	char name[16];

	for (int n = 0; n < 400; n++) {
		snprintf(name, sizeof(name), "s%d", n);
		rig->subject = subjects_get(&rig->subjects, str_z(name));
		for (int32_t number = 1; number <= 600; number++) {
			put(rig, number, number % CONTENTS, number % EXTRAS, false);
		}
		check_one(rig, n % CONTENTS);
		assert_true(rig->subjects.finders.bytes <= FINDERS_BYTES_MAX);
	}
	assert_in_range(rig->subjects.finders.by_subject.count, 100, 399);
	rig->subject = subjects_get(&rig->subjects, SCUTE_STR("s0")); /* its index went first */
	check_one(rig, 5);
}

static void test_no_memory(void **state)
{
	struct rig *rig = *state;
	bool hit = true;

	for (int i = 0; i < CONTENTS; i++) {
		put(rig, i + 1, i, i % EXTRAS, false);
	}
	for (long n = 0; hit; n++) {
		assert_true(n < 10);
		finders_forget(&rig->subjects.finders, rig->subject);
		fault_at(n);
		const struct version *version = subjects_find_content(&rig->subjects, rig->subject,
			rig->identities[4][1], FIND_EXACT, false);
		hit = fault_end();
		assert_ptr_equal(version, &rig->subject->versions[4]); /* searched for, then */
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_identities),
		T(test_model),
		T(test_no_index_for_few),
		T(test_bound),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
