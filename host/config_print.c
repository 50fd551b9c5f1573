/* SPDX-License-Identifier: Apache-2.0 */
/* The effective configuration and the reference of all keys, as text. */
#include "config_keys.h"

#include "support/buf.h"
#include "support/json_in.h"
#include "support/str.h"

#define NESTING_MAX 64  /* the loader's limit on a file */
#define VALUE_COLUMNS_MAX 40

static const char *const origin_names[] = {
	[CONFIG_DEFAULT] = "default",
	[CONFIG_FILE] = "file",
	[CONFIG_ENVIRONMENT] = "environment",
};

/* One line, whatever the value holds. */
static void put_value(struct scute_str text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c == '\t') {
			buf_append_z(out, "\\t");
		} else if (c == '\n') {
			buf_append_z(out, "\\n");
		} else if (c < 0x20 || c == 0x7f) {
			buf_printf(out, "\\x%02x", c);
		} else {
			buf_append_byte(out, (char)c);
		}
	}
}

static bool has_word(struct scute_str name, const char *word)
{
	struct scute_str needle = str_z(word);

	for (size_t i = 0; i + needle.len <= name.len; i++) {
		if (str_eq_nocase((struct scute_str){ name.data + i, needle.len }, needle)) {
			return true;
		}
	}
	return false;
}

/* The host does not know what a plugin's settings mean: what sounds secret is masked. */
static bool sounds_secret(struct scute_str name)
{
	if (has_word(name, "password") || has_word(name, "secret") || has_word(name, "token") ||
		has_word(name, "credential") || has_word(name, "dsn")) {
		return true;
	}
	return has_word(name, "key") && !has_word(name, "file") && !has_word(name, "path") &&
		!has_word(name, "url");
}

static void put_json(const struct json *value, unsigned depth, struct buf *out)
{
	bool object = value->type == JSON_OBJECT;

	if (value->type == JSON_STRING || value->type == JSON_NUMBER) {
		buf_append_z(out, value->type == JSON_STRING ? "\"" : "");
		put_value(value->text, out);
		buf_append_z(out, value->type == JSON_STRING ? "\"" : "");
		return;
	}
	if (!object && value->type != JSON_ARRAY) {
		buf_append_z(out, value->type == JSON_NULL ? "null" : value->type == JSON_TRUE ? "true" : "false");
		return;
	}
	buf_append_byte(out, object ? '{' : '[');
	for (const struct json *item = value->children; item != NULL; item = item->next) {
		if (object) {
			buf_append_byte(out, '"');
			put_value(item->key, out);
			buf_append_z(out, "\": ");
		}
		if (object && sounds_secret(item->key)) {
			buf_append_z(out, "****");
		} else if (depth == NESTING_MAX) {
			buf_append_z(out, "..");
		} else {
			put_json(item, depth + 1, out);
		}
		buf_append_z(out, item->next != NULL ? ", " : "");
	}
	buf_append_byte(out, object ? '}' : ']');
}

static void print_plugins(const struct config *config, FILE *out)
{
	const struct json *member = config->tree != NULL ? config->tree->children : NULL;

	for (; member != NULL; member = member->next) {
		struct buf text;
		if (member->type != JSON_OBJECT || config_key_find(member->key) != NULL) {
			continue;
		}
		buf_init(&text, 4u << 20);
		put_value(member->key, &text);
		buf_append_z(&text, " = ");
		put_json(member, 0, &text);
		fprintf(out, "%.*s  (file)\n", (int)text.len, text.len > 0 ? text.data : "");
		buf_finish(&text);
	}
}

void config_print(const struct config *config, FILE *out)
{
	int width = 0;

	for (size_t i = 0; i < config_keys_n; i++) {
		int len = config_keys[i].name != NULL ? (int)strlen(config_keys[i].name) : 0;
		width = len > width ? len : width;
	}
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *key = &config_keys[i];
		struct scute_str value;
		struct buf text;
		if (key->name == NULL) {
			continue;
		}
		buf_init(&text, 1u << 20);
		if (!config_text(config, key->name, &value)) {
			buf_append_z(&text, "unset");
		} else if (key->flags & CONFIG_SECRET) {
			buf_append_z(&text, "****");
		} else {
			put_value(value, &text);
		}
		fprintf(out, "%-*s = %-*.*s  (%s)\n", width, key->name, VALUE_COLUMNS_MAX, (int)text.len,
			text.len > 0 ? text.data : "", origin_names[config_origin(config, key->name)]);
		buf_finish(&text);
	}
	print_plugins(config, out);
}

