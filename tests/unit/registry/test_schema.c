/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas by id and identity: shared content, clashing ids, sparse ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "fake_format.h"
#include "registry/schema.h"
#include "support/arena.h"
#include "support/str.h"

static const struct scute_limits limits = { sizeof(limits), 64, 1 << 20, 10000 };

struct rig {
	struct schemas schemas;
	struct arena arena;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	hash_init();
	assert_true(schemas_init(&rig->schemas));
	arena_init(&rig->arena, 1 << 20);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	schemas_finish(&rig->schemas);
	arena_finish(&rig->arena);
	free(rig);
	return 0;
}

static struct schema_content content_of(struct rig *rig, const char *type, const char *text)
{
	const struct scute_format *format = strcmp(type, "AVRO") == 0 ? &fake_format : NULL;

	return (struct schema_content){ .type = schemas_type(&rig->schemas, str_z(type), format),
		.text = str_z(text) };
}

static struct hash128 identity_of(struct rig *rig, const struct schema_content *content)
{
	struct hash128 identity;
	struct scute_error err;

	assert_int_equal(schemas_identity(content, &limits, &rig->arena.base, &identity, &err),
		SCUTE_OK);
	return identity;
}

static bool same(struct rig *rig, const struct schema_content *a, const struct schema_content *b)
{
	struct hash128 left = identity_of(rig, a);
	struct hash128 right = identity_of(rig, b);

	return left.low == right.low && left.high == right.high;
}

static struct schema *take(struct rig *rig, uint32_t id, const char *text, bool *ret_clash)
{
	struct schema_content content = content_of(rig, "AVRO", text);

	return schemas_take(&rig->schemas, id, &content, identity_of(rig, &content), ret_clash);
}

static void test_identity(void **state)
{
	struct rig *rig = *state;
	struct schema_reference refs[2] = { { SCUTE_STR("n"), SCUTE_STR("s"), 1 },
		{ SCUTE_STR("n2"), SCUTE_STR("s"), 2 } };
	struct schema_reference shifted[1] = { { SCUTE_STR("ns"), SCUTE_STR(""), 1 } };
	struct schema_content a = content_of(rig, "AVRO", "a1 x");
	struct schema_content b = content_of(rig, "AVRO", "a 1x");
	struct schema_content invalid = content_of(rig, "AVRO", "!1 x");
	struct schema_content invalid_too = content_of(rig, "AVRO", "! 1x");
	struct schema_content unknown = content_of(rig, "THRIFT", "a1 x");
	struct schema_content unknown_too = content_of(rig, "THRIFT", "a 1x");

	assert_true(same(rig, &a, &b));
	assert_false(same(rig, &a, &unknown));
	assert_false(same(rig, &unknown, &unknown_too)); /* no format: the text as it is */
	assert_false(same(rig, &invalid, &invalid_too));
	assert_true(same(rig, &invalid, &invalid));
	b.references = refs;
	b.n_references = 1;
	assert_false(same(rig, &a, &b));
	a.references = shifted;
	a.n_references = 1;
	assert_false(same(rig, &a, &b));
	a.references = refs;
	assert_true(same(rig, &a, &b));
	a.n_references = 2;
	assert_false(same(rig, &a, &b));
	b.n_references = 2;
	b.extra = SCUTE_STR("\"metadata\":{}");
	assert_false(same(rig, &a, &b));
}

static void test_sharing(void **state)
{
	struct rig *rig = *state;
	bool clash = true;
	struct schema *schema = take(rig, 7, "a1", &clash);

	assert_non_null(schema);
	assert_false(clash);
	assert_ptr_equal(take(rig, 7, "a 1", &clash), schema); /* the first text stays */
	assert_int_equal(schema->uses, 2);
	assert_int_equal(schema->text_len, 2);
	assert_int_equal(rig->schemas.count, 1);
	assert_int_equal(schemas_max_id(&rig->schemas), 7);
	assert_ptr_equal(schemas_by_id(&rig->schemas, 7), schema);
	assert_null(schemas_by_id(&rig->schemas, 6));
	assert_null(schemas_by_id(&rig->schemas, 7 + 256));
	schemas_drop(&rig->schemas, schema);
	assert_ptr_equal(schemas_by_identity(&rig->schemas, schema->identity), schema);
	schemas_drop(&rig->schemas, schema);
	assert_null(schemas_by_id(&rig->schemas, 7));
	assert_int_equal(rig->schemas.count, 0);
	assert_int_equal(schemas_max_id(&rig->schemas), 7); /* grows only */
}

static void test_several_ids(void **state)
{
	struct rig *rig = *state;
	bool clash;
	struct schema *high = take(rig, 9, "a1", &clash);
	struct schema *low = take(rig, 3, "a1", &clash);
	struct hash128 identity = low->identity;

	assert_false(clash);
	assert_ptr_not_equal(high, low);
	assert_ptr_equal(schemas_by_identity(&rig->schemas, identity), low);
	schemas_drop(&rig->schemas, low);
	assert_ptr_equal(schemas_by_identity(&rig->schemas, identity), high);
	schemas_drop(&rig->schemas, high);
	assert_null(schemas_by_identity(&rig->schemas, identity));
}

