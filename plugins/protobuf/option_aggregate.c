/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregate values: the text format (https://protobuf.dev/reference/protobuf/textformat-spec/). */
#include "interpret.h"

#include "support/arena.h"
#include "support/buf.h"

static struct scute_str lower(struct interpreter *in, struct scute_str name)
{
	struct scute_str copy = arena_copy(in->arena, name);

	for (size_t i = 0; copy.data && i < copy.len; i++) {
		char c = copy.data[i];
		if (c >= 'A' && c <= 'Z') {
			*(char *)(uintptr_t)&copy.data[i] = (char)(c - 'A' + 'a');
		}
	}
	return copy;
}

/* A group's field goes by the name of its message. */
static const struct pb_field *plain_member(struct interpreter *in,
	const struct pb_message *message, struct scute_str name)
{
	const struct pb_field *field = pb_field_by_name(message, name);

	if (!field) {
		field = pb_field_by_name(message, lower(in, name));
		if (field && !field->is_delimited) {
			field = NULL;
		}
		if (field && !str_eq(field->message_type->name, name)) {
			field = NULL;
		}
	} else if (field->is_group && !str_eq(field->message_type->name, name)) {
		field = NULL;
	}
	return field;
}

static int32_t message_scope(const struct interpreter *in, const struct pb_message *message)
{
	const struct pb_pool *pool = in->linker->pool;
	const struct pb_node *node = pb_pool_find(pool, message->full_name);
	int32_t scope = PB_ROOT;
	struct scute_str rest = message->full_name;

	if (!node) {
		return PB_ROOT;
	}
	while (rest.len > 0) {
		const char *dot = memchr(rest.data, '.', rest.len);
		struct scute_str part = { rest.data, dot ? (size_t)(dot - rest.data) : rest.len };
		scope = pool_lookup(pool, scope, part, pb_hash(part));
		rest.data += part.len + (dot != NULL);
		rest.len -= part.len + (dot != NULL);
	}
	return pool->entries[scope].parent;
}

static const struct pb_field *extension_member(struct interpreter *in,
	const struct pb_message *message, struct scute_str name)
{
	const struct pb_pool *pool = in->linker->pool;
	struct pool_miss miss;
	int32_t entry =
		pool_resolve(pool, message_scope(in, message), name, POOL_ANY, &miss);

	if (entry == PB_NO_INDEX || pool->entries[entry].node->kind != PB_FIELD) {
		return NULL;
	}
	const struct pb_field *field = PB_AS(pb_field, pool->entries[entry].node);
	return field->extendee == message ? field : NULL;
}

/* A member's value, one of maybe several. */
static enum scute_status add_value(struct interpreter *in, const struct pb_field *field,
	const struct pb_value *value, struct filling *filling, struct filling *content)
{
	enum scute_status status;
	bool is_zero = false;
	struct buf out;

	if (field->message_type) {
		if (value->kind != PB_VALUE_AGGREGATE) {
			return link_fail(in->linker, value->offset,
				"the value of \"%.*s\" is a message: { .. }",
				STR_ARGS(field->name));
		}
		status = aggregate_fill(in, value, content);
		return status == SCUTE_OK ? filling_add_message(in, filling, field, content)
					  : status;
	}
	buf_init_arena(&out, SIZE_MAX / 2, in->arena);
	if (!field->is_packed) {
		pack_tag(&out, field->number, scalar_wire_type((enum pb_type)field->type));
	}
	status = scalar_encode(in, field, value, true, &out, &is_zero);
	if (status != SCUTE_OK) {
		return status;
	}
	if (is_zero && !field->has_presence && field->label != PB_REPEATED &&
		!filling->message->is_map_entry) {
		return SCUTE_OK;
	}
	if (out.failed) {
		return link_memory(in->linker);
	}
	return filling_add(in, filling, field, buf_str(&out), field->is_packed);
}

/* Singular fields once, one of a oneof. */
static enum scute_status set_once(struct interpreter *in, const struct pb_value *member,
	struct filling *filling, struct filling *content)
{
	const struct pb_field *field = member->field;
	struct set_slot *slot = set_find(in, filling, field);

	if (!slot) {
		return link_memory(in->linker);
	}
	if (slot->filling) {
		return link_fail(in->linker, member->offset, "\"%.*s\" is set twice",
			STR_ARGS(member->name));
	}
	slot->filling = content;
	filling->n_required += field->is_required;
	if (!field->oneof) {
		return SCUTE_OK;
	}
	slot = set_find(in, filling, field->oneof);
	if (!slot) {
		return link_memory(in->linker);
	}
	if (slot->filling) {
		return link_fail(in->linker, member->offset,
			"\"%.*s\" is set beside another field of the oneof \"%.*s\"",
			STR_ARGS(member->name), STR_ARGS(field->oneof->name));
	}
	slot->filling = content;
	return SCUTE_OK;
}

static struct filling *content_of(struct interpreter *in, const struct pb_field *field)
{
	return filling_create(in, field->message_type, false);
}

static enum scute_status add_member(struct interpreter *in, const struct pb_value *member,
	struct filling *filling)
{
	const struct pb_field *field = member->field;
	struct filling *content = content_of(in, field);
	enum scute_status status = SCUTE_OK;

	if (!content) {
		return link_memory(in->linker);
	}
	if (field->label != PB_REPEATED) {
		if (member->kind == PB_VALUE_LIST) {
			return link_fail(in->linker, member->offset, "\"%.*s\" is not repeated",
				STR_ARGS(member->name));
		}
		status = set_once(in, member, filling, content);
	}
	if (status != SCUTE_OK || member->kind != PB_VALUE_LIST) {
		return status == SCUTE_OK ? add_value(in, field, member, filling, content) : status;
	}
	for (const struct pb_value *value = member->children; value && status == SCUTE_OK;
		value = value->next) {
		content = content_of(in, field);
		status = content ? add_value(in, field, value, filling, content)
				 : link_memory(in->linker);
	}
	return status;
}

/* [prefix/name] { .. } in an Any: its two fields. */
static enum scute_status expand_any(struct interpreter *in, const struct pb_value *member,
	struct filling *filling)
{
	const char *slash = memchr(member->name.data, '/', member->name.len);
	struct scute_str prefix = { member->name.data, (size_t)(slash - member->name.data) };
	struct scute_str name = { slash + 1, member->name.len - prefix.len - 1 };
	const struct pb_message *message = pb_pool_message(in->linker->pool, name);
	const struct pb_field *url = pb_field_by_number(filling->message, 1);
	const struct pb_field *bytes = pb_field_by_number(filling->message, 2);
	struct buf out;

	if (!str_eq_z(filling->message->full_name, "google.protobuf.Any") || !url || !bytes) {
		return link_fail(in->linker, member->offset,
			"\"[%.*s]\" stands in google.protobuf.Any only", STR_ARGS(member->name));
	}
	if (!message || (!str_eq_z(prefix, "type.googleapis.com") &&
				!str_eq_z(prefix, "type.googleprod.com"))) {
		return link_fail(in->linker, member->offset,
			"\"[%.*s]\" is not the name of a type", STR_ARGS(member->name));
	}
	if (filling->n > 0) {
		return link_fail(in->linker, member->offset, "the Any is set twice");
	}
	if (member->kind != PB_VALUE_AGGREGATE) {
		return link_fail(in->linker, member->offset, "the value of an Any is a message");
	}
	struct filling *content = filling_create(in, message, false);
	if (!content) {
		return link_memory(in->linker);
	}
	enum scute_status status = aggregate_fill(in, member, content);
	if (status != SCUTE_OK) {
		return status;
	}
	buf_init_arena(&out, SIZE_MAX / 2, in->arena);
	pack_bytes(&out, 1, member->name);
	if (out.failed) {
		return link_memory(in->linker);
	}
	status = filling_add(in, filling, url, buf_str(&out), false);
	if (status == SCUTE_OK && content->n > 0) {
		status = filling_add_message(in, filling, bytes, content);
	}
	return status;
}

/* Both members of an entry are on the wire, also when they are not set. */
static enum scute_status complete_entry(struct interpreter *in, struct filling *filling)
{
	static const struct pb_value zero = { .kind = PB_VALUE_UINT };
	static const struct pb_value empty = { .kind = PB_VALUE_STRING };
	static const struct pb_value no = { .kind = PB_VALUE_IDENTIFIER, .text = { "false", 5 } };
	static const struct pb_value none = { .kind = PB_VALUE_AGGREGATE };
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < filling->message->n_fields && status == SCUTE_OK; i++) {
		const struct pb_field *field = filling->message->fields[i];
		const struct pb_value *value = &zero;
		struct set_slot *slot = set_find(in, filling, field);
		struct pb_value first = { .kind = PB_VALUE_IDENTIFIER };
		if (!slot) {
			return link_memory(in->linker);
		}
		if (slot->filling) {
			continue;
		}
		if (field->message_type) {
			value = &none;
		} else if (field->type == PB_TYPE_STRING || field->type == PB_TYPE_BYTES) {
			value = &empty;
		} else if (field->type == PB_TYPE_BOOL) {
			value = &no;
		} else if (field->enum_type && field->enum_type->n_values > 0) {
			first.text = field->enum_type->values[0]->name;
			value = &first;
		}
		struct filling *content = content_of(in, field);
		status = content ? add_value(in, field, value, filling, content)
				 : link_memory(in->linker);
	}
	return status;
}

