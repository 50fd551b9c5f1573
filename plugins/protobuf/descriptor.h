/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing the model as a serialised FileDescriptorProto, byte for byte what protoc gives (without
 * source info).
 */
#ifndef PROTOBUF_DESCRIPTOR_H
#define PROTOBUF_DESCRIPTOR_H

#include "model.h"

/* name: what FileDescriptorProto.name becomes; empty: the member is left out. */
enum scute_status pb_descriptor_write(const struct pb_file *file, struct scute_str name,
	struct scute_arena *arena, struct scute_str *ret_bytes, struct scute_error *err);

#endif
