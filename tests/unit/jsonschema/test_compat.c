/* SPDX-License-Identifier: Apache-2.0 */
/* Who can read what: a table over all kinds of difference, their texts, references between documents. */
#include "rig.h"

#include <stdio.h>

#include "compat.h"
#include "support/buf.h"
#include "validate.h"

struct compat_case {
	const char *name;
	const char *older;
	const char *newer;
	const char *verdicts;    /* backward, forward by STRICT; backward, forward by LENIENT */
	const char *differences; /* sign, type, path; a line each */
};

static const struct compat_case cases[] = {
#include "compat_cases.inc"
};

#define N_CASES (sizeof(cases) / sizeof(cases[0]))

static bool seen[N_DIFFS];

static struct scute_compat compare(struct arena *arena, const struct scute_schema *older,
	const struct scute_schema *newer, enum scute_policy policy, uint32_t max)
{
	struct scute_error err = { 0 };
	struct scute_compat compat = { .size = sizeof(compat), .policy = policy, .reader = newer,
		.writer = older, .reader_label = "new", .writer_label = "old",
		.differences_max = max, .arena = &arena->base };

	assert_non_null(older);
	assert_non_null(newer);
	assert_int_equal(js_compatible(&compat, &err), SCUTE_OK);
	return compat;
}

static enum js_diff diff_by_name(const char *name)
{
	for (unsigned i = 0; i < N_DIFFS; i++) {
		if (strcmp(js_diff_names[i], name) == 0) {
			return (enum js_diff)i;
		}
	}
	fail_msg("no difference is called %s", name);
	return N_DIFFS;
}

static void lines_print(const struct scute_compat *compat, struct buf *lines)
{
	for (size_t i = 0; i < compat->n_differences; i++) {
		const struct scute_difference *at = &compat->differences[i];
		buf_printf(lines, "%c %s %.*s\n", at->compatible ? '+' : '-', at->type,
			STR_ARGS(at->path));
		seen[diff_by_name(at->type)] = true;
	}
}

/* The same case again at a place further inside: the paths are longer, that is all. */
static void lines_move(const char *lines, const char *below, struct buf *out)
{
	for (; *lines; lines++) {
		buf_append_byte(out, *lines);
		if (*lines == '#') {
			buf_append_z(out, below);
			lines += lines[1] == '/' && lines[2] == '\n';
		}
	}
}

static void check_verdicts(struct arena *arena, const struct scute_schema *older,
	const struct scute_schema *newer, const char *verdicts)
{
	for (unsigned i = 0; i < 4; i++) {
		enum scute_policy policy = i < 2 ? SCUTE_POLICY_STRICT : SCUTE_POLICY_LENIENT;
		bool forward = i % 2 == 1;
		const struct scute_schema *a = forward ? newer : older;
		const struct scute_schema *b = forward ? older : newer;
		bool expected = verdicts[i < 2 ? i : i + 1] == '+';
		assert_int_equal(compare(arena, a, b, policy, 100).compatible, expected);
		/* Without room for differences the verdict is the same. */
		assert_int_equal(compare(arena, a, b, policy, 0).compatible, expected);
		assert_int_equal(compare(arena, a, b, policy, 0).n_differences, 0);
	}
}

static void check_case(const struct compat_case *at, struct scute_str older, struct scute_str newer,
	struct scute_str expected)
{
	struct arena arena;
	struct buf lines;
	struct scute_error err = { 0 };

	arena_init(&arena, ARENA_BYTES);
	buf_init(&lines, 1 << 20);
	const struct scute_schema *a = parse_with(&arena, older, NULL, 0, 0, &err);
	const struct scute_schema *b = parse_with(&arena, newer, NULL, 0, 0, &err);
	struct scute_compat compat = compare(&arena, a, b, SCUTE_POLICY_STRICT, 100);
	lines_print(&compat, &lines);
	if (!str_eq(buf_str(&lines), expected)) {
		print_error("case: %s\n", at->name);
	}
	buf_append_byte(&lines, '\0');
	buf_append_byte(&lines, '\0');
	lines.len -= 2;
	assert_str(expected, lines.data);
	check_verdicts(&arena, a, b, at->verdicts);
	buf_finish(&lines);
	arena_finish(&arena);
}

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		check_case(&cases[i], quoted(&arena, cases[i].older),
			quoted(&arena, cases[i].newer), str_z(cases[i].differences));
		arena_finish(&arena);
	}
}

/* References and dialects are told at the root. */
static bool can_move(const char *text)
{
	return !strstr(text, "$") && !strstr(text, "definitions");
}

