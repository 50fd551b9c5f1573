/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the interpretation of options share. */
#ifndef PROTOBUF_INTERPRET_H
#define PROTOBUF_INTERPRET_H

#include "linker.h"
#include "pack.h"

/*
 * A message that options or an aggregate fill: which of its singular fields are set, and the
 * records so far. Records of one message are sorted only when it is written.
 */
struct filling {
	const struct pb_message *message;
	struct record *first;
	struct record **end;
	uint32_t n;
	uint32_t n_required; /* required fields that are set */
	bool statements; /* options, not an aggregate: extensions go last, as they were set */
};

/* One field's record. */
struct record {
	struct record *next;
	const struct pb_field *field;
	struct scute_str bytes;  /* with its tag; of a packed element without */
	struct filling *filling; /* a message; then no bytes */
	uint32_t place;          /* in the order of setting */
	bool packed;
};

/* Which field of which message was set: by the identity of what stands for the message. */
struct set_slot {
	const void *parent;
	const void *field;
	struct filling *filling; /* what the field holds; NULL: it is not set yet */
};

struct interpreter {
	struct linker *linker;
	struct scute_arena *arena;
	struct set_slot *slots;
	uint32_t mask;
	uint32_t n_set;
	int32_t scope;  /* of the thing whose options they are, in the pool */
	uint32_t offset; /* of the current option, for what has no place of its own */
};

/*
 * The slot of (parent, field), made if it is new (then field is set in it by the caller). NULL: out
 * of memory.
 */
struct set_slot *set_find(struct interpreter *in, const void *parent, const void *field);

/* A message that is being filled. NULL: out of memory. */
struct filling *filling_create(struct interpreter *in, const struct pb_message *message,
	bool statements);
/* A scalar: bytes are its record, or (packed) its value. */
enum scute_status filling_add(struct interpreter *in, struct filling *filling,
	const struct pb_field *field, struct scute_str bytes, bool packed);
/* A message, which may go on being filled. */
enum scute_status filling_add_message(struct interpreter *in, struct filling *filling,
	const struct pb_field *field, struct filling *content);
/* Appends everything in the order that protoc has. Depth is that of the text. */
enum scute_status filling_write(struct interpreter *in, struct filling *filling, struct buf *out);

/*
 * option_scalar.c. Appends the value of a scalar field without its tag. text_format: the wider
 * rules of aggregates (enums by number, bool as 0, 1, t, f).
 */
enum scute_status scalar_encode(struct interpreter *in, const struct pb_field *field,
	const struct pb_value *value, bool text_format, struct buf *out, bool *ret_is_zero);
enum pack_type scalar_wire_type(enum pb_type type);

/*
 * option_aggregate.c. Fills a message from the members of an aggregate; the fields set are
 * remembered under filling.
 */
enum scute_status aggregate_fill(struct interpreter *in, const struct pb_value *aggregate,
	struct filling *filling);

/* option_path.c. One option, into what its thing has so far. */
enum scute_status option_apply(struct interpreter *in, struct pb_option *option,
	struct filling *root);

#endif
