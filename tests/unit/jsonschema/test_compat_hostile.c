/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons that would take forever, or all memory, or the whole stack. */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "compat.h"
#include "support/buf.h"

struct pair {
	struct arena arena;
	const struct scute_schema *older;
	const struct scute_schema *newer;
	struct scute_compat compat;
	struct scute_error err;
};

static double now_ms(void)
{
	struct timespec at;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static const struct scute_schema *parse_buf(struct pair *pair, const struct buf *text)
{
	assert_false(text->failed);
	const struct scute_schema *schema = parse_with(&pair->arena, buf_str(text), NULL, 0, 0,
		&pair->err);
	if (!schema) {
		print_error("%s\n", pair->err.text);
	}
	assert_non_null(schema);
	return schema;
}

/* The time is for the reader of the output; it decides nothing. */
static enum scute_status ask(struct pair *pair, const char *what)
{
	double before = now_ms();
	enum scute_status status;

	pair->compat = (struct scute_compat){ .size = sizeof(pair->compat), .reader = pair->newer,
		.writer = pair->older, .reader_label = "new", .writer_label = "old",
		.differences_max = 1000, .arena = &pair->arena.base };
	status = js_compatible(&pair->compat, &pair->err);
	printf("%s: %.1f ms, status %d, %zu differences\n", what, now_ms() - before, (int)status,
		pair->compat.n_differences);
	return status;
}

static void begin(struct pair *pair, struct buf *a, struct buf *b)
{
	*pair = (struct pair){ 0 };
	arena_init(&pair->arena, ARENA_BYTES);
	buf_init(a, 16 << 20);
	buf_init(b, 16 << 20);
}

static void end(struct pair *pair, struct buf *a, struct buf *b)
{
	buf_finish(a);
	buf_finish(b);
	arena_finish(&pair->arena);
}

/* Each definition refers to the next; the last one is of that type. */
static void chain_write(struct buf *out, unsigned n, const char *form, const char *last)
{
	buf_append_z(out, "{\"$ref\":\"#/definitions/d0\",\"definitions\":{");
	for (unsigned i = 0; i < n; i++) {
		buf_printf(out, "\"d%u\":", i);
		for (const char *c = form; *c; c++) {
			if (*c == '@') {
				buf_printf(out, "{\"$ref\":\"#/definitions/d%u\"}", i + 1);
			} else {
				buf_append_byte(out, *c == '\'' ? '"' : *c);
			}
		}
		buf_append_byte(out, ',');
	}
	buf_printf(out, "\"d%u\":{\"type\":\"%s\"}}}", n, last);
}

static void chain_of_references(void **state)
{
	struct pair pair;
	struct buf a;
	struct buf b;

	(void)state;
	begin(&pair, &a, &b);
	chain_write(&a, 5000, "{'type':'object','properties':{'n':@}}", "number");
	chain_write(&b, 5000, "{'type':'object','properties':{'n':@}}", "integer");
	pair.older = parse_buf(&pair, &b);
	pair.newer = parse_buf(&pair, &a);
	assert_int_equal(ask(&pair, "chain, wider"), SCUTE_OK);
	assert_true(pair.compat.compatible);
	pair.older = parse_buf(&pair, &a);
	pair.newer = parse_buf(&pair, &b);
	assert_int_equal(ask(&pair, "chain, narrower"), SCUTE_OK);
	assert_false(pair.compat.compatible);
	assert_int_equal(pair.compat.n_differences, 1);
	assert_string_equal(pair.compat.differences[0].type, "TYPE_NARROWED");
	assert_int_equal(pair.compat.differences[0].path.len, 1 + 5000 * strlen("/properties/n"));
	end(&pair, &a, &b);
}

/* Each member has to be tried before the next one is: deeper than the stack may go. */
static void chain_of_combinations(void **state)
{
	struct pair pair;
	struct buf a;
	struct buf b;
	const char *form = "{'properties':{'n':{'oneOf':[{'type':'null'},@]}}}";

	(void)state;
	begin(&pair, &a, &b);
	chain_write(&a, 150, form, "number");
	chain_write(&b, 150, form, "integer");
	pair.older = parse_buf(&pair, &b);
	pair.newer = parse_buf(&pair, &a);
	assert_int_equal(ask(&pair, "chain of combinations"), SCUTE_OK);
	assert_true(pair.compat.compatible);
	buf_reset(&a);
	buf_reset(&b);
	chain_write(&a, 5000, form, "number");
	chain_write(&b, 5000, form, "integer");
	pair.older = parse_buf(&pair, &b);
	pair.newer = parse_buf(&pair, &a);
	assert_int_equal(ask(&pair, "long chain of combinations"), SCUTE_ELIMIT);
	assert_true(pair.err.text[0] != '\0');
	end(&pair, &a, &b);
}

/* What a registration of a large schema asks for. */
static void definitions_write(struct buf *out, const char *title)
{
	buf_printf(out, "{\"title\":\"%s\",\"type\":\"object\",\"properties\":{", title);
	for (unsigned i = 0; i < 5000; i++) {
		buf_printf(out, "%s\"p%u\":{\"$ref\":\"#/definitions/d%u\"}", i > 0 ? "," : "", i, i);
	}
	buf_append_z(out, "},\"definitions\":{");
	for (unsigned i = 0; i < 5000; i++) {
		buf_printf(out,
			"%s\"d%u\":{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{"
			"\"id\":{\"type\":\"integer\",\"minimum\":%u},\"name\":{\"type\":[\"string\","
			"\"null\"],\"maxLength\":100},\"next\":{\"oneOf\":[{\"type\":\"null\"},"
			"{\"$ref\":\"#/definitions/d%u\"}]}}}",
			i > 0 ? "," : "", i, i, (i * 7 + 1) % 5000);
	}
	buf_append_z(out, "}}");
}

static void large(void **state)
{
	struct pair pair;
	struct buf a;
	struct buf b;

	(void)state;
	begin(&pair, &a, &b);
	definitions_write(&a, "old");
	definitions_write(&b, "new");
	pair.older = parse_buf(&pair, &a);
	pair.newer = parse_buf(&pair, &b);
	printf("%zu bytes\n", a.len);
	enum scute_status status = ask(&pair, "large");
	assert_true(status == SCUTE_OK || status == SCUTE_ELIMIT);
	pair.newer = parse_buf(&pair, &a);
	assert_int_equal(ask(&pair, "large, the same"), SCUTE_OK);
	assert_true(pair.compat.compatible);
	assert_int_equal(pair.compat.n_differences, 0);
	end(&pair, &a, &b);
}

static void members_write(struct buf *out, unsigned n, unsigned first)
{
	buf_append_z(out, "{\"anyOf\":[");
	for (unsigned i = 0; i < n; i++) {
		buf_printf(out, "%s{\"minimum\":%u,\"maximum\":%u,\"type\":\"integer\"}",
			i > 0 ? "," : "", first + i, first + i);
	}
	buf_append_z(out, "]}");
}

static void combinations(void **state)
{
	struct pair pair;
	struct buf a;
	struct buf b;

	(void)state;
	begin(&pair, &a, &b);
	members_write(&a, 5000, 0);
	members_write(&b, 5000, 1);
	pair.older = parse_buf(&pair, &a);
	pair.newer = parse_buf(&pair, &a);
	assert_int_equal(ask(&pair, "members, the same"), SCUTE_OK);
	pair.newer = parse_buf(&pair, &b);
	assert_int_equal(ask(&pair, "members, one off"), SCUTE_OK);
	assert_false(pair.compat.compatible);
	buf_reset(&b);
	members_write(&b, 5000, 100000);
	pair.newer = parse_buf(&pair, &b);
	assert_int_equal(ask(&pair, "members, all others"), SCUTE_ELIMIT);
	end(&pair, &a, &b);
}

/* Two ways at each of many levels. */
static void levels_write(struct buf *out, const char *list, const char *last)
{
	buf_append_z(out, "{\"$ref\":\"#/definitions/d0\",\"definitions\":{");
	for (unsigned i = 0; i < 60; i++) {
		buf_printf(out,
			"\"d%u\":{\"%s\":[{\"properties\":{\"a\":{\"$ref\":\"#/definitions/d%u\"}}},"
			"{\"properties\":{\"b\":{\"$ref\":\"#/definitions/d%u\"}},\"not\":{\"$ref\":"
			"\"#/definitions/d%u\"}}]},",
			i, list, i + 1, i + 1, i + 1);
	}
	buf_printf(out, "\"d60\":{\"type\":\"%s\"}}}", last);
}

static void levels(void **state)
{
	static const char *const lists[] = { "anyOf", "oneOf", "allOf" };

	(void)state;
	for (unsigned i = 0; i < 9; i++) {
		struct pair pair;
		struct buf a;
		struct buf b;
		begin(&pair, &a, &b);
		levels_write(&a, lists[i / 3], "number");
		levels_write(&b, lists[i % 3], "integer");
		pair.older = parse_buf(&pair, &b);
		pair.newer = parse_buf(&pair, &a);
		enum scute_status status = ask(&pair, "levels");
		assert_true(status == SCUTE_OK || status == SCUTE_ELIMIT);
		end(&pair, &a, &b);
	}
}

static void values_write(struct buf *out, unsigned n, bool backwards)
{
	buf_append_z(out, "{\"enum\":[");
	for (unsigned i = 0; i < n; i++) {
		buf_printf(out, "%s{\"k\":%u}", i > 0 ? "," : "", backwards ? n - 1 - i : i);
	}
	buf_append_z(out, "]}");
}

static void values(void **state)
{
	struct pair pair;
	struct buf a;
	struct buf b;

	(void)state;
	begin(&pair, &a, &b);
	values_write(&a, 50000, false);
	values_write(&b, 50000, true);
	pair.older = parse_buf(&pair, &a);
	pair.newer = parse_buf(&pair, &b);
	assert_int_equal(ask(&pair, "values"), SCUTE_OK);
	assert_true(pair.compat.compatible);
	assert_int_equal(pair.compat.n_differences, 0);
	end(&pair, &a, &b);
}

static void patterns_write(struct buf *out, unsigned n, const char *prefix)
{
	buf_append_z(out, "{\"properties\":{\"x\":{}");
	for (unsigned i = 0; i < n; i++) {
		buf_printf(out, ",\"%s%u\":{\"type\":\"string\"}", prefix, i);
	}
	buf_append_z(out, "},\"patternProperties\":{\"y\":{}");
	for (unsigned i = 0; i < n; i++) {
		buf_printf(out, ",\"^(%s|a+)+%u$\":{\"type\":\"string\"}", prefix, i);
	}
	buf_append_z(out, "},\"additionalProperties\":false}");
}

static void patterns(void **state)
{
	struct pair pair;
	struct buf a;
	struct buf b;

	(void)state;
	begin(&pair, &a, &b);
	patterns_write(&a, 3000, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	patterns_write(&b, 3000, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
	pair.older = parse_buf(&pair, &a);
	pair.newer = parse_buf(&pair, &b);
	assert_int_equal(ask(&pair, "patterns"), SCUTE_ELIMIT);
	end(&pair, &a, &b);
}

/* Many differences under long names: what is said of them is bounded. */
static void long_paths(void **state)
{
	struct pair pair;
	struct buf texts[2];

	(void)state;
	begin(&pair, &texts[0], &texts[1]);
	for (unsigned k = 0; k < 2; k++) {
		for (unsigned i = 0; i < 40; i++) {
			buf_append_z(&texts[k], "{\"properties\":{\"");
			for (unsigned n = 0; n < 20000; n++) {
				buf_append_byte(&texts[k], 'n');
			}
			buf_append_z(&texts[k], "\":");
		}
		buf_append_z(&texts[k], "{\"properties\":{\"x\":{}");
		for (unsigned i = 0; i < 2000; i++) {
			buf_printf(&texts[k], ",\"p%u\":{\"minimum\":%u}", i, k);
		}
		buf_append_z(&texts[k], "}}");
		for (unsigned i = 0; i < 40; i++) {
			buf_append_z(&texts[k], "}}");
		}
	}
	pair.older = parse_buf(&pair, &texts[0]);
	pair.newer = parse_buf(&pair, &texts[1]);
	enum scute_status status = ask(&pair, "long paths");
	assert_true(status != SCUTE_OK || !pair.compat.compatible);
	end(&pair, &texts[0], &texts[1]);
}

/* With each allocation failing in turn there is an error, never another verdict. */
static void little_memory(void **state)
{
	static const char older[] = "{'properties':{'a':{'anyOf':[{'type':'string'},{'enum':[1,2]}]},"
				    "'b':{'$ref':'#'}},'patternProperties':{'^x':{'minimum':1}},"
				    "'required':['a']}";
	static const char newer[] = "{'properties':{'a':{'anyOf':[{'enum':[2,1,3]},{'type':['string',"
				    "'null']}]},'b':{'$ref':'#'},'xc':{'minimum':0}},"
				    "'patternProperties':{'^x':{'minimum':0}},'required':['a']}";
	struct pair pair = { 0 };
	unsigned n_failed = 0;
	enum scute_status status = SCUTE_ENOMEM;

	(void)state;
	arena_init(&pair.arena, ARENA_BYTES);
	pair.older = parse_good(&pair.arena, older);
	pair.newer = parse_good(&pair.arena, newer);
	for (size_t room = 16; status != SCUTE_OK; room += 16) {
		struct arena small;
		_Alignas(16) static char memory[1 << 16];
		assert_true(room < sizeof(memory));
		arena_init_with(&small, 0, memory, room);
		struct scute_compat compat = { .size = sizeof(compat), .reader = pair.newer,
			.writer = pair.older, .reader_label = "new", .writer_label = "old",
			.differences_max = 10, .arena = &small.base };
		status = js_compatible(&compat, &pair.err);
		if (status == SCUTE_OK) {
			assert_true(compat.compatible);
		} else {
			assert_int_equal(status, SCUTE_ENOMEM);
			n_failed++;
		}
		arena_finish(&small);
	}
	assert_true(n_failed > 20);
	arena_finish(&pair.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_of_references),
		cmocka_unit_test(chain_of_combinations),
		cmocka_unit_test(large),
		cmocka_unit_test(combinations),
		cmocka_unit_test(levels),
		cmocka_unit_test(values),
		cmocka_unit_test(patterns),
		cmocka_unit_test(long_paths),
		cmocka_unit_test(little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
