/* SPDX-License-Identifier: Apache-2.0 */
/* Walking over the records of one message that may come in pieces; private to the guard. */
#ifndef PROTOBUF_WALK_H
#define PROTOBUF_WALK_H

#include "wire.h"

/* A piece of a message's content. */
struct span {
	const uint8_t *begin;
	const uint8_t *end;
	struct span *next;
};

struct open_group;

/* One check of the bytes of a message and of all in it. */
struct guard {
	struct codec *codec;
	const uint8_t *base;     /* of the bytes that are checked; offsets count from here */
	size_t len;
	struct buf out;
	uint32_t *group_ends;    /* by offset of a group's content: of its end, + 1; 0: unknown */
	struct open_group *open; /* room for all that may be open at once */
	bool drop_entry;         /* the map entry being walked has a value that its enum lacks */
};

/* A message that is being walked. */
struct walk {
	struct guard *guard;
	struct rt_type *type;
	const struct codec_path *path;
	uint32_t depth;
	const struct span *span; /* that at is in */
	const uint8_t *at;
	uint32_t hint;
};

struct walk walk_begin(struct guard *guard, struct rt_type *type, const struct span *content,
	const struct codec_path *path, uint32_t depth);

/* Is there another record? */
bool walk_more(struct walk *walk);

/* When there is: it, with its end also if it is a group. Leaves the walk behind it. */
bool walk_next(struct walk *walk, struct wire_record *record);

/* Always false: at stands in the bytes. */
bool walk_fail(const struct walk *walk, const uint8_t *at, const char *reason);

#endif
