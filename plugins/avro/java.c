/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A schema's text as Apache Avro for Java writes it (Schema.toString()), which is what Confluent's
 * registry stores: members in a fixed order, names as short as the namespace around them
 * permits, types without properties by their name alone, everything else kept. It is made from
 * the JSON alone, so that stored texts have one whether or not they are valid.
 */
#include "support/buf.h"
#include "support/json_out.h"
#include "support/str.h"

#include "schema.h"

static void put_type(struct json_out *out, const struct json *json, struct scute_str space);

static const struct json *string_of(const struct json *object, const char *name)
{
	const struct json *member = json_get(object, name);

	return member && member->type == JSON_STRING ? member : NULL;
}

static bool is_one_of(struct scute_str name, const char *const *names)
{
	for (; *names; names++) {
		if (str_eq_z(name, *names)) {
			return true;
		}
	}
	return false;
}

static const char *const schema_reserved[] = { "doc", "fields", "items", "name", "namespace", "size",
	"symbols", "values", "type", "aliases", NULL };
static const char *const enum_reserved[] = { "doc", "fields", "items", "name", "namespace", "size",
	"symbols", "values", "type", "aliases", "default", NULL };
static const char *const field_reserved[] = { "default", "doc", "name", "order", "type", "aliases",
	NULL };

static bool has_properties(const struct json *object, const char *const *reserved)
{
	for (const struct json *at = object->children; at; at = at->next) {
		if (!is_one_of(at->key, reserved)) {
			return true;
		}
	}
	return false;
}

static void put_properties(struct json_out *out, const struct json *object, const char *const *reserved)
{
	for (const struct json *at = object->children; at; at = at->next) {
		if (!is_one_of(at->key, reserved)) {
			json_out_key_str(out, at->key);
			json_out_tree(out, at, JSON_AS_READ);
		}
	}
}

static void put_member(struct json_out *out, const struct json *object, const char *name)
{
	const struct json *member = json_get(object, name);

	if (member) {
		json_out_key(out, name);
		json_out_tree(out, member, JSON_AS_READ);
	}
}

/* Where a dotted name's last part begins; 0: it has no dots. */
static size_t simple_at(struct scute_str name)
{
	size_t at = name.len;

	while (at > 0 && name.data[at - 1] != '.') {
		at--;
	}
	return at;
}

static struct scute_str space_in(struct scute_str name)
{
	size_t at = simple_at(name);

	return (struct scute_str){ name.data, at > 0 ? at - 1 : 0 };
}

/* A full name inside space loses what both share. */
static void put_name(struct json_out *out, struct scute_str name, struct scute_str space)
{
	size_t at = simple_at(name);

	if (at > 0 && (at == 1 || str_eq(space_in(name), space))) {
		name = (struct scute_str){ name.data + at, name.len - at };
	}
	json_out_str(out, name);
}

/* The namespace that a definition stands in. */
static struct scute_str own_space(const struct json *object, struct scute_str around)
{
	const struct json *name = string_of(object, "name");
	const struct json *space = string_of(object, "namespace");

	if (name && simple_at(name->text) > 0) {
		return space_in(name->text);
	}
	return space ? space->text : around;
}

static void put_head(struct json_out *out, const struct json *object, const char *type,
	struct scute_str around, struct scute_str space)
{
	const struct json *name = string_of(object, "name");

	json_out_key(out, "type");
	json_out_z(out, type);
	if (name) {
		size_t at = simple_at(name->text);
		json_out_key(out, "name");
		json_out_str(out, (struct scute_str){ name->text.data + at, name->text.len - at });
	}
	if (!str_eq(space, around)) {
		json_out_key(out, "namespace");
		json_out_str(out, space);
	}
	put_member(out, object, "doc");
}

