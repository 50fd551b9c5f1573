/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growable buffer that is born with its maximum (after curl's dynbuf). Appends
 * report failure; once one failed the buffer stays failed until reset, so a caller
 * may append many times and ask once.
 */
#ifndef SUPPORT_BUF_H
#define SUPPORT_BUF_H

#include "scute/types.h"

struct buf {
	char *data;      /* NULL while empty and never grown */
	size_t len;
	size_t cap;
	size_t max;      /* bytes; an append beyond it fails */
	bool failed;     /* out of memory or beyond max */
	struct scute_arena *arena; /* NULL: malloc */
};

void buf_init(struct buf *buf, size_t max_bytes);
/* Grows inside an arena; old copies are left to it. buf_finish is then a no-op. */
void buf_init_arena(struct buf *buf, size_t max_bytes, struct scute_arena *arena);
void buf_finish(struct buf *buf);
void buf_reset(struct buf *buf); /* len 0, not failed; keeps memory */

bool buf_append(struct buf *buf, const void *data, size_t len);
bool buf_append_str(struct buf *buf, struct scute_str text);
bool buf_append_z(struct buf *buf, const char *text);
bool buf_append_byte(struct buf *buf, char byte);
bool buf_append_u64(struct buf *buf, uint64_t value);
bool buf_append_i64(struct buf *buf, int64_t value);
bool buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/*
 * Room for len more bytes, to be filled by the caller, who then adds to buf->len.
 * NULL on failure.
 */
char *buf_reserve(struct buf *buf, size_t len);
/* Drops the first len bytes. */
void buf_consume(struct buf *buf, size_t len);

static inline struct scute_str buf_str(const struct buf *buf)
{
	return (struct scute_str){ buf->data, buf->len };
}

#endif
