/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the configuration that comes from KARAPACE_* variables. */
#include <ctype.h>

#include "config_load.h"
#include "support/buf.h"
#include "support/json_out.h"
#include "support/str.h"

#define PREFIX "karapace_"
#define VARIABLE_BYTES_MAX 255

/* One NAME=value of the environment that is ours. */
struct variable {
	char name[VARIABLE_BYTES_MAX + 1];  /* for messages: what is not printable ASCII is '?' */
	char lower[VARIABLE_BYTES_MAX + 1]; /* lower-cased */
	struct scute_str value;
	struct scute_str member; /* behind the "__"; data NULL: none */
};

/* False: not ours, or empty, which counts as unset. */
static bool variable_read(const char *entry, struct variable *variable)
{
	const char *equals = strchr(entry, '=');

	if (equals == NULL || equals[1] == '\0' || equals - entry > VARIABLE_BYTES_MAX) {
		return false;
	}
	size_t len = (size_t)(equals - entry);
	for (size_t i = 0; i < len; i++) {
		variable->name[i] = entry[i] > ' ' && entry[i] < 0x7f ? entry[i] : '?';
		variable->lower[i] = (char)tolower((unsigned char)entry[i]);
	}
	variable->name[len] = '\0';
	variable->lower[len] = '\0';
	variable->value = str_z(equals + 1);
	variable->member = (struct scute_str){ NULL, 0 };
	return str_starts(str_z(variable->lower), SCUTE_STR(PREFIX));
}

/* KARAPACE_REST and KARAPACE_KARAPACE_REST are one key; KARAPACE_TAGS__APP is a member of one. */
static const struct config_key *variable_key(struct variable *variable)
{
	struct scute_str whole = str_z(variable->lower);
	struct scute_str name = { whole.data + strlen(PREFIX), whole.len - strlen(PREFIX) };
	const struct config_key *key = config_key_find(whole);

	if (key == NULL) {
		key = config_key_find(name);
	}
	if (key != NULL) {
		return key;
	}
	const char *nested = strstr(name.data, "__");
	if (nested == NULL || nested[2] == '\0' || strstr(nested + 2, "__") != NULL) {
		return NULL;
	}
	key = config_key_find((struct scute_str){ name.data, (size_t)(nested - name.data) });
	if (key == NULL || key->kind != CONFIG_KIND_JSON) {
		return NULL;
	}
	variable->member = str_z(nested + 2);
	return key;
}

static void warn_unknown(struct loading *loading, const struct variable *variable,
	const struct source *source)
{
	const struct config_key *nearest = config_key_nearest(str_z(variable->lower));
	struct buf suggestion;

	if (nearest == NULL) {
		nearest = config_key_nearest(str_z(variable->lower + strlen(PREFIX)));
	}
	buf_init(&suggestion, VARIABLE_BYTES_MAX);
	if (nearest != NULL) {
		config_key_variable(nearest, &suggestion);
	}
	loading_warn_unknown(loading, str_z(variable->name), source, buf_str(&suggestion));
	buf_finish(&suggestion);
}

/* The key's object with one member put in or replaced; a value that is JSON's own stays JSON. */
static enum scute_status set_nested(struct loading *loading, const struct config_key *key,
	const struct variable *variable, const struct source *source)
{
	const char *now = *(const char *const *)(const void *)((const char *)loading->config + key->at);
	const struct json_options options = { .depth_max = 64, .nodes_max = 65536 };
	const struct json *object = NULL, *value = NULL;
	struct scute_error ignored;
	struct buf text;

	if (!str_is_utf8(variable->value)) {
		return loading_refuse(loading, key, variable->value, source);
	}
	if (now != NULL && json_read(str_z(now), &options, loading->arena, &object, &ignored) != SCUTE_OK) {
		return loading_no_memory(loading); /* it was read before */
	}
	if (*variable->value.data == '{' || *variable->value.data == '[') {
		enum scute_status status = json_read(variable->value, &options, loading->arena, &value, &ignored);
		if (status != SCUTE_OK) {
			return status == SCUTE_ENOMEM ? loading_no_memory(loading)
						      : loading_refuse(loading, key, variable->value, source);
		}
	}
	buf_init_arena(&text, 1u << 20, loading->arena);
	struct json_out out = json_out(&text);
	json_out_object(&out);
	for (const struct json *at = object != NULL ? object->children : NULL; at != NULL; at = at->next) {
		if (!str_eq(at->key, variable->member)) {
			json_out_key_str(&out, at->key);
			json_out_tree(&out, at, JSON_AS_READ);
		}
	}
	json_out_key_str(&out, variable->member);
	if (value != NULL) {
		json_out_tree(&out, value, JSON_AS_READ);
	} else {
		json_out_str(&out, variable->value);
	}
	json_out_object_end(&out);
	return text.failed ? loading_no_memory(loading) : loading_set(loading, key, buf_str(&text), source);
}

static enum scute_status walk(struct loading *loading, char *const *environment, bool nested)
{
	for (char *const *entry = environment; entry != NULL && *entry != NULL; entry++) {
		struct variable variable;
		if (!variable_read(*entry, &variable)) {
			continue;
		}
		const struct config_key *key = variable_key(&variable);
		const struct source source = { CONFIG_ENVIRONMENT, variable.name, 0 };
		enum scute_status status = SCUTE_OK;
		if (nested != (variable.member.data != NULL)) {
			continue;
		}
		if (key == NULL) {
			warn_unknown(loading, &variable, &source);
		} else if (nested) {
			status = set_nested(loading, key, &variable, &source);
		} else {
			status = loading_set(loading, key, variable.value, &source);
		}
		if (status != SCUTE_OK) {
			return status;
		}
	}
	return SCUTE_OK;
}

enum scute_status loading_environment(struct loading *loading, char *const *environment)
{
	enum scute_status status = walk(loading, environment, false);

	return status == SCUTE_OK ? walk(loading, environment, true) : status;
}
