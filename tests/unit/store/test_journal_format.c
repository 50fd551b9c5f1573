/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's bytes: what is written reads back, and no changed bit passes. */
#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "rig.h"
#include "store/journal_format.h"

enum { SALT = 0x5a17 };

static struct store_header headers[] = {
	{ { "name", 4 }, { "value", 5 } },
	{ { "", 0 }, { NULL, 0 } },
};

static size_t encode(char *at, size_t room)
{
	struct store_record record = { .key = rig_str("key"), .value = rig_str("a value"),
		.headers = headers, .n_headers = 2 };
	size_t bytes = journal_entry_size(&record);

	assert_true(bytes > 0 && bytes <= room);
	assert_int_equal(bytes % JOURNAL_ALIGNMENT, 0);
	journal_entry_encode(&record, 1234567890123, at);
	assert_int_equal(journal_entry_length(at), bytes);
	journal_entry_seal(at, SALT, 77, 64);
	return bytes;
}

static void test_round_trip(void **state)
{
	struct store_header back[2];
	struct journal_entry entry;
	_Alignas(8) char bytes[256];
	size_t len = encode(bytes, sizeof(bytes));
	size_t needed = 0;

	(void)state;
	assert_int_equal(journal_entry_check(bytes, len, SALT, &entry, &needed), JOURNAL_GOOD);
	assert_int_equal(entry.bytes, len);
	assert_int_equal(entry.kind, JOURNAL_RECORD);
	assert_int_equal(entry.offset, 77);
	assert_int_equal(entry.timestamp_ms, 1234567890123);
	assert_int_equal(entry.base, 64);
	assert_int_equal(entry.key.len, 3);
	assert_memory_equal(entry.key.data, "key", 3);
	assert_memory_equal(entry.value.data, "a value", 7);
	assert_int_equal(entry.n_headers, 2);
	journal_entry_headers(&entry, back);
	assert_memory_equal(back[0].value.data, "value", 5);
	assert_non_null(back[1].name.data);
	assert_int_equal(back[1].name.len, 0);
	assert_null(back[1].value.data);
}

/* The layout is a promise: these bytes stand in files out there. */
static void test_layout_is_little_endian(void **state)
{
	_Alignas(8) char bytes[256];
	size_t len = encode(bytes, sizeof(bytes));
	uint32_t crc;

	(void)state;
	assert_int_equal(len, 96);
	assert_memory_equal(bytes, "JREC", 4);
	assert_memory_equal(bytes + 8, "\x60\0\0\0", 4);
	assert_memory_equal(bytes + 16, "\x4d\0\0\0\0\0\0\0", 8);
	assert_memory_equal(bytes + 24, "\xcb\x04\xfb\x71\x1f\x01\0\0", 8);
	assert_memory_equal(bytes + 32, "\x40\0\0\0\0\0\0\0", 8);
	assert_memory_equal(bytes + 40, "\x03\0\0\0\x07\0\0\0\x19\0\0\0\x02\0\0\0", 16);
	assert_memory_equal(bytes + 56, "keya value\x04\0\0\0\x05\0\0\0namevalue", 27);
	assert_memory_equal(bytes + 83, "\0\0\0\0\xff\xff\xff\xff", 8);
	crc = htole32(crc32c(0, bytes + 56, 40));
	assert_memory_equal(bytes + 12, &crc, 4);
	crc = htole32(crc32c(SALT, bytes + 8, 48));
	assert_memory_equal(bytes + 4, &crc, 4);
}

static void test_every_bit_counts(void **state)
{
	struct journal_entry entry;
	_Alignas(8) char bytes[256];
	size_t len = encode(bytes, sizeof(bytes));
	size_t needed = 0;

	(void)state;
	for (size_t bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		assert_int_equal(journal_entry_check(bytes, len, SALT, &entry, &needed),
			JOURNAL_BAD);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
	}
	assert_int_equal(journal_entry_check(bytes, len, SALT + 1, &entry, &needed), JOURNAL_BAD);
	assert_int_equal(journal_entry_check(bytes, len, SALT, &entry, &needed), JOURNAL_GOOD);
}

