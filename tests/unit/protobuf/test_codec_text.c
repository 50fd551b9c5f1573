/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the codec that know no schema: numbers, base64, times, paths. */
#include <float.h>
#include <math.h>

#include "pb_test.h"

#include "base64.h"
#include "number.h"
#include "wkt_text.h"

struct integer_case {
	const char *text;
	enum number_result result;
	bool negative;
	uint64_t magnitude;
};

static const struct integer_case integer_cases[] = {
	{ "0", NUMBER_OK, false, 0 },
	{ "-0", NUMBER_OK, false, 0 },
	{ "-0.000e5", NUMBER_OK, false, 0 },
	{ "12", NUMBER_OK, false, 12 },
	{ "-12.00", NUMBER_OK, true, 12 },
	{ "1e3", NUMBER_OK, false, 1000 },
	{ "1E+3", NUMBER_OK, false, 1000 },
	{ "1.5e1", NUMBER_OK, false, 15 },
	{ "0.001e3", NUMBER_OK, false, 1 },
	{ "1200e-2", NUMBER_OK, false, 12 },
	{ "0e999999999999", NUMBER_OK, false, 0 },
	{ "18446744073709551615", NUMBER_OK, false, UINT64_MAX },
	{ "1844674407370955161.5e1", NUMBER_OK, false, UINT64_MAX },
	{ "-9223372036854775808", NUMBER_OK, true, (uint64_t)1 << 63 },
	{ "9007199254740993", NUMBER_OK, false, 9007199254740993u },
	{ "18446744073709551616", NUMBER_RANGE, false, 0 },
	{ "1e20", NUMBER_RANGE, false, 0 },
	{ "1e99999999999999999999", NUMBER_RANGE, false, 0 },
	{ "0.5", NUMBER_FRACTION, false, 0 },
	{ "1.5", NUMBER_FRACTION, false, 0 },
	{ "1e-1", NUMBER_FRACTION, false, 0 },
	{ "1205e-2", NUMBER_FRACTION, false, 0 },
	{ "1e-99999999999999999999", NUMBER_FRACTION, false, 0 },
	{ "", NUMBER_MALFORMED, false, 0 },
	{ "-", NUMBER_MALFORMED, false, 0 },
	{ "+1", NUMBER_MALFORMED, false, 0 },
	{ "01", NUMBER_MALFORMED, false, 0 },
	{ "1.", NUMBER_MALFORMED, false, 0 },
	{ ".5", NUMBER_MALFORMED, false, 0 },
	{ "1e", NUMBER_MALFORMED, false, 0 },
	{ "1e+", NUMBER_MALFORMED, false, 0 },
	{ " 1", NUMBER_MALFORMED, false, 0 },
	{ "1 ", NUMBER_MALFORMED, false, 0 },
	{ "0x10", NUMBER_MALFORMED, false, 0 },
	{ "NaN", NUMBER_MALFORMED, false, 0 },
};

static void integers_are_exact(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(integer_cases) / sizeof(integer_cases[0]); i++) {
		const struct integer_case *c = &integer_cases[i];
		bool negative = true;
		uint64_t magnitude = 7;
		enum number_result result = number_to_integer(str_z(c->text), &negative, &magnitude);
		if (result != c->result) {
			fail_msg("\"%s\": %d, wanted %d", c->text, (int)result, (int)c->result);
		}
		if (result == NUMBER_OK) {
			assert_int_equal(negative, c->negative);
			assert_int_equal(magnitude, c->magnitude);
		}
	}
}

struct real_text {
	double value;
	const char *text;
};

static const struct real_text double_texts[] = {
	{ 0.0, "0" },
	{ -0.0, "-0" },
	{ 1.0, "1" },
	{ -1.5, "-1.5" },
	{ 0.1, "0.1" },
	{ 0.3, "0.3" },
	{ 0.1 + 0.2, "0.30000000000000004" },
	{ 100.25, "100.25" },
	{ 1e-7, "0.0000001" },
	{ 1e-9, "1e-09" },
	{ 123456789012345.0, "123456789012345" },
	{ 1e15, "1e+15" },
	{ 9007199254740993.0, "9007199254740992" },
	{ 1.0 / 3.0, "0.3333333333333333" },
	{ 5e-324, "5e-324" },
	{ DBL_MIN, "2.2250738585072014e-308" },
	{ DBL_MAX, "1.7976931348623157e+308" },
};

