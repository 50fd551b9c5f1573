/* SPDX-License-Identifier: Apache-2.0 */
/* Names of types and extensions: as written, relative to the package, or as short as can be. */
#include "printer.h"

#include <string.h>

#include "support/str.h"

#include "pool_build.h"

/* Where each level of nesting hides the same names, the full name has to do. */
#define SCOPES_TRIED_MAX 8u

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

/* Would a type's name that begins so be read as something of the language's? */
static bool begins_with_word(struct scute_str name)
{
	static const char *const words[] = { "enum", "extend", "extensions", "group", "map",
		"message", "oneof", "option", "optional", "repeated", "required", "reserved",
		"stream" };
	const char *dot = name.len > 0 ? memchr(name.data, '.', name.len) : NULL;
	struct scute_str first = { name.data, dot ? (size_t)(dot - name.data) : name.len };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_eq_z(first, words[i])) {
			return true;
		}
	}
	return pb_type_of_word(first) != PB_TYPE_UNKNOWN;
}

/* Does the name, as it would be read where it stands, mean the target? */
static bool try_name(struct printer *p, int32_t scope, struct scute_str name,
	const struct pb_node *target, enum pool_wish wish)
{
	struct pool_miss miss;

	if (target->kind != PB_FIELD && begins_with_word(name)) {
		return false;
	}
	int32_t entry = pool_resolve(p->pool, scope, name, wish, &miss);

	if (entry == PB_NO_INDEX || p->pool->entries[entry].node != target) {
		return false;
	}
	print_str(p, name);
	return true;
}

/*
 * In a scope that is around both a type goes by its name in there; other packages' types keep
 * theirs whole. A name that would mean something else here gets its leading dot.
 */
static void short_write(struct printer *p, const struct pb_node *target,
	struct scute_str full_name, enum pool_wish wish)
{
	int32_t symbol = p->scope ? p->scope->symbol : PB_NO_INDEX;
	int32_t scope = pool_symbol_scope(p->pool, p->file,
		p->service ? p->service->symbol : symbol);
	unsigned n_tried = 0;
	struct scute_str rest;

	for (const struct pb_message *at = p->scope; at && n_tried < SCOPES_TRIED_MAX;
		at = at->parent) {
		if (!is_inside(full_name, at->full_name, &rest)) {
			continue;
		}
		if (try_name(p, scope, rest, target, wish)) {
			return;
		}
		n_tried++;
	}
	if (is_inside(full_name, p->file->package, &rest) &&
		try_name(p, scope, rest, target, wish)) {
		return;
	}
	if (!try_name(p, scope, full_name, target, wish)) {
		buf_append_byte(&p->out, '.');
		print_str(p, full_name);
	}
}

/* What other files define cannot be told from a short name; the rest is made equal. */
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
		buf_append_byte(&p->out, '.'); /* of no package; else it would be of ours */
	}
	print_str(p, name);
}

static struct scute_str full_name_of(const struct pb_node *target)
{
	switch (target->kind) {
	case PB_MESSAGE:
		return PB_AS(pb_message, target)->full_name;
	case PB_ENUM:
		return PB_AS(pb_enum, target)->full_name;
	default:
		return PB_AS(pb_field, target)->full_name;
	}
}

static void name_write(struct printer *p, struct scute_str written, const struct pb_node *target,
	enum pool_wish wish)
{
	struct scute_str full_name = target ? full_name_of(target) : (struct scute_str){ 0 };

	if (print_has(p, PB_PRINT_RELATIVE_NAMES)) {
		relative_write(p, written, full_name);
	} else if (print_has(p, PB_PRINT_SHORT_NAMES) && full_name.data) {
		short_write(p, target, full_name, wish);
	} else {
		print_str(p, written);
	}
}

void print_name(struct printer *p, struct scute_str written, const struct pb_node *target)
{
	name_write(p, written, target, POOL_ANY);
}

void print_field_type(struct printer *p, const struct pb_field *field)
{
	const struct pb_node *target = field->enum_type      ? &field->enum_type->node
				       : field->message_type ? &field->message_type->node
							     : NULL;

	if (field->type_name.len == 0) {
		print_z(p, pb_type_word((enum pb_type)field->type));
	} else {
		/* Only here do names that are no types not hide those that are. */
		name_write(p, field->type_name, target, POOL_TYPES);
	}
}
