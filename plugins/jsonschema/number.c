/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal numbers as views of their text: reading, comparing, dividing. */
#include "number.h"

#include <assert.h>
#include <string.h>

#include "hash.h"

enum {
	VALUE_DIGITS = 18,        /* that many fit into an uint64_t with room for a factor of 10 */
	EXPONENT_DIGITS_MAX = 17, /* of the written exponent */
	LIMB_DIGITS = 9,
	LIMB_BASE = 1000000000,
	LIMBS_MAX = JS_DIVISOR_DIGITS_MAX / LIMB_DIGITS + 1,
};

#define EXPONENT_HUGE 100000000000000000 /* 10^17 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* at: behind the 'e'. */
static int64_t read_exponent(const char *at, const char *end)
{
	bool negative = *at == '-';
	int64_t exponent = 0;

	at += *at == '-' || *at == '+';
	while (at < end && *at == '0') {
		at++;
	}
	if (end - at > EXPONENT_DIGITS_MAX) {
		return negative ? -EXPONENT_HUGE : EXPONENT_HUGE;
	}
	for (; at < end; at++) {
		exponent = exponent * 10 + (*at - '0');
	}
	return negative ? -exponent : exponent;
}

/* Most numbers: a few digits and nothing else. False: not one of those. */
static bool read_short_integer(struct scute_str text, struct js_number *number)
{
	const char *at = text.data;
	const char *end = at + text.len;
	uint64_t value = 0;

	number->negative = *at == '-';
	at += number->negative;
	if (end - at > VALUE_DIGITS || end[-1] == '0') {
		return false;
	}
	number->digits = at;
	for (; at < end; at++) {
		if (!is_digit(*at)) {
			return false;
		}
		value = value * 10 + (uint64_t)(*at - '0');
	}
	number->n_digits = number->point = (uint32_t)(end - number->digits);
	number->exponent = 0;
	number->value = value;
	return true;
}

static char digit_at(const struct js_number *number, uint32_t i)
{
	return number->digits[i < number->point ? i : i + 1];
}

static void set_value(struct js_number *number)
{
	number->value = 0;
	if (number->n_digits > VALUE_DIGITS) {
		return;
	}
	for (uint32_t i = 0; i < number->n_digits; i++) {
		number->value = number->value * 10 + (uint64_t)(digit_at(number, i) - '0');
	}
}

/* [first, behind) are the digits with perhaps a point among them; drops zeros at both ends. */
static void trim(struct js_number *number, const char *first, const char *behind)
{
	const char *point = memchr(first, '.', (size_t)(behind - first));
	const char *last = behind - 1;

	while (first <= last && (*first == '0' || *first == '.')) {
		first++;
	}
	if (first > last) {
		*number = (struct js_number){ .digits = behind };
		return;
	}
	while (*last == '0' || *last == '.') {
		last--;
	}
	bool within = point && point > first && point < last;
	number->digits = first;
	number->n_digits = (uint32_t)(last - first + 1 - within);
	number->point = within ? (uint32_t)(point - first) : number->n_digits;
	if (!point) {
		number->exponent += behind - 1 - last;
	} else if (last < point) {
		number->exponent += point - 1 - last;
	} else {
		number->exponent -= last - point;
	}
	set_value(number);
}

void js_number_read(struct scute_str text, struct js_number *ret_number)
{
	assert(text.len > 0);
	if (read_short_integer(text, ret_number)) {
		return;
	}
	const char *at = text.data;
	const char *end = at + text.len;
	ret_number->negative = *at == '-';
	at += ret_number->negative;
	const char *behind = at;
	while (behind < end && *behind != 'e' && *behind != 'E') {
		behind++;
	}
	ret_number->exponent = behind < end ? read_exponent(behind + 1, end) : 0;
	trim(ret_number, at, behind);
}

/* a and b have digits, and their first digits are worth the same power of ten. */
static int digits_cmp(const struct js_number *a, const struct js_number *b)
{
	uint32_t n = a->n_digits < b->n_digits ? a->n_digits : b->n_digits;

	for (uint32_t i = 0; i < n; i++) {
		char x = digit_at(a, i);
		char y = digit_at(b, i);
		if (x != y) {
			return x < y ? -1 : 1;
		}
	}
	return a->n_digits == b->n_digits ? 0 : a->n_digits < b->n_digits ? -1 : 1;
}

