/* SPDX-License-Identifier: Apache-2.0 */
/* Fields and enum values by name and number: open addressing over places in their arrays. */
#include "index.h"

#include "support/arena.h"
#include "support/str.h"

#include "pool.h"

/* Fewer than that are found as fast by looking at each. */
#define INDEX_COUNT_MIN 9

struct pb_index {
	uint32_t mask;
	uint32_t slots[]; /* place + 1; 0: free */
};

/* What a table is about: the i-th key of an array of things. */
struct keys {
	const void *const *items;
	uint32_t count;
	struct scute_str (*name)(const void *item); /* NULL: by number */
	int32_t (*number)(const void *item);
};

static struct scute_str field_name(const void *item)
{
	return ((const struct pb_field *)item)->name;
}

static struct scute_str field_json_name(const void *item)
{
	return ((const struct pb_field *)item)->json_name;
}

static int32_t field_number(const void *item)
{
	return ((const struct pb_field *)item)->number;
}

static struct scute_str value_name(const void *item)
{
	return ((const struct pb_enum_value *)item)->name;
}

static int32_t value_number(const void *item)
{
	return ((const struct pb_enum_value *)item)->number;
}

/* A place whose key is the given one, from start on along the probe; PB_NO_INDEX: none. */
static int64_t find(const struct keys *keys, const struct pb_index *index, struct scute_str name,
	int32_t number)
{
	if (!index) {
		for (uint32_t i = 0; i < keys->count; i++) {
			if (keys->name ? str_eq(keys->name(keys->items[i]), name)
				       : keys->number(keys->items[i]) == number) {
				return i;
			}
		}
		return PB_NO_INDEX;
	}
	uint32_t at = (keys->name ? pb_hash(name) : pb_hash_number(number)) & index->mask;
	for (; index->slots[at] != 0; at = (at + 1) & index->mask) {
		const void *item = keys->items[index->slots[at] - 1];
		if (keys->name ? str_eq(keys->name(item), name) : keys->number(item) == number) {
			return index->slots[at] - 1;
		}
	}
	return PB_NO_INDEX;
}

static bool make(const struct keys *keys, struct scute_arena *arena,
	const struct pb_index **ret_index)
{
	uint32_t size = 16;
	static const struct scute_str none = { NULL, 0 };

	if (keys->count < INDEX_COUNT_MIN) {
		*ret_index = NULL;
		return true;
	}
	while (size < keys->count * 2) {
		size *= 2;
	}
	struct pb_index *index = arena_zalloc(arena, 1, sizeof(*index) + size * sizeof(uint32_t));
	if (!index) {
		return false;
	}
	index->mask = size - 1;
	for (uint32_t i = 0; i < keys->count; i++) {
		const void *item = keys->items[i];
		struct scute_str name = keys->name ? keys->name(item) : none;
		int32_t number = keys->name ? 0 : keys->number(item);
		if (find(keys, index, name, number) != PB_NO_INDEX) {
			continue;
		}
		uint32_t at = (keys->name ? pb_hash(name) : pb_hash_number(number)) & index->mask;
		while (index->slots[at] != 0) {
			at = (at + 1) & index->mask;
		}
		index->slots[at] = i + 1;
	}
	*ret_index = index;
	return true;
}

static struct keys field_keys(const struct pb_message *message)
{
	return (struct keys){ .items = (const void *const *)message->fields,
		.count = message->n_fields };
}

static struct keys value_keys(const struct pb_enum *enum_)
{
	return (struct keys){ .items = (const void *const *)enum_->values,
		.count = enum_->n_values };
}

bool pb_index_message(struct pb_message *message, struct scute_arena *arena)
{
	struct keys names = field_keys(message);
	struct keys json_names = names;
	struct keys numbers = names;

	names.name = field_name;
	json_names.name = field_json_name;
	numbers.number = field_number;
	return make(&names, arena, &message->by_name) &&
	       make(&json_names, arena, &message->by_json_name) &&
	       make(&numbers, arena, &message->by_number);
}

bool pb_index_enum(struct pb_enum *enum_, struct scute_arena *arena)
{
	struct keys names = value_keys(enum_);
	struct keys numbers = names;

	names.name = value_name;
	numbers.number = value_number;
	return make(&names, arena, &enum_->by_name) && make(&numbers, arena, &enum_->by_number);
}

const struct pb_field *pb_field_by_name(const struct pb_message *message, struct scute_str name)
{
	struct keys keys = field_keys(message);

	keys.name = field_name;
	int64_t place = find(&keys, message->by_name, name, 0);
	return place < 0 ? NULL : message->fields[place];
}

const struct pb_field *pb_field_by_json_name(const struct pb_message *message,
	struct scute_str name)
{
	struct keys keys = field_keys(message);

	keys.name = field_json_name;
	int64_t place = find(&keys, message->by_json_name, name, 0);
	return place < 0 ? NULL : message->fields[place];
}

const struct pb_field *pb_field_by_number(const struct pb_message *message, int32_t number)
{
	static const struct scute_str none = { NULL, 0 };
	struct keys keys = field_keys(message);

	keys.number = field_number;
	int64_t place = find(&keys, message->by_number, none, number);
	return place < 0 ? NULL : message->fields[place];
}

const struct pb_enum_value *pb_value_by_name(const struct pb_enum *enum_, struct scute_str name)
{
	struct keys keys = value_keys(enum_);

	keys.name = value_name;
	int64_t place = find(&keys, enum_->by_name, name, 0);
	return place < 0 ? NULL : enum_->values[place];
}

const struct pb_enum_value *pb_value_by_number(const struct pb_enum *enum_, int32_t number)
{
	static const struct scute_str none = { NULL, 0 };
	struct keys keys = value_keys(enum_);

	keys.number = value_number;
	int64_t place = find(&keys, enum_->by_number, none, number);
	return place < 0 ? NULL : enum_->values[place];
}
