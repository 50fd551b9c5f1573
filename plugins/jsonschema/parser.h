/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the parser share: where they are, their limits, how they fail. */
#ifndef JSONSCHEMA_PARSER_H
#define JSONSCHEMA_PARSER_H

#include "schema.h"
#include "table.h"

/* Of all URIs that were resolved: a base counts anew with every reference relative to it. */
#define JS_URIS_BYTES_MAX (64u << 20)

/* A reference whose target is to be found once all documents are read. */
struct pending {
	struct pending *next;
	struct js_ref *ref;
	const struct js_node *node; /* that holds it */
	const struct json *value;
	uint8_t keyword; /* enum js_keyword_id */
};

/* A dynamic anchor on its way into its resource's list. */
struct dynamic {
	struct dynamic *next;
	struct js_resource *resource;
	struct js_dynamic found;
};

/* What "$schema" says: the draft and what of it counts. */
struct dialect {
	enum js_draft draft;
	uint16_t vocabularies; /* bit per enum js_vocabulary */
	bool asserts_format;
};

struct parser {
	struct scute_arena *arena;
	struct scute_error *err;
	struct scute_schema *schema;
	const struct scute_limits *limits;
	struct js_document *document; /* the one being read */
	struct js_document **documents_end;
	bool is_lenient; /* it is in the topic already: what is wrong is left out */
	struct js_table uris;    /* to the root node of the resource */
	struct js_table anchors; /* by resource, to the node */
	struct js_table nodes;   /* by JSON value: each has at most one node */
	struct js_table members; /* of large containers that pointers lead through */
	struct js_table indexed; /* containers whose members are in the table */
	struct js_table metas;   /* documents by name and by the text of their $id */
	struct js_table patterns; /* regular expressions that were found good */
	struct js_table dynamic_names; /* to the first that has it */
	struct pending *pending;
	struct pending **pending_end;
	struct dynamic *dynamics;
	uint32_t n_dynamics;
	uint64_t uri_bytes;
	uint64_t code_bytes; /* of patterns, when they were checked */
};

/* Where a node is to hang. */
struct hanger {
	const struct js_node *parent;
	struct js_resource *resource; /* around it; NULL: at a document's root */
	uint8_t place;                /* enum js_place */
	uint8_t id;                   /* enum js_keyword_id */
	uint32_t index;
	uint32_t depth;
};

/*
 * Fails with "at <JSON pointer of value>: <text>"; line and column too, unless it is in a
 * reference, which is then named. Returns the status to return.
 */
enum scute_status fail_at(struct parser *parser, const struct json *value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
enum scute_status fail_with(struct parser *parser, enum scute_status status,
	const struct json *value, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
enum scute_status fail_memory(struct parser *parser);

/* "a string": what value is, for messages. */
const char *js_found(const struct json *value);

/* build.c: a node and all below it. */
enum scute_status node_build(struct parser *parser, const struct json *json,
	const struct hanger *hanger, struct js_node **ret_node);

/* check.c: is value (with the keyword as its key) of the shape that the table demands? */
enum scute_status value_check(struct parser *parser, enum js_keyword_id id, enum js_draft draft,
	const struct json *value);

/* dialect.c: what counts in a document or resource with that "$schema" (NULL: none). */
enum scute_status dialect_read(struct parser *parser, const struct json *schema,
	const struct dialect *outer, struct dialect *ret_dialect);

/*
 * identify.c: the resource that node is in: a new one at a document's root and below an $id.
 * Enters its URIs.
 */
enum scute_status resource_enter(struct parser *parser, struct js_node *node,
	struct js_resource *outer);

/* The node has its keywords: enters its anchors. */
enum scute_status anchors_enter(struct parser *parser, struct js_node *node);

/* All documents are read: gives each resource its dynamic anchors. */
enum scute_status dynamics_settle(struct parser *parser);

/* The number of a dynamic anchor's name; 0 is that of $recursiveAnchor. */
enum scute_status dynamic_id(struct parser *parser, struct scute_str name, uint32_t *ret_id);

/* Counts len more bytes of URIs; ELIMIT when they become too many. */
enum scute_status uri_count(struct parser *parser, const struct json *value, size_t len);

/* resolve.c: finds the targets of all pending references. */
enum scute_status references_resolve(struct parser *parser);

/* parse.c: reads text as a new document behind the others. */
enum scute_status document_read(struct parser *parser, struct scute_str text,
	struct js_document **ret_document);

/* Builds the nodes of a document that was read. */
enum scute_status document_build(struct parser *parser, struct js_document *document);

/* Turns to another document, for messages and leniency. */
void document_turn(struct parser *parser, struct js_document *document);

/*
 * meta.c: the standard meta-schema (or part of one) of that URI as text. False: it is none;
 * data NULL: out of memory.
 */
bool js_meta_text(struct scute_str uri, struct scute_arena *arena, struct scute_str *ret_text);

/* The vocabulary of that URI: its draft and, unless FORMAT is asserted, what it is. */
bool js_vocabulary_by_uri(struct scute_str uri, enum js_draft *ret_draft,
	enum js_vocabulary *ret_vocabulary, bool *ret_is_assertion);

#endif
