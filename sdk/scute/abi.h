/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The binary contract's number and its history.
 *
 * 1.0  first version: handshake, format, auth and service tables, host services.
 * 1.1  formats: render, encode_as; SCUTE_SOURCE_KEEP_ORDER.
 *
 * Major: something that exists changed its meaning or place; host and plugin must
 * have the same. Minor: something was appended at the end of a table; a plugin
 * runs on every host whose minor is at least the plugin's own. What stands in arrays or
 * is passed without a size (scute_str, scute_error, scute_arena, scute_reference,
 * scute_difference, scute_route) does not change within a major version.
 */
#ifndef SCUTE_ABI_H
#define SCUTE_ABI_H

#include <stddef.h>
#include <stdint.h>

#define SCUTE_MAGIC 0x53435554u /* "SCUT" */
#define SCUTE_ABI_MAJOR 1
#define SCUTE_ABI_MINOR 1

/*
 * Whether the table at ptr, whose first member is its size in bytes, reaches as
 * far as member. Probe with this before touching what a later minor appended.
 */
#define SCUTE_HAS(ptr, member) \
	((ptr)->size >= offsetof(__typeof__(*(ptr)), member) + sizeof((ptr)->member))

#endif
