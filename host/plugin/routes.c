/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service's routes in the host's router. The router has no removal, so the routes of a
 * refused plugin stay in it, closed, until the loader ends.
 */
#include <assert.h>
#include <stdlib.h>

#include "http/reply.h"
#include "http/router.h"
#include "plugin/self.h"
#include "support/str.h"

struct service_route {
	struct route route;
	const struct scute_route *theirs;
	struct scute_self *self; /* NULL once the plugin is closed */
};

/* The routes of one plugin. */
struct routes {
	struct routes *next;
	const struct scute_self *self;
	size_t n;
	struct service_route items[];
};

/* What request->user is for a request of a service. */
struct ticket {
	const struct service_route *route;
	void (*cancelled)(void *user);
	void *user;
};

static void handle(struct request *request)
{
	const struct service_route *route = request->route->user;
	struct ticket *ticket;

	if (!route->self) {
		reply_error(request, 404, 404, SCUTE_STR("HTTP 404 Not Found"));
		return;
	}
	/* Here, so that request_on_cancel() has no way to fail. */
	ticket = scute_alloc(&request->arena.base, sizeof(*ticket));
	if (!ticket) {
		reply_error(request, 503, 503, SCUTE_STR("Out of memory"));
		return;
	}
	*ticket = (struct ticket){ .route = route };
	request->user = ticket;
	route->theirs->handle(route->self->state, (struct scute_request *)request);
}

static void cancelled(void *user)
{
	const struct ticket *ticket = user;

	if (ticket->route->self && ticket->cancelled) {
		ticket->cancelled(ticket->user);
	}
}

void routes_on_cancel(struct request *request, void (*call)(void *user), void *user)
{
	struct ticket *ticket = request->user;

	assert(ticket && request->route->handle == handle);
	ticket->cancelled = call;
	ticket->user = user;
	request_on_cancel(request, call ? cancelled : NULL, ticket);
}

bool routes_add(struct loader *loader, struct scute_self *self, struct scute_error *err)
{
	const struct scute_service *service = self->entry->table.service;
	struct routes *routes;

	assert(loader->router);
	routes = calloc(1, sizeof(*routes) + service->n_routes * sizeof(routes->items[0]));
	if (!routes) {
		(void)error_set(err, SCUTE_ENOMEM, "out of memory for its %zu routes",
			service->n_routes);
		return false;
	}
	routes->next = loader->routes;
	routes->self = self;
	loader->routes = routes;
	for (size_t i = 0; i < service->n_routes; i++) {
		struct service_route *item = &routes->items[i];
		const struct scute_route *theirs = &service->routes[i];
		struct scute_error why = { .status = SCUTE_OK };

		item->theirs = theirs;
		item->self = self;
		item->route = (struct route){ .method = theirs->method, .pattern = theirs->pattern,
			.handle = handle, .user = item };
		routes->n = i + 1;
		if (!router_add(loader->router, &item->route, &why)) {
			(void)error_set(err, why.status, "route %.16s %.128s is refused: %s",
				theirs->method, theirs->pattern, why.text);
			routes_close(loader, self);
			return false;
		}
	}
	return true;
}

void routes_close(struct loader *loader, const struct scute_self *self)
{
	for (struct routes *routes = loader->routes; routes; routes = routes->next) {
		if (routes->self != self) {
			continue;
		}
		routes->self = NULL; /* its place may go to another plugin */
		for (size_t i = 0; i < routes->n; i++) {
			routes->items[i].self = NULL;
		}
	}
}

void routes_finish(struct loader *loader)
{
	while (loader->routes) {
		struct routes *next = loader->routes->next;

		free(loader->routes);
		loader->routes = next;
	}
}
