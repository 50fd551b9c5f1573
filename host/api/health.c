/* SPDX-License-Identifier: Apache-2.0 */
/* /, /_health, /master_available, /metrics: for probes and people; no state needed, no secrets told. */
#include "api/api.h"
#include "loop.h"
#include "metrics.h"
#include "support/str.h"

/* Confluent's answers a POST likewise, whatever is posted. */
static void answer_root(struct api *api, struct request *request)
{
	(void)api;
	reply_send(request, 200, NULL, SCUTE_STR("{}"));
}

static void put_status(struct api *api, struct json_out *out)
{
	struct store_position position = { -1, 0 };
	bool ready = api->state != STORE_REPLAYING;

	if (api->store) {
		position = api->store->ops->position(api->store);
	}
	json_out_key(out, "status");
	json_out_object(out);
	json_out_key(out, "schema_registry_ready");
	json_out_bool(out, ready);
	json_out_key(out, "schema_registry_startup_time_sec");
	buf_printf(out->buf, "%.3f", (double)api->ready_after_ms / 1000.0);
	out->comma = true;
	json_out_key(out, "schema_registry_reader_current_offset");
	json_out_i64(out, position.offset);
	json_out_key(out, "schema_registry_reader_highest_offset");
	json_out_i64(out, position.end_offset > 0 ? position.end_offset - 1 : -1);
	json_out_key(out, "schema_registry_is_primary");
	json_out_bool(out, ready);
	json_out_object_end(out);
}

/* 503 while the store is lost, so that a load balancer can turn elsewhere. */
static void get_health(struct api *api, struct request *request)
{
	bool healthy = api->state == STORE_READY || api->state == STORE_REPLAYING;
	struct json_out out = answer_begin(api);

	json_out_object(&out);
	json_out_key(&out, "karapace_version");
	json_out_z(&out, api->options.version);
	put_status(api, &out);
	json_out_key(&out, "healthy");
	json_out_bool(&out, healthy);
	json_out_object_end(&out);
	reply_send(request, healthy ? 200 : 503, NULL, buf_str(&api->out));
}

static void get_master_available(struct api *api, struct request *request)
{
	bool available = api->state == STORE_READY;

	reply_add_header(request, "Cache-Control",
		SCUTE_STR("no-store, no-cache, must-revalidate"));
	reply_send(request, 200, NULL, available ? SCUTE_STR("{\"master_available\":true}")
						 : SCUTE_STR("{\"master_available\":false}"));
}

static void get_metrics(struct api *api, struct request *request)
{
	buf_reset(&api->out);
	metrics_print(&api->out);
	reply_send(request, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&api->out));
}

const struct api_endpoint api_health[] = {
	{ "GET", "/", API_PUBLIC, API_WITHOUT_STATE | API_ANY_MEDIA, answer_root },
	{ "POST", "/", API_PUBLIC, API_WITHOUT_STATE | API_ANY_MEDIA, answer_root },
	{ "GET", "/_health", API_PUBLIC, API_WITHOUT_STATE | API_ANY_MEDIA, get_health },
	{ "GET", "/master_available", API_PUBLIC, API_WITHOUT_STATE | API_ANY_MEDIA, get_master_available },
	{ "GET", "/metrics", API_PUBLIC, API_WITHOUT_STATE | API_ANY_MEDIA, get_metrics },
	{ 0 },
};
