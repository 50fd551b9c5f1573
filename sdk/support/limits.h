/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of a source, filled: defaults where it has none, and what no caller can raise. */
#ifndef SUPPORT_LIMITS_H
#define SUPPORT_LIMITS_H

#include "scute/format.h"

#define LIMITS_BYTES_DEFAULT (16u << 20)
#define LIMITS_ITEMS_DEFAULT 1000000u
#define LIMITS_ITEMS_MAX (1u << 28) /* counts of nodes fit 32 bits with room for tables */

/* depth_most: of recursion that must stay small whatever is asked for. */
struct scute_limits limits_of(const struct scute_source *source, uint32_t depth_default,
	uint32_t depth_most);

#endif
