/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts by name, and the names themselves. */
#include "registry/context.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "support/str.h"

/* Bytes of ":.lab:" in front of a qualified name; 0: it is not qualified. */
static size_t prefix_bytes(struct scute_str subject)
{
	const char *end;

	if (subject.len < 3 || subject.data[0] != ':' || subject.data[1] != '.') {
		return 0;
	}
	end = memchr(subject.data + 1, ':', subject.len - 1);
	return end ? (size_t)(end - subject.data) + 1 : 0;
}

struct scute_str context_of(struct scute_str subject)
{
	size_t bytes = prefix_bytes(subject);

	if (bytes == 0) {
		return SCUTE_STR(CONTEXT_DEFAULT);
	}
	return (struct scute_str){ subject.data + 1, bytes - 2 };
}

struct scute_str context_rest(struct scute_str subject)
{
	size_t bytes = prefix_bytes(subject);

	return (struct scute_str){ subject.data + bytes, subject.len - bytes };
}

struct scute_str context_plain(struct scute_str subject)
{
	struct scute_str rest = context_rest(subject);

	return rest.len > 0 && str_eq_z(context_of(subject), CONTEXT_DEFAULT) ? rest : subject;
}

bool context_is_bare(struct scute_str subject)
{
	size_t bytes = prefix_bytes(subject);

	return bytes > 0 && bytes == subject.len;
}

static uint64_t hash_context(const void *item)
{
	return hash64(context_name(item));
}

static bool has_name(const void *item, const void *key)
{
	return str_eq(context_name(item), *(const struct scute_str *)key);
}

bool contexts_init(struct contexts *contexts)
{
	*contexts = (struct contexts){ 0 };
	map_init(&contexts->by_name, hash_context);
	return contexts_get(contexts, SCUTE_STR(CONTEXT_DEFAULT)) != NULL;
}

void contexts_finish(struct contexts *contexts)
{
	for (size_t i = 0; i < contexts->n; i++) {
		free(contexts->all[i]);
	}
	free(contexts->all);
	map_finish(&contexts->by_name);
}

struct context *contexts_find(const struct contexts *contexts, struct scute_str name)
{
	if (str_eq_z(name, CONTEXT_DEFAULT)) {
		return contexts->n > 0 ? contexts->all[0] : NULL;
	}
	return map_find(&contexts->by_name, hash64(name), has_name, &name);
}

static bool make_room(struct contexts *contexts)
{
	size_t cap = contexts->cap ? contexts->cap * 2 : 4;

	if (contexts->n < contexts->cap) {
		return true;
	}
	struct context **all = realloc(contexts->all, cap * sizeof(struct context *));
	if (!all) {
		return false;
	}
	contexts->all = all;
	contexts->cap = cap;
	return true;
}

struct context *contexts_get(struct contexts *contexts, struct scute_str name)
{
	struct context *context = contexts_find(contexts, name);

	if (context || contexts->n >= CONTEXTS_MAX || !make_room(contexts)) {
		return context;
	}
	context = calloc(1, sizeof(*context) + name.len);
	if (!context) {
		return NULL;
	}
	memcpy(context->name, name.data, name.len);
	context->name_len = (uint32_t)name.len;
	context->index = (uint16_t)contexts->n;
	if (!map_insert(&contexts->by_name, context)) {
		free(context);
		return NULL;
	}
	contexts->all[contexts->n++] = context;
	return context;
}

uint32_t context_highest(const struct context *context)
{
	return context->max_id > context->given_id ? context->max_id : context->given_id;
}
