/* SPDX-License-Identifier: Apache-2.0 */
/* The values of options: scalars, and aggregates in the text format. */
#include "parser.h"

static enum scute_status parse_aggregate(struct parser *parser, struct pb_value *value);

static enum scute_status number_value(struct parser *parser, struct pb_value *value, bool minus)
{
	const struct token *token = &parser->lexer.token;
	bool is_integer = token->kind == TOKEN_INTEGER &&
			  lex_integer(token->text, &value->number) &&
			  (!minus || value->number <= (uint64_t)INT64_MAX + 1);

	value->text = token->text;
	value->kind = is_integer ? minus ? PB_VALUE_INT : PB_VALUE_UINT : PB_VALUE_FLOAT;
	value->negative = minus;
	value->real = lex_float(token->text);
	if (minus) {
		value->real = -value->real;
	}
	lex_next(&parser->lexer);
	return SCUTE_OK;
}

/* A scalar; in aggregates (and outside for inf and nan) identifiers may be behind '-'. */
static enum scute_status parse_scalar(struct parser *parser, struct pb_value *value)
{
	bool minus = take_symbol(parser, '-');
	const struct token *token = &parser->lexer.token;

	switch (token->kind) {
	case TOKEN_INTEGER:
	case TOKEN_FLOAT:
		return number_value(parser, value, minus);
	case TOKEN_IDENTIFIER:
		if (minus && !str_eq_nocase(token->text, SCUTE_STR("inf")) &&
			!str_eq_nocase(token->text, SCUTE_STR("infinity")) &&
			!str_eq_nocase(token->text, SCUTE_STR("nan"))) {
			return parse_expected(parser, "a number, inf or nan behind \"-\"");
		}
		value->kind = PB_VALUE_IDENTIFIER;
		value->negative = minus;
		value->text = token->text;
		lex_next(&parser->lexer);
		return SCUTE_OK;
	case TOKEN_STRING:
		if (!minus) {
			value->kind = PB_VALUE_STRING;
			return expect_string(parser, "a string", &value->text);
		}
		/* fallthrough */
	default:
		return parse_expected(parser, minus ? "a number behind \"-\"" : "a value");
	}
}

/* Elements up to ']', the '[' is taken. */
static enum scute_status parse_list(struct parser *parser, struct pb_value *list)
{
	struct pb_value **end = &list->children;
	enum scute_status status = SCUTE_OK;

	list->kind = PB_VALUE_LIST;
	if (take_symbol(parser, ']')) {
		return SCUTE_OK;
	}
	do {
		struct pb_value *value = parse_node(parser, sizeof(*value), &status);
		if (!value) {
			return status;
		}
		value->offset = parser->lexer.token.offset;
		if (at_symbol(parser, '{') || at_symbol(parser, '<')) {
			status = parse_aggregate(parser, value);
		} else {
			status = parse_scalar(parser, value);
		}
		if (status != SCUTE_OK) {
			return status;
		}
		*end = value;
		end = &value->next;
	} while (take_symbol(parser, ','));
	return expect_symbol(parser, ']');
}

/* "/full.name" behind the prefix of an Any's type. */
static enum scute_status any_name(struct parser *parser, struct pb_value *member)
{
	struct scute_str name;
	enum scute_status status = expect_dotted(parser, "the name of a type", false, &name, NULL);

	if (status != SCUTE_OK) {
		return status;
	}
	char *whole = scute_alloc(parser->arena, member->name.len + 1 + name.len);
	if (!whole) {
		return parse_memory(parser);
	}
	memcpy(whole, member->name.data, member->name.len);
	whole[member->name.len] = '/';
	memcpy(whole + member->name.len + 1, name.data, name.len);
	member->name = (struct scute_str){ whole, member->name.len + 1 + name.len };
	member->member = PB_MEMBER_ANY;
	return SCUTE_OK;
}

/* The name of a member in brackets, the '[' is taken: an extension, or what an Any holds. */
static enum scute_status bracket_name(struct parser *parser, struct pb_value *member)
{
	enum scute_status status = expect_dotted(parser, "the name of an extension or a type",
		false, &member->name, NULL);