static void put_aliases(struct json_out *out, const struct json *object, struct scute_str space)
{
	const struct json *aliases = json_get(object, "aliases");

	if (!aliases || aliases->type != JSON_ARRAY || aliases->n_children == 0) {
		return;
	}
	json_out_key(out, "aliases");
	json_out_array(out);
	for (const struct json *at = aliases->children; at; at = at->next) {
		if (at->type == JSON_STRING) {
			put_name(out, at->text, space);
		} else {
			json_out_tree(out, at, JSON_AS_READ);
		}
	}
	json_out_array_end(out);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void put_order(struct json_out *out, const struct json *field)
{
	const struct json *order = string_of(field, "order");
	char word[16];

	if (!order || str_eq_nocase(order->text, SCUTE_STR("ascending")) ||
		order->text.len > sizeof(word)) {
		return;
	}
	for (size_t i = 0; i < order->text.len; i++) {
		word[i] = lower(order->text.data[i]);
	}
	json_out_key(out, "order");
	json_out_str(out, (struct scute_str){ word, order->text.len });
}

static void put_field(struct json_out *out, const struct json *field, struct scute_str space)
{
	const struct json *type = json_get(field, "type");

	if (field->type != JSON_OBJECT) {
		json_out_tree(out, field, JSON_AS_READ);
		return;
	}
	json_out_object(out);
	put_member(out, field, "name");
	if (type) {
		json_out_key(out, "type");
		put_type(out, type, space);
	}
	put_member(out, field, "doc");
	put_member(out, field, "default");
	put_order(out, field);
	put_aliases(out, field, SCUTE_STR(""));
	put_properties(out, field, field_reserved);
	json_out_object_end(out);
}

static void put_record(struct json_out *out, const struct json *object, const char *type,
	struct scute_str around)
{
	struct scute_str space = own_space(object, around);
	const struct json *fields = json_get(object, "fields");

	put_head(out, object, type, around, space);
	if (fields && fields->type == JSON_ARRAY) {
		json_out_key(out, "fields");
		json_out_array(out);
		for (const struct json *at = fields->children; at; at = at->next) {
			put_field(out, at, space);
		}
		json_out_array_end(out);
	}
	put_properties(out, object, schema_reserved);
	put_aliases(out, object, space);
}

static void put_enum(struct json_out *out, const struct json *object, struct scute_str around)
{
	struct scute_str space = own_space(object, around);

	put_head(out, object, "enum", around, space);
	put_member(out, object, "symbols");
	put_member(out, object, "default");
	put_properties(out, object, enum_reserved);
	put_aliases(out, object, space);
}

static void put_fixed(struct json_out *out, const struct json *object, struct scute_str around)
{
	struct scute_str space = own_space(object, around);

	put_head(out, object, "fixed", around, space);
	put_member(out, object, "size");
	put_properties(out, object, schema_reserved);
	put_aliases(out, object, space);
}

static void put_container(struct json_out *out, const struct json *object, const char *type,
	const char *member, struct scute_str space)
{
	const struct json *inner = json_get(object, member);

	json_out_key(out, "type");
	json_out_z(out, type);
	if (inner) {
		json_out_key(out, member);
		put_type(out, inner, space);
	}
	put_properties(out, object, schema_reserved);
}

/* A primitive with properties. */
static void put_primitive(struct json_out *out, const struct json *object)
{
	put_member(out, object, "type");
	put_properties(out, object, schema_reserved);
}

static void put_definition(struct json_out *out, const struct json *object, struct scute_str type,
	struct scute_str space)
{
	json_out_object(out);
	if (str_eq_z(type, "record") || str_eq_z(type, "error")) {
		put_record(out, object, str_eq_z(type, "error") ? "error" : "record", space);
	} else if (str_eq_z(type, "enum")) {
		put_enum(out, object, space);
	} else if (str_eq_z(type, "fixed")) {
		put_fixed(out, object, space);
	} else if (str_eq_z(type, "array")) {
		put_container(out, object, "array", "items", space);
	} else if (str_eq_z(type, "map")) {
		put_container(out, object, "map", "values", space);
	} else {
		put_primitive(out, object);
	}
	json_out_object_end(out);
}

static bool is_keyword(struct scute_str type)
{
	static const char *const words[] = { "record", "error", "enum", "fixed", "array", "map", NULL };

	return is_one_of(type, words);
}

static void put_object(struct json_out *out, const struct json *object, struct scute_str space)
{
	const struct json *type = json_get(object, "type");

	if (!type) {
		json_out_tree(out, object, JSON_AS_READ);
	} else if (type->type != JSON_STRING) {
		put_type(out, type, space); /* {"type": {..}} is what stands inside */
	} else if (!is_keyword(type->text) && (avro_primitive(type->text) == AVRO_N_TYPES ||
			!has_properties(object, schema_reserved))) {
		put_name(out, type->text, space);
	} else {
		put_definition(out, object, type->text, space);
	}
}

/* The recursion is as deep as the JSON, whose depth the reader bounds. */
static void put_type(struct json_out *out, const struct json *json, struct scute_str space)
{
	switch (json->type) {
	case JSON_STRING:
		put_name(out, json->text, space);
		return;
	case JSON_OBJECT:
		put_object(out, json, space);
		return;
	case JSON_ARRAY:
		json_out_array(out);
		for (const struct json *at = json->children; at; at = at->next) {
			put_type(out, at, space);
		}
		json_out_array_end(out);
		return;
	default:
		json_out_tree(out, json, JSON_AS_READ);
	}
}

enum scute_status avro_java_text(const struct json *json, uint64_t bytes_max, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	struct buf text;
	struct json_out out = json_out(&text);

	buf_init_arena(&text, (size_t)bytes_max, arena);
	put_type(&out, json, SCUTE_STR(""));
	if (text.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the schema's text");
	}
	*ret_text = buf_str(&text);
	return SCUTE_OK;
}
