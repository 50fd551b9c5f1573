/* SPDX-License-Identifier: Apache-2.0 */
/* Fields, with groups and maps; oneofs; blocks of extensions. */
#include "parser.h"
#include "support/arena.h"

static const char label_expected[] = "\"optional\", \"required\" or \"repeated\"";

/* What a field stands in. */
struct place {
	struct scope *scope;
	struct pb_oneof *oneof;
	struct pb_extend *extend;
};

static bool label_word(const struct parser *parser, enum pb_label *ret_label)
{
	if (at_word(parser, SCUTE_STR("optional"))) {
		*ret_label = PB_OPTIONAL;
	} else if (at_word(parser, SCUTE_STR("repeated"))) {
		*ret_label = PB_REPEATED;
	} else if (at_word(parser, SCUTE_STR("required"))) {
		*ret_label = PB_REQUIRED;
	} else {
		return false;
	}
	return true;
}

static enum scute_status parse_label(struct parser *parser, const struct place *place,
	struct pb_field *field)
{
	uint8_t syntax = parser->file->syntax;
	uint32_t offset = parser->lexer.token.offset;
	enum pb_label label;

	field->label = PB_OPTIONAL;
	if (!label_word(parser, &label)) {
		return SCUTE_OK;
	}
	if (place->oneof) {
		return parse_fail(parser, offset, "a field of a oneof has no label");
	}
	if (syntax == PB_EDITIONS && label == PB_OPTIONAL) {
		return parse_fail(parser, offset, "\"optional\" does not exist in editions: fields "
			"have presence unless features.field_presence says otherwise");
	}
	if (syntax == PB_EDITIONS && label == PB_REQUIRED) {
		return parse_fail(parser, offset, "\"required\" does not exist in editions, but "
			"features.field_presence = LEGACY_REQUIRED");
	}
	field->has_label = true;
	field->label = (uint8_t)label;
	field->proto3_optional = syntax == PB_PROTO3 && label == PB_OPTIONAL;
	lex_next(&parser->lexer);
	return SCUTE_OK;
}

/* A scalar's word or a name; a group's word only sets the type. */
static enum scute_status parse_type(struct parser *parser, struct scute_str *ret_name,
	uint8_t *ret_type, uint32_t *ret_offset)
{
	const struct token *token = &parser->lexer.token;

	*ret_offset = token->offset;
	if (token->kind == TOKEN_IDENTIFIER) {
		enum pb_type type = pb_type_of_word(token->text);
		if (type != PB_TYPE_UNKNOWN) {
			*ret_type = (uint8_t)type;
			lex_next(&parser->lexer);
			return SCUTE_OK;
		}
	}
	return expect_dotted(parser, "a type", true, ret_name, NULL);
}

static struct scute_str entry_name(struct parser *parser, struct scute_str field)
{
	char *name = scute_alloc(parser->arena, field.len + sizeof("Entry"));
	size_t len = 0;
	bool upper = true;

	if (!name) {
		return (struct scute_str){ NULL, 0 };
	}
	for (size_t i = 0; i < field.len; i++) {
		char c = field.data[i];
		if (c == '_') {
			upper = true;
			continue;
		}
		name[len++] = upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		upper = false;
	}
	memcpy(name + len, "Entry", 5);
	return (struct scute_str){ name, len + 5 };
}

/* The features that a map sets are those of its key and its value, too. */
static bool inherit_features(struct parser *parser, const struct pb_options *from,
	struct pb_options *to)
{
	if (from->n_items == 0) {
		return true;
	}
	to->items = scute_alloc(parser->arena, from->n_items * sizeof(struct pb_option *));
	for (uint32_t i = 0; to->items && i < from->n_items; i++) {
		const struct pb_name_part *part = from->items[i]->parts;
		if (!part->is_extension && str_eq_z(part->text, "features")) {
			to->items[to->n_items++] = from->items[i];
		}
	}
	return to->items != NULL;
}

