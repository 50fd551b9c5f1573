/* SPDX-License-Identifier: Apache-2.0 */
/* The name of one option, part by part, down to the field that it sets. */
#include "interpret.h"

#include "support/arena.h"
#include "support/buf.h"

static enum scute_status unknown(struct interpreter *in, const struct pb_option *option,
	const struct pb_name_part *part)
{
	return link_fail(in->linker, option->node.offset, "the option \"%s%.*s%s\" is not known%s",
		part->is_extension ? "(" : "", STR_ARGS(part->text), part->is_extension ? ")" : "",
		part->is_extension ? "; is the file that defines it imported?" : "");
}

static enum scute_status find_part(struct interpreter *in, const struct pb_option *option,
	struct pb_name_part *part, const struct pb_message *message)
{
	const struct pb_pool *pool = in->linker->pool;
	struct pool_miss miss;

	if (!part->is_extension) {
		part->field = pb_field_by_name(message, part->text);
		return part->field ? SCUTE_OK : unknown(in, option, part);
	}
	int32_t entry = pool_resolve(pool, in->scope, part->text, POOL_ANY, &miss);
	if (entry == PB_NO_INDEX || pool->entries[entry].node->kind != PB_FIELD) {
		return unknown(in, option, part);
	}
	const struct pb_field *field = PB_AS(pb_field, pool->entries[entry].node);
	if (field->extendee != message) {
		return link_fail(in->linker, option->node.offset,
			"\"(%.*s)\" is no extension of \"%.*s\"", STR_ARGS(part->text),
			STR_ARGS(message->full_name));
	}
	part->field = field;
	return SCUTE_OK;
}

/* Of a part in front of others: a message that is not repeated. */
static enum scute_status is_way(struct interpreter *in, const struct pb_option *option,
	const struct pb_name_part *part)
{
	if (!part->field->message_type) {
		return link_fail(in->linker, option->node.offset,
			"the option \"%.*s\" is not a message", STR_ARGS(part->text));
	}
	if (part->field->label == PB_REPEATED) {
		return link_fail(in->linker, option->node.offset,
			"the option \"%.*s\" is repeated: it takes whole messages, { .. }",
			STR_ARGS(part->text));
	}
	return SCUTE_OK;
}

/* The last part's field and value go into filling. content: for what a message holds. */
static enum scute_status add_value(struct interpreter *in, const struct pb_option *option,
	const struct pb_field *field, struct filling *content, struct filling *filling)
{
	enum scute_status status;
	struct buf out;
	bool is_zero;

	if (!field->message_type) {
		buf_init_arena(&out, SIZE_MAX / 2, in->arena);
		pack_tag(&out, field->number, scalar_wire_type((enum pb_type)field->type));
		status = scalar_encode(in, field, option->value, false, &out, &is_zero);
		if (status == SCUTE_OK && out.failed) {
			return link_memory(in->linker);
		}
		return status == SCUTE_OK ? filling_add(in, filling, field, buf_str(&out), false)
					  : status;
	}
	if (option->value->kind != PB_VALUE_AGGREGATE) {
		return link_fail(in->linker, option->value->offset,
			"the option is a message: { .. } sets all of it, \"name.field\" one field");
	}
	status = aggregate_fill(in, option->value, content);
	return status == SCUTE_OK ? filling_add_message(in, filling, field, content) : status;
}

/* Messages for the parts from first up to the last, one in the other; the innermost one. */
static enum scute_status wrap(struct interpreter *in, const struct pb_option *option,
	uint32_t first, struct filling **filling)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = first; i + 1 < option->n_parts && status == SCUTE_OK; i++) {
		const struct pb_field *field = option->parts[i].field;
		struct filling *inner = filling_create(in, field->message_type, true);
		if (!inner) {
			return link_memory(in->linker);
		}
		status = filling_add_message(in, *filling, field, inner);
		*filling = inner;
	}
	return status;
}

/*
 * One step down: what the field's message holds so far. known: it is one whose records are sorted
 * and merged, since protoc itself knows it; the others stay one record a statement.
 */
static enum scute_status step(struct interpreter *in, const struct pb_field *field, bool known,
	struct filling **filling)
{
	struct set_slot *slot = set_find(in, *filling, field);
	enum scute_status status = SCUTE_OK;

	if (!slot) {
		return link_memory(in->linker);
	}
	if (!slot->filling) {
		struct filling *inner = filling_create(in, field->message_type, true);
		if (!inner) {
			return link_memory(in->linker);
		}
		slot->filling = inner;
		if (known) {
			status = filling_add_message(in, *filling, field, inner);
		}
	}
	*filling = slot->filling;
	return status;
}

/* The last part: once, unless it is repeated. */
static enum scute_status set_last(struct interpreter *in, const struct pb_option *option,
	const struct pb_field *field, const struct filling *filling, struct filling **ret_content)
{
	struct filling *content = filling_create(in, field->message_type, false);

	if (!content) {
		return link_memory(in->linker);
	}
	*ret_content = content;
	if (field->label == PB_REPEATED) {
		return SCUTE_OK;
	}
	struct set_slot *slot = set_find(in, filling, field);
	if (!slot) {
		return link_memory(in->linker);
	}
	if (slot->filling) {
		return link_fail(in->linker, option->node.offset, "the option is set twice");
	}
	slot->filling = content;
	return SCUTE_OK;
}

enum scute_status option_apply(struct interpreter *in, struct pb_option *option,
	struct filling *root)
{
	struct filling *filling = root;
	struct filling *sink = root; /* what the option's record goes into */
	struct filling *content = NULL;
	uint32_t first = 0; /* the part that the record begins with */
	bool known = true;
	enum scute_status status = SCUTE_OK;

	if (str_eq_z(option->parts[0].text, "uninterpreted_option") &&
		!option->parts[0].is_extension) {
		return link_fail(in->linker, option->node.offset,
			"\"uninterpreted_option\" is no option");
	}
	for (uint32_t i = 0; i < option->n_parts; i++) {
		struct pb_name_part *part = &option->parts[i];
		status = find_part(in, option, part, filling->message);
		if (status != SCUTE_OK || i + 1 == option->n_parts) {
			break;
		}
		status = is_way(in, option, part);
		known = known && !part->is_extension;
		if (status == SCUTE_OK) {
			status = step(in, part->field, known, &filling);
		}
		if (status != SCUTE_OK) {
			break;
		}
		if (known) {
			sink = filling;
			first = i + 1;
		}
	}
	const struct pb_field *field = option->parts[option->n_parts - 1].field;
	if (status == SCUTE_OK) {
		status = set_last(in, option, field, filling, &content);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	status = wrap(in, option, first, &sink);
	return status == SCUTE_OK ? add_value(in, option, field, content, sink) : status;
}
