/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over all options of a file, and the messages that they are. */
#include "options_walk.h"

#include "wellknown.h"

static const char *const message_names[OPTIONS_N_KINDS] = {
	[OPTIONS_FILE] = "google.protobuf.FileOptions",
	[OPTIONS_RANGE] = "google.protobuf.ExtensionRangeOptions",
	[OPTIONS_MESSAGE] = "google.protobuf.MessageOptions",
	[OPTIONS_FIELD] = "google.protobuf.FieldOptions",
	[OPTIONS_ONEOF] = "google.protobuf.OneofOptions",
	[OPTIONS_ENUM] = "google.protobuf.EnumOptions",
	[OPTIONS_VALUE] = "google.protobuf.EnumValueOptions",
	[OPTIONS_SERVICE] = "google.protobuf.ServiceOptions",
	[OPTIONS_METHOD] = "google.protobuf.MethodOptions",
};

struct walk {
	struct linker *linker;
	options_visit *visit;
	void *user;
};

static const struct pb_message *find_in(const struct pb_file *file, const char *full_name)
{
	for (uint32_t i = 0; file && i < file->n_messages; i++) {
		if (str_eq_z(file->messages[i]->full_name, full_name)) {
			return file->messages[i];
		}
	}
	return NULL;
}

const struct pb_message *options_message(const struct linker *linker, enum options_kind kind)
{
	const struct pb_message *message =
		pb_pool_message(linker->pool, str_z(message_names[kind]));

	/* Those of the pool, if it has them: somebody may extend them. */
	if (!message && !(linker->flags & PB_COMPILE_BUILTIN)) {
		message = find_in(pb_wellknown(SCUTE_STR("google/protobuf/descriptor.proto")),
			message_names[kind]);
	}
	return message;
}

static enum scute_status visit(struct walk *walk, enum options_kind kind,
	struct pb_options *options, struct pb_node **first, int32_t scope)
{
	const struct optioned thing = { kind, options, first, scope };

	if (options->n_items == 0 && options->wire.len == 0) {
		return SCUTE_OK;
	}
	return walk->visit(walk->user, &thing);
}

static enum scute_status fields(struct walk *walk, struct pb_field *const *items, uint32_t n,
	int32_t scope)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		status = visit(walk, OPTIONS_FIELD, &items[i]->options, NULL, scope);
	}
	return status;
}

static enum scute_status enums(struct walk *walk, struct pb_enum *const *items, uint32_t n,
	int32_t scope)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		struct pb_enum *enum_ = items[i];
		status = visit(walk, OPTIONS_ENUM, &enum_->options, &enum_->first, scope);
		for (uint32_t j = 0; j < enum_->n_values && status == SCUTE_OK; j++) {
			status =
				visit(walk, OPTIONS_VALUE, &enum_->values[j]->options, NULL, scope);
		}
	}
	return status;
}

/* Each statement once; all its ranges have the same options. */
static enum scute_status ranges(struct walk *walk, struct pb_node *first, int32_t scope)
{
	enum scute_status status = SCUTE_OK;

	for (struct pb_node *node = first; node && status == SCUTE_OK; node = node->next) {
		if (node->kind == PB_EXTENSIONS) {
			struct pb_ranges *statement = (struct pb_ranges *)(void *)node;
			status = visit(walk, OPTIONS_RANGE, &statement->options, NULL, scope);
		}
	}
	return status;
}

static enum scute_status oneofs(struct walk *walk, const struct pb_message *message, int32_t scope)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < message->n_oneofs && status == SCUTE_OK; i++) {
		struct pb_oneof *oneof = message->oneofs[i];
		status = visit(walk, OPTIONS_ONEOF, &oneof->options, &oneof->first, scope);
	}
	return status;
}

static enum scute_status messages(struct walk *walk, struct pb_message *const *items, uint32_t n,
	int32_t scope);

static enum scute_status message_content(struct walk *walk, const struct pb_message *message,
	int32_t scope)
{
	enum scute_status status = fields(walk, message->fields, message->n_fields, scope);

	if (status == SCUTE_OK) {
		status = fields(walk, message->extensions, message->n_extensions, scope);
	}
	if (status == SCUTE_OK) {
		status = oneofs(walk, message, scope);
	}
	if (status == SCUTE_OK) {
		status = enums(walk, message->enums, message->n_enums, scope);
	}
	return status == SCUTE_OK ? messages(walk, message->messages, message->n_messages, scope)
				  : status;
}

static enum scute_status messages(struct walk *walk, struct pb_message *const *items, uint32_t n,
	int32_t scope)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		struct pb_message *message = items[i];
		if (!message->is_map_entry) {
			status = visit(walk, OPTIONS_MESSAGE, &message->options, &message->first,
				scope);
		}
		if (status == SCUTE_OK) {
			status = ranges(walk, message->first, scope);
		}
		if (status == SCUTE_OK) {
			status =
				message_content(walk, message, linker_scope(walk->linker, message));
		}
	}
	return status;
}

static enum scute_status services(struct walk *walk, const struct pb_file *file)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < file->n_services && status == SCUTE_OK; i++) {
		struct pb_service *service = file->services[i];
		int32_t inner = walk->linker->base + service->symbol;
		status = visit(walk, OPTIONS_SERVICE, &service->options, &service->first,
			walk->linker->package);
		for (uint32_t j = 0; j < service->n_methods && status == SCUTE_OK; j++) {
			struct pb_method *method = service->methods[j];
			status = visit(walk, OPTIONS_METHOD, &method->options, &method->first,
				inner);
		}
	}
	return status;
}

enum scute_status options_walk(struct linker *linker, options_visit *visit_one, void *user)
{
	struct walk walk = { linker, visit_one, user };
	struct pb_file *file = linker->file;
	int32_t scope = linker->package;
	enum scute_status status =
		visit(&walk, OPTIONS_FILE, &file->options, &file->first, scope);

	if (status == SCUTE_OK) {
		status = messages(&walk, file->messages, file->n_messages, scope);
	}
	if (status == SCUTE_OK) {
		status = enums(&walk, file->enums, file->n_enums, scope);
	}
	if (status == SCUTE_OK) {
		status = services(&walk, file);
	}
	return status == SCUTE_OK
		? fields(&walk, file->extensions, file->n_extensions, scope)
		: status;
}
