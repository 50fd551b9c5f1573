/* SPDX-License-Identifier: Apache-2.0 */
/* One printing, shared by the print*.c files. Failures are kept until its end. */
#ifndef PROTOBUF_PRINTER_H
#define PROTOBUF_PRINTER_H

#include "print.h"

struct printer {
	struct buf out;
	struct scute_arena *arena;
	const struct pb_file *file;
	const struct pb_pool *pool; /* NULL: names are not shortened */
	const struct pb_message *scope; /* whose block is being printed; NULL: the file's */
	const struct pb_service *service; /* whose block is being printed; NULL: none's */
	bool in_enum;    /* an enum's block is being printed */
	uint32_t flags;  /* enum pb_print_flag */
	uint32_t indent; /* levels of two spaces */
	bool failed;     /* out of memory beside out */
};

static inline bool print_has(const struct printer *p, enum pb_print_flag flag)
{
	return (p->flags & flag) != 0;
}

static inline void print_z(struct printer *p, const char *text)
{
	buf_append_z(&p->out, text);
}

static inline void print_str(struct printer *p, struct scute_str text)
{
	buf_append_str(&p->out, text);
}

static inline void print_indent(struct printer *p)
{
	/* Nobody reads an identity, and its length is bounded by the source's without. */
	for (uint32_t i = 0; i < p->indent && !print_has(p, PB_PRINT_RELATIVE_NAMES); i++) {
		buf_append(&p->out, "  ", 2);
	}
}

/* print_comment.c. Without PB_PRINT_COMMENTS there are none. */

/* Those before a node, on lines of their own. first: the node is the first one of its block. */
void print_leading(struct printer *p, const struct pb_node *node, bool first);
/* Ends the line of a ';' or '{': with the trailing comments, if any. */
void print_line_end(struct printer *p, const struct pb_node *node);
/* Ends the line of a '}'. */
void print_closing(struct printer *p, const struct pb_node *node);
/* Those before a closing '}' or the end of a file. first: nothing else stands in the block. */
void print_inner(struct printer *p, const struct pb_node *node, bool first);
/* Are there any that keep a block from being "{}"? */
bool print_has_block_comments(const struct printer *p, const struct pb_node *node);

/* print_value.c */

/* In quotes, escaped; whatever the bytes are, parsing gives them back. */
void print_quoted(struct printer *p, struct scute_str text);
void print_value(struct printer *p, const struct pb_value *value);
void print_default(struct printer *p, const struct pb_field *field);

/* print_option.c */

/* a.(b).c = value */
void print_option(struct printer *p, const struct pb_option *option);
/* The ones to be printed, in that order; NULL and 0: none, or out of memory (then p->failed). */
struct pb_option **print_options_chosen(struct printer *p, const struct pb_options *options,
	uint32_t *ret_count);
/* " [a = b]", or several with a line for each; nothing when there is none. field may be NULL. */
void print_brackets(struct printer *p, const struct pb_options *options,
	const struct pb_field *field);

/* print_name.c */

/* The type of a field that is no map and no group. */
void print_field_type(struct printer *p, const struct pb_field *field);
/* As written, or what the flags make of it. target: what it names; NULL: not known. */
void print_name(struct printer *p, struct scute_str written, const struct pb_node *target);
static inline void print_message_name(struct printer *p, struct scute_str written,
	const struct pb_message *message)
{
	print_name(p, written, message ? &message->node : NULL);
}

/* print_node.c */

/*
 * A statement or block without its leading comments, from the indentation to the end of its
 * last line.
 */
void print_node(struct printer *p, const struct pb_node *node);

/* print_block.c */

/* " {", what stands in the block, "}" and the end of the line; of a file without braces. */
void print_message_block(struct printer *p, const struct pb_node *owner,
	const struct pb_message *message);
void print_enum_block(struct printer *p, const struct pb_enum *enum_);
void print_oneof_block(struct printer *p, const struct pb_oneof *oneof);
void print_extend_block(struct printer *p, const struct pb_extend *extend);
void print_service_block(struct printer *p, const struct pb_service *service);
void print_method_block(struct printer *p, const struct pb_method *method);
void print_file_block(struct printer *p);

#endif
