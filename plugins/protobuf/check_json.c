/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are different in the text and the same in JSON. */
#include "check.h"
#include "names.h"
#include "option_value.h"
#include "support/arena.h"

/* Things by a name each; the first one of a name stays. */
struct named {
	struct scute_str name;
	const void *thing;
};

struct name_table {
	struct named *slots;
	uint32_t mask;
};

static bool table_init(struct name_table *table, uint32_t n, struct scute_arena *arena)
{
	uint32_t size = 8;

	while (size < n * 2) {
		size *= 2;
	}
	table->mask = size - 1;
	table->slots = arena_zalloc(arena, size, sizeof(*table->slots));
	return table->slots != NULL;
}

/* The thing that has the name already; NULL: it is entered now. */
static const void *table_enter(struct name_table *table, struct scute_str name, const void *thing)
{
	uint32_t at = pb_hash(name) & table->mask;

	for (; table->slots[at].thing; at = (at + 1) & table->mask) {
		if (str_eq(table->slots[at].name, name)) {
			return table->slots[at].thing;
		}
	}
	table->slots[at] = (struct named){ name, thing };
	return NULL;
}

static enum scute_status clash(struct linker *linker, const struct pb_field *field,
	const struct pb_field *other, struct scute_str name)
{
	return link_fail(linker, field->name_offset,
		"the JSON name \"%.*s\" of \"%.*s\" is also that of \"%.*s\"", STR_ARGS(name),
		STR_ARGS(field->name), STR_ARGS(other->name));
}

/*
 * As protoc does: once over the derived names alone, and once over the names as they are,
 * when a given one is among those that clash. What is derived only warns in proto2.
 */
enum scute_status check_json_names(struct linker *linker, const struct pb_message *message)
{
	bool legacy = message->features.json_format == 2;
	struct name_table plain;
	struct name_table given;
	bool any_given = false;

	if (message->n_fields < 2 || message->is_map_entry ||
		pb_option_is_true(&message->options, "deprecated_legacy_json_field_conflicts")) {
		return SCUTE_OK;
	}
	if (!table_init(&plain, message->n_fields, linker->arena) ||
		!table_init(&given, message->n_fields, linker->arena)) {
		return link_memory(linker);
	}
	for (uint32_t i = 0; i < message->n_fields; i++) {
		const struct pb_field *field = message->fields[i];
		struct scute_str name;
		if (!pb_json_name(field->name, linker->arena, &name)) {
			return link_memory(linker);
		}
		const struct pb_field *other = table_enter(&plain, name, field);
		any_given = any_given || field->has_json_name;
		if (other && !legacy) {
			return clash(linker, field, other, name);
		}
	}
	for (uint32_t i = 0; i < message->n_fields && any_given; i++) {
		const struct pb_field *field = message->fields[i];
		const struct pb_field *other = table_enter(&given, field->json_name, field);
		if (!other || (!field->has_json_name && !other->has_json_name)) {
			continue;
		}
		if (!legacy || (field->has_json_name && other->has_json_name)) {
			return clash(linker, field, other, field->json_name);
		}
	}
	return SCUTE_OK;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The value's name without the enum's in front, where it is there. */
static struct scute_str without_prefix(struct scute_str name, struct scute_str prefix)
{
	size_t i = 0;
	size_t j = 0;

	for (;; i++) {
		while (j < prefix.len && prefix.data[j] == '_') {
			j++;
		}
		if (i == name.len || j == prefix.len) {
			break;
		}
		if (name.data[i] == '_') {
			continue;
		}
		if (lower(name.data[i]) != lower(prefix.data[j])) {
			return name;
		}
		j++;
	}
	if (j < prefix.len) {
		return name;
	}
	while (i < name.len && name.data[i] == '_') {
		i++;
	}
	return i == name.len ? name : (struct scute_str){ name.data + i, name.len - i };
}

/* FOO_BAR and foo_bar as FooBar. */
static struct scute_str pascal(struct scute_str name, struct scute_arena *arena)
{
	struct scute_str copy = arena_copy(arena, name);
	char *out = (char *)(uintptr_t)copy.data;
	bool upper = true;
	size_t len = 0;

	for (size_t i = 0; out && i < copy.len; i++) {
		char c = copy.data[i];
		if (c == '_') {
			upper = true;
			continue;
		}
		c = lower(c);
		out[len++] = upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		upper = false;
	}
	copy.len = len;
	return copy;
}

enum scute_status check_enum_prefix(struct linker *linker, const struct pb_enum *enum_)
{
	struct name_table table;

	if (enum_->n_values < 2 ||
		pb_option_is_true(&enum_->options, "deprecated_legacy_json_field_conflicts")) {
		return SCUTE_OK;
	}
	if (!table_init(&table, enum_->n_values, linker->arena)) {
		return link_memory(linker);
	}
	for (uint32_t i = 0; i < enum_->n_values; i++) {
		const struct pb_enum_value *value = enum_->values[i];
		struct scute_str name =
			pascal(without_prefix(value->name, enum_->name), linker->arena);
		const struct pb_enum_value *other = table_enter(&table, name, value);
		if (other && other->number != value->number) {
			return link_fail(linker, value->name_offset,
				"\"%.*s\" is the same as \"%.*s\" without case, underscores and "
				"the "
				"enum's name in front",
				STR_ARGS(value->name), STR_ARGS(other->name));
		}
	}
	return SCUTE_OK;
}
