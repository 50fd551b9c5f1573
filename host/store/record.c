/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and values of the schema log, read and written. */
#include "store/record.h"

#include <string.h>

#include "support/json_out.h"
#include "support/str.h"

#define REFERENCES_MAX 10000

struct kind_name {
	const char *name;
	enum record_kind kind;
};

static const struct kind_name kind_names[] = {
	{ "SCHEMA", RECORD_SCHEMA },
	{ "CONFIG", RECORD_CONFIG },
	{ "MODE", RECORD_MODE },
	{ "DELETE_SUBJECT", RECORD_DELETE_SUBJECT },
	{ "CLEAR_SUBJECT", RECORD_CLEAR_SUBJECT },
	{ "CONTEXT", RECORD_CONTEXT },
	{ "NOOP", RECORD_NOOP },
};

static enum record_kind kind_of(struct scute_str name)
{
	for (size_t i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++) {
		if (str_eq_z(name, kind_names[i].name)) {
			return kind_names[i].kind;
		}
	}
	return RECORD_OTHER;
}

static const char *kind_name(enum record_kind kind)
{
	for (size_t i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++) {
		if (kind_names[i].kind == kind) {
			return kind_names[i].name;
		}
	}
	return "";
}

static bool read_version(const struct json *object, const char *name, int32_t *ret_version)
{
	int64_t value;

	if (!json_to_i64(json_get(object, name), &value) || value < 1 || value > INT32_MAX) {
		return false;
	}
	*ret_version = (int32_t)value;
	return true;
}

static struct scute_str string_member(const struct json *object, const char *name)
{
	const struct json *member = json_get(object, name);

	if (!member || member->type != JSON_STRING) {
		return (struct scute_str){ NULL, 0 };
	}
	return member->text.data ? member->text : SCUTE_STR("");
}

static enum scute_status read_key(struct scute_str key, struct scute_arena *arena,
	struct record *record, enum record_key_order *ret_order, struct scute_error *err)
{
	const struct json *root;

	if (!key.data) {
		return error_set(err, SCUTE_EINVAL, "the record has no key");
	}
	enum scute_status status = json_read(key, NULL, arena, &root, err);
	if (status != SCUTE_OK) {
		return status;
	}
	if (root->type != JSON_OBJECT) {
		return error_set(err, SCUTE_EINVAL, "the key is not a JSON object");
	}
	struct scute_str keytype = string_member(root, "keytype");
	if (!keytype.data) {
		return error_set(err, SCUTE_EINVAL, "the key has no keytype");
	}
	record->kind = kind_of(keytype);
	record->subject = string_member(root, "subject");
	if (record->kind == RECORD_SCHEMA && (!record->subject.data ||
			!read_version(root, "version", &record->version))) {
		return error_set(err, SCUTE_EINVAL, "a SCHEMA key needs a subject and a positive version");
	}
	record->context = string_member(root, "context");
	bool legacy = root->children && !str_eq_z(root->children->key, "keytype");
	*ret_order = legacy ? RECORD_KEY_LEGACY : RECORD_KEY_CANONICAL;
	return SCUTE_OK;
}

static enum scute_status read_references(const struct json *list, struct scute_arena *arena,
	struct record *record, struct scute_error *err)
{
	if (!list || list->type == JSON_NULL) {
		return SCUTE_OK;
	}
	if (list->type != JSON_ARRAY || list->n_children > REFERENCES_MAX) {
		return error_set(err, SCUTE_EINVAL, "references is not an array, or too long a one");
	}
	if (list->n_children == 0) {
		return SCUTE_OK;
	}
	struct record_reference *references = scute_alloc(arena,
		list->n_children * sizeof(*references));
	if (!references) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	size_t n = 0;
	for (const struct json *item = list->children; item; item = item->next) {
		struct record_reference *reference = &references[n++];
		reference->name = string_member(item, "name");
		reference->subject = string_member(item, "subject");
		if (!reference->name.data || !reference->subject.data ||
			!read_version(item, "version", &reference->version)) {
			return error_set(err, SCUTE_EINVAL,
				"reference %zu lacks name, subject or version", n);
		}
	}
	record->references = references;
	record->n_references = n;
	return SCUTE_OK;
}

/* Members that the struct carries, or that only describe the log itself. */
static bool is_known_member(enum record_kind kind, struct scute_str name)
{
	static const char *const schema[] = { "subject", "version", "id", "schema", "schemaType",
		"references", "deleted", "offset", "ts", "md5", NULL };
	static const char *const config[] = { "subject", NULL };
	const char *const *known = kind == RECORD_SCHEMA ? schema : config;

	for (; *known; known++) {
		if (str_eq_z(name, *known)) {
			return true;
		}
	}
	return false;
}

static enum scute_status read_extra(const struct json *value, size_t bytes_max,
	struct scute_arena *arena, struct record *record, struct scute_error *err)
{
	struct buf buf;
	struct json_out out = json_out(&buf);

