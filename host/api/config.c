/* SPDX-License-Identifier: Apache-2.0 */
/* /config and /config/{subject}: the compatibility level. */
#include "api/ask.h"
#include "api/pending.h"
#include "support/str.h"

static void send_level(struct api *api, struct request *request, const char *key, enum level level)
{
	struct json_out out = answer_begin(api);

	json_out_object(&out);
	json_out_key(&out, key);
	json_out_z(&out, level_name(level));
	json_out_object_end(&out);
	answer_send(api, request);
}

static void get_global(struct api *api, struct request *request)
{
	send_level(api, request, "compatibilityLevel", registry_global_level(api->registry));
}

static void get_subject(struct api *api, struct request *request)
{
	struct scute_str name;

	if (!ask_subject(api, request, &name)) {
		return;
	}
	const struct subject *subject = subjects_find(&api->registry->subjects, name);
	bool unknown = !subject && api->options.profile == PROFILE_KARAPACE;
	bool unset = subject_config(subject)->level == LEVEL_UNSET;
	if (unset && !unknown && ask_flag(api, request, "defaultToGlobal")) {
		send_level(api, request, "compatibilityLevel", registry_global_level(api->registry));
	} else if (unset) {
		answer_code_str(api, request,
			unknown ? REGISTRY_SUBJECT_NOT_FOUND : REGISTRY_SUBJECT_LEVEL_UNSET, name);
	} else {
		send_level(api, request, "compatibilityLevel", subject_config(subject)->level);
	}
}

static bool ask_level(struct api *api, struct request *request, enum registry_code invalid,
	enum level *ret_level)
{
	const struct json *body;

	if (!ask_object(api, request, &body)) {
		return false;
	}
	const struct json *level = json_get(body, "compatibility");
	if (!level || level->type == JSON_NULL) {
		answer_code_str(api, request, REGISTRY_FIELD_INVALID,
			SCUTE_STR("compatibility: this member is required"));
		return false;
	}
	if (level->type != JSON_STRING) {
		answer_code_str(api, request, REGISTRY_BODY_INVALID,
			SCUTE_STR("compatibility must be a string"));
		return false;
	}
	if (!level_parse(level->text, ret_level)) {
		answer_code(api, request, invalid);
		return false;
	}
	return true;
}

static void answer_set(struct pending *pending, const struct write_result *result)
{
	send_level(pending->api, pending->request, "compatibility", result->level);
}

static void put_global(struct api *api, struct request *request)
{
	struct scute_str global = { NULL, 0 };
	struct pending *pending;
	enum level level;

	if (!ask_level(api, request, REGISTRY_LEVEL_INVALID, &level) ||
		!(pending = pending_create(api, request, answer_set))) {
		return;
	}
	pending_wait(pending, registry_set_level(api->registry, global, level, pending_done, pending));
}

static void put_subject(struct api *api, struct request *request)
{
	struct scute_str name;
	struct pending *pending;
	enum level level;

	if (!ask_subject(api, request, &name) ||
		!ask_level(api, request, REGISTRY_SUBJECT_LEVEL_INVALID, &level) ||
		!(pending = pending_create(api, request, answer_set))) {
		return;
	}
	pending_wait(pending, registry_set_level(api->registry, name, level, pending_done, pending));
}

/* Karapace tells the level now in force, Confluent the one that was taken back. */
static void answer_cleared(struct pending *pending, const struct write_result *result)
{
	struct api *api = pending->api;
	enum level now = registry_global_level(api->registry);

	if (api->options.profile == PROFILE_KARAPACE) {
		send_level(api, pending->request, "compatibility", now);
	} else {
		send_level(api, pending->request, "compatibilityLevel",
			result->level == LEVEL_UNSET ? now : result->level);
	}
}

static void delete_subject(struct api *api, struct request *request)
{
	struct scute_str name;
	struct pending *pending;

	if (!ask_subject(api, request, &name)) {
		return;
	}
	const struct subject *subject = subjects_find(&api->registry->subjects, name);
	if (api->options.profile == PROFILE_CONFLUENT &&
		subject_config(subject)->level == LEVEL_UNSET) {
		answer_code_str(api, request, REGISTRY_SUBJECT_NOT_FOUND, name);
		return;
	}
	pending = pending_create(api, request, answer_cleared);
	if (pending) {
		pending_wait(pending, registry_clear_level(api->registry, name, pending_done, pending));
	}
}

static void delete_global(struct api *api, struct request *request)
{
	struct scute_str global = { NULL, 0 };
	struct pending *pending = pending_create(api, request, answer_cleared);

	if (pending) {
		pending_wait(pending, registry_clear_level(api->registry, global, pending_done, pending));
	}
}

const struct api_endpoint api_config[] = {
	{ "GET", "/config", API_READ_CONFIG, 0, get_global },
	{ "PUT", "/config", API_WRITE_CONFIG, 0, put_global },
	{ "DELETE", "/config", API_WRITE_CONFIG, 0, delete_global },
	{ "GET", "/config/{subject}", API_READ_SUBJECT, 0, get_subject },
	{ "PUT", "/config/{subject}", API_WRITE_SUBJECT, 0, put_subject },
	{ "DELETE", "/config/{subject}", API_WRITE_SUBJECT, 0, delete_subject },
	{ 0 },
};
