/* SPDX-License-Identifier: Apache-2.0 */
/* The drafts, the vocabularies, and what is known of each keyword: keywords.def as C. */
#ifndef JSONSCHEMA_KEYWORDS_H
#define JSONSCHEMA_KEYWORDS_H

#include "scute/types.h"

enum js_draft {
	JS_DRAFT_4,
	JS_DRAFT_6,
	JS_DRAFT_7,
	JS_DRAFT_2019,
	JS_DRAFT_2020,
};

#define JS_N_DRAFTS (JS_DRAFT_2020 + 1)

/* Parts of a draft that a meta-schema may leave out. 2019-09 has UNEVALUATED in APPLICATOR. */
enum js_vocabulary {
	JS_VOCABULARY_CORE,
	JS_VOCABULARY_APPLICATOR,
	JS_VOCABULARY_UNEVALUATED,
	JS_VOCABULARY_VALIDATION,
	JS_VOCABULARY_FORMAT,
	JS_VOCABULARY_CONTENT,
	JS_VOCABULARY_METADATA,
};

#define JS_N_VOCABULARIES (JS_VOCABULARY_METADATA + 1)

/* JS_MAXIMUM and so on: the order in which a node holds its keywords. */
enum js_keyword_id {
#define KEYWORD(id, name, first, last, shape, vocabulary) JS_##id,
#include "keywords.def"
#undef KEYWORD
	JS_N_KEYWORDS
};

/* What the value of a keyword has to be. */
enum js_shape {
	JS_SHAPE_ANY,
	JS_SHAPE_BOOLEAN,
	JS_SHAPE_NUMBER,
	JS_SHAPE_DIVISOR,       /* a number above zero */
	JS_SHAPE_COUNT,         /* an integer, zero or more; 2.0 is one */
	JS_SHAPE_STRING,
	JS_SHAPE_STRINGS,       /* different strings */
	JS_SHAPE_URI,
	JS_SHAPE_URI_REFERENCE,
	JS_SHAPE_ANCHOR,        /* a plain name */
	JS_SHAPE_PATTERN,       /* a regular expression */
	JS_SHAPE_REFERENCE,     /* to a schema */
	JS_SHAPE_TYPES,         /* the name of a type or a list of different ones */
	JS_SHAPE_ENUM,
	JS_SHAPE_ARRAY,
	JS_SHAPE_VOCABULARIES,  /* true (required) or false by URI */
	JS_SHAPE_SCHEMA,
	JS_SHAPE_ADDITIONAL,    /* a schema; draft 4 takes booleans here, though only here */
	JS_SHAPE_SCHEMAS,       /* at least one */
	JS_SHAPE_ITEMS,         /* a schema, or up to 2019-09 a list of them */
	JS_SHAPE_NAMED,         /* schemas by name */
	JS_SHAPE_PATTERNS,      /* schemas by regular expression */
	JS_SHAPE_DEPENDENCIES,  /* schemas or lists of strings by name */
	JS_SHAPE_NAMED_STRINGS, /* lists of strings by name */
};

struct js_rule {
	const char *name;
	uint8_t first_draft; /* enum js_draft, both included */
	uint8_t last_draft;
	uint8_t shape;       /* enum js_shape */
	uint8_t vocabulary;  /* enum js_vocabulary */
};

/* The row of a keyword; constant. */
const struct js_rule *js_rule(enum js_keyword_id id);

/* The name of a keyword, for messages and paths. */
const char *js_keyword_name(enum js_keyword_id id);

/* The keyword of that name in that draft; JS_N_KEYWORDS: there is none. Takes constant time. */
enum js_keyword_id js_keyword_find(struct scute_str name, enum js_draft draft);

/* "4", "6", "7", "2019-09", "2020-12": as the configuration and messages call it. */
const char *js_draft_name(enum js_draft draft);

/* By js_draft_name or by "2019", "2020". */
bool js_draft_by_name(struct scute_str name, enum js_draft *ret_draft);

/* By the URI of its meta-schema; an empty fragment, http and https make no difference. */
bool js_draft_by_uri(struct scute_str uri, enum js_draft *ret_draft);

#endif
