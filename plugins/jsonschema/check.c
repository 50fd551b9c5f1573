/* SPDX-License-Identifier: Apache-2.0 */
/* Is the value of a keyword of the shape that the table demands? Subschemas check themselves. */
#include "support/str.h"

#include "number.h"
#include "parser.h"
#include "regex.h"

/* Of all patterns of a schema, as PCRE2 compiles them: some tenths of a second. */
#define CODE_BYTES_MAX (256 * 1024 * 1024)

const char *js_found(const struct json *value)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",
		[JSON_FALSE] = "false",
		[JSON_TRUE] = "true",
		[JSON_NUMBER] = "a number",
		[JSON_STRING] = "a string",
		[JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object",
	};

	return names[value->type];
}

static enum scute_status must_be(struct parser *parser, const char *keyword,
	const struct json *value, const char *what)
{
	return fail_at(parser, value, "%s must be %s, found %s", keyword, what, js_found(value));
}

static bool is_boolean(const struct json *value)
{
	return value->type == JSON_TRUE || value->type == JSON_FALSE;
}

static enum scute_status number_check(struct parser *parser, const char *keyword,
	enum js_shape shape, const struct json *value)
{
	struct js_number number;
	uint64_t count;

	if (value->type != JSON_NUMBER) {
		return must_be(parser, keyword, value,
			shape == JS_SHAPE_COUNT ? "an integer of 0 or more" : "a number");
	}
	js_number_read(value->text, &number);
	if (shape == JS_SHAPE_DIVISOR && (number.negative || number.n_digits == 0)) {
		return fail_at(parser, value, "%s must be a number above 0, found %.*s", keyword,
			STR_ARGS(value->text));
	}
	if (shape == JS_SHAPE_DIVISOR && number.n_digits > JS_DIVISOR_DIGITS_MAX) {
		return fail_at(parser, value, "%s has more than %d digits", keyword,
			JS_DIVISOR_DIGITS_MAX);
	}
	if (shape == JS_SHAPE_COUNT && !js_number_to_count(&number, &count)) {
		return fail_at(parser, value, "%s must be an integer of 0 or more, found %.*s",
			keyword, STR_ARGS(value->text));
	}
	return SCUTE_OK;
}

/* The scope of each list is its own address, so that one table serves for all. */
static enum scute_status strings_check(struct parser *parser, const char *keyword,
	const struct json *value)
{
	struct js_table seen = { NULL, 0, 0 };
	void *held;

	if (value->type != JSON_ARRAY) {
		return must_be(parser, keyword, value, "an array of strings");
	}
	for (const struct json *item = value->children; item; item = item->next) {
		if (item->type != JSON_STRING) {
			return must_be(parser, keyword, item, "an array of strings");
		}
		if (value->n_children == 1) {
			break;
		}
		if (!js_table_put(&seen, parser->arena, value, item->text, item, &held)) {
			return fail_memory(parser);
		}
		if (held != (const void *)item) {
			return fail_at(parser, item, "%s has \"%.*s\" twice", keyword,
				STR_ARGS(item->text));
		}
	}
	return SCUTE_OK;
}

static bool is_type_name(struct scute_str text)
{
	static const char *const names[] = { "array", "boolean", "integer", "null", "number",
		"object", "string" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq_z(text, names[i])) {
			return true;
		}
	}
	return false;
}

static enum scute_status types_check(struct parser *parser, const char *keyword,
	const struct json *value)
{
	const struct json *item = value->type == JSON_ARRAY ? value->children : value;

	if (value->type != JSON_STRING) {
		if (value->type != JSON_ARRAY || !item) {
			return must_be(parser, keyword, value,
				value->type == JSON_ARRAY ? "a type or a list of at least one"
							  : "a type or a list of types");
		}
		enum scute_status status = strings_check(parser, keyword, value);
		if (status != SCUTE_OK) {
			return status;
		}
	}
	for (; item; item = value->type == JSON_ARRAY ? item->next : NULL) {
		if (!is_type_name(item->text)) {
			return fail_at(parser, item, "%s must be one of array, boolean, integer, "
				"null, number, object, string, found \"%.*s\"", keyword,
				STR_ARGS(item->text));
		}
	}
	return SCUTE_OK;
}

