/* SPDX-License-Identifier: Apache-2.0 */
/* Each statement of a .proto file on its own: its words, and its block if it has one. */
#include "printer.h"

#include "support/str.h"

static void label_write(struct printer *p, const struct pb_field *field)
{
	if (!field->has_label) {
		return;
	}
	switch ((enum pb_label)field->label) {
	case PB_OPTIONAL:
		print_z(p, "optional ");
		break;
	case PB_REQUIRED:
		print_z(p, "required ");
		break;
	case PB_REPEATED:
		print_z(p, "repeated ");
		break;
	}
}

/* "map<string, Kind>"; the entry's two fields are key and value. */
static void map_type_write(struct printer *p, const struct pb_field *field)
{
	const struct pb_message *entry = field->message_type;

	print_z(p, "map<");
	print_field_type(p, entry->fields[0]);
	print_z(p, ", ");
	print_field_type(p, entry->fields[1]);
	buf_append_byte(&p->out, '>');
}

static void name_and_number_write(struct printer *p, struct scute_str name, int32_t number)
{
	buf_append_byte(&p->out, ' ');
	print_str(p, name);
	print_z(p, " = ");
	buf_append_i64(&p->out, number);
}

static void group_write(struct printer *p, const struct pb_field *field)
{
	label_write(p, field);
	print_z(p, "group");
	name_and_number_write(p, field->message_type->name, field->number);
	print_brackets(p, &field->options, field);
	print_message_block(p, &field->node, field->message_type);
}

static void field_write(struct printer *p, const struct pb_field *field)
{
	if (field->is_group) {
		group_write(p, field);
		return;
	}
	if (field->is_map) {
		map_type_write(p, field);
	} else {
		label_write(p, field);
		print_field_type(p, field);
	}
	name_and_number_write(p, field->name, field->number);
	print_brackets(p, &field->options, field);
	buf_append_byte(&p->out, ';');
	print_line_end(p, &field->node);
}

/* Is it the number that "max" stands for there? */
static bool is_max(const struct printer *p, const struct pb_ranges *statement,
	const struct pb_range *range)
{
	if (p->in_enum) {
		return range->end == INT32_MAX;
	}
	if (statement->node.kind == PB_EXTENSIONS && p->scope && p->scope->is_message_set) {
		return range->to_max || range->end == INT32_MAX - 1;
	}
	return range->end == PB_FIELD_NUMBER_MAX;
}

static void ranges_write(struct printer *p, const struct pb_ranges *statement)
{
	for (uint32_t i = 0; i < statement->n_ranges; i++) {
		const struct pb_range *range = &statement->ranges[i];
		print_z(p, i > 0 ? ", " : "");
		buf_append_i64(&p->out, range->start);
		if (range->end == range->start) {
			continue;
		}
		print_z(p, " to ");
		if (is_max(p, statement, range)) {
			print_z(p, "max");
		} else {
			buf_append_i64(&p->out, range->end);
		}
	}
}

static void names_write(struct printer *p, const struct pb_ranges *statement)
{
	for (uint32_t i = 0; i < statement->n_names; i++) {
		print_z(p, i > 0 ? ", " : "");
		if (statement->names[i].quoted) {
			print_quoted(p, statement->names[i].name);
		} else {
			print_str(p, statement->names[i].name);
		}
	}
}

static void statement_write(struct printer *p, const char *word, const struct pb_ranges *statement)
{
	print_z(p, word);
	ranges_write(p, statement);
	names_write(p, statement);
	print_brackets(p, &statement->options, NULL);
	buf_append_byte(&p->out, ';');
	print_line_end(p, &statement->node);
}

static void enum_value_write(struct printer *p, const struct pb_enum_value *value)
{
	print_str(p, value->name);
	print_z(p, " = ");
	buf_append_i64(&p->out, value->number);
	print_brackets(p, &value->options, NULL);
	buf_append_byte(&p->out, ';');
	print_line_end(p, &value->node);
}

