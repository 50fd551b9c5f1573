/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes of names and numbers. They are keyed by random bytes of the process, as schemas come from
 * strangers, who must not be able to choose names or numbers that collide: SipHash-1-3 for names,
 * multiply-shift with a secret factor for numbers.
 */
#include "support/siphash.h"

#include "pool.h"

uint32_t pb_hash(struct scute_str text)
{
	uint64_t key[2];

	siphash_process_key(key);
	return (uint32_t)siphash(key, text);
}

uint32_t pb_hash_number(int32_t number)
{
	uint64_t key[2];

	siphash_process_key(key);
	uint64_t hash = ((uint64_t)(uint32_t)number ^ key[0]) * (key[1] | 1);
	return (uint32_t)((hash ^ hash >> 32) * (key[0] | 1) >> 32);
}
