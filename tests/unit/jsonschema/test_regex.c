/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns: what they match, which are refused, and that hostile ones end. */
#include <pthread.h>

#include "regex.h"
#include "rig.h"

struct match_case {
	struct scute_str pattern;
	struct scute_str text;
	enum js_regex_result result;
};

static const struct match_case cases[] = {
#define MATCH(pattern, text) { { pattern, sizeof(pattern) - 1 }, { text, sizeof(text) - 1 }, \
	JS_REGEX_MATCH },
#define MISS(pattern, text) { { pattern, sizeof(pattern) - 1 }, { text, sizeof(text) - 1 }, \
	JS_REGEX_NO_MATCH },
#include "regex_cases.inc"
#undef MATCH
#undef MISS
};

static const struct js_regex *create(struct arena *arena, struct scute_str pattern)
{
	const struct js_regex *regex = NULL;
	struct scute_error err;

	if (js_regex_create(pattern, &arena->base, &regex, &err) != SCUTE_OK) {
		fail_msg("%.*s: %s", STR_ARGS(pattern), err.text);
	}
	return regex;
}

static enum scute_status check(struct scute_str pattern, struct arena *arena,
	struct scute_error *err)
{
	size_t code_bytes;

	return js_regex_check(pattern, &arena->base, &code_bytes, err);
}

static void test_matches(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena arena;
		struct scute_error err;
		arena_init(&arena, ARENA_BYTES);
		if (check(cases[i].pattern, &arena, &err) != SCUTE_OK) {
			fail_msg("%.*s: %s", STR_ARGS(cases[i].pattern), err.text);
		}
		const struct js_regex *regex = create(&arena, cases[i].pattern);
		if (js_regex_match(regex, cases[i].text, NULL) != cases[i].result) {
			fail_msg("/%.*s/ on \"%.*s\"", STR_ARGS(cases[i].pattern),
				STR_ARGS(cases[i].text));
		}
		arena_finish(&arena);
	}
}

static void test_refusals(void **state)
{
	static const char *const invalid[] = {
		"(", ")", "a)", "[", "[a", "*", "+a", "a**", "a*+", "a++", "a{2}{3}", "^*", "$+",
		"\\b+", "(?<=a)*", "a{3,2}", "[z-a]", "\\", "\\a", "\\Z", "\\A", "\\z", "\\e",
		"\\Q", "\\K", "\\R", "\\h", "\\X", "\\N", "\\c1", "\\c", "\\x4", "\\u12",
		"\\u{110000}", "\\u{}", "\\p", "\\p{", "\\p{}", "\\pL", "\\p{No such}", "\\1",
		"(a)\\2", "\\k<x>", "\\k", "(?<>a)", "(?<1>a)", "(?<a", "(?", "(?#x)", "(?i)a",
		"(?>a)", "(?P<n>a)", "(?R)", "(?C)", "(?|a)", "(*UTF)", "(*ACCEPT)", "[\\c]",
		"[\\d-\\Q]", "\\01", "(?<n>a)(?<n>b)", "\\g{1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		struct arena arena;
		struct scute_error err = { 0 };
		arena_init(&arena, ARENA_BYTES);
		enum scute_status status = check(str_z(invalid[i]), &arena, &err);
		if (status != SCUTE_EINVAL || err.text[0] == '\0' ||
		    js_regex_is_valid(str_z(invalid[i]))) {
			fail_msg("%s: %d, %s", invalid[i], status, err.text);
		}
		arena_finish(&arena);
	}
}

/* By the book, but not to be had. */
static void test_unsupported(void **state)
{
	static const char *const unsupported[] = { "(?<=a+)b", "a{65536}", "a{1,70000}",
		"(?:(?:(?:a{1000}){1000}){1000})", "\\p{NoSuchProperty}" };

	(void)state;
	for (size_t i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); i++) {
		struct arena arena;
		struct scute_error err = { 0 };
		arena_init(&arena, ARENA_BYTES);
		enum scute_status status = check(str_z(unsupported[i]), &arena, &err);
		assert_int_equal(status, i == 4 ? SCUTE_EINVAL : SCUTE_EUNSUPPORTED);
		assert_true(js_regex_is_valid(str_z(unsupported[i])));
		arena_finish(&arena);
	}
}

static void test_large(void **state)
{
	enum { BYTES = JS_PATTERN_BYTES_MAX };
	static char text[BYTES + 1];
	struct arena arena;
	struct scute_error err;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	memset(text, '(', BYTES);
	assert_int_equal(check((struct scute_str){ text, BYTES }, &arena, &err),
		SCUTE_EUNSUPPORTED);
	assert_int_equal(check((struct scute_str){ text, BYTES + 1 }, &arena, &err),
		SCUTE_ELIMIT);
	for (size_t i = 0; i + 2 <= BYTES; i += 2) {
		memcpy(text + i, "\\S", 2);
	}
	text[0] = '[';
	text[1] = 'x';
	text[BYTES - 2] = ']';
	text[BYTES - 1] = '+';
	/* Fine by ECMA-262, but the class becomes too large for PCRE2. */
	const struct js_regex *regex = create(&arena, (struct scute_str){ text, BYTES });
	assert_int_equal(check(regex->source, &arena, &err), SCUTE_EUNSUPPORTED);
	assert_int_equal(js_regex_match(regex, SCUTE_STR("y"), NULL), JS_REGEX_LIMIT);
	assert_int_equal(js_regex_match(regex, SCUTE_STR("y"), NULL), JS_REGEX_LIMIT);
	/* References by name cost a walk over the pattern each: their number is bounded. */
	for (size_t i = 0; i + 5 <= BYTES; i += 5) {
		memcpy(text + i, "\\k<a>", 5);
	}
	assert_int_equal(check((struct scute_str){ text, BYTES / 5 * 5 }, &arena, &err),
		SCUTE_EUNSUPPORTED);
	arena_finish(&arena);
}

