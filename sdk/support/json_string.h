/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON string, decoded; private to support/. */
#ifndef SUPPORT_JSON_STRING_H
#define SUPPORT_JSON_STRING_H

#include "scute/types.h"

/*
 * at: behind the opening quote. *ret_text points into the input, or into the arena when
 * there were escapes. Returns the byte behind the closing quote. On failure returns NULL,
 * with *ret_fault at the offending byte and *ret_reason a static text, NULL: out of memory.
 */
const char *json_string_read(const char *at, const char *end, struct scute_arena *arena,
	struct scute_str *ret_text, const char **ret_fault, const char **ret_reason);

#endif
