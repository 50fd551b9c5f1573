/* SPDX-License-Identifier: Apache-2.0 */
/* Exact numbers: order, equality, integers, divisors of any length. */
#include "number.h"
#include "rig.h"

struct pair {
	const char *a;
	const char *b;
	int order;
};

static const struct pair pairs[] = {
	{ "0", "-0", 0 }, { "0", "0.0e5", 0 }, { "-0.0", "0e99999999999999999999", 0 },
	{ "1", "1.0", 0 }, { "100", "1e2", 0 }, { "100", "1.00E+2", 0 }, { "0.01", "1e-2", 0 },
	{ "12.50", "1250e-2", 0 }, { "1", "2", -1 }, { "-1", "-2", 1 }, { "-1", "1", -1 },
	{ "9", "10", -1 }, { "99", "100", -1 }, { "0.1", "0.11", -1 }, { "0.11", "0.2", -1 },
	{ "1e400", "1e399", 1 }, { "1e400", "1e401", -1 }, { "-1e400", "1e-400", -1 },
	{ "9007199254740993", "9007199254740992", 1 },
	{ "9007199254740993", "9007199254740993.0", 0 },
	{ "9007199254740993.0000000000000000001", "9007199254740993", 1 },
	{ "123456789012345678901234567890", "123456789012345678901234567891", -1 },
	{ "123456789012345678901234567890", "1.2345678901234567890123456789e29", 0 },
	{ "0.000000000000000000000000000001", "1e-30", 0 },
	{ "1e999999999", "1e999999998", 1 }, { "1e-999999999", "0", 1 },
	{ "-1e999999999", "0", -1 }, { "1e99999999999999999999", "1e999", 1 },
	{ "1234567890123456789", "1234567890123456788", 1 },
	{ "123456789012345678.9", "123456789012345678", 1 },
	{ "1.5", "15e-1", 0 }, { "105.05", "105.050", 0 }, { "1005", "100.5e1", 0 },
};

static struct js_number number(const char *text)
{
	struct js_number read;

	js_number_read(str_z(text), &read);
	return read;
}

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct js_number a = number(pairs[i].a);
		struct js_number b = number(pairs[i].b);
		if (js_number_cmp(&a, &b) != pairs[i].order ||
		    js_number_cmp(&b, &a) != -pairs[i].order ||
		    js_number_equal(&a, &b) != (pairs[i].order == 0)) {
			fail_msg("%s and %s", pairs[i].a, pairs[i].b);
		}
		if (pairs[i].order == 0) {
			assert_true(js_number_hash(&a, 5) == js_number_hash(&b, 5));
		}
	}
}

static void test_integers(void **state)
{
	static const char *const integers[] = { "0", "-0.0", "1.0", "1e400", "12.5e1", "100",
		"-7", "1e99999999999999999999", "0e-5", "1.10e2", "10000000000000000000000.000" };
	static const char *const others[] = { "0.5", "1e-1", "12.55e1", "1e-400",
		"10000000000000000000000.001", "-0.1" };

	(void)state;
	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
		struct js_number read = number(integers[i]);
		if (!js_number_is_integer(&read)) {
			fail_msg("%s is one", integers[i]);
		}
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct js_number read = number(others[i]);
		if (js_number_is_integer(&read)) {
			fail_msg("%s is none", others[i]);
		}
	}
	assert_true(js_number_is_plain_integer(SCUTE_STR("-10")));
	assert_false(js_number_is_plain_integer(SCUTE_STR("1.0")));
	assert_false(js_number_is_plain_integer(SCUTE_STR("1e2")));
}

struct division {
	const char *a;
	const char *b;
	bool divides;
};

static const struct division divisions[] = {
	{ "0", "3", true }, { "9", "3", true }, { "10", "3", false }, { "-9", "3", true },
	{ "0.0075", "0.0001", true }, { "0.00751", "0.0001", false }, { "19.99", "0.01", true },
	{ "19.995", "0.01", false }, { "4.02", "0.01", true }, { "1e308", "0.123456789", false },
	{ "1e308", "0.5", true }, { "1e999999999", "1e-8", true }, { "1e999999999", "3", false },
	{ "1e999999999", "7e5", false }, { "3e999999999", "3", true }, { "12e7", "1e-8", true },
	{ "1e-9", "1e-8", false }, { "9007199254740993", "2", false },
	{ "9007199254740994", "2", true }, { "35e-1", "0.7", true }, { "1.1", "1.1", true },
	{ "1e60", "1152921504606846976", true }, /* 2^60 */
	{ "1e59", "1152921504606846976", false },
	{ "123456789123456789123456789", "123456789", true },
	{ "123456789123456789123456788", "123456789", false },
	{ "18446744073709551616e-3", "0.001", true },
	/* Divisors of more than 18 digits. */
	{ "123456789012345678901234567890", "1234567890123456789012345678.9", true },
	{ "1234567890123456789012345678901", "1234567890123456789012345678.9", false },
	{ "1e200", "1267650600228229401496703205376", true },  /* 2^100 */
	{ "1e99", "1267650600228229401496703205376", false },
	{ "1e100", "1267650600228229401496703205376", true },
	{ "0", "1267650600228229401496703205376", true },
	{ "5", "1267650600228229401496703205376", false },
	{ "999999999999999999999999999", "999999999999999999", false },
	{ "999999999999999999999999999000000000", "999999999999999999999999999", true },
};

