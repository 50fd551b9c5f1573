/* SPDX-License-Identifier: Apache-2.0 */
/* /mode and /mode/{subject}: whether writes are taken, and of which kind. */
#include "api/ask.h"
#include "api/pending.h"
#include "support/str.h"

static const struct scute_str global_scope = { NULL, 0 };

static void send_mode(struct api *api, struct request *request, enum mode mode)
{
	struct json_out out = answer_begin(api);

	json_out_object(&out);
	if (mode != MODE_UNSET) {
		json_out_key(&out, "mode");
		json_out_z(&out, mode_name(mode));
	}
	json_out_object_end(&out);
	answer_send(api, request);
}

static void get_global(struct api *api, struct request *request)
{
	send_mode(api, request, registry_mode(api->registry, global_scope));
}

/* Karapace tells the mode in force, Confluent only one that is the subject's own. */
static void get_subject(struct api *api, struct request *request)
{
	struct scute_str name;

	if (!ask_subject(api, request, &name)) {
		return;
	}
	const struct subject *subject = subjects_find(&api->registry->subjects, name);
	bool karapace = api->options.profile == PROFILE_KARAPACE;
	enum mode own = subject_config(subject)->mode;
	if (own != MODE_UNSET) {
		send_mode(api, request, own);
	} else if (karapace && !subject) {
		answer_code_str(api, request, REGISTRY_SUBJECT_NOT_FOUND, name);
	} else if (karapace || ask_flag(api, request, "defaultToGlobal")) {
		send_mode(api, request, registry_mode(api->registry, name));
	} else {
		answer_code_str(api, request, REGISTRY_SUBJECT_MODE_UNSET, name);
	}
}

static bool ask_mode(struct api *api, struct request *request, bool is_global, enum mode *ret_mode)
{
	const struct json *body;
	enum mode mode;

	if (!ask_object(api, request, &body)) {
		return false;
	}
	const struct json *member = json_get(body, "mode");
	if (!member || member->type == JSON_NULL) {
		answer_code_str(api, request, REGISTRY_FIELD_INVALID,
			SCUTE_STR("mode: this member is required"));
		return false;
	}
	if (member->type != JSON_STRING) {
		answer_code_str(api, request, REGISTRY_BODY_INVALID, SCUTE_STR("mode must be a string"));
		return false;
	}
	if (!mode_parse(member->text, &mode)) {
		answer_code(api, request, REGISTRY_MODE_INVALID);
		return false;
	}
	if (mode == MODE_FORWARD && !is_global) {
		answer_code(api, request, REGISTRY_MODE_ONLY_GLOBAL);
		return false;
	}
	*ret_mode = mode;
	return true;
}

static void answer_set_global(struct pending *pending, const struct write_result *result)
{
	(void)result;
	send_mode(pending->api, pending->request, pending->api->registry->global.mode);
}

static void answer_set_subject(struct pending *pending, const struct write_result *result)
{
	struct scute_str name = request_param(pending->request, "subject");

	(void)result;
	send_mode(pending->api, pending->request,
		subject_config(subjects_find(&pending->api->registry->subjects, name))->mode);
}

static void put_global(struct api *api, struct request *request)
{
	struct pending *pending;
	enum mode mode;

	if (!ask_mode(api, request, false, &mode) ||
		!(pending = pending_create(api, request, answer_set_global))) {
		return;
	}
	pending_wait(pending, registry_set_mode(api->registry, global_scope, mode,
		ask_flag(api, request, "force"), pending_done, pending));
}

static void put_subject(struct api *api, struct request *request)
{
	struct scute_str name;
	struct pending *pending;
	enum mode mode;

	if (!ask_subject(api, request, &name) ||
		!ask_mode(api, request, str_eq_z(name, CONTEXT_GLOBAL), &mode) ||
		!(pending = pending_create(api, request, answer_set_subject))) {
		return;
	}
	pending_wait(pending, registry_set_mode(api->registry, name, mode,
		ask_flag(api, request, "force"), pending_done, pending));
}

static void answer_cleared(struct pending *pending, const struct write_result *result)
{
	send_mode(pending->api, pending->request, (enum mode)result->number);
}

static void delete_global(struct api *api, struct request *request)
{
	struct pending *pending = pending_create(api, request, answer_cleared);

	if (pending) {
		pending_wait(pending, registry_clear_mode(api->registry, global_scope, pending_done,
			pending));
	}
}

static void delete_subject(struct api *api, struct request *request)
{
	struct scute_str name;
	struct pending *pending;

	if (!ask_subject(api, request, &name)) {
		return;
	}
	if (subject_config(subjects_find(&api->registry->subjects, name))->mode == MODE_UNSET) {
		answer_code_str(api, request, REGISTRY_SUBJECT_NOT_FOUND, name);
		return;
	}
	pending = pending_create(api, request, answer_cleared);
	if (pending) {
		pending_wait(pending, registry_clear_mode(api->registry, name, pending_done, pending));
	}
}

const struct api_endpoint api_mode[] = {
	{ "GET", "/mode", API_READ_CONFIG, 0, get_global },
	{ "PUT", "/mode", API_WRITE_CONFIG, 0, put_global },
	{ "DELETE", "/mode", API_WRITE_CONFIG, 0, delete_global },
	{ "GET", "/mode/{subject}", API_READ_SUBJECT, 0, get_subject },
	{ "PUT", "/mode/{subject}", API_WRITE_SUBJECT, 0, put_subject },
	{ "DELETE", "/mode/{subject}", API_WRITE_SUBJECT, 0, delete_subject },
	{ 0 },
};
