/* SPDX-License-Identifier: Apache-2.0 */
/* /config and /config/{subject}: the compatibility level and policy. */
#include "api/ask.h"
#include "api/pending.h"
#include "support/str.h"

/* key: what the level is called, which differs between questions and changes. */
static void send_rule(struct api *api, struct request *request, const char *key, struct rule rule)
{
	struct json_out out = answer_begin(api);

	json_out_object(&out);
	if (rule.level != LEVEL_UNSET) {
		json_out_key(&out, key);
		json_out_z(&out, level_name(rule.level));
	}
	if (rule.policy != POLICY_UNSET) {
		json_out_key(&out, "compatibilityPolicy");
		json_out_z(&out, policy_name(rule.policy));
	}
	json_out_object_end(&out);
	answer_send(api, request);
}

/* The level is always told; the policy only where somebody chose one. */
static struct rule global_rule(const struct api *api)
{
	return (struct rule){ registry_global_rule(api->registry).level,
		api->registry->global.rule.policy };
}

static void get_global(struct api *api, struct request *request)
{
	send_rule(api, request, "compatibilityLevel", global_rule(api));
}

static bool is_unset(struct rule rule)
{
	return rule_equal(rule, setting_unset.rule);
}

static void get_subject(struct api *api, struct request *request)
{
	struct scute_str name;

	if (!ask_subject(api, request, &name)) {
		return;
	}
	const struct subject *subject = subjects_find(&api->registry->subjects, name);
	bool unknown = !subject && api->options.profile == PROFILE_KARAPACE;
	struct rule own = subject_config(subject)->rule;
	if (!unknown && ask_flag(api, request, "defaultToGlobal")) {
		send_rule(api, request, "compatibilityLevel", rule_or(own, global_rule(api)));
	} else if (is_unset(own)) {
		answer_code_str(api, request,
			unknown ? REGISTRY_SUBJECT_NOT_FOUND : REGISTRY_SUBJECT_LEVEL_UNSET, name);
	} else {
		send_rule(api, request, "compatibilityLevel", own);
	}
}

/* False after having answered. NULL: the body does not say. */
static bool ask_word(struct api *api, struct request *request, const struct json *body,
	const char *name, const struct json **ret_member)
{
	const struct json *member = json_get(body, name);

	if (member && member->type == JSON_NULL) {
		member = NULL;
	}
	if (member && member->type != JSON_STRING) {
		answer_code_str(api, request, REGISTRY_BODY_INVALID,
			arena_printf(&request->arena.base, "%s must be a string", name));
		return false;
	}
	*ret_member = member;
	return true;
}

static bool ask_rule(struct api *api, struct request *request, enum registry_code invalid,
	struct rule *ret_rule)
{
	struct rule rule = setting_unset.rule;
	const struct json *body;
	const struct json *level;
	const struct json *policy;

	if (!ask_object(api, request, &body) ||
		!ask_word(api, request, body, "compatibility", &level) ||
		!ask_word(api, request, body, "compatibilityPolicy", &policy)) {
		return false;
	}
	if (!level && !policy) {
		answer_code_str(api, request, REGISTRY_FIELD_INVALID,
			SCUTE_STR("compatibility: this member is required"));
		return false;
	}
	if (level && !level_parse(level->text, &rule.level)) {
		answer_code(api, request, invalid);
		return false;
	}
	if (policy && !policy_parse(policy->text, &rule.policy)) {
		answer_code(api, request, REGISTRY_POLICY_INVALID);
		return false;
	}
	*ret_rule = rule;
	return true;
}

static void answer_set(struct pending *pending, const struct write_result *result)
{
	send_rule(pending->api, pending->request, "compatibility", result->rule);
}

static void put_global(struct api *api, struct request *request)
{
	struct scute_str global = { NULL, 0 };
	struct pending *pending;
	struct rule rule;

	if (!ask_rule(api, request, REGISTRY_LEVEL_INVALID, &rule) ||
		!(pending = pending_create(api, request, answer_set))) {
		return;
	}
	pending_wait(pending, registry_set_rule(api->registry, global, rule, pending_done, pending));
}

static void put_subject(struct api *api, struct request *request)
{
	struct scute_str name;
	struct pending *pending;
	struct rule rule;

	if (!ask_subject(api, request, &name) ||
		!ask_rule(api, request, REGISTRY_SUBJECT_LEVEL_INVALID, &rule) ||
		!(pending = pending_create(api, request, answer_set))) {
		return;
	}
	pending_wait(pending, registry_set_rule(api->registry, name, rule, pending_done, pending));
}

/* Karapace tells the level now in force, Confluent the setting that was taken back. */
static void answer_cleared(struct pending *pending, const struct write_result *result)
{
	struct api *api = pending->api;

	if (api->options.profile == PROFILE_KARAPACE) {
		send_rule(api, pending->request, "compatibility",
			rule_at(registry_global_rule(api->registry).level));
	} else {
		send_rule(api, pending->request, "compatibilityLevel",
			is_unset(result->rule) ? global_rule(api) : result->rule);
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
		is_unset(subject_config(subject)->rule)) {
		answer_code_str(api, request, REGISTRY_SUBJECT_NOT_FOUND, name);
		return;
	}
	pending = pending_create(api, request, answer_cleared);
	if (pending) {
		pending_wait(pending, registry_clear_rule(api->registry, name, pending_done, pending));
	}
}

static void delete_global(struct api *api, struct request *request)
{
	struct scute_str global = { NULL, 0 };
	struct pending *pending = pending_create(api, request, answer_cleared);

	if (pending) {
		pending_wait(pending, registry_clear_rule(api->registry, global, pending_done, pending));
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