static int magnitude_cmp(const struct js_number *a, const struct js_number *b)
{
	if (a->n_digits == 0 || b->n_digits == 0) {
		return (a->n_digits > 0) - (b->n_digits > 0);
	}
	if (a->exponent == b->exponent && a->n_digits <= VALUE_DIGITS &&
	    b->n_digits <= VALUE_DIGITS) {
		return (a->value > b->value) - (a->value < b->value);
	}
	int64_t top_a = a->exponent + a->n_digits;
	int64_t top_b = b->exponent + b->n_digits;
	if (top_a != top_b) {
		return top_a < top_b ? -1 : 1;
	}
	return digits_cmp(a, b);
}

int js_number_cmp(const struct js_number *a, const struct js_number *b)
{
	if (a->negative != b->negative) {
		return a->negative ? -1 : 1;
	}
	int order = magnitude_cmp(a, b);
	return a->negative ? -order : order;
}

bool js_number_equal(const struct js_number *a, const struct js_number *b)
{
	return a->negative == b->negative && a->n_digits == b->n_digits &&
	       a->exponent == b->exponent && a->value == b->value &&
	       (a->n_digits <= VALUE_DIGITS || digits_cmp(a, b) == 0);
}

bool js_number_is_integer(const struct js_number *number)
{
	return number->exponent >= 0;
}

bool js_number_is_plain_integer(struct scute_str text)
{
	size_t i = text.data[0] == '-';

	while (i < text.len && is_digit(text.data[i])) {
		i++;
	}
	return i == text.len;
}

/*
 * a * 10^shift modulo a divisor of at most 18 digits. Zeros beyond 60 make no difference to
 * whether it is 0: so many factors of 2 or 5 the divisor can not have.
 */
static bool is_small_multiple(const struct js_number *a, int64_t shift, uint64_t divisor)
{
	__extension__ unsigned __int128 rest = 0;

	if (a->n_digits <= VALUE_DIGITS) {
		rest = a->value % divisor;
	} else {
		for (uint32_t i = 0; i < a->n_digits; i++) {
			rest = (rest * 10 + (unsigned)(digit_at(a, i) - '0')) % divisor;
		}
	}
	for (int64_t i = 0; i < shift && i < 60 && rest != 0; i++) {
		rest = rest * 10 % divisor;
	}
	return rest == 0;
}

/* Least significant limb first, in base 10^9; rest has one limb more than the divisor. */
struct division {
	uint32_t divisor[LIMBS_MAX];
	uint32_t rest[LIMBS_MAX + 1];
	uint32_t n; /* limbs of the divisor */
	uint32_t scale; /* divisor and rest are multiplied by it: Knuth's normalisation */
};

/* LIMB_DIGITS digits from i on, with zeros behind the last. */
static uint32_t chunk_at(const struct js_number *number, uint64_t i)
{
	uint32_t chunk = 0;

	for (uint64_t end = i + LIMB_DIGITS; i < end; i++) {
		char digit = i < number->n_digits ? digit_at(number, (uint32_t)i) : '0';
		chunk = chunk * 10 + (uint32_t)(digit - '0');
	}
	return chunk;
}

static void division_init(struct division *d, const struct js_number *divisor)
{
	uint32_t n_digits = divisor->n_digits;
	/* In the first limb from the top only as many digits as make the others whole. */
	uint32_t first = (n_digits - 1) % LIMB_DIGITS + 1;
	uint32_t top = 0;

	assert(n_digits > 0 && n_digits <= JS_DIVISOR_DIGITS_MAX);
	d->n = (n_digits + LIMB_DIGITS - 1) / LIMB_DIGITS;
	memset(d->rest, 0, sizeof(d->rest));
	for (uint32_t i = 0; i < first; i++) {
		top = top * 10 + (uint32_t)(digit_at(divisor, i) - '0');
	}
	d->divisor[d->n - 1] = top;
	for (uint32_t i = 1; i < d->n; i++) {
		d->divisor[d->n - 1 - i] = chunk_at(divisor, first + (i - 1) * LIMB_DIGITS);
	}
	d->scale = LIMB_BASE / (top + 1);
	uint64_t carry = 0;
	for (uint32_t i = 0; i < d->n; i++) {
		carry += (uint64_t)d->divisor[i] * d->scale;
		d->divisor[i] = (uint32_t)(carry % LIMB_BASE);
		carry /= LIMB_BASE;
	}
	assert(carry == 0);
}

/* rest -= divisor * factor; true when that was too much and it went below zero. */
static bool subtract(struct division *d, uint64_t factor)
{
	uint64_t carry = 0;

	for (uint32_t i = 0; i <= d->n; i++) {
		carry += i < d->n ? (uint64_t)d->divisor[i] * factor : 0;
		uint32_t low = (uint32_t)(carry % LIMB_BASE);
		carry /= LIMB_BASE;
		if (d->rest[i] < low) {
			d->rest[i] += LIMB_BASE;
			carry++;
		}
		d->rest[i] -= low;
	}
	return carry != 0;
}

