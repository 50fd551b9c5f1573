/* SPDX-License-Identifier: Apache-2.0 */
/* Small questions about options as they are written. */
#ifndef PROTOBUF_OPTION_VALUE_H
#define PROTOBUF_OPTION_VALUE_H

#include "model.h"

/* The option of that plain name (no extension, one part); the last one; NULL: none. */
const struct pb_option *pb_option_find(const struct pb_options *options, const char *name);

/* Its value. */
const struct pb_value *pb_option_value(const struct pb_options *options, const char *name);

/* Is it the word true? */
bool pb_option_is_true(const struct pb_options *options, const char *name);

/* May repeated fields of the type be packed? */
bool pb_type_is_packable(enum pb_type type);

/* Has it optimize_for = LITE_RUNTIME? check.c */
bool pb_file_is_lite(const struct pb_file *file);

#endif
