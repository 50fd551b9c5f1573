/* SPDX-License-Identifier: Apache-2.0 */
/* A descriptor's top level: the file, its imports and services. */
#include "undescribe.h"

#include "support/arena.h"

/* Numbers of FileDescriptorProto. */
enum {
	FILE_PACKAGE = 2,
	FILE_DEPENDENCY = 3,
	FILE_MESSAGE = 4,
	FILE_ENUM = 5,
	FILE_SERVICE = 6,
	FILE_EXTENSION = 7,
	FILE_OPTIONS = 8,
	FILE_PUBLIC = 10,
	FILE_WEAK = 11,
	FILE_SYNTAX = 12,
	FILE_EDITION = 14,
};

enum scute_status undescribe_fail(struct linker *linker, const char *what)
{
	return error_set(linker->err, SCUTE_EINVAL, "in the descriptor: %s", what);
}

void *undescribe_node(struct linker *linker, size_t bytes, enum scute_status *ret_status)
{
	if (++linker->n_items > linker->limits->items_max) {
		*ret_status = error_set(linker->err, SCUTE_ELIMIT,
			"the schema has more than %llu items",
			(unsigned long long)linker->limits->items_max);
		return NULL;
	}
	void *node = arena_zalloc(linker->arena, 1, bytes);
	*ret_status = node ? SCUTE_OK : link_memory(linker);
	return node;
}

bool undescribe_count(const struct linker *linker, struct scute_str bytes, int32_t number,
	uint32_t *ret_count)
{
	struct unpacked field;
	uint32_t count = 0;

	while (unpack_next(&bytes, linker->limits->depth_max, &field)) {
		count += field.number == number;
	}
	*ret_count = count;
	return bytes.len == 0;
}

