/* SPDX-License-Identifier: Apache-2.0 */
/* A descriptor's messages, oneofs, ranges. */
#include "undescribe.h"

#include "support/arena.h"

/* Numbers of DescriptorProto. */
enum {
	MESSAGE_NAME = 1,
	MESSAGE_FIELD = 2,
	MESSAGE_NESTED = 3,
	MESSAGE_ENUM = 4,
	MESSAGE_EXTENSION_RANGE = 5,
	MESSAGE_EXTENSION = 6,
	MESSAGE_OPTIONS = 7,
	MESSAGE_ONEOF = 8,
	MESSAGE_RESERVED_RANGE = 9,
	MESSAGE_RESERVED_NAME = 10,
};

#define OPTION_MESSAGE_SET 1
#define OPTION_MAP_ENTRY 7

static enum scute_status read_range(struct linker *linker, struct scute_str bytes, int exclusive,
	struct pb_range *range, struct scute_str *ret_options)
{
	struct unpacked member;
	int64_t end = 0;

	while (unpack_next(&bytes, linker->limits->depth_max, &member)) {
		if (member.number == 1) {
			range->start = (int32_t)member.value;
		} else if (member.number == 2) {
			end = (int32_t)member.value;
		} else if (member.number == 3) {
			*ret_options = member.bytes;
		}
	}
	end -= exclusive;
	if (bytes.len > 0 || end < INT32_MIN) {
		return undescribe_fail(linker, "a range is malformed");
	}
	range->end = (int32_t)end;
	return SCUTE_OK;
}

static struct pb_ranges *range_statement(struct linker *linker, bool reserved,
	struct pb_node ***end, enum scute_status *ret_status)
{
	struct pb_ranges *statement = undescribe_node(linker, sizeof(*statement), ret_status);

	if (statement) {
		statement->node.kind = reserved ? PB_RESERVED : PB_EXTENSIONS;
		**end = &statement->node;
		*end = &statement->node.next;
	}
	return statement;
}

/* Neighbours with the same options are of one statement. */
enum scute_status undescribe_ranges(struct linker *linker, struct scute_str bytes, int32_t number,
	int exclusive, struct pb_range **ret_ranges, uint32_t *ret_count, struct pb_node ***end)
{
	struct pb_ranges *statement = NULL;
	struct unpacked member;
	uint32_t count = 0;
	enum scute_status status = SCUTE_OK;

	if (!undescribe_count(linker, bytes, number, &count)) {
		return undescribe_fail(linker, "it is malformed");
	}
	if (count == 0) {
		return SCUTE_OK;
	}
	struct pb_range *ranges = arena_zalloc(linker->arena, count, sizeof(*ranges));
	if (!ranges) {
		return link_memory(linker);
	}
	*ret_ranges = ranges;
	while (status == SCUTE_OK && unpack_next(&bytes, linker->limits->depth_max, &member)) {
		struct scute_str options = { NULL, 0 };
		if (member.number != number) {
			continue;
		}
		struct pb_range *range = &ranges[(*ret_count)++];
		status = read_range(linker, member.bytes, exclusive, range, &options);
		if (status == SCUTE_OK &&
			(!statement || !str_eq(statement->options.wire, options))) {
			statement = range_statement(linker, number != MESSAGE_EXTENSION_RANGE, end,
				&status);
			if (statement) {
				statement->ranges = range;
				statement->options.wire = options;
			}
		}
		if (status == SCUTE_OK) {
			statement->n_ranges++;
			range->statement = statement;
		}
	}
	return status;
}

enum scute_status undescribe_names(struct linker *linker, struct scute_str bytes, int32_t number,
	struct pb_reserved_name **ret_names, uint32_t *ret_count, struct pb_node ***end)
{
	enum scute_status status;
	struct unpacked member;
	uint32_t count = 0;

