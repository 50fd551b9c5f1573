/* SPDX-License-Identifier: Apache-2.0 */
/* Making patterns and matching them, with an eye on the time that matching takes. */
#include "regex_cache.h"

#include <time.h>

#include "support/str.h"

#include "hash.h"
#include "regex_parse.h"

enum {
	/*
	 * A risky pattern on a text up to this long is tried with a small match limit first: that
	 * is over in a moment, however bad the pattern. Beyond, and when that limit was hit, the
	 * pattern is matched by code that calls us back before each of its items, and we look at
	 * the clock now and then. One item is at most one walk along the text.
	 */
	QUICK_BYTES_MAX = 128,
	CALLS_BETWEEN_LOOKS = 128,
	/* Nothing is matched by it: without what takes time that is quadratic in the pattern. */
	CHECK_OPTIONS = REGEX_COMPILE_OPTIONS | PCRE2_NO_AUTO_POSSESS | PCRE2_NO_START_OPTIMIZE,
	EXPANSION_MAX = 100, /* a translation is at most that many times as long as the pattern */
};

/* All matches of risky patterns in one validation; of the thread's own time. */
#define EFFORT_NS_MAX 500000000u
/* All code made in one validation: many patterns that drive one another out of the cache. */
#define COMPILE_NS_MAX 2000000000u

static uint64_t coarse_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &at);
	return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static enum scute_status fault_set(struct scute_error *err, struct scute_str pattern,
	const struct regex_fault *fault)
{
	size_t offset = pattern.len > 0 ? (size_t)(fault->at - pattern.data) : 0;

	return error_set(err, fault->unsupported ? SCUTE_EUNSUPPORTED : SCUTE_EINVAL,
		"%s at offset %zu of pattern \"%.*s\"", fault->reason, offset,
		(int)(pattern.len > 200 ? 200 : pattern.len), pattern.len > 0 ? pattern.data : "");
}

bool js_regex_is_valid(struct scute_str pattern)
{
	struct regex_fault fault;
	bool risky;

	return regex_parse(pattern, NULL, &risky, &fault) || fault.unsupported;
}

enum scute_status js_regex_create(struct scute_str pattern, struct scute_arena *arena,
	const struct js_regex **ret_regex, struct scute_error *err)
{
	struct js_regex *regex = scute_alloc(arena, sizeof(*regex));
	struct regex_fault fault;
	struct buf out;
	bool risky;

	if (pattern.len > JS_PATTERN_BYTES_MAX) {
		return error_set(err, SCUTE_ELIMIT, "a pattern of %zu bytes, the limit is at %d",
			pattern.len, JS_PATTERN_BYTES_MAX);
	}
	if (!regex) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for a pattern");
	}
	*regex = (struct js_regex){ .shape = JS_REGEX_GENERAL, .source = pattern };
	buf_init_arena(&out, EXPANSION_MAX * (pattern.len + 4), arena);
	if (!regex_parse(pattern, NULL, &risky, &fault)) {
		return fault_set(err, pattern, &fault);
	}
	regex->flags = risky ? JS_REGEX_RISKY : 0;
	bool good = regex_find_shape(regex, arena);
	if (good && regex->shape == JS_REGEX_GENERAL) {
		good = regex_parse(pattern, &out, &risky, &fault) && !out.failed;
		regex->translated = buf_str(&out);
		regex->hash = good ? js_hash_str(regex->translated, js_hash_seed()) : 0;
	}
	if (!good) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for a pattern");
	}
	*ret_regex = regex;
	return SCUTE_OK;
}

enum scute_status js_regex_check(struct scute_str pattern, struct scute_arena *arena,
	size_t *ret_code_bytes, struct scute_error *err)
{
	const struct js_regex *regex = NULL;
	enum scute_status status = js_regex_create(pattern, arena, &regex, err);
	PCRE2_SIZE offset;
	size_t bytes = 0;
	int error;

	if (status != SCUTE_OK) {
		return status;
	}
	if (regex->shape != JS_REGEX_GENERAL) {
		*ret_code_bytes = 0;
		return SCUTE_OK;
	}
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)regex->translated.data, regex->translated.len,
		CHECK_OPTIONS, &error, &offset, NULL);
	if (code) {
		pcre2_pattern_info(code, PCRE2_INFO_SIZE, &bytes);
		pcre2_code_free(code);
		*ret_code_bytes = bytes;
		return SCUTE_OK;
	}
	char reason[128] = "it can not be compiled";
	pcre2_get_error_message(error, (PCRE2_UCHAR *)reason, sizeof(reason));
	if (error == PCRE2_ERROR_HEAP_FAILED) {
		return error_set(err, SCUTE_ENOMEM, "out of memory for a pattern");
	}
	return error_set(err, error == PCRE2_ERROR_UNKNOWN_UNICODE_PROPERTY ? SCUTE_EINVAL :
		SCUTE_EUNSUPPORTED, "%s in pattern \"%.*s\"", reason,
		(int)(pattern.len > 200 ? 200 : pattern.len), pattern.data);
}

