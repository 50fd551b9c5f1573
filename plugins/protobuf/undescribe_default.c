/* SPDX-License-Identifier: Apache-2.0 */
/* FieldDescriptorProto.default_value to the literal that it came from. */
#include "undescribe.h"

#include <stdlib.h>

#include "lex.h"
#include "support/arena.h"

/* C escapes of a bytes field; false: malformed. */
static bool unescape(struct scute_str text, struct scute_arena *arena, struct scute_str *ret_bytes)
{
	/* As a literal in the quotes that it has only escaped. */
	char *quoted = scute_alloc(arena, text.len + 3);
	char *bytes = scute_alloc(arena, text.len + 1);
	struct lexer lexer;

	if (!quoted || !bytes) {
		return false;
	}
	quoted[0] = '"';
	memcpy(quoted + 1, text.data, text.len);
	quoted[text.len + 1] = '"';
	quoted[text.len + 2] = 0;
	struct scute_str literal = { quoted, text.len + 2 };
	lex_init(&lexer, literal, false, 0, arena);
	if (lexer.token.kind != TOKEN_STRING || lexer.token.text.len != literal.len) {
		return false;
	}
	*ret_bytes = (struct scute_str){ bytes, lex_string(literal, bytes) };
	return true;
}

static bool is_word(struct scute_str text)
{
	return undescribe_is_name(text);
}

/* A number or word with maybe a '-' in front, and nothing around it. */
static bool number_or_word(struct linker *linker, struct scute_str text, struct pb_value *value)
{
	char *copy = scute_alloc(linker->arena, text.len + 1);
	struct lexer lexer;

	if (!copy || text.len == 0) {
		return false;
	}
	memcpy(copy, text.data, text.len);
	copy[text.len] = 0;
	value->negative = copy[0] == '-';
	struct scute_str rest = { copy + value->negative, text.len - value->negative };
	if (is_word(rest)) {
		value->kind = PB_VALUE_IDENTIFIER;
		value->text = rest;
		return true;
	}
	lex_init(&lexer, rest, false, 0, linker->arena);
	bool integer = lexer.token.kind == TOKEN_INTEGER;
	if ((!integer && lexer.token.kind != TOKEN_FLOAT) || lexer.token.text.len != rest.len) {
		return false;
	}
	value->text = rest;
	value->real = lex_float(rest) * (value->negative ? -1 : 1);
	value->kind = PB_VALUE_FLOAT;
	if (integer && lex_integer(rest, &value->number)) {
		value->kind = value->negative ? PB_VALUE_INT : PB_VALUE_UINT;
	}
	return true;
}

enum scute_status default_from_text(struct linker *linker, const struct pb_field *field,
	const struct pb_value **ret_value)
{
	enum scute_status status;
	struct pb_value *value = undescribe_node(linker, sizeof(*value), &status);

	if (!value) {
		return status;
	}
	if (field->type == PB_TYPE_STRING) {
		value->kind = PB_VALUE_STRING;
		value->text = field->default_text;
	} else if (field->type == PB_TYPE_BYTES) {
		value->kind = PB_VALUE_STRING;
		if (!unescape(field->default_text, linker->arena, &value->text)) {
			return undescribe_fail(linker, "a default is malformed");
		}
	} else if (!number_or_word(linker, field->default_text, value)) {
		return undescribe_fail(linker, "a default is malformed");
	}
	*ret_value = value;
	return SCUTE_OK;
}
