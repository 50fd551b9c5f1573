/* SPDX-License-Identifier: Apache-2.0 */
/* Enums: the first value, aliases. */
#include "check.h"
#include "option_value.h"

static enum scute_status check_aliases(struct linker *linker, const struct pb_enum *enum_)
{
	const struct pb_option *option = pb_option_find(&enum_->options, "allow_alias");
	bool has_alias = false;

	for (uint32_t i = 0; i < enum_->n_values; i++) {
		const struct pb_enum_value *value = enum_->values[i];
		const struct pb_enum_value *first = pb_value_by_number(enum_, value->number);
		if (first == value) {
			continue;
		}
		if (!enum_->allow_alias) {
			return link_fail(linker, value->number_offset,
				"\"%.*s\" has the number of \"%.*s\"; only with \"option "
				"allow_alias = true;\" may two values have the same one",
				STR_ARGS(value->name), STR_ARGS(first->name));
		}
		has_alias = true;
	}
	if (option && !enum_->allow_alias) {
		return link_fail(linker, option->node.offset,
			"\"allow_alias = false\" has no effect, it can only go");
	}
	if (enum_->allow_alias && !has_alias) {
		return link_fail(linker, option ? option->node.offset : enum_->name_offset,
			"allow_alias is set, and no two values have the same number");
	}
	return SCUTE_OK;
}

enum scute_status check_enum(struct linker *linker, const struct pb_enum *enum_)
{
	enum scute_status status;

	if (enum_->n_values == 0) {
		return link_fail(linker, enum_->name_offset, "the enum \"%.*s\" has no values",
			STR_ARGS(enum_->name));
	}
	if (!enum_->is_closed && enum_->values[0]->number != 0) {
		return link_fail(linker, enum_->values[0]->number_offset,
			linker->file->syntax == PB_PROTO3
				? "the first value of an enum is 0 in proto3"
				: "the first value of an open enum is 0");
	}
	status = check_aliases(linker, enum_);
	if (status == SCUTE_OK) {
		status = check_enum_ranges(linker, enum_);
	}
	return status == SCUTE_OK ? check_enum_prefix(linker, enum_) : status;
}