static void test_every_cut_is_short(void **state)
{
	struct journal_entry entry;
	_Alignas(8) char bytes[256];
	size_t len = encode(bytes, sizeof(bytes));

	(void)state;
	for (size_t cut = 1; cut < len; cut++) {
		char *exact = malloc(cut);
		size_t needed = 0;

		assert_non_null(exact);
		memcpy(exact, bytes, cut);
		assert_int_equal(journal_entry_check(exact, cut, SALT, &entry, &needed),
			JOURNAL_SHORT);
		assert_int_equal(needed, cut < JOURNAL_ENTRY_HEAD_BYTES ?
			JOURNAL_ENTRY_HEAD_BYTES : len);
		free(exact);
	}
}

/* Well sealed, yet lying about what is inside: none may be read beyond its end. */
static void test_sealed_lies(void **state)
{
	static const struct { size_t at; uint32_t value; } lies[] = {
		{ 40, 4 }, { 40, 0xfffffffe }, { 40, 0xffffffff }, { 44, 8 }, { 44, 0xfffffff0 },
		{ 48, 0 }, { 48, 24 }, { 48, 0xffffffff }, { 52, 0 }, { 52, 1 }, { 52, 3 },
		{ 52, 0xffff }, { 52, 2 | 2u << 16 }, { 66, 0xfffffff0 }, { 70, 0xfffffffe },
		{ 66, 5 }, { 83, 0xffffffff },
	};
	struct journal_entry entry;
	_Alignas(8) char bytes[256];
	size_t needed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint32_t value = htole32(lies[i].value);
		size_t len = encode(bytes, sizeof(bytes));

		memcpy(bytes + lies[i].at, &value, sizeof(value));
		journal_entry_seal(bytes, SALT, 77, 64);
		assert_int_equal(journal_entry_check(bytes, len, SALT, &entry, &needed),
			JOURNAL_BAD);
	}
}

static void test_sizes(void **state)
{
	struct store_record record = { .key = { "", JOURNAL_ENTRY_BYTES_MAX } };
	struct store_header header = { { "", SIZE_MAX / 2 }, { "", SIZE_MAX / 2 } };

	(void)state;
	assert_int_equal(journal_entry_size(&record), 0);
	record.key.len = JOURNAL_ENTRY_BYTES_MAX - JOURNAL_ENTRY_HEAD_BYTES;
	assert_int_equal(journal_entry_size(&record), JOURNAL_ENTRY_BYTES_MAX);
	record.key.len++;
	assert_int_equal(journal_entry_size(&record), 0);
	record.key.len = SIZE_MAX;
	assert_int_equal(journal_entry_size(&record), 0);
	record = (struct store_record){ .headers = &header, .n_headers = 1 };
	assert_int_equal(journal_entry_size(&record), 0);
	record.n_headers = JOURNAL_HEADERS_MAX + 1;
	assert_int_equal(journal_entry_size(&record), 0);
	record.n_headers = 0;
	assert_int_equal(journal_entry_size(&record), JOURNAL_ENTRY_HEAD_BYTES);
}

static void test_head(void **state)
{
	struct journal_head head = { .salt = 1, .next_offset = 2, .compacted_offset = 3,
		.generation = 4, .created_ms = 5 };
	struct journal_head back = { 0 };
	char bytes[JOURNAL_HEAD_BYTES];

	(void)state;
	journal_head_encode(&head, bytes);
	assert_memory_equal(bytes, "SCUTEJNL\x01\0\0\0\x01\0\0\0\x02", 17);
	assert_null(journal_head_decode(bytes, &back));
	assert_int_equal(back.salt, 1);
	assert_int_equal(back.next_offset, 2);
	assert_int_equal(back.compacted_offset, 3);
	assert_int_equal(back.generation, 4);
	assert_int_equal(back.created_ms, 5);
	for (size_t bit = 0; bit < sizeof(bytes) * 8; bit++) {
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		assert_non_null(journal_head_decode(bytes, &back));
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
	}
	bytes[8] = 2;
	assert_string_equal(journal_head_decode(bytes, &back), "its format version is not 1");
	bytes[0] = 'X';
	assert_string_equal(journal_head_decode(bytes, &back),
		"it is not a journal (wrong magic)");
	head.next_offset = -1;
	journal_head_encode(&head, bytes);
	assert_non_null(journal_head_decode(bytes, &back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_layout_is_little_endian),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_every_cut_is_short),
		cmocka_unit_test(test_sealed_lies),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
