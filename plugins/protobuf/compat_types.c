/* SPDX-License-Identifier: Apache-2.0 */
/* Messages and enums of one scope: which are gone, new, elsewhere, how the others differ. */
#include "compat.h"

#include "support/arena.h"
#include "support/str.h"

/* Entries of maps and groups come and go with their fields. */
static bool is_of_field(const struct pb_message *message)
{
	return message->is_map_entry || message->is_group;
}

/* By place among all messages of the scope: the place among those that are types of their own. */
static uint32_t *ordinals(struct check *c, const struct types *types)
{
	uint32_t *places = arena_zalloc(c->arena, types->n_messages, sizeof(*places));
	uint32_t n = 0;

	for (uint32_t i = 0; places && i < types->n_messages; i++) {
		places[i] = n;
		n += !is_of_field(types->messages[i]);
	}
	return places;
}

static enum scute_status counterpart(struct check *c, struct scute_str full_name,
	bool of_writer, enum pb_kind kind, const struct pb_node **ret_node)
{
	const struct scute_schema *from = of_writer ? c->writer : c->reader;
	const struct scute_schema *to = of_writer ? c->reader : c->writer;
	const struct pb_node *node;
	enum scute_status status = compat_counterpart(c, full_name, from, to, &node);

	if (status == SCUTE_OK) {
		*ret_node = node && node->kind == kind ? node : NULL;
	}
	return status;
}

/* Does it stand in the same scope of its schema, at the same place? */
static bool is_in_place(const struct types *reader, const uint32_t *places, uint32_t place,
	const struct pb_message *message)
{
	return message->index >= 0 && (uint32_t)message->index < reader->n_messages &&
	       reader->messages[message->index] == message && places[message->index] == place;
}

static enum scute_status message_check(struct check *c, const struct place *up,
	const struct pb_message *writer, const struct types *readers, const uint32_t *places,
	uint32_t place)
{
	const struct place at = { .up = up, .name = writer->name };
	const struct pb_node *node;
	enum scute_status status = counterpart(c, writer->full_name, true, PB_MESSAGE, &node);

	if (status != SCUTE_OK ||
		!compat_type_counts(c->writer, writer->full_name, &writer->node)) {
		return status;
	}
	if (!node) {
		return is_of_field(writer) ? SCUTE_OK :
					     compat_report(c, DIFF_MESSAGE_REMOVED, &at);
	}
	const struct pair pair = { writer, PB_AS(pb_message, node) };
	if (is_of_field(writer) && is_of_field(pair.reader)) {
		return SCUTE_OK; /* compared with their fields */
	}
	if (!is_of_field(writer) && !is_of_field(pair.reader) &&
		!is_in_place(readers, places, place, pair.reader)) {
		status = compat_report(c, DIFF_MESSAGE_MOVED, &at);
	}
	return status == SCUTE_OK ? compat_messages(c, &at, &pair, true) : status;
}

/* A message that only the reader's own file has: new, or one that the writer imported. */
static enum scute_status message_new(struct check *c, const struct place *up,
	const struct pb_message *reader)
{
	const struct place at = { .up = up, .name = reader->name };
	const struct pb_node *node;
	enum scute_status status;

	if (is_of_field(reader) ||
		!compat_type_counts(c->reader, reader->full_name, &reader->node)) {
		return SCUTE_OK;
	}
	status = counterpart(c, reader->full_name, false, PB_MESSAGE, &node);
	if (status != SCUTE_OK) {
		return status;
	}
	if (!node) {
		return compat_report(c, DIFF_MESSAGE_ADDED, &at);
	}
	const struct pair pair = { PB_AS(pb_message, node), reader };
	if (pair.writer->file == c->writer->file) {
		return SCUTE_OK;
	}
	status = compat_report(c, DIFF_MESSAGE_MOVED, &at);
	return status == SCUTE_OK ? compat_messages(c, &at, &pair, false) : status;
}

static enum scute_status constants_check(struct check *c, const struct place *at,
	const struct pb_enum *writer, const struct pb_enum *reader)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < writer->n_values && status == SCUTE_OK; i++) {
		const struct pb_enum_value *value = writer->values[i];
		const struct pb_enum_value *other = pb_value_by_name(reader, value->name);
		const struct place in = { .up = at, .number = value->number };
		if (pb_value_by_name(writer, value->name) != value ||
			(other && other->number == value->number)) {
			continue;
		}
		status = compat_report(c,
			pb_value_by_number(reader, value->number) ? DIFF_ENUM_CONST_CHANGED :
								    DIFF_ENUM_CONST_REMOVED,
			&in);
	}
	for (uint32_t i = 0; i < reader->n_values && status == SCUTE_OK; i++) {
		const struct place in = { .up = at, .number = reader->values[i]->number };
		if (!pb_value_by_number(writer, in.number)) {
			status = compat_report(c, DIFF_ENUM_CONST_ADDED, &in);
		}
	}
	return status;
}

static enum scute_status enum_check(struct check *c, const struct place *up,
	const struct pb_enum *writer)
{
	const struct place at = { .up = up, .name = writer->name };
	const struct pb_node *node;
	enum scute_status status = counterpart(c, writer->full_name, true, PB_ENUM, &node);

	if (status != SCUTE_OK ||
		!compat_type_counts(c->writer, writer->full_name, &writer->node)) {
		return status;
	}
	return node ? constants_check(c, &at, writer, PB_AS(pb_enum, node)) :
		      compat_report(c, DIFF_ENUM_REMOVED, &at);
}

static enum scute_status enum_new(struct check *c, const struct place *up,
	const struct pb_enum *reader)
{
	const struct place at = { .up = up, .name = reader->name };
	const struct pb_node *node;
	enum scute_status status = counterpart(c, reader->full_name, false, PB_ENUM, &node);

	if (status != SCUTE_OK || node ||
		!compat_type_counts(c->reader, reader->full_name, &reader->node)) {
		return status;
	}
	return compat_report(c, DIFF_ENUM_ADDED, &at);
}

static enum scute_status messages_check(struct check *c, const struct place *up,
	const struct types *writer, const struct types *reader)
{
	uint32_t *writer_places = ordinals(c, writer);
	uint32_t *reader_places = ordinals(c, reader);
	enum scute_status status = SCUTE_OK;

	if (!writer_places || !reader_places) {
		return compat_memory(c);
	}
	for (uint32_t i = 0; i < writer->n_messages && status == SCUTE_OK; i++) {
		status = message_check(c, up, writer->messages[i], reader, reader_places,
			writer_places[i]);
	}
	for (uint32_t i = 0; i < reader->n_messages && status == SCUTE_OK; i++) {
		status = message_new(c, up, reader->messages[i]);
	}
	return status;
}

enum scute_status compat_types(struct check *c, const struct place *up, const struct types *writer,
	const struct types *reader)
{
	enum scute_status status = messages_check(c, up, writer, reader);

	for (uint32_t i = 0; i < writer->n_enums && status == SCUTE_OK; i++) {
		status = enum_check(c, up, writer->enums[i]);
	}
	for (uint32_t i = 0; i < reader->n_enums && status == SCUTE_OK; i++) {
		status = enum_new(c, up, reader->enums[i]);
	}
	return status;
}
