/* SPDX-License-Identifier: Apache-2.0 */
/* /schemas: by id, its versions and subjects, types. */
#include "api/alias.h"
#include "api/ask.h"
#include "api/fallback.h"
#include "api/gate.h"
#include "api/page.h"
#include "support/str.h"

#include <assert.h>
#include <stdlib.h>

struct holder {
	const struct subject *subject;
	const struct version *version;
};

struct holders {
	struct api *api;
	bool deleted;        /* soft-deleted versions too */
	bool found;          /* at least one that the caller may read */
	struct holder first; /* of those, by name: what compaction leaves alone */
	struct holder *all;  /* room for as many as the schema has uses; NULL: first is enough */
	size_t n;
};

static bool is_visible(const struct holders *holders, const struct subject *subject,
	const struct version *version)
{
	return (holders->deleted || !version->deleted) &&
		gate_may_read(holders->api, subject_name(subject));
}

static int by_name(const void *a, const void *b)
{
	const struct holder *x = a;
	const struct holder *y = b;
	int order = str_cmp(subject_name(x->subject), subject_name(y->subject));

	return order != 0 ? order : x->version->number - y->version->number;
}

static void note_holder(void *user, const struct subject *subject, const struct version *version)
{
	struct holders *holders = user;
	struct holder holder = { subject, version };

	if (!is_visible(holders, subject, version)) {
		return;
	}
	if (!holders->found || by_name(&holder, &holders->first) < 0) {
		holders->first = holder;
	}
	holders->found = true;
	if (holders->all) {
		assert(holders->n < version->schema->uses);
		holders->all[holders->n++] = holder;
	}
}

/* An id counts in a context: that of the subject which the query names, else the default one. */
static const struct schema *schema_of(struct api *api, struct request *request, uint32_t id)
{
	const struct schemas *schemas = &api->registry->schemas;
	const struct context *context;
	struct scute_str subject;

	if (request->query.len == 0 || !request_query(request, "subject", &subject)) {
		return schemas_by_id(schemas, id);
	}
	if (api->options.profile == PROFILE_CONFLUENT) {
		subject = context_plain(subject);
	}
	subject = alias_of(api, subject, &request->arena.base);
	context = contexts_find(&schemas->contexts, context_of(subject));
	const struct schema *schema = context ? schemas_in(schemas, context->index, id) : NULL;
	return schema ? schema : fallback_schema(api, subject, id);
}

/* {id}; an id that is no number looks like a route that is not there, as in Karapace. */
static bool find_schema(struct api *api, struct request *request, const struct schema **ret_schema)
{
	struct scute_str text = request_param(request, "id");
	int64_t id;

	if (!str_to_i64(text, &id)) {
		answer_code(api, request, REGISTRY_ID_INVALID);
		return false;
	}
	*ret_schema = id >= 0 && id <= INT32_MAX ? schema_of(api, request, (uint32_t)id) : NULL;
	return true;
}

/* NULL after having answered. Who may read none of its subjects does not see the schema. */
static const struct schema *readable_schema(struct api *api, struct request *request,
	struct holders *ret_holders)
{
	const struct schema *schema;
	struct holders holders = { .api = api, .deleted = true };

	if (!find_schema(api, request, &schema)) {
		return NULL;
	}
	if (schema && (api->caller || answer_shape(api, request) == SHAPE_8)) {
		subjects_each_holder(&api->registry->subjects, schema, note_holder, &holders);
	}
	if (!schema || (api->caller && !holders.found)) {
		answer_code_str(api, request, REGISTRY_ID_NOT_FOUND, request_param(request, "id"));
		return NULL;
	}
	*ret_holders = holders;
	return schema;
}

static void put_max_id(struct api *api, struct request *request, struct json_out *out)
{
	if (ask_flag(api, request, "fetchMaxId")) {
		json_out_key(out, "maxId");
		json_out_i64(out, schemas_max_id(&api->registry->schemas));
	}
}

static void id_shape_8(struct api *api, struct json_out *out, const struct schema *schema,
	const struct holders *holders)
{
	if (holders->found) {
		json_out_key(out, "subject");
		json_out_str(out, subject_name(holders->first.subject));
		json_out_key(out, "version");
		json_out_i64(out, holders->first.version->number);
	}
	answer_guid(out, schema);
	json_out_key(out, "schemaType");
	json_out_str(out, schema->type->name);
	answer_text(api, out, schema);
	answer_references(api, out, schema);
	answer_metadata(api, out, schema);
	if (holders->found) {
		json_out_key(out, "ts");
		json_out_i64(out, holders->first.version->timestamp_ms);
		json_out_key(out, "deleted");
		json_out_bool(out, holders->first.version->deleted);
	}
}

static void get_text(struct api *api, struct request *request)
{
	struct holders holders;
	const struct schema *schema = readable_schema(api, request, &holders);

	if (schema) {
		answer_text_alone(api, request, schema);
	}
}

static void put_pairs(struct json_out *out, const struct holders *holders, struct page *page)
{
	for (size_t i = 0; i < holders->n; i++) {
		if (!page_take(page)) {
			continue;
		}
		json_out_object(out);
		json_out_key(out, "subject");
		json_out_str(out, subject_name(holders->all[i].subject));
		json_out_key(out, "version");
		json_out_i64(out, holders->all[i].version->number);
		json_out_object_end(out);
	}
}

