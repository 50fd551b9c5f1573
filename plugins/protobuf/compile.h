/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one text (or serialised FileDescriptorProto) to a linked struct pb_file in a pool. parse()
 * does so for each reference, then for the schema.
 */
#ifndef PROTOBUF_COMPILE_H
#define PROTOBUF_COMPILE_H

#include "pool.h"

enum pb_compile_flag {
	/* The text is stored: it needs the right structure, but names need not resolve. */
	PB_COMPILE_STORED = 1u << 0,
	/*
	 * For the built-in files themselves: imports are looked up in the pool alone, never in
	 * pb_wellknown(), which is just being made.
	 */
	PB_COMPILE_BUILTIN = 1u << 1,
	/* Names and types only: nothing is said of features, defaults and options. */
	PB_COMPILE_OUTLINE = 1u << 2,
	/*
	 * The text is a reference of another one: its names must resolve, other rules are not
	 * checked.
	 */
	PB_COMPILE_REFERENCE = 1u << 3,
};

/* An empty pool whose memory comes from arena; NULL: out of memory. */
struct pb_pool *pb_pool_create(struct scute_arena *arena);

/*
 * Parses, links and checks text as the file of that path and puts it into the pool. What it imports
 * must be in the pool before, or built in. path empty: the schema itself. The text is copied.
 * Errors carry line and column.
 */
enum scute_status pb_compile_text(struct pb_pool *pool, struct scute_str path,
	struct scute_str text, uint32_t flags, const struct scute_limits *limits,
	const struct pb_file **ret_file, struct scute_error *err);

/* The same for the bytes of a FileDescriptorProto. Its own name is not heeded. */
enum scute_status pb_compile_wire(struct pb_pool *pool, struct scute_str path,
	struct scute_str bytes, uint32_t flags, const struct scute_limits *limits,
	const struct pb_file **ret_file, struct scute_error *err);

/*
 * Either of the two: what is base64 as a whole is a descriptor (no .proto text is), anything else
 * text.
 */
enum scute_status pb_compile_source(struct pb_pool *pool, struct scute_str path,
	struct scute_str source, uint32_t flags, const struct scute_limits *limits,
	const struct pb_file **ret_file, struct scute_error *err);

/* The arena that the pool was made in. */
struct scute_arena *pb_pool_arena(struct pb_pool *pool);

/* Adds a linked file of elsewhere (a built-in one) and all that it imports. */
enum scute_status pb_pool_add(
	struct pb_pool *pool, const struct pb_file *file, struct scute_error *err);

#endif
