/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Features: the defaults of proto2, proto3 and edition 2023, what a file sets, and how it is handed
 * down (https://protobuf.dev/editions/features/); and what of a field follows from them.
 */
#include "linker.h"

#include <stddef.h>

#include "option_value.h"

enum target {
	TARGET_FILE = 1,
	TARGET_MESSAGE = 2,
	TARGET_FIELD = 4,
	TARGET_ENUM = 8,
	TARGET_OTHER = 16, /* oneofs, values, services, methods, ranges: no feature is for them */
};

struct feature {
	const char *name;
	size_t offset; /* in struct pb_features */
	unsigned targets;
	const char *values[4]; /* by number */
};

static const struct feature features[] = {
	{ "field_presence", offsetof(struct pb_features, field_presence),
		TARGET_FILE | TARGET_FIELD, { NULL, "EXPLICIT", "IMPLICIT", "LEGACY_REQUIRED" } },
	{ "enum_type", offsetof(struct pb_features, enum_type), TARGET_FILE | TARGET_ENUM,
		{ NULL, "OPEN", "CLOSED", NULL } },
	{ "repeated_field_encoding", offsetof(struct pb_features, repeated_field_encoding),
		TARGET_FILE | TARGET_FIELD, { NULL, "PACKED", "EXPANDED", NULL } },
	{ "utf8_validation", offsetof(struct pb_features, utf8_validation),
		TARGET_FILE | TARGET_FIELD, { NULL, NULL, "VERIFY", "NONE" } },
	{ "message_encoding", offsetof(struct pb_features, message_encoding),
		TARGET_FILE | TARGET_FIELD, { NULL, "LENGTH_PREFIXED", "DELIMITED", NULL } },
	{ "json_format", offsetof(struct pb_features, json_format),
		TARGET_FILE | TARGET_MESSAGE | TARGET_ENUM,
		{ NULL, "ALLOW", "LEGACY_BEST_EFFORT", NULL } },
};

static const struct pb_features defaults[] = {
	[PB_PROTO2] = { 1, 2, 2, 3, 1, 2 },
	[PB_PROTO3] = { 2, 1, 1, 2, 1, 1 },
	[PB_EDITIONS] = { 1, 1, 1, 2, 1, 1 },
};

static uint8_t *member(struct pb_features *set, const struct feature *feature)
{
	return (uint8_t *)set + feature->offset;
}

static const struct feature *find_feature(struct scute_str name)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		if (str_eq_z(name, features[i].name)) {
			return &features[i];
		}
	}
	return NULL;
}

/* What is no feature or no value of one is found when options are interpreted. */
static enum scute_status set_feature(struct linker *linker, struct scute_str name,
	const struct pb_value *value, enum target target, struct pb_features *own)
{
	const struct feature *feature = find_feature(name);

	if (!feature) {
		return SCUTE_OK;
	}
	if (!(feature->targets & target)) {
		return link_object(linker, value->offset, "features.%s can not be set here",
			feature->name);
	}
	for (uint8_t i = 1; i < 4; i++) {
		bool named = value->kind == PB_VALUE_IDENTIFIER && feature->values[i] &&
			     str_eq_z(value->text, feature->values[i]);
		bool numbered = value->kind == PB_VALUE_UINT && value->number == i;
		if (named || (numbered && feature->values[i])) {
			*member(own, feature) = i;
			return SCUTE_OK;
		}
	}
	return link_object(linker, value->offset, "features.%s does not have that value",
		feature->name);
}

/* The features among options: own has those that are set, others stay 0. */
static enum scute_status read_features(struct linker *linker, const struct pb_options *options,
	enum target target, struct pb_features *own)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < options->n_items && status == SCUTE_OK; i++) {
		const struct pb_option *option = options->items[i];
		if (option->parts[0].is_extension || !str_eq_z(option->parts[0].text, "features")) {
			continue;
		}
		if (linker->file->syntax != PB_EDITIONS) {
			status = link_object(linker, option->node.offset,
				"features exist in editions only");
			continue;
		}
		if (option->n_parts == 2 && !option->parts[1].is_extension) {
			status = set_feature(linker, option->parts[1].text, option->value, target,
				own);
			continue;
		}
		if (option->n_parts > 1 || option->value->kind != PB_VALUE_AGGREGATE) {
			continue;
		}
		for (const struct pb_value *value = option->value->children;
			value && status == SCUTE_OK; value = value->next) {
			if (value->member == PB_MEMBER_FIELD) {
				status = set_feature(linker, value->name, value, target, own);
			}
		}
	}
	return status;
}

