/* SPDX-License-Identifier: Apache-2.0 */
/* The growth of a bounded buffer: doubling, from malloc or from an arena. */
#include "buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BUF_CAP_MIN = 64,
	BUF_CAP_ALIGN = 16, /* an arena gives in these units */
};

void buf_init(struct buf *buf, size_t max_bytes)
{
	*buf = (struct buf){ .max = max_bytes };
}

void buf_init_arena(struct buf *buf, size_t max_bytes, struct scute_arena *arena)
{
	*buf = (struct buf){ .max = max_bytes, .arena = arena };
}

void buf_finish(struct buf *buf)
{
	if (!buf->arena) {
		free(buf->data);
	}
	*buf = (struct buf){ .max = buf->max, .arena = buf->arena };
}

void buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

static char *grow_in_arena(struct buf *buf, size_t cap)
{
	struct scute_arena *arena = buf->arena;

	/* The arena's last allocation is extended where it stands. */
	if (buf->data && buf->data + buf->cap == arena->next &&
	    cap - buf->cap <= (size_t)(arena->end - arena->next)) {
		arena->next += cap - buf->cap;
		return buf->data;
	}
	char *data = scute_alloc(arena, cap);
	if (data && buf->len > 0) {
		memcpy(data, buf->data, buf->len);
	}
	return data;
}

/* Makes cap at least want, which may be one beyond max: printf's NUL is no content. */
static bool buf_grow(struct buf *buf, size_t want)
{
	size_t cap = buf->cap < BUF_CAP_MIN ? BUF_CAP_MIN : buf->cap;

	if (want > SIZE_MAX / 4) {
		buf->failed = true;
		return false;
	}
	while (cap < want) {
		cap *= 2;
	}
	if (cap > buf->max) {
		cap = want > buf->max ? want : buf->max;
	}
	cap = (cap + BUF_CAP_ALIGN - 1) & ~(size_t)(BUF_CAP_ALIGN - 1);
	char *data = buf->arena ? grow_in_arena(buf, cap) : realloc(buf->data, cap);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

char *buf_reserve(struct buf *buf, size_t len)
{
	assert(buf->len <= buf->max);
	if (buf->failed) {
		return NULL;
	}
	if (len > buf->max - buf->len) {
		buf->failed = true;
		return NULL;
	}
	if ((len > buf->cap - buf->len || !buf->data) && !buf_grow(buf, buf->len + len)) {
		return NULL;
	}
	return buf->data + buf->len;
}

bool buf_append(struct buf *buf, const void *data, size_t len)
{
	if (len == 0) {
		return !buf->failed;
	}
	char *at = buf_reserve(buf, len);
	if (!at) {
		return false;
	}
	memcpy(at, data, len);
	buf->len += len;
	return true;
}

bool buf_append_str(struct buf *buf, struct scute_str text)
{
	return buf_append(buf, text.data, text.len);
}

bool buf_append_z(struct buf *buf, const char *text)
{
	return buf_append(buf, text, strlen(text));
}

bool buf_append_byte(struct buf *buf, char byte)
{
	char *at = buf_reserve(buf, 1);

	if (!at) {
		return false;
	}
	*at = byte;
	buf->len++;
	return true;
}

bool buf_append_u64(struct buf *buf, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	return buf_append(buf, digits + at, sizeof(digits) - at);
}

bool buf_append_i64(struct buf *buf, int64_t value)
{
	if (value >= 0) {
		return buf_append_u64(buf, (uint64_t)value);
	}
	return buf_append_byte(buf, '-') && buf_append_u64(buf, 0 - (uint64_t)value);
}

bool buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;

	if (buf->failed) {
		return false;
	}
	size_t room = buf->cap - buf->len;
	va_start(args, format);
	int len = vsnprintf(room > 0 ? buf->data + buf->len : NULL, room, format, args);
	va_end(args);
	if (len < 0 || (size_t)len > buf->max - buf->len) {
		buf->failed = true;
		return false;
	}
	if ((size_t)len >= room) {
		if (!buf_grow(buf, buf->len + (size_t)len + 1)) {
			return false;
		}
		va_start(args, format);
		vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
		va_end(args);
	}
	buf->len += (size_t)len;
	return true;
}

void buf_consume(struct buf *buf, size_t len)
{
	assert(len <= buf->len);
	buf->len -= len;
	if (len > 0 && buf->len > 0) {
		memmove(buf->data, buf->data + len, buf->len);
	}
}
