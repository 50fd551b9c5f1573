/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pointers by a scope (any address) and a name, while a schema is parsed: URIs, anchors,
 * nodes, members. Names come from strangers: the hash is seeded.
 */
#ifndef JSONSCHEMA_TABLE_H
#define JSONSCHEMA_TABLE_H

#include "scute/types.h"

struct js_table_slot;

struct js_table {
	struct js_table_slot *slots; /* NULL: nothing was put in yet */
	size_t mask;
	size_t count;
};

/* What was put in under scope and name; NULL: nothing. */
void *js_table_get(const struct js_table *table, const void *scope, struct scute_str name);

/*
 * Puts value (not NULL) in unless something is there already; *ret_held is then what holds the
 * place, which is value itself when it is new. name must outlive the table. False: no memory.
 */
bool js_table_put(struct js_table *table, struct scute_arena *arena, const void *scope,
	struct scute_str name, const void *value, void **ret_held);

#endif
