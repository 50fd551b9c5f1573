/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in files: google/protobuf/, google/type/ and confluent/. */
#ifndef PROTOBUF_WELLKNOWN_H
#define PROTOBUF_WELLKNOWN_H

#include "model.h"

/*
 * The built-in file of an import path, linked like any other (types and options resolved, symbols
 * filled, imports pointing at built-in files), or NULL when there is none. Made when it is asked
 * for first (half a millisecond for descriptor.proto, which all others need) and shared by all
 * schemas: the same pointer each time, never changed. Any thread. Afterwards cheap: a look into a
 * small table. NULL also when memory runs out while it is made; the next call tries again.
 */
const struct pb_file *pb_wellknown(struct scute_str path);

/* The paths of all built-in files, those that are imported before those that import them. */
const struct scute_str *pb_wellknown_paths(size_t *ret_count);

#endif
