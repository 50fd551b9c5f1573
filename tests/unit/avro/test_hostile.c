/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts made to hurt, the failure of every single allocation, and a short deterministic
 * run of the mutator that tests/fuzz runs for longer.
 */
#include <stdlib.h>
#include <time.h>

#include "avro_test.h"
#include "mutate.h"
#include "support/buf.h"

/* Far more than any of it takes, far less than what goes wrong would: also under sanitizers. */
#define SECONDS_MAX 10.0

static double seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static enum scute_status exercise_once(struct buf *text, uint32_t flags)
{
	struct arena arena;
	double start = seconds();

	assert_false(text->failed);
	arena_init(&arena, ARENA_BYTES);
	enum scute_status status = exercise(&arena.base, buf_str(text), flags);
	arena_finish(&arena);
	assert_true(seconds() - start < SECONDS_MAX);
	buf_reset(text);
	return status;
}

static void append_quoted(struct buf *text, const char *form, unsigned n)
{
	for (; *form; form++) {
		if (*form == '%') {
			buf_append_u64(text, n);
		} else {
			buf_append_byte(text, *form == '\'' ? '"' : *form);
		}
	}
}

static void repeat(struct buf *text, const char *form, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		append_quoted(text, form, i);
	}
}

static void nesting(void **state)
{
	static const char *const forms[] = { "[", "{'type':", "{'type':'array','items':",
		"{'type':'record','name':'R%','fields':[{'name':'f','type':", "{'a':" };
	struct buf text;

	(void)state;
	buf_init(&text, 16 << 20);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		repeat(&text, forms[i], 100000);
		assert_int_equal(exercise_once(&text, 0), SCUTE_ELIMIT);
	}
	repeat(&text, "[", 1 << 20);
	assert_int_equal(exercise_once(&text, 0), SCUTE_ELIMIT);
	/* 127 arrays around a type are 128 levels. */
	for (unsigned n = 127; n <= 128; n++) {
		repeat(&text, "{'type':'array','items':", n);
		append_quoted(&text, "'int'", 0);
		repeat(&text, "}", n);
		assert_int_equal(exercise_once(&text, 0), n == 127 ? SCUTE_OK : SCUTE_ELIMIT);
	}
	buf_finish(&text);
}

static void wide(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, 16 << 20);
	append_quoted(&text, "['null'", 0);
	repeat(&text, ",{'type':'record','name':'R%','fields':[{'name':'a','type':'int'}]}", 10000);
	buf_append_byte(&text, ']');
	assert_int_equal(exercise_once(&text, 0), SCUTE_OK);

	/* All of one simple name: each answers to it. */
	append_quoted(&text, "['null'", 0);
	repeat(&text, ",{'type':'fixed','name':'n%.R','size':1}", 1000);
	buf_append_byte(&text, ']');
	assert_int_equal(exercise_once(&text, 0), SCUTE_OK);

	append_quoted(&text, "{'type':'enum','name':'E','symbols':['S'", 0);
	repeat(&text, ",'S%'", 100000);
	buf_append_z(&text, "]}");
	assert_int_equal(exercise_once(&text, 0), SCUTE_OK);

	append_quoted(&text, "{'type':'enum','name':'E','symbols':['S'", 0);
	repeat(&text, ",'S%'", 100000);
	append_quoted(&text, ",'S99999']}", 0);
	assert_int_equal(exercise_once(&text, 0), SCUTE_EINVAL);

	append_quoted(&text, "{'type':'record','name':'E','fields':[{'name':'f','type':'int'}", 0);
	repeat(&text, ",{'name':'f%','type':'int','default':%,'aliases':['a%']}", 20000);
	buf_append_z(&text, "]}");
	assert_int_equal(exercise_once(&text, 0), SCUTE_OK);

	/* One object with 50,000 members that mean nothing, half of them twice. */
	append_quoted(&text, "{'type':'int'", 0);
	repeat(&text, ",'k%':%", 50000);
	repeat(&text, ",'k%':%", 25000);
	buf_append_byte(&text, '}');
	assert_int_equal(exercise_once(&text, 0), SCUTE_OK);
	buf_finish(&text);
}

