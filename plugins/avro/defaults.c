/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defaults held against the type of their field, as version 1.12 of Apache's Java and
 * current registries do: the default of a union may suit any branch (the text of
 * specification 1.11 says: the first). Stricter than they are in what no reader could use:
 * an enum's default is one of its symbols, that of bytes and fixed has code points up to
 * 255, that of a fixed has its size, and a default does not contain itself for ever.
 */
#include <stdlib.h>

#include "support/str.h"

#include "parser.h"

/* A default may lean on defaults of fields that it leaves out, and they on others. */
#define NESTING_MAX 1000
/* Values held against types: a union tries its branches, and so do those inside them. */
#define STEPS_MAX 1000000u

enum default_state {
	DEFAULT_NEW,
	DEFAULT_OPEN, /* being checked: to come here again is to go round for ever */
	DEFAULT_GOOD,
};

struct defaults {
	struct parser *parser;
	uint32_t steps_left;
	uint32_t nesting;
	uint32_t marks;
	/* The innermost thing that did not suit, for the error's text. */
	const struct json *bad;
	const struct avro_node *bad_type;
	const struct avro_field *endless;
	bool limit;
};

static bool suits(struct defaults *d, const struct json *value, const struct avro_node *node);

static bool mismatch(struct defaults *d, const struct json *value, const struct avro_node *node)
{
	d->bad = value;
	d->bad_type = node;
	return false;
}

/* How many code points; SIZE_MAX when one is above 255. */
static size_t latin1_length(struct scute_str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c > 0xc3) {
			return SIZE_MAX;
		}
		n += (c & 0xc0) != 0x80;
	}
	return n;
}

static bool is_quoted_number(struct scute_str text)
{
	char copy[64];
	char *end;

	if (str_eq_z(text, "NaN") || str_eq_z(text, "Infinity") || str_eq_z(text, "-Infinity")) {
		return true;
	}
	if (text.len == 0 || text.len >= sizeof(copy)) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (!strchr("0123456789+-.eE", text.data[i]) || text.data[i] == '\0') {
			return false;
		}
	}
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	strtod(copy, &end);
	return end == copy + text.len;
}

static bool suits_integer(const struct json *value, int64_t min, int64_t max)
{
	int64_t number;

	return json_to_i64(value, &number) && number >= min && number <= max;
}

static bool suits_all(struct defaults *d, const struct json *value, const struct avro_node *items)
{
	for (const struct json *at = value->children; at; at = at->next) {
		if (!suits(d, at, items)) {
			return false;
		}
	}
	return true;
}

static bool suits_union(struct defaults *d, const struct json *value, const struct avro_node *node)
{
	for (uint32_t i = 0; i < node->count; i++) {
		if (suits(d, value, node->branches[i])) {
			return true;
		}
		if (d->limit) {
			return false;
		}
	}
	return mismatch(d, value, node);
}

/* Java takes numbers in quotes as a field's own default, NaN among them, so texts have them. */
static bool suits_quoted(const struct avro_field *field)
{
	return (field->type->type == AVRO_FLOAT || field->type->type == AVRO_DOUBLE) &&
		field->fallback->type == JSON_STRING && is_quoted_number(field->fallback->text);
}

static bool field_default_suits(struct defaults *d, struct avro_field *field)
{
	if (field->default_state == DEFAULT_GOOD) {
		return true;
	}
	if (field->default_state == DEFAULT_OPEN) {
		d->endless = field;
		return mismatch(d, field->fallback, field->type);
	}
	field->default_state = DEFAULT_OPEN;
	bool good = suits_quoted(field) || suits(d, field->fallback, field->type);
	field->default_state = good ? DEFAULT_GOOD : DEFAULT_NEW;
	return good;
}

/* Leaves a new mark in each field that value gives; it lasts until the next call. */
static uint32_t mark_given(struct defaults *d, const struct json *value,
	const struct avro_node *node)
{
	uint32_t mark = ++d->marks;

	d->steps_left -= value->n_children < d->steps_left ? value->n_children : d->steps_left;
	for (const struct json *at = value->children; at; at = at->next) {
		uint32_t place = avro_index_find(&node->index, at->key);
		if (place < node->count) {
			node->fields[place].default_mark = mark;
		}
	}
	return mark;
}

