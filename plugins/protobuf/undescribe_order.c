/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the arrays of a descriptor to the order of a text that gives the same arrays again: maps and
 * groups make a message where they stand, so nested messages stand between the right fields.
 */
#include "undescribe.h"

#include "support/arena.h"

struct order {
	struct linker *linker;
	const struct undescribed *content;
	struct pb_node **end;
	uint32_t field;     /* the next one to be placed */
	uint32_t extension;
	struct owner {
		const struct pb_field *field; /* that makes the message; NULL: none does */
		uint32_t place;               /* in fields or extensions */
		bool extends;
	} *owners; /* of each nested message */
};

static void append(struct order *order, struct pb_node *node)
{
	*order->end = node;
	order->end = &node->next;
}

/* Nested messages by name. */
struct nested {
	uint32_t *slots; /* place + 1 */
	uint32_t mask;
};

static bool nested_init(struct order *order, struct nested *nested)
{
	const struct undescribed *content = order->content;
	uint32_t size = 8;

	while (size < content->n_messages * 2) {
		size *= 2;
	}
	nested->mask = size - 1;
	nested->slots = arena_zalloc(order->linker->arena, size, sizeof(*nested->slots));
	for (uint32_t i = 0; nested->slots && i < content->n_messages; i++) {
		uint32_t at = pb_hash(content->messages[i]->name) & nested->mask;
		while (nested->slots[at] != 0) {
			at = (at + 1) & nested->mask;
		}
		nested->slots[at] = i + 1;
	}
	return nested->slots != NULL;
}

/* The nested message that the last part of a type's name is; UINT32_MAX: none. */
static uint32_t nested_find(const struct order *order, const struct nested *nested,
	struct scute_str type_name)
{
	const char *dot = type_name.len > 0 ? memrchr(type_name.data, '.', type_name.len) : NULL;
	size_t skip = dot ? (size_t)(dot + 1 - type_name.data) : 0;
	struct scute_str name = { type_name.data + skip, type_name.len - skip };
	uint32_t at = pb_hash(name) & nested->mask;

	for (; nested->slots[at] != 0; at = (at + 1) & nested->mask) {
		uint32_t place = nested->slots[at] - 1;
		if (str_eq(order->content->messages[place]->name, name)) {
			return place;
		}
	}
	return UINT32_MAX;
}

static bool is_entry_of(const struct pb_message *entry, const struct pb_field *map)
{
	size_t at = 0;
	bool upper = true;
	static const char suffix[] = "Entry";

	if (!entry->is_map_entry || map->label != PB_REPEATED || entry->n_fields != 2 ||
		entry->fields[0]->number != 1 || entry->fields[1]->number != 2) {
		return false;
	}
	for (size_t i = 0; i < map->name.len; i++) {
		char c = map->name.data[i];
		if (c == '_') {
			upper = true;
			continue;
		}
		c = upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		if (at == entry->name.len || entry->name.data[at++] != c) {
			return false;
		}
		upper = false;
	}
	return entry->name.len == at + sizeof(suffix) - 1 &&
	       memcmp(entry->name.data + at, suffix, sizeof(suffix) - 1) == 0;
}

static bool is_group_of(const struct pb_message *group, const struct pb_field *field)
{
	return group->name.len == field->name.len && group->name.data[0] >= 'A' &&
	       group->name.data[0] <= 'Z' && str_eq_nocase(group->name, field->name);
}

static enum scute_status find_owner(struct order *order, const struct nested *nested,
	struct pb_field *field, uint32_t index, bool extends)
{
	bool is_group = field->type == PB_TYPE_GROUP;
	uint32_t place;

	if (!is_group && field->type != PB_TYPE_MESSAGE) {
		return SCUTE_OK;
	}
	place = nested_find(order, nested, field->type_name);
	struct pb_message *message =
		place == UINT32_MAX ? NULL : order->content->messages[place];
	if (is_group) {
		if (!message || !is_group_of(message, field) || order->owners[place].field) {
			return undescribe_fail(order->linker,
				"a group's message does not stand beside it");
		}
		field->is_group = true;
		field->message_type = message;
		field->type_name = message->name;
		message->is_group = true;
	} else if (message && !extends && !order->owners[place].field &&
		   is_entry_of(message, field)) {
		field->is_map = true;
		field->has_label = false;
		field->message_type = message;
		field->type_name = message->fields[1]->type_name;
	} else {
		return SCUTE_OK;
	}
	order->owners[place] = (struct owner){ field, index, extends };
	return SCUTE_OK;
}

static enum scute_status find_owners(struct order *order)
{
	const struct undescribed *content = order->content;
	enum scute_status status = SCUTE_OK;
	struct nested nested;

	order->owners = arena_zalloc(order->linker->arena, content->n_messages + 1,
		sizeof(*order->owners));
	if (!order->owners || !nested_init(order, &nested)) {
		return link_memory(order->linker);
	}
	for (uint32_t i = 0; i < content->n_fields && status == SCUTE_OK; i++) {
		status = find_owner(order, &nested, content->fields[i], i, false);
	}
	for (uint32_t i = 0; i < content->n_extensions && status == SCUTE_OK; i++) {
		status = find_owner(order, &nested, content->extensions[i], i, true);
	}
	for (uint32_t i = 0; i < content->n_messages && status == SCUTE_OK; i++) {
		if (content->messages[i]->is_map_entry && !order->owners[i].field) {
			status = undescribe_fail(order->linker, "a map's entry has no map");
		}
	}
	return status;
}

