/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call of the codec: what its parts share. A call makes everything anew in its own
 * arena, so the schema is only read and calls on any number of threads do not meet.
 */
#ifndef PROTOBUF_CODEC_H
#define PROTOBUF_CODEC_H

#include "support/buf.h"

#include "model.h"

struct rt_type;
struct rt_extension;

/* Where in the datum we are: "$", then a name or an index a level. Lives on the stack. */
struct codec_path {
	const struct codec_path *up; /* NULL: this is "$" itself */
	struct scute_str name;
	int64_t index;               /* of an element; negative: name counts */
};

/* Types made so far, by message: open addressing. */
struct codec_types {
	struct rt_type **slots;
	uint32_t cap; /* a power of two, or 0 */
	uint32_t count;
};

struct codec {
	const struct scute_schema *schema;
	struct scute_arena *arena;
	struct scute_error *err;
	enum scute_status status;    /* of the failure */
	uint64_t items;              /* taken off limits.items_max so far */
	uint32_t depth_max;          /* of messages in one another */
	size_t bytes_max;            /* of what goes in and what comes out */
	struct codec_types types;
	struct rt_extension *extensions; /* of all files, by extendee and number */
	uint32_t n_extensions;
	bool extensions_known;
	bool has_delimited;          /* a type with groups was made */
	bool known_only;             /* set by the caller: wire_guard() refuses unknown fields */
	size_t bytes_spent;          /* of codec_spend() */
	uint32_t stamp;              /* the last one given; see struct rt_type */
};

void codec_init(struct codec *codec, const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_error *err);

static inline struct codec_path codec_at_name(const struct codec_path *up, struct scute_str name)
{
	return (struct codec_path){ up, name, -1 };
}

static inline struct codec_path codec_at_index(const struct codec_path *up, size_t index)
{
	return (struct codec_path){ up, { NULL, 0 }, (int64_t)index };
}

/* Always false: "$.a.b[3]: " and the printf text, with that status. path NULL: the text alone. */
bool codec_fail(struct codec *codec, enum scute_status status, const struct codec_path *path,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
bool codec_fail_memory(struct codec *codec);

/* Zeroed memory of the call; NULL and failed when there is none. */
void *codec_alloc(struct codec *codec, size_t count, size_t bytes);

/* Takes n items off the limit; false and failed when they are used up. */
bool codec_count(struct codec *codec, uint64_t n);

/*
 * Counts bytes that are written or read once more: those of an Any inside an Any are copied at each
 * level. False and failed when they are too many for a datum of that size.
 */
bool codec_spend(struct codec *codec, size_t bytes);

/* False and failed when depth is beyond the limit. */
bool codec_descend(struct codec *codec, const struct codec_path *path, uint32_t depth);

/* The message of a full name in the schema's files or the built-in ones; NULL: none. */
const struct pb_message *codec_message(const struct codec *codec, struct scute_str full_name);

#endif
