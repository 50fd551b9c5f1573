/* SPDX-License-Identifier: Apache-2.0 */
/* Resolving references: order, soft-deleted targets, circles, depth, width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry/refs.h"
#include "support/str.h"
#include "world.h"

struct rig {
	struct world world;
	struct arena arena;
	struct scute_error err;
	const struct scute_reference *found;
	size_t n;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	world_init(&rig->world);
	arena_init(&rig->arena, 16 << 20);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	arena_finish(&rig->arena);
	world_finish(&rig->world);
	free(rig);
	return 0;
}

/* A record of version 1 of subject with those references (JSON). */
static void put(struct rig *rig, const char *subject, uint32_t id, const char *references)
{
	char key[128];
	char *value = malloc(strlen(references) + 256);

	snprintf(key, sizeof(key), "{\"keytype\":\"SCHEMA\",\"subject\":\"%s\",\"version\":1,"
		"\"magic\":1}", subject);
	sprintf(value, "{\"subject\":\"%s\",\"version\":1,\"id\":%u,\"schema\":\"a1 %s\","
		"\"references\":[%s]}", subject, id, subject, references);
	assert_int_equal(fake_foreign(rig->world.fake, key, value), APPLIED);
	free(value);
}

static enum scute_status resolve(struct rig *rig, const char *subject, int32_t version, bool live)
{
	struct schema_reference reference = { SCUTE_STR("top"), str_z(subject), version };

	return refs_resolve(rig->world.registry, &reference, 1, live, &rig->arena.base, &rig->found,
		&rig->n, &rig->err);
}

#define REF(name, subject) "{\"name\":\"" name "\",\"subject\":\"" subject "\",\"version\":1}"

static void test_order(void **state)
{
	struct rig *rig = *state;

	put(rig, "leaf", 1, "");
	put(rig, "left", 2, REF("leaf", "leaf"));
	put(rig, "right", 3, REF("leaf", "leaf") "," REF("alias", "leaf"));
	put(rig, "root", 4, REF("left", "left") "," REF("right", "right"));
	assert_int_equal(resolve(rig, "root", 1, true), SCUTE_OK);
	static const char *const names[] = { "leaf", "left", "alias", "right", "top" };
	assert_int_equal(rig->n, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_true(str_eq_z(rig->found[i].name, names[i]));
	}
	assert_true(str_eq_z(rig->found[2].text, "a1 leaf"));
	assert_int_equal(refs_resolve(rig->world.registry, NULL, 0, true, &rig->arena.base,
		&rig->found, &rig->n, &rig->err), SCUTE_OK);
	assert_int_equal(rig->n, 0);
}

static void test_gone(void **state)
{
	struct rig *rig = *state;

	put(rig, "leaf", 1, "");
	put(rig, "root", 2, REF("leaf", "leaf"));
	assert_int_equal(refs_version(rig->world.registry, SCUTE_STR("leaf"), -1), 1);
	assert_int_equal(refs_version(rig->world.registry, SCUTE_STR("leaf"), 2), 0);
	assert_int_equal(refs_version(rig->world.registry, SCUTE_STR("none"), -1), 0);
	assert_int_equal(resolve(rig, "leaf", 2, true), SCUTE_EREFERENCE);
	assert_int_equal(resolve(rig, "none", 1, false), SCUTE_EREFERENCE);
	assert_non_null(strstr(rig->err.text, "\"none\""));
	fake_foreign(rig->world.fake, "{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"leaf\","
		"\"magic\":0}", "{\"subject\":\"leaf\",\"version\":1}");
	assert_int_equal(refs_version(rig->world.registry, SCUTE_STR("leaf"), 1), 0);
	assert_int_equal(refs_version(rig->world.registry, SCUTE_STR("leaf"), -1), 0);
	assert_int_equal(resolve(rig, "leaf", 1, true), SCUTE_EREFERENCE);
	assert_int_equal(resolve(rig, "leaf", 1, false), SCUTE_OK);
	assert_int_equal(resolve(rig, "root", 1, true), SCUTE_OK); /* below the first level */
	fake_foreign(rig->world.fake, "{\"keytype\":\"SCHEMA\",\"subject\":\"leaf\",\"version\":1,"
		"\"magic\":1}", NULL);
	assert_int_equal(resolve(rig, "root", 1, true), SCUTE_EREFERENCE);
}

static void test_circles(void **state)
{
	struct rig *rig = *state;

	put(rig, "a", 1, REF("b", "b") "," REF("b2", "b"));
	put(rig, "b", 2, REF("a", "a") "," REF("a2", "a"));
	put(rig, "self", 3, REF("self", "self") "," REF("self2", "self"));
	assert_int_equal(resolve(rig, "a", 1, true), SCUTE_ELIMIT);
	assert_int_equal(resolve(rig, "self", 1, false), SCUTE_ELIMIT);
}

static void test_depth(void **state)
{
	struct rig *rig = *state;
	char name[16];
	char ref[128];

	put(rig, "d0", 1, "");
	for (unsigned i = 1; i <= REFS_DEPTH_MAX; i++) {
		snprintf(name, sizeof(name), "d%u", i);
		/* Twice under different names: 2^64 ways, each schema walked once. */
		snprintf(ref, sizeof(ref), "{\"name\":\"x\",\"subject\":\"d%u\",\"version\":1},"
			"{\"name\":\"y\",\"subject\":\"d%u\",\"version\":1}", i - 1, i - 1);
		put(rig, name, i + 1, ref);
	}
	snprintf(name, sizeof(name), "d%u", REFS_DEPTH_MAX - 1);
	assert_int_equal(resolve(rig, name, 1, true), SCUTE_OK);
	assert_int_equal(rig->n, 2 * (REFS_DEPTH_MAX - 1) + 1);
	snprintf(name, sizeof(name), "d%u", REFS_DEPTH_MAX);
	assert_int_equal(resolve(rig, name, 1, true), SCUTE_ELIMIT);
}

static void test_width(void **state)
{
	struct rig *rig = *state;
	size_t bytes = (REFS_COUNT_MAX + 1) * 64;
	char *refs = malloc(bytes);
	size_t len = 0;

	put(rig, "leaf", 1, "");
	for (unsigned i = 0; i < REFS_COUNT_MAX; i++) {
		len += (size_t)snprintf(refs + len, bytes - len,
			"%s{\"name\":\"n%u\",\"subject\":\"leaf\",\"version\":1}", i ? "," : "", i);
		if (i == REFS_COUNT_MAX - 2) {
			put(rig, "fits", 2, refs);
		}
	}
	put(rig, "wide", 3, refs);
	assert_int_equal(resolve(rig, "fits", 1, true), SCUTE_OK);
	assert_int_equal(rig->n, REFS_COUNT_MAX);
	assert_int_equal(resolve(rig, "wide", 1, true), SCUTE_ELIMIT);
	free(refs);
}

static void test_no_memory(void **state)
{
	struct rig *rig = *state;
	struct arena small;
	struct schema_reference reference = { SCUTE_STR("top"), SCUTE_STR("leaf"), 1 };

	put(rig, "leaf", 1, "");
	arena_init(&small, 64);
	assert_int_equal(refs_resolve(rig->world.registry, &reference, 1, true, &small.base,
		&rig->found, &rig->n, &rig->err), SCUTE_ENOMEM);
	arena_finish(&small);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_order),
		T(test_gone),
		T(test_circles),
		T(test_depth),
		T(test_width),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