/* The fields of a oneof, which follow each other, from the first one on. */
static enum scute_status place_oneof(struct order *order, struct pb_oneof *oneof)
{
	const struct undescribed *content = order->content;
	struct pb_node **end = &oneof->first;
	uint32_t first = order->field;
	uint32_t n = 0;

	while (first + n < content->n_fields && content->fields[first + n]->oneof == oneof) {
		*end = &content->fields[first + n]->node;
		end = &content->fields[first + n]->node.next;
		n++;
	}
	if (oneof->n_fields > 0) {
		return undescribe_fail(order->linker,
			"the fields of a oneof do not follow each other");
	}
	oneof->fields = content->fields + first;
	oneof->n_fields = n;
	order->field += n;
	if (n == 1 && content->fields[first]->proto3_optional) {
		oneof->is_synthetic = true;
		oneof->first = NULL;
		append(order, &content->fields[first]->node);
	} else {
		append(order, &oneof->node);
	}
	return SCUTE_OK;
}

/* Fields up to, and without, the one of that place. */
static enum scute_status place_fields(struct order *order, uint32_t to)
{
	enum scute_status status = SCUTE_OK;

	while (order->field < to && status == SCUTE_OK) {
		struct pb_field *field = order->content->fields[order->field];
		if (field->oneof) {
			status = place_oneof(order, (struct pb_oneof *)(uintptr_t)field->oneof);
		} else {
			append(order, &field->node);
			order->field++;
		}
	}
	return status;
}

/* Extensions likewise; neighbours with the same message make one block. */
static enum scute_status place_extensions(struct order *order, uint32_t to)
{
	enum scute_status status = SCUTE_OK;

	while (order->extension < to) {
		struct pb_field **fields = order->content->extensions + order->extension;
		struct pb_extend *extend = undescribe_node(order->linker, sizeof(*extend), &status);
		if (!extend) {
			return status;
		}
		struct pb_node **end = &extend->first;
		extend->node.kind = PB_EXTEND;
		extend->extendee_name = fields[0]->extendee_name;
		extend->fields = fields;
		while (order->extension < to &&
			str_eq(order->content->extensions[order->extension]->extendee_name,
				extend->extendee_name)) {
			*end = &order->content->extensions[order->extension]->node;
			end = &(*end)->next;
			extend->n_fields++;
			order->extension++;
		}
		append(order, &extend->node);
	}
	return status;
}

/*
 * The place of the next field behind nested message i that makes one; all fields if there is none.
 */
static uint32_t next_owning(const struct order *order, uint32_t i)
{
	for (; i < order->content->n_messages; i++) {
		if (order->owners[i].field && !order->owners[i].extends) {
			return order->owners[i].place;
		}
	}
	return order->content->n_fields;
}

static enum scute_status place_all(struct order *order)
{
	const struct undescribed *content = order->content;
	enum scute_status status = place_fields(order, next_owning(order, 0));

	for (uint32_t i = 0; i < content->n_messages && status == SCUTE_OK; i++) {
		const struct owner *owner = &order->owners[i];
		if (!owner->field) {
			append(order, &content->messages[i]->node);
		} else if (owner->extends) {
			status = place_extensions(order, owner->place + 1);
		} else {
			status = place_fields(order, owner->place + 1);
			/* Plain fields stand rather with fields than behind messages. */
			if (status == SCUTE_OK && (i + 1 == content->n_messages ||
							  !order->owners[i + 1].field)) {
				status = place_fields(order, next_owning(order, i + 1));
			}
		}
	}
	if (status == SCUTE_OK) {
		status = place_fields(order, content->n_fields);
	}
	for (uint32_t i = 0; i < content->n_enums && status == SCUTE_OK; i++) {
		append(order, &content->enums[i]->node);
	}
	return status == SCUTE_OK ? place_extensions(order, content->n_extensions) : status;
}

enum scute_status undescribe_order(struct linker *linker, const struct undescribed *content,
	struct pb_node ***end)
{
	struct order order = { .linker = linker, .content = content, .end = *end };
	enum scute_status status = find_owners(&order);

	for (uint32_t i = 0; i < content->n_extensions && status == SCUTE_OK; i++) {
		if (content->extensions[i]->extendee_name.len == 0 ||
			content->extensions[i]->oneof) {
			status = undescribe_fail(linker, "an extension is malformed");
		}
	}
	for (uint32_t i = 0; i < content->n_fields && status == SCUTE_OK; i++) {
		if (content->fields[i]->extendee_name.len > 0) {
			status = undescribe_fail(linker, "a message's own field extends something");
		}
	}
	if (status == SCUTE_OK) {
		status = place_all(&order);
	}
	*end = order.end;
	return status;
}