static void test_multiples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(divisions) / sizeof(divisions[0]); i++) {
		struct js_number a = number(divisions[i].a);
		struct js_number b = number(divisions[i].b);
		if (js_number_is_multiple(&a, &b) != divisions[i].divides) {
			fail_msg("%s by %s", divisions[i].a, divisions[i].b);
		}
	}
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Digits without a zero at either end. */
static void random_digits(char *out, size_t n, uint64_t *seed)
{
	for (size_t i = 0; i < n; i++) {
		/* Many nines and zeros: they make quotients that are guessed wrong. */
		uint64_t dice = next_random(seed) % 20;
		out[i] = (char)('0' + (dice < 10 ? dice : dice < 15 ? 9 : 0));
	}
	out[0] = out[0] == '0' ? '1' : out[0];
	out[n - 1] = out[n - 1] == '0' ? '7' : out[n - 1];
	out[n] = '\0';
}

static void multiply(const char *a, const char *b, char *out)
{
	size_t n = strlen(a);
	size_t m = strlen(b);
	unsigned digits[512] = { 0 };

	assert_true(n + m < 512);
	for (size_t i = n; i-- > 0;) {
		unsigned carry = 0;
		for (size_t k = m; k-- > 0;) {
			carry += digits[i + k + 1];
			carry += (unsigned)(a[i] - '0') * (unsigned)(b[k] - '0');
			digits[i + k + 1] = carry % 10;
			carry /= 10;
		}
		digits[i] += carry;
	}
	size_t first = digits[0] == 0;
	for (size_t i = first; i < n + m; i++) {
		*out++ = (char)('0' + digits[i]);
	}
	*out = '\0';
}

/* A product is a multiple of its factors; a product that is off by one is not. */
static void test_products(void **state)
{
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char a[128];
		char b[128];
		char product[300];
		random_digits(a, 2 + next_random(&seed) % 100, &seed);
		random_digits(b, 1 + next_random(&seed) % 100, &seed);
		multiply(a, b, product);
		struct js_number divisor = number(a);
		struct js_number good = number(product);
		if (!js_number_is_multiple(&good, &divisor)) {
			fail_msg("%s by %s", product, a);
		}
		char *last = product + strlen(product) - 1;
		*last = *last == '0' ? '1' : (char)(*last - 1);
		struct js_number bad = number(product);
		if (js_number_is_multiple(&bad, &divisor)) {
			fail_msg("%s by %s", product, a);
		}
	}
}

/* Digits without end and exponents without end take no memory and little time. */
static void test_large(void **state)
{
	enum { DIGITS = 1000000 };
	static char nines[DIGITS + 1];
	static char divisor_text[JS_DIVISOR_DIGITS_MAX + 1];

	(void)state;
	memset(nines, '9', DIGITS);
	memset(divisor_text, '9', JS_DIVISOR_DIGITS_MAX);
	struct js_number a = number(nines);
	struct js_number divisor = number(divisor_text);
	assert_true(js_number_is_multiple(&a, &divisor)); /* a thousand times "9..9" */
	assert_int_equal(js_number_cmp(&a, &divisor), 1);
	nines[DIGITS - 1] = '8';
	struct js_number b = number(nines);
	assert_false(js_number_is_multiple(&b, &divisor));
}

static void test_counts(void **state)
{
	static const struct {
		const char *text;
		uint64_t count;
	} counts[] = {
		{ "0", 0 }, { "-0", 0 }, { "2.0", 2 }, { "1e2", 100 }, { "7", 7 },
		{ "1e19", 10000000000000000000u }, { "1e20", UINT64_MAX }, { "1e999", UINT64_MAX },
		{ "12345678901234567890123", UINT64_MAX },
	};
	uint64_t count;

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct js_number read = number(counts[i].text);
		assert_true(js_number_to_count(&read, &count));
		assert_true(count == counts[i].count);
	}
	struct js_number negative = number("-1");
	struct js_number broken = number("0.5");
	assert_false(js_number_to_count(&negative, &count));
	assert_false(js_number_to_count(&broken, &count));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order), cmocka_unit_test(test_integers),
		cmocka_unit_test(test_multiples), cmocka_unit_test(test_products),
		cmocka_unit_test(test_large), cmocka_unit_test(test_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
