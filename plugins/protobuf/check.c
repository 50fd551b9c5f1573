/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over a linked file that is checked, and what is said of messages and of the file. */
#include "check.h"

#include "option_value.h"

bool pb_file_is_lite(const struct pb_file *file)
{
	const struct pb_value *value = pb_option_value(&file->options, "optimize_for");

	return value && str_eq_z(value->text, "LITE_RUNTIME");
}

static enum scute_status check_numbers(struct linker *linker, const struct pb_message *message)
{
	for (uint32_t i = 0; i < message->n_fields; i++) {
		const struct pb_field *field = message->fields[i];
		const struct pb_field *first = pb_field_by_number(message, field->number);
		if (first != field) {
			return link_fail(linker, field->number_offset,
				"the number %d is already that of \"%.*s\"", (int)field->number,
				STR_ARGS(first->name));
		}
	}
	return SCUTE_OK;
}

static enum scute_status check_kind(struct linker *linker, const struct pb_message *message)
{
	const struct pb_option *map_entry = pb_option_find(&message->options, "map_entry");

	if (map_entry && !message->is_map_entry &&
		pb_option_is_true(&message->options, "map_entry")) {
		return link_fail(linker, map_entry->node.offset,
			"map_entry is not set by hand; map<key, value> is the way");
	}
	if (linker->file->syntax == PB_PROTO3 && message->n_extension_ranges > 0) {
		return link_fail(linker, message->extension_ranges[0].offset,
			"proto3 has no extensions");
	}
	if (linker->file->syntax == PB_PROTO3 && message->is_message_set) {
		return link_fail(linker, message->name_offset, "proto3 has no message sets");
	}
	if (message->is_message_set && message->n_fields > 0) {
		return link_fail(linker, message->fields[0]->name_offset,
			"a message set has extensions, and no fields");
	}
	return SCUTE_OK;
}

static enum scute_status check_fields(struct linker *linker, struct pb_field *const *fields,
	uint32_t n)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		status = check_field(linker, fields[i]);
	}
	return status;
}

static enum scute_status check_enums(struct linker *linker, struct pb_enum *const *enums,
	uint32_t n)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		status = check_enum(linker, enums[i]);
	}
	return status;
}

static enum scute_status check_messages(struct linker *linker, struct pb_message *const *messages,
	uint32_t n)
{
	static enum scute_status (*const checks[])(struct linker *, const struct pb_message *) = {
		check_numbers,
		check_kind,
		check_message_ranges,
		check_json_names,
		check_declarations,
	};
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		const struct pb_message *message = messages[i];
		status = check_fields(linker, message->fields, message->n_fields);
		for (size_t j = 0; j < sizeof(checks) / sizeof(checks[0]) && status == SCUTE_OK;
			j++) {
			status = checks[j](linker, message);
		}
		if (status == SCUTE_OK) {
			status = check_fields(linker, message->extensions, message->n_extensions);
		}
		if (status == SCUTE_OK) {
			status = check_enums(linker, message->enums, message->n_enums);
		}
		if (status == SCUTE_OK) {
			status = check_messages(linker, message->messages, message->n_messages);
		}
	}
	return status;
}

static enum scute_status check_lite(struct linker *linker)
{
	const struct pb_file *file = linker->file;

	if (pb_file_is_lite(file)) {
		bool generic = pb_option_is_true(&file->options, "cc_generic_services") ||
			       pb_option_is_true(&file->options, "java_generic_services");
		if (file->n_services > 0 && generic) {
			return link_fail(linker, file->services[0]->name_offset,
				"a file with optimize_for = LITE_RUNTIME has no generic services");
		}
		return SCUTE_OK;
	}
	for (uint32_t i = 0; i < file->n_imports; i++) {
		if (file->imports[i]->file && pb_file_is_lite(file->imports[i]->file)) {
			return link_fail(linker, file->imports[i]->path_offset,
				"\"%.*s\" has optimize_for = LITE_RUNTIME, and can be imported by "
				"such "
				"files only",
				STR_ARGS(file->imports[i]->path));
		}
	}
	return SCUTE_OK;
}

enum scute_status check_file(struct linker *linker)
{
	const struct pb_file *file = linker->file;
	const struct pb_option *utf8 = pb_option_find(&file->options, "java_string_check_utf8");
	enum scute_status status;

	if (linker->flags & (PB_COMPILE_STORED | PB_COMPILE_REFERENCE)) {
		return SCUTE_OK;
	}
	if (utf8 && file->syntax == PB_EDITIONS) {
		return link_fail(linker, utf8->node.offset,
			"\"java_string_check_utf8\" does not exist "
			"in editions, but features.(pb.java).utf8_validation");
	}
	status = check_lite(linker);
	if (status == SCUTE_OK) {
		status = check_messages(linker, file->messages, file->n_messages);
	}
	if (status == SCUTE_OK) {
		status = check_enums(linker, file->enums, file->n_enums);
	}
	if (status == SCUTE_OK) {
		status = check_fields(linker, file->extensions, file->n_extensions);
	}
	return status == SCUTE_OK ? check_targets(linker) : status;
}