/* One id, three contents: the first holds it, and when it goes another one does. */
static void test_clash(void **state)
{
	struct rig *rig = *state;
	bool clash;
	struct schema *first = take(rig, 5, "a1", &clash);
	struct schema *second = take(rig, 5, "b1", &clash);

	assert_true(clash);
	assert_ptr_not_equal(first, second);
	assert_ptr_equal(take(rig, 5, "b1", &clash), second);
	assert_true(clash);
	assert_int_equal(second->uses, 2);
	struct schema *third = take(rig, 5, "c1", &clash);
	assert_true(clash);
	assert_int_equal(rig->schemas.count, 3);
	assert_ptr_equal(schemas_by_id(&rig->schemas, 5), first);
	assert_null(schemas_by_identity(&rig->schemas, second->identity));
	schemas_drop(&rig->schemas, third);
	schemas_drop(&rig->schemas, first);
	assert_ptr_equal(schemas_by_id(&rig->schemas, 5), second);
	assert_ptr_equal(schemas_by_identity(&rig->schemas, second->identity), second);
	assert_true(second->is_indexed);
	assert_ptr_equal(take(rig, 5, "b1", &clash), second);
	assert_false(clash);
	for (int i = 0; i < 3; i++) {
		schemas_drop(&rig->schemas, second);
	}
	assert_null(schemas_by_id(&rig->schemas, 5));
}

static void test_sparse_ids(void **state)
{
	static const uint32_t ids[] = { 0, 1, 255, 256, 65536, 2147483647 };
	struct rig *rig = *state;
	struct schema *schemas[6];
	char text[16];
	bool clash;

	for (size_t i = 0; i < 6; i++) {
		snprintf(text, sizeof(text), "a%zu", i);
		schemas[i] = take(rig, ids[i], text, &clash);
		assert_false(clash);
	}
	for (size_t i = 0; i < 6; i++) {
		assert_ptr_equal(schemas_by_id(&rig->schemas, ids[i]), schemas[i]);
	}
	for (size_t i = 0; i < 6; i++) {
		schemas_drop(&rig->schemas, schemas[i]);
		assert_null(schemas_by_id(&rig->schemas, ids[i]));
	}
	assert_int_equal(rig->schemas.pages.count, 0);
	assert_int_equal(schemas_max_id(&rig->schemas), INT32_MAX);
}

static void test_types(void **state)
{
	struct rig *rig = *state;
	const struct schema_type *avro = schemas_type(&rig->schemas, SCUTE_STR("AVRO"), &fake_format);

	assert_ptr_equal(schemas_type(&rig->schemas, SCUTE_STR("AVRO"), NULL), avro);
	assert_ptr_equal(avro->format, &fake_format);
	const struct schema_type *other = schemas_type(&rig->schemas, SCUTE_STR("avro"), NULL);
	assert_ptr_not_equal(other, avro);
	assert_null(other->format);
}

static void test_no_memory(void **state)
{
	struct rig *rig = *state;
	struct schema_reference refs[3] = { { SCUTE_STR("n"), SCUTE_STR("s"), 1 },
		{ SCUTE_STR("n"), SCUTE_STR("s"), 2 }, { SCUTE_STR("n"), SCUTE_STR("s"), 3 } };
	struct schema_content content = content_of(rig, "AVRO", "a1");
	struct hash128 identity;
	struct schema *schema = NULL;
	bool clash;

	content.references = refs;
	content.n_references = 3;
	content.extra = SCUTE_STR("\"metadata\":{}");
	identity = identity_of(rig, &content);
	for (int clashing = 0; clashing < 2; clashing++) {
		struct schema *holder = clashing ? take(rig, 4, "b1", &clash) : NULL;
		schema = NULL;
		for (long n = 0; !schema; n++) {
			assert_true(n < 50);
			fault_at(n);
			schema = schemas_take(&rig->schemas, 4, &content, identity, &clash);
			assert_int_equal(fault_end(), !schema);
			assert_int_equal(rig->schemas.count, (size_t)clashing + (schema != NULL));
			assert_int_equal(rig->schemas.referrers.count, schema ? 3 : 0);
			assert_ptr_equal(schemas_by_id(&rig->schemas, 4), clashing ? holder : schema);
		}
		schemas_drop(&rig->schemas, schema);
		assert_int_equal(rig->schemas.referrers.count, 0);
		if (holder) {
			schemas_drop(&rig->schemas, holder);
		}
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_identity),
		T(test_sharing),
		T(test_several_ids),
		T(test_clash),
		T(test_sparse_ids),
		T(test_types),
		T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
