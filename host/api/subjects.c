/* SPDX-License-Identifier: Apache-2.0 */
/* /subjects and /subjects/{subject}: list, lookup, delete. */
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

static const struct version *find_identity(const struct subject *subject, struct hash128 identity,
	bool deleted)
{
	for (uint32_t i = subject->n_versions; i-- > 0;) {
		const struct version *version = &subject->versions[i];
		if ((deleted || !version->deleted) && version->schema->identity.low == identity.low &&
			version->schema->identity.high == identity.high) {
			return version;
		}
	}
	return NULL;
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

/* The subject may have changed while a worker parsed. */
static bool find_now(struct api *api, struct request *request, struct scute_str name, bool deleted,
	const struct subject **ret_subject)
{
	const struct subject *subject = subjects_find(&api->registry->subjects, name);

	if (!subject || !subject_latest(subject, deleted)) {
		answer_code_str(api, request, REGISTRY_SUBJECT_NOT_FOUND, name);
		return false;
	}
	*ret_subject = subject;
	return true;
}

/* Whether version is that content beside its own metadata. */
static bool is_content_of(const struct parsing *parsing, const struct version *version)
{
	const struct registry *registry = parsing->api->registry;
	struct schema_content content = parsing->schema.content;
	struct hash128 identity;
	struct scute_error ignored;

	if (!version->schema->more || version->schema->more->extra.len == 0) {
		return false;
	}
	content.extra = version->schema->more->extra;
	return schemas_identity(&content, &registry->options.limits,
			registry_work(parsing->api->registry), &identity, &ignored) == SCUTE_OK &&
		identity.low == version->schema->identity.low &&
		identity.high == version->schema->identity.high;
}

/* Serializers ask without metadata, whatever was registered with it. */
static const struct version *find_content(const struct parsing *parsing, const struct subject *subject,
	bool deleted)
{
	if (parsing->schema.content.extra.len > 0) {
		return NULL;
	}
	for (uint32_t i = subject->n_versions; i-- > 0;) {
		const struct version *version = &subject->versions[i];
		if ((deleted || !version->deleted) && is_content_of(parsing, version)) {
			return version;
		}
	}
	return NULL;
}

static bool answer_identity(const struct parsing *parsing, const struct subject *subject)
{
	bool deleted = ask_flag(parsing->api, parsing->request, "deleted");
	const struct version *version = find_identity(subject, parsing->schema.identity, deleted);

	if (!version) {
		version = find_content(parsing, subject, deleted);
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
	const struct subject *subject;

	if (error->code != REGISTRY_OK) {
		answer_error(parsing->api, request, error);
	} else if (find_now(parsing->api, request, request_param(request, "subject"),
			   ask_flag(parsing->api, request, "deleted"), &subject) &&
		!answer_identity(parsing, subject)) {
		answer_code(parsing->api, request, REGISTRY_SCHEMA_NOT_FOUND);
	}
}

static void lookup(struct api *api, struct request *request)
{
	struct scute_str name;
	const struct subject *subject;

	if (!ask_subject(api, request, &name) ||
		!find_now(api, request, name, ask_flag(api, request, "deleted"), &subject)) {
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
