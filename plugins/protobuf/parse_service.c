/* SPDX-License-Identifier: Apache-2.0 */
/* Services and their methods. */
#include "parser.h"

/* ( stream? Type ) */
static enum scute_status method_type(struct parser *parser, bool *ret_streaming,
	struct scute_str *ret_name, uint32_t *ret_offset)
{
	enum scute_status status = expect_symbol(parser, '(');

	if (status != SCUTE_OK) {
		return status;
	}
	*ret_streaming = take_word(parser, SCUTE_STR("stream"));
	status = expect_dotted(parser, "the name of a message", true, ret_name, ret_offset);
	return status == SCUTE_OK ? expect_symbol(parser, ')') : status;
}

/* Options in braces, or ';'. */
static enum scute_status method_body(struct parser *parser, struct pb_method *method)
{
	struct scope scope = { .end = &method->first };
	uint32_t options = parser->options.n;

	if (!at_symbol(parser, '{')) {
		return node_end(parser, &method->node);
	}
	method->has_body = true;
	enum scute_status status = node_open(parser, &method->node);
	while (status == SCUTE_OK && !at_symbol(parser, '}')) {
		if (take_symbol(parser, ';')) {
			continue;
		}
		status = at_word(parser, SCUTE_STR("option"))
				 ? parse_option_statement(parser, &scope)
				 : parse_expected(parser, "an option or \"}\"");
	}
	if (status == SCUTE_OK) {
		status = node_close(parser, &method->node);
	}
	return status == SCUTE_OK ? options_pop(parser, options, &method->options) : status;
}

static enum scute_status parse_method(struct parser *parser, struct scope *scope,
	const struct pb_service *parent)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	enum scute_status status;
	struct pb_method *method = parse_node(parser, sizeof(*method), &status);

	if (!method) {
		return status;
	}
	method->parent = parent;
	status = node_begin(parser, &method->node, PB_METHOD, parser->lexer.token.offset, leading);
	if (status == SCUTE_OK) {
		status = expect_word(parser, "rpc");
	}
	if (status == SCUTE_OK) {
		status = expect_identifier(parser, "the name of a method", &method->name,
			&method->name_offset);
	}
	if (status == SCUTE_OK) {
		status = method_type(parser, &method->client_streaming, &method->input_name,
			&method->input_offset);
	}
	if (status == SCUTE_OK) {
		status = expect_word(parser, "returns");
	}
	if (status == SCUTE_OK) {
		status = method_type(parser, &method->server_streaming, &method->output_name,
			&method->output_offset);
	}
	if (status == SCUTE_OK && !stack_push(parser, &parser->methods, method)) {
		status = parse_memory(parser);
	}
	scope_append(scope, &method->node);
	return status == SCUTE_OK ? method_body(parser, method) : status;
}

static enum scute_status service_body(struct parser *parser, struct pb_service *service)
{
	struct scope scope = { .end = &service->first };
	uint32_t options = parser->options.n;
	enum scute_status status = node_open(parser, &service->node);

	while (status == SCUTE_OK && !at_symbol(parser, '}')) {
		if (take_symbol(parser, ';')) {
			continue;
		}
		status = at_word(parser, SCUTE_STR("option"))
				 ? parse_option_statement(parser, &scope)
				 : parse_method(parser, &scope, service);
	}
	if (status == SCUTE_OK) {
		status = node_close(parser, &service->node);
	}
	if (status == SCUTE_OK && !stack_pop(parser, &parser->methods, 0, &service->methods,
					  &service->n_methods)) {
		status = parse_memory(parser);
	}
	return status == SCUTE_OK ? options_pop(parser, options, &service->options) : status;
}

enum scute_status parse_service(struct parser *parser, struct scope *scope)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	enum scute_status status;
	struct pb_service *service = parse_node(parser, sizeof(*service), &status);

	if (!service) {
		return status;
	}
	service->file = parser->file;
	status = node_begin(parser, &service->node, PB_SERVICE, parser->lexer.token.offset,
		leading);
	lex_next(&parser->lexer);
	if (status == SCUTE_OK) {
		status = expect_identifier(parser, "the name of a service", &service->name,
			&service->name_offset);
	}
	if (status == SCUTE_OK && !stack_push(parser, &parser->services, service)) {
		status = parse_memory(parser);
	}
	scope_append(scope, &service->node);
	return status == SCUTE_OK ? service_body(parser, service) : status;
}
