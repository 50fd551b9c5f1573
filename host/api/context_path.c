/* SPDX-License-Identifier: Apache-2.0 */
/* Everything here is as it came, percent-encoded: what is put together is decoded later, once. */
#include "api/context_path.h"

#include <string.h>

#include "http/reply.h"
#include "support/arena.h"
#include "support/str.h"

#define PREFIX SCUTE_STR("/contexts/")

static struct scute_str behind(struct scute_str text, size_t n)
{
	return (struct scute_str){ text.data + n, text.len - n };
}

/* Up to the first byte of that kind, or all. */
static struct scute_str until(struct scute_str text, char byte)
{
	const char *end = text.len > 0 ? memchr(text.data, byte, text.len) : NULL;

	return (struct scute_str){ text.data, end ? (size_t)(end - text.data) : text.len };
}

static bool is_qualified(struct scute_str name)
{
	return str_starts(name, SCUTE_STR(":")) || str_starts(name, SCUTE_STR("%3A")) ||
		str_starts(name, SCUTE_STR("%3a"));
}

/* The parameter's value in the query; empty when it is not there. */
static struct scute_str value_of(struct scute_str query, struct scute_str name)
{
	while (query.len > 0) {
		struct scute_str item = until(query, '&');
		if (str_starts(item, name) && item.len > name.len && item.data[name.len] == '=') {
			return behind(item, name.len + 1);
		}
		query = behind(query, item.len + (item.len < query.len));
	}
	return (struct scute_str){ NULL, 0 };
}

/* ":.lab:", as it goes before a name. Empty: no context, or no memory. */
static struct scute_str qualifier(struct request *request, struct scute_str context)
{
	struct scute_str none = { NULL, 0 };
	struct scute_str decoded;

	if (context.len == 0 ||
		!request_decode(&request->arena.base, context, false, &decoded) ||
		memchr(decoded.data, ':', decoded.len)) {
		return none;
	}
	return arena_printf(&request->arena.base, ":%s%.*s:", decoded.data[0] == '.' ? "" : ".",
		STR_ARGS(context));
}

/* The first parameter of a name counts: it goes before the others. */
static bool put_query(struct request *request, const char *name, struct scute_str prefix)
{
	struct scute_str value = value_of(request->query, str_z(name));

	if (is_qualified(value)) {
		return true;
	}
	request->query = arena_printf(&request->arena.base, "%s=%.*s%.*s&%.*s", name, STR_ARGS(prefix),
		STR_ARGS(value), STR_ARGS(request->query));
	return request->query.data != NULL;
}

/* base, then the name's segment with the prefix, then the rest. */
static bool put_name(struct request *request, struct scute_str base, struct scute_str prefix)
{
	struct scute_str rest = behind(request->path, base.len);

	rest = behind(rest, rest.len > 0); /* the slash */
	if (is_qualified(rest)) {
		return true;
	}
	request->path = arena_printf(&request->arena.base, "%.*s/%.*s%.*s", STR_ARGS(base),
		STR_ARGS(prefix), STR_ARGS(rest));
	return request->path.data != NULL;
}

/* The path is base, or base and a slash and more. */
static bool is_under(struct scute_str path, struct scute_str base)
{
	return str_starts(path, base) && (path.len == base.len || path.data[base.len] == '/');
}

/* path: that behind the context. */
static bool rewrite(struct request *request, struct scute_str path, struct scute_str prefix)
{
	static const struct {
		const char *base;
		bool alone; /* without a name the context itself is meant */
	} named[] = {
		{ "/subjects", false },
		{ "/config", true },
		{ "/mode", true },
		{ "/compatibility/subjects", false },
	};

	path.len -= path.len > 1 && path.data[path.len - 1] == '/'; /* which is ignored anyway */
	request->path = path;
	if (str_eq(path, SCUTE_STR("/subjects")) || str_eq(path, SCUTE_STR("/schemas"))) {
		return put_query(request, "subjectPrefix", prefix);
	}
	if (is_under(path, SCUTE_STR("/schemas/ids"))) {
		return put_query(request, "subject", prefix);
	}
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		struct scute_str base = str_z(named[i].base);
		if (is_under(path, base) && (named[i].alone || path.len > base.len)) {
			bool global = path.len == base.len && str_eq(prefix, SCUTE_STR(":.:"));
			return global || put_name(request, base, prefix);
		}
	}
	return true;
}

bool context_path_rewrite(struct request *request)
{
	if (!str_starts(request->path, PREFIX)) {
		return true;
	}
	struct scute_str rest = behind(request->path, PREFIX.len);
	struct scute_str context = until(rest, '/');
	if (context.len == rest.len) {
		return true; /* a context as such */
	}
	struct scute_str prefix = qualifier(request, context);
	if (prefix.len == 0) {
		reply_error(request, 400, 400, SCUTE_STR("HTTP 400 Not the name of a context"));
		return false;
	}
	if (!rewrite(request, behind(rest, context.len), prefix)) {
		reply_error(request, 503, 503, SCUTE_STR("HTTP 503 Out of memory"));
		return false;
	}
	return true;
}
