/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extension declarations (https://protobuf.dev/programming-guides/extension_declarations/): what
 * the options of a range say of the extensions that it may have.
 */
#include "check.h"
#include "option_value.h"
#include "support/arena.h"

struct declaration {
	uint32_t offset;
	const struct pb_value *number;
	struct scute_str full_name;
	struct scute_str type;
	bool repeated;
	bool reserved;
};

static bool is_true(const struct pb_value *value)
{
	return value->kind == PB_VALUE_IDENTIFIER && value->text.len > 0 &&
	       (value->text.data[0] | 0x20) == 't';
}

/* The next one among options, from *place on; false: none. */
static bool next_declaration(const struct pb_options *options, uint32_t *place,
	struct declaration *ret_declaration)
{
	for (; *place < options->n_items; ++*place) {
		const struct pb_option *option = options->items[*place];
		struct declaration found = { .offset = option->node.offset };
		if (option->n_parts != 1 || option->parts[0].is_extension ||
			!str_eq_z(option->parts[0].text, "declaration") ||
			option->value->kind != PB_VALUE_AGGREGATE) {
			continue;
		}
		for (const struct pb_value *member = option->value->children; member;
			member = member->next) {
			if (str_eq_z(member->name, "number")) {
				found.number = member;
			} else if (str_eq_z(member->name, "full_name")) {
				found.full_name = member->text;
			} else if (str_eq_z(member->name, "type")) {
				found.type = member->text;
			} else if (str_eq_z(member->name, "repeated")) {
				found.repeated = is_true(member);
			} else if (str_eq_z(member->name, "reserved")) {
				found.reserved = is_true(member);
			}
		}
		*ret_declaration = found;
		++*place;
		return true;
	}
	return false;
}

/* A statement's options are those of each of its ranges, so a number must be in all of them. */
static bool in_statement(const struct pb_ranges *statement, uint64_t number)
{
	return statement->n_ranges == 1 && number >= (uint64_t)statement->ranges[0].start &&
	       number <= (uint64_t)statement->ranges[0].end;
}

/* ".a.b_c": a dot before each identifier. */
static bool is_absolute(struct scute_str name)
{
	bool begins = false;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		bool digit = c >= '0' && c <= '9';
		bool right = i == 0 ? c == '.'
				    : begins ? letter : letter || digit || c == '.';
		if (!right) {
			return false;
		}
		begins = c == '.';
	}
	return name.len > 0 && !begins;
}

static enum scute_status check_one(struct linker *linker, const struct pb_ranges *statement,
	const struct declaration *declaration)
{
	if (!declaration->number || declaration->number->kind != PB_VALUE_UINT) {
		return link_fail(linker, declaration->offset, "the declaration has no number");
	}
	if (!in_statement(statement, declaration->number->number)) {
		return link_fail(linker, declaration->offset,
			"the declared number %llu is not in the range",
			(unsigned long long)declaration->number->number);
	}
	if (declaration->full_name.len == 0 && declaration->type.len == 0 &&
		declaration->reserved) {
		return SCUTE_OK;
	}
	if ((declaration->full_name.len == 0) != (declaration->type.len == 0) ||
		(declaration->full_name.len == 0 && !declaration->reserved)) {
		return link_fail(linker, declaration->offset,
			"a declaration has both full_name and type, or is reserved");
	}
	if (!is_absolute(declaration->full_name)) {
		return link_fail(linker, declaration->offset,
			"the declared full_name is not one with a dot in front");
	}
	if (!is_absolute(declaration->type) &&
		pb_type_of_word(declaration->type) == PB_TYPE_UNKNOWN) {
		return link_fail(linker, declaration->offset,
			"the declared type \"%.*s\" is neither scalar nor a name with a dot in "
			"front",
			STR_ARGS(declaration->type));
	}
	return SCUTE_OK;
}

/* Of a statement with declarations. */
static enum scute_status check_verification(
	struct linker *linker, const struct pb_ranges *statement)
{
	const struct pb_option *option = pb_option_find(&statement->options, "verification");

