/* SPDX-License-Identifier: Apache-2.0 */
/* Between a request and its write. */
#include "api/pending.h"

struct pending *pending_create(struct api *api, struct request *request,
	void (*answer)(struct pending *pending, const struct write_result *result))
{
	struct pending *pending = scute_alloc(&request->arena.base, sizeof(*pending));

	if (!pending) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return NULL;
	}
	*pending = (struct pending){ .api = api, .request = request, .answer = answer };
	return pending;
}

void pending_done(void *user, const struct write_result *result)
{
	struct pending *pending = user;

	request_on_cancel(pending->request, NULL, NULL);
	if (result->error.code != REGISTRY_OK) {
		answer_error(pending->api, pending->request, &result->error);
	} else {
		pending->answer(pending, result);
	}
}

static void cancelled(void *user)
{
	struct pending *pending = user;

	write_cancel(pending->write);
}

void pending_wait(struct pending *pending, struct write *write)
{
	if (write) {
		pending->write = write;
		request_on_cancel(pending->request, cancelled, pending);
	}
}
