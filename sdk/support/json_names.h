/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The member names of one object while it is read, so that duplicates are found in
 * time linear in the text whatever the names are; private to support/.
 */
#ifndef SUPPORT_JSON_NAMES_H
#define SUPPORT_JSON_NAMES_H

#include "json_in.h"

struct json_names;

/* A table with the object's present members in it. NULL: out of memory. */
struct json_names *json_names_create(struct scute_arena *arena, const struct json *object);

/* The member of that name, or NULL. */
struct json *json_names_find(struct json_names *names, struct scute_str key);

/* Right after json_names_find did not find its name. False: out of memory. */
bool json_names_add(struct json_names *names, struct scute_arena *arena, struct json *member);

#endif