	if (option && str_eq_z(option->value->text, "UNVERIFIED")) {
		return link_fail(linker, option->node.offset,
			"a range with declarations can not be UNVERIFIED");
	}
	return SCUTE_OK;
}

/* Numbers and names that were declared in one message: a table over both. */
struct declared {
	struct scute_str name;
	uint64_t number;
};

static bool enter(struct declared *slots, uint32_t mask, uint32_t hash, struct declared entry)
{
	uint32_t at = hash & mask;

	for (; slots[at].name.data || slots[at].number; at = (at + 1) & mask) {
		if (slots[at].number == entry.number && str_eq(slots[at].name, entry.name)) {
			return false;
		}
	}
	slots[at] = entry;
	return true;
}

static enum scute_status check_twice(struct linker *linker, struct declared *slots, uint32_t mask,
	const struct declaration *declaration)
{
	uint64_t number = declaration->number->number;
	uint32_t hash = (uint32_t)(number * 0x9e3779b1u);

	if (!enter(slots, mask, hash ^ hash >> 15, (struct declared){ { NULL, 0 }, number })) {
		return link_fail(linker, declaration->offset, "the number %llu is declared twice",
			(unsigned long long)number);
	}
	if (declaration->full_name.len > 0 &&
		!enter(slots, mask, pb_hash(declaration->full_name),
			(struct declared){ declaration->full_name, 0 })) {
		return link_fail(linker, declaration->offset, "\"%.*s\" is declared twice",
			STR_ARGS(declaration->full_name));
	}
	return SCUTE_OK;
}

enum scute_status check_declarations(struct linker *linker, const struct pb_message *message)
{
	enum scute_status status = SCUTE_OK;
	struct declaration declaration;
	uint32_t n = 0;
	uint32_t size = 8;

	for (const struct pb_node *node = message->first; node; node = node->next) {
		n += node->kind == PB_EXTENSIONS ? PB_AS(pb_ranges, node)->options.n_items : 0;
	}
	if (n == 0) {
		return SCUTE_OK;
	}
	while (size < n * 4) {
		size *= 2;
	}
	struct declared *slots = arena_zalloc(linker->arena, size, sizeof(*slots));
	if (!slots) {
		return link_memory(linker);
	}
	for (const struct pb_node *node = message->first; node; node = node->next) {
		const struct pb_ranges *statement = PB_AS(pb_ranges, node);
		uint32_t place = 0;
		bool any = false;
		while (node->kind == PB_EXTENSIONS && status == SCUTE_OK &&
			next_declaration(&statement->options, &place, &declaration)) {
			status = any ? SCUTE_OK : check_verification(linker, statement);
			any = true;
			if (status == SCUTE_OK) {
				status = check_one(linker, statement, &declaration);
			}
			if (status == SCUTE_OK) {
				status = check_twice(linker, slots, size - 1, &declaration);
			}
		}
	}
	return status;
}

static bool name_fits(struct scute_str declared, struct scute_str full_name)
{
	return declared.len == full_name.len + 1 &&
	       memcmp(declared.data + 1, full_name.data, full_name.len) == 0;
}

static bool type_fits(struct scute_str declared, const struct pb_field *field)
{
	if (field->message_type) {
		return name_fits(declared, field->message_type->full_name);
	}
	if (field->enum_type) {
		return name_fits(declared, field->enum_type->full_name);
	}
	return str_eq_z(declared, pb_type_word((enum pb_type)field->type));
}

static enum scute_status check_fits(struct linker *linker, const struct pb_field *field,
	const struct declaration *declaration)
{
	if (declaration->reserved) {
		return link_fail(linker, field->number_offset,
			"the extension number %d is declared as reserved", (int)field->number);
	}
	if (!name_fits(declaration->full_name, field->full_name)) {
		return link_fail(linker, field->name_offset,
			"the extension number %d is declared as \"%.*s\"", (int)field->number,
			STR_ARGS(declaration->full_name));
	}
	if (!type_fits(declaration->type, field)) {
		return link_fail(linker, field->type_offset,
			"the extension number %d is declared with the type \"%.*s\"",
			(int)field->number, STR_ARGS(declaration->type));
	}
	if (declaration->repeated != (field->label == PB_REPEATED)) {
		return link_fail(linker, field->node.offset,
			"the extension number %d is declared as %s", (int)field->number,
			declaration->repeated ? "repeated" : "not repeated");
	}
	return SCUTE_OK;
}

