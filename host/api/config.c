/* SPDX-License-Identifier: Apache-2.0 */
/* /config and /config/{subject}: the compatibility level, and what Confluent has beside it. */
#include "api/ask.h"
#include "api/pending.h"
#include "registry/metadata.h"
#include "support/str.h"

#define MEMBERS_BYTES_MAX ((size_t)16 << 20)

static const struct scute_str global_scope = { NULL, 0 };

/* --- answers --- */

/* What a scope inherits where it says nothing itself. */
static bool is_inherited(const char *name)
{
	static const char *const names[] = { "normalize", "validateFields", "validateNewSchemas",
		"validateRules", "compatibilityLevel", "compatibilityPolicy", "compatibilityGroup",
		NULL };

	for (const char *const *at = names; *at; at++) {
		if (str_eq_z(str_z(*at), name)) {
			return true;
		}
	}
	return false;
}

static bool is_level(const char *name)
{
	return str_eq_z(str_z(name), "compatibilityLevel");
}

struct telling {
	const char *level_key;             /* what the level is called in this answer */
	const struct setting *const *scopes; /* the innermost first */
	size_t n_scopes;
	enum level fallback;               /* LEVEL_UNSET: none */
};

/* False: no memory. */
static bool put_member(struct json_out *out, const struct telling *telling, const char *name,
	struct scute_arena *arena)
{
	struct scute_str json = SCUTE_STR("");

	for (size_t i = 0; i < telling->n_scopes && json.len == 0; i++) {
		if ((i == 0 || is_inherited(name)) &&
			!setting_member(telling->scopes[i], name, arena, &json)) {
			return false;
		}
	}
	if (json.len > 0) {
		json_out_key(out, is_level(name) ? telling->level_key : name);
		json_out_raw(out, json);
	} else if (is_level(name) && telling->fallback != LEVEL_UNSET) {
		json_out_key(out, telling->level_key);
		json_out_z(out, level_name(telling->fallback));
	}
	return true;
}

static void send(struct api *api, struct request *request, const struct telling *telling)
{
	struct json_out out = answer_begin(api);

	json_out_object(&out);
	for (const char *const *name = setting_names; *name; name++) {
		if (!put_member(&out, telling, *name, &request->arena.base)) {
			answer_code(api, request, REGISTRY_NO_MEMORY);
			return;
		}
	}
	json_out_object_end(&out);
	answer_send(api, request);
}

/* The global level is always told, also while only the configuration says it. */
static void send_global(struct api *api, struct request *request, const char *level_key)
{
	const struct setting *scopes[SETTING_SCOPES];
	struct telling telling = { level_key, scopes + 1, SETTING_SCOPES - 1,
		registry_global_rule(api->registry).level };

	registry_settings(api->registry, global_scope, scopes);
	send(api, request, &telling);
}

/* own: only what the subject says itself. */
static void send_subject(struct api *api, struct request *request, struct scute_str subject, bool own,
	const char *level_key)
{
	const struct setting *scopes[SETTING_SCOPES];
	struct telling telling = { level_key, scopes, own ? 1 : SETTING_SCOPES,
		own ? LEVEL_UNSET : api->registry->options.level };

	registry_settings(api->registry, subject, scopes);
	send(api, request, &telling);
}

/* --- GET --- */

static void get_global(struct api *api, struct request *request)
{
	send_global(api, request, "compatibilityLevel");
}

static void get_subject(struct api *api, struct request *request)
{
	struct scute_str name;

	if (!ask_subject(api, request, &name)) {
		return;
	}
	const struct subject *subject = subjects_find(&api->registry->subjects, name);
	bool unknown = !subject && api->options.profile == PROFILE_KARAPACE;
	if (!unknown && ask_flag(api, request, "defaultToGlobal")) {
		send_subject(api, request, name, false, "compatibilityLevel");
	} else if (subject_config(subject)->members.len == 0) {
		answer_code_str(api, request,
			unknown ? REGISTRY_SUBJECT_NOT_FOUND : REGISTRY_SUBJECT_LEVEL_UNSET, name);
	} else {
		send_subject(api, request, name, true, "compatibilityLevel");
	}
}

