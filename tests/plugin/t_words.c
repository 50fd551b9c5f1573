/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least a format can be: the three required calls, and the headers of the ABI alone. A
 * schema is a list of words; a reader has to know every word of the writer. Two lists that
 * differ in spaces have one canonical text, and so are one schema.
 */
#include <stdio.h>
#include <string.h>

#include "scute/plugin.h"

#define WORDS_MAX 100

struct scute_schema {
	size_t n;
	struct scute_str words[WORDS_MAX];
};

static enum scute_status fail(struct scute_error *err, enum scute_status status, const char *text)
{
	*err = (struct scute_error){ .status = status };
	(void)snprintf(err->text, sizeof(err->text), "%s", text);
	return status;
}

static enum scute_status split(struct scute_str text, struct scute_schema *schema,
	struct scute_error *err)
{
	for (size_t i = 0; i < text.len; i++) {
		struct scute_str *last = &schema->words[schema->n - (schema->n > 0)];

		if (text.data[i] == ' ') {
			continue;
		}
		if (text.data[i] < 'a' || text.data[i] > 'z') {
			return fail(err, SCUTE_EINVAL, "wanted words of lower case letters");
		}
		if (i > 0 && text.data[i - 1] != ' ') {
			last->len++;
		} else if (schema->n < WORDS_MAX) {
			schema->words[schema->n++] = (struct scute_str){ text.data + i, 1 };
		} else {
			return fail(err, SCUTE_ELIMIT, "more than 100 words");
		}
	}
	return schema->n > 0 ? SCUTE_OK : fail(err, SCUTE_EINVAL, "wanted a word");
}

static enum scute_status parse(const struct scute_source *source, struct scute_arena *arena,
	const struct scute_schema **ret_schema, struct scute_error *err)
{
	struct scute_schema *schema = scute_alloc(arena, sizeof(*schema));
	char *copy = scute_alloc(arena, source->text.len);

	if (source->n_references > 0) {
		return fail(err, SCUTE_EINVAL, "words have no references");
	}
	if (!schema || !copy) {
		return fail(err, SCUTE_ENOMEM, "out of memory");
	}
	if (source->text.len > 0) {
		memcpy(copy, source->text.data, source->text.len);
	}
	*schema = (struct scute_schema){ .n = 0 };
	enum scute_status status = split((struct scute_str){ copy, source->text.len }, schema, err);
	if (status == SCUTE_OK) {
		*ret_schema = schema;
	}
	return status;
}

static enum scute_status canonical(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	size_t len = schema->n - 1;

	for (size_t i = 0; i < schema->n; i++) {
		len += schema->words[i].len;
	}
	char *out = scute_alloc(arena, len);
	if (!out) {
		return fail(err, SCUTE_ENOMEM, "out of memory");
	}
	for (size_t i = 0, at = 0; i < schema->n; i++) {
		if (i > 0) {
			out[at++] = ' ';
		}
		memcpy(out + at, schema->words[i].data, schema->words[i].len);
		at += schema->words[i].len;
	}
	*ret_text = (struct scute_str){ out, len };
	return SCUTE_OK;
}

static bool knows(const struct scute_schema *schema, struct scute_str word)
{
	for (size_t i = 0; i < schema->n; i++) {
		if (schema->words[i].len == word.len &&
			memcmp(schema->words[i].data, word.data, word.len) == 0) {
			return true;
		}
	}
	return false;
}

/* One difference tells enough: the first word that is missing. */
static enum scute_status compatible(struct scute_compat *c, struct scute_error *err)
{
	struct scute_difference *difference = scute_alloc(c->arena, sizeof(*difference));
	size_t i = 0;

	if (!difference) {
		return fail(err, SCUTE_ENOMEM, "out of memory");
	}
	while (i < c->writer->n && knows(c->reader, c->writer->words[i])) {
		i++;
	}
	*difference = (struct scute_difference){ .type = "WORD_MISSING" };
	if (i < c->writer->n) {
		difference->path = difference->text = c->writer->words[i];
	}
	c->differences = difference;
	c->n_differences = i < c->writer->n && c->differences_max > 0;
	c->compatible = i == c->writer->n;
	return SCUTE_OK;
}

static const struct scute_format format = {
	.size = sizeof(struct scute_format),
	.type = "WORDS",
	.parse = parse,
	.canonical = canonical,
	.compatible = compatible,
};

static const struct scute_plugin plugin = {
	.magic = SCUTE_MAGIC,
	.size = sizeof(struct scute_plugin),
	.abi_major = SCUTE_ABI_MAJOR,
	.abi_minor = SCUTE_ABI_MINOR,
	.kind = SCUTE_KIND_FORMAT,
	.name = "t_words",
	.version = "1",
	.table.format = &format,
};

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void);

SCUTE_EXPORT const struct scute_plugin *scute_plugin_entry(void)
{
	return &plugin;
}