/* A statement's declarations by number; of the number 0: that the statement was entered. */
struct declared_slot {
	const struct pb_ranges *statement;
	uint64_t number;
	struct declaration declaration;
};

struct declared_table {
	struct declared_slot *slots;
	uint32_t mask;
	uint32_t n;
};

static struct declared_slot *declared_find(const struct declared_table *table,
	const struct pb_ranges *statement, uint64_t number)
{
	uint64_t hash = ((uintptr_t)statement >> 4) * 0x9e3779b97f4a7c15u;
	uint32_t at;

	hash = (hash ^ number) * 0xff51afd7ed558ccdu;
	at = (uint32_t)(hash >> 32) & table->mask;
	while (table->slots[at].statement &&
		(table->slots[at].statement != statement || table->slots[at].number != number)) {
		at = (at + 1) & table->mask;
	}
	return &table->slots[at];
}

static bool declared_put(struct linker *linker, struct declared_table *table,
	const struct declared_slot *entry)
{
	if (!table->slots || table->n * 2 > table->mask) {
		struct declared_table old = *table;
		uint32_t size = old.slots ? (old.mask + 1) * 2 : 64;
		table->mask = size - 1;
		table->slots = arena_zalloc(linker->arena, size, sizeof(*table->slots));
		if (!table->slots) {
			return false;
		}
		for (uint32_t i = 0; old.slots && i <= old.mask; i++) {
			if (old.slots[i].statement) {
				*declared_find(table, old.slots[i].statement,
					old.slots[i].number) = old.slots[i];
			}
		}
	}
	struct declared_slot *slot = declared_find(table, entry->statement, entry->number);
	if (!slot->statement) {
		*slot = *entry;
		table->n++;
	}
	return true;
}

/* All of a statement's declarations go into the table, once. */
static bool declared_enter(struct linker *linker, const struct pb_ranges *statement)
{
	struct declared_slot entry = { .statement = statement };
	uint32_t place = 0;
	bool any = false;

	if (!linker->declared) {
		linker->declared = arena_zalloc(linker->arena, 1, sizeof(struct declared_table));
	}
	if (!linker->declared) {
		return false;
	}
	if (linker->declared->slots && declared_find(linker->declared, statement, 0)->statement) {
		return true;
	}
	while (next_declaration(&statement->options, &place, &entry.declaration)) {
		any = true;
		entry.number = entry.declaration.number ? entry.declaration.number->number : 0;
		if (entry.number != 0 && !declared_put(linker, linker->declared, &entry)) {
			return false;
		}
	}
	/* Whether there are any is told by "repeated" of the entry for the statement itself. */
	entry = (struct declared_slot){ .statement = statement, .declaration.repeated = any };
	return declared_put(linker, linker->declared, &entry);
}

enum scute_status check_declared(struct linker *linker, const struct pb_field *extension)
{
	const struct pb_range *range = pb_extension_range(extension->extendee, extension->number);

	if (!range || range->statement->options.n_items == 0) {
		return SCUTE_OK;
	}
	if (!declared_enter(linker, range->statement)) {
		return link_memory(linker);
	}
	const struct declared_slot *slot =
		declared_find(linker->declared, range->statement, (uint64_t)extension->number);
	if (slot->statement) {
		return check_fits(linker, extension, &slot->declaration);
	}
	bool any = declared_find(linker->declared, range->statement, 0)->declaration.repeated;
	const struct pb_value *verification =
		pb_option_value(&range->statement->options, "verification");
	if (any || (verification && str_eq_z(verification->text, "DECLARATION"))) {
		return link_fail(linker, extension->number_offset,
			"the extension number %d of \"%.*s\" is not declared",
			(int)extension->number, STR_ARGS(extension->extendee->full_name));
	}
	return SCUTE_OK;
}
