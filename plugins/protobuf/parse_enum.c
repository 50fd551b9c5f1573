/* SPDX-License-Identifier: Apache-2.0 */
/* Enums and their values. */
#include "parser.h"

static enum scute_status parse_enum_value(struct parser *parser, struct scope *scope,
	struct pb_enum *parent)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	uint32_t base = parser->options.n;
	enum scute_status status;
	struct pb_enum_value *value = parse_node(parser, sizeof(*value), &status);

	if (!value) {
		return status;
	}
	value->parent = parent;
	status = node_begin(parser, &value->node, PB_VALUE, parser->lexer.token.offset, leading);
	if (status == SCUTE_OK) {
		status = expect_identifier(parser, "the name of a value", &value->name,
			&value->name_offset);
	}
	if (status == SCUTE_OK) {
		status = expect_symbol(parser, '=');
	}
	value->number_offset = parser->lexer.token.offset;
	if (status == SCUTE_OK) {
		status = expect_integer(parser, "the number of the value", true, &value->number);
	}
	if (status == SCUTE_OK) {
		status = parse_bracket_options(parser, NULL);
	}
	if (status == SCUTE_OK) {
		status = options_pop(parser, base, &value->options);
	}
	if (status == SCUTE_OK && !stack_push(parser, &parser->values, value)) {
		status = parse_memory(parser);
	}
	scope_append(scope, &value->node);
	return status == SCUTE_OK ? node_end(parser, &value->node) : status;
}

static enum scute_status enum_statement(struct parser *parser, struct scope *scope,
	struct pb_enum *enum_)
{
	if (take_symbol(parser, ';')) {
		return SCUTE_OK;
	}
	if (at_word(parser, SCUTE_STR("option"))) {
		return parse_option_statement(parser, scope);
	}
	if (at_word(parser, SCUTE_STR("reserved"))) {
		return parse_ranges(parser, scope, true);
	}
	return parse_enum_value(parser, scope, enum_);
}

static enum scute_status enum_body(struct parser *parser, struct pb_enum *enum_)
{
	struct scope scope = { .end = &enum_->first };
	uint32_t values = parser->values.n;
	uint32_t options = parser->options.n;
	enum scute_status status = node_open(parser, &enum_->node);

	while (status == SCUTE_OK && !at_symbol(parser, '}')) {
		status = enum_statement(parser, &scope, enum_);
	}
	if (status == SCUTE_OK) {
		status = node_close(parser, &enum_->node);
	}
	if (status == SCUTE_OK && !stack_pop(parser, &parser->values, values, &enum_->values,
					  &enum_->n_values)) {
		status = parse_memory(parser);
	}
	if (status == SCUTE_OK) {
		status = options_pop(parser, options, &enum_->options);
	}
	if (status == SCUTE_OK) {
		status = ranges_collect(parser, enum_->first, PB_RESERVED, &enum_->reserved,
			&enum_->n_reserved);
	}
	if (status == SCUTE_OK) {
		status = reserved_names_collect(parser, enum_->first, &enum_->reserved_names,
			&enum_->n_reserved_names);
	}
	return status;
}

enum scute_status parse_enum(struct parser *parser, struct scope *scope)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	enum scute_status status;
	struct pb_enum *enum_ = parse_node(parser, sizeof(*enum_), &status);

	if (!enum_) {
		return status;
	}
	enum_->file = parser->file;
	enum_->parent = scope->message;
	status = node_begin(parser, &enum_->node, PB_ENUM, parser->lexer.token.offset, leading);
	lex_next(&parser->lexer);
	if (status == SCUTE_OK) {
		status = expect_identifier(parser, "the name of an enum", &enum_->name,
			&enum_->name_offset);
	}
	if (status == SCUTE_OK && !stack_push(parser, &parser->enums, enum_)) {
		status = parse_memory(parser);
	}
	scope_append(scope, &enum_->node);
	return status == SCUTE_OK ? enum_body(parser, enum_) : status;
}
