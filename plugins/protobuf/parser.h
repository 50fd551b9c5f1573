/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the parser share: where they are, what they have gathered, how they fail. */
#ifndef PROTOBUF_PARSER_H
#define PROTOBUF_PARSER_H

#include <stdarg.h>
#include <string.h>

#include "lex.h"
#include "support/str.h"

#define PB_NAME_PARTS_MAX 128   /* of a package or a type's name */

/* Pointers that belong to scopes which are still open, the innermost one's on top. */
struct stack {
	void **items;
	uint32_t n;
	uint32_t cap;
};

struct parser {
	struct lexer lexer;
	struct scute_arena *arena;
	struct scute_error *err;
	struct pb_file *file;
	const struct scute_limits *limits;
	uint32_t depth;
	uint32_t n_aggregates; /* that are open */
	uint64_t n_items;      /* nodes and values so far */
	struct stack fields;
	struct stack messages;
	struct stack enums;
	struct stack oneofs;
	struct stack extensions;
	struct stack imports;
	struct stack services;
	struct stack values;
	struct stack methods;
	struct stack options;
};

/* The scope in which a statement stands: a file, a message, .. */
struct scope {
	struct pb_message *message; /* NULL: the file */
	struct pb_node **end;       /* of its list */
};

/* The place in front of the text, where the file has one; err may be NULL. Returns status. */
enum scute_status pb_fail_at(const struct pb_file *file, struct scute_error *err,
	enum scute_status status, uint32_t offset, const char *format, va_list args);

/* fail.c. Errors have the place in front: "4:12: ..". They return the status. */
enum scute_status parse_fail(struct parser *parser, uint32_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
enum scute_status parse_limit(struct parser *parser, uint32_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
enum scute_status parse_memory(struct parser *parser);
/* At the current token: expected something else, or what the lexer found. */
enum scute_status parse_expected(struct parser *parser, const char *what);

/* Zeroed; counts as an item. NULL: *ret_status says why. */
void *parse_node(struct parser *parser, size_t bytes, enum scute_status *ret_status);

bool stack_push(struct parser *parser, struct stack *stack, void *item);
/*
 * The items from base on, as an array in the arena. pop: the stack shrinks to base. False: out of
 * memory.
 */
bool stack_copy(struct parser *parser, const struct stack *stack, uint32_t base, void *ret_array,
	uint32_t *ret_count);
bool stack_pop(struct parser *parser, struct stack *stack, uint32_t base, void *ret_array,
	uint32_t *ret_count);

/* One level of nesting more, and back. */
enum scute_status parse_enter(struct parser *parser);
void parse_leave(struct parser *parser);

/* parse_base.c: small pieces of grammar. */

static inline bool at_symbol(const struct parser *parser, char symbol)
{
	return parser->lexer.token.symbol == symbol;
}

static inline bool at_word(const struct parser *parser, struct scute_str word)
{
	return parser->lexer.token.kind == TOKEN_IDENTIFIER &&
	       str_eq(parser->lexer.token.text, word);
}

static inline bool take_symbol(struct parser *parser, char symbol)
{
	if (!at_symbol(parser, symbol)) {
		return false;
	}
	lex_next(&parser->lexer);
	return true;
}

static inline bool take_word(struct parser *parser, struct scute_str word)
{
	if (!at_word(parser, word)) {
		return false;
	}
	lex_next(&parser->lexer);
	return true;
}

enum scute_status expect_symbol(struct parser *parser, char symbol);
enum scute_status expect_word(struct parser *parser, const char *word);
/* what: "a message's name". ret_offset may be NULL. */
enum scute_status expect_identifier(struct parser *parser, const char *what,
	struct scute_str *ret_name, uint32_t *ret_offset);
/* a.b.c, with a leading dot where dot is true: joined without spaces. */
enum scute_status expect_dotted(struct parser *parser, const char *what, bool dot,
	struct scute_str *ret_name, uint32_t *ret_offset);
/* Adjacent literals, joined and decoded. */
enum scute_status expect_string(struct parser *parser, const char *what,
	struct scute_str *ret_text);
/* An integer from 0 (or, where negative is true, from -max - 1) to max. */
enum scute_status expect_integer(struct parser *parser, const char *what, bool negative,
	int32_t *ret_value);

/*
 * Comments. A statement begins with node_begin(): the comments before it become its leading
 * ones. Its ';' or '{' is taken by node_end() or node_open(): what follows on that line is
 * trailing. A '}' is taken by node_close(): comments before it are inner, those on its line
 * closing.
 */
enum scute_status node_begin(struct parser *parser, struct pb_node *node, enum pb_kind kind,
	uint32_t offset, struct pb_comment *leading);
enum scute_status node_end(struct parser *parser, struct pb_node *node);
enum scute_status node_open(struct parser *parser, struct pb_node *node);
enum scute_status node_close(struct parser *parser, struct pb_node *node);

static inline void scope_append(struct scope *scope, struct pb_node *node)
{
	*scope->end = node;
	scope->end = &node->next;
}

/* parse_option.c */

/* At the word "option", up to and including its ';'. Puts the option on the stack of options. */
enum scute_status parse_option_statement(struct parser *parser, struct scope *scope);
/*
 * At '[' or not: options in brackets go to the stack of options, but for a field's default and
 * json_name, which go into it (field NULL: none are expected).
 */
enum scute_status parse_bracket_options(struct parser *parser, struct pb_field *field);
/* Takes the options from base on off the stack. */
enum scute_status options_pop(struct parser *parser, uint32_t base, struct pb_options *options);

/* parse_value.c: an option's value, behind the '='. */
enum scute_status parse_value(struct parser *parser, struct pb_value **ret_value);

/* parse_field.c */

/* At the first token of a field, up to and including its ';' (a group: its '}'). */
enum scute_status parse_field(struct parser *parser, struct scope *scope);
enum scute_status parse_oneof(struct parser *parser, struct scope *scope);
enum scute_status parse_extend(struct parser *parser, struct scope *scope);

/* parse_message.c */

enum scute_status parse_message(struct parser *parser, struct scope *scope);
/*
 * The statements of a message, from '{' up to and including '}', whose comments go to node (of the
 * message or of the group's field).
 */
enum scute_status message_body(struct parser *parser, struct pb_message *message,
	struct pb_node *node);
/* Puts a new message into the scope's messages, but not into its list. */
enum scute_status message_create(struct parser *parser, struct scope *scope, struct scute_str name,
	uint32_t name_offset, struct pb_message **ret_message);

/* parse_enum.c, parse_service.c, parse_ranges.c */
enum scute_status parse_enum(struct parser *parser, struct scope *scope);
enum scute_status parse_service(struct parser *parser, struct scope *scope);
/* "extensions .." or "reserved .."; in_enum: numbers may be negative. */
enum scute_status parse_ranges(struct parser *parser, struct scope *scope, bool in_enum);

/* How many ranges and names the statements of one kind in a scope have, flattened. */
enum scute_status ranges_collect(struct parser *parser, struct pb_node *first, enum pb_kind kind,
	struct pb_range **ret_ranges, uint32_t *ret_count);
enum scute_status reserved_names_collect(struct parser *parser, struct pb_node *first,
	struct pb_reserved_name **ret_names, uint32_t *ret_count);

/* parse_file.c: the whole text. */
enum scute_status parse_file(struct parser *parser);

#endif
