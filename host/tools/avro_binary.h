/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Avro's binary encoding (Avro 1.11 specification, "Binary Encoding") as far as Karapace's
 * backups of version 3 use it. Reading never passes the end: a failed reader gives zeros
 * and empty slices from then on, so a caller may read much and ask once.
 */
#ifndef TOOLS_AVRO_BINARY_H
#define TOOLS_AVRO_BINARY_H

#include "support/buf.h"

struct avro_in {
	const char *at;
	const char *end;
	bool failed; /* cut off, or no valid encoding */
};

static inline struct avro_in avro_in(struct scute_str bytes)
{
	return (struct avro_in){ bytes.data, bytes.data + bytes.len, false };
}

/* int and long alike: zig-zag, seven bits a byte, least significant first. */
int64_t avro_in_long(struct avro_in *in);
/* bytes and string alike. The slice points into the input; never NULL. */
struct scute_str avro_in_bytes(struct avro_in *in);
/* The number of the branch; one that is not below n_branches fails. */
unsigned avro_in_branch(struct avro_in *in, unsigned n_branches);
/*
 * The item count of the next block of an array or map, 0 at its end. item_bytes_min: what an
 * item takes at least; a count that cannot fit fails.
 */
size_t avro_in_block(struct avro_in *in, size_t item_bytes_min);

void avro_out_long(struct buf *buf, int64_t value);
/* NULL counts as empty. */
void avro_out_bytes(struct buf *buf, struct scute_str bytes);

#endif
