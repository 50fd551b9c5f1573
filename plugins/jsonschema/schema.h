/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model of a parsed JSON Schema: the documents (the text itself, its references, and the
 * meta-schemas that it points at) as trees of nodes whose references are resolved. Everything
 * lives in the arena that parse() was given and never changes afterwards, so any thread may
 * read it. Node numbers are dense: side tables are arrays of schema->n_nodes.
 *
 * Cycles: targets of references lead back up the tree and to themselves ({"$ref": "#"}).
 * Whoever follows them keeps marks or a depth.
 */
#ifndef JSONSCHEMA_SCHEMA_H
#define JSONSCHEMA_SCHEMA_H

#include "scute/format.h"
#include "support/buf.h"
#include "support/json_in.h"

#include "keywords.h"

/* Levels of schemas that no limit of the caller's can raise: recursion stays small. */
#define JS_DEPTH_LIMIT 1000

enum js_kind {
	JS_ALWAYS, /* true, and {} */
	JS_NEVER,  /* false */
	JS_OBJECT, /* an object with at least one keyword */
};

/* What struct js_keyword holds beside the value. */
enum js_form {
	JS_FORM_VALUE,  /* nothing */
	JS_FORM_NODE,   /* one schema: additionalProperties, not, items, .. */
	JS_FORM_NODES,  /* a list of them: allOf, prefixItems, items as a list, .. */
	JS_FORM_NAMED,  /* by name, sorted by name's bytes: properties, $defs, dependencies, .. */
	JS_FORM_REF,    /* $ref, $recursiveRef, $dynamicRef */
};

/* A member of properties, patternProperties, dependencies, $defs, dependentRequired, .. */
struct js_named {
	struct scute_str name;
	const struct json *value;
	const struct js_node *node; /* NULL: value is a list of strings (dependencies) */
};

/*
 * Where a reference leads. In a dynamic one target is where it leads to on its own; a
 * validator asks the resources on its way from the outermost inwards with js_dynamic_find and
 * takes the first that has a node under that number, if any. A comparison of schemas takes target.
 */
struct js_ref {
	const struct js_node *target; /* NULL: it does not resolve; only in stored schemas */
	bool is_dynamic;              /* target has a dynamic (recursive) anchor of that name */
	uint32_t dynamic_id;          /* of the anchor's name; all of $recursiveAnchor share one */
};

struct js_keyword {
	uint8_t id;              /* enum js_keyword_id */
	uint8_t form;            /* enum js_form */
	uint32_t count;          /* NODES, NAMED: how many */
	const struct json *value; /* of the shape that the keyword table tells */
	union {
		const struct js_node *node;
		const struct js_node **nodes;
		const struct js_named *named;
		const struct js_ref *ref;
	};
};

/* How a node hangs below its parent. */
enum js_place {
	JS_PLACE_ROOT,    /* of its document; no parent */
	JS_PLACE_KEYWORD, /* the keyword's only schema */
	JS_PLACE_LIST,    /* number index of the keyword's list */
	JS_PLACE_NAMED,   /* under the member value->key of the keyword */
	JS_PLACE_POINTED, /* at a place that is no schema's; only a JSON pointer leads there */
};

struct js_node {
	uint8_t kind;        /* enum js_kind */
	uint8_t place;       /* enum js_place */
	uint8_t place_id;    /* enum js_keyword_id of the parent's */
	uint8_t n_keywords;
	uint32_t place_index;
	uint32_t id;         /* 0 .. schema->n_nodes - 1 */
	uint64_t has[2];     /* bit per enum js_keyword_id */
	const struct json *value;
	const struct js_keyword *keywords; /* sorted by id; wrong ones of stored texts left out */
	const struct js_resource *resource;
	const struct js_node *parent;
};

/* A node that dynamic references may find. */
struct js_dynamic {
	uint32_t id; /* of the name */
	const struct js_node *node;
};

/* A schema with a URI of its own (the document, or below an $id), and all that is inside. */
struct js_resource {
	struct scute_str uri;       /* absolute if anything told so; no fragment; may be empty */
	uint8_t draft;              /* enum js_draft */
	bool asserts_format;        /* "format" is a rule, by configuration or vocabulary */
	uint16_t vocabularies;      /* bit per enum js_vocabulary; keywords of others are left out */
	uint32_t id;                /* 0 .. schema->n_resources - 1 */
	const struct js_node *root;
	const struct js_document *document;
	const struct js_dynamic *dynamics; /* sorted by id */
	uint32_t n_dynamics;
};

