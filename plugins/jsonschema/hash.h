/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash of names and values. It is seeded once a process, so that whoever writes schemas
 * and instances can not prepare names that collide.
 */
#ifndef JSONSCHEMA_HASH_H
#define JSONSCHEMA_HASH_H

#include <string.h>

#include "scute/types.h"

/* The process's seed. Any thread. */
uint64_t js_hash_seed(void);

/* Both halves of the full product: every bit of a and b reaches every bit of the result. */
static inline uint64_t js_hash_mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t js_hash_load(const char *at, size_t bytes)
{
	uint64_t word = 0;

	memcpy(&word, at, bytes);
	return word;
}

static inline uint64_t js_hash_str(struct scute_str text, uint64_t seed)
{
	const uint64_t odd = 0x9e3779b97f4a7c15u;
	uint64_t hash = seed ^ (odd * (text.len + 1));
	const char *at = text.data;
	size_t left = text.len;

	while (left > 16) {
		hash = js_hash_mix(js_hash_load(at, 8) ^ hash,
			js_hash_load(at + 8, 8) ^ (seed | 1) ^ odd);
		at += 16;
		left -= 16;
	}
	if (left == 0) {
		return js_hash_mix(hash, odd);
	}
	uint64_t low;
	uint64_t high;
	if (left >= 8) {
		low = js_hash_load(at, 8);
		high = js_hash_load(at + left - 8, 8);
	} else if (left >= 4) {
		low = js_hash_load(at, 4);
		high = js_hash_load(at + left - 4, 4);
	} else {
		low = (uint64_t)(unsigned char)at[0] << 8 | (unsigned char)at[left - 1];
		high = (unsigned char)at[left / 2];
	}
	return js_hash_mix(js_hash_mix(low ^ hash, high ^ seed ^ odd), odd ^ seed);
}

#endif
