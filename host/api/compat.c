/* SPDX-License-Identifier: Apache-2.0 */
/* /compatibility: would this schema be accepted? */
#include "api/parse.h"
#include "support/str.h"

static void put_messages(struct json_out *out, const struct compat_answer *answer)
{
	json_out_key(out, "messages");
	json_out_array(out);
	for (size_t i = 0; i < answer->n_messages; i++) {
		json_out_str(out, answer->messages[i]);
	}
	json_out_array_end(out);
}

/* Karapace gives messages whenever incompatible, Confluent when asked with verbose=true. */
static void answer_verdict(struct api *api, struct request *request, const struct compat_answer *answer)
{
	bool verbose = ask_flag(api, request, "verbose");
	bool karapace = api->options.profile == PROFILE_KARAPACE;
	struct json_out out = answer_begin(api);

	json_out_object(&out);
	json_out_key(&out, "is_compatible");
	json_out_bool(&out, answer->compatible);
	if (verbose || (karapace && !answer->compatible)) {
		put_messages(&out, answer);
	}
	json_out_object_end(&out);
	answer_send(api, request);
}

/* Confluent answers an invalid schema with a verdict when it may say why. */
static void answer_invalid(struct api *api, struct request *request, const struct registry_error *error)
{
	struct scute_str text = error->args[1];
	struct compat_answer answer = { .messages = &text, .n_messages = 1 };

	if (api->options.profile == PROFILE_CONFLUENT && error->code == REGISTRY_SCHEMA_INVALID &&
		ask_flag(api, request, "verbose")) {
		answer_verdict(api, request, &answer);
	} else {
		answer_error(api, request, error);
	}
}

static void compared(struct parsing *parsing, const struct registry_error *error)
{
	if (error->code != REGISTRY_OK) {
		answer_invalid(parsing->api, parsing->request, error);
	} else {
		answer_verdict(parsing->api, parsing->request, &parsing->answer);
	}
}

static void check(struct api *api, struct request *request, struct scute_str subject, int32_t number)
{
	struct parsing *parsing = parsing_begin(api, request, ASK_COMPARE, compared);

	if (parsing) {
		parsing->compare = true;
		parsing->subject = subject;
		parsing->number = number;
		parsing_run(parsing);
	}
}

static bool is_live(const struct api *api, struct scute_str name, int32_t number)
{
	const struct subject *subject = subjects_find(&api->registry->subjects, name);
	const struct version *version = subject ? subject_version(subject, number) : NULL;

	return version && !version->deleted;
}

static void check_version(struct api *api, struct request *request)
{
	struct scute_str text = request_param(request, "version");
	struct scute_str name;
	int32_t number;

	if (!ask_number(api, request, text, &number) || !ask_subject(api, request, &name)) {
		return;
	}
	if (number != ASK_LATEST && !is_live(api, name, number)) {
		answer_code_str(api, request, REGISTRY_VERSION_NOT_FOUND, text);
	} else {
		check(api, request, name, number);
	}
}

static void check_subject(struct api *api, struct request *request)
{
	struct scute_str name;

	if (ask_subject(api, request, &name)) {
		check(api, request, name, ASK_LATEST);
	}
}

const struct api_endpoint api_compat[] = {
	{ "POST", "/compatibility/subjects/{subject}/versions", API_READ_SUBJECT, API_ALIASED,
		check_subject },
	{ "POST", "/compatibility/subjects/{subject}/versions/{version}", API_READ_SUBJECT, API_ALIASED,
		check_version },
	{ 0 },
};
