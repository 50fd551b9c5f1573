/* SPDX-License-Identifier: Apache-2.0 */
/* Takes names out of Avro schemas and of the records that hold them. */
#include "tools/anonymize.h"

#include <openssl/evp.h>
#include <string.h>

#include "support/json_out.h"
#include "support/str.h"

#define RECORD_BYTES_MAX ((size_t)64 << 20)
#define SHA1_BYTES 20u

void anonymizer_init(struct anonymizer *anonymizer)
{
	anonymizer->failed = false;
	arena_init(&anonymizer->arena, 16 * RECORD_BYTES_MAX);
	buf_init(&anonymizer->key, RECORD_BYTES_MAX);
	/* A hash may be longer than what it stands for. */
	buf_init(&anonymizer->value, 8 * RECORD_BYTES_MAX);
	buf_init(&anonymizer->schema, 8 * RECORD_BYTES_MAX);
}

void anonymizer_finish(struct anonymizer *anonymizer)
{
	arena_finish(&anonymizer->arena);
	buf_finish(&anonymizer->key);
	buf_finish(&anonymizer->value);
	buf_finish(&anonymizer->schema);
}

/* ---- names ---- */

static bool is_name_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_';
}

/* ASCII only: other characters would end up in pieces. */
static void put_odd(struct buf *buf, struct scute_str element)
{
	bool odd[128] = { false };

	for (size_t i = 0; i < element.len; i++) {
		unsigned char c = (unsigned char)element.data[i];
		if (c < 128 && !is_name_char(c)) {
			odd[c] = true;
		}
	}
	for (unsigned c = 0; c < 128; c++) {
		if (odd[c]) {
			buf_append_byte(buf, (char)c);
		}
	}
}

static void put_element(struct buf *buf, struct scute_str element)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[2 * SHA1_BYTES];

	if (element.len == 0) {
		return;
	}
	if (EVP_Digest(element.data, element.len, digest, NULL, EVP_sha1(), NULL) != 1) {
		buf->failed = true;
		return;
	}
	for (size_t i = 0; i < SHA1_BYTES; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[0] = 'a';
	buf_append(buf, hex, sizeof(hex));
	put_odd(buf, element);
}

bool anonymize_name(struct buf *buf, struct scute_str name)
{
	while (name.len > 0) {
		const char *dot = memchr(name.data, '.', name.len);
		size_t len = dot ? (size_t)(dot - name.data) : name.len;

		put_element(buf, (struct scute_str){ name.data, len });
		if (!dot) {
			break;
		}
		buf_append_byte(buf, '.');
		name.data += len + 1;
		name.len -= len + 1;
	}
	return !buf->failed;
}

/* ---- schemas ---- */

static bool is_one_of(struct scute_str text, const char *const *words)
{
	for (; *words; words++) {
		if (str_eq_z(text, *words)) {
			return true;
		}
	}
	return false;
}

static void put_name(struct json_out *out, struct scute_str name)
{
	struct buf hashed;

	/* Forty digits for each byte, as it may stand between dots. */
	buf_init(&hashed, 64 * (name.len + 1));
	anonymize_name(&hashed, name);
	if (hashed.failed) {
		out->buf->failed = true;
	} else {
		json_out_str(out, hashed.len > 0 ? buf_str(&hashed) : SCUTE_STR(""));
	}
	buf_finish(&hashed);
}

static void put_key(struct json_out *out, struct scute_str name)
{
	struct buf hashed;

	buf_init(&hashed, 64 * (name.len + 1));
	anonymize_name(&hashed, name);
	if (hashed.failed) {
		out->buf->failed = true;
	} else {
		json_out_key_str(out, hashed.len > 0 ? buf_str(&hashed) : SCUTE_STR(""));
	}
	buf_finish(&hashed);
}

/* Somebody's own data: strings and member names are hashed, the rest tells nothing. */
static void put_data(struct json_out *out, const struct json *value)
{
	switch (value->type) {
	case JSON_STRING:
		put_name(out, value->text);
		break;
	case JSON_ARRAY:
		json_out_array(out);
		for (const struct json *item = value->children; item; item = item->next) {
			put_data(out, item);
		}
		json_out_array_end(out);
		break;
	case JSON_OBJECT:
		json_out_object(out);
		for (const struct json *member = value->children; member; member = member->next) {
			put_key(out, member->key);
			put_data(out, member);
		}
		json_out_object_end(out);
		break;
	default:
		json_out_tree(out, value, JSON_AS_READ);
	}
}

