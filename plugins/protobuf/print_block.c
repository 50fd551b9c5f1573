/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a file, a message, an enum .., kind by kind, with an empty line between groups. */
#include "printer.h"

#include <stdlib.h>

#include "support/arena.h"
#include "support/str.h"

/* Kinds of nodes as the order tells them apart; bits. */
enum print_class {
	CLASS_IMPORT = 1u << 0,
	CLASS_IMPORT_PUBLIC = 1u << 1,
	CLASS_RESERVED = 1u << 2,
	CLASS_OPTION = 1u << 3,
	CLASS_FIELD = 1u << 4,
	CLASS_ONEOF = 1u << 5,
	CLASS_EXTENSIONS = 1u << 6,
	CLASS_MESSAGE = 1u << 7,
	CLASS_ENUM = 1u << 8,
	CLASS_EXTEND = 1u << 9,
	CLASS_VALUE = 1u << 10,
	CLASS_SERVICE = 1u << 11,
	CLASS_METHOD = 1u << 12,
};

/* An empty line stands between two groups. */
struct kind {
	uint32_t class; /* enum print_class */
	uint8_t group;
};

#define KINDS_MAX 8

struct order {
	struct kind kinds[KINDS_MAX];
	uint32_t n;
};

static const struct order file_order = { { { CLASS_IMPORT, 1 }, { CLASS_IMPORT_PUBLIC, 1 },
	{ CLASS_OPTION, 2 }, { CLASS_MESSAGE, 3 }, { CLASS_ENUM, 3 }, { CLASS_EXTEND, 4 },
	{ CLASS_SERVICE, 5 } }, 7 };
static const struct order message_order = { { { CLASS_RESERVED, 1 }, { CLASS_OPTION, 2 },
	{ CLASS_FIELD, 3 }, { CLASS_ONEOF, 4 }, { CLASS_EXTENSIONS, 5 }, { CLASS_MESSAGE, 6 },
	{ CLASS_ENUM, 6 }, { CLASS_EXTEND, 7 } }, 8 };
static const struct order enum_order = { { { CLASS_RESERVED, 1 }, { CLASS_OPTION, 1 },
	{ CLASS_VALUE, 1 } }, 3 };
static const struct order oneof_order = { { { CLASS_OPTION, 1 }, { CLASS_FIELD, 2 } }, 2 };
static const struct order extend_order = { { { CLASS_FIELD, 1 } }, 1 };
static const struct order service_order = { { { CLASS_OPTION, 1 }, { CLASS_METHOD, 2 } }, 2 };
static const struct order method_order = { { { CLASS_OPTION, 1 } }, 1 };

struct block {
	struct printer *p;
	const struct pb_node *owner;
	const struct pb_node *first;
	const struct pb_options *options;
	const struct order *order;
	bool is_file;
	bool open;      /* the line of its '{' is complete */
	uint32_t group; /* of the last node printed; 0: none so far */
	/* The messages that its nodes make, by index; NULL where their order needs no care. */
	struct pb_message *const *messages;
	uint32_t n_messages;
	const struct pb_node **makers;
	bool *is_done;
	uint32_t n_done; /* all below are done */
};

static uint32_t class_of(const struct pb_node *node)
{
	switch ((enum pb_kind)node->kind) {
	case PB_IMPORT:
		return PB_AS(pb_import, node)->kind == PB_IMPORT_PUBLIC ? CLASS_IMPORT_PUBLIC :
									  CLASS_IMPORT;
	case PB_FIELD:
		return CLASS_FIELD;
	case PB_MESSAGE:
		return CLASS_MESSAGE;
	case PB_ONEOF:
		return CLASS_ONEOF;
	case PB_ENUM:
		return CLASS_ENUM;
	case PB_VALUE:
		return CLASS_VALUE;
	case PB_SERVICE:
		return CLASS_SERVICE;
	case PB_METHOD:
		return CLASS_METHOD;
	case PB_EXTEND:
		return CLASS_EXTEND;
	case PB_EXTENSIONS:
		return CLASS_EXTENSIONS;
	case PB_RESERVED:
		return CLASS_RESERVED;
	case PB_OPTION:
		return CLASS_OPTION;
	default:
		return 0;
	}
}

static bool is_skipped(const struct printer *p, uint32_t class)
{
	return print_has(p, PB_PRINT_NO_EXTENSIONS) &&
	       (class == CLASS_EXTEND || class == CLASS_EXTENSIONS);
}

static uint32_t group_of(const struct block *block, uint32_t class)
{
	for (uint32_t i = 0; i < block->order->n; i++) {
		if (block->order->kinds[i].class == class) {
			return block->order->kinds[i].group;
		}
	}
	return 0;
}

/* Ends the line of '{', before the first thing in the block. */
static void block_open(struct block *block)
{
	if (block->open || block->is_file) {
		return;
	}
	block->open = true;
	print_line_end(block->p, block->owner);
	block->p->indent++;
}

