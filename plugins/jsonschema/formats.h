/* SPDX-License-Identifier: Apache-2.0 */
/* The values of "format" that JSON Schema defines, as assertions on strings. */
#ifndef JSONSCHEMA_FORMATS_H
#define JSONSCHEMA_FORMATS_H

#include "keywords.h"

/* Does text (well-formed UTF-8) have the format? Allocates nothing, any thread. */
typedef bool (*js_format_check)(struct scute_str text);

/* NULL: the draft does not define a format of that name, which then accepts everything. */
js_format_check js_format_find(struct scute_str name, enum js_draft draft);

#endif