enum scute_status undescribe_array(struct linker *linker, struct scute_str bytes, int32_t number,
	void ***ret_items)
{
	uint32_t count = 0;

	*ret_items = NULL;
	if (!undescribe_count(linker, bytes, number, &count)) {
		return undescribe_fail(linker, "it is malformed");
	}
	if (count == 0) {
		return SCUTE_OK;
	}
	*ret_items = scute_alloc(linker->arena, count * sizeof(void *));
	return *ret_items ? SCUTE_OK : link_memory(linker);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool undescribe_is_name(struct scute_str name)
{
	if (name.len == 0 || !is_letter(name.data[0])) {
		return false;
	}
	for (size_t i = 1; i < name.len; i++) {
		if (!is_letter(name.data[i]) && (name.data[i] < '0' || name.data[i] > '9')) {
			return false;
		}
	}
	return true;
}

bool undescribe_is_dotted(struct scute_str name, bool dot)
{
	if (dot && name.len > 0 && name.data[0] == '.') {
		name.data++;
		name.len--;
	}
	for (;;) {
		const char *end = name.len > 0 ? memchr(name.data, '.', name.len) : NULL;
		struct scute_str part = { name.data,
			end ? (size_t)(end - name.data) : name.len };
		if (!undescribe_is_name(part)) {
			return false;
		}
		if (!end) {
			return true;
		}
		name.data += part.len + 1;
		name.len -= part.len + 1;
	}
}

static enum scute_status read_import(struct linker *linker, struct scute_str path,
	struct pb_import **ret_import)
{
	enum scute_status status;
	struct pb_import *import = undescribe_node(linker, sizeof(*import), &status);

	if (!import) {
		return status;
	}
	if (!str_is_utf8(path) || path.len == 0) {
		return undescribe_fail(linker, "a dependency is no path");
	}
	import->node.kind = PB_IMPORT;
	import->path = path;
	*ret_import = import;
	return SCUTE_OK;
}

/* Numbers of MethodDescriptorProto. */
static enum scute_status read_method(struct linker *linker, struct scute_str bytes,
	struct pb_service *parent, struct pb_method **ret_method)
{
	enum scute_status status;
	struct unpacked field;
	struct pb_method *method = undescribe_node(linker, sizeof(*method), &status);

	if (!method) {
		return status;
	}
	method->node.kind = PB_METHOD;
	method->parent = parent;
	while (unpack_next(&bytes, linker->limits->depth_max, &field)) {
		switch (field.number) {
		case 1:
			method->name = field.bytes;
			break;
		case 2:
			method->input_name = field.bytes;
			break;
		case 3:
			method->output_name = field.bytes;
			break;
		case 4:
			method->options.wire = field.bytes;
			method->has_body = true;
			break;
		case 5:
			method->client_streaming = field.value != 0;
			break;
		case 6:
			method->server_streaming = field.value != 0;
			break;
		default:
			break;
		}
	}
	if (bytes.len > 0 || !undescribe_is_name(method->name) ||
		!undescribe_is_dotted(method->input_name, true) ||
		!undescribe_is_dotted(method->output_name, true)) {
		return undescribe_fail(linker, "a method is malformed");
	}
	*ret_method = method;
	return SCUTE_OK;
}

/* Numbers of ServiceDescriptorProto. */
static enum scute_status read_service(struct linker *linker, struct scute_str bytes,
	struct pb_service **ret_service)
{
	enum scute_status status;
	struct unpacked field;
	struct pb_service *service = undescribe_node(linker, sizeof(*service), &status);
	struct pb_node **end;
	void **items;

	if (!service) {
		return status;
	}
	status = undescribe_array(linker, bytes, 2, &items);
	service->node.kind = PB_SERVICE;
	service->file = linker->file;
	service->methods = (struct pb_method **)items;
	end = &service->first;
	while (status == SCUTE_OK && unpack_next(&bytes, linker->limits->depth_max, &field)) {
		if (field.number == 1) {
			service->name = field.bytes;
		} else if (field.number == 3) {
			service->options.wire = field.bytes;
		} else if (field.number == 2) {
			struct pb_method **method = &service->methods[service->n_methods];
			status = read_method(linker, field.bytes, service, method);
			if (status == SCUTE_OK) {
				service->n_methods++;
				*end = &(*method)->node;
				end = &(*method)->node.next;
			}
		}
	}
	if (status == SCUTE_OK && !undescribe_is_name(service->name)) {
		return undescribe_fail(linker, "a service has no name");
	}
	*ret_service = service;
	return status;
}

static enum scute_status read_syntax(
	struct linker *linker, struct scute_str syntax, int32_t edition)
{
	struct pb_file *file = linker->file;

	file->has_syntax = syntax.len > 0;
	file->edition = PB_EDITION_PROTO2;
	if (str_eq_z(syntax, "proto3")) {
		file->syntax = PB_PROTO3;
		file->edition = PB_EDITION_PROTO3;
	} else if (str_eq_z(syntax, "editions") && edition == PB_EDITION_2023) {
		file->syntax = PB_EDITIONS;
		file->edition = edition;
	} else if (syntax.len > 0 && !str_eq_z(syntax, "proto2")) {
		return undescribe_fail(linker, "its syntax or edition is not known");
	}
	return SCUTE_OK;
}

static enum scute_status find_syntax(struct linker *linker, struct scute_str bytes)
{
	struct scute_str syntax = { NULL, 0 };
	struct unpacked field;
	int32_t edition = 0;

	while (unpack_next(&bytes, linker->limits->depth_max, &field)) {
		if (field.number == FILE_SYNTAX) {
			syntax = field.bytes;
		} else if (field.number == FILE_EDITION) {
			edition = (int32_t)field.value;
		}
	}
	return read_syntax(linker, syntax, edition);
}

/* What stands once in the file, and of what kind its imports are. */
static enum scute_status read_singular(struct linker *linker, struct scute_str bytes)
{
	struct pb_file *file = linker->file;
	struct unpacked field;

	while (unpack_next(&bytes, linker->limits->depth_max, &field)) {
		bool public = field.number == FILE_PUBLIC;
		if (public || field.number == FILE_WEAK) {
			if (field.type != PACK_VARINT || field.value >= file->n_imports) {
				return undescribe_fail(linker, "no such dependency");
			}
			file->imports[field.value]->kind =
				public ? PB_IMPORT_PUBLIC : PB_IMPORT_WEAK;
		} else if (field.number == FILE_PACKAGE && field.bytes.len > 0) {
			file->package = field.bytes;
		} else if (field.number == FILE_OPTIONS) {
			file->options.wire = field.bytes;
		}
	}
	if (file->package.len > 0 && !undescribe_is_dotted(file->package, false)) {
		return undescribe_fail(linker, "its package is no name");
	}
	return SCUTE_OK;
}

static enum scute_status file_arrays(struct linker *linker, struct scute_str bytes)
{
	struct pb_file *file = linker->file;
	const int32_t numbers[] = { FILE_DEPENDENCY, FILE_MESSAGE, FILE_ENUM, FILE_SERVICE,
		FILE_EXTENSION };
	void **items[5];
	enum scute_status status = SCUTE_OK;

	for (size_t i = 0; i < 5 && status == SCUTE_OK; i++) {
		status = undescribe_array(linker, bytes, numbers[i], &items[i]);
	}
	if (status == SCUTE_OK) {
		file->imports = (struct pb_import **)items[0];
		file->messages = (struct pb_message **)items[1];
		file->enums = (struct pb_enum **)items[2];
		file->services = (struct pb_service **)items[3];
		file->extensions = (struct pb_field **)items[4];
	}
	return status;
}

static enum scute_status read_element(struct linker *linker, const struct unpacked *field)
{
	struct pb_file *file = linker->file;
	enum scute_status status = SCUTE_OK;

	switch (field->number) {
	case FILE_DEPENDENCY:
		status = read_import(linker, field->bytes, &file->imports[file->n_imports]);
		file->n_imports += status == SCUTE_OK;
		break;
	case FILE_MESSAGE:
		status = undescribe_message(linker, field->bytes, NULL, 1,
			&file->messages[file->n_messages]);
		file->n_messages += status == SCUTE_OK;
		break;
	case FILE_ENUM:
		status = undescribe_enum(linker, field->bytes, NULL, &file->enums[file->n_enums]);
		file->n_enums += status == SCUTE_OK;
		break;
	case FILE_SERVICE:
		status = read_service(linker, field->bytes, &file->services[file->n_services]);
		file->n_services += status == SCUTE_OK;
		break;
	case FILE_EXTENSION:
		status = undescribe_field(linker, field->bytes, NULL,
			&file->extensions[file->n_extensions]);
		file->n_extensions += status == SCUTE_OK;
		break;
	default:
		break;
	}
	return status;
}

enum scute_status undescribe_file(struct linker *linker, struct scute_str bytes)
{
	struct pb_file *file = linker->file;
	enum scute_status status = file_arrays(linker, bytes);
	struct pb_node **end = &file->first;
	struct scute_str rest = bytes;
	struct unpacked field;

	/* It decides how the rest is read. */
	if (status == SCUTE_OK) {
		status = find_syntax(linker, bytes);
	}
	while (status == SCUTE_OK && unpack_next(&rest, linker->limits->depth_max, &field)) {
		status = read_element(linker, &field);
	}
	if (status == SCUTE_OK) {
		status = read_singular(linker, bytes);
	}
	for (uint32_t i = 0; i < file->n_imports && status == SCUTE_OK; i++) {
		*end = &file->imports[i]->node;
		end = &file->imports[i]->node.next;
	}
	const struct undescribed content = { .extensions = file->extensions,
		.n_extensions = file->n_extensions, .messages = file->messages,
		.n_messages = file->n_messages, .enums = file->enums, .n_enums = file->n_enums };
	if (status == SCUTE_OK) {
		status = undescribe_order(linker, &content, &end);
	}
	for (uint32_t i = 0; i < file->n_services && status == SCUTE_OK; i++) {
		*end = &file->services[i]->node;
		end = &file->services[i]->node.next;
	}
	return status;
}
