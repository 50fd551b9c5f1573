/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All names of the files of one schema: full names to nodes, and extensions by number. Names
 * are kept by scope and part, so that resolving one costs a step per scope however long
 * the scopes' names are.
 */
#ifndef PROTOBUF_POOL_H
#define PROTOBUF_POOL_H

#include "model.h"

/*
 * The hash of a part of a name, of a field's or enum value's number: keyed, so that it differs from
 * one process to the next and nobody can choose what collides. hash.c
 */
uint32_t pb_hash(struct scute_str text);
uint32_t pb_hash_number(int32_t number);

/* The node of a full name (no leading dot), in any file of the pool; NULL: none. */
const struct pb_node *pb_pool_find(const struct pb_pool *pool, struct scute_str full_name);

/* The same, when it is a message, an enum. */
const struct pb_message *pb_pool_message(const struct pb_pool *pool, struct scute_str full_name);
const struct pb_enum *pb_pool_enum(const struct pb_pool *pool, struct scute_str full_name);

/* The file of an import path; NULL: none. */
const struct pb_file *pb_pool_file(const struct pb_pool *pool, struct scute_str path);

/* The extension of a message by its number, by its full name; NULL: none. */
const struct pb_field *pb_pool_extension(const struct pb_pool *pool,
	const struct pb_message *extendee, int32_t number);
const struct pb_field *pb_pool_extension_named(
	const struct pb_pool *pool, struct scute_str full_name);

#endif
