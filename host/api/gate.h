/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every API request passes before its handler: the chain of auth plugins, the right
 * to the resource, and whether the state can be trusted yet.
 */
#ifndef API_GATE_H
#define API_GATE_H

#include "api/api.h"

struct api_caller {
	const struct scute_auth *auth;
	void *state;
	struct scute_principal *principal;
};

struct api_bound {
	struct route route;
	const struct api_endpoint *endpoint;
	struct api *api;
};

/* The handler of every route: route->user is its struct api_bound. */
void gate_enter(struct request *request);

/* Lets go of the callers that nobody decided on. The auth plugins have ended. */
void gate_finish(struct api *api);

/* Inside a handler: may the caller read that subject? True without an auth plugin. */
bool gate_may_read(const struct api *api, struct scute_str subject);

/*
 * Inside a handler whose answer goes on after it returns: the caller stays, for api->caller to
 * be set to while it is asked about. To be let go; NULL without an auth plugin.
 */
const struct api_caller *gate_keep(struct api *api);
void gate_let_go(const struct api_caller *caller); /* NULL is fine */

#endif
