/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options from a descriptor: wire bytes to what a text would have said, so that interpreting it
 * gives the same bytes again.
 */
#include "undescribe.h"

#include <math.h>
#include <string.h>

#include "interpret.h"
#include "options_walk.h"
#include "support/arena.h"
#include "value_text.h"

struct reader {
	struct linker *linker;
};

/* The field of a number in a message: its own or an extension that the file can see. */
static const struct pb_field *find_field(const struct reader *r, const struct pb_message *message,
	int32_t number)
{
	const struct pb_field *field = pb_field_by_number(message, number);

	return field ? field : pb_pool_extension(r->linker->pool, message, number);
}

static struct pb_value *new_value(struct reader *r, enum scute_status *ret_status)
{
	return undescribe_node(r->linker, sizeof(struct pb_value), ret_status);
}

static enum scute_status read_message(struct reader *r, const struct pb_message *message,
	struct scute_str bytes, uint32_t depth, struct pb_value *ret_value);

static bool wire_type_fits(const struct pb_field *field, uint8_t type)
{
	switch ((enum pb_type)field->type) {
	case PB_TYPE_DOUBLE:
	case PB_TYPE_FIXED64:
	case PB_TYPE_SFIXED64:
		return type == PACK_FIXED64;
	case PB_TYPE_FLOAT:
	case PB_TYPE_FIXED32:
	case PB_TYPE_SFIXED32:
		return type == PACK_FIXED32;
	case PB_TYPE_STRING:
	case PB_TYPE_BYTES:
		return type == PACK_BYTES;
	case PB_TYPE_MESSAGE:
	case PB_TYPE_GROUP:
		return type == PACK_START_GROUP || type == PACK_BYTES;
	default:
		return type == PACK_VARINT;
	}
}

/* One value of a scalar field as a literal. */
static enum scute_status read_scalar(struct reader *r, const struct pb_field *field,
	const struct unpacked *wire, struct pb_value *value)
{
	uint64_t bits = wire->value;
	uint32_t low = (uint32_t)bits;
	float narrow;
	double wide;

	switch ((enum pb_type)field->type) {
	case PB_TYPE_STRING:
	case PB_TYPE_BYTES:
		value->kind = PB_VALUE_STRING;
		value->text = wire->bytes.len > 0 ? wire->bytes : SCUTE_STR("");
		return SCUTE_OK;
	case PB_TYPE_FLOAT:
		memcpy(&narrow, &low, sizeof(narrow));
		return value_of_real(value, (double)narrow, true, r->linker->arena);
	case PB_TYPE_DOUBLE:
		memcpy(&wide, &bits, sizeof(wide));
		return value_of_real(value, wide, false, r->linker->arena);
	case PB_TYPE_BOOL:
		value->kind = PB_VALUE_IDENTIFIER;
		value->text = bits ? SCUTE_STR("true") : SCUTE_STR("false");
		return SCUTE_OK;
	case PB_TYPE_UINT32:
	case PB_TYPE_FIXED32:
	case PB_TYPE_UINT64:
	case PB_TYPE_FIXED64:
		return value_of_integer(value, bits, false, r->linker->arena);
	case PB_TYPE_SINT32:
	case PB_TYPE_SINT64:
		bits = (bits >> 1) ^ (0 - (bits & 1));
		break;
	case PB_TYPE_SFIXED32:
		bits = (uint64_t)(int64_t)(int32_t)low;
		break;
	case PB_TYPE_ENUM:
		if (field->enum_type) {
			const struct pb_enum_value *named =
				pb_value_by_number(field->enum_type, (int32_t)bits);
			if (named) {
				value->kind = PB_VALUE_IDENTIFIER;
				value->text = named->name;
				return SCUTE_OK;
			}
		}
		break;
	default:
		break;
	}
	bool negative = (int64_t)bits < 0;
	return value_of_integer(value, negative ? 0 - bits : bits, negative, r->linker->arena);
}

