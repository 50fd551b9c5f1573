/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of answers. Members and their order: the golden answers of both servers. */
#include "api/answer.h"

#include <stdlib.h>

#include "api/api.h"
#include "registry/metadata.h"
#include "support/str.h"

enum answer_shape answer_shape(const struct api *api, const struct request *request)
{
	struct scute_str value;

	if (api->options.profile == PROFILE_CONFLUENT) {
		return SHAPE_8;
	}
	if (request_header(request, "Confluent-Accept-Unknown-Properties", &value) &&
		str_eq_nocase(str_trim(value), SCUTE_STR("true"))) {
		return SHAPE_8;
	}
	return SHAPE_6;
}

struct json_out answer_begin(struct api *api)
{
	buf_reset(&api->out);
	api->form = (struct form){ 0 };
	api->qualifies = false;
	return json_out(&api->out);
}

#define OUT_BYTES_KEPT ((size_t)256 * 1024)

static void send_out(struct api *api, struct request *request, int status)
{
	reply_send(request, status, NULL, buf_str(&api->out));
	if (api->out.cap > OUT_BYTES_KEPT) {
		size_t max = api->out.max;
		buf_finish(&api->out);
		buf_init(&api->out, max);
	}
}

void answer_send(struct api *api, struct request *request)
{
	if (api->form.schema) {
		form_send(api, request);
	} else if (api->out.failed) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
	} else {
		send_out(api, request, 200);
	}
}

#define MESSAGE_BYTES_MAX ((size_t)64 << 20)

/* Who fills the arena of a request asked for too much; the host's memory has not run out then. */
static enum registry_code code_of(const struct request *request, enum registry_code code)
{
	const struct arena *arena = &request->arena;

	if (code == REGISTRY_NO_MEMORY && arena->used_bytes > arena->max_bytes / 2) {
		return REGISTRY_SCHEMA_TOO_LARGE;
	}
	return code;
}

/* Takes nothing from the request's arena, which may be what ran out. */
void answer_error(struct api *api, struct request *request, const struct registry_error *error)
{
	struct registry_error told = *error;
	struct buf text;
	enum profile profile = api->options.profile;
	struct json_out out = answer_begin(api);

	told.code = code_of(request, error->code);
	buf_init(&text, MESSAGE_BYTES_MAX);
	registry_error_text(&text, &told, profile);
	json_out_object(&out);
	json_out_key(&out, "error_code");
	json_out_i64(&out, registry_error_code(told.code, profile));
	json_out_key(&out, "message");
	json_out_str(&out, text.failed ? SCUTE_STR("Out of memory") : buf_str(&text));
	json_out_object_end(&out);
	buf_finish(&text);
	if (api->out.failed) {
		reply_send(request, 503, NULL,
			SCUTE_STR("{\"error_code\":503,\"message\":\"Out of memory\"}"));
	} else {
		send_out(api, request, registry_error_status(told.code, profile));
	}
}

void answer_code(struct api *api, struct request *request, enum registry_code code)
{
	struct registry_error error = { .code = code };

	answer_error(api, request, &error);
}

void answer_code_str(struct api *api, struct request *request, enum registry_code code,
	struct scute_str argument)
{
	struct registry_error error = { .code = code, .args = { argument } };

	answer_error(api, request, &error);
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(subject_name(*(const struct subject *const *)a),
		subject_name(*(const struct subject *const *)b));
}

/* NULL: no memory. free() it. */
static const struct subject **subjects_listed(const struct api *api)
{
	const struct subjects *subjects = &api->registry->subjects;
	const struct subject **listed = malloc((subjects->count + 1) * sizeof(*listed));
	size_t n = 0;

	for (const struct subject *at = listed ? subjects->first : NULL; at; at = at->next) {
		listed[n++] = at;
	}
	if (listed && api->options.profile == PROFILE_CONFLUENT) {
		qsort(listed, n, sizeof(*listed), by_name);
	}
	return listed;
}

void answer_subjects(struct api *api, struct request *request,
	void (*put)(struct api *api, struct json_out *out, const struct subject *subject, void *user),
	void *user)
{
	const struct subject **listed = subjects_listed(api);

	if (!listed) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return;
	}
	struct json_out out = answer_begin(api);
	json_out_array(&out);
	for (size_t i = 0; i < api->registry->subjects.count; i++) {
		put(api, &out, listed[i], user);
	}
	json_out_array_end(&out);
	free(listed);
	answer_send(api, request);
}

