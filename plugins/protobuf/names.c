/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from the names in a file and their nesting: full names, JSON names, places in
 * arrays, the oneofs of proto3 optional fields, and the list of all symbols.
 */
#include "linker.h"

#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "names.h"
#include "option_value.h"
#include "support/arena.h"

static enum scute_status add_symbol(struct linker *linker, const struct pb_node *node,
	struct scute_str name, int32_t parent, int32_t *ret_place)
{
	struct pb_file *file = linker->file;

	if (file->n_symbols == linker->symbols_cap) {
		uint32_t cap = linker->symbols_cap ? linker->symbols_cap * 2 : 64;
		struct pb_symbol *symbols = scute_alloc(linker->arena, cap * sizeof(*symbols));
		if (!symbols) {
			return link_memory(linker);
		}
		if (file->n_symbols > 0) {
			memcpy(symbols, file->symbols, file->n_symbols * sizeof(*symbols));
		}
		file->symbols = symbols;
		linker->symbols_cap = cap;
	}
	file->symbols[file->n_symbols] = (struct pb_symbol){ .node = node, .name = name,
		.hash = pb_hash(name), .parent = parent };
	if (ret_place) {
		*ret_place = (int32_t)file->n_symbols;
	}
	file->n_symbols++;
	return SCUTE_OK;
}

static enum scute_status full_name(struct linker *linker, struct scute_str scope,
	struct scute_str name, uint32_t offset, struct scute_str *ret_full)
{
	size_t len = scope.len + 1 + name.len;
	char *full;

	if (scope.len == 0) {
		*ret_full = name;
		return SCUTE_OK;
	}
	linker->name_bytes += len;
	if (linker->name_bytes > PB_NAME_BYTES_MAX) {
		return link_limit(linker, offset, "the full names take more than %u bytes",
			PB_NAME_BYTES_MAX);
	}
	full = scute_alloc(linker->arena, len);
	if (!full) {
		return link_memory(linker);
	}
	memcpy(full, scope.data, scope.len);
	full[scope.len] = '.';
	memcpy(full + scope.len + 1, name.data, name.len);
	*ret_full = (struct scute_str){ full, len };
	return SCUTE_OK;
}

bool pb_json_name(struct scute_str name, struct scute_arena *arena, struct scute_str *ret_name)
{
	bool upper = false;
	size_t len = 0;
	char *out;

	if (name.len == 0 || !memchr(name.data, '_', name.len)) {
		*ret_name = name;
		return true;
	}
	out = scute_alloc(arena, name.len);
	if (!out) {
		return false;
	}
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		if (c == '_') {
			upper = true;
			continue;
		}
		out[len++] = upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		upper = false;
	}
	*ret_name = (struct scute_str){ out, len };
	return true;
}

static enum scute_status name_fields(struct linker *linker, struct pb_field *const *fields,
	uint32_t n, int32_t scope, struct scute_str scope_name)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		struct pb_field *field = fields[i];
		if (!field->has_json_name &&
			!pb_json_name(field->name, linker->arena, &field->json_name)) {
			return link_memory(linker);
		}
		if (field->extendee_name.len > 0) {
			status = full_name(linker, scope_name, field->name, field->name_offset,
				&field->full_name);
		}
		if (status == SCUTE_OK) {
			status = add_symbol(linker, &field->node, field->name, scope, NULL);
		}
	}
	return status;
}

static enum scute_status name_enum(struct linker *linker, struct pb_enum *enum_, int32_t scope,
	struct scute_str scope_name)
{
	enum scute_status status = full_name(linker, scope_name, enum_->name, enum_->name_offset,
		&enum_->full_name);

	enum_->allow_alias |= pb_option_is_true(&enum_->options, "allow_alias");
	if (status == SCUTE_OK) {
		status = add_symbol(linker, &enum_->node, enum_->name, scope, &enum_->symbol);
	}
	/* The names of values are siblings of their enum, as in C++. */
	for (uint32_t i = 0; i < enum_->n_values && status == SCUTE_OK; i++) {
		status = add_symbol(linker, &enum_->values[i]->node, enum_->values[i]->name, scope,
			NULL);
	}
	if (status == SCUTE_OK && !pb_index_enum(enum_, linker->arena)) {
		return link_memory(linker);
	}
	return status;
}

static enum scute_status name_enums(struct linker *linker, struct pb_enum *const *enums,
	uint32_t n, int32_t scope, struct scute_str scope_name)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		enums[i]->index = (int32_t)i;
		status = name_enum(linker, enums[i], scope, scope_name);
	}
	return status;
}

