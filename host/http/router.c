/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of path segments, and what is answered when it does not lead to a route. */
#include "http/router.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http/conn.h"
#include "http/media.h"
#include "http/reply.h"
#include "support/str.h"

#define SEGMENTS_MAX 16
#define ALLOW_BYTES_MAX 256
#define DEFAULT_ERROR_TYPE "application/vnd.schemaregistry.v1+json"

struct entry {
	struct entry *next;
	const struct route *route;
};

struct node {
	struct node *next;     /* sibling */
	struct node *children; /* static segments */
	struct node *param;    /* any other segment */
	struct entry *entries; /* routes that end here */
	struct scute_str segment;
};

struct router {
	struct node root;
	const struct media *media;
	bool (*rewrite)(struct request *request); /* NULL: none */
};

struct path {
	size_t n;
	struct scute_str segments[SEGMENTS_MAX];
};

/* One way through the tree: which segments are parameters, and where it ended. */
struct match {
	const struct path *path;
	struct scute_str method;
	const struct route *route;
	const struct node *other; /* the path exists, but not for this method */
	size_t n_params;
	struct scute_str params[SEGMENTS_MAX];
};

struct router *router_create(void)
{
	return calloc(1, sizeof(struct router));
}

/* Depth is bounded by SEGMENTS_MAX. */
static void finish_node(struct node *node)
{
	struct node *child;
	struct entry *entry;

	while ((entry = node->entries) != NULL) {
		node->entries = entry->next;
		free(entry);
	}
	while ((child = node->children) != NULL) {
		node->children = child->next;
		finish_node(child);
		free(child);
	}
	if (node->param != NULL) {
		finish_node(node->param);
		free(node->param);
	}
}

void router_destroy(struct router *router)
{
	if (router != NULL) {
		finish_node(&router->root);
		free(router);
	}
}

void router_set_default_media(struct router *router, const struct media *media)
{
	router->media = media;
}

void router_set_rewrite(struct router *router, bool (*rewrite)(struct request *request))
{
	router->rewrite = rewrite;
}

const char *router_error_type(const struct router *router)
{
	return router->media != NULL ? router->media->produces[0] : DEFAULT_ERROR_TYPE;
}

/* Cuts "/a/b" (one trailing slash ignored) into segments. False: no path, or too deep. */
static bool split(struct scute_str text, struct path *ret_path)
{
	ret_path->n = 0;
	if (text.len == 0 || text.data[0] != '/') {
		return false;
	}
	if (text.len > 1 && text.data[text.len - 1] == '/') {
		text.len--;
	}
	while (text.len > 1) {
		const char *start = text.data + 1;
		const char *slash = memchr(start, '/', text.len - 1);
		size_t len = slash != NULL ? (size_t)(slash - start) : text.len - 1;

		if (ret_path->n == SEGMENTS_MAX) {
			return false;
		}
		ret_path->segments[ret_path->n++] = (struct scute_str){ start, len };
		text.data += len + 1;
		text.len -= len + 1;
	}
	/* A lone slash is left over only by an empty last segment ("//"). */
	return text.len == 0 || ret_path->n == 0;
}

static bool is_param(struct scute_str segment)
{
	return segment.len > 2 && segment.data[0] == '{' && segment.data[segment.len - 1] == '}';
}

static bool is_pattern(const char *pattern, struct path *ret_path)
{
	size_t n_params = 0;

	if (!split(str_z(pattern), ret_path)) {
		return false;
	}
	for (size_t i = 0; i < ret_path->n; i++) {
		struct scute_str segment = ret_path->segments[i];
		if (is_param(segment)) {
			n_params++;
		} else if (segment.len == 0 || memchr(segment.data, '{', segment.len) != NULL ||
			memchr(segment.data, '}', segment.len) != NULL) {
			return false;
		}
	}
	return n_params <= REQUEST_PARAMS_MAX;
}

static struct node *find_child(const struct node *node, struct scute_str segment)
{
	for (struct node *child = node->children; child != NULL; child = child->next) {
		if (str_eq(child->segment, segment)) {
			return child;
		}
	}
	return NULL;
}

/* The child for a segment of a pattern, made when missing. NULL: no memory. */
static struct node *enter(struct node *node, struct scute_str segment)
{
	bool param = is_param(segment);
	struct node *child = param ? node->param : find_child(node, segment);

	if (child != NULL) {
		return child;
	}
	child = calloc(1, sizeof(*child));
	if (child == NULL) {
		return NULL;
	}
	child->segment = segment;
	if (param) {
		node->param = child;
	} else {
		child->next = node->children;
		node->children = child;
	}
	return child;
}

static const struct route *find_route(const struct node *node, struct scute_str method)
{
	for (const struct entry *entry = node->entries; entry != NULL; entry = entry->next) {
		if (str_eq_z(method, entry->route->method)) {
			return entry->route;
		}
	}
	return NULL;
}

bool router_add(struct router *router, const struct route *route, struct scute_error *err)
{
	struct node *node = &router->root;
	struct entry **last;
	struct entry *entry;
	const struct route *other;
	struct path path;

	if (!is_pattern(route->pattern, &path)) {
		error_set(err, SCUTE_EINVAL, "malformed route pattern \"%s\"", route->pattern);
		return false;
	}
	for (size_t i = 0; i < path.n && node != NULL; i++) {
		node = enter(node, path.segments[i]);
	}
	entry = node != NULL ? calloc(1, sizeof(*entry)) : NULL;
	if (entry == NULL) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		return false;
	}
	other = find_route(node, str_z(route->method));
	if (other != NULL) {
		error_set(err, SCUTE_EINVAL, "route %s %s clashes with %s %s", route->method,
			route->pattern, other->method, other->pattern);
		free(entry);
		return false;
	}
	entry->route = route;
	for (last = &node->entries; *last != NULL; last = &(*last)->next) {
	}
	*last = entry;
	return true;
}

