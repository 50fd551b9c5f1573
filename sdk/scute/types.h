/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few types that cross the border between host and plugin: slices, status
 * codes, errors, arenas. Plain C11; no third-party type, nothing of the host.
 */
#ifndef SCUTE_TYPES_H
#define SCUTE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that somebody else owns. Not NUL-terminated. data may be NULL only when len is 0. */
struct scute_str {
	const char *data;
	size_t len;
};

#define SCUTE_STR(literal) ((struct scute_str){ (literal), sizeof(literal) - 1 })

/* Outcome of a call. The numbers are ABI: append only. */
enum scute_status {
	SCUTE_OK = 0,
	SCUTE_EINVAL = 1,       /* the input is wrong; the error's text says where and why */
	SCUTE_ENOMEM = 2,       /* the arena is at its limit or the system is out of memory */
	SCUTE_ELIMIT = 3,       /* the input is beyond a limit (depth, size, count) */
	SCUTE_EREFERENCE = 4,   /* a reference does not resolve */
	SCUTE_EUNSUPPORTED = 5, /* well formed, but this plugin does not do it */
	SCUTE_EINTERNAL = 6,    /* a defect or an outside failure; not the input's fault */
};

#define SCUTE_ERROR_TEXT_BYTES 512

/* Why a call failed. Caller owns it; callee fills it only when it fails. */
struct scute_error {
	enum scute_status status;
	int32_t line;   /* 1-based position in the input, 0 when unknown */
	int32_t column; /* 1-based, in bytes */
	char text[SCUTE_ERROR_TEXT_BYTES]; /* NUL-terminated UTF-8, one line */
};

/*
 * A region that gives memory and takes it back in one stroke. Whoever made the
 * arena frees it; a callee only allocates. The three members are frozen.
 */
struct scute_arena {
	char *next;
	char *end;
	/* Called when the current block is used up. Returns bytes (a multiple of 16) or NULL. */
	void *(*grow)(struct scute_arena *arena, size_t bytes);
};

/* 16-byte aligned, not zeroed. NULL at the arena's limit or out of memory. */
static inline void *scute_alloc(struct scute_arena *arena, size_t bytes)
{
	if (bytes > SIZE_MAX - 15) {
		return NULL;
	}
	bytes = (bytes + 15) & ~(size_t)15;
	if (bytes <= (size_t)(arena->end - arena->next)) {
		void *at = arena->next;
		arena->next += bytes;
		return at;
	}
	return arena->grow(arena, bytes);
}

#endif
