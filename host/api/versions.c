/* SPDX-License-Identifier: Apache-2.0 */
/* /subjects/{subject}/versions: list, register, get, text, referenced by, delete. */
#include "api/fallback.h"
#include "api/page.h"
#include "api/parse.h"
#include "api/pending.h"
#include "registry/metadata.h"
#include "support/str.h"

#include <stdlib.h>

static bool find_subject(struct api *api, struct request *request, bool deleted,
	const struct subject **ret_subject)
{
	struct scute_str name;

	if (!ask_subject(api, request, &name)) {
		return false;
	}
	const struct subject *subject = fallback_subject(api, request, deleted);
	if (!subject) {
		answer_code_str(api, request, REGISTRY_SUBJECT_NOT_FOUND, name);
		return false;
	}
	*ret_subject = subject;
	return true;
}

/* {subject} and {version} of the path. The number is checked first, as both servers do. */
static bool find_version(struct api *api, struct request *request, bool deleted,
	const struct subject **ret_subject, const struct version **ret_version)
{
	struct scute_str text = request_param(request, "version");
	int32_t number;

	if (!ask_number(api, request, text, &number) ||
		!find_subject(api, request, deleted, ret_subject)) {
		return false;
	}
	const struct version *version = number == ASK_LATEST ? subject_latest(*ret_subject, deleted)
							     : subject_version(*ret_subject, number);
	if (!version || (version->deleted && !deleted)) {
		answer_code_str(api, request, REGISTRY_VERSION_NOT_FOUND, text);
		return false;
	}
	*ret_version = version;
	return true;
}

static void list_versions(struct api *api, struct request *request)
{
	bool negative = ask_flag(api, request, "deletedAsNegative");
	enum page_deleted deleted = negative ? PAGE_ALL : page_ask_deleted(api, request);
	struct page page = page_ask(request, UINT64_MAX);
	const struct subject *subject;

	if (!find_subject(api, request, deleted != PAGE_LIVE, &subject)) {
		return;
	}
	struct json_out out = answer_begin(api);
	json_out_array(&out);
	for (uint32_t i = 0; i < subject->n_versions; i++) {
		const struct version *version = &subject->versions[i];
		if (page_has(deleted, version->deleted) && page_take(&page)) {
			json_out_i64(&out, negative && version->deleted ? -version->number : version->number);
		}
	}
	json_out_array_end(&out);
	answer_send(api, request);
}

static void answer_one(struct api *api, struct request *request, const struct subject *subject,
	const struct version *version)
{
	struct json_out out = answer_begin(api);

	form_begin(api, request, version->schema);
	answer_qualify(api, request);
	json_out_object(&out);
	answer_version(api, &out, answer_shape(api, request), subject, version);
	json_out_object_end(&out);
	answer_send(api, request);
}

static void get_version(struct api *api, struct request *request)
{
	const struct subject *subject;
	const struct version *version;

	if (find_version(api, request, ask_flag(api, request, "deleted"), &subject, &version)) {
		answer_one(api, request, subject, version);
	}
}

/* key and value of the query, pairwise: all of them must stand in the version's properties. */
struct pairs {
	struct scute_str (*all)[2];
	size_t n;
};

/* False: it has answered. Read once: each look into the query goes through all of it. */
static bool read_pairs(struct api *api, struct request *request, struct pairs *ret_pairs)
{
	struct scute_str key;
	size_t n = 0;

	while (request_query_nth(request, "key", n, &key)) {
		n++;
	}
	ret_pairs->all = scute_alloc(&request->arena.base, (n + 1) * sizeof(*ret_pairs->all));
	if (!ret_pairs->all) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return false;
	}
	for (ret_pairs->n = 0; ret_pairs->n < n; ret_pairs->n++) {
		struct scute_str *pair = ret_pairs->all[ret_pairs->n];
		if (!request_query_nth(request, "key", ret_pairs->n, &pair[0]) ||
			!request_query_nth(request, "value", ret_pairs->n, &pair[1])) {
			answer_code(api, request, REGISTRY_SCHEMA_NOT_FOUND);
			return false;
		}
	}
	return true;
}

static struct scute_str extra_of(const struct version *version)
{
	const struct schema_more *more = version->schema->more;