struct js_document {
	struct scute_str text;      /* a copy; the nodes' values point into it */
	const struct json *json;
	const struct js_node *root;
	struct scute_str name;      /* the reference's name; the URI of a meta-schema; else empty */
	struct scute_str subject;   /* of a reference, for messages */
	int32_t version;
	bool is_standard;           /* a meta-schema that is rendered from the keyword table */
	struct js_document *next;
};

struct js_program; /* what the validator made of the schema; its own business */

struct scute_schema {
	const struct js_node *root;
	const struct js_document *documents; /* the first is the schema itself */
	uint32_t n_nodes;
	uint32_t n_resources;
	uint32_t n_dynamic_ids;
	uint32_t flags;             /* enum scute_source_flag, of the source */
	struct scute_limits limits; /* filled, whatever the source had */
	uint64_t bytes_max;         /* how long a text derived from this schema may become */
	const struct js_program *program;
};

/* What the plugin's own configuration says; set once, before the first schema. */
struct js_options {
	enum js_draft default_draft; /* without "$schema", or with an unknown one */
	bool format_assertion;
};

void js_options_set(struct js_options options);
struct js_options js_options(void);

static inline enum js_draft js_node_draft(const struct js_node *node)
{
	return (enum js_draft)node->resource->draft;
}

static inline bool js_has(const struct js_node *node, enum js_keyword_id id)
{
	return node->has[id / 64] >> (id % 64) & 1;
}

/* The keyword of a node; NULL: it has none of that id. Constant time. */
static inline const struct js_keyword *js_get(const struct js_node *node, enum js_keyword_id id)
{
	if (!js_has(node, id)) {
		return NULL; /* mostly; counting bits may be a call */
	}
	uint64_t below = node->has[id / 64] & (((uint64_t)1 << (id % 64)) - 1);
	int place = __builtin_popcountll(below);
	return &node->keywords[id < 64 ? place : place + __builtin_popcountll(node->has[0])];
}

/* Its value; NULL likewise. */
static inline const struct json *js_value(const struct js_node *node, enum js_keyword_id id)
{
	const struct js_keyword *keyword = js_get(node, id);

	return keyword ? keyword->value : NULL;
}

/* The one subschema of a keyword (form NODE); NULL: no such keyword, or of another form. */
static inline const struct js_node *js_sub(const struct js_node *node, enum js_keyword_id id)
{
	const struct js_keyword *keyword = js_get(node, id);

	return keyword && keyword->form == JS_FORM_NODE ? keyword->node : NULL;
}

/* The member of a keyword (form NAMED) by binary search; NULL: none. keyword may be NULL. */
const struct js_named *js_named_find(const struct js_keyword *keyword, struct scute_str name);

/* The node of a dynamic anchor in a resource; NULL: none. */
const struct js_node *js_dynamic_find(const struct js_resource *resource, uint32_t dynamic_id);

/*
 * Appends where node is: a JSON pointer into its document, "" for the root. The caller puts "#"
 * in front as its messages want it. A node is found from its parents: linear in the depth (at
 * JS_PLACE_POINTED in the document).
 */
void js_pointer(const struct js_node *node, struct buf *out);

/* The same for any value below root, which may be a document's; linear in all that is below. */
void js_pointer_to(const struct json *root, const struct json *value, struct buf *out);

/* Appends "/" and the token with ~ and / escaped. */
void js_pointer_token(struct scute_str token, struct buf *out);

/* parse.c; see struct scute_format. */
enum scute_status js_parse(const struct scute_source *source, struct scute_arena *arena,
	const struct scute_schema **ret_schema, struct scute_error *err);

/* The limits of a source, or the defaults where it has none. */
struct scute_limits js_limits(const struct scute_source *source);

/* Reads text as JSON under those limits; it must live as long as the tree. */
enum scute_status js_read_json(const struct scute_limits *limits, struct scute_str text,
	struct scute_arena *arena, const struct json **ret_json, struct scute_error *err);

/* text.c; see struct scute_format. */
enum scute_status js_canonical(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err);
enum scute_status js_identity(const struct scute_source *source, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err);

/* normal.c; see struct scute_format. */
enum scute_status js_normalize(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err);

/* fingerprint.c; see struct scute_format. */
enum scute_status js_fingerprint(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err);

#endif