static void doubles_are_shortest(void **state)
{
	char out[NUMBER_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(double_texts) / sizeof(double_texts[0]); i++) {
		size_t len = number_from_double(double_texts[i].value, out);
		assert_str((struct scute_str){ out, len }, double_texts[i].text);
	}
}

static const struct real_text float_texts[] = {
	{ (double)0.1f, "0.1" },
	{ (double)1.1f, "1.1" },
	{ (double)-0.0f, "-0" },
	{ (double)16777216.0f, "16777216" },
	{ (double)3.14159274f, "3.1415927" },
	{ (double)FLT_MAX, "3.4028235e+38" },
	{ (double)FLT_MIN, "1.1754944e-38" },
	{ 1.401298464324817e-45, "1e-45" },
};

static void floats_are_shortest(void **state)
{
	char out[NUMBER_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(float_texts) / sizeof(float_texts[0]); i++) {
		size_t len = number_from_float((float)float_texts[i].value, out);
		assert_str((struct scute_str){ out, len }, float_texts[i].text);
	}
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Any bits, and numbers with few decimals, come back the same. */
static void reals_come_back(void **state)
{
	uint64_t seed = 88172645463325252u;
	char out[NUMBER_TEXT_BYTES];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint64_t bits = next_random(&seed);
		uint32_t narrow_bits = (uint32_t)(bits >> 7);
		double wide;
		float narrow;
		memcpy(&wide, &bits, sizeof(wide));
		memcpy(&narrow, &narrow_bits, sizeof(narrow));
		if (i % 2 == 0) {
			wide = (double)(int64_t)(bits % 2000000000) / 10000 - 100000;
			narrow = (float)wide;
		}
		if (isfinite(wide)) {
			double back;
			size_t len = number_from_double(wide, out);
			assert_int_equal(number_to_double((struct scute_str){ out, len }, NULL,
				&back), NUMBER_OK);
			assert_memory_equal(&back, &wide, sizeof(wide));
		}
		if (isfinite(narrow)) {
			float back;
			size_t len = number_from_float(narrow, out);
			assert_int_equal(number_to_float((struct scute_str){ out, len }, NULL,
				&back), NUMBER_OK);
			assert_memory_equal(&back, &narrow, sizeof(narrow));
		}
	}
}

static void reals_are_bounded(void **state)
{
	struct arena arena;
	struct buf digits;
	double wide = 7;
	float narrow = 7;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	assert_int_equal(number_to_double(SCUTE_STR("1e309"), &arena.base, &wide), NUMBER_RANGE);
	assert_int_equal(number_to_float(SCUTE_STR("3.5e38"), &arena.base, &narrow), NUMBER_RANGE);
	assert_int_equal(number_to_double(SCUTE_STR("0x1p3"), &arena.base, &wide), NUMBER_MALFORMED);
	assert_int_equal(number_to_double(SCUTE_STR("inf"), &arena.base, &wide), NUMBER_MALFORMED);
	assert_true(wide == 7 && narrow == 7);
	assert_int_equal(number_to_double(SCUTE_STR("1e-400"), &arena.base, &wide), NUMBER_OK);
	assert_true(wide == 0);
	/* Rounded once: by way of double this would be 1. */
	assert_int_equal(number_to_float(SCUTE_STR("1.00000005960464477540"), &arena.base, &narrow),
		NUMBER_OK);
	assert_true(narrow > 1);
	buf_init(&digits, 1 << 20);
	buf_append_z(&digits, "0.");
	for (int i = 0; i < 100000; i++) {
		buf_append_byte(&digits, '3');
	}
	assert_int_equal(number_to_double(buf_str(&digits), &arena.base, &wide), NUMBER_OK);
	assert_true(wide == 1.0 / 3.0);
	buf_finish(&digits);
	arena_finish(&arena);
}

struct base64_case {
	const char *text;
	const char *bytes; /* NULL: refused */
};

static const struct base64_case base64_cases[] = {
	{ "", "" },
	{ "Zg==", "f" },
	{ "Zg", "f" },
	{ "Zm8=", "fo" },
	{ "Zm8", "fo" },
	{ "Zm9v", "foo" },
	{ "Zm9vYg==", "foob" },
	{ "-_-_", "\xfb\xff\xbf" },
	{ "+/+/", "\xfb\xff\xbf" },
	{ "Z", NULL },
	{ "Zg=", NULL },
	{ "Zg===", NULL },
	{ "Zm9v=", NULL },
	{ "=", NULL },
	{ "==", NULL },
	{ "Z===", NULL },
	{ "Zm 9v", NULL },
	{ "Zm9v\n", NULL },
	{ "Zg==Zg==", NULL },
};

