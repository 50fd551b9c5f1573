/* SPDX-License-Identifier: Apache-2.0 */
/* The wire format: reading records, and the guard in front of protobuf-c. */
#ifndef PROTOBUF_WIRE_H
#define PROTOBUF_WIRE_H

#include "runtime.h"

/* "Message Structure" in the encoding document of protobuf.dev. */
enum wire_type {
	WIRE_VARINT = 0,
	WIRE_64BIT = 1,
	WIRE_LENGTH = 2,
	WIRE_GROUP = 3,
	WIRE_GROUP_END = 4,
	WIRE_32BIT = 5,
};

/* One field's tag and value where they stand. */
struct wire_record {
	uint32_t number;
	uint8_t type;             /* enum wire_type */
	const uint8_t *begin;     /* its tag */
	const uint8_t *value;     /* LENGTH, GROUP: the content; else the value's own bytes */
	const uint8_t *value_end; /* GROUP: NULL, the content was not looked at */
	const uint8_t *end;       /* where the next record begins; GROUP: as value */
};

/* A varint of at most 10 bytes at *at; false: cut off or longer. Bits beyond 64 are dropped. */
bool wire_varint(const uint8_t **at, const uint8_t *end, uint64_t *ret_value);

/* The record at at; NULL, or why it can not be read (static text). */
const char *wire_read(const uint8_t *at, const uint8_t *end, struct wire_record *ret_record);

/* The wire type that a value of a singular field has. */
enum wire_type wire_type_of(const struct pb_field *field);

/*
 * Checks the bytes of a message against its type and writes them anew as protobuf-c can read
 * them: unknown fields and values of the wrong wire type are left out (as are numbers that
 * a closed enum does not have, with their map entry), groups become messages, a singular
 * message that comes in several pieces becomes one. Truncation, bad UTF-8 in strings, too deep
 * nesting and too many items are errors. depth: of messages around this one.
 */
bool wire_guard(struct codec *codec, struct rt_type *type, struct scute_str bytes,
	const struct codec_path *path, uint32_t depth, struct scute_str *ret_bytes);

/* Turns messages that rt_pack() wrote for groups into groups. group.c */
bool wire_restore_groups(struct codec *codec, struct rt_type *type, struct scute_str bytes,
	struct scute_str *ret_bytes);

/* Appends value as varint to out (room for 10); bytes written. */
size_t wire_put_varint(uint8_t *out, uint64_t value);

#endif
