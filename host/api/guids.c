/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /schemas/guids: schemas by the GUID of their content. GUIDs are not kept, which would cost
 * every schema memory for what hardly anybody asks: they are computed again in a walk over all
 * schemas, a few pages of ids a turn of the loop, so that nobody waits for it.
 */
#include "api/ask.h"
#include "api/gate.h"
#include "loop.h"
#include "support/str.h"

#include <stdlib.h>

#define PAGES_PER_TURN 4
#define FOUND_MAX 1000 /* contexts that hold the same content */

struct search {
	struct api *api;
	struct request *request;
	struct loop_timer *turn;
	void (*answer)(struct search *search);
	uint64_t *pages;
	size_t n_pages;
	size_t next;
	struct scute_str guid;
	struct found {
		uint16_t context;
		uint32_t id;
	} *found;
	size_t n_found;
};

static void search_end(struct search *search)
{
	loop_timer_stop(search->turn);
	free(search->pages);
	search->pages = NULL;
}

static void cancelled(void *user)
{
	search_end(user);
}

static void compare(void *user, const struct schema *schema)
{
	struct search *search = user;
	char guid[GUID_BYTES];

	if (search->n_found < FOUND_MAX && guid_of(schema, guid) &&
		str_eq(search->guid, (struct scute_str){ guid, sizeof(guid) })) {
		search->found[search->n_found++] = (struct found){ schema->context, schema->id };
	}
}

static void turn(void *user)
{
	struct search *search = user;

	for (size_t i = 0; i < PAGES_PER_TURN && search->next < search->n_pages; i++) {
		schemas_each_of_page(&search->api->registry->schemas, search->pages[search->next++],
			compare, search);
	}
	if (search->next == search->n_pages) {
		request_on_cancel(search->request, NULL, NULL);
		search_end(search);
		search->answer(search);
	}
}

static void begin(struct api *api, struct request *request, void (*answer)(struct search *search))
{
	struct search *search = arena_zalloc(&request->arena.base, 1, sizeof(*search));

	if (search) {
		*search = (struct search){ .api = api, .request = request, .answer = answer,
			.guid = request_param(request, "guid") };
		search->found = scute_alloc(&request->arena.base, FOUND_MAX * sizeof(*search->found));
		search->pages = schemas_pages(&api->registry->schemas, &search->n_pages);
	}
	if (!search || !search->found || !search->pages) {
		if (search) {
			free(search->pages);
		}
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return;
	}
	search->turn = loop_timer_start(api->options.loop, 0, 1, turn, search);
	if (!search->turn) {
		search_end(search);
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return;
	}
	request_on_cancel(request, cancelled, search);
}

static const struct schema *schema_of(const struct search *search, const struct found *found)
{
	return schemas_in(&search->api->registry->schemas, found->context, found->id);
}

static void answer_schema(struct search *search)
{
	struct api *api = search->api;
	const struct schema *schema = search->n_found > 0 ? schema_of(search, &search->found[0]) : NULL;

	if (!schema) {
		answer_code_str(api, search->request, REGISTRY_ID_NOT_FOUND, search->guid);
		return;
	}
	struct json_out out = answer_begin(api);
	form_begin(api, search->request, schema);
	json_out_object(&out);
	json_out_key(&out, "guid");
	json_out_str(&out, search->guid);
	json_out_key(&out, "schemaType");
	json_out_str(&out, schema->type->name);
	answer_text(api, &out, schema);
	answer_references(api, &out, schema);
	answer_metadata(api, &out, schema);
	json_out_object_end(&out);
	answer_send(api, search->request);
}

static void answer_ids(struct search *search)
{
	struct api *api = search->api;
	const struct contexts *contexts = &api->registry->schemas.contexts;
	struct json_out out = answer_begin(api);

	json_out_array(&out);
	for (size_t i = 0; i < search->n_found; i++) {
		json_out_object(&out);
		json_out_key(&out, "context");
		json_out_str(&out, context_name(contexts->all[search->found[i].context]));
		json_out_key(&out, "id");
		json_out_i64(&out, search->found[i].id);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	answer_send(api, search->request);
}

/* Who may not read all subjects is told of none by content: there is no subject to ask for. */
static bool may_search(struct api *api, struct request *request)
{
	if (api->caller && !gate_may_read(api, SCUTE_STR("*"))) {
		answer_code_str(api, request, REGISTRY_ID_NOT_FOUND, request_param(request, "guid"));
		return false;
	}
	return true;
}

static void get_schema(struct api *api, struct request *request)
{
	if (may_search(api, request)) {
		begin(api, request, answer_schema);
	}
}

static void list_ids(struct api *api, struct request *request)
{
	if (may_search(api, request)) {
		begin(api, request, answer_ids);
	}
}

const struct api_endpoint api_guids[] = {
	{ "GET", "/schemas/guids/{guid}", API_SIGNED_IN, 0, get_schema },
	{ "GET", "/schemas/guids/{guid}/ids", API_SIGNED_IN, 0, list_ids },
	{ 0 },
};
