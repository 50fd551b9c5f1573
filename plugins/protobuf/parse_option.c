/* SPDX-License-Identifier: Apache-2.0 */
/* Options, as statements and in brackets: names and where they are kept. */
#include "parser.h"
#include "support/arena.h"

static enum scute_status name_part(struct parser *parser, struct pb_name_part *part)
{
	enum scute_status status;

	if (!take_symbol(parser, '(')) {
		return expect_identifier(parser, "the name of an option", &part->text, NULL);
	}
	part->is_extension = true;
	status = expect_dotted(parser, "the name of an extension", true, &part->text, NULL);
	return status == SCUTE_OK ? expect_symbol(parser, ')') : status;
}

static enum scute_status parse_name(struct parser *parser, struct pb_option *option)
{
	struct pb_name_part parts[PB_NAME_PARTS_MAX];
	uint32_t offset = parser->lexer.token.offset;
	enum scute_status status;
	uint32_t n = 0;

	do {
		if (n == PB_NAME_PARTS_MAX) {
			return parse_limit(parser, offset, "a name has more than %d parts",
				PB_NAME_PARTS_MAX);
		}
		parts[n] = (struct pb_name_part){ .is_extension = false };
		status = name_part(parser, &parts[n]);
		n++;
	} while (status == SCUTE_OK && take_symbol(parser, '.'));
	if (status != SCUTE_OK) {
		return status;
	}
	option->parts = scute_alloc(parser->arena, n * sizeof(*parts));
	if (!option->parts) {
		return parse_memory(parser);
	}
	memcpy(option->parts, parts, n * sizeof(*parts));
	option->n_parts = n;
	return SCUTE_OK;
}

/* name = value */
static enum scute_status parse_assignment(struct parser *parser, struct pb_option *option)
{
	enum scute_status status = parse_name(parser, option);

	if (status == SCUTE_OK) {
		status = expect_symbol(parser, '=');
	}
	return status == SCUTE_OK ? parse_value(parser, &option->value) : status;
}

enum scute_status parse_option_statement(struct parser *parser, struct scope *scope)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	enum scute_status status;
	struct pb_option *option = parse_node(parser, sizeof(*option), &status);

	if (!option) {
		return status;
	}
	status = node_begin(parser, &option->node, PB_OPTION, parser->lexer.token.offset, leading);
	lex_next(&parser->lexer);
	option->node.offset = parser->lexer.token.offset;
	if (status == SCUTE_OK) {
		status = parse_assignment(parser, option);
	}
	if (status == SCUTE_OK && !stack_push(parser, &parser->options, option)) {
		status = parse_memory(parser);
	}
	scope_append(scope, &option->node);
	return status == SCUTE_OK ? node_end(parser, &option->node) : status;
}

static enum scute_status json_name_take(struct parser *parser, struct pb_field *field,
	const struct pb_option *option)
{
	if (field->has_json_name) {
		return parse_fail(parser, option->node.offset, "json_name is given twice");
	}
	if (option->value->kind != PB_VALUE_STRING) {
		return parse_fail(parser, option->value->offset, "json_name is a string");
	}
	field->has_json_name = true;
	field->json_name = option->value->text;
	return SCUTE_OK;
}

/* Is it default or json_name, which are members of the field itself? */
static enum scute_status pseudo_option(struct parser *parser, struct pb_field *field,
	const struct pb_option *option, bool *ret_taken)
{
	bool plain = field && option->n_parts == 1 && !option->parts[0].is_extension;

	if (plain && str_eq_z(option->parts[0].text, "default")) {
		if (field->has_default) {
			return parse_fail(
				parser, option->node.offset, "the default is given twice");
		}
		field->has_default = true;
		field->default_value = option->value;
		*ret_taken = true;
	} else if (plain && str_eq_z(option->parts[0].text, "json_name")) {
		*ret_taken = true;
		return json_name_take(parser, field, option);
	}
	return SCUTE_OK;
}

enum scute_status parse_bracket_options(struct parser *parser, struct pb_field *field)
{
	enum scute_status status = SCUTE_OK;

	if (!take_symbol(parser, '[')) {
		return SCUTE_OK;
	}
	do {
		bool taken = false;
		struct pb_option *option = parse_node(parser, sizeof(*option), &status);
		if (!option) {
			return status;
		}
		option->node.kind = PB_OPTION;
		option->node.offset = parser->lexer.token.offset;
		status = parse_assignment(parser, option);
		if (status == SCUTE_OK) {
			status = pseudo_option(parser, field, option, &taken);
		}
		if (status == SCUTE_OK && !taken && !stack_push(parser, &parser->options, option)) {
			status = parse_memory(parser);
		}
	} while (status == SCUTE_OK && take_symbol(parser, ','));
	return status == SCUTE_OK ? expect_symbol(parser, ']') : status;
}

enum scute_status options_pop(struct parser *parser, uint32_t base, struct pb_options *options)
{
	return stack_pop(parser, &parser->options, base, &options->items, &options->n_items)
		? SCUTE_OK
		: parse_memory(parser);
}