/* A oneof for each proto3 optional field, with a name that is none of a field or oneof. */
struct taken {
	const struct scute_str **slots;
	uint32_t mask;
};

static bool taken_add(struct taken *taken, const struct scute_str *name)
{
	uint32_t at = pb_hash(*name) & taken->mask;

	for (; taken->slots[at]; at = (at + 1) & taken->mask) {
		if (str_eq(*taken->slots[at], *name)) {
			return false;
		}
	}
	taken->slots[at] = name;
	return true;
}

static bool taken_init(struct linker *linker, const struct pb_message *message,
	uint32_t n_new, struct taken *taken)
{
	uint32_t size = 16;

	while (size < (message->n_fields + message->n_oneofs + n_new) * 2) {
		size *= 2;
	}
	taken->slots = arena_zalloc(linker->arena, size, sizeof(*taken->slots));
	taken->mask = size - 1;
	if (!taken->slots) {
		return false;
	}
	for (uint32_t i = 0; i < message->n_fields; i++) {
		taken_add(taken, &message->fields[i]->name);
	}
	for (uint32_t i = 0; i < message->n_oneofs; i++) {
		taken_add(taken, &message->oneofs[i]->name);
	}
	return true;
}

static enum scute_status oneof_name(struct linker *linker, const struct pb_field *field,
	struct taken *taken, struct scute_str *name)
{
	/* Each X in front is one that another name has too: their sum is bounded by the text. */
	size_t room = 1;
	char *data;
	bool underscore = field->name.len == 0 || field->name.data[0] != '_';

	for (;; room++) {
		data = scute_alloc(linker->arena, room + field->name.len);
		linker->name_bytes += room + field->name.len;
		if (!data) {
			return link_memory(linker);
		}
		size_t xs = room - 1;
		memset(data, 'X', xs);
		if (underscore) {
			data[xs++] = '_';
		}
		memcpy(data + xs, field->name.data, field->name.len);
		*name = (struct scute_str){ data, xs + field->name.len };
		if (taken_add(taken, name)) {
			return SCUTE_OK;
		}
		if (linker->name_bytes > PB_NAME_BYTES_MAX) {
			return link_limit(linker, field->name_offset,
				"the names of oneofs take more than %u bytes", PB_NAME_BYTES_MAX);
		}
	}
}

static enum scute_status synthetic_oneof(struct linker *linker, struct pb_message *message,
	struct pb_field *field, struct taken *taken)
{
	struct pb_oneof *oneof = arena_zalloc(linker->arena, 1, sizeof(*oneof));
	struct pb_field **fields = scute_alloc(linker->arena, sizeof(struct pb_field *));

	if (!oneof || !fields) {
		return link_memory(linker);
	}
	fields[0] = field;
	oneof->node.kind = PB_ONEOF;
	oneof->node.offset = field->node.offset;
	oneof->name_offset = field->name_offset;
	oneof->is_synthetic = true;
	oneof->parent = message;
	oneof->fields = fields;
	oneof->n_fields = 1;
	field->oneof = oneof;
	message->oneofs[message->n_oneofs++] = oneof;
	return oneof_name(linker, field, taken, &oneof->name);
}

static enum scute_status synthetic_oneofs(struct linker *linker, struct pb_message *message)
{
	enum scute_status status = SCUTE_OK;
	struct pb_oneof **oneofs;
	struct taken taken;
	uint32_t n = 0;

	for (uint32_t i = 0; i < message->n_fields; i++) {
		n += message->fields[i]->proto3_optional && !message->fields[i]->oneof;
	}
	if (n == 0) {
		return SCUTE_OK;
	}
	oneofs = scute_alloc(linker->arena, (message->n_oneofs + n) * sizeof(struct pb_oneof *));
	if (!oneofs || !taken_init(linker, message, n, &taken)) {
		return link_memory(linker);
	}
	if (message->n_oneofs > 0) {
		memcpy(oneofs, message->oneofs, message->n_oneofs * sizeof(struct pb_oneof *));
	}
	message->oneofs = oneofs;
	for (uint32_t i = 0; i < message->n_fields && status == SCUTE_OK; i++) {
		struct pb_field *field = message->fields[i];
		if (field->proto3_optional && !field->oneof) {
			status = synthetic_oneof(linker, message, field, &taken);
		}
	}
	return status;
}

