/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers between their JSON text and the machine, exactly: integers never pass through
 * double, and floating point is printed as the shortest text that reads back the same.
 * Nothing here knows a schema; nothing fails but by its result. Any thread.
 */
#ifndef PROTOBUF_NUMBER_H
#define PROTOBUF_NUMBER_H

#include "scute/types.h"

enum number_result {
	NUMBER_OK,
	NUMBER_MALFORMED, /* not a number by the grammar of RFC 8259 */
	NUMBER_FRACTION,  /* a number, but no integer */
	NUMBER_RANGE,     /* beyond the type */
	NUMBER_NOMEM,
};

/*
 * An integral number ("12", "-3.0", "1e3", "250e-1" is none) as sign and magnitude. The
 * text comes from a JSON number or from inside a JSON string. -0 is not negative.
 */
enum number_result number_to_integer(struct scute_str text, bool *ret_negative,
	uint64_t *ret_magnitude);

/*
 * Correctly rounded; what rounds beyond the largest finite value is NUMBER_RANGE. The arena
 * is used for texts that are longer than any sensible number.
 */
enum number_result number_to_double(struct scute_str text, struct scute_arena *arena,
	double *ret_value);
enum number_result number_to_float(struct scute_str text, struct scute_arena *arena,
	float *ret_value);

#define NUMBER_TEXT_BYTES 40

/* The shortest decimal text that reads back as value, which is finite. Returns its length. */
size_t number_from_double(double value, char out[NUMBER_TEXT_BYTES]);
size_t number_from_float(float value, char out[NUMBER_TEXT_BYTES]);

#endif
