/* SPDX-License-Identifier: Apache-2.0 */
/* Requests into the registry's terms. */
#include "api/ask.h"

#include <string.h>

#include "api/gate.h"
#include "registry/metadata.h"
#include "registry/refs.h"
#include "support/str.h"

#define REFERENCES_MAX 1000

static const char *const words_true[] = { "true", "1", "yes", "on", "t", "y", NULL };
static const char *const words_false[] = { "false", "0", "no", "off", "f", "n", NULL };

static bool is_one_of(struct scute_str value, const char *const *words)
{
	for (; *words; words++) {
		if (str_eq_nocase(value, str_z(*words))) {
			return true;
		}
	}
	return false;
}

bool ask_flag(const struct api *api, struct request *request, const char *name)
{
	struct scute_str value;

	if (request->query.len == 0 || !request_query(request, name, &value)) {
		return false;
	}
	if (api->options.profile == PROFILE_CONFLUENT) {
		return str_eq_nocase(value, SCUTE_STR("true"));
	}
	return is_one_of(value, words_true);
}

bool ask_flags(struct api *api, struct request *request)
{
	static const char *const names[] = { "deleted", "permanent", "normalize", "latestOnly",
		"fetchMaxId", "defaultToGlobal", "includeSubjects" };
	struct scute_str value;

	if (request->query.len == 0 || api->options.profile == PROFILE_CONFLUENT) {
		return true;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (request_query(request, names[i], &value) && value.len > 0 &&
			!is_one_of(value, words_true) && !is_one_of(value, words_false)) {
			answer_code_str(api, request, REGISTRY_FIELD_INVALID,
				arena_printf(&request->arena.base,
					"%s: must be true or false", names[i]));
			return false;
		}
	}
	return true;
}

/* C0 and C1 controls and DEL, in UTF-8. */
static bool has_control(struct scute_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.data[i];
		if (byte < 0x20 || byte == 0x7f) {
			return true;
		}
		if (byte == 0xc2 && i + 1 < text.len && (unsigned char)text.data[i + 1] < 0xa0) {
			return true;
		}
	}
	return false;
}

/* Words that stand for scopes in Confluent's log and routes. */
static bool is_reserved(const struct api *api, struct scute_str subject)
{
	struct scute_str name = context_rest(subject);

	return api->options.profile == PROFILE_CONFLUENT &&
		(str_eq_z(name, "__GLOBAL") || str_eq_z(name, "__EMPTY") ||
			(name.len > 0 && str_eq_z(context_of(subject), ".__GLOBAL")));
}

bool ask_subject(struct api *api, struct request *request, struct scute_str *ret_subject)
{
	struct scute_str subject = request_param(request, "subject");

	if (has_control(subject) || is_reserved(api, subject)) {
		answer_code_str(api, request, REGISTRY_SUBJECT_INVALID, subject);
		return false;
	}
	*ret_subject = subject;
	return true;
}

bool ask_number(struct api *api, struct request *request, struct scute_str text, int32_t *ret_number)
{
	struct scute_str trimmed = str_trim(text);
	int64_t value;

	if (str_eq_nocase(trimmed, SCUTE_STR("latest"))) {
		*ret_number = ASK_LATEST;
		return true;
	}
	if (!str_to_i64(trimmed, &value) || value < -1 || value == 0 || value > INT32_MAX) {
		answer_code_str(api, request, REGISTRY_VERSION_INVALID, text);
		return false;
	}
	*ret_number = value == -1 ? ASK_LATEST : (int32_t)value;
	return true;
}

bool ask_object(struct api *api, struct request *request, const struct json **ret_object)
{
	struct scute_error err;
	const struct json *root;

	if (request->body.len == 0) {
		answer_code_str(api, request, REGISTRY_FIELD_INVALID,
			SCUTE_STR("The request has no body; a JSON object is expected"));
		return false;
	}
	enum scute_status status = json_read(request->body, NULL, &request->arena.base, &root, &err);
	if (status == SCUTE_ENOMEM) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return false;
	}
	if (status != SCUTE_OK) {
		struct scute_str text = arena_printf(&request->arena.base,
			"The request body is not valid JSON: %s", err.text);
		answer_code_str(api, request, REGISTRY_BODY_INVALID, text);
		return false;
	}
	if (root->type != JSON_OBJECT) {
		answer_code_str(api, request, REGISTRY_BODY_INVALID,
			SCUTE_STR("The request body is not a JSON object"));
		return false;
	}
	*ret_object = root;
	return true;
}