static bool suits_record(struct defaults *d, const struct json *value, const struct avro_node *node)
{
	for (const struct json *at = value->children; at; at = at->next) {
		uint32_t place = avro_index_find(&node->index, at->key);
		if (place < node->count && !suits(d, at, node->fields[place].type)) {
			return false;
		}
	}
	uint32_t mark = mark_given(d, value, node);
	for (uint32_t i = 0; i < node->count; i++) {
		struct avro_field *field = &node->fields[i];
		if (field->default_mark == mark) {
			continue;
		}
		if (!field->fallback) {
			return mismatch(d, value, node);
		}
		if (!field_default_suits(d, field)) {
			return false;
		}
		if (d->marks != mark) {
			mark = mark_given(d, value, node);
		}
	}
	return true;
}

/* Whether the value has the right form, whatever is in it. */
static bool has_form(const struct json *value, const struct avro_node *node)
{
	switch ((enum avro_type)node->type) {
	case AVRO_NULL:
		return value->type == JSON_NULL;
	case AVRO_BOOLEAN:
		return value->type == JSON_TRUE || value->type == JSON_FALSE;
	case AVRO_INT:
		return suits_integer(value, INT32_MIN, INT32_MAX);
	case AVRO_LONG:
		return suits_integer(value, INT64_MIN, INT64_MAX);
	case AVRO_FLOAT:
	case AVRO_DOUBLE:
		return value->type == JSON_NUMBER;
	case AVRO_STRING:
		return value->type == JSON_STRING;
	case AVRO_BYTES:
		return value->type == JSON_STRING && latin1_length(value->text) != SIZE_MAX;
	case AVRO_FIXED:
		return value->type == JSON_STRING && latin1_length(value->text) == node->size;
	case AVRO_ENUM:
		return value->type == JSON_STRING &&
			avro_index_find(&node->index, value->text) < node->count;
	case AVRO_ARRAY:
		return value->type == JSON_ARRAY;
	case AVRO_MAP:
	case AVRO_RECORD:
		return value->type == JSON_OBJECT;
	case AVRO_UNION:
		return true;
	}
	return false;
}

static bool suits(struct defaults *d, const struct json *value, const struct avro_node *node)
{
	bool good = true;

	if (d->steps_left == 0 || d->nesting >= NESTING_MAX) {
		d->limit = true;
		return mismatch(d, value, node);
	}
	d->steps_left--;
	if (!has_form(value, node)) {
		return mismatch(d, value, node);
	}
	d->nesting++;
	if (node->type == AVRO_ARRAY || node->type == AVRO_MAP) {
		good = suits_all(d, value, node->items);
	} else if (node->type == AVRO_RECORD) {
		good = suits_record(d, value, node);
	} else if (node->type == AVRO_UNION) {
		good = suits_union(d, value, node);
	}
	d->nesting--;
	return good;
}

static enum scute_status fail_default(struct defaults *d, const struct avro_field *field)
{
	struct parser *parser = d->parser;
	struct scute_str name = d->bad_type->name.full;

	if (d->limit) {
		return fail_limit(parser, field->fallback, "the default is too intricate");
	}
	if (d->endless) {
		return fail_at(parser, field->fallback,
			"the default of the field \"%.*s\" contains itself without end",
			STR_ARGS(field->name));
	}
	return fail_at(parser, d->bad,
		"invalid default of the field \"%.*s\": %s does not suit %s%s%.*s",
		STR_ARGS(field->name), json_type_name(d->bad->type),
		avro_type_name((enum avro_type)d->bad_type->type), name.len ? " " : "",
		STR_ARGS(name));
}

enum scute_status defaults_check(struct parser *parser)
{
	struct defaults d = { .parser = parser, .steps_left = STEPS_MAX };

	for (struct avro_field *field = parser->defaults; field; field = field->next_default) {
		d.endless = NULL;
		if (!field_default_suits(&d, field)) {
			return fail_default(&d, field);
		}
	}
	return SCUTE_OK;
}
