/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact decimal numbers as JSON writes them. Nothing is converted to binary floating
 * point and nothing is allocated: a number is a view of its text, so that 1e400, 0.1 and
 * integers of a thousand digits are compared and divided as they stand.
 */
#ifndef JSONSCHEMA_NUMBER_H
#define JSONSCHEMA_NUMBER_H

#include "scute/types.h"

enum {
	/* Significant digits that a divisor of js_number_is_multiple may have. */
	JS_DIVISOR_DIGITS_MAX = 1000,
};

/*
 * sign * digits * 10^exponent, where the digits have no zero at either end; so two numbers
 * are equal exactly when sign, exponent and digits are. Zero has no digits and no sign.
 */
struct js_number {
	const char *digits; /* first significant digit in the text, which must live on */
	uint32_t n_digits;
	uint32_t point;     /* digits that precede the decimal point; n_digits: it is not within */
	int64_t exponent;   /* saturates far beyond what text of sane length can say */
	uint64_t value;     /* the digits as an integer, if n_digits <= 18 */
	bool negative;
};

/*
 * text: a number by the grammar of RFC 8259, at most UINT32_MAX bytes. Time is linear in it.
 * Exponents of more than 17 digits are all taken as the same, immense one.
 */
void js_number_read(struct scute_str text, struct js_number *ret_number);

/* Below, equal to or above 0 as a is less than, equal to or greater than b. */
int js_number_cmp(const struct js_number *a, const struct js_number *b);

bool js_number_equal(const struct js_number *a, const struct js_number *b);

/* Has it no fractional part? 1.0 and 1e400 have none. */
bool js_number_is_integer(const struct js_number *number);

/* As draft 4 defines an integer: written without fraction and exponent. */
bool js_number_is_plain_integer(struct scute_str text);

/*
 * Is a / b an integer? b is greater than 0 and has at most JS_DIVISOR_DIGITS_MAX digits. Time
 * is at most proportional to digits of a * digits of b; the size of exponents does not matter.
 */
bool js_number_is_multiple(const struct js_number *a, const struct js_number *b);

/* Equal numbers hash alike, however they are written. */
uint64_t js_number_hash(const struct js_number *number, uint64_t seed);

/*
 * A count such as minLength's: an integer of at least 0, however it is written (2.0, 1e2).
 * What does not fit is UINT64_MAX. False: negative or no integer.
 */
bool js_number_to_count(const struct js_number *number, uint64_t *ret_count);

#endif
