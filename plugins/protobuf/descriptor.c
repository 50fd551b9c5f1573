/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model as google.protobuf.FileDescriptorProto; members in the order of their numbers, as
 * protoc has them.
 */
#include "descriptor.h"

#include "pack.h"
#include "support/arena.h"
#include "support/str.h"

struct writer {
	const struct pb_file *file;
	struct buf buf;
};

static void write_options(struct writer *w, int32_t number, const struct pb_options *options,
	bool always)
{
	if (options->n_items > 0 || options->wire.len > 0 || always) {
		pack_bytes(&w->buf, number, options->wire);
	}
}

/* A reference to a type: with a leading dot when it is known, else as written. */
static void write_type_name(struct writer *w, int32_t number, struct scute_str full_name,
	bool resolved, struct scute_str as_written)
{
	if (!resolved) {
		pack_bytes(&w->buf, number, as_written);
		return;
	}
	size_t begin = pack_begin(&w->buf, number);
	buf_append_byte(&w->buf, '.');
	buf_append_str(&w->buf, full_name);
	pack_end(&w->buf, begin);
}

static void write_type(struct writer *w, const struct pb_field *field)
{
	static const struct scute_str none = { NULL, 0 };

	if (field->type != PB_TYPE_UNKNOWN) {
		pack_int(&w->buf, 5, field->type);
	}
	if (field->message_type) {
		write_type_name(w, 6, field->message_type->full_name, true, none);
	} else if (field->enum_type) {
		write_type_name(w, 6, field->enum_type->full_name, true, none);
	} else if (field->type_name.len > 0) {
		write_type_name(w, 6, none, false, field->type_name);
	}
}

static void write_field(struct writer *w, int32_t number, const struct pb_field *field)
{
	static const struct scute_str none = { NULL, 0 };
	size_t begin = pack_begin(&w->buf, number);

	pack_bytes(&w->buf, 1, field->name);
	if (field->extendee_name.len > 0) {
		write_type_name(w, 2, field->extendee ? field->extendee->full_name : none,
			field->extendee != NULL, field->extendee_name);
	}
	pack_int(&w->buf, 3, field->number);
	pack_int(&w->buf, 4, field->label);
	write_type(w, field);
	if (field->has_default) {
		pack_bytes(&w->buf, 7, field->default_text);
	}
	write_options(w, 8, &field->options, false);
	if (field->oneof) {
		pack_int(&w->buf, 9, field->oneof->index);
	}
	pack_bytes(&w->buf, 10, field->json_name);
	if (field->proto3_optional) {
		pack_int(&w->buf, 17, 1);
	}
	pack_end(&w->buf, begin);
}

static void write_fields(struct writer *w, int32_t number, struct pb_field *const *fields,
	uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		write_field(w, number, fields[i]);
	}
}

/* end: what is added to the last number. */
static void write_range(struct writer *w, int32_t number, const struct pb_range *range, int end,
	const struct pb_options *options)
{
	size_t begin = pack_begin(&w->buf, number);

	pack_int(&w->buf, 1, range->start);
	pack_int(&w->buf, 2, (int32_t)((uint32_t)range->end + (uint32_t)end));
	if (options) {
		write_options(w, 3, options, false);
	}
	pack_end(&w->buf, begin);
}

static void write_names(struct writer *w, int32_t number, const struct pb_reserved_name *names,
	uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		pack_bytes(&w->buf, number, names[i].name);
	}
}

static void write_enum(struct writer *w, int32_t number, const struct pb_enum *enum_)
{
	size_t begin = pack_begin(&w->buf, number);

	pack_bytes(&w->buf, 1, enum_->name);
	for (uint32_t i = 0; i < enum_->n_values; i++) {
		const struct pb_enum_value *value = enum_->values[i];
		size_t inner = pack_begin(&w->buf, 2);
		pack_bytes(&w->buf, 1, value->name);
		pack_int(&w->buf, 2, value->number);
		write_options(w, 3, &value->options, false);
		pack_end(&w->buf, inner);
	}
	write_options(w, 3, &enum_->options, false);
	for (uint32_t i = 0; i < enum_->n_reserved; i++) {
		write_range(w, 4, &enum_->reserved[i], 0, NULL);
	}
	write_names(w, 5, enum_->reserved_names, enum_->n_reserved_names);
	pack_end(&w->buf, begin);
}

static void write_enums(struct writer *w, int32_t number, struct pb_enum *const *enums, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		write_enum(w, number, enums[i]);
	}
}

static void write_oneof(struct writer *w, int32_t number, const struct pb_oneof *oneof)
{
	size_t begin = pack_begin(&w->buf, number);

	pack_bytes(&w->buf, 1, oneof->name);
	write_options(w, 2, &oneof->options, false);
	pack_end(&w->buf, begin);
}

