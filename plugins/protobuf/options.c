/* SPDX-License-Identifier: Apache-2.0 */
/* The options of everything in a file, each against its google.protobuf.*Options. */
#include "interpret.h"

#include "support/buf.h"
#include "wellknown.h"

/* Their messages, found once per file. */
enum options_kind {
	OPTIONS_FILE,
	OPTIONS_MESSAGE,
	OPTIONS_FIELD,
	OPTIONS_ONEOF,
	OPTIONS_ENUM,
	OPTIONS_VALUE,
	OPTIONS_SERVICE,
	OPTIONS_METHOD,
	OPTIONS_RANGE,
};

#define OPTIONS_N_KINDS (OPTIONS_RANGE + 1)

static const char *const message_names[OPTIONS_N_KINDS] = {
	[OPTIONS_FILE] = "google.protobuf.FileOptions",
	[OPTIONS_MESSAGE] = "google.protobuf.MessageOptions",
	[OPTIONS_FIELD] = "google.protobuf.FieldOptions",
	[OPTIONS_ONEOF] = "google.protobuf.OneofOptions",
	[OPTIONS_ENUM] = "google.protobuf.EnumOptions",
	[OPTIONS_VALUE] = "google.protobuf.EnumValueOptions",
	[OPTIONS_SERVICE] = "google.protobuf.ServiceOptions",
	[OPTIONS_METHOD] = "google.protobuf.MethodOptions",
	[OPTIONS_RANGE] = "google.protobuf.ExtensionRangeOptions",
};

struct walk {
	struct interpreter in;
	const struct pb_message *messages[OPTIONS_N_KINDS];
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

/* Those of the pool, if it has them (somebody may extend them); else the built-in ones. */
static const struct pb_message *options_message(struct walk *walk, enum options_kind kind)
{
	const struct linker *linker = walk->in.linker;

	if (!walk->messages[kind]) {
		const struct pb_message *message =
			pb_pool_message(linker->pool, str_z(message_names[kind]));
		if (!message && !(linker->flags & PB_COMPILE_BUILTIN)) {
			message = find_in(
				pb_wellknown(SCUTE_STR("google/protobuf/descriptor.proto")),
				message_names[kind]);
		}
		walk->messages[kind] = message;
	}
	return walk->messages[kind];
}

/* scope: of the thing itself, its parent's: names begin there. */
static enum scute_status interpret(struct walk *walk, enum options_kind kind,
	struct pb_options *options, int32_t scope)
{
	struct interpreter *in = &walk->in;
	enum scute_status status = SCUTE_OK;
	struct buf out;

	if (options->n_items == 0) {
		return SCUTE_OK;
	}
	const struct pb_message *message = options_message(walk, kind);
	if (!message) {
		return link_memory(in->linker);
	}
	struct filling *root = filling_create(in, message, true);
	if (!root) {
		return link_memory(in->linker);
	}
	in->scope = scope;
	for (uint32_t i = 0; i < options->n_items && status == SCUTE_OK; i++) {
		status = option_apply(in, options->items[i], root);
		if (in->linker->stored && status == SCUTE_EINVAL) {
			status = SCUTE_OK; /* it is in the text, and in no descriptor */
		}
	}
	buf_init_arena(&out, SIZE_MAX / 2, in->arena);
	if (status == SCUTE_OK) {
		status = filling_write(in, root, &out);
	}
	if (status == SCUTE_OK) {
		options->wire = buf_str(&out);
	}
	return status;
}

static enum scute_status fields(struct walk *walk, struct pb_field *const *items, uint32_t n,
	int32_t scope)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		status = interpret(walk, OPTIONS_FIELD, &items[i]->options, scope);
	}
	return status;
}

static enum scute_status enums(struct walk *walk, struct pb_enum *const *items, uint32_t n,
	int32_t scope)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		struct pb_enum *enum_ = items[i];
		status = interpret(walk, OPTIONS_ENUM, &enum_->options, scope);
		for (uint32_t j = 0; j < enum_->n_values && status == SCUTE_OK; j++) {
			status = interpret(walk, OPTIONS_VALUE, &enum_->values[j]->options, scope);
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
			status = interpret(walk, OPTIONS_RANGE, &statement->options, scope);
		}
	}
	return status;
}

static enum scute_status messages(struct walk *walk, struct pb_message *const *items, uint32_t n,
	int32_t scope)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < n && status == SCUTE_OK; i++) {
		struct pb_message *message = items[i];
		int32_t inner = linker_scope(walk->in.linker, message);
		status = interpret(walk, OPTIONS_MESSAGE, &message->options, scope);
		if (status == SCUTE_OK) {
			status = fields(walk, message->fields, message->n_fields, inner);
		}
		if (status == SCUTE_OK) {
			status = fields(walk, message->extensions, message->n_extensions, inner);
		}
		for (uint32_t j = 0; j < message->n_oneofs && status == SCUTE_OK; j++) {
			status = interpret(walk, OPTIONS_ONEOF, &message->oneofs[j]->options,
				inner);
		}
		if (status == SCUTE_OK) {
			status = enums(walk, message->enums, message->n_enums, inner);
		}
		if (status == SCUTE_OK) {
			status = ranges(walk, message->first, scope);
		}
		if (status == SCUTE_OK) {
			status = messages(walk, message->messages, message->n_messages, inner);
		}
	}
	return status;
}

static enum scute_status services(struct walk *walk)
{
	const struct pb_file *file = walk->in.linker->file;
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < file->n_services && status == SCUTE_OK; i++) {
		struct pb_service *service = file->services[i];
		int32_t inner = walk->in.linker->base + service->symbol;
		status = interpret(walk, OPTIONS_SERVICE, &service->options,
			walk->in.linker->package);
		for (uint32_t j = 0; j < service->n_methods && status == SCUTE_OK; j++) {
			status = interpret(walk, OPTIONS_METHOD, &service->methods[j]->options,
				inner);
		}
	}
	return status;
}

enum scute_status options_interpret(struct linker *linker)
{
	struct walk walk = { .in = { .linker = linker, .arena = linker->arena } };
	struct pb_file *file = linker->file;
	int32_t scope = linker->package;
	enum scute_status status = interpret(&walk, OPTIONS_FILE, &file->options, scope);

	if (status == SCUTE_OK) {
		status = messages(&walk, file->messages, file->n_messages, scope);
	}
	if (status == SCUTE_OK) {
		status = enums(&walk, file->enums, file->n_enums, scope);
	}
	if (status == SCUTE_OK) {
		status = services(&walk);
	}
	return status == SCUTE_OK
		? fields(&walk, file->extensions, file->n_extensions, scope)
		: status;
}
