/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options that say of themselves what they may stand at ("targets") and since which edition they
 * exist
 * ("feature_support").
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

static bool is_later(const struct pb_value *edition, const struct pb_file *file)
{
	return file->syntax == PB_EDITIONS && str_starts(edition->text, SCUTE_STR("EDITION_2")) &&
	       str_cmp(edition->text, SCUTE_STR("EDITION_2023")) > 0;
}

static enum scute_status check_one(struct linker *linker, const struct pb_field *field,
	uint32_t offset, enum options_kind kind)
{
	bool any = false;
	bool fits = false;

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
		fits = fits || str_eq_z(option->value->text, target_names[kind]);
		any = true;
	}
	if (any && !fits) {
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
