/* SPDX-License-Identifier: Apache-2.0 */
/* Imports, symbols, and what the names of types mean. */
#include "linker.h"

#include "wellknown.h"

static enum scute_status import_missing(struct linker *linker, const struct pb_import *import)
{
	const struct scute_source *source = linker->pool->source;

	for (size_t i = 0; source && i < source->n_references; i++) {
		if (str_eq(source->references[i].name, import->path)) {
			return link_missing(linker, import->path_offset,
				"import \"%.*s\" is part of a cycle of imports",
				STR_ARGS(import->path));
		}
	}
	return link_missing(linker, import->path_offset,
		"import \"%.*s\" is neither built in nor one of the references",
		STR_ARGS(import->path));
}

static enum scute_status find_import(struct linker *linker, struct pb_import *import)
{
	struct pb_pool *pool = linker->pool;
	const struct pb_file *file = pb_pool_file(pool, import->path);

	if (!file && !(linker->flags & PB_COMPILE_BUILTIN)) {
		file = pb_wellknown(import->path);
		enum scute_status status = file ? pb_pool_add(pool, file, linker->err) : SCUTE_OK;
		if (status != SCUTE_OK) {
			return status;
		}
	}
	if (!file && !linker->stored) {
		return import_missing(linker, import);
	}
	import->file = file;
	return SCUTE_OK;
}

enum scute_status link_imports(struct linker *linker)
{
	struct pb_file *file = linker->file;
	struct pb_pool *pool = linker->pool;
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < file->n_imports && status == SCUTE_OK; i++) {
		status = find_import(linker, file->imports[i]);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	pool->mark++;
	for (uint32_t i = 0; i < file->n_imports; i++) {
		struct pb_import *import = file->imports[i];
		uint32_t place = import->file ? pool_find_file(pool, import->path) : UINT32_MAX;
		if (place == UINT32_MAX) {
			continue;
		}
		if (pool->files[place].walked == pool->mark && !linker->stored) {
			return link_fail(linker, import->path_offset,
				"import \"%.*s\" stands there twice", STR_ARGS(import->path));
		}
		pool->files[place].walked = pool->mark;
	}
	return SCUTE_OK;
}

static uint32_t symbol_offset(const struct pb_node *node)
{
	switch (node->kind) {
	case PB_MESSAGE:
		return PB_AS(pb_message, node)->name_offset;
	case PB_ENUM:
		return PB_AS(pb_enum, node)->name_offset;
	case PB_FIELD:
		return PB_AS(pb_field, node)->name_offset;
	case PB_ONEOF:
		return PB_AS(pb_oneof, node)->name_offset;
	case PB_VALUE:
		return PB_AS(pb_enum_value, node)->name_offset;
	case PB_SERVICE:
		return PB_AS(pb_service, node)->name_offset;
	case PB_METHOD:
		return PB_AS(pb_method, node)->name_offset;
	default:
		return node->offset;
	}
}

static struct scute_str path_label(const struct pb_file *file)
{
	return file->path.len > 0 ? file->path : SCUTE_STR("the schema itself");
}

static enum scute_status defined_twice(struct linker *linker, const struct pb_symbol *symbol,
	int32_t other)
{
	const struct pool_entry *entry = &linker->pool->entries[other];
	const struct pb_file *file = linker->pool->files[entry->file].file;
	uint32_t offset = symbol_offset(symbol->node);

	if (file != linker->file) {
		return link_object(linker, offset, "\"%.*s\" is already defined in \"%.*s\"",
			STR_ARGS(symbol->name), STR_ARGS(path_label(file)));
	}
	if (symbol->node->kind == PB_VALUE) {
		return link_object(linker, offset,
			"\"%.*s\" is already defined; the values of an "
			"enum are names in the scope that the enum stands in",
			STR_ARGS(symbol->name));
	}
	return link_object(linker, offset, "\"%.*s\" is already defined in this scope",
		STR_ARGS(symbol->name));
}

