/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes against the published vectors: SipHash's paper and reference, RFC 3720 B.4. */
#include "tester.h"

#include <string.h>

#include "base/hash.h"

/* Key 00 01 .. 0f, message 00 01 .. (n - 1), as in the paper's appendix. */
static const struct hash_key paper_key = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };

static void siphash_64(void **state)
{
	static const uint64_t expected[] = {
		0x726fdb47dd0e0e31u, 0x74f839c593dc67fdu, 0x0d6c8009d9a94f5au, 0x85676696d7fb7e2du,
		0xcf2794e0277187b7u, 0x18765564cd99a68du, 0xcbc9466e58fee3ceu, 0xab0200f58b01d137u,
		0x93f5f5799a932462u, 0x9e0082df0ba9e4b0u, 0x7a5dbbc594ddb9f3u, 0xf4b32f46226bada7u,
		0x751e8fbc860ee5fbu, 0x14ea5627c0843d90u, 0xf723ca908e7af2eeu, 0xa129ca6149be45e5u,
	};
	char message[16];

	(void)state;
	for (size_t n = 0; n < 16; n++) {
		message[n] = (char)n;
		struct scute_str bytes = { message, n };
		assert_true(hash64_keyed(&paper_key, bytes) == expected[n]);
	}
	assert_true(hash64_keyed(&paper_key, (struct scute_str){ NULL, 0 }) == expected[0]);
}

static void siphash_128(void **state)
{
	/* Of the empty message, as bytes: a3 81 7f 04 ba 25 a8 e6  6d f6 72 14 c7 55 02 93. */
	struct hash128 hash = hash128_keyed(&paper_key, (struct scute_str){ NULL, 0 });

	(void)state;
	assert_true(hash.low == 0xe6a825ba047f81a3u);
	assert_true(hash.high == 0x930255c71472f66du);
	/* Of one zero byte: da 87 c1 d8 6b 99 af 44  34 76 59 11 9b 22 fc 45. */
	hash = hash128_keyed(&paper_key, (struct scute_str){ "\0", 1 });
	assert_true(hash.low == 0x44af996bd8c187dau);
	assert_true(hash.high == 0x45fc229b11597634u);
}

static void process_key_is_drawn_once(void **state)
{
	struct scute_str text = { "subject", 7 };

	(void)state;
	hash_init();
	uint64_t before = hash64(text);
	struct hash128 wide = hash128(text);
	hash_init();
	assert_true(hash64(text) == before);
	assert_true(hash128(text).low == wide.low && hash128(text).high == wide.high);
	assert_true(before != hash64_keyed(&paper_key, text));
	assert_true(hash64((struct scute_str){ "subjecT", 7 }) != before);
}

static void crc_vectors(void **state)
{
	unsigned char zeros[32] = { 0 };
	unsigned char ones[32];
	unsigned char up[32];
	unsigned char down[32];
	const struct {
		const void *data;
		size_t len;
		uint32_t crc;
	} vectors[] = {
		{ zeros, 32, 0x8a9136aa }, { ones, 32, 0x62a8ab43 }, { up, 32, 0x46dd794e },
		{ down, 32, 0x113fdb5c }, { "123456789", 9, 0xe3069283 }, { NULL, 0, 0 },
	};

	(void)state;
	for (unsigned char i = 0; i < 32; i++) {
		ones[i] = 0xff;
		up[i] = i;
		down[i] = (unsigned char)(31 - i);
	}
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		assert_int_equal(crc32c(0, vectors[i].data, vectors[i].len), vectors[i].crc);
		assert_int_equal(crc32c_by_table(0, vectors[i].data, vectors[i].len),
			vectors[i].crc);
	}
}

/* Both ways agree on every length and alignment, in one piece and in two. */
static void crc_ways_agree(void **state)
{
	unsigned char data[100];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		data[i] = (unsigned char)(i * 37 + 11);
	}
	for (size_t begin = 0; begin < 9; begin++) {
		for (size_t len = 0; begin + len <= sizeof(data); len++) {
			uint32_t whole = crc32c(0, data + begin, len);
			assert_int_equal(whole, crc32c_by_table(0, data + begin, len));
			uint32_t first = crc32c(0, data + begin, len / 3);
			assert_int_equal(whole, crc32c(first, data + begin + len / 3,
				len - len / 3));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_64),
		cmocka_unit_test(siphash_128),
		cmocka_unit_test(process_key_is_drawn_once),
		cmocka_unit_test(crc_vectors),
		cmocka_unit_test(crc_ways_agree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
