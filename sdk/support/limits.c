/* SPDX-License-Identifier: Apache-2.0 */
/* Filling in limits. */
#include "limits.h"

struct scute_limits limits_of(const struct scute_source *source, uint32_t depth_default,
	uint32_t depth_most)
{
	const struct scute_limits *given = source->limits;
	struct scute_limits limits = { sizeof(limits), depth_default, LIMITS_BYTES_DEFAULT,
		LIMITS_ITEMS_DEFAULT };

	if (given && SCUTE_HAS(given, items_max)) {
		limits.depth_max = given->depth_max ? given->depth_max : limits.depth_max;
		limits.bytes_max = given->bytes_max ? given->bytes_max : limits.bytes_max;
		limits.items_max = given->items_max ? given->items_max : limits.items_max;
	}
	if (limits.depth_max > depth_most) {
		limits.depth_max = depth_most;
	}
	if (limits.bytes_max > INT32_MAX) {
		limits.bytes_max = INT32_MAX;
	}
	if (limits.items_max > LIMITS_ITEMS_MAX) {
		limits.items_max = LIMITS_ITEMS_MAX;
	}
	return limits;
}
