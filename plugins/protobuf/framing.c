/* SPDX-License-Identifier: Apache-2.0 */
/* Message indexes in front of a payload. */
#include "framing.h"

#include "wire.h"

/*
 * Confluent's Java serialiser counts the messages that the text declares with "message". Clients
 * that go by descriptors count the entries of maps and groups too. The two differ only for
 * messages that are nested behind such a field.
 */
const struct framing_form framing_forms[FRAMING_FORMS] = {
	{ .is_plain = false, .counts_all = false },
	{ .is_plain = false, .counts_all = true },
	{ .is_plain = true, .counts_all = false },
};

/* Those at one level: of the file, or nested in one message. */
struct level {
	struct pb_message *const *messages;
	uint32_t n_messages;
};

static struct level level_of(const struct pb_file *file, const struct pb_message *parent)
{
	if (parent) {
		return (struct level){ parent->messages, parent->n_messages };
	}
	return (struct level){ file->messages, file->n_messages };
}

static bool counts(const struct pb_message *message, bool all)
{
	return all || (!message->is_map_entry && !message->is_group);
}

static const struct pb_message *message_at(struct level level, uint64_t index, bool all)
{
	for (uint32_t i = 0; i < level.n_messages; i++) {
		if (counts(level.messages[i], all) && index-- == 0) {
			return level.messages[i];
		}
	}
	return NULL;
}

static bool read_number(const uint8_t **at, const uint8_t *end, bool is_plain, uint64_t *ret_value)
{
	uint64_t value;

	if (!wire_varint(at, end, &value) || (!is_plain && (value & 1))) {
		return false; /* an odd one is negative in zig-zag */
	}
	*ret_value = is_plain ? value : value >> 1;
	return true;
}

bool framing_read(const struct pb_file *file, struct framing_form form, struct scute_str payload,
	struct framing *ret_framing)
{
	const uint8_t *at = (const uint8_t *)payload.data;
	const uint8_t *end = payload.len > 0 ? at + payload.len : at;
	const struct pb_message *message = NULL;
	uint64_t n;
	uint64_t index = 0;

	if (!read_number(&at, end, form.is_plain, &n)) {
		return false;
	}
	if (n == 0) {
		message = message_at(level_of(file, NULL), 0, form.counts_all);
	}
	for (uint64_t i = 0; i < n; i++) {
		if (!read_number(&at, end, form.is_plain, &index)) {
			return false;
		}
		message = message_at(level_of(file, message), index, form.counts_all);
		if (!message) {
			return false;
		}
	}
	if (!message || message->is_map_entry) {
		return false;
	}
	*ret_framing = (struct framing){ message,
		{ (const char *)at, (size_t)(end - at) } };
	return true;
}

static uint64_t index_of(const struct pb_message *message)
{
	struct level level = level_of(message->file, message->parent);
	uint64_t index = 0;

	for (uint32_t i = 0; level.messages[i] != message; i++) {
		index += counts(level.messages[i], false);
	}
	return index;
}

static void put_number(struct buf *buf, uint64_t value)
{
	uint8_t bytes[10];

	buf_append(buf, bytes, wire_put_varint(bytes, value << 1));
}

static void put_indexes(const struct pb_message *message, uint64_t n, struct buf *buf)
{
	if (!message->parent) {
		put_number(buf, n);
	} else {
		put_indexes(message->parent, n + 1, buf);
	}
	put_number(buf, index_of(message));
}

void framing_write(const struct pb_message *message, struct buf *buf)
{
	if (!message->parent && index_of(message) == 0) {
		put_number(buf, 0);
	} else {
		put_indexes(message, 1, buf);
	}
}