/* What follows the key's sentence: only where there is something to add. */
static const char *remark(const struct config_key *key)
{
	if (key->flags & (CONFIG_LATER | CONFIG_LATER_ON)) {
		return " Accepted, without effect in this version.";
	}
	return key->flags & CONFIG_UNUSED ? " Accepted, without effect." : "";
}

static void describe(const struct config_key *key, struct buf *allowed, struct buf *variable)
{
	buf_reset(allowed);
	buf_reset(variable);
	config_key_allowed(key, allowed);
	config_key_variable(key, variable);
}

void config_print_help(FILE *out)
{
	struct buf allowed, variable;

	buf_init(&allowed, 4096);
	buf_init(&variable, 256);
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *key = &config_keys[i];
		if (key->kind == CONFIG_KIND_SECTION) {
			fprintf(out, "%s%s:\n", i > 0 ? "\n" : "", key->help);
			continue;
		}
		describe(key, &allowed, &variable);
		const char *fallback = key->fallback != NULL ? key->fallback : "unset";
		fprintf(out, "  %s (%.*s)\n      %s%s\n      Allowed: %.*s. Default: %s.\n", key->name,
			STR_ARGS(buf_str(&variable)), key->help, remark(key), STR_ARGS(buf_str(&allowed)),
			*fallback == '=' ? fallback + 1 : fallback);
	}
	buf_finish(&variable);
	buf_finish(&allowed);
}

static void print_markdown_key(const struct config_key *key, FILE *out)
{
	struct buf allowed, variable;

	buf_init(&allowed, 4096);
	buf_init(&variable, 256);
	describe(key, &allowed, &variable);
	fprintf(out, "| `%s` | ", key->name);
	if (key->fallback == NULL) {
		fprintf(out, "unset");
	} else if (*key->fallback == '=') {
		fprintf(out, "%s", key->fallback + 1);
	} else {
		fprintf(out, "`%s`", key->fallback);
	}
	fprintf(out, " | %.*s | %s%s", STR_ARGS(buf_str(&allowed)), key->help, remark(key));
	if (key->aliases != NULL) {
		fprintf(out, " Also spelled `%s`.", key->aliases);
	}
	fprintf(out, " |\n");
	buf_finish(&variable);
	buf_finish(&allowed);
}

void config_print_markdown(FILE *out)
{
	fprintf(out,
		"<!-- Made from host/config.def by `scute check-config --markdown`; do not edit. -->\n"
		"# Configuration\n\n"
		"`scute [serve] [config.json]` takes Karapace's keys from a JSON file and from the environment, "
		"which wins.\n"
		"A key's variable is `KARAPACE_` and the key in upper case; keys that begin with `karapace` are "
		"taken as they are\n"
		"(`KARAPACE_REST`; `KARAPACE_KARAPACE_REST` does as well). `KARAPACE_TAGS__APP` sets one member "
		"of an object.\n"
		"An empty variable counts as unset, and so does `null` in the file.\n\n"
		"Numbers and booleans may be given as text; for booleans `true`, `yes`, `on`, `t`, `y`, `1` and "
		"their opposites are\n"
		"understood. Words are compared without regard to case. A value that is not allowed stops the "
		"start; an unknown key is\n"
		"reported and ignored. An object under a name that is no key, such as `\"avro\": {}`, holds the "
		"settings of the plugin\n"
		"of that name. `scute check-config [config.json]` prints what is in effect and where each value "
		"comes from.\n");
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *key = &config_keys[i];
		if (key->kind == CONFIG_KIND_SECTION) {
			fprintf(out, "\n## %s\n\n| key | default | allowed | meaning |\n| --- | --- | --- | --- |\n",
				key->help);
		} else {
			print_markdown_key(key, out);
		}
	}
}