static void write_message(struct writer *w, int32_t number, const struct pb_message *message)
{
	static const struct pb_options map_entry = { .wire = { "\x38\x01", 2 } };
	size_t begin = pack_begin(&w->buf, number);

	pack_bytes(&w->buf, 1, message->name);
	write_fields(w, 2, message->fields, message->n_fields);
	for (uint32_t i = 0; i < message->n_messages; i++) {
		write_message(w, 3, message->messages[i]);
	}
	write_enums(w, 4, message->enums, message->n_enums);
	for (uint32_t i = 0; i < message->n_extension_ranges; i++) {
		const struct pb_range *range = &message->extension_ranges[i];
		write_range(w, 5, range, 1, &range->statement->options);
	}
	write_fields(w, 6, message->extensions, message->n_extensions);
	write_options(w, 7, message->is_map_entry ? &map_entry : &message->options, false);
	for (uint32_t i = 0; i < message->n_oneofs; i++) {
		write_oneof(w, 8, message->oneofs[i]);
	}
	for (uint32_t i = 0; i < message->n_reserved; i++) {
		write_range(w, 9, &message->reserved[i], 1, NULL);
	}
	write_names(w, 10, message->reserved_names, message->n_reserved_names);
	pack_end(&w->buf, begin);
}

static void write_method(struct writer *w, const struct pb_method *method)
{
	static const struct scute_str none = { NULL, 0 };
	size_t begin = pack_begin(&w->buf, 2);

	pack_bytes(&w->buf, 1, method->name);
	write_type_name(w, 2, method->input ? method->input->full_name : none,
		method->input != NULL, method->input_name);
	write_type_name(w, 3, method->output ? method->output->full_name : none,
		method->output != NULL, method->output_name);
	write_options(w, 4, &method->options, method->has_body);
	if (method->client_streaming) {
		pack_int(&w->buf, 5, 1);
	}
	if (method->server_streaming) {
		pack_int(&w->buf, 6, 1);
	}
	pack_end(&w->buf, begin);
}

static void write_service(struct writer *w, int32_t number, const struct pb_service *service)
{
	size_t begin = pack_begin(&w->buf, number);

	pack_bytes(&w->buf, 1, service->name);
	for (uint32_t i = 0; i < service->n_methods; i++) {
		write_method(w, service->methods[i]);
	}
	write_options(w, 3, &service->options, false);
	pack_end(&w->buf, begin);
}

/* Places in the list of dependencies of the imports of one kind. */
static void write_import_places(struct writer *w, int32_t number, enum pb_import_kind kind)
{
	for (uint32_t i = 0; i < w->file->n_imports; i++) {
		if (w->file->imports[i]->kind == kind) {
			pack_int(&w->buf, number, i);
		}
	}
}

static void write_file(struct writer *w, struct scute_str name)
{
	const struct pb_file *file = w->file;

	if (name.len > 0) {
		pack_bytes(&w->buf, 1, name);
	}
	if (file->package.len > 0) {
		pack_bytes(&w->buf, 2, file->package);
	}
	for (uint32_t i = 0; i < file->n_imports; i++) {
		pack_bytes(&w->buf, 3, file->imports[i]->path);
	}
	for (uint32_t i = 0; i < file->n_messages; i++) {
		write_message(w, 4, file->messages[i]);
	}
	write_enums(w, 5, file->enums, file->n_enums);
	for (uint32_t i = 0; i < file->n_services; i++) {
		write_service(w, 6, file->services[i]);
	}
	write_fields(w, 7, file->extensions, file->n_extensions);
	write_options(w, 8, &file->options, false);
	write_import_places(w, 10, PB_IMPORT_PUBLIC);
	write_import_places(w, 11, PB_IMPORT_WEAK);
	if (file->syntax == PB_PROTO3) {
		pack_bytes(&w->buf, 12, SCUTE_STR("proto3"));
	} else if (file->syntax == PB_EDITIONS) {
		pack_bytes(&w->buf, 12, SCUTE_STR("editions"));
		pack_int(&w->buf, 14, file->edition);
	}
}

enum scute_status pb_descriptor_write(const struct pb_file *file, struct scute_str name,
	struct scute_arena *arena, struct scute_str *ret_bytes, struct scute_error *err)
{
	struct writer w = { .file = file };

	buf_init_arena(&w.buf, SIZE_MAX / 2, arena);
	write_file(&w, name);
	if (w.buf.failed) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for the descriptor");
	}
	*ret_bytes = w.buf.len > 0 ? buf_str(&w.buf) : SCUTE_STR("");
	return SCUTE_OK;
}