static enum scute_status pattern_check(struct parser *parser, const char *keyword,
	const struct json *place, struct scute_str pattern)
{
	struct scute_error why = { 0 };
	enum scute_status status;
	size_t code_bytes;
	void *held;

	/* In a stored schema the validator says so when it meets a bad one. */
	if (parser->is_lenient || js_table_get(&parser->patterns, NULL, pattern)) {
		return SCUTE_OK;
	}
	status = js_regex_check(pattern, parser->arena, &code_bytes, &why);
	if (status == SCUTE_OK) {
		parser->code_bytes += code_bytes;
		if (parser->code_bytes > CODE_BYTES_MAX) {
			return fail_with(parser, SCUTE_ELIMIT, place,
				"the patterns up to here take more than %d bytes of code",
				CODE_BYTES_MAX);
		}
		return js_table_put(&parser->patterns, parser->arena, NULL, pattern, place, &held) ?
			SCUTE_OK : fail_memory(parser);
	}
	if (status == SCUTE_ENOMEM) {
		return fail_memory(parser);
	}
	return fail_with(parser, status == SCUTE_ELIMIT ? status : SCUTE_EINVAL, place,
		"%s has no valid regular expression: %s", keyword, why.text);
}

/* A plain name; from 2020-12 on it may begin with an underscore. */
static enum scute_status anchor_check(struct parser *parser, const char *keyword,
	enum js_draft draft, const struct json *value)
{
	bool is_good = value->type == JSON_STRING && value->text.len > 0;

	for (size_t i = 0; is_good && i < value->text.len; i++) {
		char c = value->text.data[i];
		bool starts = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c == '_' && draft >= JS_DRAFT_2020);
		is_good = starts || (i > 0 && ((c >= '0' && c <= '9') || c == '-' || c == '_' ||
			c == '.' || (c == ':' && draft < JS_DRAFT_2020)));
	}
	if (is_good) {
		return SCUTE_OK;
	}
	if (value->type == JSON_STRING) {
		return fail_at(parser, value, "%s must be a plain name such as \"address\", "
			"found \"%.*s\"", keyword, STR_ARGS(value->text));
	}
	return must_be(parser, keyword, value, "a plain name");
}

/* From 2019-09 on an $id has no fragment but an empty one. */
static enum scute_status id_check(struct parser *parser, const char *keyword, enum js_draft draft,
	const struct json *value)
{
	if (value->type != JSON_STRING) {
		return must_be(parser, keyword, value, "a string");
	}
	const char *hash = value->text.len > 0 ? memchr(value->text.data, '#', value->text.len) : NULL;
	if (draft >= JS_DRAFT_2019 && hash && hash + 1 < value->text.data + value->text.len) {
		return fail_at(parser, value, "%s must have no fragment (use $anchor), found \"%.*s\"",
			keyword, STR_ARGS(value->text));
	}
	return SCUTE_OK;
}

/* Objects whose members have a shape. */
static enum scute_status members_check(struct parser *parser, const char *keyword,
	enum js_shape shape, const struct json *value)
{
	enum scute_status status = SCUTE_OK;

	if (value->type != JSON_OBJECT) {
		return must_be(parser, keyword, value, "an object");
	}
	for (const struct json *member = value->children; member && status == SCUTE_OK;
		member = member->next) {
		if (shape == JS_SHAPE_PATTERNS) {
			status = pattern_check(parser, keyword, member, member->key);
		} else if (shape == JS_SHAPE_NAMED_STRINGS ||
			(shape == JS_SHAPE_DEPENDENCIES && member->type == JSON_ARRAY)) {
			status = strings_check(parser, keyword, member);
		} else if (shape == JS_SHAPE_VOCABULARIES && !is_boolean(member)) {
			status = must_be(parser, keyword, member, "an object of booleans");
		}
	}
	return status;
}

