/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contexts: name spaces for subjects and ids. A subject ":.lab:orders" stands in the context
 * ".lab"; one without such a prefix in the default context ".". Each context counts its ids
 * for itself. Source: confluent.md 1.2 of the project's fact sheets, "Qualified names".
 */
#ifndef REGISTRY_CONTEXT_H
#define REGISTRY_CONTEXT_H

#include "base/map.h"
#include "scute/types.h"

#define CONTEXT_DEFAULT "."
#define CONTEXT_GLOBAL ":.__GLOBAL:" /* the scope around all contexts, as a subject */
#define CONTEXTS_MAX 10000

/* The context that a subject's name puts it into, "." when it says none. */
struct scute_str context_of(struct scute_str subject);

/* What follows the prefix; empty for the context as such (":.lab:"). */
struct scute_str context_rest(struct scute_str subject);

/* ":.:orders" is another way to say "orders"; a context as such stays as it is. */
struct scute_str context_plain(struct scute_str subject);

/* Whether the name is that of a context, not of a subject in it. */
bool context_is_bare(struct scute_str subject);

/* The counters of one context. */
struct context {
	uint16_t index;            /* 0: the default one */
	bool is_recorded;          /* a CONTEXT record tells of it */
	uint32_t max_id;           /* highest id ever seen in the log */
	uint32_t persisted_max_id; /* what the last NOOP of the log says; 0: it has none */
	uint32_t given_id;         /* highest id given out, also to writes that failed later */
	uint32_t name_len;
	char name[];
};

static inline struct scute_str context_name(const struct context *context)
{
	return (struct scute_str){ context->name, context->name_len };
}

struct contexts {
	struct map by_name;
	struct context **all; /* by index; NULL slots: none */
	size_t n;
	size_t cap;
};

/* False: no memory. The default context is there from the beginning. */
bool contexts_init(struct contexts *contexts);
void contexts_finish(struct contexts *contexts);

/* NULL: no such context. */
struct context *contexts_find(const struct contexts *contexts, struct scute_str name);
/* Made when it is new. NULL: no memory, or CONTEXTS_MAX are there. */
struct context *contexts_get(struct contexts *contexts, struct scute_str name);

/* The highest id that was ever given out there. */
uint32_t context_highest(const struct context *context);

#endif
