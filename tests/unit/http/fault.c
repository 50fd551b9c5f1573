/* SPDX-License-Identifier: Apache-2.0 */
/* Wrapped malloc, calloc and realloc that fail on demand. */
#include "fault.h"

#include <stdlib.h>

static long countdown;
static bool lasting;
static bool happened;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);

void fault_after(long n)
{
	countdown = n;
	lasting = false;
	happened = false;
}

void fault_from(long n)
{
	fault_after(n);
	lasting = true;
}

void fault_off(void)
{
	countdown = 0;
}

bool fault_happened(void)
{
	return happened;
}

static bool fails(void)
{
	if (countdown == 0 || --countdown > 0) {
		return false;
	}
	countdown = lasting ? 1 : 0;
	happened = true;
	return true;
}

void *__wrap_malloc(size_t bytes)
{
	return fails() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
	return fails() ? NULL : __real_calloc(n, bytes);
}

void *__wrap_realloc(void *old, size_t bytes)
{
	return fails() ? NULL : __real_realloc(old, bytes);
}
