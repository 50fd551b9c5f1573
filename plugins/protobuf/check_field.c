/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for each field, extensions too: number, label, type, and the options that depend on
 * them.
 */
#include "check.h"
#include "support/str.h"
#include "option_value.h"

/* Numbers that the protobuf implementation keeps for itself. */
#define IMPLEMENTATION_FIRST 19000
#define IMPLEMENTATION_LAST 19999

static bool is_extension(const struct pb_field *field)
{
	return field->extendee_name.len > 0;
}

static enum scute_status check_number(struct linker *linker, const struct pb_field *field)
{
	/* A message set's extensions have all of 31 bits. */
	bool in_set = field->extendee && field->extendee->is_message_set;

	if (field->number <= 0) {
		return link_fail(linker, field->number_offset,
			"the number of a field is from 1 to %d", PB_FIELD_NUMBER_MAX);
	}
	if (field->number > PB_FIELD_NUMBER_MAX && !in_set) {
		return link_fail(linker, field->number_offset,
			"the number of a field is at most %d", PB_FIELD_NUMBER_MAX);
	}
	if (field->number >= IMPLEMENTATION_FIRST && field->number <= IMPLEMENTATION_LAST) {
		return link_fail(linker, field->number_offset,
			"the numbers from %d to %d are reserved for the implementation of protobuf",
			IMPLEMENTATION_FIRST, IMPLEMENTATION_LAST);
	}
	return SCUTE_OK;
}

static bool is_options_message(const struct pb_message *message)
{
	static const char *const names[] = { "FileOptions", "MessageOptions", "FieldOptions",
		"EnumOptions", "EnumValueOptions", "ServiceOptions", "MethodOptions",
		"OneofOptions", "ExtensionRangeOptions", "StreamOptions" };
	static const struct scute_str package = { "google.protobuf.", 16 };

	if (!str_starts(message->full_name, package)) {
		return false;
	}
	struct scute_str rest = { message->full_name.data + package.len,
		message->full_name.len - package.len };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq_z(rest, names[i])) {
			return true;
		}
	}
	return false;
}

static enum scute_status check_proto3(struct linker *linker, const struct pb_field *field)
{
	if (is_extension(field) && field->extendee && !is_options_message(field->extendee)) {
		return link_fail(linker, field->name_offset,
			"extensions in proto3 are for options only");
	}
	if (field->label == PB_REQUIRED) {
		return link_fail(linker, field->node.offset, "proto3 has no required fields");
	}
	if (field->type == PB_TYPE_GROUP) {
		return link_fail(linker, field->node.offset, "proto3 has no groups");
	}
	if (field->enum_type && field->enum_type->is_closed) {
		return link_fail(linker, field->type_offset,
			"the enum \"%.*s\" is closed, and can not be the type of a proto3 field",
			STR_ARGS(field->enum_type->full_name));
	}
	return SCUTE_OK;
}

static enum scute_status check_extension(struct linker *linker, const struct pb_field *field)
{
	if (field->label == PB_REQUIRED || field->features.field_presence == 3) {
		return link_fail(linker, field->node.offset, "an extension can not be required");
	}
	if (field->has_json_name) {
		return link_fail(linker, field->name_offset, "an extension has no json_name");
	}
	if (!field->extendee) {
		return SCUTE_OK;
	}
	if (field->extendee->is_message_set &&
		(field->label != PB_OPTIONAL || field->type != PB_TYPE_MESSAGE)) {
		return link_fail(linker, field->name_offset,
			"extensions of message sets are optional messages");
	}
	bool lite = pb_file_is_lite(linker->file);
	if (lite && !pb_file_is_lite(field->extendee->file)) {
		return link_fail(linker, field->name_offset,
			"a file with optimize_for = LITE_RUNTIME extends messages of such files "
			"only");
	}
	return check_declared(linker, field);
}