static uint32_t package_offset(const struct pb_file *file)
{
	const struct pb_node *node = file->first;

	while (node && node->kind != PB_PACKAGE_STATEMENT) {
		node = node->next;
	}
	return node ? node->offset : 0;
}

/* A file and its names go into the pool. ret_package, ret_base as in struct linker. */
static enum scute_status enter_file(struct linker *linker)
{
	struct pb_pool *pool = linker->pool;
	struct pb_file *file = linker->file;
	int32_t clash = PB_NO_INDEX;

	linker->place = pool_new_file(pool, file);
	if (linker->place == UINT32_MAX) {
		return link_memory(linker);
	}
	linker->package = pool_package(pool, file->package, linker->place, &clash);
	if (linker->package == POOL_NO_MEMORY) {
		return link_memory(linker);
	}
	if (clash != PB_NO_INDEX && !linker->stored) {
		return link_fail(linker, package_offset(file),
			"\"%.*s\" in the package is defined as something else in \"%.*s\"",
			STR_ARGS(pool->entries[clash].name),
			STR_ARGS(path_label(pool->files[pool->entries[clash].file].file)));
	}
	linker->base = (int32_t)pool->n_entries;
	pool->files[linker->place].package = linker->package;
	pool->files[linker->place].symbols = linker->base;
	return SCUTE_OK;
}

enum scute_status link_symbols(struct linker *linker)
{
	struct pb_pool *pool = linker->pool;
	struct pb_file *file = linker->file;
	enum scute_status status = enter_file(linker);

	for (uint32_t i = 0; i < file->n_symbols && status == SCUTE_OK; i++) {
		const struct pb_symbol *symbol = &file->symbols[i];
		int32_t scope = symbol->parent == PB_NO_INDEX ? linker->package
							      : linker->base + symbol->parent;
		int32_t other = pool_lookup(pool, scope, symbol->name, symbol->hash);
		if (other != PB_NO_INDEX) {
			status = defined_twice(linker, symbol, other);
		}
		if (status == SCUTE_OK && pool_append(pool, symbol, scope, linker->place,
						  other != PB_NO_INDEX) == PB_NO_INDEX) {
			status = link_memory(linker);
		}
	}
	return status;
}

static enum scute_status not_found(struct linker *linker, uint32_t offset, struct scute_str name,
	const struct pool_miss *miss)
{
	const struct pb_pool *pool = linker->pool;

	if (miss->hidden != PB_NO_INDEX && miss->partial == PB_NO_INDEX) {
		const struct pb_file *file = pool->files[pool->entries[miss->hidden].file].file;
		return link_object(linker, offset,
			"\"%.*s\" is defined in \"%.*s\", which is not imported", STR_ARGS(name),
			STR_ARGS(path_label(file)));
	}
	if (miss->partial != PB_NO_INDEX) {
		struct scute_str part = pool->entries[miss->partial].name;
		return link_object(linker, offset,
			"\"%.*s\" is not defined in the innermost \"%.*s\"; "
			"a dot in front makes it start from the outermost scope",
			STR_ARGS(name), STR_ARGS(part));
	}
	return link_object(linker, offset, "\"%.*s\" is not defined", STR_ARGS(name));
}

/* The node of a name in a scope; NULL in *ret_node where a stored text may have none. */
static enum scute_status resolve(struct linker *linker, int32_t scope, struct scute_str name,
	uint32_t offset, enum pool_wish wish, const struct pb_node **ret_node)
{
	struct pool_miss miss;
	int32_t entry = pool_resolve(linker->pool, scope, name, wish, &miss);

	if (entry == PB_NO_INDEX) {
		*ret_node = NULL;
		return not_found(linker, offset, name, &miss);
	}
	*ret_node = linker->pool->entries[entry].node;
	return SCUTE_OK;
}

