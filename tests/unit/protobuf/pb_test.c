/* SPDX-License-Identifier: Apache-2.0 */
/* Sources from texts and files. */
#include "pb_test.h"

#include <stdio.h>

struct scute_source pb_test_source(struct arena *arena, struct scute_str text,
	const struct pb_test_file *files, uint32_t flags)
{
	struct scute_source source = { .size = sizeof(source), .flags = flags, .text = text };
	size_t n = 0;

	while (files && files[n].path) {
		n++;
	}
	struct scute_reference *references = arena_zalloc(&arena->base, n + 1, sizeof(*references));
	assert_non_null(references);
	for (size_t i = 0; i < n; i++) {
		references[i] = (struct scute_reference){.name = str_z(files[i].path),
			.subject = str_z(files[i].path),
			.version = 1,
			.text = str_z(files[i].text)};
	}
	source.references = references;
	source.n_references = n;
	return source;
}

const struct scute_schema *pb_test_parse_str(struct arena *arena, struct scute_str text,
	const struct pb_test_file *files, uint32_t flags, struct scute_error *err)
{
	struct scute_source source = pb_test_source(arena, text, files, flags);
	const struct scute_schema *schema = NULL;
	enum scute_status status = pb_parse(&source, &arena->base, &schema, err);

	assert_int_equal(status == SCUTE_OK, schema != NULL);
	if (status != SCUTE_OK) {
		assert_int_equal(err->status, status);
	}
	return schema;
}

const struct scute_schema *pb_test_parse(struct arena *arena, const char *text,
	const struct pb_test_file *files, uint32_t flags, struct scute_error *err)
{
	return pb_test_parse_str(arena, str_z(text), files, flags, err);
}

const struct scute_schema *pb_test_valid(struct arena *arena, const char *text,
	const struct pb_test_file *files)
{
	struct scute_error err = { 0 };
	const struct scute_schema *schema = pb_test_parse(arena, text, files, 0, &err);

	if (!schema) {
		print_error("%s\nin:\n%s\n", err.text, text);
	}
	assert_non_null(schema);
	return schema;
}

void assert_str(struct scute_str actual, const char *expected)
{
	if (!str_eq_z(actual, expected)) {
		print_error("found    \"%.*s\"\nexpected \"%s\"\n", STR_ARGS(actual), expected);
		fail();
	}
}
