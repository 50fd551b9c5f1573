/* SPDX-License-Identifier: Apache-2.0 */
/* Avro's binary encoding, against the specification's examples and its edges. */
#include "place.h"

#include "support/str.h"
#include "tools/avro_binary.h"

static const struct {
	int64_t value;
	struct scute_str bytes;
} longs[] = {
	{ 0, { "\x00", 1 } },
	{ -1, { "\x01", 1 } },
	{ 1, { "\x02", 1 } },
	{ -2, { "\x03", 1 } },
	{ 2, { "\x04", 1 } },
	{ -64, { "\x7f", 1 } },
	{ 64, { "\x80\x01", 2 } },
	{ 8192, { "\x80\x80\x01", 3 } },
	{ INT32_MAX, { "\xfe\xff\xff\xff\x0f", 5 } },
	{ INT32_MIN, { "\xff\xff\xff\xff\x0f", 5 } },
	{ INT64_MAX, { "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10 } },
	{ INT64_MIN, { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10 } },
};

static void numbers_are_zigzag(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 100);
	for (size_t i = 0; i < sizeof(longs) / sizeof(longs[0]); i++) {
		buf_reset(&buf);
		avro_out_long(&buf, longs[i].value);
		assert_true(str_eq(buf_str(&buf), longs[i].bytes));
		struct avro_in in = avro_in(longs[i].bytes);
		assert_int_equal(avro_in_long(&in), longs[i].value);
		assert_true(!in.failed && in.at == in.end);
	}
	buf_finish(&buf);
}

static void every_number_comes_back(void **state)
{
	struct buf buf;
	uint64_t value = 1;

	(void)state;
	buf_init(&buf, 100);
	for (unsigned i = 0; i < 100000; i++) {
		value = value * 6364136223846793005u + 1442695040888963407u;
		int64_t wanted = (int64_t)(value >> (value >> 58));
		buf_reset(&buf);
		avro_out_long(&buf, wanted);
		struct avro_in in = avro_in(buf_str(&buf));
		assert_int_equal(avro_in_long(&in), wanted);
		assert_true(!in.failed && in.at == in.end);
	}
	buf_finish(&buf);
}

static void a_number_that_is_none_fails(void **state)
{
	static const struct scute_str bad[] = {
		{ "", 0 },
		{ "\x80", 1 },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10 },
		{ "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct avro_in in = avro_in(bad[i]);
		assert_int_equal(avro_in_long(&in), 0);
		assert_true(in.failed);
		assert_int_equal(avro_in_bytes(&in).len, 0);
		assert_true(in.failed);
	}
}

static void bytes_have_a_length(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 100);
	avro_out_bytes(&buf, SCUTE_STR("foo"));
	avro_out_bytes(&buf, (struct scute_str){ NULL, 0 });
	assert_bytes(buf_str(&buf), "\x06" "foo\x00");
	struct avro_in in = avro_in(buf_str(&buf));
	assert_str(avro_in_bytes(&in), "foo");
	struct scute_str nothing = avro_in_bytes(&in);
	assert_non_null(nothing.data);
	assert_int_equal(nothing.len, 0);
	assert_false(in.failed);
	buf_finish(&buf);

	in = avro_in(BYTES("\x08" "foo"));
	assert_int_equal(avro_in_bytes(&in).len, 0);
	assert_true(in.failed);
	in = avro_in(BYTES("\x01" "foo"));
	avro_in_bytes(&in);
	assert_true(in.failed);
	in = avro_in(BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
	avro_in_bytes(&in);
	assert_true(in.failed);
}

static void a_block_must_be_able_to_fit(void **state)
{
	(void)state;
	struct avro_in in = avro_in(BYTES("\x04" "aabb"));
	assert_int_equal(avro_in_block(&in, 2), 2);
	in = avro_in(BYTES("\x06" "aabb"));
	assert_int_equal(avro_in_block(&in, 2), 0);
	assert_true(in.failed);
	/* A negative count: its absolute value, and the bytes of the block. */
	in = avro_in(BYTES("\x03\x08" "aabb"));
	assert_int_equal(avro_in_block(&in, 2), 2);
	assert_int_equal(in.end - in.at, 4);
	in = avro_in(BYTES("\x00"));
	assert_int_equal(avro_in_block(&in, 2), 0);
	assert_false(in.failed);
	in = avro_in(BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02"));
	assert_int_equal(avro_in_block(&in, 2), 0);
	assert_true(in.failed);
}

static void a_branch_must_exist(void **state)
{
	(void)state;
	struct avro_in in = avro_in(BYTES("\x02\x04\x01"));
	assert_int_equal(avro_in_branch(&in, 2), 1);
	assert_false(in.failed);
	avro_in_branch(&in, 2);
	assert_true(in.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_zigzag),
		cmocka_unit_test(every_number_comes_back),
		cmocka_unit_test(a_number_that_is_none_fails),
		cmocka_unit_test(bytes_have_a_length),
		cmocka_unit_test(a_block_must_be_able_to_fit),
		cmocka_unit_test(a_branch_must_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
