/* SPDX-License-Identifier: Apache-2.0 */
/* One round a word, three at the end. */
#include "siphash.h"

#include <string.h>
#include <sys/auxv.h>

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

void siphash_process_key(uint64_t ret_key[2])
{
	const void *random = (const void *)getauxval(AT_RANDOM);

	ret_key[0] = 0x243f6a8885a308d3u;
	ret_key[1] = 0x13198a2e03707344u;
	if (random) {
		memcpy(ret_key, random, 2 * sizeof(*ret_key));
	}
}

uint64_t siphash(const uint64_t key[2], struct scute_str bytes)
{
	const char *at = bytes.data;
	size_t left = bytes.len;
	uint64_t word;
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
	word ^= (uint64_t)bytes.len << 56;
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int round = 0; round < 3; round++) {
		sip_round(v);
	}
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
