/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request that waits for a write. It ends with the write's answer, or takes its name off
 * the write when the client leaves. Lives in the request's arena.
 */
#ifndef API_PENDING_H
#define API_PENDING_H

#include "api/api.h"
#include "registry/write.h"

struct pending {
	struct api *api;
	struct request *request;
	struct write *write;
	/* Answers a write that went well. */
	void (*answer)(struct pending *pending, const struct write_result *result);
	const void *user; /* of whoever asked, for answer */
};

/* NULL: no memory, answered. */
struct pending *pending_create(struct api *api, struct request *request,
	void (*answer)(struct pending *pending, const struct write_result *result));

/* The write_done of every such write; user is the pending. */
void pending_done(void *user, const struct write_result *result);

/* write: what the registry returned; NULL: it has been answered already. */
void pending_wait(struct pending *pending, struct write *write);

#endif