static bool bad_member(struct api *api, struct request *request, const char *text)
{
	answer_code_str(api, request, REGISTRY_BODY_INVALID, str_z(text));
	return false;
}

static bool bad_reference(struct api *api, struct request *request, size_t index, const char *what)
{
	struct scute_str text = arena_printf(&request->arena.base, "references[%zu]: %s", index, what);

	answer_code_str(api, request, REGISTRY_FIELD_INVALID, text);
	return false;
}

static bool is_present(const struct json *member)
{
	return member && member->type != JSON_NULL;
}

static bool read_reference(struct api *api, struct request *request, const struct json *item,
	size_t index, struct schema_reference *ret_reference)
{
	const struct json *name = json_get(item, "name");
	const struct json *subject = json_get(item, "subject");
	int64_t version;

	if (item->type != JSON_OBJECT) {
		return bad_reference(api, request, index, "an object is expected");
	}
	if (!is_present(name) || name->type != JSON_STRING || !is_present(subject) ||
		subject->type != JSON_STRING) {
		return bad_reference(api, request, index, "name and subject must be strings");
	}
	if (!json_to_i64(json_get(item, "version"), &version) || version == 0 || version < -1 ||
		version > INT32_MAX) {
		return bad_reference(api, request, index,
			"version must be a number from 1 to 2^31-1, or -1 for the latest");
	}
	struct scute_str meant = context_name_in(subject->text,
		context_of(request_param(request, "subject")), &request->arena.base);
	if (!meant.data && subject->text.len > 0) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return false;
	}
	*ret_reference = (struct schema_reference){ name->text, meant, (int32_t)version };
	return true;
}

static bool references_invalid(struct api *api, struct request *request,
	const struct schema_type *type, struct scute_str why)
{
	struct registry_error error = { REGISTRY_REFERENCES_INVALID, { type->name, why } };

	answer_error(api, request, &error);
	return false;
}

static struct scute_str no_live_version(struct request *request, const struct schema_reference *reference)
{
	return arena_printf(&request->arena.base,
		"reference \"%.*s\": there is no live version of subject \"%.*s\"",
		STR_ARGS(reference->name), STR_ARGS(reference->subject));
}

/* As refs_resolve() says it. */
static struct scute_str no_version(struct request *request, const struct schema_reference *reference)
{
	return arena_printf(&request->arena.base,
		"reference \"%.*s\": there is no version %d of subject \"%.*s\"",
		STR_ARGS(reference->name), reference->version, STR_ARGS(reference->subject));
}

/* What the caller may not read is not there: neither its text nor its being referred to is theirs. */
static bool may_refer(struct api *api, struct request *request, const struct schema_type *type,
	const struct schema_reference *reference)
{
	if (gate_may_read(api, reference->subject)) {
		return true;
	}
	return references_invalid(api, request, type,
		reference->version == -1 ? no_live_version(request, reference)
					 : no_version(request, reference));
}

/* A JSON Schema is not made of Avro: whatever a format took the other's text for would be wrong. */
static bool is_of_type(struct api *api, struct request *request, const struct schema_type *type,
	const struct schema_reference *reference)
{
	const struct subject *subject = subjects_find(&api->registry->subjects, reference->subject);
	const struct version *version = subject ? subject_version(subject, reference->version) : NULL;

	if (!version || version->schema->type == type) {
		return true; /* whether it is there at all is found out next */
	}
	return references_invalid(api, request, type,
		arena_printf(&request->arena.base,
			"reference \"%.*s\": version %d of subject \"%.*s\" is of type %.*s",
			STR_ARGS(reference->name), reference->version, STR_ARGS(reference->subject),
			STR_ARGS(version->schema->type->name)));
}

/* -1 becomes the number it stands for now: what is stored must not change its meaning. */
static bool pin_latest(struct api *api, struct request *request, const struct schema_type *type,
	struct schema_reference *reference)
{
	if (reference->version != -1) {
		return true;
	}
	reference->version = refs_version(api->registry, reference->subject, -1);
	if (reference->version == 0) {
		return references_invalid(api, request, type, no_live_version(request, reference));
	}
	return true;
}

