/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON name of a field. */
#ifndef PROTOBUF_NAMES_H
#define PROTOBUF_NAMES_H

#include "model.h"

/*
 * What protoc derives: underscores go, the letter behind one becomes upper case. False: out of
 * memory.
 */
bool pb_json_name(struct scute_str name, struct scute_arena *arena, struct scute_str *ret_name);

#endif
