/* SPDX-License-Identifier: Apache-2.0 */
/* The table of keys made from config.def, and reading and writing one key's value. */
#include "config_keys.h"

#include <assert.h>
#include <ctype.h>

#include "support/buf.h"
#include "support/json_out.h"
#include "support/str.h"

#define VALUE_BYTES_MAX (64u << 10)
#define LIST_MAX 256
#define NAME_BYTES_MAX 63 /* of what a suggestion is looked for */
#define SHOWN_BYTES_MAX 80

const struct config_key config_keys[] = {
#define CONFIG_SECTION(title_) { .kind = CONFIG_KIND_SECTION, .help = (title_) },
#define CONFIG_MEMBER(key_) .name = #key_, .at = offsetof(struct config, key_)
#define CONFIG_STRING(key_, default_, flags_, aliases_, help_) \
	{ CONFIG_MEMBER(key_), .kind = CONFIG_KIND_STRING, .fallback = (default_), \
	  .flags = (flags_), .aliases = (aliases_), .help = (help_) },
#define CONFIG_INT(key_, default_, min_, max_, unit_, flags_, aliases_, help_) \
	{ CONFIG_MEMBER(key_), .kind = CONFIG_KIND_INT, .fallback = (default_), .min = (min_), \
	  .max = (max_), .unit = (unit_), .flags = (flags_), .aliases = (aliases_), .help = (help_) },
#define CONFIG_BOOL(key_, default_, flags_, aliases_, help_) \
	{ CONFIG_MEMBER(key_), .kind = CONFIG_KIND_BOOL, .fallback = (default_), \
	  .flags = (flags_), .aliases = (aliases_), .help = (help_) },
#define CONFIG_ENUM(key_, default_, words_, flags_, aliases_, help_) \
	{ CONFIG_MEMBER(key_), .kind = CONFIG_KIND_ENUM, .fallback = (default_), \
	  .words = (words_), .flags = (flags_), .aliases = (aliases_), .help = (help_) },
#define CONFIG_LIST(key_, default_, flags_, aliases_, help_) \
	{ CONFIG_MEMBER(key_), .kind = CONFIG_KIND_LIST, .fallback = (default_), \
	  .flags = (flags_), .aliases = (aliases_), .help = (help_) },
#define CONFIG_JSON(key_, flags_, aliases_, help_) \
	{ CONFIG_MEMBER(key_), .kind = CONFIG_KIND_JSON, .flags = (flags_), \
	  .aliases = (aliases_), .help = (help_) },
#include "config.def"
};

const size_t config_keys_n = sizeof(config_keys) / sizeof(config_keys[0]);

/* Cuts the next piece off *rest at separator; false at the end. */
static bool next_piece(struct scute_str *rest, char separator, struct scute_str *ret_piece)
{
	if (rest->data == NULL) {
		return false;
	}
	const char *end = rest->len > 0 ? memchr(rest->data, separator, rest->len) : NULL;
	if (end == NULL) {
		*ret_piece = *rest;
		*rest = (struct scute_str){ NULL, 0 };
		return true;
	}
	*ret_piece = (struct scute_str){ rest->data, (size_t)(end - rest->data) };
	rest->len -= ret_piece->len + 1;
	rest->data = end + 1;
	return true;
}

static bool is_alias(const struct config_key *key, struct scute_str name)
{
	struct scute_str rest = str_z(key->aliases);
	struct scute_str alias;

	while (next_piece(&rest, ',', &alias)) {
		if (str_eq(alias, name)) {
			return true;
		}
	}
	return false;
}

const struct config_key *config_key_find(struct scute_str name)
{
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *key = &config_keys[i];
		if (key->name != NULL && (str_eq_z(name, key->name) || is_alias(key, name))) {
			return key;
		}
	}
	return NULL;
}

/* Edits (insert, delete, replace, swap neighbours) that lead from a to b. */
static unsigned distance(struct scute_str a, struct scute_str b)
{
	unsigned rows[3][NAME_BYTES_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];

	assert(a.len <= NAME_BYTES_MAX && b.len <= NAME_BYTES_MAX);
	for (unsigned j = 0; j <= b.len; j++) {
		last[j] = j;
		before[j] = j;
	}
	for (unsigned i = 1; i <= a.len; i++) {
		now[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			unsigned best = last[j - 1] + (a.data[i - 1] != b.data[j - 1]);
			best = last[j] + 1 < best ? last[j] + 1 : best;
			best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1] &&
				before[j - 2] + 1 < best) {
				best = before[j - 2] + 1;
			}
			now[j] = best;
		}
		unsigned *spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b.len];
}