static bool resolve(struct api *api, struct request *request, struct ask_schema *schema)
{
	struct schema_content *content = &schema->content;
	struct scute_error err;

	enum scute_status status = refs_resolve(api->registry, content->references, content->n_references, true,
		&request->arena.base, &schema->resolved, &schema->n_resolved, &err);
	if (status == SCUTE_EREFERENCE || status == SCUTE_ELIMIT) {
		return references_invalid(api, request, content->type,
			arena_copy(&request->arena.base, str_z(err.text)));
	}
	if (status == SCUTE_OK) { /* a parsed schema may point into them, and they may be deleted */
		schema->resolved = refs_copy(schema->resolved, schema->n_resolved, &request->arena.base);
	}
	if (status != SCUTE_OK || !schema->resolved) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return false;
	}
	return true;
}

static bool read_references(struct api *api, struct request *request, const struct json *list,
	struct ask_schema *schema)
{
	struct schema_content *content = &schema->content;
	struct schema_reference *references;

	if (!is_present(list) || (list->type == JSON_ARRAY && list->n_children == 0)) {
		return true;
	}
	if (list->type != JSON_ARRAY || list->n_children > REFERENCES_MAX) {
		return bad_member(api, request, "references must be an array of at most 1000 objects");
	}
	references = scute_alloc(&request->arena.base, list->n_children * sizeof(*references));
	if (!references) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return false;
	}
	for (const struct json *item = list->children; item; item = item->next) {
		struct schema_reference *reference = &references[content->n_references];
		if (!read_reference(api, request, item, content->n_references, reference) ||
			!may_refer(api, request, content->type, reference) ||
			!pin_latest(api, request, content->type, reference) ||
			(!schema->is_import && !is_of_type(api, request, content->type, reference))) {
			return false;
		}
		content->n_references++;
	}
	content->references = references;
	return schema->is_import || resolve(api, request, schema);
}

static bool read_type(struct api *api, struct request *request, const struct json *member,
	struct ask_schema *schema)
{
	struct scute_str name = SCUTE_STR("AVRO");

	if (is_present(member)) {
		if (member->type != JSON_STRING) {
			return bad_member(api, request, "schemaType must be a string");
		}
		name = member->text;
	}
	if (!plugin_format(api->options.plugins, name)) {
		answer_code_str(api, request, REGISTRY_SCHEMA_TYPE_UNKNOWN, name);
		return false;
	}
	schema->content.type = registry_type(api->registry, name);
	if (!schema->content.type) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return false;
	}
	return true;
}

static bool read_text(struct api *api, struct request *request, const struct json *member,
	struct ask_schema *schema)
{
	bool karapace = api->options.profile == PROFILE_KARAPACE;

	if (!is_present(member) && karapace) {
		answer_code_str(api, request, REGISTRY_FIELD_INVALID,
			SCUTE_STR("schema: this member is required"));
		return false;
	}
	if (is_present(member) && member->type != JSON_STRING) {
		return bad_member(api, request, "schema must be a string");
	}
	if (!is_present(member) || member->text.len == 0) {
		answer_code(api, request, REGISTRY_SCHEMA_EMPTY);
		return false;
	}
	schema->content.text = member->text;
	return true;
}

/* Karapace knows neither member, and ignores them where they do not belong. */
static bool read_place(struct api *api, struct request *request, const struct json *body,
	struct ask_schema *schema)
{
	const struct json *id = json_get(body, "id");
	const struct json *number = json_get(body, "version");
	bool import = mode_is_import(registry_mode(api->registry, request_param(request, "subject")));
	int64_t value = 0;

	if (!import && api->options.profile == PROFILE_KARAPACE) {
		return true;
	}
	if (is_present(id) && (!json_to_i64(id, &value) || value > INT32_MAX)) {
		return bad_member(api, request, "id must be a number up to 2^31-1");
	}
	schema->id = value > 0 ? (uint32_t)value : 0;
	value = 0;
	if (is_present(number) && (!json_to_i64(number, &value) || value > INT32_MAX)) {
		return bad_member(api, request, "version must be a number up to 2^31-1");
	}
	schema->number = value > 0 ? (int32_t)value : 0;
	schema->is_import = import && schema->id > 0;
	return true;
}

