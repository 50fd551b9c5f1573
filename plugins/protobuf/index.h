/* SPDX-License-Identifier: Apache-2.0 */
/* Tables by name and by number of a message's fields and an enum's values. */
#ifndef PROTOBUF_INDEX_H
#define PROTOBUF_INDEX_H

#include "model.h"

/*
 * Makes the tables of a message (json_name of all fields must be set), of an enum. Of equal names
 * or numbers the first one counts. False: out of memory.
 */
bool pb_index_message(struct pb_message *message, struct scute_arena *arena);
bool pb_index_enum(struct pb_enum *enum_, struct scute_arena *arena);

#endif