	buf_init_arena(&buf, bytes_max + 64, arena);
	for (const struct json *member = value->children; member; member = member->next) {
		if (is_known_member(record->kind, member->key) || member->type == JSON_NULL) {
			continue;
		}
		json_out_key_str(&out, member->key);
		json_out_tree(&out, member, JSON_AS_READ);
	}
	if (buf.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	record->extra = buf_str(&buf);
	return SCUTE_OK;
}

static enum scute_status read_schema(const struct json *value, struct scute_arena *arena,
	struct record *record, struct scute_error *err)
{
	int64_t id;
	const struct json *deleted = json_get(value, "deleted");
	const struct json *type = json_get(value, "schemaType");

	if (!json_to_i64(json_get(value, "id"), &id) || id < 0 || id > INT32_MAX) {
		return error_set(err, SCUTE_EINVAL, "a SCHEMA value needs an id from 0 to 2^31-1");
	}
	record->id = (uint32_t)id;
	record->text = string_member(value, "schema");
	if (!record->text.data) {
		return error_set(err, SCUTE_EINVAL, "a SCHEMA value needs its schema as a string");
	}
	record->deleted = deleted && deleted->type == JSON_TRUE;
	record->type = SCUTE_STR("AVRO");
	if (type && type->type == JSON_STRING && type->text.len > 0) {
		record->type = type->text;
	}
	return read_references(json_get(value, "references"), arena, record, err);
}

static bool read_id(const struct json *value, int64_t *ret_id)
{
	return json_to_i64(value, ret_id) && *ret_id > 0 && *ret_id <= INT32_MAX;
}

static enum scute_status read_noop(const struct json *value, struct scute_arena *arena,
	struct record *record, struct scute_error *err)
{
	const struct json *contexts = json_get(value, "contexts");
	struct record_max_id *max_ids;
	size_t n = 0;

	if (!read_id(json_get(value, "maxId"), &record->max_id)) {
		record->max_id = 0;
	}
	if (!contexts || contexts->type != JSON_OBJECT || contexts->n_children == 0) {
		return SCUTE_OK;
	}
	max_ids = scute_alloc(arena, contexts->n_children * sizeof(*max_ids));
	if (!max_ids) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	for (const struct json *at = contexts->children; at; at = at->next) {
		if (read_id(at, &max_ids[n].id)) {
			max_ids[n++].context = at->key;
		}
	}
	record->max_ids = max_ids;
	record->n_max_ids = n;
	return SCUTE_OK;
}

/* Karapace writes empty values for null, and reads JSON's null and "" alike. */
static bool is_tombstone(const struct json *value)
{
	return value->type == JSON_NULL || (value->type == JSON_STRING && value->text.len == 0);
}

static enum scute_status read_value(const struct json *value, size_t bytes,
	struct scute_arena *arena, struct record *record, struct scute_error *err)
{
	enum scute_status status = SCUTE_OK;

	if (value->type != JSON_OBJECT && record->kind != RECORD_NOOP) {
		return error_set(err, SCUTE_EINVAL, "the value is not a JSON object");
	}
	switch (record->kind) {
	case RECORD_SCHEMA:
		status = read_schema(value, arena, record, err);
		return status != SCUTE_OK ? status : read_extra(value, bytes, arena, record, err);
	case RECORD_CONFIG:
		return read_extra(value, bytes, arena, record, err);
	case RECORD_MODE:
		record->mode = string_member(value, "mode");
		return SCUTE_OK;
	case RECORD_DELETE_SUBJECT:
		if (!record->subject.data) {
			record->subject = string_member(value, "subject");
		}
		if (!record->subject.data || !read_version(value, "version", &record->version)) {
			return error_set(err, SCUTE_EINVAL,
				"a DELETE_SUBJECT record needs a subject and a positive version");
		}
		return SCUTE_OK;
	case RECORD_NOOP:
		return read_noop(value, arena, record, err);
	default:
		return SCUTE_OK;
	}
}

enum scute_status record_read(const struct store_record *raw, struct scute_arena *arena,
	struct record *ret_record, enum record_key_order *ret_order, struct scute_error *err)
{
	struct record record = { .kind = RECORD_OTHER };
	enum record_key_order order = RECORD_KEY_CANONICAL;
	const struct json *value;

