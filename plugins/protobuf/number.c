/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers between their JSON text and the machine. */
#include "number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SMALL_TEXT_BYTES = 128,
	EXPONENT_CLAMP = 1000000000, /* far beyond what any text's digits can make up for */
	DIGITS_U64 = 20,
};

/* 10^0 .. 10^22 are exact as double, 10^0 .. 10^10 as float. */
static const double pow10_exact[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

/* A number's text taken apart: value = digits * 10^exponent, the point left out of digits. */
struct parts {
	bool negative;
	const char *whole; /* digits before the point, without leading zeros */
	size_t n_whole;
	const char *fraction;
	size_t n_fraction; /* without trailing zeros */
	int64_t exponent;  /* as written, clamped */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *at, const char *end)
{
	while (at < end && is_digit(*at)) {
		at++;
	}
	return at;
}

/* At the e of an exponent. NULL: malformed. */
static const char *read_exponent(const char *at, const char *end, int64_t *ret_exponent)
{
	bool negative = false;
	int64_t value = 0;

	at++;
	if (at < end && (*at == '+' || *at == '-')) {
		negative = *at == '-';
		at++;
	}
	if (at == end || !is_digit(*at)) {
		return NULL;
	}
	for (; at < end && is_digit(*at); at++) {
		value = value * 10 + (*at - '0');
		value = value > EXPONENT_CLAMP ? EXPONENT_CLAMP : value;
	}
	*ret_exponent = negative ? -value : value;
	return at;
}

static bool take_apart(struct scute_str text, struct parts *parts)
{
	const char *at = text.data;
	const char *end = text.len > 0 ? at + text.len : at;

	*parts = (struct parts){ .negative = at < end && *at == '-' };
	at += parts->negative;
	parts->whole = at;
	at = skip_digits(at, end);
	if (at == parts->whole || (*parts->whole == '0' && at - parts->whole > 1)) {
		return false;
	}
	parts->n_whole = (size_t)(at - parts->whole);
	if (*parts->whole == '0') {
		parts->n_whole = 0;
	}
	if (at < end && *at == '.') {
		parts->fraction = ++at;
		at = skip_digits(at, end);
		parts->n_fraction = (size_t)(at - parts->fraction);
		if (parts->n_fraction == 0) {
			return false;
		}
	}
	while (parts->n_fraction > 0 && parts->fraction[parts->n_fraction - 1] == '0') {
		parts->n_fraction--;
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		at = read_exponent(at, end, &parts->exponent);
	}
	return at == end;
}

/* Appends n digits to *value; false when it does not fit. */
static bool add_digits(uint64_t *value, const char *digits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (__builtin_mul_overflow(*value, 10u, value) ||
		    __builtin_add_overflow(*value, (unsigned)(digits[i] - '0'), value)) {
			return false;
		}
	}
	return true;
}

/* digits are whole then fraction, not both empty, seen as one integer times 10^shift. */
static enum number_result scale(const struct parts *parts, int64_t shift, uint64_t *ret_magnitude)
{
	size_t n_whole = parts->n_whole;
	size_t n_drop = 0;
	uint64_t value = 0;

	if (shift < 0) {
		/* Only zeros may stand behind the point; the fraction has none at its end. */
		if (parts->n_fraction > 0 || (uint64_t)-shift >= n_whole) {
			return NUMBER_FRACTION;
		}
		n_drop = (size_t)-shift;
		for (size_t i = n_whole - n_drop; i < n_whole; i++) {
			if (parts->whole[i] != '0') {
				return NUMBER_FRACTION;
			}
		}
		n_whole -= n_drop;
		shift = 0;
	}
	if (shift > DIGITS_U64 || !add_digits(&value, parts->whole, n_whole) ||
	    !add_digits(&value, parts->fraction, parts->n_fraction) ||
	    !add_digits(&value, "00000000000000000000", (size_t)shift)) {
		return NUMBER_RANGE;
	}
	*ret_magnitude = value;
	return NUMBER_OK;
}

enum number_result number_to_integer(struct scute_str text, bool *ret_negative,
	uint64_t *ret_magnitude)
{
	struct parts parts;
	uint64_t magnitude = 0;
	enum number_result result;

	if (!take_apart(text, &parts)) {
		return NUMBER_MALFORMED;
	}
	if (parts.n_whole > 0 || parts.n_fraction > 0) {
		result = scale(&parts, parts.exponent - (int64_t)parts.n_fraction, &magnitude);
		if (result != NUMBER_OK) {
			return result;
		}
	}
	*ret_negative = parts.negative && magnitude != 0;
	*ret_magnitude = magnitude;
	return NUMBER_OK;
}

