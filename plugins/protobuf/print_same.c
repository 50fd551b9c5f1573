/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For identities: one form for the ways to spread an option over paths, aggregates and lists, which
 * give the same descriptor. Paths become an aggregate, a list its elements, and members are
 * sorted by name.
 */
#include "printer.h"

#include <stdlib.h>

#include "support/str.h"

/* An aggregate that is made of paths, and its end. */
struct made {
	struct pb_value value;
	struct pb_value **end;
	struct made *last; /* the member that was made last, if it is made of paths as well */
};

static struct made *made_create(struct printer *p)
{
	struct made *made = scute_alloc(p->arena, sizeof(*made));

	if (!made) {
		p->failed = true;
		return NULL;
	}
	*made = (struct made){ .value.kind = PB_VALUE_AGGREGATE };
	made->end = &made->value.children;
	return made;
}

static void append(struct made *into, struct pb_value *value, const struct pb_name_part *part)
{
	value->member = part->is_extension ? PB_MEMBER_EXTENSION : PB_MEMBER_FIELD;
	value->name = part->text;
	value->field = part->field;
	value->next = NULL;
	*into->end = value;
	into->end = &value->next;
}

/* Options come sorted, so that those with a common beginning follow one another. */
static void path_add(struct printer *p, struct made *into, const struct pb_option *option)
{
	struct pb_value *value = scute_alloc(p->arena, sizeof(*value));

	for (uint32_t i = 1; i + 1 < option->n_parts; i++) {
		const struct pb_name_part *part = &option->parts[i];
		struct made *next = into->last;
		if (!next || !str_eq(next->value.name, part->text) ||
			(next->value.member == PB_MEMBER_EXTENSION) != part->is_extension) {
			next = made_create(p);
			if (!next) {
				return;
			}
			append(into, &next->value, part);
			into->last = next;
		}
		into = next;
	}
	if (!value) {
		p->failed = true;
		return;
	}
	*value = *option->value;
	append(into, value, &option->parts[option->n_parts - 1]);
	into->last = NULL;
}

static bool is_same_start(const struct pb_option *a, const struct pb_option *b)
{
	return a->parts[0].is_extension == b->parts[0].is_extension &&
	       str_eq(a->parts[0].text, b->parts[0].text);
}

uint32_t print_paths_joined(struct printer *p, struct pb_option **options, uint32_t n)
{
	struct made *made = NULL;
	uint32_t n_joined = 0;

	for (uint32_t i = 0; i < n && !p->failed; i++) {
		struct pb_option *option = options[i];
		if (option->n_parts == 1) {
			made = NULL;
			options[n_joined++] = option;
			continue;
		}
		if (!made || !is_same_start(options[n_joined - 1], option)) {
			struct pb_option *joined = scute_alloc(p->arena, sizeof(*joined));
			made = made_create(p);
			if (!made || !joined) {
				p->failed = true;
				break;
			}
			*joined = *option;
			joined->n_parts = 1;
			joined->value = &made->value;
			options[n_joined++] = joined;
		}
		path_add(p, made, option);
	}
	return n_joined;
}

struct member {
	struct pb_value value; /* an element of a list has its list's name */
	uint32_t place;
};

static int members_compare(const void *a, const void *b)
{
	const struct member *x = a;
	const struct member *y = b;
	int order = str_cmp(x->value.name, y->value.name);

	if (x->value.member != y->value.member) {
		return x->value.member < y->value.member ? -1 : 1;
	}
	if (order != 0) {
		return order;
	}
	return x->place < y->place ? -1 : x->place > y->place;
}

static void member_put(struct member *members, uint32_t place, const struct pb_value *value,
	const struct pb_value *named)
{
	members[place] = (struct member){ *value, place };
	members[place].value.name = named->name;
	members[place].value.member = named->member;
	members[place].value.field = named->field;
}

static uint32_t members_put(struct member *members, const struct pb_value *aggregate)
{
	uint32_t n = 0;

	for (const struct pb_value *child = aggregate->children; child; child = child->next) {
		if (child->kind != PB_VALUE_LIST) {
			if (members) {
				member_put(members, n, child, child);
			}
			n++;
			continue;
		}
		for (const struct pb_value *at = child->children; at; at = at->next) {
			if (members) {
				member_put(members, n, at, child);
			}
			n++;
		}
	}
	return n;
}

const struct pb_value *print_members_sorted(struct printer *p, const struct pb_value *aggregate)
{
	uint32_t n = members_put(NULL, aggregate);
	struct member *members = n > 0 ? scute_alloc(p->arena, n * sizeof(*members)) : NULL;

	if (!members) {
		p->failed = p->failed || n > 0;
		return NULL;
	}
	members_put(members, aggregate);
	qsort(members, n, sizeof(*members), members_compare);
	for (uint32_t i = 0; i < n; i++) {
		members[i].value.next = i + 1 < n ? &members[i + 1].value : NULL;
	}
	return &members[0].value;
}
