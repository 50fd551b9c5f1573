/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /schemas: all of them, made while they are sent. A piece at a time, so that neither memory
 * nor others' requests feel how many there are; what changes between two pieces is seen by those
 * that follow, and none is listed twice.
 */
#include "api/ask.h"
#include "api/gate.h"
#include "api/page.h"
#include "registry/walk.h"
#include "support/str.h"

#define PIECE_BYTES ((size_t)48 * 1024)
#define PIECE_SUBJECTS 1000 /* that are looked at for one piece */

/* Confluent gives so many schemas at most. */
#define LISTED_MAX 1000

struct listing {
	struct api *api;
	const struct api_caller *caller; /* NULL: no auth plugin */
	struct subject_walk walk;
	struct json_out out;
	enum answer_shape shape;
	enum page_deleted deleted;
	bool latest_only;
	struct scute_str form; /* of the texts; empty: as stored */
	struct prefix prefix;
	struct page page;
};

/* One object: Karapace gives schemaType and references always. */
static void put_version(struct listing *listing, const struct subject *subject,
	const struct version *version)
{
	const struct schema *schema = version->schema;
	struct api *api = listing->api;
	struct json_out *out = &listing->out;

	json_out_object(out);
	if (listing->shape == SHAPE_8) {
		api->listed_form = listing->form;
		answer_version(api, out, listing->shape, subject, version);
		api->listed_form = (struct scute_str){ NULL, 0 };
		json_out_object_end(out);
		return;
	}
	json_out_key(out, "subject");
	json_out_str(out, subject_name(subject));
	form_put_listed(api, out, schema, listing->form);
	json_out_key(out, "version");
	json_out_i64(out, version->number);
	json_out_key(out, "id");
	json_out_i64(out, schema->id);
	json_out_key(out, "schemaType");
	json_out_str(out, schema->type->name);
	if (schema->more && schema->more->n_references > 0) {
		answer_references(api, out, schema);
	} else {
		json_out_key(out, "references");
		json_out_null(out);
	}
	json_out_object_end(out);
}

static bool is_wanted(const struct listing *listing, const struct subject *subject)
{
	return prefix_has(&listing->prefix, subject_name(subject)) &&
		gate_may_read(listing->api, subject_name(subject));
}

/* Of what latestOnly asks for there is one a subject, also when it changes between two pieces. */
static void put_latest(struct listing *listing, const struct subject *subject)
{
	const struct version *latest = subject_latest(subject, listing->deleted != PAGE_LIVE);

	if (latest && page_has(listing->deleted, latest->deleted) && page_take(&listing->page)) {
		put_version(listing, subject, latest);
	}
	walk_step(&listing->walk);
}

/* Its versions from where the walk is, as many as the piece has room for. */
static void put_versions(struct listing *listing, const struct subject *subject, size_t end)
{
	struct subject_walk *walk = &listing->walk;

	for (uint32_t i = 0; i < subject->n_versions; i++) {
		const struct version *version = &subject->versions[i];
		if (version->number <= walk->after) {
			continue;
		}
		if (listing->out.buf->len >= end) {
			return;
		}
		walk->after = version->number;
		if (page_has(listing->deleted, version->deleted) && page_take(&listing->page)) {
			put_version(listing, subject, version);
		}
	}
	walk_step(walk);
}

static bool is_over(const struct listing *listing)
{
	return !listing->walk.at || page_is_full(&listing->page);
}

/* True: there is more. */
static bool put_piece(struct listing *listing)
{
	struct subject_walk *walk = &listing->walk;
	size_t end = listing->out.buf->len + PIECE_BYTES;

	for (unsigned n = 0; n < PIECE_SUBJECTS && !is_over(listing) && listing->out.buf->len < end;
		n++) {
		if (!is_wanted(listing, walk->at)) {
			walk_step(walk);
		} else if (listing->latest_only) {
			put_latest(listing, walk->at);
		} else {
			put_versions(listing, walk->at, end);
		}
	}
	if (is_over(listing)) {
		json_out_array_end(&listing->out);
	}
	return !is_over(listing);
}

static enum reply_more next_piece(void *user, struct buf *out)
{
	struct listing *listing = user;
	struct api *api = listing->api;

	listing->out.buf = out;
	api->form = (struct form){ 0 };
	api->caller = listing->caller;
	bool more = put_piece(listing);
	api->caller = NULL;
	if (out->failed) {
		return REPLY_BROKEN;
	}
	return more ? REPLY_MORE : REPLY_END;
}

static void ended(void *user)
{
	struct listing *listing = user;

	walk_end(&listing->walk);
	gate_let_go(listing->caller);
}

static const struct reply_source listing_source = { next_piece, ended };

/* What fits one piece is an ordinary answer, with its length. */
static void answer_listing(struct listing *listing, struct request *request)
{
	struct api *api = listing->api;

	listing->out = answer_begin(api);
	json_out_array(&listing->out);
	bool more = put_piece(listing);
	if (more && !api->out.failed) {
		listing->caller = gate_keep(api);
		reply_stream(request, 200, NULL, buf_str(&api->out), &listing_source, listing);
		return;
	}
	walk_end(&listing->walk);
	answer_send(api, request);
}

static void list_schemas(struct api *api, struct request *request)
{
	bool confluent = api->options.profile == PROFILE_CONFLUENT;
	struct listing *listing = scute_alloc(&request->arena.base, sizeof(*listing));

	if (listing) {
		*listing = (struct listing){ .api = api, .shape = answer_shape(api, request),
			.deleted = page_ask_deleted(api, request),
			.latest_only = ask_flag(api, request, "latestOnly"),
			.form = form_ask(request),
			.prefix = prefix_ask(request),
			.page = page_ask(request, confluent ? LISTED_MAX : UINT64_MAX) };
	}
	if (!listing || !walk_begin(&listing->walk, &api->registry->subjects, confluent)) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return;
	}
	answer_listing(listing, request);
}

const struct api_endpoint api_listing[] = {
	{ "GET", "/schemas", API_SIGNED_IN, 0, list_schemas },
	{ 0 },
};