static const struct schema *previous_schema(const struct api *api, struct scute_str subject)
{
	const struct subject *holder = subjects_find(&api->registry->subjects, subject);
	const struct version *latest = holder ? subject_latest(holder, false) : NULL;

	return latest ? latest->schema : NULL;
}

/* Confluent: who sends no text means that of the version before, with other metadata or rules. */
static const struct schema *repeated_schema(const struct api *api, struct request *request,
	const struct json *body, enum ask_purpose purpose)
{
	if (purpose != ASK_REGISTER || api->options.profile != PROFILE_CONFLUENT ||
		is_present(json_get(body, "schema"))) {
		return NULL;
	}
	return previous_schema(api, request_param(request, "subject"));
}

static bool copy_references(struct request *request, const struct schema_more *more,
	struct schema_content *content)
{
	struct scute_arena *arena = &request->arena.base;
	size_t n = more ? more->n_references : 0;
	struct schema_reference *references = scute_alloc(arena, (n + 1) * sizeof(*references));

	for (size_t i = 0; references && i < n; i++) {
		references[i] = more->references[i];
		if (!arena_keep(arena, &references[i].name) ||
			!arena_keep(arena, &references[i].subject)) {
			return false;
		}
	}
	content->references = references;
	content->n_references = n;
	return references != NULL;
}

/* Type, text and references of that one. */
static bool repeat(struct api *api, struct request *request, const struct schema *before,
	struct ask_schema *schema)
{
	struct schema_content *content = &schema->content;

	if (!before->type->format) {
		answer_code_str(api, request, REGISTRY_SCHEMA_TYPE_UNKNOWN, before->type->name);
		return false;
	}
	content->type = before->type;
	content->text = schema_text(before);
	if (!arena_keep(&request->arena.base, &content->text) ||
		!copy_references(request, before->more, content)) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return false;
	}
	return schema->is_import || resolve(api, request, schema);
}

static bool read_content(struct api *api, struct request *request, const struct json *body,
	enum ask_purpose purpose, struct ask_schema *schema)
{
	const struct schema *before = repeated_schema(api, request, body, purpose);

	if (before) {
		return read_place(api, request, body, schema) && repeat(api, request, before, schema);
	}
	return read_type(api, request, json_get(body, "schemaType"), schema) &&
		read_text(api, request, json_get(body, "schema"), schema) &&
		read_place(api, request, body, schema) &&
		read_references(api, request, json_get(body, "references"), schema);
}

/* The metadata of the scope's settings that goes under or over what is given. */
static bool read_setting(struct api *api, struct request *request, const struct setting *setting,
	const char *metadata, const char *rules, struct metadata *ret_metadata)
{
	struct scute_arena *arena = &request->arena.base;
	struct scute_str first;
	struct scute_str second;

	(void)api;
	if (!setting_member(setting, metadata, arena, &first) ||
		!setting_member(setting, rules, arena, &second)) {
		return false;
	}
	return metadata_read(arena_printf(arena, "\"metadata\":%.*s,\"ruleSet\":%.*s",
		first.len ? (int)first.len : 4, first.len ? first.data : "null",
		second.len ? (int)second.len : 4, second.len ? second.data : "null"), arena,
		ret_metadata);
}

/* Defaults and overrides of the innermost scope that has any. */
static const struct setting *metadata_setting(const struct api *api, struct scute_str subject)
{
	const struct setting *scopes[SETTING_SCOPES];

	registry_settings(api->registry, subject, scopes);
	for (size_t i = 0; i < SETTING_SCOPES; i++) {
		if (scopes[i]->has_metadata) {
			return scopes[i];
		}
	}
	return NULL;
}

static struct scute_str previous_extra(const struct api *api, struct scute_str subject)
{
	const struct schema *before = previous_schema(api, subject);

	return before && before->more ? before->more->extra : (struct scute_str){ NULL, 0 };
}

/* What a new version has beside its text: given or inherited, between defaults and overrides. */
static bool populate(struct api *api, struct request *request, struct metadata *given,
	struct scute_str *ret_extra)
{
	struct scute_str subject = request_param(request, "subject");
	const struct setting *setting = metadata_setting(api, subject);
	struct scute_str before = previous_extra(api, subject);
	struct metadata layers[METADATA_LAYERS_MAX] = { { NULL, NULL } };
	struct metadata previous;

