/* SPDX-License-Identifier: Apache-2.0 */
/* The API as a whole: its making, its routes, its state. */
#include "api/api.h"

#include <stdlib.h>

#include "api/context_path.h"
#include "api/gate.h"
#include "loop.h"
#include "support/str.h"

#define OUT_BYTES_MAX ((size_t)256 << 20)

static const char *const registry_produces[] = {
	"application/vnd.schemaregistry.v1+json",
	"application/vnd.schemaregistry+json",
	"application/json",
	NULL,
};

static const char *const registry_consumes[] = {
	"application/vnd.schemaregistry.v1+json",
	"application/vnd.schemaregistry+json",
	"application/json",
	"application/octet-stream", /* what a client sends that knows no better; read as JSON */
	NULL,
};

static const struct media registry_media = { registry_produces, registry_consumes };

static const struct api_endpoint *const families[] = {
	api_subjects,
	api_versions,
	api_schemas,
	api_listing,
	api_compat,
	api_config, api_mode, api_contexts, api_guids,
	api_health,
	api_openapi,
};

#define FAMILIES (sizeof(families) / sizeof(families[0]))

static void dropped(void *user, const struct schema *schema)
{
	struct api *api = user;

	escaped_forget(api->escaped, schema);
}

struct api *api_create(const struct api_options *options)
{
	struct api *api = calloc(1, sizeof(*api));

	if (!api) {
		return NULL;
	}
	api->options = *options;
	api->registry = options->registry;
	api->state = STORE_REPLAYING;
	list_init(&api->passes);
	api->started_ms = loop_now_ms(options->loop);
	buf_init(&api->out, OUT_BYTES_MAX);
	api->escaped = escaped_create(options->reply_cache_bytes_max);
	if (!api->escaped) {
		api_destroy(api);
		return NULL;
	}
	api->registry->on_drop = dropped;
	api->registry->on_drop_user = api;
	return api;
}

void api_destroy(struct api *api)
{
	if (!api) {
		return;
	}
	api->registry->on_drop = NULL;
	gate_finish(api);
	escaped_destroy(api->escaped);
	buf_finish(&api->out);
	free(api->bound);
	free(api);
}

static size_t count_endpoints(void)
{
	size_t n = 0;

	for (size_t i = 0; i < FAMILIES; i++) {
		for (const struct api_endpoint *at = families[i]; at->method; at++) {
			n++;
		}
	}
	return n;
}

static struct api_bound bind_endpoint(struct api *api, const struct api_endpoint *endpoint,
	struct api_bound *self)
{
	return (struct api_bound){
		.route = { .method = endpoint->method, .pattern = endpoint->pattern,
			.media = (endpoint->flags & API_ANY_MEDIA) ? NULL : &registry_media, .handle = gate_enter, .user = self },
		.endpoint = endpoint,
		.api = api,
	};
}

bool api_register(struct api *api, struct router *router, struct scute_error *err)
{
	struct api_bound *bound = calloc(count_endpoints(), sizeof(*bound));

	if (!bound) {
		error_set(err, SCUTE_ENOMEM, "out of memory");
		return false;
	}
	api->bound = bound;
	router_set_default_media(router, &registry_media);
	if (api->options.profile == PROFILE_CONFLUENT) {
		router_set_rewrite(router, context_path_rewrite);
	}
	for (size_t i = 0; i < FAMILIES; i++) {
		for (const struct api_endpoint *at = families[i]; at->method; at++, bound++) {
			*bound = bind_endpoint(api, at, bound);
			if (!router_add(router, &bound->route, err)) {
				return false;
			}
		}
	}
	return true;
}

void api_set_state(struct api *api, enum store_state state)
{
	if (state == STORE_READY && api->ready_after_ms == 0) {
		api->ready_after_ms = loop_now_ms(api->options.loop) - api->started_ms;
	}
	api->state = state;
}
