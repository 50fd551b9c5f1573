/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shorthand of the built-in files as .proto text. The input is our own and constant, so what
 * is not right in it is an assert.
 */
#include "wellknown_table.h"

#include <assert.h>

#include "support/str.h"

struct shorthand {
	const char *at;
	struct buf *out;
	bool proto3;
};

static void block(struct shorthand *sh, int *number, bool labels);

static char peek(struct shorthand *sh)
{
	while (*sh->at == ' ') {
		sh->at++;
	}
	return *sh->at;
}

static bool take(struct shorthand *sh, char wanted)
{
	if (peek(sh) != wanted) {
		return false;
	}
	sh->at++;
	return true;
}

/* Up to white space or punctuation; a map's type is one word. */
static struct scute_str word(struct shorthand *sh)
{
	peek(sh);
	struct scute_str text = { sh->at, strcspn(sh->at, " ;={}[]") };
	assert(text.len > 0);
	sh->at += text.len;
	return text;
}

/* The first word of text; the rest stays in *text without the spaces before it. */
static struct scute_str split_word(struct scute_str *text)
{
	size_t len = 0;
	while (len < text->len && text->data[len] != ' ') {
		len++;
	}
	struct scute_str first = { text->data, len };
	*text = str_trim((struct scute_str){ text->data + len, text->len - len });
	return first;
}

static void declaration(struct buf *out, struct scute_str rest)
{
	struct scute_str number = split_word(&rest);
	struct scute_str name = split_word(&rest);

	buf_printf(out, "declaration = { number: %.*s full_name: \"%.*s\" type: \"%.*s\" }",
		STR_ARGS(number), STR_ARGS(name), STR_ARGS(rest));
}

/* PROTO3:OPEN; a colon inside of braces is none of these. */
static bool edition_default(struct buf *out, struct scute_str first)
{
	const char *colon = memchr(first.data, ':', first.len);
	if (colon == NULL) {
		return false;
	}
	struct scute_str edition = { first.data, (size_t)(colon - first.data) };
	struct scute_str value = { colon + 1, first.len - edition.len - 1 };
	buf_printf(out, "edition_defaults = { edition: EDITION_%.*s value: \"%.*s\" }",
		STR_ARGS(edition), STR_ARGS(value));
	return true;
}

static void option(struct buf *out, struct scute_str text)
{
	struct scute_str rest = text;
	struct scute_str first = split_word(&rest);

	if (str_eq_z(first, "runtime")) {
		buf_append_z(out, "retention = RETENTION_RUNTIME");
	} else if (str_eq_z(first, "source")) {
		buf_append_z(out, "retention = RETENTION_SOURCE");
	} else if (str_eq_z(first, "on")) {
		buf_printf(out, "targets = TARGET_TYPE_%.*s", STR_ARGS(rest));
	} else if (str_eq_z(first, "since")) {
		buf_printf(out, "feature_support = { edition_introduced: EDITION_%.*s }",
			STR_ARGS(rest));
	} else if (str_eq_z(first, "declare")) {
		declaration(out, rest);
	} else if (!edition_default(out, first)) {
		buf_append_str(out, text);
	}
}

/* One item in brackets, up to its comma or the closing bracket. */
static struct scute_str option_text(struct shorthand *sh)
{
	const char *start = sh->at;
	bool quoted = false;
	int depth = 0;

	for (; quoted || depth > 0 || (*sh->at != ',' && *sh->at != ']'); sh->at++) {
		assert(*sh->at != '\0');
		if (*sh->at == '"') {
			quoted = !quoted;
		} else if (!quoted) {
			depth += (*sh->at == '{') - (*sh->at == '}');
		}
	}
	return str_trim((struct scute_str){ start, (size_t)(sh->at - start) });
}

/* Options, if there are any, and the end of the statement. */
static void statement_end(struct shorthand *sh)
{
	if (take(sh, '[')) {
		buf_append_z(sh->out, " [");
		for (;;) {
			option(sh->out, option_text(sh));
			if (!take(sh, ',')) {
				break;
			}
			buf_append_z(sh->out, ", ");
		}
		take(sh, ']');
		buf_append_byte(sh->out, ']');
	}
	buf_append_z(sh->out, ";\n");
	take(sh, ';');
}

/* " = 5", with the number that is given, or else the next one. */
static void number_of(struct shorthand *sh, int *number)
{
	if (take(sh, '=')) {
		struct scute_str text = word(sh);
		int64_t value = 0;
		bool ok = str_to_i64(text, &value);
		assert(ok);
		(void)ok;
		*number = (int)value;
	}
	/* The last number of an enum may be the greatest there is. */
	buf_printf(sh->out, " = %d", *number);
	*number += *number < INT32_MAX;
}