/* Exponential and polynomial ones, on short and on long texts: a verdict or a limit, soon. */
static void test_hostile(void **state)
{
	enum { BYTES = 1 << 20 };
	static const char *const patterns[] = { "^(a+)+$", "(a+)+$", "^(a|a)*$", "^(a|aa)+$",
		"(.*a){20}$", "a*a*a*a*a*a*[bc]", "a+[bc]", "(a*)*\\1[bc]", "^(?:a?){30}a{30}$",
		"(?=(a+))a*[bc]\\1", "(x+x+)+y|(a+)+b" };
	struct arena arena;
	char *text;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	text = scute_alloc(&arena.base, BYTES);
	assert_non_null(text);
	memset(text, 'a', BYTES);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		const struct js_regex *regex = create(&arena, str_z(patterns[i]));
		struct js_regex_effort effort = { 0 };
		size_t lens[] = { 40, 128, 129, 5000, BYTES };
		assert_true(regex->flags & JS_REGEX_RISKY);
		for (size_t k = 0; k < sizeof(lens) / sizeof(lens[0]); k++) {
			text[lens[k] - 1] = '!';
			enum js_regex_result result = js_regex_match(regex,
				(struct scute_str){ text, lens[k] }, &effort);
			text[lens[k] - 1] = 'a';
			assert_true(result == JS_REGEX_NO_MATCH || result == JS_REGEX_LIMIT);
		}
	}
	arena_finish(&arena);
}

/* Good texts that need much stack or heap still match. */
static void test_long_texts(void **state)
{
	enum { BYTES = 100000 };
	struct arena arena;
	char *text;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	text = scute_alloc(&arena.base, BYTES);
	assert_non_null(text);
	for (size_t i = 0; i < BYTES; i++) {
		text[i] = i % 10 == 9 ? '\n' : 'x';
	}
	const char *const patterns[] = { "^(.|\\n)*$", "^(?:x+\\n)+$", "^[^]*$", "(?:x|\\n)+\\n$" };
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		const struct js_regex *regex = create(&arena, str_z(patterns[i]));
		struct scute_str all = { text, BYTES };
		if (js_regex_match(regex, all, NULL) != JS_REGEX_MATCH) {
			fail_msg("%s", patterns[i]);
		}
	}
	arena_finish(&arena);
}

/* More patterns than a thread keeps: old ones go, and come back when they are wanted. */
static void test_many(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 1500; i++) {
			struct scute_str pattern = arena_printf(&arena.base, "^(a|%d)+$", i);
			struct scute_str text = arena_printf(&arena.base, "a%da", i);
			const struct js_regex *regex = create(&arena, pattern);
			assert_int_equal(js_regex_match(regex, text, NULL), JS_REGEX_MATCH);
		}
	}
	js_regex_thread_finish();
	const struct js_regex *regex = create(&arena, SCUTE_STR("^(a|b)+$"));
	assert_int_equal(js_regex_match(regex, SCUTE_STR("ab"), NULL), JS_REGEX_MATCH);
	arena_finish(&arena);
}

static void *match_often(void *given)
{
	const struct js_regex *regex = given;
	size_t good = 0;

	for (int i = 0; i < 2000; i++) {
		good += js_regex_match(regex, SCUTE_STR("abab"), NULL) == JS_REGEX_MATCH;
		good += js_regex_match(regex, SCUTE_STR("abac"), NULL) == JS_REGEX_NO_MATCH;
	}
	return good == 4000 ? given : NULL;
}

static void test_threads(void **state)
{
	struct arena arena;
	pthread_t threads[4];

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	const struct js_regex *regex = create(&arena, SCUTE_STR("^(a|b)+$"));
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, match_often,
			(void *)(uintptr_t)regex), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		void *result;
		pthread_join(threads[i], &result);
		assert_non_null(result);
	}
	arena_finish(&arena);
}

static void test_no_memory(void **state)
{
	struct scute_error err;
	size_t failures = 0;

	(void)state;
	for (size_t bytes = 0; bytes < 16384; bytes += 512) {
		const struct js_regex *regex;
		struct arena arena;
		arena_init(&arena, bytes);
		enum scute_status status = js_regex_create(SCUTE_STR("^[\\S]+x[\\S]*$"),
			&arena.base, &regex, &err);
		assert_true(status == SCUTE_OK || status == SCUTE_ENOMEM);
		failures += status != SCUTE_OK;
		arena_finish(&arena);
	}
	assert_in_range(failures, 1, 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches), cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_unsupported), cmocka_unit_test(test_large),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_many), cmocka_unit_test(test_threads),
		cmocka_unit_test(test_no_memory),
	};
	int failures = cmocka_run_group_tests(tests, NULL, NULL);

	js_regex_thread_finish();
	return failures;
}