static struct pb_features inherit(const struct pb_features *parent, struct pb_features own)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		if (*member(&own, &features[i]) == 0) {
			uint8_t above = *((const uint8_t *)parent + features[i].offset);
			*member(&own, &features[i]) = above;
		}
	}
	return own;
}

/* Resolves those of one thing from its options and its parent's. ret_own: only what it sets. */
static enum scute_status resolve(struct linker *linker, const struct pb_options *options,
	enum target target, const struct pb_features *parent, struct pb_features *ret_features,
	struct pb_features *ret_own)
{
	struct pb_features own = { 0 };
	enum scute_status status = SCUTE_OK;

	if (options->n_items > 0) {
		status = read_features(linker, options, target, &own);
	}
	*ret_features = inherit(parent, own);
	if (ret_own) {
		*ret_own = own;
	}
	return status;
}

static bool is_message(const struct pb_field *field)
{
	return field->type == PB_TYPE_MESSAGE || field->type == PB_TYPE_GROUP;
}

/* What is said in options beats the syntax, but in editions, where the option does not exist. */
static bool packed(const struct linker *linker, const struct pb_field *field)
{
	const struct pb_value *value = pb_option_value(&field->options, "packed");

	if (field->label != PB_REPEATED || !pb_type_is_packable((enum pb_type)field->type)) {
		return false;
	}
	if (value && linker->file->syntax != PB_EDITIONS) {
		return value->kind == PB_VALUE_IDENTIFIER && str_eq_z(value->text, "true");
	}
	return field->features.repeated_field_encoding == 1;
}

static void follow(const struct linker *linker, struct pb_field *field)
{
	bool singular = field->label != PB_REPEATED;
	uint8_t presence = field->features.field_presence;
	bool in_entry = field->parent && field->parent->is_map_entry &&
			field->extendee_name.len == 0;

	field->is_packed = packed(linker, field);
	field->is_required = field->label == PB_REQUIRED ||
			     (presence == 3 && singular && !field->oneof && !in_entry &&
				     field->extendee_name.len == 0);
	field->has_presence = singular && (is_message(field) || field->oneof ||
						  field->extendee_name.len > 0 ||
						  field->proto3_optional || presence != 2);
	field->is_delimited = field->type == PB_TYPE_GROUP ||
			      (is_message(field) && field->features.message_encoding == 2 &&
				      !field->is_map && !in_entry);
	field->validate_utf8 = field->features.utf8_validation == 2;
}

static enum scute_status own_is_right(struct linker *linker, const struct pb_field *field,
	const struct pb_features *own)
{
	uint32_t at = field->name_offset;

	if (own->field_presence != 0) {
		if (field->oneof) {
			return link_object(linker, at, "a field of a oneof always has presence");
		}
		if (field->label == PB_REPEATED) {
			return link_object(linker, at, "a repeated field has no presence");
		}
		if (field->extendee_name.len > 0) {
			return link_object(
				linker, at, "the presence of an extension can not be set");
		}
		if (own->field_presence == 2 && is_message(field)) {
			return link_object(linker, at, "a message's presence can not be implicit");
		}
	}
	if (own->repeated_field_encoding != 0 && field->label != PB_REPEATED) {
		return link_object(linker, at, "only repeated fields have a repeated encoding");
	}
	if (own->repeated_field_encoding == 1 && !pb_type_is_packable((enum pb_type)field->type)) {
		return link_object(linker, at, "only numbers, bools and enums can be packed");
	}
	if (own->utf8_validation != 0 && field->type != PB_TYPE_STRING &&
		!(field->is_map && (field->message_type->fields[0]->type == PB_TYPE_STRING ||
					   field->message_type->fields[1]->type ==
						   PB_TYPE_STRING))) {
		return link_object(linker, at, "only strings have UTF-8 validation");
	}
	if (own->message_encoding != 0 && (!is_message(field) || field->is_map)) {
		return link_object(linker, at, "only messages have a message encoding");
	}
	return SCUTE_OK;
}