static void base64_both_ways(void **state)
{
	uint8_t out[64];
	size_t len;
	struct buf buf;

	(void)state;
	for (size_t i = 0; i < sizeof(base64_cases) / sizeof(base64_cases[0]); i++) {
		const struct base64_case *c = &base64_cases[i];
		bool good = base64_decode(str_z(c->text), out, &len);
		if (good != (c->bytes != NULL)) {
			fail_msg("\"%s\": %d", c->text, good);
		}
		if (good) {
			assert_str((struct scute_str){ (char *)out, len }, c->bytes);
		}
	}
	for (size_t n = 0; n < 40; n++) {
		uint8_t data[40];
		memset(data, (int)(n * 37), n);
		buf_init(&buf, 1000);
		assert_true(n == 0 || base64_encode(&buf, data, n));
		assert_int_equal(buf.len % 4, 0);
		assert_true(base64_decode(buf_str(&buf), out, &len));
		assert_int_equal(len, n);
		assert_memory_equal(out, data, n);
		buf_finish(&buf);
	}
}

struct time_case {
	const char *text;
	int64_t seconds;
	int32_t nanos;
	const char *again; /* NULL: as text; "": refused */
};

static const struct time_case timestamp_cases[] = {
	{ "1970-01-01T00:00:00Z", 0, 0, NULL },
	{ "1972-01-01T10:00:20.021Z", 63108020, 21000000, NULL },
	{ "1969-12-31T23:59:59.999999999Z", -1, 999999999, NULL },
	{ "0001-01-01T00:00:00Z", -62135596800, 0, NULL },
	{ "9999-12-31T23:59:59.999999999Z", 253402300799, 999999999, NULL },
	{ "2000-02-29T12:30:45.000001Z", 951827445, 1000, NULL },
	{ "1900-02-28T00:00:00Z", -2203977600, 0, NULL },
	{ "1970-01-01T01:30:00+01:30", 0, 0, "1970-01-01T00:00:00Z" },
	{ "1969-12-31T16:00:00-08:00", 0, 0, "1970-01-01T00:00:00Z" },
	{ "1970-01-01T00:00:00.1Z", 0, 100000000, "1970-01-01T00:00:00.100Z" },
	{ "1970-01-01T00:00:00.000010Z", 0, 10000, "1970-01-01T00:00:00.000010Z" },
	{ "1970-01-01t00:00:00Z", 0, 0, "" },
	{ "1970-01-01T00:00:00z", 0, 0, "" },
	{ "1970-01-01T00:00:00", 0, 0, "" },
	{ "1970-01-01 00:00:00Z", 0, 0, "" },
	{ "1970-1-1T00:00:00Z", 0, 0, "" },
	{ "1970-13-01T00:00:00Z", 0, 0, "" },
	{ "1970-00-01T00:00:00Z", 0, 0, "" },
	{ "1900-02-29T00:00:00Z", 0, 0, "" },
	{ "1970-01-01T24:00:00Z", 0, 0, "" },
	{ "1970-01-01T00:00:60Z", 0, 0, "" },
	{ "1970-01-01T00:00:00.Z", 0, 0, "" },
	{ "1970-01-01T00:00:00.1234567890Z", 0, 0, "" },
	{ "0000-01-01T00:00:00Z", 0, 0, "" },
	{ "0001-01-01T00:00:00+00:01", 0, 0, "" },
	{ "9999-12-31T23:59:59-00:01", 0, 0, "" },
	{ "1970-01-01T00:00:00Zx", 0, 0, "" },
	{ "", 0, 0, "" },
};

