/* SPDX-License-Identifier: Apache-2.0 */
/* /subjects and /subjects/{subject}: list, lookup, delete. */
#include "api/fallback.h"
#include "api/gate.h"
#include "api/page.h"
#include "api/parse.h"
#include "api/pending.h"
#include "support/str.h"

struct listing {
	enum page_deleted deleted;
	struct prefix prefix;
	struct page page;
};

/* One without a live version counts as deleted. */
static bool is_wanted(const struct listing *listing, const struct subject *subject)
{
	return subject->n_versions > 0 && page_has(listing->deleted, !subject_has_live(subject)) &&
		prefix_has(&listing->prefix, subject_name(subject));
}

static void put_name(struct api *api, struct json_out *out, const struct subject *subject, void *user)
{
	struct listing *listing = user;

	if (is_wanted(listing, subject) && gate_may_read(api, subject_name(subject)) &&
		page_take(&listing->page)) {
		json_out_str(out, subject_name(subject));
	}
}

static void list_subjects(struct api *api, struct request *request)
{
	struct listing listing = { page_ask_deleted(api, request), prefix_ask(request),
		page_ask(request, UINT64_MAX) };

	answer_subjects(api, request, put_name, &listing);
}

static void answer_found(struct api *api, struct request *request, const struct subject *subject,
	const struct version *version)
{
	struct json_out out = answer_begin(api);

	form_begin(api, request, version->schema);
	json_out_object(&out);
	answer_version(api, &out, answer_shape(api, request), subject, version);
	json_out_object_end(&out);
	answer_send(api, request);
}

/* Serializers ask without metadata, whatever was registered with it. */
static bool answer_identity(const struct parsing *parsing, const struct subject *subject)
{
	const struct subjects *subjects = &parsing->api->registry->subjects;
	struct hash128 identity = parsing->schema.identity;
	bool deleted = ask_flag(parsing->api, parsing->request, "deleted");
	const struct version *version =
		subjects_find_content(subjects, subject, identity, FIND_EXACT, deleted);

	if (!version && parsing->schema.content.extra.len == 0) {
		version = subjects_find_content(subjects, subject, identity, FIND_BARE, deleted);
	}
	if (version) {
		answer_found(parsing->api, parsing->request, subject, version);
	}
	return version != NULL;
}

/* Nothing equal as sent: the text may be wrong, or equal once it is normalised. */
static void lookup_parsed(struct parsing *parsing, const struct registry_error *error)
{
	struct request *request = parsing->request;
	struct scute_str name = request_param(request, "subject");
	bool deleted = ask_flag(parsing->api, request, "deleted");
	const struct subject *subject = subjects_find(&parsing->api->registry->subjects, name);

	if (error->code != REGISTRY_OK) {
		answer_error(parsing->api, request, error);
	} else if (!subject || !subject_latest(subject, deleted)) { /* gone while a worker parsed */
		answer_code_str(parsing->api, request, REGISTRY_SUBJECT_NOT_FOUND, name);
	} else if (!answer_identity(parsing, subject)) {
		answer_code(parsing->api, request, REGISTRY_SCHEMA_NOT_FOUND);
	}
}

static void lookup(struct api *api, struct request *request)
{
	struct scute_str name;

	if (!ask_subject(api, request, &name)) {
		return;
	}
	const struct subject *subject =
		fallback_subject(api, request, ask_flag(api, request, "deleted"));
	if (!subject) {
		answer_code_str(api, request, REGISTRY_SUBJECT_NOT_FOUND, name);
		return;
	}
	struct parsing *parsing = parsing_begin(api, request, ASK_LOOKUP, lookup_parsed);
	if (parsing && (parsing->schema.is_large || !answer_identity(parsing, subject))) {
		parsing_run(parsing);
	}
}

static void answer_numbers(struct pending *pending, const struct write_result *result)
{
	struct json_out out = answer_begin(pending->api);

	json_out_array(&out);
	for (size_t i = 0; i < result->n_numbers; i++) {
		json_out_i64(&out, result->numbers[i]);
	}
	json_out_array_end(&out);
	answer_send(pending->api, pending->request);
}

static void delete_subject(struct api *api, struct request *request)
{
	struct scute_str subject;
	struct pending *pending;
	bool permanent = ask_flag(api, request, "permanent");

	if (!ask_subject(api, request, &subject) ||
		!(pending = pending_create(api, request, answer_numbers))) {
		return;
	}
	pending_wait(pending, registry_delete_subject(api->registry, subject, permanent, pending_done,
		pending));
}

const struct api_endpoint api_subjects[] = {
	{ "GET", "/subjects", API_SIGNED_IN, 0, list_subjects },
	{ "POST", "/subjects/{subject}", API_READ_SUBJECT, API_ALIASED, lookup },
	{ "DELETE", "/subjects/{subject}", API_WRITE_SUBJECT, API_ALIASED, delete_subject },
	{ 0 },
};