const struct config_key *config_key_nearest(struct scute_str name)
{
	const struct config_key *nearest = NULL;
	size_t best = 0;

	if (name.len == 0 || name.len > NAME_BYTES_MAX) {
		return NULL;
	}
	for (size_t i = 0; i < config_keys_n; i++) {
		if (config_keys[i].name == NULL) {
			continue;
		}
		size_t edits = distance(name, str_z(config_keys[i].name));
		if (edits * 5 <= name.len * 2 && (nearest == NULL || edits < best)) {
			nearest = &config_keys[i];
			best = edits;
		}
	}
	return nearest;
}

void config_key_allowed(const struct config_key *key, struct buf *out)
{
	switch (key->kind) {
	case CONFIG_KIND_SECTION:
		break;
	case CONFIG_KIND_STRING:
		buf_append_z(out, "a text");
		break;
	case CONFIG_KIND_INT:
		buf_printf(out, "%sa whole number from %lld to %lld%s%s",
			key->flags & CONFIG_ALL ? "\"all\" or " : "", (long long)key->min,
			(long long)key->max, *key->unit != '\0' ? " " : "", key->unit);
		break;
	case CONFIG_KIND_BOOL:
		buf_append_z(out, "true or false");
		break;
	case CONFIG_KIND_ENUM: {
		struct scute_str rest = str_z(key->words);
		struct scute_str word, first;
		for (bool comma = false; next_piece(&rest, '|', &word); comma = true) {
			(void)next_piece(&word, ',', &first);
			buf_append_z(out, comma ? ", " : "");
			buf_append_str(out, first);
		}
		break;
	}
	case CONFIG_KIND_LIST:
		buf_append_z(out, "a list of texts, or one text with commas between them");
		break;
	case CONFIG_KIND_JSON:
		buf_append_z(out, "a JSON object");
		break;
	}
}

void config_key_variable(const struct config_key *key, struct buf *out)
{
	if (!str_starts(str_z(key->name), SCUTE_STR("karapace"))) {
		buf_append_z(out, "KARAPACE_");
	}
	for (const char *at = key->name; *at != '\0'; at++) {
		buf_append_byte(out, (char)toupper((unsigned char)*at));
	}
}

static enum scute_status set_bool(bool *member, struct scute_str text)
{
	static const char *const words[2][6] = {
		{ "false", "0", "no", "off", "f", "n" },
		{ "true", "1", "yes", "on", "t", "y" },
	};

	for (int value = 0; value < 2; value++) {
		for (size_t i = 0; i < 6; i++) {
			if (str_eq_nocase(text, str_z(words[value][i]))) {
				*member = value == 1;
				return SCUTE_OK;
			}
		}
	}
	return SCUTE_EINVAL;
}

static enum scute_status set_int(const struct config_key *key, int64_t *member, struct scute_str text)
{
	int64_t value;

	if ((key->flags & CONFIG_ALL) && str_eq_nocase(text, SCUTE_STR("all"))) {
		value = -1;
	} else if (!str_to_i64(text, &value) || value < key->min || value > key->max) {
		return SCUTE_EINVAL;
	}
	*member = value;
	return SCUTE_OK;
}

static enum scute_status set_enum(const struct config_key *key, int *member, struct scute_str text)
{
	struct scute_str rest = str_z(key->words);
	struct scute_str names, name;

	for (int index = 0; next_piece(&rest, '|', &names); index++) {
		while (next_piece(&names, ',', &name)) {
			if (str_eq_nocase(name, text)) {
				*member = index;
				return SCUTE_OK;
			}
		}
	}
	return SCUTE_EINVAL;
}

/* NUL-terminated copy. */
static const char *copy_z(struct scute_str text, struct scute_arena *arena)
{
	char *copy = scute_alloc(arena, text.len + 1);

	if (copy != NULL) {
		if (text.len > 0) {
			memcpy(copy, text.data, text.len);
		}
		copy[text.len] = '\0';
	}
	return copy;
}