static void table_below(const char *form, const char *below)
{
	for (size_t i = 0; i < N_CASES; i++) {
		struct arena arena;
		struct buf lines;
		if (!can_move(cases[i].older) || !can_move(cases[i].newer)) {
			continue;
		}
		arena_init(&arena, ARENA_BYTES);
		buf_init(&lines, 1 << 20);
		lines_move(cases[i].differences, below, &lines);
		struct buf texts[2];
		for (unsigned k = 0; k < 2; k++) {
			const char *inner = k == 0 ? cases[i].older : cases[i].newer;
			buf_init_arena(&texts[k], 1 << 20, &arena.base);
			for (const char *c = form; *c; c++) {
				if (*c == '@') {
					buf_append_z(&texts[k], inner);
				} else {
					buf_append_byte(&texts[k], *c);
				}
			}
			buf_append_byte(&texts[k], '\0');
		}
		check_case(&cases[i], quoted(&arena, texts[0].data), quoted(&arena, texts[1].data),
			buf_str(&lines));
		buf_finish(&lines);
		arena_finish(&arena);
	}
}

static void table_in_property(void **state)
{
	(void)state;
	table_below("{'type':'object','properties':{'p~':@}}", "/properties/p~0");
}

static void table_in_reference(void **state)
{
	(void)state;
	table_below("{'properties':{'p':{'$ref':'#/definitions/d'}},'definitions':{'d':@}}",
		"/properties/p");
}

static void every_type_occurs(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_DIFFS; i++) {
		/* Its successors say what was added; the others need metadata that no format gets. */
		bool never = i == DIFF_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL ||
			i == DIFF_RESERVED_PROPERTY_REMOVED ||
			i == DIFF_RESERVED_PROPERTY_CONFLICTS_WITH_PROPERTY;
		if (seen[i] == never) {
			fail_msg("%s", js_diff_names[i]);
		}
	}
	assert_int_equal(N_DIFFS, 132);
}

