/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of a linked file, as protoc does them. Stored texts are not checked. Each function
 * returns at the first finding.
 */
#ifndef PROTOBUF_CHECK_H
#define PROTOBUF_CHECK_H

#include "linker.h"

/* check_field.c */
enum scute_status check_field(struct linker *linker, const struct pb_field *field);

/* check_ranges.c: ranges against each other, and names and numbers against what is reserved. */
enum scute_status check_message_ranges(struct linker *linker, const struct pb_message *message);
enum scute_status check_enum_ranges(struct linker *linker, const struct pb_enum *enum_);

/* check_enum.c */
enum scute_status check_enum(struct linker *linker, const struct pb_enum *enum_);

/* check_json.c: names in JSON that clash. */
enum scute_status check_json_names(struct linker *linker, const struct pb_message *message);
enum scute_status check_enum_prefix(struct linker *linker, const struct pb_enum *enum_);

/* check_declaration.c: extension declarations, and the extensions that they are about. */
enum scute_status check_declarations(struct linker *linker, const struct pb_message *message);
enum scute_status check_declared(struct linker *linker, const struct pb_field *extension);

/* check_target.c: options whose "targets" do not have the thing they stand at. */
enum scute_status check_targets(struct linker *linker);

#endif