/* ["a","b"] as "a,b": what a list's text is everywhere else. */
static enum scute_status list_text(const struct json *array, struct buf *out)
{
	for (const struct json *item = array->children; item != NULL; item = item->next) {
		if (item->type != JSON_STRING ||
			(item->text.len > 0 && memchr(item->text.data, ',', item->text.len) != NULL)) {
			return SCUTE_EINVAL;
		}
		buf_append_z(out, item == array->children ? "" : ",");
		buf_append_str(out, item->text);
	}
	return SCUTE_OK;
}

/* Variables hold lists in either form: a,b as here, or ["a","b"] as Karapace takes them. */
static enum scute_status plain_list(struct scute_str *text, struct scute_arena *arena)
{
	const struct json_options options = { .depth_max = 2, .nodes_max = LIST_MAX + 1 };
	const struct json *value;
	struct scute_error err;
	struct buf plain;

	*text = str_trim(*text);
	if (text->len == 0 || text->data[0] != '[') {
		return SCUTE_OK;
	}
	enum scute_status status = json_read(*text, &options, arena, &value, &err);
	if (status == SCUTE_ENOMEM) {
		return status;
	}
	buf_init_arena(&plain, text->len, arena);
	if (status != SCUTE_OK || list_text(value, &plain) != SCUTE_OK) {
		return SCUTE_EINVAL;
	}
	*text = buf_str(&plain);
	return plain.failed ? SCUTE_ENOMEM : SCUTE_OK;
}

static enum scute_status set_list(const char *const **member, struct scute_str text,
	struct scute_arena *arena)
{
	const char *items[LIST_MAX + 1];
	size_t n = 0;
	struct scute_str piece;
	enum scute_status status = plain_list(&text, arena);

	if (status != SCUTE_OK) {
		return status;
	}
	while (next_piece(&text, ',', &piece)) {
		piece = str_trim(piece);
		if (piece.len == 0) {
			continue;
		}
		if (n == LIST_MAX) {
			return SCUTE_EINVAL;
		}
		items[n] = copy_z(piece, arena);
		if (items[n] == NULL) {
			return SCUTE_ENOMEM;
		}
		n++;
	}
	items[n++] = NULL;
	const char **list = scute_alloc(arena, n * sizeof(*list));
	if (list == NULL) {
		return SCUTE_ENOMEM;
	}
	memcpy(list, items, n * sizeof(*list));
	*member = list;
	return SCUTE_OK;
}

static enum scute_status set_json(const char **member, struct scute_str text, struct scute_arena *arena)
{
	const struct json_options options = { .depth_max = 64, .nodes_max = 65536 };
	const struct json *value;
	struct scute_error err;

	enum scute_status status = json_read(text, &options, arena, &value, &err);
	if (status == SCUTE_ENOMEM) {
		return status;
	}
	if (status != SCUTE_OK || value->type != JSON_OBJECT) {
		return SCUTE_EINVAL;
	}
	const char *copy = copy_z(text, arena);
	if (copy == NULL) {
		return SCUTE_ENOMEM;
	}
	*member = copy;
	return SCUTE_OK;
}

static enum scute_status set_string(const struct config_key *key, const char **member,
	struct scute_str text, struct scute_arena *arena)
{
	if (text.len == 0 && !(key->flags & CONFIG_EMPTY)) {
		*member = NULL;
		return SCUTE_OK;
	}
	const char *copy = copy_z(text, arena);
	if (copy == NULL) {
		return SCUTE_ENOMEM;
	}
	*member = copy;
	return SCUTE_OK;
}

/* Values end up in headers, paths and log lines: none holds NUL or a line's end. */
static bool has_control(struct scute_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f) {
			return true;
		}
	}
	return false;
}

enum scute_status config_key_set(const struct config_key *key, struct config *config,
	struct scute_str text, struct scute_arena *arena)
{
	void *member = (char *)config + key->at;

