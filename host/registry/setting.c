/* SPDX-License-Identifier: Apache-2.0 */
/* Reading, copying and merging the members of a CONFIG value. */
#include "registry/setting.h"

#include <stdlib.h>
#include <string.h>

#include "support/arena.h"
#include "support/json_out.h"
#include "support/str.h"

#define WORK_BYTES_MAX ((size_t)64 << 20)

const char *const setting_names[] = { "alias", "aliasForDeks", "normalize", "validateFields",
	"validateNewSchemas", "validateRules", "compatibilityLevel", "compatibilityPolicy",
	"compatibilityGroup", "defaultMetadata", "overrideMetadata", "defaultRuleSet",
	"overrideRuleSet", NULL };

const struct setting setting_unset = { .rule = { LEVEL_UNSET, POLICY_UNSET }, .mode = MODE_UNSET,
	.normalize = SETTING_UNSET };

static bool keep(struct scute_str text, struct scute_str *ret_copy)
{
	char *copy = NULL;

	if (text.data) {
		copy = malloc(text.len + 1);
		if (!copy) {
			return false;
		}
		memcpy(copy, text.data, text.len);
	}
	*ret_copy = (struct scute_str){ copy, text.len };
	return true;
}

static void drop(struct scute_str *text)
{
	free((void *)(uintptr_t)text->data);
	*text = (struct scute_str){ NULL, 0 };
}

/* "{" members "}" as a tree. */
static enum scute_status read_members(struct scute_str members, struct scute_arena *arena,
	const struct json **ret_root, struct scute_error *err)
{
	struct buf buf;

	buf_init_arena(&buf, members.len + 2, arena);
	buf_append_byte(&buf, '{');
	buf_append_str(&buf, members);
	buf_append_byte(&buf, '}');
	if (buf.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	return json_read(buf_str(&buf), NULL, arena, ret_root, err);
}

static struct scute_str string_of(const struct json *root, const char *name)
{
	const struct json *member = json_get(root, name);

	return member && member->type == JSON_STRING && member->text.len > 0
		? member->text
		: (struct scute_str){ NULL, 0 };
}

static enum setting_flag flag_of(const struct json *root, const char *name)
{
	const struct json *member = json_get(root, name);

	if (!member || (member->type != JSON_TRUE && member->type != JSON_FALSE)) {
		return SETTING_UNSET;
	}
	return member->type == JSON_TRUE ? SETTING_ON : SETTING_OFF;
}

static bool has_any_metadata(const struct json *root)
{
	return json_get(root, "defaultMetadata") || json_get(root, "overrideMetadata") ||
		json_get(root, "defaultRuleSet") || json_get(root, "overrideRuleSet");
}

static enum scute_status read_rule(const struct json *root, struct rule *rule, struct scute_error *err)
{
	struct scute_str level = string_of(root, "compatibilityLevel");
	struct scute_str policy = string_of(root, "compatibilityPolicy");

	if (level.len > 0 && !level_parse(level, &rule->level)) {
		return error_set(err, SCUTE_EINVAL, "unknown compatibility level \"%.*s\"",
			STR_ARGS(level));
	}
	if (policy.len > 0) {
		policy_parse(policy, &rule->policy); /* one that we do not know is kept, and not followed */
	}
	return SCUTE_OK;
}

static enum scute_status fill(struct setting *setting, struct scute_str members,
	struct scute_arena *arena, struct scute_error *err)
{
	const struct json *root;

	enum scute_status status = read_members(members, arena, &root, err);
	if (status == SCUTE_OK) {
		status = read_rule(root, &setting->rule, err);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	setting->normalize = flag_of(root, "normalize");
	setting->has_metadata = has_any_metadata(root);
	if (!keep(members, &setting->members) ||
		!keep(string_of(root, "compatibilityGroup"), &setting->group) ||
		!keep(string_of(root, "alias"), &setting->alias)) {
		setting_finish(setting);
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	return SCUTE_OK;
}

enum scute_status setting_put(struct setting *setting, struct scute_str members, struct scute_error *err)
{
	struct setting next = setting_unset;
	enum scute_status status = SCUTE_OK;
	struct arena arena;

	if (members.len > 0) {
		arena_init(&arena, WORK_BYTES_MAX);
		status = fill(&next, members, &arena.base, err);
		arena_finish(&arena);
	}
	if (status == SCUTE_OK) {
		next.mode = setting->mode;
		setting_finish(setting);
		*setting = next;
	}
	return status;
}

void setting_finish(struct setting *setting)
{
	drop(&setting->members);
	drop(&setting->group);
	drop(&setting->alias);
	*setting = setting_unset;
}

bool setting_is_empty(const struct setting *setting)
{
	return setting->members.len == 0 && setting->mode == MODE_UNSET;
}

static bool is_known(struct scute_str name)
{
	for (const char *const *known = setting_names; *known; known++) {
		if (str_eq_z(name, *known)) {
			return true;
		}
	}
	return false;
}

static void put_member(struct json_out *out, const char *name, const struct json *old,
	const struct json *patch)
{
	const struct json *value = json_get(patch, name);

	if (!value) {
		value = json_get(old, name);
	}
	if (value && value->type != JSON_NULL) {
		json_out_key(out, name);
		json_out_tree(out, value, JSON_AS_READ);
	}
}

bool setting_merge(struct scute_str members, struct scute_str patch, struct scute_arena *arena,
	struct scute_str *ret_members)
{
	struct scute_error ignored;
	const struct json *old;
	const struct json *new;
	struct buf buf;
	struct json_out out = json_out(&buf);

	if (read_members(members, arena, &old, &ignored) != SCUTE_OK ||
		json_read(patch, NULL, arena, &new, &ignored) != SCUTE_OK) {
		return false;
	}
	buf_init_arena(&buf, WORK_BYTES_MAX, arena);
	for (const char *const *name = setting_names; *name; name++) {
		put_member(&out, *name, old, new);
	}
	for (const struct json *member = old->children; member; member = member->next) {
		if (!is_known(member->key)) {
			json_out_key_str(&out, member->key);
			json_out_tree(&out, member, JSON_AS_READ);
		}
	}
	*ret_members = buf.len > 0 ? buf_str(&buf) : SCUTE_STR("");
	return !buf.failed;
}

bool setting_member(const struct setting *setting, const char *name, struct scute_arena *arena,
	struct scute_str *ret_json)
{
	struct scute_error ignored;
	const struct json *root;
	const struct json *member;
	struct buf buf;
	struct json_out out = json_out(&buf);

	*ret_json = SCUTE_STR("");
	if (setting->members.len == 0) {
		return true;
	}
	if (read_members(setting->members, arena, &root, &ignored) != SCUTE_OK) {
		return false;
	}
	member = json_get(root, name);
	if (member) {
		buf_init_arena(&buf, setting->members.len + 1, arena);
		json_out_tree(&out, member, JSON_AS_READ);
		*ret_json = buf_str(&buf);
		return !buf.failed;
	}
	return true;
}
