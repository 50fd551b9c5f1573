/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SipHash-2-4 after the paper's definition; CRC-32C by instruction where the CPU has
 * it, else by table.
 */
#include "hash.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

static struct hash_key process_key;
static bool keyed;

void hash_init(void)
{
	ssize_t got;

	if (keyed) {
		return;
	}
	do {
		got = getrandom(&process_key, sizeof(process_key), 0);
	} while (got < 0 && errno == EINTR);
	assert(got == (ssize_t)sizeof(process_key));
	keyed = true;
}

static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static uint64_t load_little_endian(const void *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

struct sip {
	uint64_t v0;
	uint64_t v1;
	uint64_t v2;
	uint64_t v3;
};

static inline void sip_rounds(struct sip *s, int n)
{
	for (int i = 0; i < n; i++) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 = rotate(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 = rotate(s->v2, 32);
	}
}

static inline void sip_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_rounds(s, 2);
	s->v0 ^= word;
}

static uint64_t sip_fold(const struct sip *s)
{
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

static void sip_absorb(struct sip *s, const struct hash_key *key, struct scute_str bytes)
{
	unsigned char tail[8] = { 0 };
	size_t i = 0;

	s->v0 ^= key->low ^ 0x736f6d6570736575u;
	s->v1 ^= key->high ^ 0x646f72616e646f6du;
	s->v2 ^= key->low ^ 0x6c7967656e657261u;
	s->v3 ^= key->high ^ 0x7465646279746573u;
	for (; bytes.len - i >= 8; i += 8) {
		sip_word(s, load_little_endian(bytes.data + i));
	}
	if (bytes.len > i) {
		memcpy(tail, bytes.data + i, bytes.len - i);
	}
	tail[7] = (unsigned char)(bytes.len & 0xff);
	sip_word(s, load_little_endian(tail));
}

uint64_t hash64_keyed(const struct hash_key *key, struct scute_str bytes)
{
	struct sip s = { 0, 0, 0, 0 };

	sip_absorb(&s, key, bytes);
	s.v2 ^= 0xff;
	sip_rounds(&s, 4);
	return sip_fold(&s);
}

struct hash128 hash128_keyed(const struct hash_key *key, struct scute_str bytes)
{
	struct sip s = { 0, 0xee, 0, 0 };
	struct hash128 hash;

	sip_absorb(&s, key, bytes);
	s.v2 ^= 0xee;
	sip_rounds(&s, 4);
	hash.low = sip_fold(&s);
	s.v1 ^= 0xdd;
	sip_rounds(&s, 4);
	hash.high = sip_fold(&s);
	return hash;
}

uint64_t hash64(struct scute_str bytes)
{
	assert(keyed);
	return hash64_keyed(&process_key, bytes);
}

struct hash128 hash128(struct scute_str bytes)
{
	assert(keyed);
	return hash128_keyed(&process_key, bytes);
}

#define CRC32C_POLYNOMIAL 0x82f63b78u /* reflected */

static uint32_t crc_table[256];
static pthread_once_t crc_table_once = PTHREAD_ONCE_INIT;

static void crc_table_fill(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;
		for (int bit = 0; bit < 8; bit++) {
			crc = crc >> 1 ^ (crc & 1 ? CRC32C_POLYNOMIAL : 0);
		}
		crc_table[i] = crc;
	}
}

uint32_t crc32c_by_table(uint32_t seed, const void *data, size_t len)
{
	const unsigned char *at = data;
	uint32_t crc = ~seed;

	pthread_once(&crc_table_once, crc_table_fill);
	for (size_t i = 0; i < len; i++) {
		crc = crc >> 8 ^ crc_table[(crc ^ at[i]) & 0xff];
	}
	return ~crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2")))
static uint32_t crc32c_by_instruction(uint32_t seed, const void *data, size_t len)
{
	const unsigned char *at = data;
	uint64_t crc = ~seed;

	for (; len >= 8; len -= 8, at += 8) {
		uint64_t word;
		memcpy(&word, at, sizeof(word));
		crc = _mm_crc32_u64(crc, word);
	}
	uint32_t crc32 = (uint32_t)crc;
	for (; len > 0; len--, at++) {
		crc32 = _mm_crc32_u8(crc32, *at);
	}
	return ~crc32;
}

uint32_t crc32c(uint32_t seed, const void *data, size_t len)
{
	return __builtin_cpu_supports("sse4.2") ? crc32c_by_instruction(seed, data, len) :
						  crc32c_by_table(seed, data, len);
}

#else

uint32_t crc32c(uint32_t seed, const void *data, size_t len)
{
	return crc32c_by_table(seed, data, len);
}

#endif