	if (text.len > VALUE_BYTES_MAX || !str_is_utf8(text) ||
		(key->kind != CONFIG_KIND_JSON && has_control(text))) {
		return SCUTE_EINVAL;
	}
	switch (key->kind) {
	case CONFIG_KIND_SECTION:
		break;
	case CONFIG_KIND_STRING:
		return set_string(key, member, text, arena);
	case CONFIG_KIND_INT:
		return set_int(key, member, str_trim(text));
	case CONFIG_KIND_BOOL:
		return set_bool(member, str_trim(text));
	case CONFIG_KIND_ENUM:
		return set_enum(key, member, str_trim(text));
	case CONFIG_KIND_LIST:
		return set_list(member, text, arena);
	case CONFIG_KIND_JSON:
		return set_json(member, text, arena);
	}
	assert(false);
	return SCUTE_EINTERNAL;
}

enum scute_status config_key_json(const struct config_key *key, const struct json *value,
	struct scute_arena *arena, struct scute_str *ret_text)
{
	struct buf text;
	/* Never the limit that bites: the text is no longer than the file. */
	buf_init_arena(&text, 8u << 20, arena);
	struct json_out out = json_out(&text);

	if (value->type == JSON_STRING ||
		(value->type == JSON_NUMBER && key->kind != CONFIG_KIND_LIST)) {
		*ret_text = value->text;
		return SCUTE_OK;
	}
	if (key->kind == CONFIG_KIND_JSON && value->type == JSON_OBJECT) {
		json_out_tree(&out, value, JSON_AS_READ);
	} else if (key->kind == CONFIG_KIND_LIST && value->type == JSON_ARRAY) {
		enum scute_status status = list_text(value, &text);
		if (status != SCUTE_OK) {
			return status;
		}
	} else if (key->kind == CONFIG_KIND_BOOL && (value->type == JSON_TRUE || value->type == JSON_FALSE)) {
		buf_append_z(&text, value->type == JSON_TRUE ? "true" : "false");
	} else {
		return SCUTE_EINVAL;
	}
	if (text.failed) {
		return SCUTE_ENOMEM;
	}
	*ret_text = buf_str(&text);
	return SCUTE_OK;
}

static void enum_text(const struct config_key *key, int index, struct buf *out)
{
	struct scute_str rest = str_z(key->words);
	struct scute_str names, name;

	while (next_piece(&rest, '|', &names)) {
		if (index-- == 0) {
			(void)next_piece(&names, ',', &name);
			buf_append_str(out, name);
			return;
		}
	}
	assert(false);
}

bool config_key_text(const struct config_key *key, const struct config *config, struct buf *out)
{
	const void *member = (const char *)config + key->at;

	switch (key->kind) {
	case CONFIG_KIND_SECTION:
		return false;
	case CONFIG_KIND_STRING:
	case CONFIG_KIND_JSON: {
		const char *text = *(const char *const *)member;
		return text != NULL && (buf_append_z(out, text), true);
	}
	case CONFIG_KIND_INT: {
		int64_t value = *(const int64_t *)member;
		if (value == -1 && (key->flags & CONFIG_ALL)) {
			return buf_append_z(out, "all"), true;
		}
		return buf_append_i64(out, value), true;
	}
	case CONFIG_KIND_BOOL:
		return buf_append_z(out, *(const bool *)member ? "true" : "false"), true;
	case CONFIG_KIND_ENUM:
		return enum_text(key, *(const int *)member, out), true;
	case CONFIG_KIND_LIST: {
		const char *const *list = *(const char *const *const *)member;
		for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
			buf_append_z(out, i > 0 ? "," : "");
			buf_append_z(out, list[i]);
		}
		return list != NULL;
	}
	}
	assert(false);
	return false;
}

void config_key_show(const struct config_key *key, struct scute_str text, struct buf *out)
{
	if (key != NULL && (key->flags & CONFIG_SECRET)) {
		buf_append_z(out, "****");
		return;
	}
	if (!str_is_utf8(text)) {
		buf_append_z(out, "a value that is not UTF-8");
		return;
	}
	bool cut = text.len > SHOWN_BYTES_MAX;
	if (cut) {
		text.len = SHOWN_BYTES_MAX;
		while (text.len > 0 && ((unsigned char)text.data[text.len] & 0xc0) == 0x80) {
			text.len--;
		}
	}
	json_escape(out, text);
	buf_append_z(out, cut ? ".." : "");
}