static void node_write(struct block *block, const struct pb_node *node, uint32_t group)
{
	bool first = block->group != group;

	block_open(block);
	if (first && block->group != 0) {
		buf_append_byte(&block->p->out, '\n');
	}
	block->group = group;
	print_leading(block->p, node, first);
	print_node(block->p, node);
}

/* The message type that a field of this block makes: a group, or the entry of a map. */
static const struct pb_message *field_made(const struct pb_field *field)
{
	return field->is_group || field->is_map ? field->message_type : NULL;
}

/*
 * Calls mark for each message that the node makes. Returns the smallest index, or
 * PB_NO_INDEX when it makes none.
 */
static int32_t made_by(struct block *block, const struct pb_node *node,
	void (*mark)(struct block *block, const struct pb_node *node, uint32_t index))
{
	const struct pb_node *inner = node->kind == PB_ONEOF ? PB_AS(pb_oneof, node)->first :
		node->kind == PB_EXTEND			    ? PB_AS(pb_extend, node)->first :
								      NULL;
	const struct pb_message *made = node->kind == PB_MESSAGE ? PB_AS(pb_message, node) :
		node->kind == PB_FIELD ? field_made(PB_AS(pb_field, node)) :
					 NULL;
	int32_t least = PB_NO_INDEX;

	if (made && made->index >= 0 && (uint32_t)made->index < block->n_messages &&
		block->messages[made->index] == made) {
		mark(block, node, (uint32_t)made->index);
		return made->index;
	}
	for (; inner; inner = inner->next) {
		if (inner->kind != PB_FIELD) {
			continue;
		}
		made = field_made(PB_AS(pb_field, inner));
		if (made && made->index >= 0 && (uint32_t)made->index < block->n_messages &&
			block->messages[made->index] == made) {
			mark(block, node, (uint32_t)made->index);
			least = least < 0 || made->index < least ? made->index : least;
		}
	}
	return least;
}

static void mark_maker(struct block *block, const struct pb_node *node, uint32_t index)
{
	block->makers[index] = node;
}

static void mark_done(struct block *block, const struct pb_node *node, uint32_t index)
{
	(void)node;
	block->is_done[index] = true;
}

static void mark_nothing(struct block *block, const struct pb_node *node, uint32_t index)
{
	(void)block;
	(void)node;
	(void)index;
}

/* Prepares for keeping the order of the messages. */
static void makers_find(struct block *block, struct pb_message *const *messages, uint32_t n)
{
	if (n < 2 || print_has(block->p, PB_PRINT_SORTED)) {
		return;
	}
	block->makers = arena_zalloc(block->p->arena, n, sizeof(const struct pb_node *));
	block->is_done = arena_zalloc(block->p->arena, n, sizeof(bool));
	if (!block->makers || !block->is_done) {
		block->p->failed = true;
		return;
	}
	block->messages = messages;
	block->n_messages = n;
	for (const struct pb_node *node = block->first; node; node = node->next) {
		made_by(block, node, mark_maker);
	}
}

/* Prints what makes the messages before the one of that index, as far as it is not printed yet. */
static void earlier_write(struct block *block, uint32_t index)
{
	for (; block->n_done < index; block->n_done++) {
		const struct pb_node *maker = block->makers[block->n_done];
		if (!maker || block->is_done[block->n_done]) {
			continue;
		}
		made_by(block, maker, mark_done);
		if (!is_skipped(block->p, class_of(maker))) {
			node_write(block, maker, group_of(block, class_of(maker)));
		}
	}
}

static void node_in_order(struct block *block, const struct pb_node *node, uint32_t group)
{
	if (block->messages) {
		int32_t index = made_by(block, node, mark_nothing);
		if (index >= 0) {
			if (block->is_done[index]) {
				return;
			}
			earlier_write(block, (uint32_t)index);
			made_by(block, node, mark_done);
		}
	}
	node_write(block, node, group);
}

static int imports_compare(const void *a, const void *b)
{
	const struct pb_import *x = *(const struct pb_import *const *)a;
	const struct pb_import *y = *(const struct pb_import *const *)b;
	int order = str_cmp(x->path, y->path);

	if (order != 0) {
		return order;
	}
	return x->kind < y->kind ? -1 : x->kind > y->kind;
}

/* Those of a class by path. */
static void imports_sorted(struct block *block, const struct kind *kind)
{
	struct printer *p = block->p;
	size_t bytes = p->file->n_imports * sizeof(const struct pb_import *);
	const struct pb_import **sorted = scute_alloc(p->arena, bytes);
	uint32_t n = 0;

	if (!sorted) {
		p->failed = true;
		return;
	}
	for (uint32_t i = 0; i < p->file->n_imports; i++) {
		if (class_of(&p->file->imports[i]->node) == kind->class) {
			sorted[n++] = p->file->imports[i];
		}
	}
	qsort(sorted, n, sizeof(*sorted), imports_compare);
	for (uint32_t i = 0; i < n; i++) {
		node_write(block, &sorted[i]->node, kind->group);
	}
}

static void options_write(struct block *block, const struct kind *kind)
{
	uint32_t n;
	struct pb_option **options = print_options_chosen(block->p, block->options, &n);

	for (uint32_t i = 0; i < n; i++) {
		node_write(block, &options[i]->node, kind->group);
	}
}

