/* SPDX-License-Identifier: Apache-2.0 */
/* What is a schema, what is not, and what the model of it says. */
#include "rig.h"

static void test_smoke(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *schema = parse_good(&arena,
		"{'type':'object','properties':{'a':{'type':'string'},'b':{'$ref':'#/properties/a'}}}");
	const struct js_keyword *properties = js_get(schema->root, JS_PROPERTIES);
	assert_int_equal(properties->count, 2);
	const struct js_node *b = js_named_find(properties, SCUTE_STR("b"))->node;
	assert_ptr_equal(js_get(b, JS_REF)->ref->target,
		js_named_find(properties, SCUTE_STR("a"))->node);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smoke),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
