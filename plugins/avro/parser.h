/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the parser share: where they are, their limits, how they fail. */
#ifndef AVRO_PARSER_H
#define AVRO_PARSER_H

#include "schema.h"

struct parser {
	struct scute_arena *arena;
	struct scute_error *err;
	struct avro_names *names;
	const struct json *root; /* of the text being read */
	struct scute_str text;
	const struct scute_reference *reference; /* the one being read; NULL: the schema itself */
	bool stored; /* names and defaults are not held against the text */
	uint32_t depth_max;
	uint32_t n_unions;
	size_t name_bytes; /* of the full names made so far */
	struct avro_field *defaults; /* fields whose default is to be checked, in order */
	struct avro_field **defaults_end;
};

/* The members of a schema or field object that mean something; NULL: absent. */
struct attributes {
	const struct json *type;
	const struct json *name;
	const struct json *space;
	const struct json *aliases;
	const struct json *fields;
	const struct json *symbols;
	const struct json *items;
	const struct json *values;
	const struct json *size;
	const struct json *fallback;
	const struct json *order;
	const struct json *logical;
	const struct json *precision;
	const struct json *scale;
};

/* attributes.c */
void attributes_read(const struct json *object, struct attributes *ret_attributes);

/* Sets node->logical, precision and scale; what does not suit the type is ignored. */
void logical_read(struct avro_node *node, const struct attributes *attributes);

/*
 * Fails with "at <JSON pointer of value>: <text>", and line and column. A failure inside
 * a reference says which one. Returns the status to return.
 */
enum scute_status fail_at(struct parser *parser, const struct json *value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
enum scute_status fail_limit(struct parser *parser, const struct json *value,
	const char *format, ...)
	__attribute__((format(printf, 3, 4)));
enum scute_status fail_memory(struct parser *parser);

/*
 * The full name that text, which stands in json, has inside space. A namespace counts anew with every name
 * in it: without a sum a text could ask for its own length squared.
 */
enum scute_status name_make(struct parser *parser, const struct json *json, struct scute_str text,
	struct scute_str space, struct avro_name *ret_name);

/* type.c: any schema. depth counts the levels above. */
enum scute_status type_parse(struct parser *parser, const struct json *json, struct scute_str space,
	uint32_t depth, const struct avro_node **ret_node);

/* named.c: what is behind the name of a record, enum or fixed whose name is in the table. */
enum scute_status record_parse(struct parser *parser, const struct attributes *attributes,
	struct avro_node *node, uint32_t depth);
enum scute_status enum_parse(struct parser *parser, const struct attributes *attributes,
	struct avro_node *node);
enum scute_status fixed_parse(struct parser *parser, const struct attributes *attributes,
	struct avro_node *node);
/* Reads "aliases": type names inside space, or any texts when full is false. */
enum scute_status aliases_parse(struct parser *parser, const struct json *aliases, bool full,
	struct scute_str space, const struct scute_str **ret_aliases, uint32_t *ret_count);

/* defaults.c: checks parser->defaults, once all types are known. */
enum scute_status defaults_check(struct parser *parser);

#endif
