/* SPDX-License-Identifier: Apache-2.0 */
/* The keywords that look at a number, a string or a whole value. */
#include "run.h"

#include "support/str.h"

#include "equal.h"

enum {
	STEP_BYTES_SHIFT = 6, /* so many bytes of a string are a step */
	PATTERN_BYTES_PER_STEP = 8,
	DIGITS_FREE = 18,
	DIGITS_PER_STEP = 64,
};

static bool limit_holds(const struct js_limit *limit, const struct js_number *number)
{
	int order = js_number_cmp(number, &limit->number);

	if (limit->is_maximum) {
		order = -order;
	}
	return order > 0 || (order == 0 && !limit->is_exclusive);
}

static bool fail_limit(struct js_run *r, const struct js_check *c, const struct js_limit *limit,
	const struct json *i)
{
	enum js_keyword_id id = (enum js_keyword_id)limit->id;
	const struct json *bound = js_value(c->node, id);

	return js_run_fail(r, c, id, i, "%s is not %s %s%s", js_excerpt(i).text,
		limit->is_maximum ? "less than" : "greater than",
		limit->is_exclusive ? "" : "or equal to ", js_excerpt(bound).text);
}

bool js_run_number(struct js_run *r, const struct js_check *c, const struct json *i)
{
	const struct js_number_rules *rules = c->number;
	struct js_number number;

	if (c->integers == JS_INTEGERS_AS_WRITTEN && !js_number_is_plain_integer(i->text)) {
		return js_run_fail(r, c, JS_TYPE, i, "%s is not written as an integer",
			js_excerpt(i).text);
	}
	if (!js_work_steps(&r->work, i->text.len >> STEP_BYTES_SHIFT)) {
		return false;
	}
	js_number_read(i->text, &number);
	if (c->integers == JS_INTEGERS_BY_VALUE && !js_number_is_integer(&number)) {
		return js_run_fail(r, c, JS_TYPE, i, "%s is not an integer", js_excerpt(i).text);
	}
	if (!rules) {
		return true;
	}
	for (uint32_t k = 0; k < rules->n_limits; k++) {
		if (!limit_holds(&rules->limits[k], &number)) {
			return fail_limit(r, c, &rules->limits[k], i);
		}
	}
	if (rules->has_divisor) {
		/* A digit of a long number is as much work as a value. */
		if (number.n_digits > DIGITS_FREE &&
		    !js_work_steps(&r->work, number.n_digits *
			    (1 + (uint64_t)rules->divisor.n_digits / DIGITS_PER_STEP))) {
			return false;
		}
		if (!js_number_is_multiple(&number, &rules->divisor)) {
			return js_run_fail(r, c, JS_MULTIPLE_OF, i, "%s is not a multiple of %s",
				js_excerpt(i).text,
				js_excerpt(js_value(c->node, JS_MULTIPLE_OF)).text);
		}
	}
	return true;
}

bool js_run_pattern(struct js_run *r, const struct js_pattern *pattern, struct scute_str text,
	bool *ret_matches)
{
	if (!pattern->regex) {
		return js_run_give_up(r, SCUTE_EUNSUPPORTED,
			"the schema's pattern \"%s\" does not compile",
			js_excerpt_str(pattern->source).text);
	}
	if (!js_work_steps(&r->work, 1 + text.len / PATTERN_BYTES_PER_STEP)) {
		return false;
	}
	switch (js_regex_match(pattern->regex, text, &r->effort)) {
	case JS_REGEX_MATCH:
		*ret_matches = true;
		return true;
	case JS_REGEX_NO_MATCH:
		*ret_matches = false;
		return true;
	case JS_REGEX_LIMIT:
		return js_run_give_up(r, SCUTE_ELIMIT,
			"matching the pattern \"%s\" takes too much time or memory",
			js_excerpt_str(pattern->source).text);
	default:
		return js_run_give_up(r, SCUTE_ENOMEM, "out of memory for the pattern \"%s\"",
			js_excerpt_str(pattern->source).text);
	}
}

