/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authentication may answer later, also when the client is gone: what it needs outlives the
 * request (struct pass).
 */
#include "api/gate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "api/alias.h"
#include "api/ask.h"
#include "support/str.h"

struct pass {
	struct list node;        /* in api->passes */
	struct request *request; /* NULL: the client left meanwhile */
	const struct api_bound *bound;
	size_t next;             /* auth plugin to ask */
	struct api_caller caller;
	bool is_running;         /* the handler is on the stack */
	bool is_kept;            /* beyond the handler, see gate_keep() */
	bool has_asked;          /* at least one auth plugin is loaded */
	struct scute_caller asked; /* what auth plugins are told; its slices lie in text */
	char text[];
};

static void ask_next(struct pass *pass);

static bool may(const struct api_caller *caller, enum scute_operation operation,
	enum scute_resource resource, struct scute_str name)
{
	return caller->auth->authorize(caller->state, caller->principal, operation, resource, name) ==
		SCUTE_ALLOW;
}

bool gate_may_read(const struct api *api, struct scute_str subject)
{
	return !api->caller || may(api->caller, SCUTE_READ, SCUTE_RESOURCE_SUBJECT, subject);
}

static bool is_config(enum api_guard guard)
{
	return guard == API_READ_CONFIG || guard == API_WRITE_CONFIG;
}

static bool is_allowed(const struct pass *pass)
{
	enum api_guard guard = pass->bound->endpoint->guard;
	bool write = guard == API_WRITE_CONFIG || guard == API_WRITE_SUBJECT;

	if (!pass->has_asked || guard == API_PUBLIC || guard == API_SIGNED_IN) {
		return true;
	}
	return may(&pass->caller, write ? SCUTE_WRITE : SCUTE_READ,
		is_config(guard) ? SCUTE_RESOURCE_CONFIG : SCUTE_RESOURCE_SUBJECT,
		is_config(guard) ? SCUTE_STR("") : request_param(pass->request, "subject"));
}

/* A subject that the caller may not see looks like one that is not there. */
static void refuse(const struct pass *pass)
{
	struct api *api = pass->bound->api;

	if (is_config(pass->bound->endpoint->guard)) {
		answer_code(api, pass->request, REGISTRY_FORBIDDEN);
	} else {
		answer_code_str(api, pass->request, REGISTRY_SUBJECT_NOT_FOUND,
			request_param(pass->request, "subject"));
	}
}

static void pass_end(struct pass *pass)
{
	const struct api_caller *caller = &pass->caller;

	if (caller->principal && SCUTE_HAS(caller->auth, release) && caller->auth->release) {
		caller->auth->release(caller->state, caller->principal);
	}
	list_remove(&pass->node);
	free(pass);
}

static void run(struct api *api, const struct api_endpoint *endpoint, struct request *request)
{
	if (!(endpoint->flags & API_WITHOUT_STATE) && api->state == STORE_REPLAYING) {
		reply_add_header(request, "Retry-After", SCUTE_STR("1"));
		answer_code(api, request, REGISTRY_NOT_READY);
		return;
	}
	if (ask_flags(api, request)) {
		endpoint->handle(api, request);
	}
}

static void enter(struct pass *pass)
{
	struct api *api = pass->bound->api;

	if (!is_allowed(pass)) {
		refuse(pass);
	} else {
		api->caller = pass->has_asked ? &pass->caller : NULL;
		pass->is_running = true;
		run(api, pass->bound->endpoint, pass->request);
		pass->is_running = false;
		api->caller = NULL;
	}
	pass->request = NULL;
	if (!pass->is_kept) {
		pass_end(pass);
	}
}

static struct pass *pass_of(const struct api_caller *caller)
{
	return (struct pass *)(void *)((char *)(uintptr_t)caller - offsetof(struct pass, caller));
}

const struct api_caller *gate_keep(struct api *api)
{
	if (api->caller) {
		pass_of(api->caller)->is_kept = true;
	}
	return api->caller;
}

void gate_let_go(const struct api_caller *caller)
{
	struct pass *pass = caller ? pass_of(caller) : NULL;

	if (pass) {
		pass->is_kept = false;
	}
	if (pass && !pass->is_running) {
		pass_end(pass);
	}
}

static void unauthorized(struct pass *pass, struct scute_str challenge)
{
	if (challenge.len > 0) {
		reply_add_header(pass->request, "WWW-Authenticate", challenge);
	}
	answer_code(pass->bound->api, pass->request, REGISTRY_UNAUTHORIZED);
	pass_end(pass);
}