static void put_word_or_name(struct json_out *out, const struct json *value,
	const char *const *words)
{
	if (value->type == JSON_STRING && is_one_of(value->text, words)) {
		json_out_str(out, value->text);
	} else {
		put_data(out, value);
	}
}

static const char *const type_words[] = { "null", "boolean", "int", "long", "float", "double",
	"bytes", "string", "record", "error", "enum", "array", "map", "fixed", NULL };
static const char *const logical_words[] = { "decimal", "big-decimal", "uuid", "date",
	"time-millis", "time-micros", "timestamp-millis", "timestamp-micros", "timestamp-nanos",
	"local-timestamp-millis", "local-timestamp-micros", "local-timestamp-nanos", "duration",
	NULL };
static const char *const order_words[] = { "ascending", "descending", "ignore", NULL };
/* Their values are data, or names. */
static const char *const data_members[] = { "name", "namespace", "aliases", "symbols", "default",
	"size", "precision", "scale", NULL };
static const char *const schema_members[] = { "type", "items", "values", "fields", NULL };

static void put_schema(struct json_out *out, const struct json *schema);

static void put_member(struct json_out *out, const struct json *member)
{
	if (str_eq_z(member->key, "doc")) {
		return;
	}
	bool is_schema = is_one_of(member->key, schema_members);
	bool is_logical = str_eq_z(member->key, "logicalType");
	bool is_order = str_eq_z(member->key, "order");

	if (!is_schema && !is_logical && !is_order && !is_one_of(member->key, data_members)) {
		put_key(out, member->key);
		put_data(out, member);
		return;
	}
	json_out_key_str(out, member->key);
	if (is_schema) {
		put_schema(out, member);
	} else if (is_logical || is_order) {
		put_word_or_name(out, member, is_logical ? logical_words : order_words);
	} else {
		put_data(out, member);
	}
}

/* Depth: the JSON reader's limit. A union and a list of fields are both arrays. */
static void put_schema(struct json_out *out, const struct json *schema)
{
	if (schema->type == JSON_OBJECT) {
		json_out_object(out);
		for (const struct json *member = schema->children; member; member = member->next) {
			put_member(out, member);
		}
		json_out_object_end(out);
	} else if (schema->type == JSON_ARRAY) {
		json_out_array(out);
		for (const struct json *item = schema->children; item; item = item->next) {
			put_schema(out, item);
		}
		json_out_array_end(out);
	} else {
		put_word_or_name(out, schema, type_words);
	}
}

bool anonymize_schema(struct buf *buf, const struct json *schema)
{
	struct json_out out = json_out(buf);

	put_schema(&out, schema);
	return !buf->failed;
}

/* ---- records ---- */

static void put_reference(struct json_out *out, const struct json *reference)
{
	json_out_object(out);
	for (const struct json *member = reference->children; member; member = member->next) {
		if (str_eq_z(member->key, "name") || str_eq_z(member->key, "subject")) {
			json_out_key_str(out, member->key);
			put_data(out, member);
		} else if (str_eq_z(member->key, "version")) {
			json_out_key_str(out, member->key);
			json_out_tree(out, member, JSON_AS_READ);
		}
	}
	json_out_object_end(out);
}

static bool is_avro(const struct json *value)
{
	const struct json *type = json_get(value, "schemaType");

	return !type || type->type == JSON_NULL ||
		(type->type == JSON_STRING &&
		(type->text.len == 0 || str_eq_z(type->text, "AVRO")));
}

/* NULL: no JSON, or out of memory, which is noted. */
static const struct json *read_json(struct anonymizer *anonymizer, struct scute_str text)
{
	const struct json *root;
	struct scute_error err;

	if (!text.data) {
		return NULL;
	}
	enum scute_status status = json_read(text, NULL, &anonymizer->arena.base, &root, &err);
	anonymizer->failed |= status == SCUTE_ENOMEM;
	return status == SCUTE_OK ? root : NULL;
}