static enum scute_status resolve_fields(struct linker *linker, struct pb_field *const *fields,
	uint32_t n, const struct pb_features *parent)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		struct pb_field *field = fields[i];
		const struct pb_features *above = parent;
		struct pb_features own;
		if (field->oneof && !field->oneof->is_synthetic) {
			above = &field->oneof->features;
		}
		status = resolve(linker, &field->options, TARGET_FIELD, above, &field->features,
			&own);
		follow(linker, field);
		/* Those of an entry's fields are their map's, which was looked at. */
		bool in_entry = field->parent && field->parent->is_map_entry;
		if (status == SCUTE_OK && field->options.n_items > 0 && !in_entry &&
			linker->file->syntax == PB_EDITIONS) {
			status = own_is_right(linker, field, &own);
		}
	}
	return status;
}

static enum scute_status resolve_enums(struct linker *linker, struct pb_enum *const *enums,
	uint32_t n, const struct pb_features *parent)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		status = resolve(linker, &enums[i]->options, TARGET_ENUM, parent,
			&enums[i]->features, NULL);
		enums[i]->is_closed = enums[i]->features.enum_type == 2;
		struct pb_features unused;
		for (uint32_t j = 0; j < enums[i]->n_values && status == SCUTE_OK; j++) {
			status = resolve(linker, &enums[i]->values[j]->options, TARGET_OTHER,
				parent, &unused, NULL);
		}
	}
	return status;
}

static enum scute_status resolve_messages(struct linker *linker,
	struct pb_message *const *messages, uint32_t n, const struct pb_features *parent)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		struct pb_message *message = messages[i];
		const struct pb_features *own = &message->features;
		status = resolve(linker, &message->options, TARGET_MESSAGE, parent,
			&message->features, NULL);
		for (uint32_t j = 0; j < message->n_oneofs && status == SCUTE_OK; j++) {
			status = resolve(linker, &message->oneofs[j]->options, TARGET_OTHER, own,
				&message->oneofs[j]->features, NULL);
		}
		if (status == SCUTE_OK) {
			status = resolve_fields(linker, message->fields, message->n_fields, own);
		}
		for (uint32_t j = 0; j < message->n_fields; j++) {
			message->n_required += message->fields[j]->is_required;
		}
		if (status == SCUTE_OK) {
			status = resolve_fields(linker, message->extensions,
				message->n_extensions, own);
		}
		if (status == SCUTE_OK) {
			status = resolve_enums(linker, message->enums, message->n_enums, own);
		}
		if (status == SCUTE_OK) {
			status = resolve_messages(linker, message->messages, message->n_messages,
				own);
		}
	}
	return status;
}

static enum scute_status resolve_services(struct linker *linker)
{
	struct pb_file *file = linker->file;
	enum scute_status status = SCUTE_OK;
	struct pb_features unused;

	for (uint32_t i = 0; i < file->n_services && status == SCUTE_OK; i++) {
		struct pb_service *service = file->services[i];
		status = resolve(linker, &service->options, TARGET_OTHER, &file->features,
			&service->features, NULL);
		for (uint32_t j = 0; j < service->n_methods && status == SCUTE_OK; j++) {
			status = resolve(linker, &service->methods[j]->options, TARGET_OTHER,
				&service->features, &unused, NULL);
		}
	}
	return status;
}

enum scute_status features_resolve(struct linker *linker)
{
	struct pb_file *file = linker->file;
	enum scute_status status = resolve(linker, &file->options, TARGET_FILE,
		&defaults[file->syntax], &file->features, NULL);

	if (status == SCUTE_OK && file->features.field_presence == 3) {
		status = link_object(linker, 0, "not all fields of a file can be LEGACY_REQUIRED");
	}
	if (status == SCUTE_OK) {
		status = resolve_enums(linker, file->enums, file->n_enums, &file->features);
	}
	if (status == SCUTE_OK) {
		status = resolve_messages(linker, file->messages, file->n_messages,
			&file->features);
	}
	if (status == SCUTE_OK) {
		status = resolve_fields(linker, file->extensions, file->n_extensions,
			&file->features);
	}
	return status == SCUTE_OK ? resolve_services(linker) : status;
}