void answer_text(struct api *api, struct json_out *out, const struct schema *schema)
{
	struct scute_str escaped;

	json_out_key(out, "schema");
	if (api->form.schema == schema) {
		api->form.gap = out->buf->len;
		out->comma = true;
		return;
	}
	escaped = escaped_text(api->escaped, schema);
	if (escaped.data) {
		json_out_raw(out, escaped);
	} else {
		json_out_str(out, schema_text(schema));
	}
}

void answer_text_alone(struct api *api, struct request *request, const struct schema *schema)
{
	answer_begin(api);
	form_begin(api, request, schema);
	if (api->form.schema) {
		form_send(api, request);
	} else {
		reply_send(request, 200, NULL, schema_text(schema));
	}
}

void answer_qualify(struct api *api, struct request *request)
{
	struct scute_str format;

	api->qualifies = request->query.len > 0 && request_query(request, "referenceFormat", &format) &&
		str_eq_nocase(format, SCUTE_STR("qualified"));
}

/* As its schema calls it, or with the context always. */
static void put_reference_subject(struct api *api, struct json_out *out, const struct schema *schema,
	struct scute_str subject)
{
	const struct contexts *contexts = &api->registry->schemas.contexts;
	struct scute_arena *arena = registry_work(api->registry);
	bool is_plain = context_rest(subject).len == subject.len;

	if (api->qualifies) {
		subject = is_plain ? arena_printf(arena, ":.:%.*s", STR_ARGS(subject)) : subject;
	} else if (schema->context > 0) {
		subject = context_call(subject, context_name(contexts->all[schema->context]), arena);
	}
	out->buf->failed = out->buf->failed || !subject.data;
	json_out_str(out, subject);
}

void answer_references(struct api *api, struct json_out *out, const struct schema *schema)
{
	const struct schema_more *more = schema->more;

	if (!more || more->n_references == 0) {
		return;
	}
	json_out_key(out, "references");
	json_out_array(out);
	for (size_t i = 0; i < more->n_references; i++) {
		json_out_object(out);
		json_out_key(out, "name");
		json_out_str(out, more->references[i].name);
		json_out_key(out, "subject");
		put_reference_subject(api, out, schema, more->references[i].subject);
		json_out_key(out, "version");
		json_out_i64(out, more->references[i].version);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

void answer_metadata(struct api *api, struct json_out *out, const struct schema *schema)
{
	struct metadata metadata;
	struct scute_arena *arena;

	if (!schema->more || schema->more->extra.len == 0) {
		return;
	}
	arena = registry_work(api->registry);
	if (!metadata_read(schema->more->extra, arena, &metadata)) {
		out->buf->failed = true;
		return;
	}
	if (metadata.metadata) {
		json_out_key(out, "metadata");
		json_out_tree(out, metadata.metadata, JSON_AS_READ);
	}
	if (metadata.rules) {
		json_out_key(out, "ruleSet");
		json_out_tree(out, metadata.rules, JSON_AS_READ);
	}
}

static void shape_6(struct api *api, struct json_out *out, const struct version *version)
{
	const struct schema *schema = version->schema;

	answer_text(api, out, schema);
	answer_references(api, out, schema);
	if (!str_eq_z(schema->type->name, "AVRO")) {
		json_out_key(out, "schemaType");
		json_out_str(out, schema->type->name);
	}
}

static void shape_8(struct api *api, struct json_out *out, const struct version *version)
{
	const struct schema *schema = version->schema;

	answer_guid(out, schema);
	json_out_key(out, "schemaType");
	json_out_str(out, schema->type->name);
	answer_references(api, out, schema);
	answer_metadata(api, out, schema);
	form_put_listed(api, out, schema, api->listed_form);
	json_out_key(out, "ts");
	json_out_i64(out, version->timestamp_ms);
	json_out_key(out, "deleted");
	json_out_bool(out, version->deleted);
}

void answer_version(struct api *api, struct json_out *out, enum answer_shape shape,
	const struct subject *subject, const struct version *version)
{
	json_out_key(out, "subject");
	json_out_str(out, subject_name(subject));
	json_out_key(out, "version");
	json_out_i64(out, version->number);
	json_out_key(out, "id");
	json_out_i64(out, version->schema->id);
	if (shape == SHAPE_8) {
		shape_8(api, out, version);
	} else {
		shape_6(api, out, version);
	}
}