static const struct time_case duration_cases[] = {
	{ "0s", 0, 0, NULL },
	{ "1.000340012s", 1, 340012, NULL },
	{ "-1.500s", -1, -500000000, NULL },
	{ "-0.5s", 0, -500000000, "-0.500s" },
	{ "3s", 3, 0, NULL },
	{ "3.1s", 3, 100000000, "3.100s" },
	{ "315576000000s", 315576000000, 0, NULL },
	{ "-315576000000.999999999s", -315576000000, -999999999, NULL },
	{ "315576000001s", 0, 0, "" },
	{ "99999999999999999999999999s", 0, 0, "" },
	{ "1", 0, 0, "" },
	{ "s", 0, 0, "" },
	{ "-s", 0, 0, "" },
	{ ".5s", 0, 0, "" },
	{ "1.s", 0, 0, "" },
	{ "1.0000000001s", 0, 0, "" },
	{ "+1s", 0, 0, "" },
	{ "1ss", 0, 0, "" },
	{ "1e3s", 0, 0, "" },
};

static void try_times(const struct time_case *cases, size_t n,
	bool (*read)(struct scute_str text, struct wkt_time *ret_time),
	size_t (*write)(struct wkt_time time, char *out))
{
	for (size_t i = 0; i < n; i++) {
		const struct time_case *c = &cases[i];
		struct wkt_time time = { 0, 0 };
		char out[WKT_TEXT_BYTES];
		bool good = read(str_z(c->text), &time);
		if (good == (c->again && c->again[0] == '\0')) {
			fail_msg("\"%s\": %d", c->text, good);
		}
		assert_int_equal(time.seconds, c->seconds);
		assert_int_equal(time.nanos, c->nanos);
		if (good) {
			size_t len = write(time, out);
			assert_str((struct scute_str){ out, len }, c->again ? c->again : c->text);
		}
	}
}

static void timestamps_both_ways(void **state)
{
	(void)state;
	try_times(timestamp_cases, sizeof(timestamp_cases) / sizeof(timestamp_cases[0]),
		wkt_timestamp_read, wkt_timestamp_write);
	/* A day in each of many months comes back. */
	for (int64_t day = -719162; day < 2932896; day += 97) {
		struct wkt_time time = { day * 86400 + 3661, 0 };
		struct wkt_time back;
		char out[WKT_TEXT_BYTES];
		size_t len = wkt_timestamp_write(time, out);
		assert_true(wkt_timestamp_read((struct scute_str){ out, len }, &back));
		assert_int_equal(back.seconds, time.seconds);
	}
}

static void durations_both_ways(void **state)
{
	(void)state;
	try_times(duration_cases, sizeof(duration_cases) / sizeof(duration_cases[0]),
		wkt_duration_read, wkt_duration_write);
	assert_false(wkt_duration_in_range((struct wkt_time){ 1, -1 }));
	assert_false(wkt_duration_in_range((struct wkt_time){ 0, 1000000000 }));
	assert_false(wkt_timestamp_in_range((struct wkt_time){ 0, -1 }));
	assert_false(wkt_timestamp_in_range((struct wkt_time){ 253402300800, 0 }));
}

static void paths_both_ways(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 100);
	assert_true(wkt_path_to_snake(&buf, SCUTE_STR("fooBar.bazQux1")));
	assert_str(buf_str(&buf), "foo_bar.baz_qux1");
	assert_false(wkt_path_to_snake(&buf, SCUTE_STR("foo_bar")));
	buf_reset(&buf);
	assert_true(wkt_path_to_camel(&buf, SCUTE_STR("foo_bar.baz_qux1")));
	assert_str(buf_str(&buf), "fooBar.bazQux1");
	assert_false(wkt_path_to_camel(&buf, SCUTE_STR("fooBar")));
	assert_false(wkt_path_to_camel(&buf, SCUTE_STR("foo__bar")));
	assert_false(wkt_path_to_camel(&buf, SCUTE_STR("foo_1")));
	assert_false(wkt_path_to_camel(&buf, SCUTE_STR("foo_")));
	assert_false(wkt_path_to_camel(&buf, SCUTE_STR("foo,bar")));
	assert_false(wkt_path_to_camel(&buf, SCUTE_STR("")));
	assert_false(wkt_path_to_snake(&buf, SCUTE_STR("")));
	buf_finish(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_exact),
		cmocka_unit_test(doubles_are_shortest),
		cmocka_unit_test(floats_are_shortest),
		cmocka_unit_test(reals_come_back),
		cmocka_unit_test(reals_are_bounded),
		cmocka_unit_test(base64_both_ways),
		cmocka_unit_test(timestamps_both_ways),
		cmocka_unit_test(durations_both_ways),
		cmocka_unit_test(paths_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
