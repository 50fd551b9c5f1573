/* SPDX-License-Identifier: Apache-2.0 */
/* A format whose rules a test can read off the text. */
#include "fake_format.h"

#include "support/arena.h"
#include "support/str.h"

struct scute_schema {
	char family;
	char level;
};

size_t fake_format_references;
size_t fake_format_parses;

static enum scute_status fake_parse(const struct scute_source *source, struct scute_arena *arena,
	const struct scute_schema **ret_schema, struct scute_error *err)
{
	struct scute_schema *schema = scute_alloc(arena, sizeof(*schema));

	fake_format_references = source->n_references;
	fake_format_parses++;
	if (!schema || str_starts(source->text, SCUTE_STR("?"))) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	if (source->text.len < 2 || source->text.data[0] == '!') {
		return error_set(err, SCUTE_EINVAL, "no family and level");
	}
	*schema = (struct scute_schema){ source->text.data[0], source->text.data[1] };
	*ret_schema = schema;
	return SCUTE_OK;
}

static enum scute_status fake_canonical(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	struct scute_str text = arena_printf(arena, "%c%c", schema->family, schema->level);

	if (!text.data) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	*ret_text = text;
	return SCUTE_OK;
}

static enum scute_status fake_identity(const struct scute_source *source, struct scute_arena *arena,
	struct scute_str *ret_bytes, struct scute_error *err)
{
	char *bytes = scute_alloc(arena, source->text.len + 1);
	size_t n = 0;

	if (!bytes) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	if (str_starts(source->text, SCUTE_STR("!"))) {
		return error_set(err, SCUTE_EINVAL, "no family and level");
	}
	for (size_t i = 0; i < source->text.len; i++) {
		if (source->text.data[i] != ' ') {
			bytes[n++] = source->text.data[i];
		}
	}
	*ret_bytes = (struct scute_str){ bytes, n };
	return SCUTE_OK;
}

static enum scute_status fake_compatible(struct scute_compat *c, struct scute_error *err)
{
	const struct scute_schema *reader = c->reader;
	const struct scute_schema *writer = c->writer;

	if (reader->family == 'z' || writer->family == 'z') {
		return error_set(err, SCUTE_ELIMIT, "z is never compared");
	}
	c->compatible = reader->family == writer->family && reader->level >= writer->level;
	c->n_differences = 0;
	if (c->compatible) {
		return SCUTE_OK;
	}
	c->differences = scute_alloc(c->arena, 2 * sizeof(*c->differences));
	if (!c->differences) {
		return error_set(err, SCUTE_ENOMEM, "out of memory");
	}
	c->differences[0] = (struct scute_difference){ "DOC", SCUTE_STR("/"), SCUTE_STR("harmless"),
		true };
	c->differences[1] = (struct scute_difference){ "LEVEL", SCUTE_STR("/"),
		arena_printf(c->arena, "%s %c%c does not read %s %c%c", c->reader_label,
			reader->family, reader->level, c->writer_label, writer->family,
			writer->level), false };
	c->n_differences = 2;
	return SCUTE_OK;
}

const struct scute_format fake_format = {
	.size = sizeof(struct scute_format),
	.type = "AVRO",
	.parse = fake_parse,
	.canonical = fake_canonical,
	.compatible = fake_compatible,
	.identity = fake_identity,
};

const struct scute_format fake_plain_format = {
	.size = sizeof(struct scute_format),
	.type = "JSON",
	.parse = fake_parse,
	.canonical = fake_canonical,
	.compatible = fake_compatible,
};
