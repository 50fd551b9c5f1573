/* SPDX-License-Identifier: Apache-2.0 */
/* "extensions" and "reserved": ranges of numbers, and names. */
#include "parser.h"
#include "support/arena.h"

/* Ranges and names of one statement, until they are counted. */
struct range_item {
	struct range_item *next;
	struct pb_range range;
	struct pb_reserved_name name;
};

static enum scute_status parse_range(struct parser *parser, bool in_enum, struct pb_range *range)
{
	range->offset = parser->lexer.token.offset;
	enum scute_status status =
		expect_integer(parser, "a number or a name", in_enum, &range->start);

	range->end = range->start;
	if (status != SCUTE_OK || !take_word(parser, SCUTE_STR("to"))) {
		return status;
	}
	if (take_word(parser, SCUTE_STR("max"))) {
		range->to_max = true;
		range->end = in_enum ? INT32_MAX : PB_FIELD_NUMBER_MAX;
		return SCUTE_OK;
	}
	return expect_integer(parser, "a number or \"max\"", in_enum, &range->end);
}

static enum scute_status parse_reserved_name(struct parser *parser, struct pb_reserved_name *name)
{
	bool editions = parser->file->syntax == PB_EDITIONS;

	name->offset = parser->lexer.token.offset;
	name->quoted = parser->lexer.token.kind == TOKEN_STRING;
	if (name->quoted) {
		if (editions) {
			return parse_fail(parser, name->offset,
				"reserved names stand without quotes in editions");
		}
		return expect_string(parser, "a name in quotes", &name->name);
	}
	if (!editions && parser->lexer.token.kind == TOKEN_IDENTIFIER) {
		return parse_fail(parser, name->offset,
			"reserved names stand in quotes but in editions");
	}
	return expect_identifier(parser, "a name", &name->name, NULL);
}

static bool at_name(const struct parser *parser)
{
	return parser->lexer.token.kind == TOKEN_STRING ||
	       parser->lexer.token.kind == TOKEN_IDENTIFIER;
}

/*
 * All names or all ranges, up to the ';' or the options. In stored texts both may be in one
 * statement: *ret_mixed says that the other kind follows.
 */
static enum scute_status parse_items(struct parser *parser, bool names, bool in_enum,
	struct range_item **ret_first, uint32_t *ret_count, bool *ret_mixed)
{
	struct range_item **end = ret_first;
	enum scute_status status = SCUTE_OK;

	*ret_first = NULL;
	*ret_mixed = false;
	do {
		struct range_item *item = parse_node(parser, sizeof(*item), &status);
		if (!item) {
			return status;
		}
		if (names) {
			status = parse_reserved_name(parser, &item->name);
		} else {
			status = parse_range(parser, in_enum, &item->range);
		}
		*end = item;
		end = &item->next;
		++*ret_count;
		if (status != SCUTE_OK || !take_symbol(parser, ',')) {
			return status;
		}
		*ret_mixed = parser->lexer.lenient && at_name(parser) != names;
	} while (!*ret_mixed);
	return status;
}

static enum scute_status keep_items(struct parser *parser, struct pb_ranges *ranges,
	const struct range_item *item)
{
	if (ranges->n_ranges > 0) {
		ranges->ranges =
			arena_zalloc(parser->arena, ranges->n_ranges, sizeof(*ranges->ranges));
	} else {
		ranges->names =
			arena_zalloc(parser->arena, ranges->n_names, sizeof(*ranges->names));
	}
	if (!ranges->ranges && !ranges->names) {
		return parse_memory(parser);
	}
	for (uint32_t i = 0; item; item = item->next, i++) {
		if (ranges->n_ranges > 0) {
			ranges->ranges[i] = item->range;
			ranges->ranges[i].statement = ranges;
		} else {
			ranges->names[i] = item->name;
		}
	}
	return SCUTE_OK;
}

/* A statement, or the part of one that is of one kind. */
static enum scute_status parse_statement(struct parser *parser, struct scope *scope, bool reserved,
	bool in_enum, struct pb_ranges *ranges, bool *ret_mixed)
{
	bool names = reserved && at_name(parser);
	struct range_item *first = NULL;
	uint32_t base = parser->options.n;
	enum scute_status status = parse_items(parser, names, in_enum, &first,
		names ? &ranges->n_names : &ranges->n_ranges, ret_mixed);

	if (status == SCUTE_OK) {
		status = keep_items(parser, ranges, first);
	}
	if (status == SCUTE_OK && !reserved) {
		status = parse_bracket_options(parser, NULL);
	}
	if (status == SCUTE_OK) {
		status = options_pop(parser, base, &ranges->options);
	}
	scope_append(scope, &ranges->node);
	return status;
}

enum scute_status parse_ranges(struct parser *parser, struct scope *scope, bool in_enum)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	uint32_t offset = parser->lexer.token.offset;
	bool reserved = at_word(parser, SCUTE_STR("reserved"));
	enum scute_status status;
	struct pb_ranges *ranges;
	bool mixed;

	lex_next(&parser->lexer);
	do {
		ranges = parse_node(parser, sizeof(*ranges), &status);
		if (!ranges) {
			return status;
		}
		status = node_begin(parser, &ranges->node, reserved ? PB_RESERVED : PB_EXTENSIONS,
			offset, leading);
		leading = NULL;
		if (status == SCUTE_OK) {
			status = parse_statement(parser, scope, reserved, in_enum, ranges, &mixed);
		}
	} while (status == SCUTE_OK && mixed);
	return status == SCUTE_OK ? node_end(parser, &ranges->node) : status;
}

enum scute_status ranges_collect(struct parser *parser, struct pb_node *first, enum pb_kind kind,
	struct pb_range **ret_ranges, uint32_t *ret_count)
{
	uint32_t count = 0;

	for (const struct pb_node *node = first; node; node = node->next) {
		count += node->kind == kind ? PB_AS(pb_ranges, node)->n_ranges : 0;
	}
	*ret_count = count;
	if (count == 0) {
		return SCUTE_OK;
	}
	struct pb_range *ranges = scute_alloc(parser->arena, count * sizeof(*ranges));
	if (!ranges) {
		return parse_memory(parser);
	}
	*ret_ranges = ranges;
	for (const struct pb_node *node = first; node; node = node->next) {
		const struct pb_ranges *statement = PB_AS(pb_ranges, node);
		if (node->kind == kind && statement->n_ranges > 0) {
			memcpy(ranges, statement->ranges, statement->n_ranges * sizeof(*ranges));
			ranges += statement->n_ranges;
		}
	}
	return SCUTE_OK;
}

enum scute_status reserved_names_collect(struct parser *parser, struct pb_node *first,
	struct pb_reserved_name **ret_names, uint32_t *ret_count)
{
	uint32_t count = 0;

	for (const struct pb_node *node = first; node; node = node->next) {
		count += node->kind == PB_RESERVED ? PB_AS(pb_ranges, node)->n_names : 0;
	}
	*ret_count = count;
	if (count == 0) {
		return SCUTE_OK;
	}
	struct pb_reserved_name *names = scute_alloc(parser->arena, count * sizeof(*names));
	if (!names) {
		return parse_memory(parser);
	}
	*ret_names = names;
	for (const struct pb_node *node = first; node; node = node->next) {
		const struct pb_ranges *statement = PB_AS(pb_ranges, node);
		if (node->kind == PB_RESERVED && statement->n_names > 0) {
			memcpy(names, statement->names, statement->n_names * sizeof(*names));
			names += statement->n_names;
		}
	}
	return SCUTE_OK;
}
