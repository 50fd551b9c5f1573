/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model of a parsed Avro schema: a graph of nodes in which every use of a named
 * type points at the one node of that name. Everything lives in the arena that
 * parse() was given and never changes afterwards, so any thread may read it.
 */
#ifndef AVRO_SCHEMA_H
#define AVRO_SCHEMA_H

#include "scute/format.h"
#include "support/json_in.h"

#include "names.h"

/* Levels of type nesting that no limit of the caller's can raise: recursion stays small. */
#define AVRO_DEPTH_LIMIT 1000
/* Of all full names that a namespace had to be put before, references included. */
#define AVRO_NAME_BYTES_MAX (16u << 20)

enum avro_type {
	AVRO_NULL,
	AVRO_BOOLEAN,
	AVRO_INT,
	AVRO_LONG,
	AVRO_FLOAT,
	AVRO_DOUBLE,
	AVRO_BYTES,
	AVRO_STRING,
	AVRO_RECORD,
	AVRO_ENUM,
	AVRO_FIXED,
	AVRO_ARRAY,
	AVRO_MAP,
	AVRO_UNION,
};

#define AVRO_N_TYPES (AVRO_UNION + 1)

/* NONE also stands for a logical type that does not suit its type: it has no meaning then. */
enum avro_logical {
	AVRO_LOGICAL_NONE,
	AVRO_LOGICAL_DECIMAL,
	AVRO_LOGICAL_UUID,
	AVRO_LOGICAL_DATE,
	AVRO_LOGICAL_TIME_MILLIS,
	AVRO_LOGICAL_TIME_MICROS,
	AVRO_LOGICAL_TIMESTAMP_MILLIS,
	AVRO_LOGICAL_TIMESTAMP_MICROS,
	AVRO_LOGICAL_TIMESTAMP_NANOS,
	AVRO_LOGICAL_LOCAL_TIMESTAMP_MILLIS,
	AVRO_LOGICAL_LOCAL_TIMESTAMP_MICROS,
	AVRO_LOGICAL_LOCAL_TIMESTAMP_NANOS,
	AVRO_LOGICAL_DURATION,
};

enum avro_order {
	AVRO_ORDER_ASCENDING,
	AVRO_ORDER_DESCENDING,
	AVRO_ORDER_IGNORE,
};

struct avro_field {
	struct scute_str name; /* first: the record's index reads it by stride */
	const struct avro_node *type;
	const struct json *json;
	const struct json *fallback; /* the "default" attribute; NULL: none (JSON null is one) */
	const struct scute_str *aliases;
	uint32_t n_aliases;
	uint8_t order;         /* enum avro_order */
	uint8_t default_state; /* defaults.c, while parsing */
	uint32_t default_mark; /* likewise */
	struct avro_field *next_default;
};

struct avro_node {
	uint8_t type;    /* enum avro_type */
	uint8_t logical; /* enum avro_logical */
	uint32_t count;  /* RECORD: fields. ENUM: symbols. UNION: branches. */
	uint32_t id;     /* named types: place in the schema's name table */
	uint32_t mark;   /* parse.c: the last union that this named type was seen in */
	uint32_t size;   /* FIXED: bytes */
	int32_t precision; /* decimal */
	int32_t scale;
	const struct json *json; /* the object or array that defines it; NULL: a plain primitive */
	struct avro_name name;   /* named types */
	const struct scute_str *aliases; /* named types: full names */
	uint32_t n_aliases;
	struct avro_index index; /* RECORD: fields by name. ENUM: symbols. */
	const struct json *fallback; /* ENUM: the default symbol, or NULL */
	union {
		struct avro_field *fields;
		struct scute_str *symbols;
		const struct avro_node **branches;
		const struct avro_node *items; /* ARRAY, MAP */
	};
};

struct scute_schema {
	const struct json *json; /* of the text itself, without the references */
	bool keep_order;         /* SCUTE_SOURCE_KEEP_ORDER: texts are as Java writes them */
	const struct avro_node *root;
	struct avro_names names;
	uint64_t bytes_max; /* how long a text derived from this schema may become */
};

static inline bool avro_is_named(const struct avro_node *node)
{
	return node->type == AVRO_RECORD || node->type == AVRO_ENUM || node->type == AVRO_FIXED;
}

/* What every plain use of a primitive type points at. */
const struct avro_node *avro_plain(enum avro_type type);

/* The name of a type as schemas write it: "int", "record". */
const char *avro_type_name(enum avro_type type);

/* The primitive type of that name, or AVRO_N_TYPES. */
unsigned avro_primitive(struct scute_str name);

/* parse.c; see struct scute_format. */
enum scute_status avro_parse(const struct scute_source *source, struct scute_arena *arena,
	const struct scute_schema **ret_schema, struct scute_error *err);

/* The limits of a source, or the defaults where it has none. */
struct scute_limits avro_limits(const struct scute_source *source);

/* Reads source's text as JSON under its limits, from a copy in the arena. */
enum scute_status avro_read_json(const struct scute_source *source, struct scute_str text,
	struct scute_arena *arena, const struct json **ret_json, struct scute_error *err);

/* text.c: sorted, compact (or as Java's, see java.c); see struct scute_format. */
enum scute_status avro_canonical(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err);
enum scute_status avro_identity(const struct scute_source *source, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err);

/* java.c: as Schema.toString() of Apache Avro for Java gives it. */
enum scute_status avro_java_text(const struct json *json, uint64_t bytes_max, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err);

/* normal.c; see struct scute_format. */
enum scute_status avro_normalize(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err);

/* fingerprint.c. The specification's Parsing Canonical Form, and what it hashes to. */
enum scute_status avro_parsing_form(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err);
uint64_t avro_crc64(struct scute_str bytes);
enum scute_status avro_fingerprint(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err);

/* compat.c; see struct scute_format. */
enum scute_status avro_compatible(struct scute_compat *compat, struct scute_error *err);

#endif