/* --- PUT --- */

/* What a member must be, beside null, which takes it back. */
enum member_shape { SHAPE_TEXT, SHAPE_FLAG, SHAPE_OBJECT };

static enum member_shape shape_of(const char *name)
{
	struct scute_str text = str_z(name);

	if (str_starts(text, SCUTE_STR("validate")) || str_eq_z(text, "normalize")) {
		return SHAPE_FLAG;
	}
	return str_starts(text, SCUTE_STR("default")) || str_starts(text, SCUTE_STR("override"))
		? SHAPE_OBJECT
		: SHAPE_TEXT;
}

static bool has_shape(const struct json *value, enum member_shape shape)
{
	switch (shape) {
	case SHAPE_FLAG:
		return value->type == JSON_TRUE || value->type == JSON_FALSE;
	case SHAPE_OBJECT:
		return value->type == JSON_OBJECT;
	default:
		return value->type == JSON_STRING;
	}
}

struct changing {
	struct api *api;
	struct request *request;
	const struct json *body;
	enum registry_code level_invalid;
	struct json_out out; /* the patch */
	bool has_any;
};

static bool put_level(struct changing *changing, const struct json *value)
{
	enum level level;

	if (!level_parse(value->text, &level)) {
		answer_code(changing->api, changing->request, changing->level_invalid);
		return false;
	}
	json_out_z(&changing->out, level_name(level));
	return true;
}

static bool put_policy(struct changing *changing, const struct json *value)
{
	enum policy policy;

	if (!policy_parse(value->text, &policy)) {
		answer_code(changing->api, changing->request, REGISTRY_POLICY_INVALID);
		return false;
	}
	json_out_z(&changing->out, policy_name(policy));
	return true;
}

/* Of default and override: what versions would get must be what a version may have. */
static bool put_metadata(struct changing *changing, const char *name, const struct json *value)
{
	struct metadata metadata = { NULL, NULL };
	struct scute_error err;

	*(str_eq_z(str_z(name), "defaultRuleSet") || str_eq_z(str_z(name), "overrideRuleSet")
			? &metadata.rules
			: &metadata.metadata) = value;
	if (!metadata_check(&metadata, &err)) {
		answer_code_str(changing->api, changing->request, REGISTRY_RULESET_INVALID,
			arena_printf(&changing->request->arena.base, "%s: %s", name, err.text));
		return false;
	}
	json_out_tree(&changing->out, value, JSON_AS_READ);
	return true;
}

/* One member of the body into the patch. False after having answered. */
static bool put_change(struct changing *changing, const char *name)
{
	static const char *const shapes[] = { "a string", "true or false", "an object" };
	const char *asked = is_level(name) ? "compatibility" : name;
	const struct json *value = json_get(changing->body, asked);

	if (!value) {
		return true;
	}
	changing->has_any = true;
	json_out_key(&changing->out, name);
	if (value->type == JSON_NULL) {
		json_out_null(&changing->out);
		return true;
	}
	if (!has_shape(value, shape_of(name))) {
		answer_code_str(changing->api, changing->request, REGISTRY_BODY_INVALID,
			arena_printf(&changing->request->arena.base, "%s must be %s", asked,
				shapes[shape_of(name)]));
		return false;
	}
	if (is_level(name)) {
		return put_level(changing, value);
	}
	if (str_eq_z(str_z(name), "compatibilityPolicy")) {
		return put_policy(changing, value);
	}
	if (shape_of(name) == SHAPE_OBJECT) {
		return put_metadata(changing, name, value);
	}
	json_out_tree(&changing->out, value, JSON_AS_READ);
	return true;
}