	return more ? more->extra : (struct scute_str){ NULL, 0 };
}

static bool has_properties(struct api *api, const struct pairs *pairs, const struct version *version)
{
	struct scute_arena *arena = registry_work(api->registry);
	struct metadata metadata = { NULL, NULL };

	if (!metadata_read(extra_of(version), arena, &metadata)) {
		return false;
	}
	for (size_t i = 0; i < pairs->n; i++) {
		if (!metadata_has(&metadata, pairs->all[i][0], pairs->all[i][1])) {
			return false;
		}
	}
	return true;
}

static void get_by_metadata(struct api *api, struct request *request)
{
	bool deleted = ask_flag(api, request, "deleted");
	const struct version *missed = NULL;
	const struct subject *subject;
	struct pairs pairs;

	if (!find_subject(api, request, deleted, &subject) || !read_pairs(api, request, &pairs)) {
		return;
	}
	for (uint32_t i = subject->n_versions; i-- > 0;) {
		const struct version *version = &subject->versions[i];
		if ((version->deleted && !deleted) ||
			(missed && str_eq(extra_of(missed), extra_of(version)))) {
			continue; /* most versions inherit what the one before them has */
		}
		if (has_properties(api, &pairs, version)) {
			answer_one(api, request, subject, version);
			return;
		}
		missed = version;
	}
	answer_code(api, request, REGISTRY_SCHEMA_NOT_FOUND);
}

static void get_text(struct api *api, struct request *request)
{
	const struct subject *subject;
	const struct version *version;

	if (find_version(api, request, ask_flag(api, request, "deleted"), &subject, &version)) {
		answer_text_alone(api, request, version->schema);
	}
}

struct referrers {
	uint32_t *ids; /* NULL: only count */
	size_t n;
	bool live; /* not those that are soft-deleted everywhere */
};

static bool note_referrer(void *user, const struct schema *schema)
{
	struct referrers *referrers = user;

	if (referrers->live && schema->live == 0) {
		return true;
	}
	if (referrers->ids) {
		referrers->ids[referrers->n] = schema->id;
	}
	referrers->n++;
	return true;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Ascending. One that refers several times stands there as often. False: no memory. */
static bool find_referrers(struct api *api, struct request *request, const struct subject *subject,
	int32_t number, struct referrers *ret_referrers)
{
	const struct schemas *schemas = &api->registry->schemas;
	struct referrers referrers = { .live = api->options.profile == PROFILE_CONFLUENT &&
			!ask_flag(api, request, "deleted") };

	schemas_each_referrer(schemas, subject_name(subject), number, note_referrer, &referrers);
	referrers.ids = scute_alloc(&request->arena.base,
		(referrers.n + 1) * sizeof(*referrers.ids));
	if (!referrers.ids) {
		return false;
	}
	referrers.n = 0;
	schemas_each_referrer(schemas, subject_name(subject), number, note_referrer, &referrers);
	qsort(referrers.ids, referrers.n, sizeof(*referrers.ids), by_number);
	*ret_referrers = referrers;
	return true;
}

static void list_referrers(struct api *api, struct request *request)
{
	const struct subject *subject;
	const struct version *version;
	struct referrers referrers;
	struct page page = page_ask(request, UINT64_MAX);

	if (!find_version(api, request, true, &subject, &version)) {
		return;
	}
	if (!find_referrers(api, request, subject, version->number, &referrers)) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return;
	}
	struct json_out out = answer_begin(api);
	json_out_array(&out);
	for (size_t i = 0; i < referrers.n; i++) {
		if ((i == 0 || referrers.ids[i] != referrers.ids[i - 1]) && page_take(&page)) {
			json_out_i64(&out, referrers.ids[i]);
		}
	}
	json_out_array_end(&out);
	answer_send(api, request);
}

