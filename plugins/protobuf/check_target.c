/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options that say of themselves what they may stand at ("targets") and since which edition they
 * exist ("feature_support"). That is read once for each, however often it stands somewhere.
 */
#include "check.h"
#include "options_walk.h"

static const char *const target_names[OPTIONS_N_KINDS] = {
	[OPTIONS_FILE] = "TARGET_TYPE_FILE",
	[OPTIONS_RANGE] = "TARGET_TYPE_EXTENSION_RANGE",
	[OPTIONS_MESSAGE] = "TARGET_TYPE_MESSAGE",
	[OPTIONS_FIELD] = "TARGET_TYPE_FIELD",
	[OPTIONS_ONEOF] = "TARGET_TYPE_ONEOF",
	[OPTIONS_ENUM] = "TARGET_TYPE_ENUM",
	[OPTIONS_VALUE] = "TARGET_TYPE_ENUM_ENTRY",
	[OPTIONS_SERVICE] = "TARGET_TYPE_SERVICE",
	[OPTIONS_METHOD] = "TARGET_TYPE_METHOD",
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

static bool is_later(const struct pb_value *edition)
{
	return str_starts(edition->text, SCUTE_STR("EDITION_2")) &&
	       str_cmp(edition->text, SCUTE_STR("EDITION_2023")) > 0;
}

/* The bit of one "targets"; of a name that is none of them bit 0, which fits nothing. */
static uint16_t target_bit(const struct pb_option *option)
{
	unsigned kind = OPTIONS_N_KINDS - 1;

	while (kind > 0 && !str_eq_z(option->value->text, target_names[kind])) {
		kind--;
	}
	return (uint16_t)(1u << kind);
}

static enum scute_status read_targets(void *user, const struct optioned *thing)
{
	struct pb_options *options = thing->options;
	(void)user;

	for (uint32_t i = 0; thing->kind == OPTIONS_FIELD && i < options->n_items; i++) {
		const struct pb_option *option = options->items[i];
		if (option->parts[0].is_extension) {
			continue;
		}
		const struct pb_value *edition = introduced(option);
		options->is_later = options->is_later || (edition && is_later(edition));
		if (option->n_parts == 1 && str_eq_z(option->parts[0].text, "targets")) {
			options->targets |= target_bit(option);
		}
	}
	return SCUTE_OK;
}

enum scute_status targets_read(struct linker *linker)
{
	return options_walk(linker, read_targets, NULL);
}

static enum scute_status check_one(struct linker *linker, const struct pb_field *field,
	uint32_t offset, enum options_kind kind)
{
	if (!field) {
		return SCUTE_OK;
	}
	if (field->options.is_later && linker->file->syntax == PB_EDITIONS) {
		return link_fail(linker, offset, "\"%.*s\" does not exist in edition 2023",
			STR_ARGS(field->name));
	}
	if (field->options.targets != 0 && !(field->options.targets & 1u << kind)) {
		return link_fail(linker, offset, "the option \"%.*s\" can not stand here",
			STR_ARGS(field->name));
	}
	return SCUTE_OK;
}

static enum scute_status check_value(struct linker *linker, const struct pb_value *value,
	enum options_kind kind)
{
	enum scute_status status = SCUTE_OK;

	for (const struct pb_value *child = value->children; child && status == SCUTE_OK;
		child = child->next) {
		status = check_one(linker, child->field, child->offset, kind);
		if (status == SCUTE_OK) {
			status = check_value(linker, child, kind);
		}
	}
	return status;
}

static enum scute_status check(void *user, const struct optioned *thing)
{
	struct linker *linker = user;
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < thing->options->n_items && status == SCUTE_OK; i++) {
		const struct pb_option *option = thing->options->items[i];
		for (uint32_t j = 0; j < option->n_parts && status == SCUTE_OK; j++) {
			status = check_one(linker, option->parts[j].field, option->node.offset,
				thing->kind);
		}
		if (status == SCUTE_OK) {
			status = check_value(linker, option->value, thing->kind);
		}
	}
	return status;
}

enum scute_status check_targets(struct linker *linker)
{
	return options_walk(linker, check, linker);
}