static enum scute_status entry_field(struct parser *parser, struct pb_message *entry,
	const struct pb_field *map, const struct pb_field *like)
{
	enum scute_status status;
	struct pb_field *field = parse_node(parser, sizeof(*field), &status);

	if (!field) {
		return status;
	}
	*field = *like;
	if (!inherit_features(parser, &map->options, &field->options)) {
		return parse_memory(parser);
	}
	field->node = (struct pb_node){ .kind = PB_FIELD, .offset = map->node.offset };
	field->name_offset = map->name_offset;
	field->number_offset = map->number_offset;
	field->label = PB_OPTIONAL;
	field->parent = entry;
	entry->fields[entry->n_fields++] = field;
	return SCUTE_OK;
}

/* The message that a map is on the wire. key and value have their types. */
static enum scute_status make_entry(struct parser *parser, const struct place *place,
	struct pb_field *map, struct pb_field *key, struct pb_field *value)
{
	struct pb_message *entry;
	struct scute_str name = entry_name(parser, map->name);
	enum scute_status status;

	if (!name.data) {
		return parse_memory(parser);
	}
	status = message_create(parser, place->scope, name, map->name_offset, &entry);
	if (status != SCUTE_OK) {
		return status;
	}
	entry->is_map_entry = true;
	entry->fields = arena_zalloc(parser->arena, 2, sizeof(*entry->fields));
	if (!entry->fields) {
		return parse_memory(parser);
	}
	key->name = SCUTE_STR("key");
	key->number = 1;
	value->name = SCUTE_STR("value");
	value->number = 2;
	map->message_type = entry;
	map->type = PB_TYPE_MESSAGE;
	map->label = PB_REPEATED;
	map->type_name = value->type_name;
	status = entry_field(parser, entry, map, key);
	return status == SCUTE_OK ? entry_field(parser, entry, map, value) : status;
}

/* < key , value >, the word is taken. */
static enum scute_status parse_map_types(struct parser *parser, const struct place *place,
	struct pb_field *field, struct pb_field *key, struct pb_field *value)
{
	enum scute_status status;

	if (field->has_label) {
		return parse_fail(parser, field->node.offset, "a map has no label");
	}
	if (place->oneof) {
		return parse_fail(parser, field->type_offset, "a map can not be in a oneof");
	}
	if (place->extend) {
		return parse_fail(parser, field->type_offset, "a map can not be an extension");
	}
	field->is_map = true;
	lex_next(&parser->lexer);
	status = parse_type(parser, &key->type_name, &key->type, &key->type_offset);
	if (status == SCUTE_OK) {
		status = expect_symbol(parser, ',');
	}
	if (status == SCUTE_OK) {
		status = parse_type(parser, &value->type_name, &value->type, &value->type_offset);
	}
	if (status == SCUTE_OK && (key->type == PB_TYPE_GROUP || value->type == PB_TYPE_GROUP)) {
		return parse_fail(parser, field->type_offset, "a map has no groups");
	}
	return status == SCUTE_OK ? expect_symbol(parser, '>') : status;
}

/* The name of a type of the user's that begins with the word "map", which is taken. */
static enum scute_status map_type_name(struct parser *parser, struct pb_field *field)
{
	field->type_name = SCUTE_STR("map");
	if (at_symbol(parser, '.')) {
		return parse_expected(parser, "\"<\" or the name of a field");
	}
	return SCUTE_OK;
}

static enum scute_status field_type(struct parser *parser, const struct place *place,
	struct pb_field *field, struct pb_field *key, struct pb_field *value)
{
	field->type_offset = parser->lexer.token.offset;
	if (take_word(parser, SCUTE_STR("map"))) {
		if (at_symbol(parser, '<')) {
			return parse_map_types(parser, place, field, key, value);
		}
		if (!field->has_label && !place->oneof && parser->file->syntax == PB_PROTO2) {
			return parse_fail(parser, field->node.offset, "expected %s",
				label_expected);
		}
		return map_type_name(parser, field);
	}
	if (!field->has_label && !place->oneof && parser->file->syntax == PB_PROTO2) {
		return parse_expected(parser, label_expected);
	}
	return parse_type(parser, &field->type_name, &field->type, &field->type_offset);
}

