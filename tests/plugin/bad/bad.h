/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin that is right in all but the one thing that a file changes by defining a macro
 * before it includes this. Not a header in the usual sense: it is the whole plugin.
 */
#include "scute/plugin.h"

#ifndef BAD_MAGIC
#define BAD_MAGIC SCUTE_MAGIC
#endif
#ifndef BAD_SIZE
#define BAD_SIZE sizeof(struct scute_plugin)
#endif
#ifndef BAD_MAJOR
#define BAD_MAJOR SCUTE_ABI_MAJOR
#endif
#ifndef BAD_MINOR
#define BAD_MINOR SCUTE_ABI_MINOR
#endif
#ifndef BAD_KIND
#define BAD_KIND SCUTE_KIND_FORMAT
#endif
#ifndef BAD_NAME
#define BAD_NAME "bad"
#endif
#ifndef BAD_VERSION
#define BAD_VERSION "1"
#endif
#ifndef BAD_INIT
#define BAD_INIT NULL
#endif
#ifndef BAD_FINI
#define BAD_FINI NULL
#endif
#ifndef BAD_TABLE_SIZE
#define BAD_TABLE_SIZE sizeof(table)
#endif
#ifndef BAD_TYPE
#define BAD_TYPE "BAD"
#endif
#ifndef BAD_EMBEDDED
#define BAD_EMBEDDED NULL
#endif
#ifndef BAD_PARSE
#define BAD_PARSE parse
#endif
#ifndef BAD_CANONICAL
#define BAD_CANONICAL text_of
#endif
#ifndef BAD_COMPATIBLE
#define BAD_COMPATIBLE compatible
#endif
#ifndef BAD_ENCODE
#define BAD_ENCODE NULL
#endif
#ifndef BAD_DECODE
#define BAD_DECODE NULL
#endif
#ifndef BAD_AUTHENTICATE
#define BAD_AUTHENTICATE authenticate
#endif
#ifndef BAD_AUTHORIZE
#define BAD_AUTHORIZE authorize
#endif
#ifndef BAD_ROUTES
#define BAD_ROUTES { "GET", "/bad", handle }
#endif
#ifndef BAD_N_ROUTES
#define BAD_N_ROUTES sizeof(routes) / sizeof(routes[0])
#endif

#if defined(BAD_AUTH)

static void authenticate(void *state, const struct scute_caller *caller, scute_authenticated done,
	void *user)
{
	(void)state;
	(void)caller;
	done(user, SCUTE_PASS, NULL, (struct scute_str){ NULL, 0 });
}

static enum scute_verdict authorize(void *state, const struct scute_principal *principal,
	enum scute_operation operation, enum scute_resource resource, struct scute_str name)
{
	(void)state;
	(void)principal;
	(void)operation;
	(void)resource;
	(void)name;
	return SCUTE_DENY;
}

/* What stands here also when a macro takes one of them out of the table. */
static const void *const used[] __attribute__((used)) = { (const void *)authenticate,
	(const void *)authorize };

static const struct scute_auth table = {
	.size = BAD_TABLE_SIZE,
	.authenticate = BAD_AUTHENTICATE,
	.authorize = BAD_AUTHORIZE,
};
#define TABLE .table.auth

#elif defined(BAD_SERVICE)

static void handle(void *state, struct scute_request *request)
{
	(void)state;
	(void)request;
}

static const void *const used[] __attribute__((used)) = { (const void *)handle };

#ifndef BAD_NULL_ROUTES
static const struct scute_route routes[] = { BAD_ROUTES };
#endif

static const struct scute_service table = {
	.size = BAD_TABLE_SIZE,
#ifndef BAD_NULL_ROUTES
	.routes = routes,
	.n_routes = BAD_N_ROUTES,
#endif
};
#define TABLE .table.service

#else

static enum scute_status parse(const struct scute_source *source, struct scute_arena *arena,
	const struct scute_schema **ret_schema, struct scute_error *err)
{
	(void)source;
	(void)arena;
	(void)ret_schema;
	err->status = SCUTE_EUNSUPPORTED;
	return SCUTE_EUNSUPPORTED;
}

static enum scute_status text_of(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	(void)schema;
	(void)arena;
	(void)ret_text;
	err->status = SCUTE_EUNSUPPORTED;
	return SCUTE_EUNSUPPORTED;
}

static enum scute_status compatible(struct scute_compat *c, struct scute_error *err)
{
	(void)c;
	err->status = SCUTE_EUNSUPPORTED;
	return SCUTE_EUNSUPPORTED;
}

static enum scute_status convert(const struct scute_schema *schema, struct scute_str in,
	struct scute_arena *arena, struct scute_str *ret_out, struct scute_error *err)
{
	(void)in;
	return text_of(schema, arena, ret_out, err);
}

static const void *const used[] __attribute__((used)) = { (const void *)parse,
	(const void *)text_of, (const void *)compatible, (const void *)convert };

static const struct scute_format table = {
	.size = BAD_TABLE_SIZE,
	.type = BAD_TYPE,
	.embedded = BAD_EMBEDDED,
	.parse = BAD_PARSE,
	.canonical = BAD_CANONICAL,
	.compatible = BAD_COMPATIBLE,
	.encode = BAD_ENCODE,
	.decode = BAD_DECODE,
};
#define TABLE .table.format

#endif

static const struct scute_plugin plugin = {
	.magic = BAD_MAGIC,
	.size = BAD_SIZE,
	.abi_major = BAD_MAJOR,
	.abi_minor = BAD_MINOR,
	.kind = BAD_KIND,
	.name = BAD_NAME,
	.version = BAD_VERSION,
	.init = BAD_INIT,
	.fini = BAD_FINI,
#ifndef BAD_NULL_TABLE
	TABLE = &table,
#endif
};

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void);

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void)
{
	(void)table;
	return &plugin;
}
