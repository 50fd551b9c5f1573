/* SPDX-License-Identifier: Apache-2.0 */
/* Small schemas here and now, large ones by registry/check. */
#include "api/parse.h"

#include "support/str.h"

struct parsing *parsing_begin(struct api *api, struct request *request, enum ask_purpose purpose,
	void (*then)(struct parsing *parsing, const struct registry_error *error))
{
	struct ask_schema schema;

	if (!ask_schema(api, request, purpose, &schema)) {
		return NULL;
	}
	struct parsing *parsing = scute_alloc(&request->arena.base, sizeof(*parsing));
	if (!parsing) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return NULL;
	}
	*parsing = (struct parsing){ .api = api, .request = request, .schema = schema,
		.number = ASK_LATEST, .answer = { .compatible = true }, .then = then };
	return parsing;
}

static struct check_question question_of(const struct parsing *parsing)
{
	const struct registry *registry = parsing->api->registry;
	struct check_question question = ask_question(&parsing->schema);

	if (parsing->compare) {
		question.subject = subjects_find(&registry->subjects, parsing->subject);
	}
	if (question.subject) {
		question.rule = registry_rule(registry, question.subject);
		question.given = parsing->number == ASK_LATEST
			? NULL
			: subject_version(question.subject, parsing->number);
	}
	return question;
}

static void run_here(struct parsing *parsing, const struct check_question *asked)
{
	struct api *api = parsing->api;
	struct registry_error error = { .code = REGISTRY_OK };
	struct compat_question question = { asked->type, NULL, asked->rule.level,
		&api->registry->options.limits, asked->rule.policy };

	if (ask_parse(api, parsing->request, &parsing->schema, &error) && asked->subject) {
		question.schema = parsing->schema.parsed;
		compat_here(api->registry, &question, asked->subject, asked->given,
			registry_work(api->registry), &parsing->answer, &error);
	}
	parsing->then(parsing, &error);
}

static void checked(void *user, struct check *check)
{
	struct parsing *parsing = user;
	struct api *api = parsing->api;
	const struct check_answer *answer = check_answer(check);
	struct registry_error error = answer->error;
	struct scute_arena *arena = &parsing->request->arena.base;

	request_on_cancel(parsing->request, NULL, NULL);
	parsing->answer = answer->compat;
	if (error.code == REGISTRY_OK) {
		parsing->schema.content.text = answer->text;
		bool again = parsing->schema.identify_again && !parsing->schema.is_large;
		if (parsing->schema.is_large) {
			parsing->schema.identity = answer->identity;
		}
		if (!arena_keep(arena, &parsing->schema.content.text) ||
			(again && !ask_identify(api, parsing->request, &parsing->schema))) {
			error = (struct registry_error){ .code = REGISTRY_NO_MEMORY };
		}
	}
	parsing->then(parsing, &error); /* may end the request; answer and error are the check's */
	check_free(check);
}

static void cancelled(void *user)
{
	struct parsing *parsing = user;

	check_cancel(parsing->check);
}

void parsing_run(struct parsing *parsing)
{
	struct check_question question = question_of(parsing);

	if (!check_is_large(parsing->api->registry, &question)) {
		run_here(parsing, &question);
		return;
	}
	parsing->check = check_start(parsing->api->registry, &question, checked, parsing);
	if (parsing->check) {
		request_on_cancel(parsing->request, cancelled, parsing);
	} else {
		struct registry_error refused = {
			.code = check_refusal(parsing->api->registry, &question) };
		parsing->then(parsing, &refused);
	}
}
