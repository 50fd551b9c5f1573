/* SPDX-License-Identifier: Apache-2.0 */
/* Wrappers around the allocator that fail on demand. */
#include "fault.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *at, size_t bytes);
void *__real_reallocarray(void *at, size_t count, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *at, size_t bytes);
void *__wrap_reallocarray(void *at, size_t count, size_t bytes);

static atomic_long left = -1;
static atomic_bool hit;

void fault_at(long n)
{
	hit = false;
	left = n;
}

bool fault_end(void)
{
	left = -1;
	return hit;
}

static bool fails_now(void)
{
	if (left < 0 || atomic_fetch_sub(&left, 1) != 0) {
		return false;
	}
	hit = true;
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t bytes)
{
	return fails_now() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
	return fails_now() ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *at, size_t bytes)
{
	return fails_now() ? NULL : __real_realloc(at, bytes);
}

void *__wrap_reallocarray(void *at, size_t count, size_t bytes)
{
	return fails_now() ? NULL : __real_reallocarray(at, count, bytes);
}