/* Every name in a long namespace, every alias and every use takes its length anew. */
static void long_namespaces(void **state)
{
	static const char *const forms[] = { "],'aliases':['a'%]}", "%]}", "%]}" };
	static const char *const members[] = { ",'a%'",
		",{'name':'f%','type':{'type':'fixed','name':'F%','size':1}}",
		",{'name':'f%','type':'R'}" };
	struct buf text;

	(void)state;
	buf_init(&text, 16 << 20);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const char *form = forms[i];
		append_quoted(&text, "{'type':'record','name':'R','namespace':'", 0);
		repeat(&text, "n", 400000);
		append_quoted(&text, "','fields':[{'name':'g','type':'int'}", 0);
		for (; *form; form++) {
			if (*form == '%') {
				repeat(&text, members[i], 5000);
			} else {
				buf_append_byte(&text, *form == '\'' ? '"' : *form);
			}
		}
		assert_int_equal(exercise_once(&text, 0), SCUTE_ELIMIT);
	}
	buf_finish(&text);
}

/* Without memory of what was tried, each level of such a default doubles the work. */
static void defaults(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, 16 << 20);
	append_quoted(&text,
		"{'type':'record','name':'A','fields':[{'name':'f','type':['null','A',{'type':"
		"'record','name':'B','fields':[{'name':'f','type':['null','A','B']},{'name':'g',"
		"'type':'int'}]}],'default':",
		0);
	repeat(&text, "{'f':", 100);
	append_quoted(&text, "'bad'", 0);
	repeat(&text, ",'g':1}", 100);
	append_quoted(&text, "},{'name':'g','type':'int'}]}", 0);
	assert_int_equal(exercise_once(&text, 0), SCUTE_ELIMIT);

	/* Two thousand records, the default of each made of the default of the next. */
	append_quoted(&text, "[{'type':'record','name':'R0','fields':[]}", 0);
	for (unsigned i = 1; i < 2000; i++) {
		append_quoted(&text, ",{'type':'record','name':'R%','fields':[", i);
		append_quoted(&text, "{'name':'a','type':'R%','default':{}},", i - 1);
		append_quoted(&text, "{'name':'b','type':'R%','default':{}}]}", i - 1);
	}
	buf_append_byte(&text, ']');
	assert_int_equal(exercise_once(&text, 0), SCUTE_OK);
	buf_finish(&text);
}

/* Rings of n records: R0 -> R1 -> .. -> R0. */
static void append_ring(struct buf *text, unsigned n)
{
	append_quoted(text, "{'type':'record','name':'R','fields':[", 0);
	for (unsigned i = 0; i < n; i++) {
		append_quoted(text, "{'name':'f','type':{'type':'record','name':'R%','fields':"
			"[", i);
	}
	append_quoted(text, "{'name':'f','type':'R'}", 0);
	repeat(text, "]}}", n);
	buf_append_z(text, "]}");
}

/* Two rings of lengths that share no factor make a chain as long as their product. */
static void compare_rings(void **state)
{
	struct scute_limits limits = { sizeof(limits), 1000, 0, 0 };
	const struct scute_schema *schemas[2];
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (unsigned i = 0; i < 2; i++) {
		struct buf text;
		buf_init(&text, 1 << 20);
		append_ring(&text, 396 + 2 * i);
		struct scute_source source = { .size = sizeof(source), .text = buf_str(&text),
			.limits = &limits };
		assert_int_equal(avro_parse(&source, &arena.base, &schemas[i], &err), SCUTE_OK);
		buf_finish(&text);
	}
	struct scute_compat compat = { .size = sizeof(compat), .reader = schemas[0],
		.writer = schemas[1], .reader_label = "new", .writer_label = "old",
		.differences_max = 10, .arena = &arena.base };
	assert_int_equal(avro_compatible(&compat, &err), SCUTE_ELIMIT);
	compat.writer = schemas[0];
	assert_int_equal(avro_compatible(&compat, &err), SCUTE_OK);
	assert_true(compat.compatible);
	arena_finish(&arena);
}