static bool is_64_bit(const struct pb_field *field)
{
	switch ((enum pb_type)field->type) {
	case PB_TYPE_INT64:
	case PB_TYPE_UINT64:
	case PB_TYPE_SINT64:
	case PB_TYPE_FIXED64:
	case PB_TYPE_SFIXED64:
		return true;
	default:
		return false;
	}
}

static enum scute_status check_options(struct linker *linker, const struct pb_field *field)
{
	const struct pb_options *options = &field->options;
	const struct pb_option *packed = pb_option_find(options, "packed");
	const struct pb_option *jstype = pb_option_find(options, "jstype");

	if ((pb_option_is_true(options, "lazy") || pb_option_is_true(options, "unverified_lazy")) &&
		field->type != PB_TYPE_MESSAGE) {
		return link_fail(linker, field->name_offset,
			"only messages that are no groups can be lazy");
	}
	if (packed && linker->file->syntax == PB_EDITIONS) {
		return link_fail(linker, packed->node.offset, "\"packed\" does not exist in "
			"editions, but features.repeated_field_encoding");
	}
	if (pb_option_is_true(options, "packed") && !field->is_packed) {
		return link_fail(linker, packed->node.offset,
			"only repeated numbers, bools and enums can be packed");
	}
	if (jstype && !str_eq_z(jstype->value->text, "JS_NORMAL") && !is_64_bit(field)) {
		return link_fail(linker, jstype->node.offset,
			"jstype is for integers of 64 bits only");
	}
	return SCUTE_OK;
}

static enum scute_status check_map(struct linker *linker, const struct pb_field *field)
{
	const struct pb_field *key = field->message_type->fields[0];
	const struct pb_field *value = field->message_type->fields[1];

	switch ((enum pb_type)key->type) {
	case PB_TYPE_FLOAT:
	case PB_TYPE_DOUBLE:
	case PB_TYPE_BYTES:
	case PB_TYPE_MESSAGE:
	case PB_TYPE_GROUP:
	case PB_TYPE_ENUM:
		return link_fail(linker, key->type_offset,
			"the key of a map is an integer, a bool or a string");
	default:
		break;
	}
	if (value->enum_type && value->enum_type->n_values > 0 &&
		value->enum_type->values[0]->number != 0) {
		return link_fail(linker, value->type_offset,
			"an enum that is the value of a map begins with 0");
	}
	return SCUTE_OK;
}

static enum scute_status check_json_name(struct linker *linker, const struct pb_field *field)
{
	struct scute_str name = field->json_name;

	if (name.len > 0 && memchr(name.data, 0, name.len)) {
		return link_fail(linker, field->name_offset, "json_name has no NUL in it");
	}
	if (!str_is_utf8(name)) {
		return link_fail(linker, field->name_offset, "json_name is UTF-8: JSON has nothing else");
	}
	if (name.len > 1 && name.data[0] == '[' && name.data[name.len - 1] == ']') {
		return link_fail(linker, field->name_offset,
			"json_name is not in brackets: extensions are so called");
	}
	return SCUTE_OK;
}

enum scute_status check_field(struct linker *linker, const struct pb_field *field)
{
	enum scute_status status = check_number(linker, field);

	if (status == SCUTE_OK && linker->file->syntax == PB_PROTO3) {
		status = check_proto3(linker, field);
	}
	if (status == SCUTE_OK && is_extension(field)) {
		status = check_extension(linker, field);
	}
	if (status == SCUTE_OK && field->options.n_items > 0) {
		status = check_options(linker, field);
	}
	if (status == SCUTE_OK && field->has_json_name) {
		status = check_json_name(linker, field);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	if (linker->file->syntax == PB_EDITIONS && field->enum_type &&
		field->enum_type->is_closed && !field->has_presence &&
		field->label != PB_REPEATED) {
		return link_fail(linker, field->type_offset,
			"a closed enum can not have implicit presence");
	}
	return field->is_map ? check_map(linker, field) : SCUTE_OK;
}
