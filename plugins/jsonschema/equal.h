/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Equality of JSON values as JSON Schema means it: numbers by value, objects whatever the order
 * of their members, strings by code points.
 */
#ifndef JSONSCHEMA_EQUAL_H
#define JSONSCHEMA_EQUAL_H

#include "support/json_in.h"

/*
 * Bounded effort: *steps is lowered by one a value that was looked at, and at 0 the answer is
 * false, which the caller then knows not to believe. Memory for large objects comes from arena
 * (objects of the same order need none); without it the effort counts as spent.
 */
bool js_equal(const struct json *a, const struct json *b, struct scute_arena *arena,
	uint64_t *steps);

/* Equal values hash alike. Lowers *steps likewise; at 0 the hash is of no use. */
uint64_t js_hash(const struct json *value, uint64_t *steps);

/*
 * The first item of an array that equals one before it; NULL: all differ (or *steps is 0).
 * Linear in the array's values. *ret_first: the place of the earlier one, *ret_second of it.
 */
const struct json *js_find_duplicate(const struct json *array, struct scute_arena *arena,
	uint64_t *steps, uint32_t *ret_first, uint32_t *ret_second);

#endif