static void put_names(struct json_out *out, const struct holders *holders, struct page *page)
{
	for (size_t i = 0; i < holders->n; i++) {
		const struct subject *subject = holders->all[i].subject;
		if ((i == 0 || holders->all[i - 1].subject != subject) && page_take(page)) {
			json_out_str(out, subject_name(subject));
		}
	}
}

/* Ordered by subject and version, as Karapace does. False: no memory. */
static bool find_holders(struct api *api, struct request *request, const struct schema *schema,
	struct holders *ret_holders)
{
	struct holders holders = { .api = api, .deleted = ask_flag(api, request, "deleted") };

	if (schema) {
		holders.all = scute_alloc(&request->arena.base,
			schema->uses * sizeof(*holders.all));
		if (!holders.all) {
			return false;
		}
		subjects_each_holder(&api->registry->subjects, schema, note_holder, &holders);
		qsort(holders.all, holders.n, sizeof(*holders.all), by_name);
	}
	*ret_holders = holders;
	return true;
}

/* Karapace's includeSubjects: the names of those that have it live. */
static void put_subjects(struct api *api, struct request *request, struct json_out *out,
	const struct schema *schema)
{
	struct page page = { .limit = UINT64_MAX };
	struct holders holders;

	if (api->options.profile == PROFILE_CONFLUENT || !ask_flag(api, request, "includeSubjects")) {
		return;
	}
	if (!find_holders(api, request, schema, &holders)) {
		out->buf->failed = true;
		return;
	}
	json_out_key(out, "subjects");
	json_out_array(out);
	put_names(out, &holders, &page);
	json_out_array_end(out);
}

static void id_shape_6(struct api *api, struct request *request, struct json_out *out,
	const struct schema *schema)
{
	answer_text(api, out, schema);
	put_subjects(api, request, out, schema);
	if (!str_eq_z(schema->type->name, "AVRO")) {
		json_out_key(out, "schemaType");
		json_out_str(out, schema->type->name);
	}
	answer_references(api, out, schema);
}

static void get_schema(struct api *api, struct request *request)
{
	struct holders holders;
	const struct schema *schema = readable_schema(api, request, &holders);

	if (!schema) {
		return;
	}
	struct json_out out = answer_begin(api);
	form_begin(api, request, schema);
	answer_qualify(api, request);
	json_out_object(&out);
	if (answer_shape(api, request) == SHAPE_8) {
		id_shape_8(api, &out, schema, &holders);
		put_subjects(api, request, &out, schema);
	} else {
		id_shape_6(api, request, &out, schema);
	}
	put_max_id(api, request, &out);
	json_out_object_end(&out);
	answer_send(api, request);
}

/* Karapace answers [] for an id that it does not know, Confluent 40403. */
static void list_holders(struct api *api, struct request *request,
	void (*put)(struct json_out *out, const struct holders *holders, struct page *page))
{
	struct page page = page_ask(request, UINT64_MAX);
	const struct schema *schema;
	struct holders holders;

	if (!find_schema(api, request, &schema)) {
		return;
	}
	if (!schema && api->options.profile == PROFILE_CONFLUENT) {
		answer_code(api, request, REGISTRY_SCHEMA_NOT_FOUND);
		return;
	}
	if (!find_holders(api, request, schema, &holders)) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return;
	}
	struct json_out out = answer_begin(api);
	json_out_array(&out);
	put(&out, &holders, &page);
	json_out_array_end(&out);
	answer_send(api, request);
}

static void list_versions(struct api *api, struct request *request)
{
	list_holders(api, request, put_pairs);
}

static void list_subjects(struct api *api, struct request *request)
{
	list_holders(api, request, put_names);
}

/* In the order of each server's own answer, which clients may compare; others behind. */
static const char *const *types_in_order(const struct api *api)
{
	static const char *const karapace[] = { "JSON", "AVRO", "PROTOBUF", NULL };
	static const char *const confluent[] = { "JSON", "PROTOBUF", "AVRO", NULL };

	return api->options.profile == PROFILE_KARAPACE ? karapace : confluent;
}

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names && !str_eq_z(str_z(name), *names)) {
		names++;
	}
	return *names != NULL;
}

static void list_types(struct api *api, struct request *request)
{
	const struct plugin_table *plugins = api->options.plugins;
	const char *const *order = types_in_order(api);
	struct json_out out = answer_begin(api);

	json_out_array(&out);
	for (const char *const *type = order; *type; type++) {
		if (plugin_format(plugins, str_z(*type))) {
			json_out_z(&out, *type);
		}
	}
	for (size_t i = 0; i < plugins->n; i++) {
		const struct plugin *plugin = &plugins->plugins[i];
		if (plugin->entry->kind == SCUTE_KIND_FORMAT &&
			!is_one_of(plugin->entry->table.format->type, order)) {
			json_out_z(&out, plugin->entry->table.format->type);
		}
	}
	json_out_array_end(&out);
	answer_send(api, request);
}

const struct api_endpoint api_schemas[] = {
	{ "GET", "/schemas/types", API_PUBLIC, API_WITHOUT_STATE, list_types },
	{ "GET", "/schemas/ids/{id}", API_SIGNED_IN, 0, get_schema },
	{ "GET", "/schemas/ids/{id}/schema", API_SIGNED_IN, 0, get_text },
	{ "GET", "/schemas/ids/{id}/versions", API_SIGNED_IN, 0, list_versions },
	{ "GET", "/schemas/ids/{id}/subjects", API_SIGNED_IN, 0, list_subjects },
	{ 0 },
};
