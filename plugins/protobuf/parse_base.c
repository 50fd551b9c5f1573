/* SPDX-License-Identifier: Apache-2.0 */
/* Small pieces of the grammar, and which comments belong to which node. */
#include "parser.h"
#include "support/arena.h"

enum scute_status expect_symbol(struct parser *parser, char symbol)
{
	const char what[] = { '"', symbol, '"', 0 };

	return take_symbol(parser, symbol) ? SCUTE_OK : parse_expected(parser, what);
}

enum scute_status expect_word(struct parser *parser, const char *word)
{
	char what[32] = "\"";

	if (take_word(parser, str_z(word))) {
		return SCUTE_OK;
	}
	strncat(what, word, sizeof(what) - 3);
	strcat(what, "\"");
	return parse_expected(parser, what);
}

enum scute_status expect_identifier(struct parser *parser, const char *what,
	struct scute_str *ret_name, uint32_t *ret_offset)
{
	if (parser->lexer.token.kind != TOKEN_IDENTIFIER) {
		return parse_expected(parser, what);
	}
	*ret_name = parser->lexer.token.text;
	if (ret_offset) {
		*ret_offset = parser->lexer.token.offset;
	}
	lex_next(&parser->lexer);
	return SCUTE_OK;
}

/* What lies between start and end without the white space and comments in it, from its tokens. */
static enum scute_status join_dotted(struct parser *parser, struct lexer from, uint32_t end,
	struct scute_str *ret_name)
{
	char *name = scute_alloc(parser->arena, end - from.token.offset);
	size_t len = 0;

	if (!name) {
		return parse_memory(parser);
	}
	from.comments = NULL;
	from.comments_end = &from.comments;
	while (from.token.offset < end) {
		memcpy(name + len, from.token.text.data, from.token.text.len);
		len += from.token.text.len;
		lex_next(&from);
	}
	*ret_name = (struct scute_str){ name, len };
	return SCUTE_OK;
}

enum scute_status expect_dotted(struct parser *parser, const char *what, bool dot,
	struct scute_str *ret_name, uint32_t *ret_offset)
{
	struct lexer start = parser->lexer;
	uint32_t offset = start.token.offset;
	uint32_t end = offset;
	uint32_t n_parts = 0;
	bool tight = true;

	if (dot && at_symbol(parser, '.')) {
		end++;
		lex_next(&parser->lexer);
	}
	do {
		tight = tight && parser->lexer.token.offset == end;
		if (parser->lexer.token.kind != TOKEN_IDENTIFIER) {
			return parse_expected(parser, what);
		}
		if (++n_parts > PB_NAME_PARTS_MAX) {
			return parse_limit(parser, offset, "a name has more than %d parts",
				PB_NAME_PARTS_MAX);
		}
		end = parser->lexer.token.offset + (uint32_t)parser->lexer.token.text.len;
		lex_next(&parser->lexer);
		if (!at_symbol(parser, '.')) {
			break;
		}
		tight = tight && parser->lexer.token.offset == end;
		end = parser->lexer.token.offset + 1;
		lex_next(&parser->lexer);
	} while (true);
	if (ret_offset) {
		*ret_offset = offset;
	}
	if (!tight) {
		return join_dotted(parser, start, end, ret_name);
	}
	*ret_name = (struct scute_str){ start.token.text.data, end - offset };
	return SCUTE_OK;
}

enum scute_status expect_string(struct parser *parser, const char *what,
	struct scute_str *ret_text)
{
	struct lexer *lexer = &parser->lexer;
	struct scute_str token = lexer->token.text;

	if (lexer->token.kind != TOKEN_STRING) {
		return parse_expected(parser, what);
	}
	const char *start = token.data;
	lex_next(lexer);
	if (lexer->token.kind != TOKEN_STRING && !memchr(token.data, '\\', token.len)) {
		*ret_text = (struct scute_str){ token.data + 1, token.len - 2 };
		return SCUTE_OK;
	}
	/* The literals and what is between them take at least as much as what they decode to. */
	struct lexer ahead = *lexer;
	ahead.comments = NULL;
	ahead.comments_end = &ahead.comments;
	const char *end = start + token.len;
	while (ahead.token.kind == TOKEN_STRING) {
		end = ahead.token.text.data + ahead.token.text.len;
		lex_next(&ahead);
	}
	char *text = scute_alloc(parser->arena, (size_t)(end - start));
	if (!text) {
		return parse_memory(parser);
	}
	size_t len = lex_string(token, text);
	while (lexer->token.kind == TOKEN_STRING) {
		len += lex_string(lexer->token.text, text + len);
		lex_next(lexer);
	}
	*ret_text = (struct scute_str){ text, len };
	return SCUTE_OK;
}