/* What the call back knows. */
struct watch {
	uint64_t end_ns;
	uint32_t calls;
};

static int look_at_clock(pcre2_callout_block *block, void *user)
{
	struct watch *watch = user;

	(void)block;
	if (++watch->calls % CALLS_BETWEEN_LOOKS != 0) {
		return 0;
	}
	return regex_thread_ns() > watch->end_ns ? PCRE2_ERROR_MATCHLIMIT : 0;
}

/* The heap that PCRE2 takes hangs on the match data: the thread's own is to stay small. */
static int interpret(const struct regex_run *run, struct scute_str text,
	pcre2_match_context *context)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.len > 0 ? text.data : "");
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);

	if (!data) {
		return PCRE2_ERROR_NOMEMORY;
	}
	int result = pcre2_match(run->code, subject, text.len, 0,
		PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, context);
	pcre2_match_data_free(data);
	return result;
}

static int run_code(const struct regex_run *run, struct scute_str text, bool use_jit,
	pcre2_match_context *context)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.len > 0 ? text.data : "");

	if (!use_jit) {
		return interpret(run, text, context);
	}
	return pcre2_jit_match(run->code, subject, text.len, 0, 0, run->tools->data, context);
}

static enum js_regex_result result_of(int code)
{
	if (code >= 0) {
		return JS_REGEX_MATCH;
	}
	if (code == PCRE2_ERROR_NOMATCH) {
		return JS_REGEX_NO_MATCH;
	}
	return code == PCRE2_ERROR_NOMEMORY ? JS_REGEX_MEMORY : JS_REGEX_LIMIT;
}

/* What to match with, if the effort allows: then JS_REGEX_MATCH, else what to answer. */
static enum js_regex_result run_get(const struct js_regex *regex, bool watched,
	struct js_regex_effort *effort, struct regex_run *ret_run)
{
	if (effort->spent_ns >= EFFORT_NS_MAX || effort->compile_ns >= COMPILE_NS_MAX) {
		return JS_REGEX_LIMIT;
	}
	if (!regex_cache_get(regex, watched, ret_run)) {
		return JS_REGEX_MEMORY;
	}
	effort->compile_ns += ret_run->compile_ns;
	return ret_run->code ? JS_REGEX_MATCH : JS_REGEX_LIMIT;
}

/* Machine code first; where its stack is too small, the interpreter with its heap. */
static enum js_regex_result match_watched(const struct js_regex *regex, struct scute_str text,
	struct js_regex_effort *effort)
{
	struct watch watch = { .calls = 0 };
	struct regex_run run;
	enum js_regex_result got = run_get(regex, true, effort, &run);

	if (got != JS_REGEX_MATCH) {
		return got;
	}
	uint64_t begin_ns = regex_thread_ns();
	watch.end_ns = begin_ns + EFFORT_NS_MAX - effort->spent_ns;
	pcre2_set_callout(run.tools->watched, look_at_clock, &watch);
	int result = run_code(&run, text, run.has_jit, run.tools->watched);
	if (result == PCRE2_ERROR_JIT_STACKLIMIT) {
		result = run_code(&run, text, false, run.tools->watched);
	}
	effort->spent_ns += regex_thread_ns() - begin_ns;
	return result_of(result);
}

/*
 * The coarse clock costs next to nothing. It ticks every few milliseconds, but a match that takes
 * a hundredth of that sees a tick every hundredth time, so that sums come out right.
 */
static int run_quickly(const struct regex_run *run, struct scute_str text,
	struct js_regex_effort *effort)
{
	uint64_t begin_ns = coarse_ns();
	int result = run_code(run, text, run->has_jit, run->tools->quick);

	effort->spent_ns += coarse_ns() - begin_ns;
	return result;
}

static enum js_regex_result match_general(const struct js_regex *regex, struct scute_str text,
	struct js_regex_effort *effort)
{
	bool risky = (regex->flags & JS_REGEX_RISKY) != 0;
	struct regex_run run;

	if (risky && text.len > QUICK_BYTES_MAX) {
		return match_watched(regex, text, effort);
	}
	enum js_regex_result got = run_get(regex, false, effort, &run);
	if (got != JS_REGEX_MATCH) {
		return got;
	}
	int result = risky ? run_quickly(&run, text, effort) :
			     run_code(&run, text, run.has_jit, run.tools->watched);
	if (result < 0 && result != PCRE2_ERROR_NOMATCH && result != PCRE2_ERROR_NOMEMORY) {
		return match_watched(regex, text, effort);
	}
	return result_of(result);
}

enum js_regex_result js_regex_match(const struct js_regex *regex, struct scute_str text,
	struct js_regex_effort *effort)
{
	struct js_regex_effort alone = { 0 };

	if (regex->shape != JS_REGEX_GENERAL) {
		return regex_shape_match(regex, text) ? JS_REGEX_MATCH : JS_REGEX_NO_MATCH;
	}
	return match_general(regex, text, effort ? effort : &alone);
}
