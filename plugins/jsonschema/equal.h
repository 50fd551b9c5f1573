/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Equality of JSON values as JSON Schema means it: numbers by value, objects whatever the order
 * of their members, strings by code points. Each value that is looked at costs a step, long
 * strings more; when those of work are used up (work->steps == 0) an answer is not to be believed.
 */
#ifndef JSONSCHEMA_EQUAL_H
#define JSONSCHEMA_EQUAL_H

#include "support/json_in.h"

#include "work.h"

/* Linear in the smaller of the two, whatever the order of members. */
bool js_equal(const struct json *a, const struct json *b, struct js_work *work);

/* Equal values hash alike. */
uint64_t js_hash(const struct json *value, struct js_work *work);

/*
 * The first item of an array that equals one before it; NULL: all differ. Linear in the
 * array's values. *ret_first and *ret_second: the places of the two.
 */
const struct json *js_find_duplicate(const struct json *array, struct js_work *work,
	uint32_t *ret_first, uint32_t *ret_second);

#endif
