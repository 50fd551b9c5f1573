/* SPDX-License-Identifier: Apache-2.0 */
/* The wire format: writing fields into a buf, and reading them one after the other. */
#ifndef PROTOBUF_PACK_H
#define PROTOBUF_PACK_H

#include "model.h"
#include "support/buf.h"

enum pack_type {
	PACK_VARINT = 0,
	PACK_FIXED64 = 1,
	PACK_BYTES = 2,
	PACK_START_GROUP = 3,
	PACK_END_GROUP = 4,
	PACK_FIXED32 = 5,
};

void pack_varint(struct buf *buf, uint64_t value);
void pack_tag(struct buf *buf, int32_t number, enum pack_type type);
void pack_fixed32(struct buf *buf, uint32_t value); /* no tag */
void pack_fixed64(struct buf *buf, uint64_t value); /* no tag */
/* A field: tag and value. Integers are sign-extended to 64 bits. */
void pack_int(struct buf *buf, int32_t number, int64_t value);
void pack_bytes(struct buf *buf, int32_t number, struct scute_str bytes);

/*
 * A message inside: pack_begin() after the tag's field number, then its content, then pack_end(),
 * which puts the length in front of what was written since.
 */
size_t pack_begin(struct buf *buf, int32_t number);
void pack_end(struct buf *buf, size_t begin);

static inline uint64_t pack_zigzag32(int32_t value)
{
	return ((uint32_t)value << 1) ^ (uint32_t)(value >> 31);
}

static inline uint64_t pack_zigzag64(int64_t value)
{
	return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

/* One field as it is read. */
struct unpacked {
	int32_t number;
	uint8_t type;           /* enum pack_type */
	uint64_t value;         /* VARINT, FIXED32, FIXED64 */
	struct scute_str bytes; /* BYTES, START_GROUP: the content */
};

/*
 * Takes one field off the front of *rest. Groups are skipped as a whole (depth_max levels). False
 * at the end
 * (*rest is empty then) and on malformed input (it is not).
 */
bool unpack_next(struct scute_str *rest, uint32_t depth_max, struct unpacked *ret_field);

/* Takes one element of a packed field of that wire type off the front. False: malformed. */
bool unpack_element(struct scute_str *rest, enum pack_type type, struct unpacked *ret_field);

#endif
