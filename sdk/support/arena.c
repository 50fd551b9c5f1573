/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks behind an arena: they double from 4 KiB to 256 KiB; what is large gets a
 * block of its own.
 */
#include "arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
#else
#define ARENA_POISONS 0
#define ASAN_POISON_MEMORY_REGION(at, bytes) ((void)(at), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(at, bytes) ((void)(at), (void)(bytes))
#endif

enum {
	ARENA_ALIGN = 16,
	ARENA_BLOCK_MIN = 4 * 1024,
	ARENA_BLOCK_MAX = 256 * 1024,
	ARENA_LARGE = 32 * 1024, /* from here on an allocation gets its own block */
	ARENA_RED_ZONE = 16,     /* unused bytes after each allocation under ASan */
};

enum arena_block_kind {
	ARENA_BLOCK_ORDINARY,
	ARENA_BLOCK_OWN,    /* of one large allocation */
	ARENA_BLOCK_LENT,   /* the caller's memory: never freed here */
};

struct arena_block {
	_Alignas(ARENA_ALIGN) struct arena_block *next;
	size_t bytes; /* with this header */
	char *cursor; /* first free byte; kept only when poisoning, else base.next says it */
	enum arena_block_kind kind;
};

_Static_assert(_Alignof(max_align_t) % ARENA_ALIGN == 0, "malloc aligns enough");

/* So that an allocation of no bytes from an empty arena is not mistaken for a failure. */
static _Alignas(ARENA_ALIGN) char nothing[ARENA_ALIGN];

static struct arena *arena_of(struct scute_arena *base)
{
	return (struct arena *)base; /* base is its first member */
}

static char *block_data(struct arena_block *block)
{
	return (char *)(block + 1);
}

static char *block_end(struct arena_block *block)
{
	return (char *)block + block->bytes;
}

/*
 * When poisoning, no byte is ever free in the inline path, so that each allocation
 * comes through grow.
 */
static void arena_use(struct arena *arena, struct arena_block *block)
{
	arena->base.next = nothing;
	arena->base.end = nothing;
	if (!block || block->kind == ARENA_BLOCK_OWN) {
		return;
	}
	block->cursor = block_data(block);
	if (ARENA_POISONS) {
		ASAN_POISON_MEMORY_REGION(block->cursor,
			(size_t)(block_end(block) - block->cursor));
		return;
	}
	arena->base.next = block_data(block);
	arena->base.end = block_end(block);
}

static struct arena_block *block_new(struct arena *arena, size_t bytes, enum arena_block_kind kind)
{
	struct arena_block *block;

	if (bytes > arena->max_bytes || arena->used_bytes > arena->max_bytes - bytes) {
		return NULL;
	}
	block = malloc(bytes);
	if (!block) {
		return NULL;
	}
	*block = (struct arena_block){ .bytes = bytes, .kind = kind };
	arena->used_bytes += bytes;
	return block;
}

static void block_free(struct arena *arena, struct arena_block *block)
{
	ASAN_UNPOISON_MEMORY_REGION(block, block->bytes);
	if (block->kind != ARENA_BLOCK_LENT) {
		arena->used_bytes -= block->bytes;
		free(block);
	}
}

static void *grow_own(struct arena *arena, size_t bytes)
{
	struct arena_block *block = block_new(arena, bytes + sizeof(*block), ARENA_BLOCK_OWN);

	if (!block) {
		return NULL;
	}
	/* Behind the head: the block in use goes on being used. */
	if (arena->blocks) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		arena->blocks = block;
	}
	return block_data(block);
}

static struct arena_block *grow_ordinary(struct arena *arena, size_t bytes)
{
	struct arena_block *head = arena->blocks;
	size_t left = arena->max_bytes - arena->used_bytes;
	size_t need = bytes + sizeof(*head);
	size_t size = ARENA_BLOCK_MIN;

	if (head && head->kind != ARENA_BLOCK_OWN) {
		size = head->bytes >= ARENA_BLOCK_MAX / 2 ? ARENA_BLOCK_MAX : head->bytes * 2;
		size = size < ARENA_BLOCK_MIN ? ARENA_BLOCK_MIN : size & ~(size_t)(ARENA_ALIGN - 1);
	}
	while (size < need) {
		size *= 2;
	}
	if (size > left) {
		size = left & ~(size_t)(ARENA_ALIGN - 1);
	}
	if (size < need) {
		return NULL;
	}
	struct arena_block *block = block_new(arena, size, ARENA_BLOCK_ORDINARY);
	if (!block) {
		return NULL;
	}
	block->next = head;
	arena->blocks = block;
	arena_use(arena, block);
	return block;
}