/* Records that all answer to one simple name: every pair of them is a candidate. */
static void compare_namesakes(void **state)
{
	const struct scute_schema *schemas[2];
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (unsigned i = 0; i < 2; i++) {
		struct buf text;
		buf_init(&text, 4 << 20);
		append_quoted(&text, "['null'", 0);
		repeat(&text, i == 0 ?
			",{'type':'record','name':'n%.R','fields':[{'name':'a','type':'int'}]}" :
			",{'type':'record','name':'n%.R','fields':[{'name':'a','type':'string'}]}",
			10000);
		buf_append_byte(&text, ']');
		schemas[i] = parse_str(&arena, buf_str(&text), 0, &err);
		assert_non_null(schemas[i]);
		buf_finish(&text);
	}
	struct scute_compat compat = { .size = sizeof(compat), .reader = schemas[0],
		.writer = schemas[1], .reader_label = "new", .writer_label = "old",
		.differences_max = 10, .arena = &arena.base };
	double start = seconds();
	assert_int_equal(avro_compatible(&compat, &err), SCUTE_ELIMIT);
	assert_true(seconds() - start < SECONDS_MAX);
	arena_finish(&arena);
}

/* Each type has the next twice, so the last one's difference would be listed 2^60 times. */
static void doubling_differences(void **state)
{
	const struct scute_schema *schemas[2];
	struct scute_error err = { 0 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (unsigned i = 0; i < 2; i++) {
		struct buf text;
		buf_init(&text, 1 << 20);
		append_quoted(&text, "{'type':'record','name':'T','fields':[{'name':'x','type':"
			"[", 0);
		append_quoted(&text, "{'type':'fixed','name':'R0','size':%}", i);
		for (unsigned k = 1; k <= 60; k++) {
			append_quoted(&text, ",{'type':'record','name':'R%','fields':[", k);
			append_quoted(&text, "{'name':'a','type':'R%'},", k - 1);
			append_quoted(&text, "{'name':'b','type':'R%'}]}", k - 1);
		}
		append_quoted(&text, "]},{'name':'y','type':'R60'}]}", 0);
		schemas[i] = parse_str(&arena, buf_str(&text), 0, &err);
		assert_non_null(schemas[i]);
		buf_finish(&text);
	}
	struct scute_compat compat = { .size = sizeof(compat), .reader = schemas[0],
		.writer = schemas[1], .reader_label = "new", .writer_label = "old",
		.differences_max = 1000, .arena = &arena.base };
	double start = seconds();
	assert_int_equal(avro_compatible(&compat, &err), SCUTE_OK);
	assert_false(compat.compatible);
	assert_int_equal(compat.n_differences, 1000);
	assert_true(seconds() - start < SECONDS_MAX);
	arena_finish(&arena);
}

static const char everything[] =
	"{'type':'record','name':'R','namespace':'a.b','aliases':['Q','c.P'],'doc':'\\u00e9','fi"
	"elds':["
	"{'name':'x','type':['null','R'],'default':null,'order':'descending'},"
	"{'name':'y','type':{'type':'fixed','name':'F','namespace':'','size':9},'aliases':['z']},"
	"{'name':'e','type':{'type':'enum','name':'d.E','symbols':['A','B','C','D','E','F','G','H',"
	"'I','J'],'default':'B'},'default':'C'},"
	"{'name':'f','type':{'type':'map','values':'F'},'default':{'k':'123456789'}},"
	"{'name':'g','type':{'type':'array','items':{'type':{'type':'bytes','logicalType':'decim"
	"al',"
	"'precision':4}}}},"
	"{'name':'h','type':{'type':'error','name':'H','fields':[{'name':'p','type':'double','de"
	"fault':"
	"1.5},{'name':'q','type':'a.b.R'}]}},"
	"{'name':'i','type':['null',{'type':'fixed','name':'I1','size':1},{'type':'fixed','name'"
	":'I2',"
	"'size':1},{'type':'fixed','name':'I3','size':1},{'type':'fixed','name':'I4','size':1},"
	"{'type':'fixed','name':'I5','size':1},{'type':'fixed','name':'I6','size':1}],'default':"
	"'x'},"
	"{'name':'j','type':'int'},{'name':'k','type':'long'},{'name':'l','type':'F'}]}";

/* Every single allocation fails once; what comes back is always "no memory", never a leak. */
static void every_allocation_fails(void **state)
{
	struct arena texts;
	size_t n = 0;

	(void)state;
	arena_init(&texts, ARENA_BYTES);
	struct scute_str text = quoted(&texts, everything);
	for (size_t fail_at = 0; fail_at <= n; fail_at++) {
		struct failing failing;
		failing_init(&failing, fail_at);
		enum scute_status status = exercise(&failing.base, text, 0);
		if (fail_at == 0) {
			assert_int_equal(status, SCUTE_OK);
			n = failing.count;
			assert_true(n > 100);
		} else {
			assert_int_equal(status, SCUTE_ENOMEM);
		}
		failing_finish(&failing);
	}
	arena_finish(&texts);
}

/* The same while something is being refused, and while differences are collected. */
static void failing_reports(void **state)
{
	struct arena texts;
	struct scute_error err = { 0 };

	(void)state;
	arena_init(&texts, ARENA_BYTES);
	struct scute_str wrong = quoted(&texts,
		"{'type':'record','name':'R','fields':[{'name':'a','type':['null','nope']}]}");
	const struct scute_schema *reader = parse_text(&texts, everything, 0, &err);
	const struct scute_schema *writer = parse_text(&texts,
		"{'type':'record','name':'S','fields':[{'name':'x','type':['null','S']},{'name':"
		"'y',"
		"'type':{'type':'fixed','name':'F','size':8}},{'name':'j','type':{'type':'enum',"
		"'name':'J','symbols':[]}},{'name':'i','type':['string','int']}]}",
		0, &err);
	assert_non_null(reader);
	assert_non_null(writer);
	for (size_t fail_at = 1; fail_at < 200; fail_at++) {
		struct failing failing;
		failing_init(&failing, fail_at);
		enum scute_status status = exercise(&failing.base, wrong, 0);
		assert_true(status == SCUTE_ENOMEM || status == SCUTE_EINVAL);
		failing_finish(&failing);

		struct scute_difference none;
		struct scute_compat compat = { .size = sizeof(compat), .reader = reader,
			.writer = writer, .reader_label = "new", .writer_label = "old",
			.differences_max = 100, .differences = &none, .n_differences = 77 };
		failing_init(&failing, fail_at);
		compat.arena = &failing.base;
		status = avro_compatible(&compat, &err);
		if (failing.count >= fail_at) {
			assert_int_equal(status, SCUTE_ENOMEM);
			assert_ptr_equal(compat.differences, &none); /* no verdict, no half list */
			assert_int_equal(compat.n_differences, 77);
		} else {
			assert_int_equal(status, SCUTE_OK);
			assert_false(compat.compatible);
			assert_true(compat.n_differences > 8);
		}
		failing_finish(&failing);
	}
	arena_finish(&texts);
}

static void mutations(void **state)
{
	struct mutator mutator;
	size_t n_good = 0;

	(void)state;
	mutator_init(&mutator, 1);
	for (unsigned i = 0; i < 20000; i++) {
		n_good += mutator_step(&mutator);
	}
	/* It reaches the depths only when a good part of what it makes is accepted. */
	assert_true(n_good > 1000);
	mutator_finish(&mutator);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nesting),
		cmocka_unit_test(wide),
		cmocka_unit_test(long_namespaces),
		cmocka_unit_test(defaults),
		cmocka_unit_test(compare_rings),
		cmocka_unit_test(compare_namesakes),
		cmocka_unit_test(doubling_differences),
		cmocka_unit_test(every_allocation_fails),
		cmocka_unit_test(failing_reports),
		cmocka_unit_test(mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