/* True when that brought rest back above zero. */
static bool add_back(struct division *d)
{
	uint32_t carry = 0;

	for (uint32_t i = 0; i <= d->n; i++) {
		uint32_t sum = d->rest[i] + (i < d->n ? d->divisor[i] : 0) + carry;
		carry = sum >= LIMB_BASE;
		d->rest[i] = carry ? sum - LIMB_BASE : sum;
	}
	return carry != 0;
}

/* rest = (rest * 10^9 + chunk) modulo divisor. */
static void division_feed(struct division *d, uint32_t chunk)
{
	memmove(d->rest + 1, d->rest, d->n * sizeof(d->rest[0]));
	d->rest[0] = 0;
	uint64_t carry = (uint64_t)chunk * d->scale;
	for (uint32_t i = 0; carry > 0; i++) {
		assert(i <= d->n);
		carry += d->rest[i];
		d->rest[i] = (uint32_t)(carry % LIMB_BASE);
		carry /= LIMB_BASE;
	}
	/* By Knuth (TAOCP 2, 4.3.1, theorem B) the guess is at most 2 too large. */
	uint64_t head = (uint64_t)d->rest[d->n] * LIMB_BASE + d->rest[d->n - 1];
	uint64_t guess = head / d->divisor[d->n - 1];
	if (guess >= LIMB_BASE) {
		guess = LIMB_BASE - 1;
	}
	bool below = subtract(d, guess);
	for (int i = 0; below; i++) {
		assert(i < 3);
		below = !add_back(d);
	}
}

static bool is_large_multiple(const struct js_number *a, int64_t shift,
	const struct js_number *divisor)
{
	struct division d;
	/* A divisor below 10^n has fewer than 4 n factors of 2 (of 5 yet fewer). */
	int64_t zeros = shift < 4 * (int64_t)divisor->n_digits ? shift :
							     4 * (int64_t)divisor->n_digits;
	/* Whole chunks: zeros that are one too many matter only where shift was cut. */
	uint64_t total = a->n_digits + (uint64_t)zeros;
	uint32_t first = (uint32_t)(total % LIMB_DIGITS);
	uint32_t chunk = 0;

	division_init(&d, divisor);
	for (uint32_t i = 0; i < first; i++) {
		chunk = chunk * 10 +
			(uint32_t)(i < a->n_digits ? digit_at(a, i) - '0' : 0);
	}
	division_feed(&d, chunk);
	for (uint64_t i = first; i < total; i += LIMB_DIGITS) {
		division_feed(&d, chunk_at(a, i));
	}
	for (uint32_t i = 0; i <= d.n; i++) {
		if (d.rest[i] != 0) {
			return false;
		}
	}
	return true;
}

bool js_number_is_multiple(const struct js_number *a, const struct js_number *b)
{
	assert(b->n_digits > 0);
	if (a->n_digits == 0) {
		return true;
	}
	/*
	 * a / b = digits_a * 10^shift / digits_b. With a negative shift, digits_b * 10^-shift
	 * would have to divide digits_a, which does not end in a zero.
	 */
	int64_t shift = a->exponent - b->exponent;
	if (shift < 0) {
		return false;
	}
	if (b->n_digits <= VALUE_DIGITS) {
		return is_small_multiple(a, shift, b->value);
	}
	return is_large_multiple(a, shift, b);
}

uint64_t js_number_hash(const struct js_number *number, uint64_t seed)
{
	uint64_t hash = js_hash_mix(seed ^ (uint64_t)number->exponent,
		((uint64_t)number->n_digits << 1 | number->negative) ^ 0x9e3779b97f4a7c15u);

	if (number->n_digits <= VALUE_DIGITS) {
		return js_hash_mix(hash ^ number->value, seed | 1);
	}
	for (uint32_t i = 0; i < number->n_digits; i += LIMB_DIGITS) {
		hash = js_hash_mix(hash ^ chunk_at(number, i), seed | 1);
	}
	return hash;
}

bool js_number_to_count(const struct js_number *number, uint64_t *ret_count)
{
	uint64_t count = number->value;

	if (number->negative || number->exponent < 0) {
		return false;
	}
	if (number->n_digits > VALUE_DIGITS) {
		*ret_count = UINT64_MAX;
		return true;
	}
	for (int64_t i = 0; i < number->exponent && count > 0; i++) {
		if (count > UINT64_MAX / 10) {
			*ret_count = UINT64_MAX;
			return true;
		}
		count *= 10;
	}
	*ret_count = count;
	return true;
}
