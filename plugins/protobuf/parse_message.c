/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: what may stand in them, and how it is gathered. */
#include "parser.h"

/* How high each stack was when the message began. */
struct bases {
	uint32_t fields;
	uint32_t messages;
	uint32_t enums;
	uint32_t oneofs;
	uint32_t extensions;
	uint32_t options;
};

static struct bases bases_now(const struct parser *parser)
{
	return (struct bases){ parser->fields.n, parser->messages.n, parser->enums.n,
		parser->oneofs.n, parser->extensions.n, parser->options.n };
}

static enum scute_status message_arrays(struct parser *parser, const struct bases *bases,
	struct pb_message *message)
{
	enum scute_status status;

	if (!stack_pop(parser, &parser->fields, bases->fields, &message->fields,
		    &message->n_fields) ||
		!stack_pop(parser, &parser->messages, bases->messages, &message->messages,
			&message->n_messages) ||
		!stack_pop(parser, &parser->enums, bases->enums, &message->enums,
			&message->n_enums) ||
		!stack_pop(parser, &parser->oneofs, bases->oneofs, &message->oneofs,
			&message->n_oneofs) ||
		!stack_pop(parser, &parser->extensions, bases->extensions, &message->extensions,
			&message->n_extensions)) {
		return parse_memory(parser);
	}
	status = options_pop(parser, bases->options, &message->options);
	if (status == SCUTE_OK) {
		status = ranges_collect(parser, message->first, PB_EXTENSIONS,
			&message->extension_ranges, &message->n_extension_ranges);
	}
	if (status == SCUTE_OK) {
		status = ranges_collect(parser, message->first, PB_RESERVED, &message->reserved,
			&message->n_reserved);
	}
	if (status == SCUTE_OK) {
		status = reserved_names_collect(parser, message->first, &message->reserved_names,
			&message->n_reserved_names);
	}
	return status;
}

static enum scute_status message_statement(struct parser *parser, struct scope *scope)
{
	struct scute_str word = parser->lexer.token.text;

	if (take_symbol(parser, ';')) {
		return SCUTE_OK;
	}
	if (parser->lexer.token.kind != TOKEN_IDENTIFIER) {
		return parse_field(parser, scope);
	}
	switch (word.data[0]) {
	case 'm':
		if (str_eq_z(word, "message")) {
			return parse_message(parser, scope);
		}
		break;
	case 'e':
		if (str_eq_z(word, "enum")) {
			return parse_enum(parser, scope);
		}
		if (str_eq_z(word, "extend")) {
			return parse_extend(parser, scope);
		}
		if (str_eq_z(word, "extensions")) {
			return parse_ranges(parser, scope, false);
		}
		break;
	case 'o':
		if (str_eq_z(word, "option")) {
			return parse_option_statement(parser, scope);
		}
		if (str_eq_z(word, "oneof")) {
			return parse_oneof(parser, scope);
		}
		break;
	case 'r':
		if (str_eq_z(word, "reserved")) {
			return parse_ranges(parser, scope, false);
		}
		break;
	default:
		break;
	}
	return parse_field(parser, scope);
}

enum scute_status message_body(struct parser *parser, struct pb_message *message,
	struct pb_node *node)
{
	struct scope scope = { .message = message, .end = &message->first };
	struct bases bases = bases_now(parser);
	enum scute_status status = parse_enter(parser);

	if (status == SCUTE_OK) {
		status = node_open(parser, node);
	}
	while (status == SCUTE_OK && !at_symbol(parser, '}')) {
		status = message_statement(parser, &scope);
	}
	if (status == SCUTE_OK) {
		status = node_close(parser, node);
	}
	parse_leave(parser);
	return status == SCUTE_OK ? message_arrays(parser, &bases, message) : status;
}

enum scute_status message_create(struct parser *parser, struct scope *scope, struct scute_str name,
	uint32_t name_offset, struct pb_message **ret_message)
{
	enum scute_status status;
	struct pb_message *message = parse_node(parser, sizeof(*message), &status);

	if (!message) {
		return status;
	}
	message->node.kind = PB_MESSAGE;
	message->node.offset = name_offset;
	message->name = name;
	message->name_offset = name_offset;
	message->file = parser->file;
	message->parent = scope->message;
	if (!stack_push(parser, &parser->messages, message)) {
		return parse_memory(parser);
	}
	*ret_message = message;
	return SCUTE_OK;
}

enum scute_status parse_message(struct parser *parser, struct scope *scope)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	uint32_t offset = parser->lexer.token.offset;
	struct pb_message *message = NULL;
	struct scute_str name;
	uint32_t name_offset;
	enum scute_status status;

	lex_next(&parser->lexer);
	status = expect_identifier(parser, "the name of a message", &name, &name_offset);
	if (status == SCUTE_OK) {
		status = message_create(parser, scope, name, name_offset, &message);
	}
	if (status == SCUTE_OK) {
		status = node_begin(parser, &message->node, PB_MESSAGE, offset, leading);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	scope_append(scope, &message->node);
	return message_body(parser, message, &message->node);
}