static void answer_registered(struct pending *pending, const struct write_result *result)
{
	struct api *api = pending->api;
	const struct subject *subject = subjects_find(&api->registry->subjects,
		request_param(pending->request, "subject"));
	const struct version *version = subject ? subject_version(subject, result->number) : NULL;
	struct json_out out = answer_begin(api);

	json_out_object(&out);
	json_out_key(&out, "id");
	json_out_i64(&out, result->id);
	if (api->options.profile == PROFILE_CONFLUENT && version) {
		const struct schema *schema = version->schema;
		form_begin(api, pending->request, schema);
		json_out_key(&out, "version");
		json_out_i64(&out, result->number);
		answer_guid(&out, schema);
		json_out_key(&out, "schemaType");
		json_out_str(&out, schema->type->name);
		answer_references(api, &out, schema);
		answer_metadata(api, &out, schema);
		answer_text(api, &out, schema);
		json_out_key(&out, "ts");
		json_out_i64(&out, version->timestamp_ms);
		json_out_key(&out, "deleted");
		json_out_bool(&out, version->deleted);
	}
	json_out_object_end(&out);
	answer_send(api, pending->request);
}

/* Content that the subject holds already is answered without parsing: most requests are that. */
static bool is_known(struct api *api, struct request *request, const struct register_args *args)
{
	struct pending pending = { .api = api, .request = request };
	struct write_result result = { 0 };

	if (!registry_known(api->registry, args->subject, args->identity, &result.id,
			&result.number)) {
		return false;
	}
	answer_registered(&pending, &result);
	return true;
}

static void register_parsed(struct parsing *parsing, const struct registry_error *error)
{
	struct api *api = parsing->api;
	struct request *request = parsing->request;
	const struct ask_schema *schema = &parsing->schema;
	struct register_args args = { request_param(request, "subject"), schema->content,
		schema->identity, schema->resolved, schema->n_resolved, schema->parsed, schema->id,
		schema->number };

	if (error->code != REGISTRY_OK) {
		answer_error(api, request, error);
		return;
	}
	struct pending *pending = pending_create(api, request, answer_registered);
	if (pending) {
		pending_wait(pending, registry_register(api->registry, &args, pending_done, pending));
	}
}

static void register_schema(struct api *api, struct request *request)
{
	struct register_args args = { 0 };

	if (!ask_subject(api, request, &args.subject)) {
		return;
	}
	struct parsing *parsing = parsing_begin(api, request, ASK_REGISTER, register_parsed);
	if (!parsing) {
		return;
	}
	args.identity = parsing->schema.identity;
	if (parsing->schema.is_import) {
		register_parsed(parsing, &(struct registry_error){ .code = REGISTRY_OK });
		return;
	}
	if (parsing->schema.is_large || parsing->schema.normalize || parsing->schema.id > 0 ||
		!is_known(api, request, &args)) {
		parsing_run(parsing);
	}
}

static void answer_number(struct pending *pending, const struct write_result *result)
{
	struct json_out out = answer_begin(pending->api);

	json_out_i64(&out, result->number);
	answer_send(pending->api, pending->request);
}

static void delete_version(struct api *api, struct request *request)
{
	struct scute_str subject;
	int32_t number;
	struct pending *pending;
	bool permanent = ask_flag(api, request, "permanent");

	if (!ask_number(api, request, request_param(request, "version"), &number) ||
		!ask_subject(api, request, &subject) ||
		!(pending = pending_create(api, request, answer_number))) {
		return;
	}
	pending_wait(pending, registry_delete_version(api->registry, subject, number, permanent,
		pending_done, pending));
}

const struct api_endpoint api_versions[] = {
	{ "GET", "/subjects/{subject}/versions", API_READ_SUBJECT, API_ALIASED, list_versions },
	{ "POST", "/subjects/{subject}/versions", API_WRITE_SUBJECT, API_ALIASED, register_schema },
	{ "GET", "/subjects/{subject}/versions/{version}", API_READ_SUBJECT, API_ALIASED, get_version },
	{ "GET", "/subjects/{subject}/versions/{version}/schema", API_READ_SUBJECT, API_ALIASED, get_text },
	{ "GET", "/subjects/{subject}/versions/{version}/referencedby", API_READ_SUBJECT, API_ALIASED,
		list_referrers },
	{ "GET", "/subjects/{subject}/metadata", API_READ_SUBJECT, API_ALIASED, get_by_metadata },
	{ "DELETE", "/subjects/{subject}/versions/{version}", API_WRITE_SUBJECT, API_ALIASED,
		delete_version },
	{ 0 },
};