static enum scute_status read_value(struct reader *r, const struct pb_field *field,
	const struct unpacked *wire, uint32_t depth, struct pb_value *value)
{
	if (!wire_type_fits(field, wire->type)) {
		return undescribe_fail(r->linker, "an option has another type than its field");
	}
	if (field->message_type) {
		return read_message(r, field->message_type, wire->bytes, depth + 1, value);
	}
	return read_scalar(r, field, wire, value);
}

/* The elements of a packed field as a list. */
static enum scute_status read_packed(struct reader *r, const struct pb_field *field,
	struct scute_str bytes, struct pb_value *list)
{
	enum scute_status status = SCUTE_OK;
	struct pb_value **end = &list->children;

	list->kind = PB_VALUE_LIST;
	while (bytes.len > 0 && status == SCUTE_OK) {
		struct unpacked wire;
		struct pb_value *value = new_value(r, &status);
		if (!value) {
			return status;
		}
		if (!unpack_element(&bytes, scalar_wire_type((enum pb_type)field->type), &wire)) {
			return undescribe_fail(r->linker, "a packed option is malformed");
		}
		status = read_scalar(r, field, &wire, value);
		*end = value;
		end = &value->next;
	}
	return status;
}

static bool is_packed(const struct pb_field *field, const struct unpacked *wire)
{
	return field->label == PB_REPEATED && wire->type == PACK_BYTES && !field->message_type &&
	       field->type != PB_TYPE_STRING && field->type != PB_TYPE_BYTES;
}

/* How a member of an aggregate is called. */
static void name_member(struct pb_value *member, const struct pb_field *field)
{
	member->field = field;
	if (field->extendee_name.len > 0) {
		member->member = PB_MEMBER_EXTENSION;
		member->name = field->full_name;
	} else {
		member->name = field->is_group ? field->message_type->name : field->name;
	}
}

static enum scute_status unknown(struct reader *r, const struct pb_message *message,
	int32_t number)
{
	if (r->linker->stored) {
		return SCUTE_OK;
	}
	return error_set(r->linker->err, SCUTE_EINVAL,
		"in the descriptor: the option with number %d of \"%.*s\" is not known; is the "
		"file "
		"that defines it imported?",
		(int)number, STR_ARGS(message->full_name));
}

static enum scute_status read_message(struct reader *r, const struct pb_message *message,
	struct scute_str bytes, uint32_t depth, struct pb_value *ret_value)
{
	struct pb_value **end = &ret_value->children;
	enum scute_status status = SCUTE_OK;
	struct unpacked wire;

	if (depth > r->linker->limits->depth_max) {
		return error_set(r->linker->err, SCUTE_ELIMIT,
			"an option is nested more than %u levels deep",
			r->linker->limits->depth_max);
	}
	ret_value->kind = PB_VALUE_AGGREGATE;
	while (status == SCUTE_OK && unpack_next(&bytes, r->linker->limits->depth_max, &wire)) {
		const struct pb_field *field = find_field(r, message, wire.number);
		if (!field) {
			status = unknown(r, message, wire.number);
			continue;
		}
		struct pb_value *member = new_value(r, &status);
		if (!member) {
			return status;
		}
		status = is_packed(field, &wire)
				 ? read_packed(r, field, wire.bytes, member)
				 : read_value(r, field, &wire, depth, member);
		name_member(member, field);
		*end = member;
		end = &member->next;
	}
	if (status == SCUTE_OK && bytes.len > 0) {
		return undescribe_fail(r->linker, "an option is malformed");
	}
	return status;
}

/* Exactly one field, which can be named: then the option can be told by a longer path. */
static const struct pb_field *only_field(const struct reader *r, const struct pb_message *message,
	struct scute_str bytes, struct unpacked *ret_wire)
{
	if (!unpack_next(&bytes, r->linker->limits->depth_max, ret_wire) || bytes.len > 0) {
		return NULL;
	}
	const struct pb_field *field = find_field(r, message, ret_wire->number);
	if (!field || is_packed(field, ret_wire) || !wire_type_fits(field, ret_wire->type)) {
		return NULL;
	}
	/* A path takes no numbers for the values of enums. */
	if (field->enum_type && !pb_value_by_number(field->enum_type, (int32_t)ret_wire->value)) {
		return NULL;
	}
	return field;
}

