/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service: HTTP routes of a plugin's own. Handlers run on the loop thread and must
 * not block; they answer through the host's reply call, at once or later, exactly once.
 */
#ifndef SCUTE_SERVICE_H
#define SCUTE_SERVICE_H

#include "types.h"

struct scute_request; /* opaque; valid until it is answered or cancelled */

struct scute_route {
	const char *method;  /* "GET" */
	const char *pattern; /* "/topics/{topic}": a {name} matches one path segment */
	void (*handle)(void *state, struct scute_request *request);
};

struct scute_service {
	uint32_t size;
	const struct scute_route *routes; /* required, static; a clash with another route refuses the plugin */
	size_t n_routes;

	/* Optional. All plugins are loaded and the port is bound; the registry's log may be unread. */
	enum scute_status (*start)(void *state, struct scute_error *err);

	/* Optional. The server is about to stop: take no new work, call done(user) when idle. */
	void (*drain)(void *state, void (*done)(void *user), void *user);
};

#endif