static void ranges(struct shorthand *sh, struct scute_str keyword)
{
	peek(sh);
	size_t len = strcspn(sh->at, ";}[");

	buf_printf(sh->out, "%.*s %.*s", STR_ARGS(keyword), (int)len, sh->at);
	sh->at += len;
	statement_end(sh);
}

static void values(struct shorthand *sh)
{
	int number = 0;

	while (!take(sh, '}')) {
		struct scute_str name = word(sh);
		if (str_eq_z(name, "reserved")) {
			ranges(sh, name);
			continue;
		}
		buf_append_str(sh->out, name);
		number_of(sh, &number);
		statement_end(sh);
	}
	buf_append_z(sh->out, "}\n");
	take(sh, ';');
}

static void field(struct shorthand *sh, struct scute_str type, int *number, bool labels)
{
	bool is_map = str_starts(type, str_z("map<"));
	const char *label = labels && !sh->proto3 && !is_map ? "optional " : "";

	if (type.data[0] == '*' || type.data[0] == '!') {
		label = type.data[0] == '*' ? "repeated " : "required ";
		type = (struct scute_str){ type.data + 1, type.len - 1 };
	}
	struct scute_str name = word(sh);
	buf_printf(sh->out, "%s%.*s %.*s", label, STR_ARGS(type), STR_ARGS(name));
	number_of(sh, number);
	statement_end(sh);
}

/* What begins with a keyword of its own; false: something else. */
static bool keyword_statement(struct shorthand *sh, struct scute_str first, int *number)
{
	if (str_eq_z(first, "reserved") || str_eq_z(first, "extensions")) {
		ranges(sh, first);
		return true;
	}
	bool is_enum = str_eq_z(first, "enum");
	bool is_oneof = str_eq_z(first, "oneof");
	if (!is_enum && !is_oneof && !str_eq_z(first, "extend")) {
		return false;
	}
	struct scute_str name = word(sh);
	take(sh, '{');
	buf_printf(sh->out, "%.*s %.*s {\n", STR_ARGS(first), STR_ARGS(name));
	if (is_enum) {
		values(sh);
	} else {
		block(sh, number, !is_oneof);
	}
	return true;
}

/* Statements up to the closing brace, or to the end of the file. */
static void block(struct shorthand *sh, int *number, bool labels)
{
	while (peek(sh) != '\0' && !take(sh, '}')) {
		struct scute_str first = word(sh);
		if (take(sh, '{')) {
			int inner = 1;
			buf_printf(sh->out, "message %.*s {\n", STR_ARGS(first));
			block(sh, &inner, true);
		} else if (!keyword_statement(sh, first, number)) {
			field(sh, first, number, labels);
		}
	}
	buf_append_z(sh->out, "}\n");
	take(sh, ';');
}

static void imports(const char *list, struct buf *out)
{
	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, "\n");
		bool is_public = strncmp(list, "public ", 7) == 0;
		size_t skip = is_public ? 7 : 0;
		buf_printf(out, "import %s\"%.*s\";\n", is_public ? "public " : "",
			(int)(len - skip), list + skip);
		list += len + (list[len] == '\n');
	}
}

static void text_option(const char *name, const char *value, struct buf *out)
{
	if (value != NULL) {
		buf_printf(out, "option %s = \"%s\";\n", name, value);
	}
}

static void bare_option(const char *name, const char *value, struct buf *out)
{
	if (value != NULL) {
		buf_printf(out, "option %s = %s;\n", name, value);
	}
}

static void file_options(const struct pb_builtin *file, struct buf *out)
{
	text_option("java_package", file->java_package, out);
	text_option("java_outer_classname", file->java_outer_classname, out);
	text_option("go_package", file->go_package, out);
	text_option("csharp_namespace", file->csharp_namespace, out);
	text_option("objc_class_prefix", file->objc_class_prefix, out);
	bare_option("optimize_for", file->optimize_for, out);
	bare_option("java_multiple_files", file->java_multiple_files ? "true" : NULL, out);
	bare_option("cc_enable_arenas", file->cc_enable_arenas ? "true" : NULL, out);
}

void pb_builtin_expand(const struct pb_builtin *file, struct buf *out)
{
	buf_printf(out, "syntax = \"%s\";\n", file->proto3 ? "proto3" : "proto2");
	if (file->package != NULL) {
		buf_printf(out, "package %s;\n", file->package);
	}
	imports(file->imports, out);
	file_options(file, out);

	struct shorthand sh = { .at = file->body, .out = out, .proto3 = file->proto3 };
	while (peek(&sh) != '\0') {
		struct scute_str first = word(&sh);
		int number = 1;
		if (take(&sh, '{')) {
			buf_printf(out, "message %.*s {\n", STR_ARGS(first));
			block(&sh, &number, true);
		} else {
			bool known = keyword_statement(&sh, first, &number);
			assert(known);
			(void)known;
		}
	}
}