/* name = number [options] */
static enum scute_status field_rest(struct parser *parser, struct pb_field *field)
{
	uint32_t base = parser->options.n;
	enum scute_status status = expect_identifier(parser, "the name of a field", &field->name,
		&field->name_offset);

	if (status == SCUTE_OK) {
		status = expect_symbol(parser, '=');
	}
	field->number_offset = parser->lexer.token.offset;
	if (status == SCUTE_OK) {
		status = expect_integer(parser, "the number of the field", false, &field->number);
	}
	if (status == SCUTE_OK) {
		status = parse_bracket_options(parser, field);
	}
	return status == SCUTE_OK ? options_pop(parser, base, &field->options) : status;
}

/* The field of a group is called like it in lower case. */
static enum scute_status parse_group(struct parser *parser, const struct place *place,
	struct pb_field *field)
{
	struct pb_message *group;
	struct scute_str name = field->name;
	enum scute_status status;
	char *lower;

	if (parser->file->syntax == PB_EDITIONS) {
		return parse_fail(parser, field->type_offset, "groups do not exist in editions, "
			"but features.message_encoding = DELIMITED on a message's field");
	}
	if (name.data[0] < 'A' || name.data[0] > 'Z') {
		return parse_fail(parser, field->name_offset,
			"the name of a group begins with a capital letter");
	}
	lower = scute_alloc(parser->arena, name.len);
	if (!lower) {
		return parse_memory(parser);
	}
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	field->name = (struct scute_str){ lower, name.len };
	status = message_create(parser, place->scope, name, field->name_offset, &group);
	if (status != SCUTE_OK) {
		return status;
	}
	group->is_group = true;
	field->is_group = true;
	field->message_type = group;
	field->type_name = name;
	if (!at_symbol(parser, '{')) {
		return parse_expected(parser, "\"{\" of the group");
	}
	return message_body(parser, group, &field->node);
}

static enum scute_status field_finish(struct parser *parser, const struct place *place,
	struct pb_field *field, struct pb_field *key, struct pb_field *value)
{
	enum scute_status status;

	if (!stack_push(parser, place->extend ? &parser->extensions : &parser->fields, field)) {
		return parse_memory(parser);
	}
	if (field->type == PB_TYPE_GROUP) {
		return parse_group(parser, place, field);
	}
	status = field->is_map ? make_entry(parser, place, field, key, value) : SCUTE_OK;
	return status == SCUTE_OK ? node_end(parser, &field->node) : status;
}

static enum scute_status parse_field_in(struct parser *parser, const struct place *place,
	struct scope *list)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	struct pb_field key = { .type = PB_TYPE_UNKNOWN };
	struct pb_field value = key;
	enum scute_status status;
	struct pb_field *field = parse_node(parser, sizeof(*field), &status);

	if (!field) {
		return status;
	}
	field->parent = place->scope->message;
	field->oneof = place->oneof;
	if (place->extend) {
		field->extendee_name = place->extend->extendee_name;
	}
	status = node_begin(parser, &field->node, PB_FIELD, parser->lexer.token.offset, leading);
	if (status == SCUTE_OK) {
		status = parse_label(parser, place, field);
	}
	if (status == SCUTE_OK) {
		status = field_type(parser, place, field, &key, &value);
	}
	if (status == SCUTE_OK) {
		status = field_rest(parser, field);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	scope_append(list, &field->node);
	return field_finish(parser, place, field, &key, &value);
}

enum scute_status parse_field(struct parser *parser, struct scope *scope)
{
	const struct place place = { .scope = scope };

