/* SPDX-License-Identifier: Apache-2.0 */
/* Values of options and defaults as text. */
#include "printer.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/str.h"

static void escape_write(struct printer *p, unsigned char c)
{
	switch (c) {
	case '\n':
		print_z(p, "\\n");
		break;
	case '\r':
		print_z(p, "\\r");
		break;
	case '\t':
		print_z(p, "\\t");
		break;
	case '"':
		print_z(p, "\\\"");
		break;
	case '\\':
		print_z(p, "\\\\");
		break;
	default:
		/* Three digits, so that a digit may follow. */
		buf_printf(&p->out, "\\%03o", c);
	}
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void print_quoted(struct printer *p, struct scute_str text)
{
	size_t at = 0;

	buf_append_byte(&p->out, '"');
	while (at < text.len) {
		size_t from = at;
		while (at < text.len && is_plain((unsigned char)text.data[at])) {
			at++;
		}
		buf_append(&p->out, text.data + from, at - from);
		if (at == text.len) {
			break;
		}
		size_t width = str_utf8_width(text.data + at, text.len - at);
		if (width > 1) {
			buf_append(&p->out, text.data + at, width);
			at += width;
		} else {
			escape_write(p, (unsigned char)text.data[at++]);
		}
	}
	buf_append_byte(&p->out, '"');
}

/* The shortest decimal that reads back as the same number. */
static void real_write(struct printer *p, double real)
{
	char text[32];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, real);
		if (strtod(text, NULL) == real) {
			break;
		}
	}
	print_z(p, text);
}

static void number_write(struct printer *p, const struct pb_value *value)
{
	bool sorted = print_has(p, PB_PRINT_SORTED);

	if (sorted && value->kind == PB_VALUE_FLOAT) {
		real_write(p, value->real);
		return;
	}
	if (value->kind == PB_VALUE_INT || value->negative) {
		buf_append_byte(&p->out, '-');
	}
	if (sorted) {
		buf_append_u64(&p->out, value->number);
	} else {
		print_str(p, value->text);
	}
}

static void member_name_write(struct printer *p, const struct pb_value *member)
{
	switch ((enum pb_member_kind)member->member) {
	case PB_MEMBER_FIELD:
		print_str(p, member->name);
		break;
	case PB_MEMBER_EXTENSION:
		buf_append_byte(&p->out, '[');
		print_name(p, member->name, member->field ? &member->field->node : NULL);
		buf_append_byte(&p->out, ']');
		break;
	case PB_MEMBER_ANY:
		buf_append_byte(&p->out, '[');
		print_str(p, member->name);
		buf_append_byte(&p->out, ']');
		break;
	}
	print_z(p, ": ");
}

/* Members of an aggregate or elements of a list, a line each. */
static void children_write(struct printer *p, const struct pb_value *value)
{
	bool is_list = value->kind == PB_VALUE_LIST;

	buf_append_byte(&p->out, is_list ? '[' : '{');
	if (value->children) {
		buf_append_byte(&p->out, '\n');
		p->indent++;
		for (const struct pb_value *child = value->children; child; child = child->next) {
			print_indent(p);
			if (!is_list) {
				member_name_write(p, child);
			}
			print_value(p, child);
			print_z(p, child->next ? ",\n" : "\n");
		}
		p->indent--;
		print_indent(p);
	}
	buf_append_byte(&p->out, is_list ? ']' : '}');
}

void print_value(struct printer *p, const struct pb_value *value)
{
	switch ((enum pb_value_kind)value->kind) {
	case PB_VALUE_IDENTIFIER:
		print_z(p, value->negative ? "-" : "");
		print_str(p, value->text);
		break;
	case PB_VALUE_UINT:
	case PB_VALUE_INT:
	case PB_VALUE_FLOAT:
		number_write(p, value);
		break;
	case PB_VALUE_STRING:
		print_quoted(p, value->text);
		break;
	case PB_VALUE_AGGREGATE:
	case PB_VALUE_LIST:
		children_write(p, value);
		break;
	}
}

/* One escaped byte of a default as descriptors have it; *at is behind it afterwards. */
static char unescape_one(struct scute_str text, size_t *at)
{
	static const char letters[] = "n\nr\rt\ta\ab\bf\fv\v";
	char c = text.data[(*at)++];
	unsigned value = 0;

	if (c >= '0' && c <= '7') {
		value = (unsigned)(c - '0');
		for (int i = 0; i < 2 && *at < text.len && text.data[*at] >= '0' &&
				text.data[*at] <= '7'; i++) {
			value = value * 8 + (unsigned)(text.data[(*at)++] - '0');
		}
		return (char)value;
	}
	for (const char *letter = letters; *letter; letter += 2) {
		if (*letter == c) {
			return letter[1];
		}
	}
	return c;
}

/* The bytes of a default of type bytes, which descriptors hold escaped as C does. */
static struct scute_str unescaped(struct printer *p, struct scute_str text)
{
	char *bytes = scute_alloc(p->arena, text.len + 1);
	size_t len = 0;
	size_t at = 0;

	if (!bytes) {
		p->failed = true;
		return (struct scute_str){ 0 };
	}
	while (at < text.len) {
		char c = text.data[at++];
		bytes[len++] = c == '\\' && at < text.len ? unescape_one(text, &at) : c;
	}
	return (struct scute_str){ bytes, len };
}

void print_default(struct printer *p, const struct pb_field *field)
{
	if (field->default_value) {
		print_value(p, field->default_value);
	} else if (field->type == PB_TYPE_STRING) {
		print_quoted(p, field->default_text);
	} else if (field->type == PB_TYPE_BYTES) {
		print_quoted(p, unescaped(p, field->default_text));
	} else {
		print_str(p, field->default_text);
	}
}