/* Some required field is not: which one? */
static enum scute_status required_missing(struct interpreter *in, const struct pb_value *aggregate,
	const struct filling *filling)
{
	const struct pb_message *message = filling->message;

	for (uint32_t i = 0; i < message->n_fields; i++) {
		if (!message->fields[i]->is_required) {
			continue;
		}
		const struct set_slot *slot = set_find(in, filling, message->fields[i]);
		if (!slot) {
			return link_memory(in->linker);
		}
		if (!slot->filling) {
			return link_fail(in->linker, aggregate->offset,
				"the required field \"%.*s\" is not set",
				STR_ARGS(message->fields[i]->name));
		}
	}
	return SCUTE_OK;
}

static enum scute_status fill_member(struct interpreter *in, struct pb_value *member,
	struct filling *filling)
{
	const struct pb_message *message = filling->message;

	if (member->member == PB_MEMBER_ANY) {
		return expand_any(in, member, filling);
	}
	member->field = member->member == PB_MEMBER_EXTENSION
				? extension_member(in, message, member->name)
				: plain_member(in, message, member->name);
	if (!member->field) {
		return link_fail(in->linker, member->offset,
			"\"%.*s\" is no %s of the message \"%.*s\"", STR_ARGS(member->name),
			member->member == PB_MEMBER_EXTENSION ? "extension" : "field",
			STR_ARGS(message->full_name));
	}
	return add_member(in, member, filling);
}

enum scute_status aggregate_fill(struct interpreter *in, const struct pb_value *aggregate,
	struct filling *filling)
{
	enum scute_status status = SCUTE_OK;

	for (struct pb_value *member = aggregate->children; member && status == SCUTE_OK;
		member = member->next) {
		status = fill_member(in, member, filling);
	}
	if (status == SCUTE_OK && filling->message->is_map_entry) {
		status = complete_entry(in, filling);
	}
	if (status == SCUTE_OK && filling->n_required < filling->message->n_required) {
		status = required_missing(in, aggregate, filling);
	}
	return status;
}