enum scute_status expect_integer(struct parser *parser, const char *what, bool negative,
	int32_t *ret_value)
{
	uint32_t offset = parser->lexer.token.offset;
	bool minus = negative && take_symbol(parser, '-');
	uint64_t value = UINT64_MAX;

	if (parser->lexer.token.kind != TOKEN_INTEGER) {
		return parse_expected(parser, what);
	}
	if (!lex_integer(parser->lexer.token.text, &value) ||
		value > (uint64_t)INT32_MAX + minus) {
		return parse_fail(parser, offset, "%s%.*s is beyond 32 bits", minus ? "-" : "",
			STR_ARGS(parser->lexer.token.text));
	}
	*ret_value = (int32_t)(minus ? -(int64_t)value : (int64_t)value);
	lex_next(&parser->lexer);
	return SCUTE_OK;
}

static enum scute_status comments_of(struct parser *parser, struct pb_node *node)
{
	if (!node->comments) {
		node->comments = arena_zalloc(parser->arena, 1, sizeof(*node->comments));
	}
	return node->comments ? SCUTE_OK : parse_memory(parser);
}

/* Comments so far become the last of the leading ones. */
static enum scute_status more_leading(struct parser *parser, struct pb_node *node)
{
	struct pb_comment *more = lex_take_comments(&parser->lexer);
	enum scute_status status;
	struct pb_comment **end;

	if (!more) {
		return SCUTE_OK;
	}
	status = comments_of(parser, node);
	if (status != SCUTE_OK) {
		return status;
	}
	end = &node->comments->leading;
	while (*end) {
		end = &(*end)->next;
	}
	*end = more;
	return SCUTE_OK;
}

enum scute_status node_begin(struct parser *parser, struct pb_node *node, enum pb_kind kind,
	uint32_t offset, struct pb_comment *leading)
{
	node->kind = (uint8_t)kind;
	node->offset = offset;
	if (!leading) {
		return SCUTE_OK;
	}
	enum scute_status status = comments_of(parser, node);
	if (status == SCUTE_OK) {
		node->comments->leading = leading;
	}
	return status;
}

/* Takes a symbol; what stands behind it on its line is trailing. */
static enum scute_status take_with_trailing(struct parser *parser, struct pb_node *node,
	char symbol)
{
	struct pb_comment *trailing;
	enum scute_status status = SCUTE_OK;

	if (!at_symbol(parser, symbol)) {
		return expect_symbol(parser, symbol);
	}
	status = more_leading(parser, node);
	if (status != SCUTE_OK) {
		return status;
	}
	lex_next(&parser->lexer);
	trailing = lex_take_same_line(&parser->lexer);
	if (trailing) {
		status = comments_of(parser, node);
		if (status == SCUTE_OK) {
			node->comments->trailing = trailing;
		}
	}
	return status;
}

enum scute_status node_end(struct parser *parser, struct pb_node *node)
{
	return take_with_trailing(parser, node, ';');
}

enum scute_status node_open(struct parser *parser, struct pb_node *node)
{
	return take_with_trailing(parser, node, '{');
}

enum scute_status node_close(struct parser *parser, struct pb_node *node)
{
	struct pb_comment *inner = NULL;
	struct pb_comment *closing;

	if (!at_symbol(parser, '}')) {
		return expect_symbol(parser, '}');
	}
	inner = lex_take_comments(&parser->lexer);
	lex_next(&parser->lexer);
	closing = lex_take_same_line(&parser->lexer);
	if (!inner && !closing) {
		return SCUTE_OK;
	}
	enum scute_status status = comments_of(parser, node);
	if (status == SCUTE_OK) {
		node->comments->inner = inner;
		node->comments->closing = closing;
	}
	return status;
}