	if (!metadata_read(before, &request->arena.base, &previous)) {
		return false;
	}
	layers[1].metadata = given->metadata ? given->metadata : previous.metadata;
	layers[1].rules = given->rules ? given->rules : previous.rules;
	if (setting && (!read_setting(api, request, setting, "defaultMetadata", "defaultRuleSet",
				&layers[0]) ||
			!read_setting(api, request, setting, "overrideMetadata", "overrideRuleSet",
				&layers[2]))) {
		return false;
	}
	return metadata_write(layers, METADATA_LAYERS_MAX, &request->arena.base, ret_extra);
}

/* metadata and ruleSet. False after having answered. */
static bool read_metadata(struct api *api, struct request *request, const struct json *body,
	enum ask_purpose purpose, struct ask_schema *schema)
{
	struct metadata given = { json_get(body, "metadata"), json_get(body, "ruleSet") };
	struct scute_error err;
	bool ok = true;

	given.metadata = is_present(given.metadata) ? given.metadata : NULL;
	given.rules = is_present(given.rules) ? given.rules : NULL;
	if (!metadata_check(&given, &err)) {
		answer_code_str(api, request, REGISTRY_RULESET_INVALID,
			arena_copy(&request->arena.base, str_z(err.text)));
		return false;
	}
	if (purpose == ASK_REGISTER) {
		ok = populate(api, request, &given, &schema->content.extra);
	} else if (purpose == ASK_LOOKUP) {
		ok = metadata_write(&given, 1, &request->arena.base, &schema->content.extra);
	}
	if (!ok) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
	}
	return ok;
}

bool ask_identify(struct api *api, struct request *request, struct ask_schema *schema)
{
	struct scute_error err;

	return schemas_identity(&schema->content, &api->registry->options.limits,
		&request->arena.base, &schema->identity, &err) == SCUTE_OK;
}

static bool has_identity(const struct scute_format *format)
{
	return SCUTE_HAS(format, identity) && format->identity;
}

bool ask_schema(struct api *api, struct request *request, enum ask_purpose purpose,
	struct ask_schema *ret_schema)
{
	struct ask_schema schema = { .content.context = context_of(request_param(request, "subject")),
		.content.flags = registry_source_flags(api->registry) };
	const struct json *body;

	if (!ask_object(api, request, &body) ||
		!read_content(api, request, body, purpose, &schema) ||
		!read_metadata(api, request, body, purpose, &schema)) {
		return false;
	}
	bool identified = purpose != ASK_COMPARE; /* which compares it with others, not finds it */
	schema.is_large = identified && schema.content.text.len > CHECK_LOOP_BYTES_MAX &&
		!schema.is_import && api->registry->options.offload;
	if (identified && !schema.is_large && !ask_identify(api, request, &schema)) {
		answer_code(api, request, REGISTRY_NO_MEMORY);
		return false;
	}
	schema.normalize = ask_flag(api, request, "normalize") ||
		registry_normalizes(api->registry, request_param(request, "subject"));
	schema.identify_again = identified &&
		(schema.normalize || !has_identity(schema.content.type->format));
	*ret_schema = schema;
	return true;
}

struct check_question ask_question(const struct ask_schema *schema)
{
	return (struct check_question){ .flags = schema->content.flags, .type = schema->content.type,
		.text = schema->content.text, .references = schema->resolved,
		.n_references = schema->n_resolved, .normalize = schema->normalize,
		.identify = schema->is_large ? &schema->content : NULL,
		.identify_rendered = schema->identify_again,
		.rule = { LEVEL_NONE, POLICY_STRICT } };
}

bool ask_parse(struct api *api, struct request *request, struct ask_schema *schema,
	struct registry_error *ret_error)
{
	struct check_question question = ask_question(schema);

	if (!check_parse(&question, &api->registry->options.limits, &request->arena.base,
			&schema->parsed, &schema->content.text, ret_error)) {
		return false;
	}
	if (schema->identify_again && !ask_identify(api, request, schema)) {
		*ret_error = (struct registry_error){ .code = REGISTRY_NO_MEMORY };
		return false;
	}
	return true;
}