	member->member = PB_MEMBER_EXTENSION;
	if (status == SCUTE_OK && take_symbol(parser, '/')) {
		status = any_name(parser, member);
	}
	return status == SCUTE_OK ? expect_symbol(parser, ']') : status;
}

static enum scute_status parse_member(struct parser *parser, struct pb_value *member)
{
	enum scute_status status;

	member->offset = parser->lexer.token.offset;
	if (take_symbol(parser, '[')) {
		status = bracket_name(parser, member);
	} else {
		status = expect_identifier(parser, "the name of a field", &member->name, NULL);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	bool colon = take_symbol(parser, ':');
	if (at_symbol(parser, '{') || at_symbol(parser, '<')) {
		return parse_aggregate(parser, member);
	}
	if (at_symbol(parser, '[')) {
		uint32_t offset = parser->lexer.token.offset;
		lex_next(&parser->lexer);
		status = parse_list(parser, member);
		if (status == SCUTE_OK && !colon && member->children &&
			member->children->kind != PB_VALUE_AGGREGATE) {
			return parse_fail(parser, offset, "\":\" stands before a list of scalars");
		}
		return status;
	}
	return colon ? parse_scalar(parser, member) : parse_expected(parser, "\":\"");
}

/*
 * The text format has comments that begin with '#'. protoc reads an aggregate from its tokens
 * joined by spaces, so that such a comment goes on to the end of the whole aggregate: we must not
 * read more out of the same text.
 */
static enum scute_status skip_hash_comment(struct parser *parser)
{
	uint32_t depth = 0;

	if (parser->n_aggregates > 1) {
		return parse_fail(parser, parser->lexer.token.offset,
			"a comment with \"#\" hides all that follows, also the end of this "
			"aggregate");
	}
	while (depth > 0 || !at_symbol(parser, '}')) {
		if (parser->lexer.token.kind == TOKEN_END ||
			parser->lexer.token.kind == TOKEN_BAD) {
			return parse_expected(parser, "\"}\"");
		}
		depth += at_symbol(parser, '{');
		depth -= at_symbol(parser, '}');
		lex_next(&parser->lexer);
	}
	return SCUTE_OK;
}

/* At '{' or '<', up to and including what closes it. */
static enum scute_status parse_aggregate(struct parser *parser, struct pb_value *value)
{
	struct pb_value **end = &value->children;
	char close = at_symbol(parser, '{') ? '}' : '>';
	enum scute_status status = parse_enter(parser);

	value->kind = PB_VALUE_AGGREGATE;
	parser->n_aggregates++;
	lex_next(&parser->lexer);
	while (status == SCUTE_OK && !at_symbol(parser, close)) {
		if (at_symbol(parser, '#')) {
			status = skip_hash_comment(parser);
			continue;
		}
		struct pb_value *member = parse_node(parser, sizeof(*member), &status);
		if (!member) {
			return status;
		}
		status = parse_member(parser, member);
		*end = member;
		end = &member->next;
		if (at_symbol(parser, ',') || at_symbol(parser, ';')) {
			lex_next(&parser->lexer);
		}
	}
	parse_leave(parser);
	parser->n_aggregates--;
	if (status == SCUTE_OK) {
		lex_next(&parser->lexer);
	}
	return status;
}

enum scute_status parse_value(struct parser *parser, struct pb_value **ret_value)
{
	enum scute_status status;
	struct pb_value *value = parse_node(parser, sizeof(*value), &status);

	if (!value) {
		return status;
	}
	value->offset = parser->lexer.token.offset;
	if (at_symbol(parser, '{')) {
		status = parse_aggregate(parser, value);
	} else if (parser->lexer.lenient && take_symbol(parser, '[')) {
		status = parse_list(parser, value); /* Wire has lists here, and prints them */
	} else {
		status = parse_scalar(parser, value);
	}
	if (status == SCUTE_OK) {
		*ret_value = value;
	}
	return status;
}
