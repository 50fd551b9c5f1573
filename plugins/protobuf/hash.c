/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes of names and numbers. They are keyed by random bytes of the process, as schemas come from
 * strangers, who must not be able to choose names or numbers that collide: SipHash-1-3 for names,
 * multiply-shift with a secret factor for numbers.
 */
#include <string.h>
#include <sys/auxv.h>

#include "pool.h"

static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* The kernel gives each process 16 random bytes: no call, no state of our own. */
static void get_key(uint64_t key[2])
{
	const void *random = (const void *)getauxval(AT_RANDOM);

	if (random) {
		memcpy(key, random, 2 * sizeof(key[0]));
	} else {
		key[0] = 0x243f6a8885a308d3u;
		key[1] = 0x13198a2e03707344u;
	}
}

uint32_t pb_hash(struct scute_str text)
{
	const char *at = text.data;
	size_t left = text.len;
	uint64_t key[2];
	uint64_t word = 0;

	get_key(key);
	uint64_t v[4] = {
		key[0] ^ 0x736f6d6570736575u,
		key[1] ^ 0x646f72616e646f6du,
		key[0] ^ 0x6c7967656e657261u,
		key[1] ^ 0x7465646279746573u,
	};
	for (; left >= 8; at += 8, left -= 8) {
		memcpy(&word, at, sizeof(word));
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = 0;
	if (left > 0) {
		memcpy(&word, at, left);
	}
	word ^= (uint64_t)text.len << 56;
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int round = 0; round < 3; round++) {
		sip_round(v);
	}
	return (uint32_t)(v[0] ^ v[1] ^ v[2] ^ v[3]);
}

uint32_t pb_hash_number(int32_t number)
{
	uint64_t key[2];

	get_key(key);
	uint64_t hash = ((uint64_t)(uint32_t)number ^ key[0]) * (key[1] | 1);
	return (uint32_t)((hash ^ hash >> 32) * (key[0] | 1) >> 32);
}
