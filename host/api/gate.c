/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication may answer later, so what it needs outlives the request (struct pass). */
#include "api/gate.h"

#include <stdlib.h>

#include "support/str.h"

struct pass {
	struct request *request; /* NULL: the client left meanwhile */
	const struct api_bound *bound;
	size_t next;             /* auth plugin to ask */
	struct api_caller caller;
	bool has_asked;          /* at least one auth plugin is loaded */
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

	if (caller->principal && caller->auth->release) {
		caller->auth->release(caller->state, caller->principal);
	}
	free(pass);
}

static void run(struct api *api, const struct api_endpoint *endpoint, struct request *request)
{
	if (!(endpoint->flags & API_WITHOUT_STATE) && api->state == STORE_REPLAYING) {
		reply_add_header(request, "Retry-After", SCUTE_STR("1"));
		answer_code(api, request, REGISTRY_NOT_READY);
		return;
	}
	endpoint->handle(api, request);
}

static void enter(struct pass *pass)
{
	struct api *api = pass->bound->api;

	if (!is_allowed(pass)) {
		refuse(pass);
	} else {
		api->caller = pass->has_asked ? &pass->caller : NULL;
		run(api, pass->bound->endpoint, pass->request);
		api->caller = NULL;
	}
	pass_end(pass);
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
	struct request *request = pass->request;
	struct scute_caller caller = { .size = sizeof(caller), .method = request->method,
		.path = request->path, .peer = request->peer };

	request_header(request, "Authorization", &caller.authorization);
	pass->has_asked = true;
	pass->caller = (struct api_caller){ plugin->entry->table.auth, plugin->state, NULL };
	request_on_cancel(request, cancelled, pass);
	pass->caller.auth->authenticate(plugin->state, &caller, authenticated, pass);
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

void gate_enter(struct request *request)
{
	const struct api_bound *bound = request->route->user;

	if (bound->endpoint->guard == API_PUBLIC || !has_auth(bound->api->options.plugins)) {
		run(bound->api, bound->endpoint, request);
		return;
	}
	struct pass *pass = calloc(1, sizeof(*pass));
	if (!pass) {
		answer_code(bound->api, request, REGISTRY_NO_MEMORY);
		return;
	}
	pass->request = request;
	pass->bound = bound;
	ask_next(pass);
}
