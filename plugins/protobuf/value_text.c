/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers to literals. */
#include "value_text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/arena.h"
#include "support/str.h"

enum scute_status value_of_integer(struct pb_value *value, uint64_t magnitude, bool negative,
	struct scute_arena *arena)
{
	value->kind = negative ? PB_VALUE_INT : PB_VALUE_UINT;
	value->negative = negative;
	value->number = magnitude;
	value->real = negative ? -(double)magnitude : (double)magnitude;
	value->text = arena_printf(arena, "%llu", (unsigned long long)magnitude);
	return value->text.data ? SCUTE_OK : SCUTE_ENOMEM;
}

struct scute_str real_text(double real, bool is_float, struct scute_arena *arena)
{
	char text[64];

	if (isnan(real)) {
		return SCUTE_STR("nan");
	}
	if (isinf(real)) {
		return real > 0 ? SCUTE_STR("inf") : SCUTE_STR("-inf");
	}
	snprintf(text, sizeof(text), "%.*g", is_float ? 6 : 15, real);
	errno = 0;
	/* A float that is too small for full precision always takes the longer form. */
	if (is_float ? strtof(text, NULL) != (float)real || errno != 0
		     : strtod(text, NULL) != real) {
		snprintf(text, sizeof(text), "%.*g", is_float ? 9 : 17, real);
	}
	return arena_copy(arena, str_z(text));
}

enum scute_status value_of_real(struct pb_value *value, double real, bool is_float,
	struct scute_arena *arena)
{
	struct scute_str text = real_text(real, is_float, arena);

	if (!text.data) {
		return SCUTE_ENOMEM;
	}
	value->kind = isfinite(real) ? PB_VALUE_FLOAT : PB_VALUE_IDENTIFIER;
	value->real = real;
	value->negative = text.data[0] == '-';
	if (value->negative) {
		text.data++;
		text.len--;
	}
	value->text = text;
	return SCUTE_OK;
}
