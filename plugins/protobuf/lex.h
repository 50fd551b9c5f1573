/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of .proto text, one at a time, in a single pass; private to the parser. Comments are
 * gathered on the way, so that the parser can hand them to the nodes they stand at.
 */
#ifndef PROTOBUF_LEX_H
#define PROTOBUF_LEX_H

#include "model.h"

enum token_kind {
	TOKEN_END,
	TOKEN_IDENTIFIER,
	TOKEN_INTEGER, /* decimal, octal or hexadecimal; without sign */
	TOKEN_FLOAT,
	TOKEN_STRING,  /* one literal; text with its quotes */
	TOKEN_SYMBOL,  /* one character of punctuation */
	TOKEN_BAD,     /* lexer->fault tells why; the text ends here */
};

struct token {
	uint8_t kind;
	char symbol; /* SYMBOL: the character; else 0 */
	uint32_t offset;
	struct scute_str text;
};

struct lexer {
	struct scute_arena *arena;
	const char *start;
	const char *at;
	const char *end;
	struct token token; /* the current one */
	bool lenient;       /* the text is stored: strings may have newlines and any escapes */
	const char *fault;  /* BAD: a static text; NULL: out of memory */
	uint32_t fault_offset;
	/* Comments since they were last taken, up to the current token, in order. */
	struct pb_comment *comments;
	struct pb_comment **comments_end;
	uint32_t n_comments_max; /* how many more may come */
	/*
	 * How many of comments, from the front, stand on the line of the token before the current
	 * one.
	 */
	uint32_t n_same_line;
};

/*
 * Begins at the text's start (behind a byte order mark); the first token is then current. A NUL
 * stands behind the text.
 */
void lex_init(struct lexer *lexer, struct scute_str text, bool lenient, uint32_t comments_max,
	struct scute_arena *arena);

/* Makes the next token current. */
void lex_next(struct lexer *lexer);

/* All comments gathered so far; the lexer forgets them. */
struct pb_comment *lex_take_comments(struct lexer *lexer);

/* Only those on the line of the token before the current one. */
struct pb_comment *lex_take_same_line(struct lexer *lexer);

/* Value of an INTEGER token. False: beyond 64 bits (*ret_value untouched). */
bool lex_integer(struct scute_str text, uint64_t *ret_value);

/* Value of a FLOAT token, or of an INTEGER as a float; beyond the range: infinity or 0. */
double lex_float(struct scute_str text);

/*
 * Decodes one STRING token into out, which has room for text.len bytes (what comes out is never
 * longer). Bytes written. What is no escape, in lenient texts, is a backslash.
 */
size_t lex_string(struct scute_str text, char *out);

/* Where offset is: both from 1, column in bytes. */
void lex_place(struct scute_str text, uint32_t offset, int32_t *ret_line, int32_t *ret_column);

#endif