static enum scute_status resolve_message(struct linker *linker, int32_t scope,
	struct scute_str name, uint32_t offset, const struct pb_message **ret_message)
{
	const struct pb_node *node;
	enum scute_status status = resolve(linker, scope, name, offset, POOL_ANY, &node);

	if (status != SCUTE_OK || !node) {
		return status;
	}
	if (node->kind != PB_MESSAGE) {
		return link_object(linker, offset, "\"%.*s\" is not a message", STR_ARGS(name));
	}
	*ret_message = PB_AS(pb_message, node);
	return SCUTE_OK;
}

static enum scute_status field_type(struct linker *linker, int32_t scope, struct pb_field *field)
{
	const struct pb_node *node;
	enum scute_status status;

	if (field->is_map || field->is_group || field->type_name.len == 0) {
		return SCUTE_OK;
	}
	status = resolve(linker, scope, field->type_name, field->type_offset, POOL_TYPES, &node);
	if (status != SCUTE_OK || !node) {
		field->type = PB_TYPE_UNKNOWN;
		return status;
	}
	if (node->kind == PB_MESSAGE && field->type != PB_TYPE_ENUM) {
		field->message_type = PB_AS(pb_message, node);
		field->type = field->type == PB_TYPE_GROUP ? PB_TYPE_GROUP : PB_TYPE_MESSAGE;
	} else if (node->kind == PB_ENUM &&
		   (field->type == PB_TYPE_ENUM || field->type == PB_TYPE_UNKNOWN)) {
		field->enum_type = PB_AS(pb_enum, node);
		field->type = PB_TYPE_ENUM;
	} else {
		field->type = PB_TYPE_UNKNOWN;
		return link_object(linker, field->type_offset, "\"%.*s\" is not %s",
			STR_ARGS(field->type_name),
			node->kind == PB_MESSAGE ? "an enum"
			: node->kind == PB_ENUM	 ? "a message"
						 : "a type");
	}
	return SCUTE_OK;
}

const struct pb_range *pb_extension_range(const struct pb_message *message, int32_t number)
{
	uint32_t low = 0;
	uint32_t high = message->n_extension_ranges;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct pb_range *range = &message->sorted_ranges[middle];
		if (number < range->start) {
			high = middle;
		} else if (number > range->end) {
			low = middle + 1;
		} else {
			return range;
		}
	}
	return NULL;
}

static bool is_field_of(const struct pb_field *field, const struct pb_file *file)
{
	for (uint32_t i = 0; !field->parent && i < file->n_extensions; i++) {
		if (file->extensions[i] == field) {
			return true;
		}
	}
	return field->parent && field->parent->file == file;
}

static enum scute_status enter_extension(struct linker *linker, const struct pb_field *field)
{
	const struct pb_message *extendee = field->extendee;
	const struct pb_field *other;

	if (!pb_extension_range(extendee, field->number)) {
		enum scute_status status = link_object(linker, field->number_offset,
			"\"%.*s\" does not have %d as a number of extensions",
			STR_ARGS(extendee->full_name), (int)field->number);
		if (status != SCUTE_OK) {
			return status;
		}
	}
	if (!pool_add_extension(linker->pool, field, &other)) {
		return link_memory(linker);
	}
	/* Another file's with the same number is none of this one's faults: protoc only warns. */
	if (other && is_field_of(other, linker->file)) {
		return link_object(linker, field->number_offset,
			"the extension number %d of \"%.*s\" is already that of \"%.*s\"",
			(int)field->number, STR_ARGS(extendee->full_name),
			STR_ARGS(other->full_name));
	}
	return SCUTE_OK;
}

static enum scute_status link_fields(struct linker *linker, struct pb_field *const *fields,
	uint32_t n, const struct pb_message *parent)
{
	int32_t scope = linker_scope(linker, parent);
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		status = field_type(linker, scope, fields[i]);
	}
	return status;
}