static void kind_write(struct block *block, const struct kind *kind)
{
	if (is_skipped(block->p, kind->class)) {
		return;
	}
	for (const struct pb_node *node = block->first; node; node = node->next) {
		if (class_of(node) == kind->class) {
			node_in_order(block, node, kind->group);
		}
	}
}

static void nodes_write(struct block *block)
{
	bool sorted = print_has(block->p, PB_PRINT_SORTED);

	for (uint32_t i = 0; i < block->order->n; i++) {
		const struct kind *kind = &block->order->kinds[i];
		if (kind->class == CLASS_OPTION) {
			options_write(block, kind);
		} else if (sorted && (kind->class & (CLASS_IMPORT | CLASS_IMPORT_PUBLIC)) != 0) {
			imports_sorted(block, kind);
		} else {
			kind_write(block, kind);
		}
	}
}

/* Everything from '{' to '}'; the end of that line is the caller's. */
static void braces_write(struct block *block)
{
	struct printer *p = block->p;

	print_z(p, " {");
	nodes_write(block);
	if (!block->open && !print_has_block_comments(p, block->owner)) {
		buf_append_byte(&p->out, '}');
		return;
	}
	block_open(block);
	print_inner(p, block->owner, block->group == 0);
	p->indent--;
	print_indent(p);
	buf_append_byte(&p->out, '}');
}

void print_message_block(struct printer *p, const struct pb_node *owner,
	const struct pb_message *message)
{
	struct block block = { .p = p, .owner = owner, .first = message->first,
		.options = &message->options, .order = &message_order };
	const struct pb_message *outer = p->scope;

	p->scope = message;
	makers_find(&block, message->messages, message->n_messages);
	braces_write(&block);
	p->scope = outer;
	print_closing(p, owner);
}

void print_enum_block(struct printer *p, const struct pb_enum *enum_)
{
	struct block block = { .p = p, .owner = &enum_->node, .first = enum_->first,
		.options = &enum_->options, .order = &enum_order };

	p->in_enum = true;
	braces_write(&block);
	p->in_enum = false;
	print_closing(p, &enum_->node);
}

void print_oneof_block(struct printer *p, const struct pb_oneof *oneof)
{
	struct block block = { .p = p, .owner = &oneof->node, .first = oneof->first,
		.options = &oneof->options, .order = &oneof_order };

	braces_write(&block);
	print_closing(p, &oneof->node);
}

void print_extend_block(struct printer *p, const struct pb_extend *extend)
{
	struct block block = { .p = p, .owner = &extend->node, .first = extend->first,
		.order = &extend_order };

	braces_write(&block);
	print_closing(p, &extend->node);
}

void print_service_block(struct printer *p, const struct pb_service *service)
{
	struct block block = { .p = p, .owner = &service->node, .first = service->first,
		.options = &service->options, .order = &service_order };

	p->service = service;
	braces_write(&block);
	p->service = NULL;
	print_closing(p, &service->node);
}

static bool has_options(struct printer *p, const struct pb_options *options)
{
	uint32_t n;

	print_options_chosen(p, options, &n);
	return n > 0;
}

void print_method_block(struct printer *p, const struct pb_method *method)
{
	const struct pb_comments *comments = method->node.comments;
	struct block block = { .p = p, .owner = &method->node, .first = method->first,
		.options = &method->options, .order = &method_order };
	bool plain = print_has(p, PB_PRINT_SORTED) || print_has(p, PB_PRINT_NO_EXTENSIONS);

	if (!has_options(p, &method->options) && (!method->has_body || plain)) {
		buf_append_byte(&p->out, ';');
		print_line_end(p, &method->node);
		return;
	}
	braces_write(&block);
	if (!print_has(p, PB_PRINT_COMMENTS) || !comments || !comments->closing) {
		buf_append_byte(&p->out, ';'); /* as in Confluent's texts */
	}
	print_closing(p, &method->node);
}

/* A group that is in no order: what follows is set apart. */
#define GROUP_HEAD UINT32_MAX

/* The statement of that kind: its node in the list, or one made up. */
static void head_write(struct block *block, uint8_t kind)
{
	const struct pb_node made = { .kind = kind };
	const struct pb_node *node = block->first;

	while (node && node->kind != kind) {
		node = node->next;
	}
	node_write(block, node ? node : &made, GROUP_HEAD);
}

void print_file_block(struct printer *p)
{
	const struct pb_file *file = p->file;
	struct block block = { .p = p, .owner = &file->node, .first = file->first,
		.options = &file->options, .order = &file_order, .is_file = true };

	if (file->has_syntax || print_has(p, PB_PRINT_SORTED) ||
		print_has(p, PB_PRINT_FROM_DESCRIPTOR)) {
		head_write(&block, PB_SYNTAX);
	}
	if (file->package.len > 0) {
		head_write(&block, PB_PACKAGE_STATEMENT);
	}
	makers_find(&block, file->messages, file->n_messages);
	nodes_write(&block);
	print_inner(p, &file->node, block.group == 0);
}
