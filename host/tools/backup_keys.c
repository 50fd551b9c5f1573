/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical keys and true tombstones. */
#include "tools/backup_keys.h"

#include "support/json_in.h"
#include "support/json_out.h"
#include "support/str.h"

#define KEY_BYTES_MAX ((size_t)1 << 20) /* whatever is longer is no key of a registry */

void backup_keys_init(struct backup_keys *keys)
{
	*keys = (struct backup_keys){ 0 };
	arena_init(&keys->arena, 64 * KEY_BYTES_MAX);
	buf_init(&keys->key, 2 * KEY_BYTES_MAX);
}

void backup_keys_finish(struct backup_keys *keys)
{
	arena_finish(&keys->arena);
	buf_finish(&keys->key);
}

static const char *const members[] = { "keytype", "subject", "version", "magic" };
#define N_MEMBERS (sizeof(members) / sizeof(members[0]))

/* No other members than a key of ours would have, each once. */
static bool is_plain(const struct json *root)
{
	size_t n = 0;

	for (size_t i = 0; i < N_MEMBERS; i++) {
		const struct json *member = json_get(root, members[i]);
		if (member && (member->type == JSON_OBJECT || member->type == JSON_ARRAY)) {
			return false;
		}
		n += member ? 1 : 0;
	}
	return n == root->n_children;
}

static bool is_known(const struct json *root)
{
	static const char *const types[] = { "SCHEMA", "CONFIG", "MODE", "DELETE_SUBJECT",
		"CLEAR_SUBJECT", "NOOP" };
	const struct json *type = json_get(root, "keytype");

	for (size_t i = 0; type && type->type == JSON_STRING &&
			i < sizeof(types) / sizeof(types[0]); i++) {
		if (str_eq_z(type->text, types[i])) {
			return true;
		}
	}
	return false;
}

static bool write_key(struct backup_keys *keys, const struct json *root)
{
	struct json_out out = json_out(&keys->key);

	buf_reset(&keys->key);
	json_out_object(&out);
	for (size_t i = 0; i < N_MEMBERS; i++) {
		const struct json *member = json_get(root, members[i]);
		if (member) {
			json_out_key(&out, members[i]);
			json_out_tree(&out, member, JSON_AS_READ);
		}
	}
	json_out_object_end(&out);
	return !keys->key.failed;
}

bool backup_keys_correct(struct backup_keys *keys, struct store_record *record, bool rewrite)
{
	const struct json *root;
	struct scute_error err;

	if (!record->key.data || record->key.len > KEY_BYTES_MAX) {
		return true;
	}
	arena_reset(&keys->arena);
	enum scute_status status = json_read(record->key, NULL, &keys->arena.base, &root, &err);
	if (status == SCUTE_ENOMEM) {
		return false;
	}
	if (status != SCUTE_OK || root->type != JSON_OBJECT || !is_known(root)) {
		/* Not a key of a registry: as it is. */
		return true;
	}
	if (record->value.data && record->value.len == 0) {
		record->value = (struct scute_str){ NULL, 0 };
		keys->n_tombstones++;
	}
	if (!rewrite || !is_plain(root)) {
		return true;
	}
	if (!write_key(keys, root)) {
		return false;
	}
	keys->n_keys += str_eq(record->key, buf_str(&keys->key)) ? 0 : 1;
	record->key = buf_str(&keys->key);
	return true;
}
