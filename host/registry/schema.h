/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Distinct schemas: a type, a text, references. Equal content is held once, whatever
 * number of subjects of a context carry it. Found by id and by identity.
 */
#ifndef REGISTRY_SCHEMA_H
#define REGISTRY_SCHEMA_H

#include "base/hash.h"
#include "base/map.h"
#include "registry/context.h"
#include "scute/format.h"

struct schema_reference {
	struct scute_str name;
	struct scute_str subject;
	int32_t version;
};

/* What few schemas have, in one allocation apart. */
struct schema_more {
	const struct schema_reference *references;
	size_t n_references;
	struct scute_str extra; /* members of the value that we do not interpret, see record.h */
};

/* A schemaType as text, interned; with the plugin's table when one is loaded. */
struct schema_type {
	struct schema_type *next;
	const struct scute_format *format; /* NULL: no plugin for it */
	struct scute_str name;
};

struct schema {
	struct hash128 identity;
	const struct schema_type *type;
	const struct schema_more *more; /* NULL: neither references nor extra */
	const struct subject *holder;   /* one that carries it; NULL: not known, search */
	uint32_t id;
	uint32_t uses;     /* versions that carry it, soft-deleted ones included */
	uint32_t live;     /* those of them that are not soft-deleted */
	uint32_t text_len;
	uint16_t pins;     /* readers on other threads; it stays in memory until they are done */
	uint16_t context;  /* index of the one whose id it has */
	bool is_indexed;   /* reachable by id and identity; false while its id stands for another */
	char text[];       /* not NUL-terminated */
};

static inline struct scute_str schema_text(const struct schema *schema)
{
	return (struct scute_str){ schema->text, schema->text_len };
}

/* Content about to be stored or looked up. */
struct schema_content {
	const struct schema_type *type;
	struct scute_str text;
	const struct schema_reference *references;
	size_t n_references;
	struct scute_str extra;
	struct scute_str context; /* its name; empty: the default one */
	unsigned flags;           /* enum scute_source_flag, for its identity */
};

struct schema_page;

struct schemas {
	struct map by_identity;
	struct contexts contexts;
	struct map pages;         /* by context and id: pages of neighbours */
	struct map clashed;       /* by context and id: those that are not indexed */
	struct map referrers;     /* (subject, version) to the schemas that refer to it */
	struct schema_type *types;
	size_t count;
};

/* False: no memory. */
bool schemas_init(struct schemas *schemas);
void schemas_finish(struct schemas *schemas);

/* Interned; format is taken when the type is new. NULL: no memory. */
const struct schema_type *schemas_type(struct schemas *schemas, struct scute_str name,
	const struct scute_format *format);

/* In the default context, and in one by its index. NULL: none. */
const struct schema *schemas_by_id(const struct schemas *schemas, uint32_t id);
const struct schema *schemas_in(const struct schemas *schemas, uint16_t context, uint32_t id);

/* The default context's. */
uint32_t schemas_max_id(const struct schemas *schemas);

/* The schema with that identity; the one of the lowest id when several ids hold it. */
const struct schema *schemas_by_identity(const struct schemas *schemas, struct hash128 identity);

/*
 * Hashes type, identity bytes, references, extra and context. arena: for work memory. When the
 * format can not tell the identity, the text itself is it.
 */
enum scute_status schemas_identity(const struct schema_content *content,
	const struct scute_limits *limits, struct scute_arena *arena, struct hash128 *ret_identity,
	struct scute_error *err);

static inline bool schema_has_extra(const struct schema *schema)
{
	return schema->more && schema->more->extra.len > 0;
}

/* The identity that the same content has without extra. */
struct hash128 schema_bare_identity(const struct schema *schema);

/*
 * The one schema of that id and content, made when it is new; counted as one more use.
 * *ret_clash tells that the id stands for other content already: the schema is then
 * reachable through its versions alone, until the other one is gone. NULL: no memory.
 */
struct schema *schemas_take(struct schemas *schemas, uint32_t id, const struct schema_content *content,
	struct hash128 identity, bool *ret_clash);

/* The numbers of all pages of neighbouring ids, for a walk in steps. To be freed; NULL: no memory. */
uint64_t *schemas_pages(const struct schemas *schemas, size_t *ret_n);
/* Calls each(user, schema) for those of one page that hold their ids; a page may be gone. */
void schemas_each_of_page(const struct schemas *schemas, uint64_t page,
	void (*each)(void *user, const struct schema *schema), void *user);

/* Keeps schema in memory, unchanged, for a reader on another thread. False: too many do. */
bool schema_pin(const struct schema *schema);
void schema_unpin(const struct schema *schema);

/* One use less; frees it with the last, or with the last pin. */
void schemas_drop(struct schemas *schemas, struct schema *schema);

/* Calls each(user, schema) for every schema that refers to that version; stops when it returns false. */
void schemas_each_referrer(const struct schemas *schemas, struct scute_str subject, int32_t version,
	bool (*each)(void *user, const struct schema *schema), void *user);

#endif
