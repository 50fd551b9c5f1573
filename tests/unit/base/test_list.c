/* SPDX-License-Identifier: Apache-2.0 */
/* Intrusive list: order, removal at every place, removal while walking. */
#include "tester.h"

#include "base/list.h"

struct item {
	int number;
	struct list node;
};

static int number_of(struct list *node)
{
	return list_entry(node, struct item, node)->number;
}

static void keeps_order(void **state)
{
	struct item items[3] = { { .number = 0 }, { .number = 1 }, { .number = 2 } };
	struct list head;
	int expected = 0;

	(void)state;
	list_init(&head);
	assert_true(list_empty(&head));
	assert_null(list_first(&head));
	list_push_back(&head, &items[1].node);
	list_push_back(&head, &items[2].node);
	list_push_front(&head, &items[0].node);
	list_for_each(node, &head) {
		assert_int_equal(number_of(node), expected++);
	}
	assert_int_equal(expected, 3);
	assert_ptr_equal(list_first(&head), &items[0].node);
	list_remove(&items[1].node);
	assert_false(list_linked(&items[1].node));
	list_remove(&items[1].node); /* fine when in no list */
	assert_ptr_equal(items[0].node.next, &items[2].node);
	list_for_each_safe(node, &head) {
		list_remove(node);
	}
	assert_true(list_empty(&head));
	list_push_back(&head, &items[1].node);
	assert_int_equal(number_of(list_first(&head)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
