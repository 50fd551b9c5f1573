/* SPDX-License-Identifier: Apache-2.0 */
/* /contexts, and what /v1/metadata tells of the registry as such. */
#include "api/ask.h"
#include "api/page.h"
#include "support/str.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
	return str_cmp(context_name(*(const struct context *const *)a),
		context_name(*(const struct context *const *)b));
}

/* Not one that only a refused write named: a restart would not know it. */
static bool is_in_log(const struct context *context)
{
	return context->index == 0 || context->is_recorded || context->max_id > 0 ||
		context->persisted_max_id > 0;
}

static void list_contexts(struct api *api, struct request *request)
{
	const struct contexts *contexts = &api->registry->schemas.contexts;
	const struct context **sorted = scute_alloc(&request->arena.base, contexts->n * sizeof(*sorted));
	struct page page = page_ask(request, UINT64_MAX);
	struct scute_str prefix = SCUTE_STR("");

	if (!sorted) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return;
	}
	(void)request_query(request, "contextPrefix", &prefix);
	for (size_t i = 0; i < contexts->n; i++) {
		sorted[i] = contexts->all[i];
	}
	qsort(sorted, contexts->n, sizeof(*sorted), by_name);
	struct json_out out = answer_begin(api);
	json_out_array(&out);
	for (size_t i = 0; i < contexts->n; i++) {
		struct scute_str name = context_name(sorted[i]);
		if (is_in_log(sorted[i]) && str_starts(name, prefix) && page_take(&page)) {
			json_out_str(&out, name);
		}
	}
	json_out_array_end(&out);
	answer_send(api, request);
}

/* Empty until the store knows. */
static struct scute_str cluster_of(const struct api *api)
{
	const struct store *store = api->store;

	return store ? store->ops->cluster(store) : SCUTE_STR("");
}

/* As Confluent's: which Kafka cluster's topic, which group of registries. */
static void get_id(struct api *api, struct request *request)
{
	struct json_out out = answer_begin(api);

	json_out_object(&out);
	json_out_key(&out, "scope");
	json_out_object(&out);
	json_out_key(&out, "path");
	json_out_array(&out);
	json_out_array_end(&out);
	json_out_key(&out, "clusters");
	json_out_object(&out);
	json_out_key(&out, "kafka-cluster");
	json_out_str(&out, cluster_of(api));
	json_out_key(&out, "schema-registry-cluster");
	json_out_str(&out, api->options.group_id);
	json_out_object_end(&out);
	json_out_object_end(&out);
	json_out_object_end(&out);
	answer_send(api, request);
}

static void get_version(struct api *api, struct request *request)
{
	struct json_out out = answer_begin(api);

	json_out_object(&out);
	json_out_key(&out, "version");
	json_out_z(&out, api->options.version);
	json_out_key(&out, "commitId");
	json_out_z(&out, "scute");
	json_out_object_end(&out);
	answer_send(api, request);
}

const struct api_endpoint api_contexts[] = {
	{ "GET", "/contexts", API_SIGNED_IN, 0, list_contexts },
	{ "GET", "/v1/metadata/id", API_SIGNED_IN, API_WITHOUT_STATE, get_id },
	{ "GET", "/v1/metadata/version", API_SIGNED_IN, API_WITHOUT_STATE, get_version },
	{ 0 },
};
