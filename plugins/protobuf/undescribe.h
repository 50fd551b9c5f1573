/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a serialised FileDescriptorProto into the model, as the parser reads text. */
#ifndef PROTOBUF_UNDESCRIBE_H
#define PROTOBUF_UNDESCRIBE_H

#include "linker.h"
#include "pack.h"

/* Fills linker->file. What it lacks then is what names_assign() and the steps after it give. */
enum scute_status undescribe_file(struct linker *linker, struct scute_str bytes);

/*
 * Makes the items of all options from their wire form, once types are linked; statements go to the
 * front of their scope's list. Does nothing for files from text.
 */
enum scute_status options_read(struct linker *linker);

/* undescribe_default.c: a default value from the descriptor's form, as a text would have had it. */
enum scute_status default_from_text(struct linker *linker, const struct pb_field *field,
	const struct pb_value **ret_value);

/* What follows is shared by the parts. */

/* The descriptor is not what one looks like. */
enum scute_status undescribe_fail(struct linker *linker, const char *what);

/* Zeroed; counts as an item. NULL: *ret_status says why. */
void *undescribe_node(struct linker *linker, size_t bytes, enum scute_status *ret_status);

/* How many fields of that number the bytes have; false: they are malformed. */
bool undescribe_count(const struct linker *linker, struct scute_str bytes, int32_t number,
	uint32_t *ret_count);

/* Pointers for the fields of a number, and the count; 0 and NULL when there are none. */
enum scute_status undescribe_array(struct linker *linker, struct scute_str bytes, int32_t number,
	void ***ret_items);

/* Is it an identifier, a dotted name (maybe with a dot in front)? */
bool undescribe_is_name(struct scute_str name);
bool undescribe_is_dotted(struct scute_str name, bool dot);

/* undescribe_message.c */
enum scute_status undescribe_message(struct linker *linker, struct scute_str bytes,
	struct pb_message *parent, uint32_t depth, struct pb_message **ret_message);
/* undescribe_field.c: an extension is in extends. */
enum scute_status undescribe_field(struct linker *linker, struct scute_str bytes,
	struct pb_message *parent, struct pb_field **ret_field);
enum scute_status undescribe_enum(struct linker *linker, struct scute_str bytes,
	struct pb_message *parent, struct pb_enum **ret_enum);

/*
 * Ranges of a number, and reserved names, into arrays and (as statements) into the scope's list.
 * exclusive: 1 where the descriptor has the end behind the last one.
 */
enum scute_status undescribe_ranges(struct linker *linker, struct scute_str bytes, int32_t number,
	int exclusive, struct pb_range **ret_ranges, uint32_t *ret_count, struct pb_node ***end);
enum scute_status undescribe_names(struct linker *linker, struct scute_str bytes, int32_t number,
	struct pb_reserved_name **ret_names, uint32_t *ret_count, struct pb_node ***end);

/* The content of a scope in the order that gives the same descriptor again. */
struct undescribed {
	struct pb_field **fields;
	uint32_t n_fields;
	struct pb_field **extensions;
	uint32_t n_extensions;
	struct pb_message **messages;
	uint32_t n_messages;
	struct pb_enum **enums;
	uint32_t n_enums;
};

/*
 * undescribe_order.c. Finds the maps and groups among the fields and chains everything behind *end,
 * which moves on.
 */
enum scute_status undescribe_order(struct linker *linker, const struct undescribed *content,
	struct pb_node ***end);

#endif
