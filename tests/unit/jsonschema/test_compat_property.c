/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the comparison promises, held against the validator: a schema is compatible with itself,
 * and where BACKWARD is compatible no instance that old accepts is refused by new. Pairs whose
 * verdict leans on a rule of current registries that is no proof are left out and counted.
 *
 * test_jsonschema_compat_property [pairs [seed]]; with SCUTE_LONG=1 in the environment it takes
 * many pairs from a seed that it prints.
 */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "compat.h"
#include "random_schema.h"
#include "support/buf.h"
#include "validate.h"

#define PAIRS 12000u
#define PAIRS_LONG 600000u
#define INSTANCES 14u
#define SCRATCH_BYTES (64u << 20)

static unsigned long n_pairs = PAIRS;
static uint64_t seed = 1;

struct counts {
	unsigned long refused;      /* schemas that do not parse */
	unsigned long pairs;
	unsigned long compatible;
	unsigned long unproved;
	unsigned long checks;       /* instance against a pair, in one direction */
	unsigned long accepted;     /* by both */
	unsigned long witnessed;    /* incompatible, and an instance shows it */
	unsigned long no_verdict;   /* beyond a limit */
};

static const struct scute_schema *parse(struct arena *arena, struct scute_str text)
{
	struct scute_error err = { 0 };

	return parse_with(arena, text, NULL, 0, 0, &err);
}

static bool compare(struct arena *arena, const struct scute_schema *older,
	const struct scute_schema *newer, struct scute_compat *ret_compat, bool *ret_unproved,
	struct counts *counts)
{
	struct scute_error err = { 0 };
	enum scute_status status;

	*ret_compat = (struct scute_compat){ .size = sizeof(*ret_compat), .reader = newer,
		.writer = older, .reader_label = "new", .writer_label = "old",
		.differences_max = 20, .arena = &arena->base };
	status = js_compatible_proof(ret_compat, ret_unproved, &err);
	if (status == SCUTE_ELIMIT) {
		counts->no_verdict++;
		return false;
	}
	assert_int_equal(status, SCUTE_OK);
	return true;
}

static void show(const char *what, struct scute_str text)
{
	fprintf(stderr, "%s: %.*s\n", what, STR_ARGS(text));
}

/* Whether an instance that old accepts is refused by new. */
static bool is_lost(struct arena *arena, const struct scute_schema *older,
	const struct scute_schema *newer, struct scute_str instance, struct counts *counts)
{
	struct scute_error err = { 0 };
	enum scute_status after;

	counts->checks++;
	if (js_validate(older, instance, &arena->base, &err) != SCUTE_OK) {
		return false;
	}
	after = js_validate(newer, instance, &arena->base, &err);
	counts->accepted += after == SCUTE_OK;
	counts->no_verdict += after != SCUTE_OK && after != SCUTE_EINVAL;
	return after == SCUTE_EINVAL;
}

static void check_direction(struct arena *arena, const struct scute_schema *older,
	const struct scute_schema *newer, const struct scute_str *instances, struct counts *counts)
{
	struct scute_compat compat;
	bool unproved;
	bool lost = false;

	if (!compare(arena, older, newer, &compat, &unproved, counts)) {
		return;
	}
	counts->pairs++;
	counts->compatible += compat.compatible;
	counts->unproved += compat.compatible && unproved;
	for (unsigned i = 0; i < INSTANCES && !lost; i++) {
		lost = is_lost(arena, older, newer, instances[i], counts);
		if (lost && compat.compatible && !unproved) {
			show("old", older->documents->text);
			show("new", newer->documents->text);
			show("instance", instances[i]);
			fail_msg("accepted by old, refused by new, though compatible");
		}
	}
	counts->witnessed += lost && !compat.compatible;
}

/* With another title: otherwise there would be nothing to compare. */
static void check_itself(struct random *random, struct arena *arena, const struct json *tree,
	const struct scute_schema *schema, struct counts *counts)
{
	struct json *copy = tree_copy(random, tree);
	struct scute_compat compat;
	bool unproved;

	tree_put(random, copy, "title", tree_text(random, "'other'"));
	const struct scute_schema *again = parse(arena, tree_print(random, copy));
	assert_non_null(again);
	if (!compare(arena, schema, again, &compat, &unproved, counts)) {
		return;
	}
	for (size_t i = 0; i < compat.n_differences; i++) {
		if (strcmp(compat.differences[i].type, "TITLE_CHANGED") != 0) {
			show("schema", schema->documents->text);
			fail_msg("not the same as itself: %s", compat.differences[i].text.data);
		}
	}
	assert_true(compat.compatible);
	assert_false(unproved);
}

static void step(uint64_t number, struct counts *counts)
{
	struct arena arena;
	struct random random;
	struct scute_str instances[INSTANCES];

	arena_init(&arena, SCRATCH_BYTES);
	random_init(&random, seed * 1000003 + number, &arena.base);
	struct json *tree = schema_random(&random);
	const struct scute_schema *older = parse(&arena, tree_print(&random, tree));
	struct json *changed = tree_copy(&random, tree);
	schema_change(&random, changed);
	const struct scute_schema *newer = parse(&arena, tree_print(&random, changed));
	for (unsigned i = 0; i < INSTANCES; i++) {
		struct json *value = instance_random(&random, i % 2 ? tree : changed);
		instances[i] = tree_print(&random, value);
	}
	if (older) {
		check_itself(&random, &arena, tree, older, counts);
	}
	if (older && newer) {
		check_direction(&arena, older, newer, instances, counts);
		check_direction(&arena, newer, older, instances, counts);
	} else {
		counts->refused++;
	}
	arena_finish(&arena);
}

static void property(void **state)
{
	struct counts counts = { 0 };

	(void)state;
	for (unsigned long i = 0; i < n_pairs; i++) {
		step(i, &counts);
	}
	printf("%lu pairs, %lu compatible (%lu unproved), %lu not (%lu shown by an instance)\n",
		counts.pairs, counts.compatible, counts.unproved, counts.pairs - counts.compatible,
		counts.witnessed);
	printf("%lu checks, %lu instances accepted by both, %lu schemas refused, %lu without "
	       "verdict\n",
		counts.checks, counts.accepted, counts.refused, counts.no_verdict);
	/* The test is of use only as long as there is something to see. */
	assert_true(counts.accepted > counts.checks / 20);
	assert_true(counts.compatible > counts.pairs / 8);
	assert_true(counts.refused < n_pairs / 4);
	assert_true(counts.unproved < counts.compatible / 2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(property) };

	const char *wish = getenv("SCUTE_LONG");
	bool is_long = argc < 2 && wish && strcmp(wish, "1") == 0;

	n_pairs = argc > 1 ? strtoul(argv[1], NULL, 10) : is_long ? PAIRS_LONG : PAIRS;
	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : is_long ? (uint64_t)time(NULL) : 1;
	fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