static enum scute_status list_check(struct parser *parser, const char *keyword,
	const struct json *value, const char *what)
{
	if (value->type != JSON_ARRAY) {
		return must_be(parser, keyword, value, what);
	}
	if (value->n_children == 0) {
		return fail_at(parser, value, "%s must be %s, found an empty one", keyword, what);
	}
	return SCUTE_OK;
}

/* enum: an empty one is refused by draft 4 only. */
static enum scute_status enum_check(struct parser *parser, const char *keyword,
	enum js_draft draft, const struct json *value)
{
	if (value->type == JSON_ARRAY && draft > JS_DRAFT_4) {
		return SCUTE_OK;
	}
	return list_check(parser, keyword, value, "an array of values");
}

static enum scute_status items_check(struct parser *parser, const char *keyword,
	enum js_draft draft, const struct json *value)
{
	if (value->type != JSON_ARRAY) {
		return SCUTE_OK;
	}
	if (draft >= JS_DRAFT_2020) {
		return fail_at(parser, value,
			"%s must be a schema, found an array (use prefixItems)", keyword);
	}
	return list_check(parser, keyword, value, "a schema or a list of schemas");
}

enum scute_status value_check(struct parser *parser, enum js_keyword_id id, enum js_draft draft,
	const struct json *value)
{
	const struct js_rule *rule = js_rule(id);
	enum js_shape shape = (enum js_shape)rule->shape;

	switch (shape) {
	case JS_SHAPE_ANY:
	case JS_SHAPE_SCHEMA:
	case JS_SHAPE_ADDITIONAL:
		return SCUTE_OK;
	case JS_SHAPE_BOOLEAN:
		return is_boolean(value) ? SCUTE_OK : must_be(parser, rule->name, value, "a boolean");
	case JS_SHAPE_NUMBER:
	case JS_SHAPE_DIVISOR:
	case JS_SHAPE_COUNT:
		return number_check(parser, rule->name, shape, value);
	case JS_SHAPE_STRING:
	case JS_SHAPE_URI:
	case JS_SHAPE_REFERENCE:
		return value->type == JSON_STRING ? SCUTE_OK :
						    must_be(parser, rule->name, value, "a string");
	case JS_SHAPE_URI_REFERENCE:
		return id_check(parser, rule->name, draft, value);
	case JS_SHAPE_ANCHOR:
		return anchor_check(parser, rule->name, draft, value);
	case JS_SHAPE_PATTERN:
		return value->type == JSON_STRING ?
			pattern_check(parser, rule->name, value, value->text) :
			must_be(parser, rule->name, value, "a string");
	case JS_SHAPE_STRINGS:
		return strings_check(parser, rule->name, value);
	case JS_SHAPE_TYPES:
		return types_check(parser, rule->name, value);
	case JS_SHAPE_ENUM:
		return enum_check(parser, rule->name, draft, value);
	case JS_SHAPE_ARRAY:
		return value->type == JSON_ARRAY ? SCUTE_OK :
						   must_be(parser, rule->name, value, "an array");
	case JS_SHAPE_SCHEMAS:
		return list_check(parser, rule->name, value, "a list of schemas");
	case JS_SHAPE_ITEMS:
		return items_check(parser, rule->name, draft, value);
	case JS_SHAPE_NAMED:
	case JS_SHAPE_PATTERNS:
	case JS_SHAPE_DEPENDENCIES:
	case JS_SHAPE_NAMED_STRINGS:
	case JS_SHAPE_VOCABULARIES:
		return members_check(parser, rule->name, shape, value);
	}
	return SCUTE_OK;
}