/* The blocks in one scope: each names its message once for all its fields. */
static enum scute_status link_extends(struct linker *linker, struct pb_node *first,
	const struct pb_message *parent)
{
	int32_t scope = linker_scope(linker, parent);
	enum scute_status status = SCUTE_OK;

	for (struct pb_node *node = first; node && status == SCUTE_OK; node = node->next) {
		if (node->kind != PB_EXTEND) {
			continue;
		}
		struct pb_extend *extend = (struct pb_extend *)(void *)node;
		status = resolve_message(linker, scope, extend->extendee_name, extend->name_offset,
			&extend->extendee);
		for (uint32_t i = 0; i < extend->n_fields && status == SCUTE_OK; i++) {
			extend->fields[i]->extendee = extend->extendee;
			if (extend->extendee) {
				status = enter_extension(linker, extend->fields[i]);
			}
		}
	}
	return status;
}

static enum scute_status link_messages(struct linker *linker, struct pb_message *const *messages,
	uint32_t n)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		struct pb_message *message = messages[i];
		status = link_fields(linker, message->fields, message->n_fields, message);
		if (status == SCUTE_OK) {
			status = link_fields(linker, message->extensions, message->n_extensions,
				message);
		}
		if (status == SCUTE_OK) {
			status = link_extends(linker, message->first, message);
		}
		if (status == SCUTE_OK) {
			status = link_messages(linker, message->messages, message->n_messages);
		}
	}
	return status;
}

static enum scute_status link_service(struct linker *linker, const struct pb_service *service)
{
	int32_t scope = linker->base + service->symbol;
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < service->n_methods && status == SCUTE_OK; i++) {
		struct pb_method *method = service->methods[i];
		status = resolve_message(linker, scope, method->input_name, method->input_offset,
			&method->input);
		if (status == SCUTE_OK) {
			status = resolve_message(linker, scope, method->output_name,
				method->output_offset, &method->output);
		}
	}
	return status;
}

enum scute_status link_types(struct linker *linker)
{
	struct pb_file *file = linker->file;
	enum scute_status status = link_messages(linker, file->messages, file->n_messages);

	if (status == SCUTE_OK) {
		status = link_fields(linker, file->extensions, file->n_extensions, NULL);
	}
	if (status == SCUTE_OK) {
		status = link_extends(linker, file->first, NULL);
	}
	for (uint32_t i = 0; i < file->n_services && status == SCUTE_OK; i++) {
		status = link_service(linker, file->services[i]);
	}
	return status;
}

/* What a built-in file extends. */
static enum scute_status add_extensions(struct pb_pool *pool, struct pb_field *const *fields,
	uint32_t n, struct scute_error *err)
{
	const struct pb_field *other;

	for (uint32_t i = 0; i < n; i++) {
		if (!pool_add_extension(pool, fields[i], &other)) {
			return error_set(err, SCUTE_ENOMEM, "out of memory for the schema");
		}
	}
	return SCUTE_OK;
}

enum scute_status pb_pool_add(struct pb_pool *pool, const struct pb_file *file,
	struct scute_error *err)
{
	struct linker linker = {
		.pool = pool, .err = err, .file = (struct pb_file *)(uintptr_t)file};
	enum scute_status status = SCUTE_OK;

	/* The imports of built-in files are not deep, and have no cycles. */
	for (uint32_t i = 0; i < file->n_imports && status == SCUTE_OK; i++) {
		const struct pb_file *import = file->imports[i]->file;
		if (import && !pb_pool_file(pool, file->imports[i]->path)) {
			status = pb_pool_add(pool, import, err);
		}
	}
	if (status == SCUTE_OK) {
		status = link_symbols(&linker);
	}
	for (uint32_t i = 0; i < file->n_messages && status == SCUTE_OK; i++) {
		status = add_extensions(pool, file->messages[i]->extensions,
			file->messages[i]->n_extensions, err);
	}
	return status == SCUTE_OK ? add_extensions(pool, file->extensions, file->n_extensions, err)
				  : status;
}
