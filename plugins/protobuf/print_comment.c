/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comments where they stand: before, behind and inside of what they tell of. An empty line is
 * kept where it sets a comment apart from what follows, since that is how readers (and
 * protoc) tell a comment of its own from one that belongs to the next thing.
 */
#include "printer.h"

#include <string.h>

#include "support/str.h"

static bool is_line_comment(struct scute_str text)
{
	return text.len >= 2 && text.data[1] == '/';
}

static struct scute_str end_trimmed(struct scute_str text)
{
	while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t' ||
				       text.data[text.len - 1] == '\r')) {
		text.len--;
	}
	return text;
}

/* Does each line but the first begin with a star? Then they may be moved to our indentation. */
static bool is_starred(struct scute_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] != '\n') {
			continue;
		}
		while (i + 1 < text.len && (text.data[i + 1] == ' ' || text.data[i + 1] == '\t')) {
			i++;
		}
		if (i + 1 == text.len || text.data[i + 1] != '*') {
			return false;
		}
	}
	return true;
}

static void starred_write(struct printer *p, struct scute_str text)
{
	size_t at = 0;

	while (at < text.len) {
		const char *newline = memchr(text.data + at, '\n', text.len - at);
		size_t end = newline ? (size_t)(newline - text.data) : text.len;
		struct scute_str line = { text.data + at, end - at };
		if (at > 0) {
			buf_append_byte(&p->out, '\n');
			print_indent(p);
			buf_append_byte(&p->out, ' ');
			line = str_trim(line);
		}
		print_str(p, end_trimmed(line));
		at = end + 1;
	}
}

static void comment_write(struct printer *p, const struct pb_comment *comment)
{
	if (is_line_comment(comment->text)) {
		print_str(p, end_trimmed(comment->text));
	} else if (is_starred(comment->text)) {
		starred_write(p, comment->text);
	} else {
		print_str(p, comment->text);
	}
}

/* Does an empty line follow the comments that stand together from this one on? */
static bool is_run_apart(const struct pb_comment *comment)
{
	while (!comment->blank_after && comment->next) {
		comment = comment->next;
	}
	return comment->blank_after;
}

/*
 * On lines of their own. A run of comments that belongs to the node gets no empty line before it,
 * one that stands apart keeps its own.
 */
static void lines_write(struct printer *p, const struct pb_comment *comment, bool first)
{
	bool starts = true;

	for (; comment; comment = comment->next) {
		if (starts && !first && comment->blank_before && is_run_apart(comment)) {
			buf_append_byte(&p->out, '\n');
		}
		print_indent(p);
		comment_write(p, comment);
		buf_append_byte(&p->out, '\n');
		starts = comment->blank_after;
		if (starts) {
			buf_append_byte(&p->out, '\n');
		}
		first = starts; /* then the empty line is there already */
	}
}

static const struct pb_comments *comments_of(const struct printer *p, const struct pb_node *node)
{
	return print_has(p, PB_PRINT_COMMENTS) ? node->comments : NULL;
}

void print_leading(struct printer *p, const struct pb_node *node, bool first)
{
	const struct pb_comments *comments = comments_of(p, node);

	if (comments) {
		lines_write(p, comments->leading, first);
	}
}

static void line_end(struct printer *p, const struct pb_comment *comment)
{
	for (; comment; comment = comment->next) {
		buf_append_byte(&p->out, ' ');
		comment_write(p, comment);
	}
	buf_append_byte(&p->out, '\n');
}

void print_line_end(struct printer *p, const struct pb_node *node)
{
	const struct pb_comments *comments = comments_of(p, node);

	line_end(p, comments ? comments->trailing : NULL);
}

void print_closing(struct printer *p, const struct pb_node *node)
{
	const struct pb_comments *comments = comments_of(p, node);

	line_end(p, comments ? comments->closing : NULL);
}

void print_inner(struct printer *p, const struct pb_node *node, bool first)
{
	const struct pb_comments *comments = comments_of(p, node);

	for (const struct pb_comment *comment = comments ? comments->inner : NULL; comment;
		comment = comment->next) {
		if (comment->blank_before && !first) {
			buf_append_byte(&p->out, '\n');
		}
		print_indent(p);
		comment_write(p, comment);
		buf_append_byte(&p->out, '\n');
		first = false;
	}
}

bool print_has_block_comments(const struct printer *p, const struct pb_node *node)
{
	const struct pb_comments *comments = comments_of(p, node);

	return comments && (comments->inner || comments->trailing);
}
