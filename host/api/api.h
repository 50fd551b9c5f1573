/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry's HTTP API: from a routed request to calls into the registry, and from its
 * answers to bytes. One family of routes a file; each gives a table of endpoints.
 */
#ifndef API_API_H
#define API_API_H

#include "api/answer.h"
#include "api/form.h"
#include "base/list.h"
#include "http/reply.h"
#include "http/router.h"
#include "plugin/table.h"
#include "registry/registry.h"

struct api;
struct loop;

/* What the caller must be allowed to. */
enum api_guard {
	API_PUBLIC,         /* nothing is asked */
	API_SIGNED_IN,      /* any caller that is known; lists are filtered */
	API_READ_CONFIG,
	API_WRITE_CONFIG,
	API_READ_SUBJECT,   /* of the path's {subject} */
	API_WRITE_SUBJECT,
};

enum api_flag {
	API_WITHOUT_STATE = 1, /* also served while the log is being replayed */
	API_ANY_MEDIA = 2,     /* no content negotiation: for probes and people */
	API_ALIASED = 4,       /* the path's {subject} may be an alias, see alias.h */
};

struct api_endpoint {
	const char *method;
	const char *pattern;
	enum api_guard guard;
	unsigned flags; /* enum api_flag */
	void (*handle)(struct api *api, struct request *request);
};

/* A family's table ends with a NULL method. */
extern const struct api_endpoint api_subjects[];
extern const struct api_endpoint api_versions[];
extern const struct api_endpoint api_schemas[];
extern const struct api_endpoint api_listing[];
extern const struct api_endpoint api_compat[];
extern const struct api_endpoint api_config[];
extern const struct api_endpoint api_mode[];
extern const struct api_endpoint api_contexts[];
extern const struct api_endpoint api_guids[];
extern const struct api_endpoint api_health[];
extern const struct api_endpoint api_openapi[];

struct api_options {
	struct loop *loop;
	struct registry *registry;
	const struct plugin_table *plugins;
	enum profile profile;
	size_t reply_cache_bytes_max;
	const char *version; /* of the program */
	struct scute_str group_id; /* of the registries that share a log */
};

struct api_bound; /* an endpoint bound to its api and to the router */

struct api {
	struct api_options options;
	struct registry *registry;
	enum store_state state;
	uint64_t started_ms;     /* loop clock */
	uint64_t ready_after_ms; /* from start to the first READY; 0 before */
	struct buf out;          /* body under construction; one at a time */
	struct form form;        /* what that body waits for */
	bool qualifies;          /* references are told with their contexts */
	struct scute_str listed_form; /* of the list's entry under construction; empty: as stored */
	struct escaped_cache *escaped;
	struct api_bound *bound;
	struct list passes;      /* callers that auth plugins are still deciding on; see gate.h */
	struct store *store;     /* for health only */
	/* Who asks, while a handler runs; NULL without an auth plugin. See gate.h. */
	const struct api_caller *caller;
};

/* options are copied. NULL: no memory. */
struct api *api_create(const struct api_options *options);
void api_destroy(struct api *api);

/* Puts all families' routes into router. */
bool api_register(struct api *api, struct router *router, struct scute_error *err);

/* Data routes answer 503 until READY; when LOST they go on from what was read. */
void api_set_state(struct api *api, enum store_state state);

#endif
