/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the language that have a number in descriptors. */
#include "option_value.h"

#include "support/str.h"

static const char *const type_words[] = {
	[PB_TYPE_UNKNOWN] = "unknown", [PB_TYPE_DOUBLE] = "double", [PB_TYPE_FLOAT] = "float",
	[PB_TYPE_INT64] = "int64", [PB_TYPE_UINT64] = "uint64", [PB_TYPE_INT32] = "int32",
	[PB_TYPE_FIXED64] = "fixed64", [PB_TYPE_FIXED32] = "fixed32", [PB_TYPE_BOOL] = "bool",
	[PB_TYPE_STRING] = "string", [PB_TYPE_GROUP] = "group", [PB_TYPE_MESSAGE] = "message",
	[PB_TYPE_BYTES] = "bytes", [PB_TYPE_UINT32] = "uint32", [PB_TYPE_ENUM] = "enum",
	[PB_TYPE_SFIXED32] = "sfixed32", [PB_TYPE_SFIXED64] = "sfixed64",
	[PB_TYPE_SINT32] = "sint32", [PB_TYPE_SINT64] = "sint64",
};

const char *pb_type_word(enum pb_type type)
{
	return type_words[type];
}

enum pb_type pb_type_of_word(struct scute_str word)
{
	if (word.len < 4 || word.len > 8) {
		return PB_TYPE_UNKNOWN;
	}
	for (enum pb_type type = PB_TYPE_DOUBLE; type <= PB_TYPE_SINT64; type++) {
		if (type_words[type][0] == word.data[0] && str_eq_z(word, type_words[type])) {
			return type == PB_TYPE_MESSAGE || type == PB_TYPE_ENUM ? PB_TYPE_UNKNOWN
									       : type;
		}
	}
	return PB_TYPE_UNKNOWN;
}

bool pb_type_is_packable(enum pb_type type)
{
	return type != PB_TYPE_STRING && type != PB_TYPE_BYTES && type != PB_TYPE_MESSAGE &&
	       type != PB_TYPE_GROUP && type != PB_TYPE_UNKNOWN;
}

const struct pb_option *pb_option_find(const struct pb_options *options, const char *name)
{
	for (uint32_t i = options->n_items; i > 0; i--) {
		const struct pb_option *option = options->items[i - 1];
		if (option->n_parts == 1 && !option->parts[0].is_extension &&
			str_eq_z(option->parts[0].text, name)) {
			return option;
		}
	}
	return NULL;
}

const struct pb_value *pb_option_value(const struct pb_options *options, const char *name)
{
	const struct pb_option *option = pb_option_find(options, name);

	return option ? option->value : NULL;
}

bool pb_option_is_true(const struct pb_options *options, const char *name)
{
	const struct pb_value *value = pb_option_value(options, name);

	return value && value->kind == PB_VALUE_IDENTIFIER && str_eq_z(value->text, "true");
}