static void authenticated(void *user, enum scute_verdict verdict, struct scute_principal *principal,
	struct scute_str challenge)
{
	struct pass *pass = user;

	pass->caller.principal = verdict == SCUTE_ALLOW ? principal : NULL;
	if (!pass->request) {
		pass_end(pass);
		return;
	}
	request_on_cancel(pass->request, NULL, NULL);
	if (verdict == SCUTE_ALLOW) {
		enter(pass);
	} else if (verdict == SCUTE_PASS) {
		ask_next(pass);
	} else {
		unauthorized(pass, challenge);
	}
}

static void cancelled(void *user)
{
	struct pass *pass = user;

	pass->request = NULL; /* authenticated() ends it */
}

static void ask(struct pass *pass, const struct plugin *plugin)
{
	pass->has_asked = true;
	pass->caller = (struct api_caller){ plugin->entry->table.auth, plugin->state, NULL };
	request_on_cancel(pass->request, cancelled, pass);
	pass->caller.auth->authenticate(plugin->state, &pass->asked, authenticated, pass);
}

static void ask_next(struct pass *pass)
{
	const struct plugin_table *plugins = pass->bound->api->options.plugins;

	while (pass->next < plugins->n) {
		const struct plugin *plugin = &plugins->plugins[pass->next++];
		if (plugin->entry->kind == SCUTE_KIND_AUTH) {
			ask(pass, plugin);
			return;
		}
	}
	if (pass->has_asked) {
		unauthorized(pass, SCUTE_STR("")); /* no plugin knows the scheme */
	} else {
		enter(pass);
	}
}

static bool has_auth(const struct plugin_table *plugins)
{
	for (size_t i = 0; i < plugins->n; i++) {
		if (plugins->plugins[i].entry->kind == SCUTE_KIND_AUTH) {
			return true;
		}
	}
	return false;
}

static struct scute_str put(char **at, struct scute_str text)
{
	struct scute_str copy = { *at, text.len };

	if (text.len > 0) {
		memcpy(*at, text.data, text.len);
	}
	*at += text.len;
	return copy;
}

/* NULL: no memory. */
static struct pass *pass_create(const struct api_bound *bound, struct request *request)
{
	struct scute_str authorization = { NULL, 0 };

	(void)request_header(request, "Authorization", &authorization);
	struct pass *pass = calloc(1, sizeof(*pass) + authorization.len + request->method.len +
		request->path.len + request->peer.len);
	if (!pass) {
		return NULL;
	}
	char *at = pass->text;
	pass->request = request;
	pass->bound = bound;
	pass->asked.size = sizeof(pass->asked);
	pass->asked.authorization = put(&at, authorization);
	pass->asked.method = put(&at, request->method);
	pass->asked.path = put(&at, request->path);
	pass->asked.peer = put(&at, request->peer);
	list_push_back(&bound->api->passes, &pass->node);
	return pass;
}

/* Karapace knows no contexts: a name is a name there. */
static void plain_subject(const struct api *api, struct request *request)
{
	struct scute_str name = request_param(request, "subject");

	if (api->options.profile == PROFILE_CONFLUENT && name.len > 0) {
		(void)request_set_param(request, "subject", context_plain(name));
	}
}

void gate_enter(struct request *request)
{
	const struct api_bound *bound = request->route->user;

	plain_subject(bound->api, request);
	/* First, so that the caller must be allowed to see the subject that is meant. */
	if ((bound->endpoint->flags & API_ALIASED) && !alias_follow(bound->api, request)) {
		answer_code(bound->api, request, REGISTRY_NO_MEMORY);
		return;
	}
	if (bound->endpoint->guard == API_PUBLIC || !has_auth(bound->api->options.plugins)) {
		run(bound->api, bound->endpoint, request);
		return;
	}
	struct pass *pass = pass_create(bound, request);
	if (!pass) {
		answer_code(bound->api, request, REGISTRY_NO_MEMORY);
		return;
	}
	ask_next(pass);
}

void gate_finish(struct api *api)
{
	list_for_each_safe(node, &api->passes) {
		struct pass *pass = list_entry(node, struct pass, node);

		assert(!pass->request); /* the server is gone, and all requests with it */
		list_remove(node);
		free(pass);
	}
}
