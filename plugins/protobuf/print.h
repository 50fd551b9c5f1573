/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one printer of .proto text. Its order is that of Confluent's and Karapace's texts: in a
 * file imports, options, messages, enums, extends, services; in a message reserved, options,
 * fields (also groups), oneofs, extensions, nested messages, nested enums, extends; each kind in
 * the order of the source. One thing comes before that order: what makes a message type (also a
 * map field and a group do) never passes another one, because a message's place is in each
 * datum (message indexes) and must be the same in the text that people fetch.
 */
#ifndef PROTOBUF_PRINT_H
#define PROTOBUF_PRINT_H

#include "model.h"
#include "support/buf.h"

enum pb_print_flag {
	PB_PRINT_COMMENTS = 1u << 0,
	/*
	 * One text for all ways to write the same: options and imports sorted, numbers in one
	 * form, always a syntax line, no json_name that says nothing, the plain order by kinds.
	 */
	PB_PRINT_SORTED = 1u << 1,
	/* Type names as short as they can be. Needs the pool. */
	PB_PRINT_SHORT_NAMES = 1u << 2,
	/* Type names relative to the package, as far as the file itself and built-in ones tell. */
	PB_PRINT_RELATIVE_NAMES = 1u << 3,
	/* Without extends, extension ranges and custom options. */
	PB_PRINT_NO_EXTENSIONS = 1u << 4,
	/* The file was a descriptor: a syntax line, but no json_name that says nothing. */
	PB_PRINT_FROM_DESCRIPTOR = 1u << 5,
};

/*
 * Prints a whole file. pool: only for PB_PRINT_SHORT_NAMES, else NULL. Fails with SCUTE_ENOMEM,
 * or SCUTE_ELIMIT when the text would be longer than bytes_max.
 */
enum scute_status pb_print(const struct pb_file *file, const struct pb_pool *pool, uint32_t flags,
	size_t bytes_max, struct scute_arena *arena, struct scute_str *ret_text,
	struct scute_error *err);

#endif