static void texts(void **state)
{
	static const struct {
		const char *older;
		const char *newer;
		const char *text;
	} entries[] = {
		{ "{'type':'number'}", "{'type':'integer'}",
			"{errorType:\"TYPE_NARROWED\", description:\"The new schema accepts fewer types "
			"at '#/' than the old schema'}" },
		{ "{'properties':{'age':{'type':'string'}}}",
			"{'properties':{'age':{'type':'integer'}}}",
			"{errorType:\"TYPE_CHANGED\", description:\"The type at '#/properties/age' in "
			"the new schema is another than in the old schema'}" },
		{ "{'properties':{'a b':{}}}", "{'properties':{'a b':{}},'required':['a b']}",
			"{errorType:\"REQUIRED_ATTRIBUTE_ADDED\", description:\"The new schema requires "
			"the property of '#/required/a b', which the old schema does not, and has no "
			"default for it'}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		struct arena arena;
		arena_init(&arena, ARENA_BYTES);
		struct scute_compat compat = compare(&arena, parse_good(&arena, entries[i].older),
			parse_good(&arena, entries[i].newer), SCUTE_POLICY_STRICT, 10);
		assert_int_equal(compat.n_differences, 1);
		assert_str(compat.differences[0].text, entries[i].text);
		arena_finish(&arena);
	}
}

/* The bad ones have the room, and stay in order. */
static void few_of_many(void **state)
{
	struct arena arena;
	struct scute_compat compat;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	compat = compare(&arena,
		parse_good(&arena, "{'title':'a','properties':{'a':{'title':'b'},'b':{'title':'c'},"
				   "'c':{'maximum':2},'d':{'title':'d'},'e':{'maximum':2}}}"),
		parse_good(&arena, "{'properties':{'a':{},'b':{},'c':{'maximum':1},'d':{},"
				   "'e':{'maximum':1}}}"),
		SCUTE_POLICY_STRICT, 3);
	assert_int_equal(compat.n_differences, 3);
	assert_string_equal(compat.differences[0].type, "TITLE_CHANGED");
	assert_str(compat.differences[0].path, "#/");
	assert_str(compat.differences[1].path, "#/properties/c/maximum");
	assert_str(compat.differences[2].path, "#/properties/e/maximum");
	assert_true(compat.differences[0].compatible);
	assert_false(compat.differences[2].compatible);
	arena_finish(&arena);
}

static void references(void **state)
{
	struct arena arena;
	struct scute_error err = { 0 };

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	struct scute_reference old_two[] = {
		reference(&arena, "b.json", "{'type':'integer'}"),
		reference(&arena, "a.json", "{'type':'object','properties':{'n':{'$ref':'b.json'}}}"),
	};
	struct scute_reference new_two[] = {
		reference(&arena, "b.json", "{'type':'number'}"),
		old_two[1],
	};
	struct scute_str text = quoted(&arena, "{'properties':{'x':{'$ref':'a.json'}}}");
	const struct scute_schema *a = parse_with(&arena, text, old_two, 2, 0, &err);
	const struct scute_schema *b = parse_with(&arena, text, new_two, 2, 0, &err);
	struct scute_compat compat = compare(&arena, a, b, SCUTE_POLICY_STRICT, 10);
	assert_true(compat.compatible);
	assert_int_equal(compat.n_differences, 1);
	assert_str(compat.differences[0].path, "#/properties/x/properties/n");
	compat = compare(&arena, b, a, SCUTE_POLICY_STRICT, 10);
	assert_false(compat.compatible);
	assert_string_equal(compat.differences[0].type, "TYPE_NARROWED");
	assert_true(compare(&arena, a, a, SCUTE_POLICY_STRICT, 10).compatible);
	arena_finish(&arena);
}

/* What a stored schema refers to may be gone: the same name still means the same. */
static void unresolved(void **state)
{
	struct arena arena;
	struct scute_error err = { 0 };

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct scute_schema *a = parse_text(&arena,
		"{'properties':{'x':{'$ref':'gone.json'}}}", SCUTE_SOURCE_STORED, &err);
	const struct scute_schema *b = parse_text(&arena,
		"{'title':'t','properties':{'x':{'$ref':'gone.json'}}}", SCUTE_SOURCE_STORED, &err);
	const struct scute_schema *other = parse_text(&arena,
		"{'properties':{'x':{'$ref':'other.json'}}}", SCUTE_SOURCE_STORED, &err);
	assert_true(compare(&arena, a, b, SCUTE_POLICY_STRICT, 10).compatible);
	struct scute_compat compat = compare(&arena, a, other, SCUTE_POLICY_STRICT, 10);
	assert_false(compat.compatible);
	assert_string_equal(compat.differences[0].type, "TYPE_CHANGED");
	assert_str(compat.differences[0].path, "#/properties/x");
	arena_finish(&arena);
}

/* As a rule, and then it is a pattern by another name. */
static void format_as_assertion(void **state)
{
	static const struct js_options asserting = { JS_DRAFT_7, true };
	struct js_options before = js_options();
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	js_options_set(asserting);
	const struct scute_schema *a = parse_good(&arena, "{'type':'string'}");
	const struct scute_schema *b = parse_good(&arena, "{'type':'string','format':'date'}");
	js_options_set(before);
	struct scute_compat compat = compare(&arena, a, b, SCUTE_POLICY_STRICT, 10);
	assert_false(compat.compatible);
	assert_string_equal(compat.differences[0].type, "PATTERN_ADDED");
	assert_str(compat.differences[0].path, "#/format");
	assert_true(compare(&arena, b, a, SCUTE_POLICY_STRICT, 10).compatible);
	arena_finish(&arena);
}

/*
 * Where current registries find old and new compatible although this instance, which old
 * accepts, is refused by new: docs/jsonschema-compatibility.md lists them.
 */
static void known_gaps(void **state)
{
	static const struct {
		const char *older;
		const char *newer;
		const char *instance;
		const char *type;
	} gaps[] = {
		{ "{'oneOf':[{'type':'string'},{'type':'integer'}]}",
			"{'oneOf':[{'type':'string'},{'type':'integer'},{'minimum':5}]}", "7",
			"SUM_TYPE_EXTENDED" },
		{ "{'type':'integer'}", "{'oneOf':[{'type':'integer'},{'minimum':5}]}", "7",
			"SUM_TYPE_EXTENDED" },
		{ "{'oneOf':[{'multipleOf':2},{'multipleOf':3}]}",
			"{'oneOf':[{'multipleOf':1},{'multipleOf':3}]}", "9",
			"COMBINED_TYPE_EXTENDED" },
		{ "{'properties':{'a':{'type':'integer','default':'x'}}}",
			"{'properties':{'a':{'type':'integer','default':'x'}},'required':['a']}", "{}",
			"REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED" },
		{ "{'additionalProperties':false,'maxProperties':0}",
			"{'additionalProperties':false,'maxProperties':0,'required':['a'],"
			"'properties':{'a':{'default':1}}}",
			"{}", "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		struct arena arena;
		struct scute_error err = { 0 };
		bool unproved = false;
		bool found = false;
		arena_init(&arena, ARENA_BYTES);
		const struct scute_schema *a = parse_good(&arena, gaps[i].older);
		const struct scute_schema *b = parse_good(&arena, gaps[i].newer);
		struct scute_compat compat = { .size = sizeof(compat), .reader = b, .writer = a,
			.reader_label = "new", .writer_label = "old", .differences_max = 10,
			.arena = &arena.base };
		assert_int_equal(js_compatible_proof(&compat, &unproved, &err), SCUTE_OK);
		assert_true(compat.compatible);
		assert_true(unproved);
		for (size_t k = 0; k < compat.n_differences; k++) {
			found = found || strcmp(compat.differences[k].type, gaps[i].type) == 0;
		}
		assert_true(found);
		struct scute_str instance = quoted(&arena, gaps[i].instance);
		assert_int_equal(js_validate(a, instance, &arena.base, &err), SCUTE_OK);
		assert_int_equal(js_validate(b, instance, &arena.base, &err), SCUTE_EINVAL);
		arena_finish(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(every_type_occurs),
		cmocka_unit_test(table_in_property),
		cmocka_unit_test(table_in_reference),
		cmocka_unit_test(texts),
		cmocka_unit_test(few_of_many),
		cmocka_unit_test(references),
		cmocka_unit_test(unresolved),
		cmocka_unit_test(format_as_assertion),
		cmocka_unit_test(known_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
