/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes Avro's binary encoding. */
#include "tools/avro_binary.h"

#define LONG_BYTES_MAX 10u

static void fail(struct avro_in *in)
{
	in->failed = true;
	in->at = in->end;
}

int64_t avro_in_long(struct avro_in *in)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < LONG_BYTES_MAX && in->at < in->end; i++) {
		unsigned char byte = (unsigned char)*in->at++;
		if (i == LONG_BYTES_MAX - 1 && byte > 1) {
			break; /* beyond 64 bits */
		}
		value |= (uint64_t)(byte & 0x7fu) << (7 * i);
		if (byte < 0x80) {
			return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
		}
	}
	fail(in);
	return 0;
}

struct scute_str avro_in_bytes(struct avro_in *in)
{
	int64_t len = avro_in_long(in);

	if (len < 0 || in->end - in->at < len) {
		fail(in);
		return SCUTE_STR("");
	}
	struct scute_str bytes = { in->at, (size_t)len };
	in->at += len;
	return len > 0 ? bytes : SCUTE_STR("");
}

unsigned avro_in_branch(struct avro_in *in, unsigned n_branches)
{
	int64_t branch = avro_in_long(in);

	if (branch < 0 || branch >= (int64_t)n_branches) {
		fail(in);
		return 0;
	}
	return (unsigned)branch;
}

size_t avro_in_block(struct avro_in *in, size_t item_bytes_min)
{
	int64_t count = avro_in_long(in);

	if (count < 0) {
		/* The block's length in bytes follows, for those who skip it. */
		if (count == INT64_MIN || avro_in_long(in) < 0) {
			fail(in);
			return 0;
		}
		count = -count;
	}
	if ((uint64_t)count > (uint64_t)(in->end - in->at) / item_bytes_min) {
		fail(in);
		return 0;
	}
	return (size_t)count;
}

void avro_out_long(struct buf *buf, int64_t value)
{
	uint64_t left = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);

	while (left >= 0x80) {
		buf_append_byte(buf, (char)(unsigned char)((left & 0x7fu) | 0x80u));
		left >>= 7;
	}
	buf_append_byte(buf, (char)(unsigned char)left);
}

void avro_out_bytes(struct buf *buf, struct scute_str bytes)
{
	avro_out_long(buf, (int64_t)bytes.len);
	if (bytes.len > 0) {
		buf_append_str(buf, bytes);
	}
}
