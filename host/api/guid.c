/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GUID of a schema's content by Confluent's recipe: MD5 over the text, then name, subject and
 * big-endian version of each reference, then metadata and rules behind a byte 1 each, written
 * as a UUID.
 */
#include <openssl/evp.h>

#include "api/answer.h"
#include "registry/metadata.h"
#include "support/arena.h"
#include "support/str.h"

#define DIGEST_BYTES 16

static bool add(EVP_MD_CTX *context, struct scute_str bytes)
{
	return bytes.len == 0 || EVP_DigestUpdate(context, bytes.data, bytes.len) == 1;
}

static bool add_reference(EVP_MD_CTX *context, const struct schema_reference *reference)
{
	uint32_t version = (uint32_t)reference->version;
	char big_endian[4] = { (char)(version >> 24), (char)(version >> 16), (char)(version >> 8),
		(char)version };

	return add(context, reference->name) && add(context, reference->subject) &&
		add(context, (struct scute_str){ big_endian, sizeof(big_endian) });
}

/* Every key and every text below it, in the order in which they are kept. */
static bool add_tree(EVP_MD_CTX *context, const struct json *value)
{
	if (value->type == JSON_STRING) {
		return add(context, value->text);
	}
	for (const struct json *at = value->children; at; at = at->next) {
		if (!add(context, at->key) || !add_tree(context, at)) {
			return false;
		}
	}
	return true;
}

static bool add_member(EVP_MD_CTX *context, const struct json *object, const char *name)
{
	const struct json *member = json_get(object, name);

	return !member || add_tree(context, member);
}

static bool add_metadata(EVP_MD_CTX *context, const struct json *metadata)
{
	return !metadata || (add(context, SCUTE_STR("\1")) && add_member(context, metadata, "tags") &&
		add_member(context, metadata, "properties") &&
		add_member(context, metadata, "sensitive"));
}

static bool add_rule(EVP_MD_CTX *context, const struct json *rule)
{
	static const char *const names[] = { "name", "doc", "kind", "mode", "type", "tags", "params",
		"expr", "onSuccess", "onFailure", NULL };
	const struct json *disabled = json_get(rule, "disabled");

	for (const char *const *name = names; *name; name++) {
		if (!add_member(context, rule, *name)) {
			return false;
		}
	}
	return add(context, disabled && disabled->type == JSON_TRUE ? SCUTE_STR("\1") : SCUTE_STR("\0"));
}

static bool add_rules(EVP_MD_CTX *context, const struct json *rules)
{
	static const char *const lists[] = { "migrationRules", "domainRules", "encodingRules", NULL };

	if (!rules) {
		return true;
	}
	bool ok = add(context, SCUTE_STR("\1"));
	for (const char *const *name = lists; ok && *name; name++) {
		const struct json *list = json_get(rules, *name);
		for (const struct json *at = list ? list->children : NULL; ok && at; at = at->next) {
			ok = add_rule(context, at);
		}
	}
	return ok && add_member(context, rules, "enableAt");
}

/* Few schemas have any. */
static bool add_extra(EVP_MD_CTX *context, const struct schema_more *more)
{
	struct metadata metadata;
	struct arena arena;

	if (!more || more->extra.len == 0) {
		return true;
	}
	arena_init(&arena, more->extra.len * 64 + 65536);
	bool ok = metadata_read(more->extra, &arena.base, &metadata) &&
		add_metadata(context, metadata.metadata) && add_rules(context, metadata.rules);
	arena_finish(&arena);
	return ok;
}

static bool digest(EVP_MD_CTX *context, const struct schema *schema, unsigned char *ret_digest)
{
	const struct schema_more *more = schema->more;

	if (EVP_DigestInit_ex(context, EVP_md5(), NULL) != 1 || !add(context, schema_text(schema))) {
		return false;
	}
	for (size_t i = 0; more && i < more->n_references; i++) {
		if (!add_reference(context, &more->references[i])) {
			return false;
		}
	}
	return add_extra(context, more) && EVP_DigestFinal_ex(context, ret_digest, NULL) == 1;
}

bool guid_of(const struct schema *schema, char ret_text[GUID_BYTES])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[DIGEST_BYTES];
	size_t at = 0;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && digest(context, schema, bytes);

	EVP_MD_CTX_free(context);
	for (size_t i = 0; ok && i < DIGEST_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10) {
			ret_text[at++] = '-';
		}
		ret_text[at++] = hex[bytes[i] >> 4];
		ret_text[at++] = hex[bytes[i] & 15];
	}
	return ok;
}

void answer_guid(struct json_out *out, const struct schema *schema)
{
	char text[GUID_BYTES];

	if (!guid_of(schema, text)) {
		out->buf->failed = true;
		return;
	}
	json_out_key(out, "guid");
	json_out_str(out, (struct scute_str){ text, sizeof(text) });
}
