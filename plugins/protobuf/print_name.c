/* SPDX-License-Identifier: Apache-2.0 */
/* Names of types and extensions: as written, relative to the package, or as short as can be. */
#include "printer.h"

#include "support/str.h"

#include "pool.h"

/* Is full in the scope, so that name.rest of it is left? The scope "" holds all. */
static bool is_inside(struct scute_str full, struct scute_str scope, struct scute_str *ret_rest)
{
	if (scope.len == 0) {
		*ret_rest = full;
		return true;
	}
	if (full.len <= scope.len + 1 || full.data[scope.len] != '.' || !str_starts(full, scope)) {
		return false;
	}
	*ret_rest = (struct scute_str){ full.data + scope.len + 1, full.len - scope.len - 1 };
	return true;
}

static struct scute_str first_part(struct scute_str name)
{
	const char *dot = memchr(name.data, '.', name.len);

	return dot ? (struct scute_str){ name.data, (size_t)(dot - name.data) } : name;
}

static const struct pb_node *find_in(struct printer *p, struct scute_str scope,
	struct scute_str name)
{
	buf_reset(&p->scratch);
	if (scope.len > 0) {
		buf_append_str(&p->scratch, scope);
		buf_append_byte(&p->scratch, '.');
	}
	buf_append_str(&p->scratch, name);
	if (p->scratch.failed) {
		p->failed = true;
		return NULL;
	}
	return pb_pool_find(p->pool, buf_str(&p->scratch));
}

static bool is_type(const struct pb_node *node)
{
	return node->kind == PB_MESSAGE || node->kind == PB_ENUM || node->kind == PB_FIELD;
}

static bool is_aggregate(const struct pb_node *node)
{
	return node->kind == PB_MESSAGE || node->kind == PB_ENUM || node->kind == PB_SERVICE ||
	       node->kind == PB_PACKAGE;
}

/*
 * What a name means when it is looked up from one scope outwards, as the language has it: the
 * innermost scope that knows the first part decides.
 */
static const struct pb_node *resolve(struct printer *p, struct scute_str scope,
	struct scute_str name)
{
	struct scute_str first = first_part(name);
	bool simple = first.len == name.len;

	for (;;) {
		const struct pb_node *found = find_in(p, scope, first);
		if (found && simple && is_type(found)) {
			return found;
		}
		if (found && !simple && is_aggregate(found)) {
			return find_in(p, scope, name);
		}
		if (scope.len == 0) {
			return NULL;
		}
		while (scope.len > 0 && scope.data[scope.len - 1] != '.') {
			scope.len--;
		}
		scope.len -= scope.len > 0;
	}
}

static bool try_name(struct printer *p, struct scute_str scope, struct scute_str name,
	const struct pb_node *target)
{
	if (resolve(p, scope, name) != target) {
		return false;
	}
	print_str(p, name);
	return true;
}

/*
 * Inside the scope that shares the most with it a type has its shortest name; other packages'
 * types keep theirs whole. A name that would mean something else here gets its leading dot.
 */
static void short_write(struct printer *p, struct scute_str full_name)
{
	struct scute_str scope = p->scope ? p->scope->full_name : p->file->package;
	const struct pb_node *target = pb_pool_find(p->pool, full_name);
	struct scute_str rest;

	for (const struct pb_message *at = p->scope; at; at = at->parent) {
		if (is_inside(full_name, at->full_name, &rest) &&
			try_name(p, scope, rest, target)) {
			return;
		}
	}
	if (is_inside(full_name, p->file->package, &rest) && try_name(p, scope, rest, target)) {
		return;
	}
	if (!try_name(p, scope, full_name, target)) {
		buf_append_byte(&p->out, '.');
		print_str(p, full_name);
	}
}

/* What files that are not there define cannot be told from a short name; the rest is made equal. */
static void relative_write(struct printer *p, struct scute_str written, struct scute_str full_name)
{
	struct scute_str package = p->file->package;
	struct scute_str name = full_name.data ? full_name : written;
	bool absolute = full_name.data || (name.len > 0 && name.data[0] == '.');
	struct scute_str rest;

	if (name.len > 0 && name.data[0] == '.') {
		name.data++;
		name.len--;
	}
	if (package.len > 0 && is_inside(name, package, &rest)) {
		print_str(p, rest);
		return;
	}
	if (absolute && package.len > 0 && !memchr(name.data, '.', name.len)) {
		buf_append_byte(&p->out, '.'); /* of no package; without the dot it would be of ours */
	}
	print_str(p, name);
}

void print_name(struct printer *p, struct scute_str written, struct scute_str full_name)
{
	if (print_has(p, PB_PRINT_RELATIVE_NAMES)) {
		relative_write(p, written, full_name);
	} else if (print_has(p, PB_PRINT_SHORT_NAMES) && full_name.data) {
		short_write(p, full_name);
	} else {
		print_str(p, written);
	}
}

void print_message_name(struct printer *p, struct scute_str written,
	const struct pb_message *message)
{
	print_name(p, written, message ? message->full_name : (struct scute_str){ 0 });
}

void print_field_type(struct printer *p, const struct pb_field *field)
{
	struct scute_str full_name = { 0 };

	if (field->type_name.len == 0) {
		print_z(p, pb_type_word((enum pb_type)field->type));
		return;
	}
	if (field->enum_type) {
		full_name = field->enum_type->full_name;
	} else if (field->message_type) {
		full_name = field->message_type->full_name;
	}
	print_name(p, field->type_name, full_name);
}