/* Every allocation under ASan: from the head block with a poisoned gap behind it. */
static void *take_poisoned(struct arena *arena, size_t bytes)
{
	struct arena_block *head = arena->blocks;
	size_t need = bytes + ARENA_RED_ZONE;

	if (!head || head->kind == ARENA_BLOCK_OWN ||
	    need > (size_t)(block_end(head) - head->cursor)) {
		head = grow_ordinary(arena, need);
		if (!head) {
			return NULL;
		}
	}
	char *at = head->cursor;
	head->cursor += need;
	ASAN_UNPOISON_MEMORY_REGION(at, bytes);
	return at;
}

static void *arena_grow(struct scute_arena *base, size_t bytes)
{
	struct arena *arena = arena_of(base);

	assert(bytes % ARENA_ALIGN == 0);
	if (bytes > SIZE_MAX / 4) {
		return NULL;
	}
	if (bytes >= ARENA_LARGE) {
		return grow_own(arena, bytes);
	}
	if (ARENA_POISONS) {
		return take_poisoned(arena, bytes);
	}
	if (!grow_ordinary(arena, bytes)) {
		return NULL;
	}
	char *at = base->next;
	base->next += bytes;
	assert(base->next <= base->end);
	return at;
}

void arena_init(struct arena *arena, size_t max_bytes)
{
	*arena = (struct arena){ .base.grow = arena_grow, .max_bytes = max_bytes };
	arena_use(arena, NULL);
}

void arena_init_with(struct arena *arena, size_t max_bytes, void *first, size_t first_bytes)
{
	size_t skip = (ARENA_ALIGN - (uintptr_t)first % ARENA_ALIGN) % ARENA_ALIGN;
	struct arena_block *block;

	arena_init(arena, max_bytes);
	if (first_bytes < skip + sizeof(*block) + ARENA_ALIGN) {
		return; /* no room for a header and one allocation */
	}
	block = (struct arena_block *)(void *)((char *)first + skip);
	*block = (struct arena_block){
		.bytes = (first_bytes - skip) & ~(size_t)(ARENA_ALIGN - 1),
		.kind = ARENA_BLOCK_LENT,
	};
	arena->blocks = block;
	arena_use(arena, block);
}

/* The block to keep on reset: the caller's if there is one, else the newest of ordinary size. */
static struct arena_block *block_to_keep(struct arena *arena)
{
	struct arena_block *keep = NULL;

	for (struct arena_block *block = arena->blocks; block; block = block->next) {
		if (block->kind == ARENA_BLOCK_LENT) {
			return block;
		}
		if (!keep && block->kind == ARENA_BLOCK_ORDINARY) {
			keep = block;
		}
	}
	return keep;
}

void arena_reset(struct arena *arena)
{
	struct arena_block *keep = block_to_keep(arena);
	struct arena_block *block = arena->blocks;

	while (block) {
		struct arena_block *next = block->next;
		if (block != keep) {
			block_free(arena, block);
		}
		block = next;
	}
	arena->blocks = keep;
	if (keep) {
		keep->next = NULL;
	}
	arena_use(arena, keep);
}

void arena_finish(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	while (block) {
		struct arena_block *next = block->next;
		block_free(arena, block);
		block = next;
	}
	arena->blocks = NULL;
	assert(arena->used_bytes == 0);
	arena_use(arena, NULL);
}

struct scute_str arena_copy(struct scute_arena *arena, struct scute_str text)
{
	char *copy = scute_alloc(arena, text.len);

	if (!copy) {
		return (struct scute_str){ NULL, 0 };
	}
	if (text.len > 0) {
		memcpy(copy, text.data, text.len);
	}
	return (struct scute_str){ copy, text.len };
}

bool arena_keep(struct scute_arena *arena, struct scute_str *text)
{
	struct scute_str copy = arena_copy(arena, *text);

	if (text->len > 0 && !copy.data) {
		return false;
	}
	*text = copy;
	return true;
}

void *arena_zalloc(struct scute_arena *arena, size_t count, size_t bytes)
{
	size_t total;

	if (__builtin_mul_overflow(count, bytes, &total)) {
		return NULL;
	}
	void *at = scute_alloc(arena, total);
	if (at) {
		memset(at, 0, total);
	}
	return at;
}

struct scute_str arena_printf(struct scute_arena *arena, const char *format, ...)
{
	struct scute_str none = { NULL, 0 };
	va_list args;

	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0) {
		return none;
	}
	char *text = scute_alloc(arena, (size_t)len + 1);
	if (!text) {
		return none;
	}
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return (struct scute_str){ text, (size_t)len };
}