	enum scute_status status = read_key(raw->key, arena, &record, &order, err);
	if (status != SCUTE_OK) {
		return status;
	}
	record.tombstone = raw->value.len == 0;
	if (!record.tombstone && record.kind != RECORD_OTHER) {
		status = json_read(raw->value, NULL, arena, &value, err);
		record.tombstone = status == SCUTE_OK && is_tombstone(value);
		if (status == SCUTE_OK && !record.tombstone) {
			status = read_value(value, raw->value.len, arena, &record, err);
		}
		if (status != SCUTE_OK) {
			return status;
		}
	}
	*ret_record = record;
	*ret_order = order;
	return SCUTE_OK;
}

static bool has_subject(enum record_kind kind)
{
	return kind != RECORD_NOOP && kind != RECORD_CONTEXT;
}

static void write_subject(struct json_out *out, const struct record *record)
{
	if (!has_subject(record->kind)) {
		return;
	}
	json_out_key(out, "subject");
	if (record->subject.data) {
		json_out_str(out, record->subject);
	} else {
		json_out_null(out);
	}
}

static void write_context(struct json_out *out, const struct record *record)
{
	json_out_key(out, "tenant");
	json_out_z(out, "default");
	json_out_key(out, "context");
	json_out_str(out, record->context);
}

bool record_write_key(struct buf *buf, const struct record *record, enum record_key_order order)
{
	struct json_out out = json_out(buf);

	json_out_object(&out);
	if (order != RECORD_KEY_LEGACY) {
		json_out_key(&out, "keytype");
		json_out_z(&out, kind_name(record->kind));
	}
	if (order != RECORD_KEY_BRIEF || record->subject.data) {
		write_subject(&out, record);
	}
	if (record->kind == RECORD_CONTEXT) {
		write_context(&out, record);
	}
	if (record->kind == RECORD_SCHEMA) {
		json_out_key(&out, "version");
		json_out_i64(&out, record->version);
	}
	json_out_key(&out, "magic");
	json_out_i64(&out, record->kind == RECORD_SCHEMA ? 1 : 0);
	if (order == RECORD_KEY_LEGACY) {
		json_out_key(&out, "keytype");
		json_out_z(&out, kind_name(record->kind));
	}
	json_out_object_end(&out);
	return !buf->failed;
}

static void write_extra(struct json_out *out, const struct record *record)
{
	if (record->extra.len > 0) {
		if (out->comma) {
			buf_append_byte(out->buf, ',');
		}
		buf_append_str(out->buf, record->extra);
		out->comma = true;
	}
}

static void write_references(struct json_out *out, const struct record *record)
{
	if (record->n_references == 0) {
		return;
	}
	json_out_key(out, "references");
	json_out_array(out);
	for (size_t i = 0; i < record->n_references; i++) {
		json_out_object(out);
		json_out_key(out, "name");
		json_out_str(out, record->references[i].name);
		json_out_key(out, "subject");
		json_out_str(out, record->references[i].subject);
		json_out_key(out, "version");
		json_out_i64(out, record->references[i].version);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

static void write_type(struct json_out *out, const struct record *record, bool always)
{
	if (always || !str_eq_z(record->type, "AVRO")) {
		json_out_key(out, "schemaType");
		json_out_str(out, record->type);
	}
}

static void write_text(struct json_out *out, const struct record *record)
{
	json_out_key(out, "schema");
	json_out_str(out, record->text);
	json_out_key(out, "deleted");
	json_out_bool(out, record->deleted);
}

static void write_schema(struct json_out *out, const struct record *record, enum record_dialect dialect)
{
	write_subject(out, record);
	json_out_key(out, "version");
	json_out_i64(out, record->version);
	json_out_key(out, "id");
	json_out_i64(out, record->id);
	if (dialect == RECORD_CONFLUENT) {
		write_type(out, record, true);
		write_references(out, record);
		write_extra(out, record);
		write_text(out, record);
	} else {
		write_text(out, record);
		write_references(out, record);
		write_type(out, record, false);
		write_extra(out, record);
	}
}

/* Confluent says it once more in the value. */
static void write_own_subject(struct json_out *out, const struct record *record)
{
	if (record->subject.data) {
		write_subject(out, record);
	}
}

static void write_max_ids(struct json_out *out, const struct record *record)
{
	if (record->n_max_ids == 0) {
		return;
	}
	json_out_key(out, "contexts");
	json_out_object(out);
	for (size_t i = 0; i < record->n_max_ids; i++) {
		json_out_key_str(out, record->max_ids[i].context);
		json_out_i64(out, record->max_ids[i].id);
	}
	json_out_object_end(out);
}

bool record_write_value(struct buf *buf, const struct record *record, enum record_dialect dialect)
{
	struct json_out out = json_out(buf);

	json_out_object(&out);
	switch (record->kind) {
	case RECORD_SCHEMA:
		write_schema(&out, record, dialect);
		break;
	case RECORD_CONFIG:
		if (dialect == RECORD_CONFLUENT) {
			write_own_subject(&out, record);
		}
		write_extra(&out, record);
		break;
	case RECORD_CONTEXT:
		write_context(&out, record);
		break;
	case RECORD_MODE:
		write_own_subject(&out, record);
		json_out_key(&out, "mode");
		json_out_str(&out, record->mode);
		break;
	case RECORD_CLEAR_SUBJECT:
		write_subject(&out, record);
		break;
	case RECORD_DELETE_SUBJECT:
		write_subject(&out, record);
		json_out_key(&out, "version");
		json_out_i64(&out, record->version);
		break;
	case RECORD_NOOP:
		json_out_key(&out, "maxId");
		json_out_i64(&out, record->max_id);
		write_max_ids(&out, record);
		break;
	default:
		break;
	}
	json_out_object_end(&out);
	return !buf->failed;
}