/* Few digits and a small exponent: one exact operation rounds once, as it should. */
static bool double_fast(const struct parts *parts, double *ret_value)
{
	int64_t shift = parts->exponent - (int64_t)parts->n_fraction;
	uint64_t digits = 0;

	if (parts->n_whole + parts->n_fraction > 15 || shift < -22 || shift > 22) {
		return false;
	}
	add_digits(&digits, parts->whole, parts->n_whole);
	add_digits(&digits, parts->fraction, parts->n_fraction);
	double value = shift < 0 ? (double)digits / pow10_exact[-shift] :
				   (double)digits * pow10_exact[shift];
	*ret_value = parts->negative ? -value : value;
	return true;
}

/* NUL-terminated, for strtod. The locale is "C": nothing here ever sets another. */
static const char *terminated(struct scute_str text, struct scute_arena *arena, char *small)
{
	char *copy = text.len < SMALL_TEXT_BYTES ? small : scute_alloc(arena, text.len + 1);

	if (copy) {
		memcpy(copy, text.data, text.len);
		copy[text.len] = '\0';
	}
	return copy;
}

enum number_result number_to_double(struct scute_str text, struct scute_arena *arena,
	double *ret_value)
{
	char small[SMALL_TEXT_BYTES];
	struct parts parts;
	const char *z;
	double value;

	if (!take_apart(text, &parts)) {
		return NUMBER_MALFORMED;
	}
	if (double_fast(&parts, ret_value)) {
		return NUMBER_OK;
	}
	z = terminated(text, arena, small);
	if (!z) {
		return NUMBER_NOMEM;
	}
	value = strtod(z, NULL);
	if (!isfinite(value)) {
		return NUMBER_RANGE;
	}
	*ret_value = value;
	return NUMBER_OK;
}

enum number_result number_to_float(struct scute_str text, struct scute_arena *arena,
	float *ret_value)
{
	char small[SMALL_TEXT_BYTES];
	struct parts parts;
	const char *z;
	float value;

	/* Not by way of double: rounding twice may round wrongly. */
	if (!take_apart(text, &parts)) {
		return NUMBER_MALFORMED;
	}
	z = terminated(text, arena, small);
	if (!z) {
		return NUMBER_NOMEM;
	}
	value = strtof(z, NULL);
	if (!isfinite(value)) {
		return NUMBER_RANGE;
	}
	*ret_value = value;
	return NUMBER_OK;
}

/* digits / 10^places, digits below 10^16. */
static size_t put_decimal(bool negative, uint64_t digits, int places, char *out)
{
	char text[24];
	int n = 0;
	size_t len = 0;

	while (digits > 0 || n <= places) {
		text[n++] = (char)('0' + digits % 10);
		digits /= 10;
	}
	if (negative) {
		out[len++] = '-';
	}
	while (n > 0) {
		out[len++] = text[--n];
		if (n == places && n > 0) {
			out[len++] = '.';
		}
	}
	return len;
}

/*
 * Most numbers have few decimals. At most 15 digits that divide back to the value are its
 * shortest text, as so few digits are told apart by a double.
 */
static size_t double_plain(double value, char *out)
{
	double absolute = fabs(value);

	for (int places = 0; places <= 8; places++) {
		double scaled = absolute * pow10_exact[places];
		if (scaled >= 1e15) {
			return 0;
		}
		double digits = rint(scaled);
		if (digits / pow10_exact[places] == absolute) {
			return put_decimal(signbit(value), (uint64_t)digits, places, out);
		}
	}
	return 0;
}

size_t number_from_double(double value, char out[NUMBER_TEXT_BYTES])
{
	size_t len = double_plain(value, out);

	if (len > 0) {
		return len;
	}
	/* A normal double tells 15 digits apart, a subnormal one as few as 1. */
	for (int digits = isnormal(value) ? 15 : 1;; digits++) {
		len = (size_t)snprintf(out, NUMBER_TEXT_BYTES, "%.*g", digits, value);
		if (digits == 17 || strtod(out, NULL) == value) {
			return len;
		}
	}
}

/* As double_plain, in float: at most 6 digits, powers of ten that a float holds exactly. */
static size_t float_plain(float value, char *out)
{
	float absolute = fabsf(value);

	for (int places = 0; places <= 8; places++) {
		float power = (float)pow10_exact[places];
		float scaled = absolute * power;
		if (scaled >= 1e6f) {
			return 0;
		}
		float digits = rintf(scaled);
		if (digits / power == absolute) {
			return put_decimal(signbit(value), (uint64_t)digits, places, out);
		}
	}
	return 0;
}

size_t number_from_float(float value, char out[NUMBER_TEXT_BYTES])
{
	size_t len = float_plain(value, out);

	if (len > 0) {
		return len;
	}
	for (int digits = isnormal(value) ? 6 : 1;; digits++) {
		len = (size_t)snprintf(out, NUMBER_TEXT_BYTES, "%.*g", digits, (double)value);
		if (digits == 9 || strtof(out, NULL) == value) {
			return len;
		}
	}
}