	return parse_field_in(parser, &place, scope);
}

/* Oneofs and extends have something in them; in stored texts also nothing, and empty statements. */
static bool block_ends(struct parser *parser, const struct pb_node *first)
{
	while (parser->lexer.lenient && take_symbol(parser, ';')) {
	}
	return at_symbol(parser, '}') && (first || parser->lexer.lenient);
}

static enum scute_status oneof_body(struct parser *parser, struct scope *scope,
	struct pb_oneof *oneof)
{
	const struct place place = { .scope = scope, .oneof = oneof };
	struct scope list = { .message = scope->message, .end = &oneof->first };
	uint32_t fields = parser->fields.n;
	uint32_t options = parser->options.n;
	enum scute_status status = node_open(parser, &oneof->node);

	while (status == SCUTE_OK && !block_ends(parser, oneof->first)) {
		status = at_word(parser, SCUTE_STR("option"))
				 ? parse_option_statement(parser, &list)
				 : parse_field_in(parser, &place, &list);
	}
	if (status == SCUTE_OK) {
		status = node_close(parser, &oneof->node);
	}
	if (status == SCUTE_OK && !stack_copy(parser, &parser->fields, fields, &oneof->fields,
					  &oneof->n_fields)) {
		status = parse_memory(parser);
	}
	if (status == SCUTE_OK && oneof->n_fields == 0 && !parser->lexer.lenient) {
		status = parse_fail(parser, oneof->name_offset, "a oneof has at least one field");
	}
	return status == SCUTE_OK ? options_pop(parser, options, &oneof->options) : status;
}

enum scute_status parse_oneof(struct parser *parser, struct scope *scope)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	enum scute_status status;
	struct pb_oneof *oneof = parse_node(parser, sizeof(*oneof), &status);

	if (!oneof) {
		return status;
	}
	oneof->parent = scope->message;
	status = node_begin(parser, &oneof->node, PB_ONEOF, parser->lexer.token.offset, leading);
	lex_next(&parser->lexer);
	if (status == SCUTE_OK) {
		status = expect_identifier(parser, "the name of a oneof", &oneof->name,
			&oneof->name_offset);
	}
	if (status == SCUTE_OK && !stack_push(parser, &parser->oneofs, oneof)) {
		status = parse_memory(parser);
	}
	scope_append(scope, &oneof->node);
	return status == SCUTE_OK ? oneof_body(parser, scope, oneof) : status;
}

static enum scute_status extend_body(struct parser *parser, struct scope *scope,
	struct pb_extend *extend)
{
	const struct place place = { .scope = scope, .extend = extend };
	struct scope list = { .message = scope->message, .end = &extend->first };
	uint32_t fields = parser->extensions.n;
	enum scute_status status = node_open(parser, &extend->node);

	while (status == SCUTE_OK && !block_ends(parser, extend->first)) {
		status = parse_field_in(parser, &place, &list);
	}
	if (status == SCUTE_OK) {
		status = node_close(parser, &extend->node);
	}
	if (status == SCUTE_OK && !stack_copy(parser, &parser->extensions, fields, &extend->fields,
					  &extend->n_fields)) {
		status = parse_memory(parser);
	}
	return status;
}

enum scute_status parse_extend(struct parser *parser, struct scope *scope)
{
	struct pb_comment *leading = lex_take_comments(&parser->lexer);
	enum scute_status status;
	struct pb_extend *extend = parse_node(parser, sizeof(*extend), &status);

	if (!extend) {
		return status;
	}
	status = node_begin(parser, &extend->node, PB_EXTEND, parser->lexer.token.offset, leading);
	lex_next(&parser->lexer);
	if (status == SCUTE_OK) {
		status = expect_dotted(parser, "the name of a message", true,
			&extend->extendee_name, &extend->name_offset);
	}
	scope_append(scope, &extend->node);
	return status == SCUTE_OK ? extend_body(parser, scope, extend) : status;
}