/* The body as a patch, see setting_merge(). False after having answered. */
static bool ask_patch(struct api *api, struct request *request, enum registry_code level_invalid,
	struct scute_str *ret_patch)
{
	struct changing changing = { .api = api, .request = request, .level_invalid = level_invalid };
	struct buf buf;

	if (!ask_object(api, request, &changing.body)) {
		return false;
	}
	buf_init_arena(&buf, MEMBERS_BYTES_MAX, &request->arena.base);
	changing.out = json_out(&buf);
	json_out_object(&changing.out);
	for (const char *const *name = setting_names; *name; name++) {
		if (!put_change(&changing, *name)) {
			return false;
		}
	}
	json_out_object_end(&changing.out);
	if (!changing.has_any && api->options.profile == PROFILE_KARAPACE) {
		answer_code_str(api, request, REGISTRY_FIELD_INVALID,
			SCUTE_STR("compatibility: this member is required"));
		return false;
	}
	if (buf.failed) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return false;
	}
	*ret_patch = buf_str(&buf);
	return true;
}

static void answer_set_global(struct pending *pending, const struct write_result *result)
{
	(void)result;
	send_global(pending->api, pending->request, "compatibility");
}

static void answer_set_subject(struct pending *pending, const struct write_result *result)
{
	(void)result;
	send_subject(pending->api, pending->request, request_param(pending->request, "subject"), true,
		"compatibility");
}

static void put_global(struct api *api, struct request *request)
{
	struct scute_str patch;
	struct pending *pending;

	if (!ask_patch(api, request, REGISTRY_LEVEL_INVALID, &patch) ||
		!(pending = pending_create(api, request, answer_set_global))) {
		return;
	}
	pending_wait(pending, registry_set_config(api->registry, global_scope, patch, pending_done,
		pending));
}

static void put_subject(struct api *api, struct request *request)
{
	struct scute_str name;
	struct scute_str patch;
	struct pending *pending;

	if (!ask_subject(api, request, &name) ||
		!ask_patch(api, request, REGISTRY_SUBJECT_LEVEL_INVALID, &patch) ||
		!(pending = pending_create(api, request, answer_set_subject))) {
		return;
	}
	pending_wait(pending, registry_set_config(api->registry, name, patch, pending_done, pending));
}

/* --- DELETE --- */

/* Karapace tells the level now in force, Confluent the setting that was taken back. */
static void answer_cleared(struct pending *pending, const struct write_result *result)
{
	struct api *api = pending->api;
	bool karapace = api->options.profile == PROFILE_KARAPACE;

	if (!karapace && result->text.len == 0) {
		send_global(api, pending->request, "compatibilityLevel");
		return;
	}
	struct json_out out = answer_begin(api);
	json_out_object(&out);
	if (karapace) {
		json_out_key(&out, "compatibility");
		json_out_z(&out, level_name(registry_global_rule(api->registry).level));
	} else {
		json_out_raw(&out, result->text);
	}
	json_out_object_end(&out);
	answer_send(api, pending->request);
}

static void delete_subject(struct api *api, struct request *request)
{
	struct scute_str name;
	struct pending *pending;

	if (!ask_subject(api, request, &name)) {
		return;
	}
	const struct subject *subject = subjects_find(&api->registry->subjects, name);
	if (api->options.profile == PROFILE_CONFLUENT && subject_config(subject)->members.len == 0) {
		answer_code_str(api, request, REGISTRY_SUBJECT_NOT_FOUND, name);
		return;
	}
	pending = pending_create(api, request, answer_cleared);
	if (pending) {
		pending_wait(pending, registry_clear_config(api->registry, name, pending_done, pending));
	}
}

static void delete_global(struct api *api, struct request *request)
{
	struct pending *pending = pending_create(api, request, answer_cleared);

	if (pending) {
		pending_wait(pending, registry_clear_config(api->registry, global_scope, pending_done,
			pending));
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
