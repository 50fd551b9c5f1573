/* SPDX-License-Identifier: Apache-2.0 */
/* Messages and enums of one scope: which are gone, new, elsewhere, how the others differ. */
#include "compat.h"

#include "support/arena.h"
#include "support/str.h"

#include "pool_build.h"

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

/* What has that name in the scope, if it is of the kind; NULL: nothing. */
static const struct pb_node *find(const struct types *types, struct scute_str name,
	enum pb_kind kind)
{
	int32_t entry = pool_lookup(types->pool, types->scope, name, pb_hash(name));
	const struct pb_node *node = entry < 0 ? NULL : types->pool->entries[entry].node;

	return node && node->kind == kind ? node : NULL;
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
	const struct pb_node *node = find(readers, writer->name, PB_MESSAGE);
	enum scute_status status = SCUTE_OK;

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
	const struct types *writers, const struct pb_message *reader)
{
	const struct place at = { .up = up, .name = reader->name };
	const struct pb_node *node = find(writers, reader->name, PB_MESSAGE);
	enum scute_status status;

	if (is_of_field(reader)) {
		return SCUTE_OK;
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

static enum scute_status messages_check(struct check *c, const struct place *up,
	const struct types *writers, const struct types *readers)
{
	uint32_t *writer_places = ordinals(c, writers);
	uint32_t *reader_places = ordinals(c, readers);
	enum scute_status status = SCUTE_OK;

	if (!writer_places || !reader_places) {
		return compat_memory(c);
	}
	for (uint32_t i = 0; i < writers->n_messages && status == SCUTE_OK; i++) {
		const struct pb_message *message = writers->messages[i];
		if (find(writers, message->name, PB_MESSAGE) == &message->node) {
			status = message_check(c, up, message, readers, reader_places,
				writer_places[i]);
		}
	}
	for (uint32_t i = 0; i < readers->n_messages && status == SCUTE_OK; i++) {
		const struct pb_message *message = readers->messages[i];
		if (find(readers, message->name, PB_MESSAGE) == &message->node) {
			status = message_new(c, up, writers, message);
		}
	}
	return status;
}

static enum scute_status enums_check(struct check *c, const struct place *up,
	const struct types *writers, const struct types *readers)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < writers->n_enums && status == SCUTE_OK; i++) {
		const struct pb_enum *writer = writers->enums[i];
		const struct place at = { .up = up, .name = writer->name };
		const struct pb_node *node = find(readers, writer->name, PB_ENUM);
		if (find(writers, writer->name, PB_ENUM) == &writer->node) {
			status = node ? constants_check(c, &at, writer, PB_AS(pb_enum, node)) :
					compat_report(c, DIFF_ENUM_REMOVED, &at);
		}
	}
	for (uint32_t i = 0; i < readers->n_enums && status == SCUTE_OK; i++) {
		const struct pb_enum *reader = readers->enums[i];
		const struct place at = { .up = up, .name = reader->name };
		if (find(readers, reader->name, PB_ENUM) == &reader->node &&
			!find(writers, reader->name, PB_ENUM)) {
			status = compat_report(c, DIFF_ENUM_ADDED, &at);
		}
	}
	return status;
}

enum scute_status compat_types(struct check *c, const struct place *up,
	const struct types *writers, const struct types *readers)
{
	enum scute_status status = messages_check(c, up, writers, readers);

	return status == SCUTE_OK ? enums_check(c, up, writers, readers) : status;
}
