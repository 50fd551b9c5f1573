/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message types as protobuf-c wants them, made from the model while a call runs: a type
 * when it is first met, so that a call pays for what its datum holds and not for the schema.
 *
 * What protobuf-c can not do is kept away from it: strings are BYTES to it (it would cut them at a
 * NUL), every field is optional (required ones are checked here, with their
 * path; presence is decided here, as its own idea of zero loses -0.0), groups are messages (wire.c
 * and group.c turn them one way and the other), extensions are fields like any other.
 */
#ifndef PROTOBUF_RUNTIME_H
#define PROTOBUF_RUNTIME_H

#include <protobuf-c/protobuf-c.h>

#include "codec.h"

/* The types that ProtoJSON writes in a way of their own. */
enum rt_wkt {
	RT_ORDINARY,
	RT_ANY,
	RT_TIMESTAMP,
	RT_DURATION,
	RT_FIELD_MASK,
	RT_STRUCT,
	RT_VALUE,
	RT_LIST_VALUE,
	RT_WRAPPER,
	RT_EMPTY,
};

struct rt_field {
	const struct pb_field *field;
	ProtobufCFieldDescriptor *c;
	struct rt_type *type;  /* of a message; NULL until rt_field_type() */
	struct scute_str key;  /* its name in JSON that is written */
	uint32_t single;       /* place among the singular message fields */
	bool is_message;       /* also groups and maps */
	bool is_repeated;      /* also maps */
	bool is_null_value;    /* of the type google.protobuf.NullValue: null is its value */
	bool is_implicit;      /* zero and absent are the same, and not written */
};

struct rt_type {
	ProtobufCMessageDescriptor c; /* the first member: what messages point to */
	const struct pb_message *message;
	struct rt_field *fields;      /* by number; parallel to c.fields */
	uint32_t n_fields;
	uint32_t n_singles;           /* singular message fields */
	uint32_t n_required;
	uint32_t n_implicit;
	uint32_t *stamps;             /* wire.c: of fields, when last seen; NULL until needed */
	uint32_t weight;              /* items that one message of it counts for */
	enum rt_wkt wkt;
};

/* The type of a message, complete; NULL and failed. */
struct rt_type *rt_type(struct codec *codec, const struct pb_message *message);

/* The type of a message field, complete; NULL and failed. */
struct rt_type *rt_field_type(struct codec *codec, struct rt_field *field);

/*
 * The type of a map's entries, complete and of the shape that it must have: key and value as its
 * only fields, in this order; NULL and failed.
 */
struct rt_type *rt_entry_type(struct codec *codec, struct rt_field *field,
	const struct codec_path *path);

/* By number; *hint is the place to look at first and is left behind the one found. */
struct rt_field *rt_find(const struct rt_type *type, uint32_t number, uint32_t *hint);

/* By name in JSON: json_name, name as declared, or "[full.name]" of an extension. */
struct rt_field *rt_find_key(const struct codec *codec, const struct rt_type *type,
	struct scute_str key, uint32_t *hint);

/* Types are the call's own, and completed as it goes on; protobuf-c only reads them. */
static inline struct rt_type *rt_of(const ProtobufCMessage *message)
{
	return (struct rt_type *)(uintptr_t)message->descriptor;
}

static inline void *rt_value(const ProtobufCMessage *message, const struct rt_field *field)
{
	return (char *)(uintptr_t)message + field->c->offset;
}

static inline size_t *rt_count(const ProtobufCMessage *message, const struct rt_field *field)
{
	return (size_t *)(void *)((char *)(uintptr_t)message + field->c->quantifier_offset);
}

/* Of a singular field: is it set? */
bool rt_has(const ProtobufCMessage *message, const struct rt_field *field);

/* Marks a singular field that is no message, or any member of an oneof, as set. */
void rt_set(ProtobufCMessage *message, const struct rt_field *field);

/* Is the value of a singular scalar field zero, bit by bit, or empty? */
bool rt_is_zero(const ProtobufCMessage *message, const struct rt_field *field);

/* The field number that is set in the oneof of field; 0: none. */
uint32_t rt_oneof_case(const ProtobufCMessage *message, const struct rt_field *field);

/* An empty message; NULL and failed. Counts it. */
ProtobufCMessage *rt_message(struct codec *codec, const struct rt_type *type);

/* Bytes of one element of a repeated field. */
size_t rt_element_bytes(const struct rt_field *field);

/*
 * After all fields of a message are set: fails when a required one is not; those that are zero
 * and have no presence are unset.
 */
bool rt_finish(struct codec *codec, ProtobufCMessage *message, const struct codec_path *path);

/* The wire bytes of a message; false and failed. Groups are still written as messages. */
bool rt_pack(struct codec *codec, const ProtobufCMessage *message, struct scute_str *ret_bytes);

/* What wire_guard() let through as a message; NULL and failed. */
ProtobufCMessage *rt_unpack(struct codec *codec, const struct rt_type *type,
	struct scute_str bytes);

#endif
