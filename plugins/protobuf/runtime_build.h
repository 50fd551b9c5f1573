/* SPDX-License-Identifier: Apache-2.0 */
/* What the making of types shares; private to runtime*.c. */
#ifndef PROTOBUF_RUNTIME_BUILD_H
#define PROTOBUF_RUNTIME_BUILD_H

#include "runtime.h"

/* An extension field, sorted by what it extends so that those of a message stand together. */
struct rt_extension {
	const struct pb_message *extendee;
	const struct pb_field *field;
};

/*
 * The extensions of a message, in all files of the schema; false and failed. The first call looks
 * at every name of every file: only for messages with extension ranges.
 */
bool rt_extensions(struct codec *codec, const struct pb_message *message,
	const struct rt_extension **ret_first, uint32_t *ret_count);

#endif
