/* SPDX-License-Identifier: Apache-2.0 */
/* Equality and hashes of JSON values. Recursion is as deep as the reader let values be. */
#include "equal.h"

#include <string.h>

#include "support/str.h"

#include "hash.h"
#include "number.h"

enum {
	MEMBERS_LINEAR = 8,  /* up to here members are searched one by one */
	ITEMS_PAIRWISE = 8,  /* and items compared each with each */
	BYTES_PER_STEP = 64, /* of strings and numbers */
};

static bool numbers_equal(struct scute_str a, struct scute_str b)
{
	struct js_number x;
	struct js_number y;

	if (str_eq(a, b)) {
		return true;
	}
	js_number_read(a, &x);
	js_number_read(b, &y);
	return js_number_equal(&x, &y);
}

static bool arrays_equal(const struct json *a, const struct json *b, struct js_work *work)
{
	const struct json *y = b->children;

	for (const struct json *x = a->children; x; x = x->next, y = y->next) {
		if (!js_equal(x, y, work)) {
			return false;
		}
	}
	return true;
}

/* Open addressing over the members from first on; slots is a power of 2, twice their number. */
struct member_table {
	const struct json **members;
	size_t mask;
};

static size_t table_size(size_t n)
{
	size_t size = 16;

	while (size < n * 2) {
		size *= 2;
	}
	return size;
}

static const struct json **table_slot(const struct member_table *table, struct scute_str key)
{
	size_t i = js_hash_str(key, js_hash_seed()) & table->mask;

	while (table->members[i] && !str_eq(table->members[i]->key, key)) {
		i = (i + 1) & table->mask;
	}
	return &table->members[i];
}

static bool table_fill(struct member_table *table, const struct json *first, size_t n,
	struct js_work *work)
{
	size_t size = table_size(n);

	table->members = js_work_take(work, size * sizeof(struct json *));
	if (!table->members) {
		return false;
	}
	memset(table->members, 0, size * sizeof(struct json *));
	table->mask = size - 1;
	for (; first; first = first->next) {
		*table_slot(table, first->key) = first;
	}
	return true;
}

static bool members_equal_hashed(const struct json *x, const struct json *y, size_t n,
	struct js_work *work)
{
	struct member_table table;
	struct js_mark mark = js_work_mark(work);
	bool equal = js_work_steps(work, n) && table_fill(&table, y, n, work);

	for (; x && equal; x = x->next) {
		const struct json *member = *table_slot(&table, x->key);
		equal = member && js_equal(x, member, work);
	}
	js_work_release(work, mark);
	return equal;
}

static bool objects_equal(const struct json *a, const struct json *b, struct js_work *work)
{
	const struct json *x = a->children;
	const struct json *y = b->children;
	size_t left = a->n_children;

	/* As long as they come in the same order nothing has to be looked up. */
	for (; x && str_eq(x->key, y->key); x = x->next, y = y->next) {
		if (!js_equal(x, y, work)) {
			return false;
		}
		left--;
	}
	if (left > MEMBERS_LINEAR) {
		return members_equal_hashed(x, y, left, work);
	}
	for (; x; x = x->next) {
		const struct json *member = y;
		while (member && !str_eq(member->key, x->key)) {
			member = member->next;
		}
		if (!member || !js_equal(x, member, work)) {
			return false;
		}
	}
	return true;
}

bool js_equal(const struct json *a, const struct json *b, struct js_work *work)
{
	if (!js_work_steps(work, 1 + (a->text.len + b->text.len) / BYTES_PER_STEP)) {
		return false;
	}
	if (a->type != b->type || a->n_children != b->n_children) {
		return false;
	}
	switch (a->type) {
	case JSON_NUMBER:
		return numbers_equal(a->text, b->text);
	case JSON_STRING:
		return str_eq(a->text, b->text);
	case JSON_ARRAY:
		return arrays_equal(a, b, work);
	case JSON_OBJECT:
		return objects_equal(a, b, work);
	default:
		return true;
	}
}

static uint64_t hash_children(const struct json *value, struct js_work *work, uint64_t seed)
{
	uint64_t hash = value->n_children;

	for (const struct json *child = value->children; child; child = child->next) {
		uint64_t one = js_hash(child, work);
		if (value->type == JSON_ARRAY) {
			hash = js_hash_mix(hash ^ one, seed | 1);
		} else {
			/* A sum, so that the order of members does not matter. */
			hash += js_hash_mix(one ^ js_hash_str(child->key, seed), seed | 1);
		}
	}
	return hash;
}

uint64_t js_hash(const struct json *value, struct js_work *work)
{
	uint64_t seed = js_hash_seed() + (uint64_t)value->type * 0x9e3779b97f4a7c15u;
	struct js_number number;

	if (!js_work_step(work)) {
		return 0;
	}
	switch (value->type) {
	case JSON_NUMBER:
		js_work_steps(work, value->text.len / BYTES_PER_STEP);
		js_number_read(value->text, &number);
		return js_number_hash(&number, seed);
	case JSON_STRING:
		js_work_steps(work, value->text.len / BYTES_PER_STEP);
		return js_hash_str(value->text, seed);
	case JSON_ARRAY:
	case JSON_OBJECT:
		return js_hash_mix(hash_children(value, work, seed) ^ seed, seed | 1);
	default:
		return js_hash_mix(seed, seed | 1);
	}
}

static const struct json *duplicate_pairwise(const struct json *array, struct js_work *work,
	uint32_t *ret_first, uint32_t *ret_second)
{
	uint32_t second = 0;

	for (const struct json *b = array->children; b; b = b->next, second++) {
		uint32_t first = 0;
		for (const struct json *a = array->children; a != b; a = a->next, first++) {
			if (js_equal(a, b, work)) {
				*ret_first = first;
				*ret_second = second;
				return b;
			}
		}
	}
	return NULL;
}

struct item {
	const struct json *value; /* NULL: a free slot */
	uint64_t hash;
	uint32_t place;
};

static const struct json *duplicate_hashed(const struct json *array, struct item *items,
	size_t size, struct js_work *work, uint32_t *ret_first, uint32_t *ret_second)
{
	uint32_t place = 0;

	memset(items, 0, size * sizeof(*items));
	for (const struct json *value = array->children; value; value = value->next, place++) {
		uint64_t hash = js_hash(value, work);
		size_t i = hash & (size - 1);
		for (; items[i].value; i = (i + 1) & (size - 1)) {
			if (items[i].hash == hash && js_equal(items[i].value, value, work)) {
				*ret_first = items[i].place;
				*ret_second = place;
				return value;
			}
		}
		if (work->steps == 0) {
			return NULL;
		}
		items[i] = (struct item){ value, hash, place };
	}
	return NULL;
}

const struct json *js_find_duplicate(const struct json *array, struct js_work *work,
	uint32_t *ret_first, uint32_t *ret_second)
{
	if (array->n_children <= ITEMS_PAIRWISE) {
		return duplicate_pairwise(array, work, ret_first, ret_second);
	}
	struct js_mark mark = js_work_mark(work);
	size_t size = table_size(array->n_children);
	struct item *items = js_work_take(work, size * sizeof(*items));
	const struct json *duplicate = NULL;
	if (items) {
		duplicate = duplicate_hashed(array, items, size, work, ret_first, ret_second);
	}
	js_work_release(work, mark);
	return duplicate;
}
