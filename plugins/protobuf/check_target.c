/* SPDX-License-Identifier: Apache-2.0 */
/* Options that say, in their own option "targets", what they may stand at. */
#include "check.h"

/* Numbers of FieldOptions.OptionTargetType by name. */
static const char *const target_names[] = {
	[1] = "TARGET_TYPE_FILE",
	[2] = "TARGET_TYPE_EXTENSION_RANGE",
	[3] = "TARGET_TYPE_MESSAGE",
	[4] = "TARGET_TYPE_FIELD",
	[5] = "TARGET_TYPE_ONEOF",
	[6] = "TARGET_TYPE_ENUM",
	[7] = "TARGET_TYPE_ENUM_ENTRY",
	[8] = "TARGET_TYPE_SERVICE",
	[9] = "TARGET_TYPE_METHOD",
};

enum target {
	TARGET_FILE = 1,
	TARGET_RANGE,
	TARGET_MESSAGE,
	TARGET_FIELD,
	TARGET_ONEOF,
	TARGET_ENUM,
	TARGET_VALUE,
	TARGET_SERVICE,
	TARGET_METHOD,
};

/* The edition since when there is an option, by its option "feature_support". */
static const struct pb_value *introduced(const struct pb_option *option)
{
	const struct pb_value *child = option->value->children;

	if (!str_eq_z(option->parts[0].text, "feature_support")) {
		return NULL;
	}
	if (option->n_parts == 2 && str_eq_z(option->parts[1].text, "edition_introduced")) {
		return option->value;
	}
	while (child && !str_eq_z(child->name, "edition_introduced")) {
		child = child->next;
	}
	return child;
}

static bool is_later(const struct pb_value *edition, const struct pb_file *file)
{
	return file->syntax == PB_EDITIONS && str_starts(edition->text, SCUTE_STR("EDITION_2")) &&
	       str_cmp(edition->text, SCUTE_STR("EDITION_2023")) > 0;
}

static enum scute_status check_option_field(struct linker *linker, const struct pb_field *field,
	uint32_t offset, enum target target)
{
	bool any = false;

	for (uint32_t i = 0; field && i < field->options.n_items; i++) {
		const struct pb_option *option = field->options.items[i];
		const struct pb_value *edition = introduced(option);
		if (edition && is_later(edition, linker->file)) {
			return link_fail(linker, offset, "\"%.*s\" exists since %.*s only",
				STR_ARGS(field->name), STR_ARGS(edition->text));
		}
		if (option->n_parts != 1 || option->parts[0].is_extension ||
			!str_eq_z(option->parts[0].text, "targets")) {
			continue;
		}
		if (str_eq_z(option->value->text, target_names[target])) {
			return SCUTE_OK;
		}
		any = true;
	}
	if (any) {
		return link_fail(linker, offset, "the option \"%.*s\" can not stand here",
			STR_ARGS(field->name));
	}
	return SCUTE_OK;
}

static enum scute_status check_value(struct linker *linker, const struct pb_value *value,
	enum target target)
{
	enum scute_status status = SCUTE_OK;

	for (const struct pb_value *child = value->children; child && status == SCUTE_OK;
		child = child->next) {
		if (child->field) {
			status = check_option_field(linker, child->field, child->offset, target);
		}
		if (status == SCUTE_OK) {
			status = check_value(linker, child, target);
		}
	}
	return status;
}

static enum scute_status check(struct linker *linker, const struct pb_options *options,
	enum target target)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < options->n_items && status == SCUTE_OK; i++) {
		const struct pb_option *option = options->items[i];
		for (uint32_t j = 0; j < option->n_parts && status == SCUTE_OK; j++) {
			status = check_option_field(linker, option->parts[j].field,
				option->node.offset, target);
		}
		if (status == SCUTE_OK) {
			status = check_value(linker, option->value, target);
		}
	}
	return status;
}

static enum scute_status check_fields(struct linker *linker, struct pb_field *const *fields,
	uint32_t n)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		status = check(linker, &fields[i]->options, TARGET_FIELD);
	}
	return status;
}

static enum scute_status check_enums(struct linker *linker, struct pb_enum *const *enums,
	uint32_t n)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		status = check(linker, &enums[i]->options, TARGET_ENUM);
		for (uint32_t j = 0; j < enums[i]->n_values && status == SCUTE_OK; j++) {
			status = check(linker, &enums[i]->values[j]->options, TARGET_VALUE);
		}
	}
	return status;
}

static enum scute_status check_messages(struct linker *linker, struct pb_message *const *messages,
	uint32_t n)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		const struct pb_message *message = messages[i];
		status = check(linker, &message->options, TARGET_MESSAGE);
		if (status == SCUTE_OK) {
			status = check_fields(linker, message->fields, message->n_fields);
		}
		if (status == SCUTE_OK) {
			status = check_fields(linker, message->extensions, message->n_extensions);
		}
		for (uint32_t j = 0; j < message->n_oneofs && status == SCUTE_OK; j++) {
			status = check(linker, &message->oneofs[j]->options, TARGET_ONEOF);
		}
		for (const struct pb_node *node = message->first; node && status == SCUTE_OK;
			node = node->next) {
			if (node->kind == PB_EXTENSIONS) {
				status = check(linker, &PB_AS(pb_ranges, node)->options,
					TARGET_RANGE);
			}
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

enum scute_status check_targets(struct linker *linker)
{
	const struct pb_file *file = linker->file;
	enum scute_status status = check(linker, &file->options, TARGET_FILE);

	if (status == SCUTE_OK) {
		status = check_messages(linker, file->messages, file->n_messages);
	}
	if (status == SCUTE_OK) {
		status = check_enums(linker, file->enums, file->n_enums);
	}
	if (status == SCUTE_OK) {
		status = check_fields(linker, file->extensions, file->n_extensions);
	}
	for (uint32_t i = 0; i < file->n_services && status == SCUTE_OK; i++) {
		const struct pb_service *service = file->services[i];
		status = check(linker, &service->options, TARGET_SERVICE);
		for (uint32_t j = 0; j < service->n_methods && status == SCUTE_OK; j++) {
			status = check(linker, &service->methods[j]->options, TARGET_METHOD);
		}
	}
	return status;
}