/* Code points of well-formed UTF-8: the bytes that do not continue one. */
static uint64_t count_chars(struct scute_str text)
{
	uint64_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		n += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	}
	return n;
}

static bool run_length(struct js_run *r, const struct js_check *c, const struct json *i)
{
	uint64_t min = c->string->min_length;
	uint64_t max = c->string->max_length;

	/* A character has one to four bytes, so the bytes often say enough. */
	if (i->text.len / 4 >= min && i->text.len <= max) {
		return true;
	}
	if (!js_work_steps(&r->work, i->text.len >> STEP_BYTES_SHIFT)) {
		return false;
	}
	uint64_t n = count_chars(i->text);
	if (n < min) {
		return js_run_fail(r, c, JS_MIN_LENGTH, i,
			"\"%s\" has %llu characters, fewer than %llu", js_excerpt(i).text,
			(unsigned long long)n, (unsigned long long)min);
	}
	if (n > max) {
		return js_run_fail(r, c, JS_MAX_LENGTH, i,
			"\"%s\" has %llu characters, more than %llu", js_excerpt(i).text,
			(unsigned long long)n, (unsigned long long)max);
	}
	return true;
}

bool js_run_string(struct js_run *r, const struct js_check *c, const struct json *i)
{
	const struct js_string_rules *rules = c->string;

	if (!run_length(r, c, i)) {
		return false;
	}
	if (rules->pattern) {
		bool matches;
		if (!js_run_pattern(r, rules->pattern, i->text, &matches)) {
			return false;
		}
		if (!matches) {
			return js_run_fail(r, c, JS_PATTERN, i,
				"\"%s\" does not match the pattern \"%s\"", js_excerpt(i).text,
				js_excerpt_str(rules->pattern->source).text);
		}
	}
	if (rules->format) {
		if (!js_work_steps(&r->work, i->text.len >> STEP_BYTES_SHIFT)) {
			return false;
		}
		if (!rules->format(i->text)) {
			return js_run_fail(r, c, JS_FORMAT, i, "\"%s\" is not of the format %s",
				js_excerpt(i).text, js_excerpt_str(rules->format_name).text);
		}
	}
	return true;
}

static bool find_value(struct js_run *r, const struct js_values *values, const struct json *i)
{
	uint64_t hash = js_hash(i, &r->work);
	uint32_t tag = (uint32_t)(hash >> 32);
	uint32_t at = (uint32_t)hash & values->mask;

	for (; values->slots[at].place > 0; at = (at + 1) & values->mask) {
		if (values->slots[at].tag == tag &&
		    js_equal(values->values[values->slots[at].place - 1], i, &r->work)) {
			return true;
		}
	}
	return false;
}

static bool is_value(struct js_run *r, const struct js_values *values, const struct json *i)
{
	js_work_steps(&r->work, i->text.len >> STEP_BYTES_SHIFT);
	if (values->slots) {
		return find_value(r, values, i);
	}
	for (uint32_t k = 0; k < values->n; k++) {
		const struct json *value = values->values[k];
		if (i->type == JSON_STRING ? value->type == JSON_STRING &&
						     str_eq(value->text, i->text) :
					     js_equal(value, i, &r->work)) {
			return true;
		}
	}
	return false;
}

bool js_run_values(struct js_run *r, const struct js_check *c, const struct js_op *op,
	const struct json *i)
{
	if (is_value(r, op->values, i)) {
		return true;
	}
	if (op->id == JS_CONST) {
		return js_run_fail(r, c, JS_CONST, i, "%s is not the constant %s",
			js_excerpt(i).text, js_excerpt(op->values->values[0]).text);
	}
	return js_run_fail(r, c, JS_ENUM, i, "%s is none of the %u values", js_excerpt(i).text,
		op->values->n);
}
