/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in files: google/protobuf/, google/type/ and confluent/. */
#ifndef PROTOBUF_WELLKNOWN_H
#define PROTOBUF_WELLKNOWN_H

#include "model.h"

/*
 * The built-in file of an import path, linked like any other (types and options resolved, symbols filled,
 * imports pointing at built-in files), or NULL when there is none. Made once per process (under
 * pthread_once, by pb_compile() with PB_COMPILE_BUILTIN or otherwise) and shared by all schemas: the
 * same pointer each time, never changed. Any thread. Cheap: a look into a small table. Out of
 * memory on the first call: NULL.
 */
const struct pb_file *pb_wellknown(struct scute_str path);

/* The paths of all built-in files, those that are imported before those that import them. */
const struct scute_str *pb_wellknown_paths(size_t *ret_count);

#endif