static bool end_at(struct match *match, const struct node *node)
{
	if (node->entries == NULL) {
		return false;
	}
	match->route = find_route(node, match->method);
	if (match->route == NULL && str_eq(match->method, SCUTE_STR("HEAD"))) {
		match->route = find_route(node, SCUTE_STR("GET"));
	}
	if (match->route == NULL && match->other == NULL) {
		match->other = node;
	}
	return match->route != NULL;
}

/* Static segments first, then the parameter; as deep as the pattern tree, SEGMENTS_MAX at most. */
static bool walk(struct match *match, const struct node *node, size_t depth)
{
	const struct node *child;
	struct scute_str segment;

	if (depth == match->path->n) {
		return end_at(match, node);
	}
	segment = match->path->segments[depth];
	child = find_child(node, segment);
	if (child != NULL && walk(match, child, depth + 1)) {
		return true;
	}
	if (node->param == NULL || segment.len == 0) {
		return false;
	}
	match->params[match->n_params++] = segment;
	if (walk(match, node->param, depth + 1)) {
		return true;
	}
	match->n_params--;
	return false;
}

/* The methods of a path, for Allow. */
static struct scute_str list_methods(const struct node *node, char *out, size_t room)
{
	struct buf buf;
	size_t len;

	buf_init(&buf, room);
	for (const struct entry *entry = node->entries; entry != NULL; entry = entry->next) {
		buf_append_z(&buf, entry->route->method);
		buf_append_z(&buf,
			str_eq_z(SCUTE_STR("GET"), entry->route->method) ? ", HEAD, " : ", ");
	}
	buf_append_z(&buf, "OPTIONS");
	len = buf.failed ? 0 : buf.len;
	memcpy(out, buf.data != NULL ? buf.data : "", len);
	buf_finish(&buf);
	return (struct scute_str){ out, len };
}

static void answer_other_method(struct request *request, const struct node *node)
{
	const struct media *media = node->entries->route->media;
	char allow[ALLOW_BYTES_MAX];

	reply_add_header(request, "Allow", list_methods(node, allow, sizeof(allow)));
	if (media != NULL) {
		request->reply_type = media->produces[0];
	}
	if (str_eq(request->method, SCUTE_STR("OPTIONS"))) {
		reply_send(request, 200, NULL, SCUTE_STR(""));
		return;
	}
	reply_error(request, 405, 405, SCUTE_STR("HTTP 405 Method Not Allowed"));
}

static bool has_typed_body(const struct request *request)
{
	return str_eq(request->method, SCUTE_STR("POST")) || str_eq(request->method, SCUTE_STR("PUT"));
}

/* Sets reply_type; false when it has answered 406 or 415. */
static bool negotiate(struct request *request, const struct media *media)
{
	struct scute_str accept = { NULL, 0 };
	struct scute_str content_type;
	const char *type;

	if (media == NULL) {
		request->reply_type = "application/json";
		return true;
	}
	request->reply_type = media->produces[0];
	if (has_typed_body(request) && request_header(request, "Content-Type", &content_type) &&
		!media_accepts(media->consumes, content_type)) {
		reply_error(request, 415, 415, SCUTE_STR("HTTP 415 Unsupported Media Type"));
		return false;
	}
	if (!request_header(request, "Accept", &accept)) {
		return true;
	}
	type = media_choose(media->produces, accept);
	if (type == NULL) {
		reply_error(request, 406, 406, SCUTE_STR("HTTP 406 Not Acceptable"));
		return false;
	}
	request->reply_type = type;
	return true;
}

static bool decode_params(struct request *request, const struct match *match)
{
	assert(match->n_params <= REQUEST_PARAMS_MAX);
	for (size_t i = 0; i < match->n_params; i++) {
		struct scute_str *param = &request->params[i];
		/* A '+' in a path is a plus; a client that means a space sends %20. */
		if (!request_decode(&request->arena.base, match->params[i], false, param) ||
			memchr(param->data, '\0', param->len) != NULL || !str_is_utf8(*param)) {
			return false;
		}
	}
	return true;
}

void router_dispatch(struct router *router, struct request *request)
{
	struct path path;
	struct match match;

	/* One by one: clearing both lists of segments would cost more than the walk. */
	match.path = &path;
	match.method = request->method;
	match.route = NULL;
	match.other = NULL;
	match.n_params = 0;
	request->reply_type = router_error_type(router);
	if (router->rewrite != NULL && !router->rewrite(request)) {
		return;
	}
	if (!split(request->path, &path) || !walk(&match, &router->root, 0)) {
		if (match.other != NULL) {
			answer_other_method(request, match.other);
			return;
		}
		reply_error(request, 404, 404, SCUTE_STR("HTTP 404 Not Found"));
		return;
	}
	if (!negotiate(request, match.route->media)) {
		return;
	}
	if (!decode_params(request, &match)) {
		reply_error(request, 400, 400, SCUTE_STR("HTTP 400 Malformed path"));
		return;
	}
	request->route = match.route;
	match.route->handle(request);
}