static int by_start(const void *a, const void *b)
{
	const struct pb_range *one = a;
	const struct pb_range *other = b;

	return one->start < other->start ? -1 : one->start > other->start;
}

static enum scute_status sort_ranges(struct linker *linker, struct pb_message *message)
{
	uint32_t n = message->n_extension_ranges;

	if (n == 0) {
		return SCUTE_OK;
	}
	message->sorted_ranges = scute_alloc(linker->arena, n * sizeof(struct pb_range));
	if (!message->sorted_ranges) {
		return link_memory(linker);
	}
	memcpy(message->sorted_ranges, message->extension_ranges, n * sizeof(struct pb_range));
	qsort(message->sorted_ranges, n, sizeof(struct pb_range), by_start);
	return SCUTE_OK;
}

/* Those that other things depend on before options are interpreted. */
static void early_options(struct pb_message *message)
{
	message->is_message_set |=
		pb_option_is_true(&message->options, "message_set_wire_format");
	for (uint32_t i = 0; i < message->n_extension_ranges && message->is_message_set; i++) {
		if (message->extension_ranges[i].to_max) {
			message->extension_ranges[i].end = INT32_MAX - 1;
		}
	}
}

static enum scute_status name_messages(struct linker *linker, struct pb_message *const *messages,
	uint32_t n, int32_t scope, struct scute_str scope_name);

static enum scute_status name_content(struct linker *linker, struct pb_message *message)
{
	int32_t scope = message->symbol;
	struct scute_str name = message->full_name;
	enum scute_status status =
		name_fields(linker, message->fields, message->n_fields, scope, name);

	early_options(message);
	if (status == SCUTE_OK) {
		status = sort_ranges(linker, message);
	}
	if (status == SCUTE_OK) {
		status = synthetic_oneofs(linker, message);
	}
	for (uint32_t i = 0; i < message->n_oneofs && status == SCUTE_OK; i++) {
		message->oneofs[i]->index = (int32_t)i;
		status = add_symbol(linker, &message->oneofs[i]->node, message->oneofs[i]->name,
			scope, NULL);
	}
	if (status == SCUTE_OK) {
		status = name_messages(linker, message->messages, message->n_messages, scope,
			name);
	}
	if (status == SCUTE_OK) {
		status = name_enums(linker, message->enums, message->n_enums, scope, name);
	}
	if (status == SCUTE_OK) {
		status = name_fields(linker, message->extensions, message->n_extensions, scope,
			name);
	}
	if (status == SCUTE_OK && !pb_index_message(message, linker->arena)) {
		return link_memory(linker);
	}
	return status;
}

static enum scute_status name_messages(struct linker *linker, struct pb_message *const *messages,
	uint32_t n, int32_t scope, struct scute_str scope_name)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		struct pb_message *message = messages[i];
		message->index = (int32_t)i;
		status = full_name(linker, scope_name, message->name, message->name_offset,
			&message->full_name);
		if (status == SCUTE_OK) {
			status = add_symbol(linker, &message->node, message->name, scope,
				&message->symbol);
		}
		if (status == SCUTE_OK) {
			status = name_content(linker, message);
		}
	}
	return status;
}

static enum scute_status name_service(struct linker *linker, struct pb_service *service)
{
	enum scute_status status = full_name(linker, linker->file->package, service->name,
		service->name_offset, &service->full_name);

	if (status == SCUTE_OK) {
		status = add_symbol(linker, &service->node, service->name, PB_NO_INDEX,
			&service->symbol);
	}
	for (uint32_t i = 0; i < service->n_methods && status == SCUTE_OK; i++) {
		status = add_symbol(linker, &service->methods[i]->node, service->methods[i]->name,
			service->symbol, NULL);
	}
	return status;
}

enum scute_status names_assign(struct linker *linker)
{
	struct pb_file *file = linker->file;
	struct scute_str package = file->package;
	enum scute_status status = name_messages(linker, file->messages, file->n_messages,
		PB_NO_INDEX, package);

	if (status == SCUTE_OK) {
		status = name_enums(linker, file->enums, file->n_enums, PB_NO_INDEX, package);
	}
	for (uint32_t i = 0; i < file->n_services && status == SCUTE_OK; i++) {
		status = name_service(linker, file->services[i]);
	}
	if (status == SCUTE_OK) {
		status = name_fields(linker, file->extensions, file->n_extensions, PB_NO_INDEX,
			package);
	}
	return status;
}
