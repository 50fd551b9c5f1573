/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SipHash-2-4 with a random key per process (Aumasson, Bernstein 2012): 64 bits for
 * tables, 128 bits where equality of hashes stands for equality of bytes. CRC-32C
 * (Castagnoli, RFC 3720 appendix B.4) for what lies on disk.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "scute/types.h"

struct hash128 {
	uint64_t low;
	uint64_t high;
};

/* Draws the key from getrandom(2); idempotent. Hashing before it asserts. */
void hash_init(void);

uint64_t hash64(struct scute_str bytes);
struct hash128 hash128(struct scute_str bytes);

/* The same with a key of the caller's: equal in every process and on every machine. */
struct hash_key {
	uint64_t low; /* the key's first eight bytes, little-endian */
	uint64_t high;
};
uint64_t hash64_keyed(const struct hash_key *key, struct scute_str bytes);
struct hash128 hash128_keyed(const struct hash_key *key, struct scute_str bytes);

/* seed: 0, or what the call for the preceding bytes returned. data may be NULL when len is 0. */
uint32_t crc32c(uint32_t seed, const void *data, size_t len);
/* The way for CPUs without the instruction; here for the test. */
uint32_t crc32c_by_table(uint32_t seed, const void *data, size_t len);

#endif
