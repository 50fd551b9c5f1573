/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handshake on structs of every size: each lies at the end of its own memory, so that
 * a read beyond what the plugin states is found by the sanitizer. The texts of whole
 * plugins are tested in tests/plugin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugin/handshake.h"

static struct plugin_table empty;

static enum scute_status parse(const struct scute_source *source, struct scute_arena *arena,
	const struct scute_schema **ret_schema, struct scute_error *err)
{
	(void)source;
	(void)arena;
	(void)ret_schema;
	(void)err;
	return SCUTE_EUNSUPPORTED;
}

static enum scute_status canonical(const struct scute_schema *schema, struct scute_arena *arena,
	struct scute_str *ret_text, struct scute_error *err)
{
	(void)schema;
	(void)arena;
	(void)ret_text;
	(void)err;
	return SCUTE_EUNSUPPORTED;
}

static enum scute_status compatible(struct scute_compat *c, struct scute_error *err)
{
	(void)c;
	(void)err;
	return SCUTE_EUNSUPPORTED;
}

static const struct scute_format format = {
	.size = sizeof(format), .type = "T", .parse = parse, .canonical = canonical,
	.compatible = compatible,
};

static const struct scute_plugin good = {
	.magic = SCUTE_MAGIC, .size = sizeof(good), .abi_major = SCUTE_ABI_MAJOR,
	.abi_minor = SCUTE_ABI_MINOR, .kind = SCUTE_KIND_FORMAT, .name = "t", .version = "1",
	.table.format = &format,
};

/* A copy of the first bytes only. */
static void *head_of(const void *from, size_t bytes)
{
	void *to = malloc(bytes);

	assert_non_null(to);
	memcpy(to, from, bytes);
	return to;
}

static void every_size_of_the_entry(void **state)
{
	struct scute_error err;

	(void)state;
	for (uint32_t bytes = 12; bytes <= sizeof(good); bytes++) {
		struct scute_plugin *entry = head_of(&good, bytes);

		entry->size = bytes;
		assert_int_equal(handshake_check(entry, &empty, &err), bytes == sizeof(good));
		free(entry);
	}
}

/* A table of ABI 1.0 ends after validate and is taken for ever; a shorter one never was whole. */
static void every_size_of_the_table(void **state)
{
	const uint32_t whole = offsetof(struct scute_format, validate) + sizeof(format.validate);
	struct scute_error err;

	(void)state;
	for (uint32_t bytes = 4; bytes <= sizeof(format); bytes++) {
		struct scute_format *table = head_of(&format, bytes);
		struct scute_plugin entry = good;

		memcpy(table, &bytes, sizeof(bytes));
		entry.table.format = table;
		assert_int_equal(handshake_check(&entry, &empty, &err), bytes >= whole);
		free(table);
	}
}

/* What a later host would call its own: a greater size is no fault when the minor is ours. */
static void greater_is_fine(void **state)
{
	struct {
		struct scute_format table;
		char later[32];
	} greater = { .table = format };
	struct scute_plugin entry = good;
	struct scute_error err;

	(void)state;
	greater.table.size = sizeof(greater);
	entry.size = sizeof(entry) + 32;
	entry.table.format = &greater.table;
	assert_true(handshake_check(&entry, &empty, &err));
	entry.abi_minor = SCUTE_ABI_MINOR + 1;
	assert_false(handshake_check(&entry, &empty, &err));
}

static void names(void **state)
{
	static const struct {
		const char *name;
		bool ok;
	} names[] = {
		{ "a", true }, { "a-b_9", true }, { "abcdefghijklmnopqrstuvwxyz012345", true },
		{ "abcdefghijklmnopqrstuvwxyz0123456", false }, { "", false }, { "A", false },
		{ "a.b", false }, { "a/b", false }, { "\xc3\xa4", false }, { "a b", false },
	};
	struct scute_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct scute_plugin entry = good;
		char *end = head_of(names[i].name, strlen(names[i].name) + 1);

		entry.name = end;
		assert_int_equal(handshake_check(&entry, &empty, &err), names[i].ok);
		free(end);
	}
}

static void long_names_are_not_read_to_their_end(void **state)
{
	struct scute_plugin entry = good;
	struct scute_error err;
	char *name = malloc(33); /* without an end: what is too long is seen at 33 bytes */

	(void)state;
	assert_non_null(name);
	memset(name, 'x', 33);
	entry.name = name;
	assert_false(handshake_check(&entry, &empty, &err));
	assert_non_null(strstr(err.text, "xxxx..\", wanted"));
	free(name);
}

static void all_kinds(void **state)
{
	struct scute_error err;

	(void)state;
	for (uint32_t kind = 0; kind < 300; kind++) {
		struct scute_plugin entry = good;

		entry.kind = kind;
		if (kind != SCUTE_KIND_AUTH && kind != SCUTE_KIND_SERVICE) {
			assert_int_equal(handshake_check(&entry, &empty, &err),
				kind == SCUTE_KIND_FORMAT);
		}
	}
	for (uint32_t bit = 0; bit < 32; bit++) {
		struct scute_plugin entry = good;

		entry.magic ^= 1u << bit;
		assert_false(handshake_check(&entry, &empty, &err));
		assert_non_null(strstr(err.text, "magic is 0x"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_of_the_entry),
		cmocka_unit_test(every_size_of_the_table),
		cmocka_unit_test(greater_is_fine),
		cmocka_unit_test(names),
		cmocka_unit_test(long_names_are_not_read_to_their_end),
		cmocka_unit_test(all_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