	if (!undescribe_count(linker, bytes, number, &count)) {
		return undescribe_fail(linker, "it is malformed");
	}
	if (count == 0) {
		return SCUTE_OK;
	}
	struct pb_reserved_name *names = arena_zalloc(linker->arena, count, sizeof(*names));
	struct pb_ranges *statement = range_statement(linker, true, end, &status);
	if (!names || !statement) {
		return names ? status : link_memory(linker);
	}
	bool editions = linker->file->syntax == PB_EDITIONS;
	while (unpack_next(&bytes, linker->limits->depth_max, &member)) {
		if (member.number != number) {
			continue;
		}
		if (!str_is_utf8(member.bytes) ||
			(editions && !undescribe_is_name(member.bytes))) {
			return undescribe_fail(linker, "a reserved name is none");
		}
		names[(*ret_count)++] = (struct pb_reserved_name){ .name = member.bytes,
			.quoted = !editions };
	}
	statement->names = names;
	statement->n_names = count;
	*ret_names = names;
	return SCUTE_OK;
}

static enum scute_status read_oneof(struct linker *linker, struct scute_str bytes,
	struct pb_message *parent, struct pb_oneof **ret_oneof)
{
	enum scute_status status;
	struct unpacked member;
	struct pb_oneof *oneof = undescribe_node(linker, sizeof(*oneof), &status);

	if (!oneof) {
		return status;
	}
	oneof->node.kind = PB_ONEOF;
	oneof->parent = parent;
	while (unpack_next(&bytes, linker->limits->depth_max, &member)) {
		if (member.number == 1) {
			oneof->name = member.bytes;
		} else if (member.number == 2) {
			oneof->options.wire = member.bytes;
		}
	}
	if (bytes.len > 0 || !undescribe_is_name(oneof->name)) {
		return undescribe_fail(linker, "a oneof is malformed");
	}
	*ret_oneof = oneof;
	return SCUTE_OK;
}

static enum scute_status message_arrays(struct linker *linker, struct scute_str bytes,
	struct pb_message *message)
{
	const int32_t numbers[] = { MESSAGE_FIELD, MESSAGE_NESTED, MESSAGE_ENUM, MESSAGE_EXTENSION,
		MESSAGE_ONEOF };
	void **items[5];
	enum scute_status status = SCUTE_OK;

	for (size_t i = 0; i < 5 && status == SCUTE_OK; i++) {
		status = undescribe_array(linker, bytes, numbers[i], &items[i]);
	}
	if (status == SCUTE_OK) {
		message->fields = (struct pb_field **)items[0];
		message->messages = (struct pb_message **)items[1];
		message->enums = (struct pb_enum **)items[2];
		message->extensions = (struct pb_field **)items[3];
		message->oneofs = (struct pb_oneof **)items[4];
	}
	return status;
}

/* Oneofs are there before the fields that refer to them. */
static enum scute_status read_oneofs(struct linker *linker, struct scute_str bytes,
	struct pb_message *message)
{
	enum scute_status status = SCUTE_OK;
	struct unpacked member;

	while (status == SCUTE_OK && unpack_next(&bytes, linker->limits->depth_max, &member)) {
		if (member.number == MESSAGE_ONEOF) {
			status = read_oneof(linker, member.bytes, message,
				&message->oneofs[message->n_oneofs]);
			message->n_oneofs += status == SCUTE_OK;
		}
	}
	return status;
}

