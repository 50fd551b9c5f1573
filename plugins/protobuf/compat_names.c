/* SPDX-License-Identifier: Apache-2.0 */
/* When two names mean the same type: in the schema's own package the name in there counts. */
#include "compat.h"

#include "support/arena.h"
#include "support/str.h"

#include "pool.h"

/* What is left of a full name in the package, or all of it. */
static struct scute_str in_package(struct scute_str full_name, struct scute_str package)
{
	if (package.len > 0 && full_name.len > package.len + 1 &&
		full_name.data[package.len] == '.' && str_starts(full_name, package)) {
		full_name.data += package.len + 1;
		full_name.len -= package.len + 1;
	}
	return full_name;
}

static bool is_own(const struct scute_schema *schema, const struct pb_message *message)
{
	return str_eq(message->file->package, schema->file->package);
}

struct scute_str compat_name(const struct scute_schema *schema, const struct pb_message *message)
{
	return is_own(schema, message) ?
		in_package(message->full_name, schema->file->package) :
		message->full_name;
}

bool compat_same_name(const struct check *c, const struct pair *pair)
{
	return is_own(c->writer, pair->writer) == is_own(c->reader, pair->reader) &&
	       str_eq(compat_name(c->writer, pair->writer), compat_name(c->reader, pair->reader));
}

static struct scute_str type_name(const struct scute_schema *schema, const struct pb_field *field)
{
	struct scute_str name = field->type_name;

	if (field->message_type) {
		return compat_name(schema, field->message_type);
	}
	if (name.len > 0 && name.data[0] == '.') {
		name.data++;
		name.len--;
	}
	return in_package(name, schema->file->package);
}

static bool ends_with_name(struct scute_str name, struct scute_str end)
{
	return str_ends(name, end) &&
	       (name.len == end.len || name.data[name.len - end.len - 1] == '.');
}

bool compat_same_written(const struct check *c, const struct pb_field *writer,
	const struct pb_field *reader)
{
	struct scute_str a = type_name(c->writer, writer);
	struct scute_str b = type_name(c->reader, reader);

	return ends_with_name(a, b) || ends_with_name(b, a);
}

enum scute_status compat_counterpart(struct check *c, struct scute_str full_name,
	const struct scute_schema *from, const struct scute_schema *to,
	const struct pb_message **ret_message)
{
	struct scute_str package = to->file->package;
	struct scute_str name = full_name;

	if (!str_eq(from->file->package, package)) {
		name = in_package(full_name, from->file->package);
		if (package.len > 0) {
			size_t len = package.len + 1 + name.len;
			char *text = scute_alloc(c->arena, len);
			if (!text) {
				return compat_memory(c);
			}
			memcpy(text, package.data, package.len);
			text[package.len] = '.';
			memcpy(text + package.len + 1, name.data, name.len);
			name = (struct scute_str){ text, len };
		}
	}
	*ret_message = pb_pool_message(to->pool, name);
	return SCUTE_OK;
}
