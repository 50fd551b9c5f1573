/* SPDX-License-Identifier: Apache-2.0 */
/* How parsing fails, and the memory of what is being parsed. */
#include <stdarg.h>
#include <stdio.h>

#include "parser.h"
#include "support/arena.h"

/* The error's text is one line of UTF-8 whatever the schema has in its names and strings. */
static void one_line(char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		size_t width = str_utf8_width(text, left);
		if (width <= 1 && ((unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7f)) {
			*text = '?';
		}
		width = width > 1 ? width : 1;
		text += width;
		left -= width;
	}
}

enum scute_status pb_fail_at(const struct pb_file *file, struct scute_error *err,
	enum scute_status status, uint32_t offset, const char *format, va_list args)
{
	char what[SCUTE_ERROR_TEXT_BYTES];
	int32_t line;
	int32_t column;

	if (!err) {
		return status;
	}
	vsnprintf(what, sizeof(what), format, args);
	if (file->text.len > 0) {
		lex_place(file->text, offset, &line, &column);
		error_set(err, status, "%d:%d: %s", (int)line, (int)column, what);
		err->line = line;
		err->column = column;
	} else {
		error_set(err, status, "%s", what);
	}
	one_line(err->text);
	return status;
}

enum scute_status parse_fail(struct parser *parser, uint32_t offset, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	enum scute_status status =
		pb_fail_at(parser->file, parser->err, SCUTE_EINVAL, offset, format, args);
	va_end(args);
	return status;
}

enum scute_status parse_limit(struct parser *parser, uint32_t offset, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	enum scute_status status =
		pb_fail_at(parser->file, parser->err, SCUTE_ELIMIT, offset, format, args);
	va_end(args);
	return status;
}

enum scute_status parse_memory(struct parser *parser)
{
	return error_set(parser->err, SCUTE_ENOMEM, "out of memory for the schema");
}

enum scute_status parse_expected(struct parser *parser, const char *what)
{
	const struct token *token = &parser->lexer.token;

	if (token->kind == TOKEN_BAD) {
		if (!parser->lexer.fault) {
			return parse_memory(parser);
		}
		return parse_fail(parser, token->offset, "%s", parser->lexer.fault);
	}
	if (token->kind == TOKEN_END) {
		return parse_fail(parser, token->offset, "expected %s, found the end of the text",
			what);
	}
	int shown = token->text.len > 64 ? 64 : (int)token->text.len;
	return parse_fail(parser, token->offset, "expected %s, found %s%.*s%s", what,
		token->kind == TOKEN_STRING ? "" : "\"", shown, token->text.data,
		token->kind == TOKEN_STRING ? "" : "\"");
}

void *parse_node(struct parser *parser, size_t bytes, enum scute_status *ret_status)
{
	uint32_t offset = parser->lexer.token.offset;

	if (++parser->n_items > parser->limits->items_max) {
		*ret_status = parse_limit(parser, offset, "the schema has more than %llu items",
			(unsigned long long)parser->limits->items_max);
		return NULL;
	}
	void *node = arena_zalloc(parser->arena, 1, bytes);
	*ret_status = node ? SCUTE_OK : parse_memory(parser);
	return node;
}

bool stack_push(struct parser *parser, struct stack *stack, void *item)
{
	if (stack->n == stack->cap) {
		uint32_t cap = stack->cap ? stack->cap * 2 : 16;
		void **items = scute_alloc(parser->arena, cap * sizeof(*items));
		if (!items) {
			return false;
		}
		if (stack->n > 0) {
			memcpy(items, stack->items, stack->n * sizeof(*items));
		}
		stack->items = items;
		stack->cap = cap;
	}
	stack->items[stack->n++] = item;
	return true;
}

bool stack_copy(struct parser *parser, const struct stack *stack, uint32_t base, void *ret_array,
	uint32_t *ret_count)
{
	uint32_t count = stack->n - base;
	void **items = NULL;

	if (count > 0) {
		items = scute_alloc(parser->arena, count * sizeof(*items));
		if (!items) {
			return false;
		}
		memcpy(items, stack->items + base, count * sizeof(*items));
	}
	memcpy(ret_array, &items, sizeof(items)); /* whatever the pointers point at */
	*ret_count = count;
	return true;
}

bool stack_pop(struct parser *parser, struct stack *stack, uint32_t base, void *ret_array,
	uint32_t *ret_count)
{
	bool done = stack_copy(parser, stack, base, ret_array, ret_count);

	stack->n = base;
	return done;
}

enum scute_status parse_enter(struct parser *parser)
{
	if (parser->depth >= parser->limits->depth_max) {
		return parse_limit(parser, parser->lexer.token.offset,
			"the text is nested more than %u levels deep", parser->limits->depth_max);
	}
	parser->depth++;
	return SCUTE_OK;
}

void parse_leave(struct parser *parser)
{
	parser->depth--;
}
