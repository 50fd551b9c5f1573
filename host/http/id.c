/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request ids in the shape of a UUIDv4. They tell requests apart in logs and guard
 * nothing, so a fast generator (xoshiro256**, Blackman and Vigna 2018) makes them.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "http/conn.h"

#define ID_SENT_BYTES_MAX 128

bool id_seed(uint64_t state[4])
{
	ssize_t got;

	do {
		got = getrandom(state, 4 * sizeof(uint64_t), 0);
	} while (got < 0 && errno == EINTR);
	state[0] |= 1; /* all zero would stay zero */
	return got == 4 * (ssize_t)sizeof(uint64_t);
}

static uint64_t rotate(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static uint64_t draw(uint64_t s[4])
{
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate(s[3], 45);
	return result;
}

static char *put_hex(char *out, uint64_t bits, int digits)
{
	static const char hex[] = "0123456789abcdef";

	for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
		*out++ = hex[bits >> shift & 15];
	}
	return out;
}

void id_make(uint64_t state[4], char out[ID_BYTES])
{
	uint64_t high = draw(state);
	uint64_t low = draw(state);

	out = put_hex(out, high >> 32, 8);
	*out++ = '-';
	out = put_hex(out, high >> 16, 4);
	*out++ = '-';
	*out++ = '4'; /* version */
	out = put_hex(out, high, 3);
	*out++ = '-';
	out = put_hex(out, (low >> 48 & 0x3fff) | 0x8000, 4); /* variant 10 */
	*out++ = '-';
	put_hex(out, low, 12);
}

bool id_is_sane(struct scute_str id)
{
	for (size_t i = 0; i < id.len; i++) {
		if (id.data[i] <= ' ' || id.data[i] > '~') {
			return false;
		}
	}
	return id.len > 0 && id.len <= ID_SENT_BYTES_MAX;
}