static enum scute_status message_member(struct linker *linker, const struct unpacked *member,
	uint32_t depth, struct pb_message *message)
{
	enum scute_status status = SCUTE_OK;
	struct unpacked option;

	switch (member->number) {
	case MESSAGE_NAME:
		message->name = member->bytes;
		break;
	case MESSAGE_FIELD:
		status = undescribe_field(linker, member->bytes, message,
			&message->fields[message->n_fields]);
		message->n_fields += status == SCUTE_OK;
		break;
	case MESSAGE_NESTED:
		status = undescribe_message(linker, member->bytes, message, depth + 1,
			&message->messages[message->n_messages]);
		message->n_messages += status == SCUTE_OK;
		break;
	case MESSAGE_ENUM:
		status = undescribe_enum(linker, member->bytes, message,
			&message->enums[message->n_enums]);
		message->n_enums += status == SCUTE_OK;
		break;
	case MESSAGE_EXTENSION:
		status = undescribe_field(linker, member->bytes, message,
			&message->extensions[message->n_extensions]);
		message->n_extensions += status == SCUTE_OK;
		break;
	case MESSAGE_OPTIONS:
		message->options.wire = member->bytes;
		for (struct scute_str rest = member->bytes; unpack_next(&rest, 100, &option);) {
			if (option.number == OPTION_MESSAGE_SET) {
				message->is_message_set = option.value != 0;
			} else if (option.number == OPTION_MAP_ENTRY) {
				message->is_map_entry = option.value != 0;
			}
		}
		break;
	default:
		break;
	}
	return status;
}

static enum scute_status message_order(struct linker *linker, struct scute_str bytes,
	struct pb_message *message)
{
	const struct undescribed content = { message->fields, message->n_fields,
		message->extensions, message->n_extensions, message->messages,
		message->n_messages, message->enums, message->n_enums };
	struct pb_node **end = &message->first;
	enum scute_status status = undescribe_order(linker, &content, &end);

	if (status == SCUTE_OK) {
		status = undescribe_ranges(linker, bytes, MESSAGE_EXTENSION_RANGE, 1,
			&message->extension_ranges, &message->n_extension_ranges, &end);
	}
	if (status == SCUTE_OK) {
		status = undescribe_ranges(linker, bytes, MESSAGE_RESERVED_RANGE, 1,
			&message->reserved, &message->n_reserved, &end);
	}
	if (status == SCUTE_OK) {
		status = undescribe_names(linker, bytes, MESSAGE_RESERVED_NAME,
			&message->reserved_names, &message->n_reserved_names, &end);
	}
	return status;
}

/* Each has fields, and those of proto3 optional fields come last. */
static enum scute_status oneofs_are_right(struct linker *linker, const struct pb_message *message)
{
	bool synthetic = false;

	for (uint32_t i = 0; i < message->n_oneofs; i++) {
		if (message->oneofs[i]->n_fields == 0) {
			return undescribe_fail(linker, "a oneof has no fields");
		}
		if (synthetic && !message->oneofs[i]->is_synthetic) {
			return undescribe_fail(linker,
				"the oneof of an optional field stands before another one");
		}
		synthetic = message->oneofs[i]->is_synthetic;
	}
	return SCUTE_OK;
}

enum scute_status undescribe_message(struct linker *linker, struct scute_str bytes,
	struct pb_message *parent, uint32_t depth, struct pb_message **ret_message)
{
	enum scute_status status;
	struct unpacked member;
	struct scute_str rest = bytes;
	struct pb_message *message = undescribe_node(linker, sizeof(*message), &status);

	if (!message) {
		return status;
	}
	if (depth > linker->limits->depth_max) {
		return error_set(linker->err, SCUTE_ELIMIT,
			"the descriptor is nested more than %u levels deep",
			linker->limits->depth_max);
	}
	message->node.kind = PB_MESSAGE;
	message->file = linker->file;
	message->parent = parent;
	status = message_arrays(linker, bytes, message);
	if (status == SCUTE_OK) {
		status = read_oneofs(linker, bytes, message);
	}
	while (status == SCUTE_OK && unpack_next(&rest, linker->limits->depth_max, &member)) {
		status = message_member(linker, &member, depth, message);
	}
	if (status == SCUTE_OK && !undescribe_is_name(message->name)) {
		return undescribe_fail(linker, "a message has no name");
	}
	if (status == SCUTE_OK) {
		status = message_order(linker, bytes, message);
	}
	if (status == SCUTE_OK) {
		status = oneofs_are_right(linker, message);
	}
	if (status == SCUTE_OK) {
		*ret_message = message;
	}
	return status;
}
