/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the steps between a parsed and a linked file share; each step is a function over the whole
 * file.
 */
#ifndef PROTOBUF_LINKER_H
#define PROTOBUF_LINKER_H

#include "compile.h"
#include "pool_build.h"
#include "support/str.h"

#define PB_NAME_BYTES_MAX (16u << 20) /* of all full names that were made for one file */

struct linker {
	struct pb_pool *pool;
	struct scute_arena *arena;
	struct scute_error *err;
	struct pb_file *file;
	const struct scute_limits *limits;
	uint32_t flags;      /* enum pb_compile_flag */
	bool stored;         /* checks are not held against the text */
	uint32_t place;      /* of the file in the pool */
	int32_t base;        /* entry of the file's first symbol in the pool */
	int32_t package;     /* entry of the package */
	size_t name_bytes;   /* of full names made so far */
	uint32_t symbols_cap;
	uint64_t n_items;    /* of what is made from a descriptor */
	struct declared_table *declared; /* check_declaration.c */
};

/* The scope in the pool of a message's content (NULL: of the file's). */
static inline int32_t linker_scope(const struct linker *linker, const struct pb_message *message)
{
	return message ? linker->base + message->symbol : linker->package;
}

/* link_fail.c. As parse_fail(): with the place in front; they return the status. */
enum scute_status link_fail(struct linker *linker, uint32_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
enum scute_status link_limit(struct linker *linker, uint32_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
enum scute_status link_missing(struct linker *linker, uint32_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
enum scute_status link_memory(struct linker *linker);

/*
 * A finding that stored texts are not refused for: the status to return, SCUTE_OK for those. Use as
 * status = link_object(..); the caller goes on when it is SCUTE_OK.
 */
#define link_object(linker, ...) ((linker)->stored ? SCUTE_OK : link_fail(linker, __VA_ARGS__))

/*
 * names.c: full names, places, JSON names, the oneofs of proto3 optional fields, indexes, symbols.
 */
enum scute_status names_assign(struct linker *linker);

/* link.c */

/* Finds the imported files, enters the file and its symbols into the pool. */
enum scute_status link_imports(struct linker *linker);
enum scute_status link_symbols(struct linker *linker);
/* Resolves all names of types, and what follows from the types. */
enum scute_status link_types(struct linker *linker);

/* features.c: resolves features from the file on down, and what of the fields follows from them. */
enum scute_status features_resolve(struct linker *linker);

/* defaults.c: checks default values and gives them the descriptor's form. */
enum scute_status defaults_resolve(struct linker *linker);

/* options.c: options.wire and the field of each part, for everything in the file. */
enum scute_status options_interpret(struct linker *linker);

/* check_target.c: what fields say of their use as options, for files that use them. */
enum scute_status targets_read(struct linker *linker);

/* check.c: all that protoc checks once everything is known. */
enum scute_status check_file(struct linker *linker);

#endif
