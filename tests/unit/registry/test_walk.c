/* SPDX-License-Identifier: Apache-2.0 */
/* Walks that pause while subjects come and go: a model tells which must be met, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry/walk.h"
#include "support/str.h"
#include "world.h"

#define NAMES 60

static struct subject *make(struct subjects *subjects, int i)
{
	char name[16];

	snprintf(name, sizeof(name), "s%02d", (i * 37) % NAMES); /* names in another order than arrival */
	struct subject *subject = subjects_get(subjects, str_z(name));
	assert_non_null(subject);
	return subject;
}

static int index_of(const struct subject *subject)
{
	return atoi(subject->name + 1);
}

/* Those that are there from the beginning to the end are met once, in order; others at most once. */
static void walk_under_changes(unsigned seed, bool by_name)
{
	struct subjects subjects;
	struct schemas schemas;
	struct subject_walk walk;
	int met[NAMES] = { 0 };
	bool stayed[NAMES] = { false };
	bool there[NAMES] = { false };
	int last = -1;

	srand(seed);
	subjects_init(&subjects);
	assert_true(schemas_init(&schemas));
	for (int i = 0; i < NAMES / 2; i++) {
		int index = index_of(make(&subjects, i));
		there[index] = stayed[index] = true;
	}
	assert_true(walk_begin(&walk, &subjects, by_name));
	while (walk.at) {
		int index = index_of(walk.at);
		assert_true(there[index] && stayed[index]); /* none that came, or came again, meanwhile */
		assert_int_equal(walk.after, 0);
		assert_true(!by_name || index > last);
		last = index;
		met[index]++;
		walk.after = 5;
		if (rand() % 2) {
			walk_step(&walk);
		} else {
			met[index] = 1; /* it stays here, to go on with its versions */
		}
		for (int n = rand() % 4; n > 0; n--) {
			struct subject *subject = make(&subjects, rand() % NAMES);
			int changed = index_of(subject);
			if (there[changed] && rand() % 2) {
				subjects_prune(&subjects, subject);
				there[changed] = stayed[changed] = false;
			} else {
				there[changed] = true;
			}
		}
		if (walk.at && index_of(walk.at) == index) {
			walk_step(&walk);
		}
	}
	for (int i = 0; i < NAMES; i++) {
		assert_true(met[i] <= 1);
		assert_true(!stayed[i] || met[i] == 1);
	}
	walk_end(&walk);
	subjects_finish(&subjects, &schemas);
	schemas_finish(&schemas);
}

static void test_under_changes(void **state)
{
	(void)state;
	hash_init();
	for (unsigned seed = 1; seed <= 300; seed++) {
		walk_under_changes(seed, false);
		walk_under_changes(seed, true);
	}
}

static void test_all_go(void **state)
{
	struct subjects subjects;
	struct subject_walk walks[2];

	(void)state;
	hash_init();
	subjects_init(&subjects);
	for (int i = 0; i < 4; i++) {
		make(&subjects, i);
	}
	assert_true(walk_begin(&walks[0], &subjects, false) && walk_begin(&walks[1], &subjects, true));
	while (subjects.last) {
		subjects_prune(&subjects, subjects.last);
		make(&subjects, 9);
		subjects_prune(&subjects, subjects.last);
	}
	make(&subjects, 5);
	assert_null(walks[0].at);
	assert_null(walks[1].at);
	walk_end(&walks[0]);
	walk_end(&walks[1]);
	assert_true(walk_begin(&walks[0], &subjects, true));
	assert_non_null(walks[0].at);
	walk_step(&walks[0]);
	walk_step(&walks[0]);
	assert_null(walks[0].at);
	walk_end(&walks[0]);
	subjects_prune(&subjects, subjects.last);
	subjects_finish(&subjects, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_under_changes),
		cmocka_unit_test(test_all_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