static void method_write(struct printer *p, const struct pb_method *method)
{
	print_z(p, "rpc ");
	print_str(p, method->name);
	print_z(p, method->client_streaming ? " (stream " : " (");
	print_message_name(p, method->input_name, method->input);
	print_z(p, method->server_streaming ? ") returns (stream " : ") returns (");
	print_message_name(p, method->output_name, method->output);
	buf_append_byte(&p->out, ')');
	print_method_block(p, method);
}

static void import_write(struct printer *p, const struct pb_import *import)
{
	print_z(p, import->kind == PB_IMPORT_PUBLIC ? "import public " :
			import->kind == PB_IMPORT_WEAK ? "import weak " :
							 "import ");
	print_quoted(p, import->path);
	buf_append_byte(&p->out, ';');
	print_line_end(p, &import->node);
}

static void option_statement_write(struct printer *p, const struct pb_option *option)
{
	print_z(p, "option ");
	print_option(p, option);
	buf_append_byte(&p->out, ';');
	print_line_end(p, &option->node);
}

static void package_write(struct printer *p, const struct pb_node *node)
{
	print_z(p, "package ");
	print_str(p, p->file->package);
	buf_append_byte(&p->out, ';');
	print_line_end(p, node);
}

static void syntax_write(struct printer *p, const struct pb_node *node)
{
	if (p->file->syntax == PB_EDITIONS) {
		buf_printf(&p->out, "edition = \"%d\";", 2023 + p->file->edition - PB_EDITION_2023);
	} else {
		print_z(p, p->file->syntax == PB_PROTO3 ? "syntax = \"proto3\";" :
							  "syntax = \"proto2\";");
	}
	print_line_end(p, node);
}

static void named_block_begin(struct printer *p, const char *word, struct scute_str name)
{
	print_z(p, word);
	print_str(p, name);
}

void print_node(struct printer *p, const struct pb_node *node)
{
	print_indent(p);
	switch ((enum pb_kind)node->kind) {
	case PB_MESSAGE:
		named_block_begin(p, "message ", PB_AS(pb_message, node)->name);
		print_message_block(p, node, PB_AS(pb_message, node));
		break;
	case PB_ENUM:
		named_block_begin(p, "enum ", PB_AS(pb_enum, node)->name);
		print_enum_block(p, PB_AS(pb_enum, node));
		break;
	case PB_ONEOF:
		named_block_begin(p, "oneof ", PB_AS(pb_oneof, node)->name);
		print_oneof_block(p, PB_AS(pb_oneof, node));
		break;
	case PB_SERVICE:
		named_block_begin(p, "service ", PB_AS(pb_service, node)->name);
		print_service_block(p, PB_AS(pb_service, node));
		break;
	case PB_EXTEND:
		print_z(p, "extend ");
		print_message_name(p, PB_AS(pb_extend, node)->extendee_name,
			PB_AS(pb_extend, node)->extendee);
		print_extend_block(p, PB_AS(pb_extend, node));
		break;
	case PB_FIELD:
		field_write(p, PB_AS(pb_field, node));
		break;
	case PB_VALUE:
		enum_value_write(p, PB_AS(pb_enum_value, node));
		break;
	case PB_METHOD:
		method_write(p, PB_AS(pb_method, node));
		break;
	case PB_EXTENSIONS:
		statement_write(p, "extensions ", PB_AS(pb_ranges, node));
		break;
	case PB_RESERVED:
		statement_write(p, "reserved ", PB_AS(pb_ranges, node));
		break;
	case PB_OPTION:
		option_statement_write(p, PB_AS(pb_option, node));
		break;
	case PB_IMPORT:
		import_write(p, PB_AS(pb_import, node));
		break;
	case PB_SYNTAX:
		syntax_write(p, node);
		break;
	case PB_PACKAGE_STATEMENT:
		package_write(p, node);
		break;
	case PB_FILE:
	case PB_PACKAGE:
		break; /* stand in no list */
	}
}
