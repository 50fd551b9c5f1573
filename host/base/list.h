/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An intrusive, circular, doubly linked list: the node stands in the owner's struct,
 * so adding and removing take no memory and no search. Not thread-safe.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

/* The head of a list, or a node in one. A node in no list is zeroed. */
struct list {
	struct list *prev;
	struct list *next;
};

/* The struct of that type around a node. */
#define list_entry(node, type, member) ((type *)(void *)((char *)(node) - offsetof(type, member)))

/* Neither node nor other members may be removed by the body. */
#define list_for_each(node, head) \
	for (struct list *node = (head)->next; node != (head); node = node->next)

/* The body may remove (and free) node itself. */
#define list_for_each_safe(node, head) \
	for (struct list *node = (head)->next, *node##_next = node->next; node != (head); \
	     node = node##_next, node##_next = node->next)

static inline void list_init(struct list *head)
{
	head->prev = head;
	head->next = head;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

static inline bool list_linked(const struct list *node)
{
	return node->next != NULL;
}

static inline void list_insert_between(struct list *prev, struct list *next, struct list *node)
{
	assert(!list_linked(node));
	node->prev = prev;
	node->next = next;
	prev->next = node;
	next->prev = node;
}

static inline void list_push_back(struct list *head, struct list *node)
{
	list_insert_between(head->prev, head, node);
}

static inline void list_push_front(struct list *head, struct list *node)
{
	list_insert_between(head, head->next, node);
}

/* Fine for a node in no list. */
static inline void list_remove(struct list *node)
{
	if (!list_linked(node)) {
		return;
	}
	node->prev->next = node->next;
	node->next->prev = node->prev;
	node->prev = NULL;
	node->next = NULL;
}

/* NULL when empty. */
static inline struct list *list_first(const struct list *head)
{
	return list_empty(head) ? NULL : head->next;
}

#endif
