/* SPDX-License-Identifier: Apache-2.0 */
/* Filling the gap: the format renders, the two halves of the body are put around it. */
#include "api/form.h"

#include "api/api.h"
#include "registry/check.h"
#include "registry/refs.h"
#include "support/str.h"

struct forming {
	struct api *api;
	struct request *request;
	struct scute_str before;
	struct scute_str after;
	struct check *check; /* while a worker is at it */
};

static bool can_render(const struct schema_type *type)
{
	return type->format && SCUTE_HAS(type->format, render) && type->format->render;
}

struct scute_str form_ask(struct request *request)
{
	struct scute_str name = { NULL, 0 };

	if (request->query.len > 0) {
		(void)request_query(request, "format", &name);
	}
	return name;
}

void form_begin(struct api *api, struct request *request, const struct schema *schema)
{
	struct scute_str name = form_ask(request);

	if (name.len > 0 && can_render(schema->type)) {
		api->form = (struct form){ .schema = schema, .name = name };
	}
}

/* A body without halves is the text itself, as it is. */
static void put_body(struct forming *forming, struct scute_str text)
{
	struct api *api = forming->api;

	if (forming->before.len + forming->after.len == 0) {
		reply_send(forming->request, 200, NULL, text);
		return;
	}
	struct json_out out = answer_begin(api);
	buf_append_str(&api->out, forming->before);
	json_out_str(&out, text);
	buf_append_str(&api->out, forming->after);
	answer_send(api, forming->request);
}

static void finish(struct forming *forming, const struct registry_error *error, struct scute_str text)
{
	if (error->code != REGISTRY_OK) {
		answer_error(forming->api, forming->request, error);
	} else {
		put_body(forming, text);
	}
}

static void rendered(void *user, struct check *check)
{
	struct forming *forming = user;
	const struct check_answer *answer = check_answer(check);

	request_on_cancel(forming->request, NULL, NULL);
	finish(forming, &answer->error, answer->text);
	check_free(check);
}

static void cancelled(void *user)
{
	struct forming *forming = user;

	check_cancel(forming->check);
}

static void render_here(struct forming *forming, const struct check_question *question)
{
	const struct registry *registry = forming->api->registry;
	struct registry_error error = { .code = REGISTRY_OK };
	const struct scute_schema *parsed;
	struct scute_str text = { NULL, 0 };

	check_parse(question, &registry->options.limits, &forming->request->arena.base, &parsed, &text,
		&error);
	finish(forming, &error, text);
}

static void render_on_worker(struct forming *forming, const struct check_question *question)
{
	struct registry *registry = forming->api->registry;

	forming->check = check_start(registry, question, rendered, forming);
	if (forming->check) {
		request_on_cancel(forming->request, cancelled, forming);
	} else {
		answer_code(forming->api, forming->request, check_refusal(registry, question));
	}
}

/* What rendering a stored schema asks; references resolved into arena. */
static enum scute_status question_of(struct api *api, const struct schema *schema,
	struct scute_str form, struct scute_arena *arena, struct check_question *ret_question,
	struct scute_error *err)
{
	const struct schema_more *more = schema->more;

	*ret_question = (struct check_question){ .type = schema->type, .text = schema_text(schema),
		.form = form, .flags = SCUTE_SOURCE_STORED, .rule = { LEVEL_NONE, POLICY_STRICT } };
	return refs_resolve(api->registry, more ? more->references : NULL, more ? more->n_references : 0,
		false, arena, &ret_question->references, &ret_question->n_references, err);
}

static void render(struct forming *forming, const struct form *form)
{
	struct registry *registry = forming->api->registry;
	struct check_question question;
	struct scute_error err = { 0 };

	if (question_of(forming->api, form->schema, form->name, &forming->request->arena.base, &question,
			&err) != SCUTE_OK) {
		struct registry_error error = { REGISTRY_STORED_SCHEMA_INVALID,
			{ form->schema->type->name, str_z(err.text) } };
		answer_error(forming->api, forming->request, &error);
	} else if (check_is_large(registry, &question)) {
		render_on_worker(forming, &question);
	} else {
		render_here(forming, &question);
	}
}

void form_put_listed(struct api *api, struct json_out *out, const struct schema *schema,
	struct scute_str form)
{
	const struct scute_limits *limits = &api->registry->options.limits;
	struct scute_arena *arena;
	struct check_question question;
	const struct scute_schema *parsed;
	struct registry_error ignored;
	struct scute_error err;
	struct scute_str text;

	if (form.len > 0 && can_render(schema->type) && schema->text_len <= FORM_LISTED_BYTES_MAX) {
		arena = registry_work(api->registry);
		if (question_of(api, schema, form, arena, &question, &err) == SCUTE_OK &&
			check_parse(&question, limits, arena, &parsed, &text, &ignored)) {
			json_out_key(out, "schema");
			json_out_str(out, text);
			return;
		}
	}
	answer_text(api, out, schema);
}

void form_send(struct api *api, struct request *request)
{
	struct form form = api->form;
	struct forming *forming = scute_alloc(&request->arena.base, sizeof(*forming));
	struct scute_str body = buf_str(&api->out);

	api->form = (struct form){ 0 };
	if (!forming || api->out.failed) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return;
	}
	*forming = (struct forming){ .api = api, .request = request,
		.before = { body.data, form.gap } };
	if (body.len > form.gap) {
		forming->after = (struct scute_str){ body.data + form.gap, body.len - form.gap };
	}
	if (!arena_keep(&request->arena.base, &forming->before) ||
		!arena_keep(&request->arena.base, &forming->after)) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return;
	}
	render(forming, &form);
}