static enum scute_status name_option(struct reader *r, struct pb_option *option,
	const struct pb_field *const *path, uint32_t n)
{
	option->node.kind = PB_OPTION;
	option->parts = arena_zalloc(r->linker->arena, n, sizeof(*option->parts));
	option->n_parts = n;
	for (uint32_t i = 0; option->parts && i < n; i++) {
		bool extension = path[i]->extendee_name.len > 0;
		option->parts[i].is_extension = extension;
		option->parts[i].field = path[i];
		option->parts[i].text = extension ? path[i]->full_name : path[i]->name;
	}
	return option->parts ? SCUTE_OK : link_memory(r->linker);
}

#define PATH_MAX_PARTS 32

/* One record of an options message, as one option. */
static enum scute_status read_option(struct reader *r, const struct pb_field *field,
	struct unpacked wire, struct pb_option **ret_option)
{
	const struct pb_field *path[PATH_MAX_PARTS] = { field };
	enum scute_status status;
	uint32_t n = 1;

	while (field->message_type && field->label != PB_REPEATED && n < PATH_MAX_PARTS &&
		wire_type_fits(field, wire.type)) {
		struct unpacked inner;
		const struct pb_field *only =
			only_field(r, field->message_type, wire.bytes, &inner);
		if (!only) {
			break;
		}
		path[n++] = only;
		field = only;
		wire = inner;
	}
	struct pb_option *option = undescribe_node(r->linker, sizeof(*option), &status);
	if (!option) {
		return status;
	}
	option->value = new_value(r, &status);
	if (!option->value) {
		return status;
	}
	status = read_value(r, field, &wire, 0, option->value);
	if (status == SCUTE_OK) {
		status = name_option(r, option, path, n);
	}
	*ret_option = option;
	return status;
}

/* Options of a scope are statements in front of all others. */
static void make_statements(const struct pb_options *options, struct pb_node **first)
{
	struct pb_node *rest = *first;

	for (uint32_t i = 0; i < options->n_items; i++) {
		*first = &options->items[i]->node;
		first = &options->items[i]->node.next;
	}
	*first = rest;
}

/* All records of an options message. */
static enum scute_status read_options(void *user, const struct optioned *thing)
{
	struct reader *r = user;
	struct pb_options *options = thing->options;
	const struct pb_message *message = options_message(r->linker, thing->kind);
	struct scute_str bytes = options->wire;
	enum scute_status status = SCUTE_OK;
	struct unpacked wire;
	uint32_t n = 0;

	for (struct scute_str rest = bytes;
		unpack_next(&rest, r->linker->limits->depth_max, &wire);) {
		n++;
	}
	options->items = scute_alloc(r->linker->arena, (n + 1) * sizeof(struct pb_option *));
	if (!options->items || !message) {
		return link_memory(r->linker);
	}
	while (status == SCUTE_OK && unpack_next(&bytes, r->linker->limits->depth_max, &wire)) {
		const struct pb_field *field = find_field(r, message, wire.number);
		if (!field) {
			status = unknown(r, message, wire.number);
			continue;
		}
		if (is_packed(field, &wire)) {
			return undescribe_fail(r->linker, "a packed option stands at the top");
		}
		status = read_option(r, field, wire, &options->items[options->n_items]);
		options->n_items += status == SCUTE_OK;
	}
	if (status == SCUTE_OK && bytes.len > 0) {
		return undescribe_fail(r->linker, "the options are malformed");
	}
	if (status == SCUTE_OK && thing->first) {
		make_statements(options, thing->first);
	}
	return status;
}

enum scute_status options_read(struct linker *linker)
{
	struct reader r = { .linker = linker };

	return linker->file->text.data ? SCUTE_OK : options_walk(linker, read_options, &r);
}
