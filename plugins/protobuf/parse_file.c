/* SPDX-License-Identifier: Apache-2.0 */
/* The top level: syntax, package, imports, and what kind each other statement is of. */
#include "parser.h"
#include "support/arena.h"

/* As in protoc. */
#define PACKAGE_BYTES_MAX 511

static enum scute_status syntax_value(struct parser *parser, uint32_t offset, bool is_edition,
	struct scute_str value)
{
	struct pb_file *file = parser->file;

	file->has_syntax = true;
	if (is_edition && str_eq_z(value, "2023")) {
		file->syntax = PB_EDITIONS;
		file->edition = PB_EDITION_2023;
	} else if (!is_edition && str_eq_z(value, "proto3")) {
		file->syntax = PB_PROTO3;
		file->edition = PB_EDITION_PROTO3;
	} else if (is_edition || !str_eq_z(value, "proto2")) {
		return parse_fail(parser, offset,
			is_edition ? "edition \"%.*s\" is not known, only \"2023\" is"
				   : "syntax \"%.*s\" is not known, only \"proto2\" and "
				     "\"proto3\" are",
			STR_ARGS(value));
	}
	return SCUTE_OK;
}

/* syntax = "proto3"; or edition = "2023"; */
static enum scute_status parse_syntax(struct parser *parser, struct scope *scope)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	uint32_t offset = parser->lexer.token.offset;
	bool is_edition = at_word(parser, SCUTE_STR("edition"));
	struct scute_str value;
	enum scute_status status;
	struct pb_node *node = parse_node(parser, sizeof(*node), &status);

	if (!node) {
		return status;
	}
	status = node_begin(parser, node, PB_SYNTAX, offset, leading);
	lex_next(&parser->lexer);
	if (status == SCUTE_OK) {
		status = expect_symbol(parser, '=');
	}
	offset = parser->lexer.token.offset;
	if (status == SCUTE_OK) {
		status = expect_string(parser, is_edition ? "an edition in quotes"
							  : "\"proto2\" or \"proto3\"", &value);
	}
	if (status == SCUTE_OK) {
		status = syntax_value(parser, offset, is_edition, value);
	}
	scope_append(scope, node);
	return status == SCUTE_OK ? node_end(parser, node) : status;
}

static enum scute_status parse_package(struct parser *parser, struct scope *scope)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	uint32_t offset = parser->lexer.token.offset;
	enum scute_status status;
	struct pb_node *node = parse_node(parser, sizeof(*node), &status);

	if (!node) {
		return status;
	}
	if (parser->file->package.data) {
		return parse_fail(parser, offset, "the package is given twice");
	}
	status = node_begin(parser, node, PB_PACKAGE_STATEMENT, offset, leading);
	lex_next(&parser->lexer);
	if (status == SCUTE_OK) {
		status = expect_dotted(parser, "the package's name", false,
			&parser->file->package, NULL);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	if (parser->file->package.len > PACKAGE_BYTES_MAX) {
		return parse_fail(parser, offset, "the package's name is longer than %d bytes",
			PACKAGE_BYTES_MAX);
	}
	scope_append(scope, node);
	return node_end(parser, node);
}

static enum scute_status parse_import(struct parser *parser, struct scope *scope)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	enum scute_status status;
	struct pb_import *import = parse_node(parser, sizeof(*import), &status);

	if (!import) {
		return status;
	}
	status = node_begin(parser, &import->node, PB_IMPORT, parser->lexer.token.offset, leading);
	lex_next(&parser->lexer);
	if (take_word(parser, SCUTE_STR("public"))) {
		import->kind = PB_IMPORT_PUBLIC;
	} else if (take_word(parser, SCUTE_STR("weak"))) {
		import->kind = PB_IMPORT_WEAK;
	}
	import->path_offset = parser->lexer.token.offset;
	if (status == SCUTE_OK) {
		status = expect_string(parser, "the path of a file in quotes", &import->path);
	}
	if (status == SCUTE_OK && !stack_push(parser, &parser->imports, import)) {
		status = parse_memory(parser);
	}
	scope_append(scope, &import->node);
	return status == SCUTE_OK ? node_end(parser, &import->node) : status;
}

static enum scute_status parse_top_level(struct parser *parser, struct scope *scope)
{
	if (parser->lexer.token.kind != TOKEN_IDENTIFIER) {
		return parse_expected(parser, "a statement such as \"message\"");
	}
	struct scute_str word = parser->lexer.token.text;
	if (str_eq_z(word, "message")) {
		return parse_message(parser, scope);
	}
	if (str_eq_z(word, "enum")) {
		return parse_enum(parser, scope);
	}
	if (str_eq_z(word, "option")) {
		return parse_option_statement(parser, scope);
	}
	if (str_eq_z(word, "import")) {
		return parse_import(parser, scope);
	}
	if (str_eq_z(word, "extend")) {
		return parse_extend(parser, scope);
	}
	if (str_eq_z(word, "service")) {
		return parse_service(parser, scope);
	}
	if (str_eq_z(word, "package")) {
		return parse_package(parser, scope);
	}
	return parse_expected(parser, "a statement such as \"message\"");
}

static enum scute_status file_arrays(struct parser *parser)
{
	struct pb_file *file = parser->file;

	if (!stack_pop(parser, &parser->imports, 0, &file->imports, &file->n_imports) ||
		!stack_pop(parser, &parser->messages, 0, &file->messages, &file->n_messages) ||
		!stack_pop(parser, &parser->enums, 0, &file->enums, &file->n_enums) ||
		!stack_pop(parser, &parser->services, 0, &file->services, &file->n_services) ||
		!stack_pop(parser, &parser->extensions, 0, &file->extensions,
			&file->n_extensions)) {
		return parse_memory(parser);
	}
	return options_pop(parser, 0, &file->options);
}

enum scute_status parse_file(struct parser *parser)
{
	struct pb_file *file = parser->file;
	struct scope scope = { .end = &file->first };
	enum scute_status status = SCUTE_OK;

	file->edition = PB_EDITION_PROTO2;
	if (at_word(parser, SCUTE_STR("syntax")) || at_word(parser, SCUTE_STR("edition"))) {
		status = parse_syntax(parser, &scope);
	}
	while (status == SCUTE_OK && parser->lexer.token.kind != TOKEN_END) {
		if (!take_symbol(parser, ';')) {
			status = parse_top_level(parser, &scope);
		}
	}
	if (status != SCUTE_OK) {
		return status;
	}
	struct pb_comment *rest = lex_take_comments(&parser->lexer);
	if (rest) {
		file->node.comments = arena_zalloc(parser->arena, 1, sizeof(*file->node.comments));
		if (!file->node.comments) {
			return parse_memory(parser);
		}
		file->node.comments->inner = rest;
	}
	return file_arrays(parser);
}