/* NULL: no Avro schema that could be understood. */
static const struct json *schema_of(struct anonymizer *anonymizer, const struct json *value)
{
	const struct json *text = json_get(value, "schema");

	return text && text->type == JSON_STRING && is_avro(value) ?
		read_json(anonymizer, text->text) : NULL;
}

/* Members that a registry writes and that name nobody; any other goes. */
static bool is_harmless(const struct json *member)
{
	static const char *const names[] = { "version", "id", "deleted", "schemaType",
		"compatibilityLevel", "mode", "maxId", NULL };

	return is_one_of(member->key, names) && member->type != JSON_OBJECT &&
		member->type != JSON_ARRAY;
}

static void put_value(struct anonymizer *anonymizer, const struct json *value)
{
	struct json_out out = json_out(&anonymizer->value);

	json_out_object(&out);
	for (const struct json *member = value->children; member; member = member->next) {
		if (str_eq_z(member->key, "subject")) {
			json_out_key(&out, "subject");
			put_data(&out, member);
		} else if (str_eq_z(member->key, "schema")) {
			json_out_key(&out, "schema");
			json_out_str(&out, buf_str(&anonymizer->schema));
		} else if (str_eq_z(member->key, "references") && member->type == JSON_ARRAY) {
			json_out_key(&out, "references");
			json_out_array(&out);
			for (const struct json *item = member->children; item; item = item->next) {
				put_reference(&out, item);
			}
			json_out_array_end(&out);
		} else if (is_harmless(member)) {
			json_out_key_str(&out, member->key);
			json_out_tree(&out, member, JSON_AS_READ);
		}
	}
	json_out_object_end(&out);
}

static void put_record_key(struct anonymizer *anonymizer, const struct json *key)
{
	static const char *const names[] = { "keytype", "version", "magic", NULL };
	struct json_out out = json_out(&anonymizer->key);

	json_out_object(&out);
	for (const struct json *member = key->children; member; member = member->next) {
		if (str_eq_z(member->key, "subject")) {
			json_out_key(&out, "subject");
			put_data(&out, member);
		} else if (is_one_of(member->key, names) && member->type != JSON_OBJECT &&
				member->type != JSON_ARRAY) {
			json_out_key_str(&out, member->key);
			json_out_tree(&out, member, JSON_AS_READ);
		}
	}
	json_out_object_end(&out);
}

/* A tombstone keeps its value; of a schema that is none of ours nothing is kept. */
static bool put_record_value(struct anonymizer *anonymizer, const struct json *key,
	struct store_record *record)
{
	if (record->value.len == 0) {
		return true;
	}
	const struct json *value = read_json(anonymizer, record->value);
	if (!value || value->type != JSON_OBJECT) {
		return false;
	}
	if (str_eq_z(json_get(key, "keytype")->text, "SCHEMA")) {
		const struct json *schema = schema_of(anonymizer, value);
		if (!schema) {
			return false;
		}
		anonymize_schema(&anonymizer->schema, schema);
	}
	put_value(anonymizer, value);
	record->value = buf_str(&anonymizer->value);
	return true;
}

enum anonymized anonymize_record(struct anonymizer *anonymizer, struct store_record *record)
{
	static const char *const types[] = { "SCHEMA", "CONFIG", "MODE", "DELETE_SUBJECT",
		"CLEAR_SUBJECT", "NOOP", NULL };

	arena_reset(&anonymizer->arena);
	buf_reset(&anonymizer->key);
	buf_reset(&anonymizer->value);
	buf_reset(&anonymizer->schema);
	anonymizer->failed = false;
	const struct json *key = read_json(anonymizer, record->key);
	const struct json *type = json_get(key, "keytype");
	if (!type || type->type != JSON_STRING || !is_one_of(type->text, types) ||
			!put_record_value(anonymizer, key, record)) {
		return anonymizer->failed ? ANONYMIZED_FAILED : ANONYMIZED_NOT;
	}
	put_record_key(anonymizer, key);
	if (anonymizer->key.failed || anonymizer->value.failed || anonymizer->schema.failed) {
		return ANONYMIZED_FAILED;
	}
	record->key = buf_str(&anonymizer->key);
	record->headers = NULL;
	record->n_headers = 0;
	return ANONYMIZED;
}
