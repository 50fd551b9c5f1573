/* SPDX-License-Identifier: Apache-2.0 */
/* Options: their names, which of them are printed in which order, and their brackets. */
#include "printer.h"

#include <stdlib.h>
#include <string.h>

#include "support/str.h"

static void option_name_write(struct printer *p, const struct pb_option *option)
{
	for (uint32_t i = 0; i < option->n_parts; i++) {
		const struct pb_name_part *part = &option->parts[i];
		print_z(p, i > 0 ? "." : "");
		if (!part->is_extension) {
			print_str(p, part->text);
			continue;
		}
		buf_append_byte(&p->out, '(');
		print_name(p, part->text, part->field ? &part->field->node : NULL);
		buf_append_byte(&p->out, ')');
	}
}

void print_option(struct printer *p, const struct pb_option *option)
{
	option_name_write(p, option);
	print_z(p, " = ");
	print_value(p, option->value);
}

static bool is_chosen(const struct printer *p, const struct pb_option *option)
{
	return !print_has(p, PB_PRINT_NO_EXTENSIONS) || !option->parts[0].is_extension;
}

/* Options of one name keep their order: it is that of a repeated option's elements. */
struct sort_item {
	struct pb_option *option;
	uint32_t place;
};

/* Of extensions that are known the full name, whatever was written. */
static struct scute_str part_name(const struct pb_name_part *part)
{
	return part->is_extension && part->field ? part->field->full_name : part->text;
}

static int parts_compare(const struct pb_option *a, const struct pb_option *b)
{
	for (uint32_t i = 0; i < a->n_parts && i < b->n_parts; i++) {
		const struct pb_name_part *x = &a->parts[i];
		const struct pb_name_part *y = &b->parts[i];
		int order = x->is_extension != y->is_extension ?
			(x->is_extension ? 1 : -1) :
			str_cmp(part_name(x), part_name(y));
		if (order != 0) {
			return order;
		}
	}
	return a->n_parts < b->n_parts ? -1 : a->n_parts > b->n_parts;
}

static int items_compare(const void *a, const void *b)
{
	const struct sort_item *x = a;
	const struct sort_item *y = b;
	int order = parts_compare(x->option, y->option);

	if (order != 0) {
		return order;
	}
	return x->place < y->place ? -1 : x->place > y->place;
}

static void sort(struct printer *p, struct pb_option **options, uint32_t n)
{
	struct sort_item *items = scute_alloc(p->arena, n * sizeof(*items));

	if (!items) {
		p->failed = true;
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		items[i] = (struct sort_item){ options[i], i };
	}
	qsort(items, n, sizeof(*items), items_compare);
	for (uint32_t i = 0; i < n; i++) {
		options[i] = items[i].option;
	}
}

struct pb_option **print_options_chosen(struct printer *p, const struct pb_options *options,
	uint32_t *ret_count)
{
	struct pb_option **chosen;
	uint32_t n = 0;

	*ret_count = 0;
	if (options->n_items == 0) {
		return NULL;
	}
	chosen = scute_alloc(p->arena, options->n_items * sizeof(struct pb_option *));
	if (!chosen) {
		p->failed = true;
		return NULL;
	}
	for (uint32_t i = 0; i < options->n_items; i++) {
		if (is_chosen(p, options->items[i])) {
			chosen[n++] = options->items[i];
		}
	}
	if (n > 1 && print_has(p, PB_PRINT_SORTED)) {
		sort(p, chosen, n);
	}
	*ret_count = n;
	return chosen;
}

/* Is it what a field has anyway: no underscores, the letter behind one in upper case? */
static bool is_derived(struct scute_str json_name, struct scute_str name)
{
	bool upper = false;
	size_t len = 0;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		if (c == '_') {
			upper = true;
			continue;
		}
		c = upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		if (len == json_name.len || json_name.data[len] != c) {
			return false;
		}
		len++;
		upper = false;
	}
	return len == json_name.len;
}

/* A json_name that says nothing new is only printed where somebody wrote it. */
static bool has_json_name(struct printer *p, const struct pb_field *field)
{
	if (!field || !field->has_json_name) {
		return false;
	}
	if (!print_has(p, PB_PRINT_SORTED) && !print_has(p, PB_PRINT_FROM_DESCRIPTOR)) {
		return true;
	}
	return !is_derived(field->json_name, field->name);
}

/* Where one of several in brackets begins. */
static void bracket_begin(struct printer *p, uint32_t place, bool several)
{
	print_z(p, place > 0 ? "," : "");
	if (several) {
		buf_append_byte(&p->out, '\n');
		print_indent(p);
	}
}

void print_brackets(struct printer *p, const struct pb_options *options,
	const struct pb_field *field)
{
	uint32_t n;
	struct pb_option **items = print_options_chosen(p, options, &n);
	/* The linker forgets one that suits no type it knows. */
	bool has_default = field && (field->has_default || field->default_value);
	bool has_name = has_json_name(p, field);
	uint32_t n_all = n + has_default + has_name;
	bool several = n_all > 1;

	if (n_all == 0) {
		return;
	}
	print_z(p, " [");
	p->indent += several;
	for (uint32_t i = 0; i < n; i++) {
		bracket_begin(p, i, several);
		print_option(p, items[i]);
	}
	if (has_default) {
		bracket_begin(p, n, several);
		print_z(p, "default = ");
		print_default(p, field);
	}
	if (has_name) {
		bracket_begin(p, n + has_default, several);
		print_z(p, "json_name = ");
		print_quoted(p, field->json_name);
	}
	p->indent -= several;
	if (several) {
		buf_append_byte(&p->out, '\n');
		print_indent(p);
	}
	buf_append_byte(&p->out, ']');
}
