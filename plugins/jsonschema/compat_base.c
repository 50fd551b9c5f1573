/* SPDX-License-Identifier: Apache-2.0 */
/* What a schema says itself: its type, the keywords for numbers and strings, and the rest. */
#include "compat.h"

#include "number.h"
#include "support/str.h"

/* Digits of a divisor beyond which only equality is looked for. */
#define DIVISOR_DIGITS_MAX 300u

/* How many of them the other one accepts whole. */
static unsigned groups_matched(unsigned older, unsigned newer)
{
	unsigned n = 0;

	for (size_t i = 0; i < JS_N_TYPE_GROUPS; i++) {
		unsigned group = older & js_type_groups[i];
		n += group != 0 && (group & ~newer) == 0;
	}
	return n;
}

static void types_report_good(struct check *c, const struct step *at, unsigned older,
	unsigned newer)
{
	if ((older & ~newer) != 0 || older == newer) {
		return; /* what is not in both does not come, by other keywords */
	}
	bool more = newer != TYPE_ALL && types_count(newer) > types_count(older);
	report(c, at, more ? DIFF_SUM_TYPE_EXTENDED : DIFF_TYPE_EXTENDED);
}

static void sums_of_types_report(struct check *c, const struct step *at, unsigned older,
	unsigned newer)
{
	unsigned n_older = types_count(older);
	unsigned n_newer = types_count(newer);
	unsigned min = n_older < n_newer ? n_older : n_newer;

	if (n_older != n_newer) {
		report(c, at,
			n_newer > n_older ? DIFF_SUM_TYPE_EXTENDED : DIFF_SUM_TYPE_NARROWED);
	}
	if (groups_matched(older, newer) < min) {
		report(c, at, DIFF_COMBINED_TYPE_SUBSCHEMAS_CHANGED);
	}
}

static void types_report_bad(struct check *c, const struct step *at, unsigned older, unsigned newer)
{
	unsigned n_older = types_count(older);
	unsigned n_newer = types_count(newer);

	if (older == TYPE_ALL) {
		report(c, at, DIFF_TYPE_NARROWED);
	} else if (n_older > 1 && n_newer > 1) {
		sums_of_types_report(c, at, older, newer);
	} else if (n_older > 1 && (older & newer) != 0) {
		report(c, at, DIFF_SUM_TYPE_NARROWED);
	} else if (n_newer == 1 && (older & newer) != 0) {
		report(c, at, DIFF_TYPE_NARROWED);
	} else {
		report(c, at, DIFF_TYPE_CHANGED);
	}
}

/* Without a type, values or members may still say which types there are. */
static bool says_no_more(struct check *c, struct shape *shape)
{
	return shape_values(c, shape) && !shape->values && !shape_has_sums(shape) &&
		shape->lists[SHAPE_ALL_OF].count == 0;
}

/* The types of old's instances that new has rules for. */
static unsigned types_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	unsigned types = shape_types(c, older);

	if ((types & ~newer->declared) == 0) {
		if (newer->declared != TYPE_ALL || says_no_more(c, newer)) {
			types_report_good(c, at, older->declared, newer->declared);
		}
	} else {
		uint32_t n_bad = c->n_bad;
		types_report_bad(c, at, older->declared, newer->declared);
		if (c->n_bad == n_bad) {
			/* As sums they match, but not what is left of them. */
			report(c, at, DIFF_COMBINED_TYPE_SUBSCHEMAS_CHANGED);
		}
	}
	return types & newer->declared;
}

static void limits_report(struct check *c, const struct step *at, const struct js_number *older,
	const struct js_number *newer, enum js_keyword_id id, enum js_diff added)
{
	int order;

	if (!older && !newer) {
		return;
	}
	if (!older || !newer) {
		report_at(c, at, js_keyword_name(id), newer ? added : added + 1);
		return;
	}
	check_spend(c, (older->n_digits + newer->n_digits) / 64);
	order = js_number_cmp(newer, older);
	if (order != 0) {
		report_at(c, at, js_keyword_name(id), order > 0 ? added + 2 : added + 3);
	}
}

/* Least counts of zero say nothing. */
static bool is_least(enum js_keyword_id id)
{
	return id == JS_MIN_LENGTH || id == JS_MIN_ITEMS || id == JS_MIN_PROPERTIES;
}

static const struct js_number *count_get(const struct shape *shape, enum js_keyword_id id,
	struct js_number *number)
{
	const struct json *value = js_value(shape->node, id);

	if (!value) {
		return NULL;
	}
	js_number_read(value->text, number);
	return is_least(id) && number->n_digits == 0 ? NULL : number;
}

void count_check(struct check *c, const struct step *at, const struct shape *older,
	const struct shape *newer, enum js_keyword_id id, enum js_diff added)
{
	struct js_number a;
	struct js_number b;

	limits_report(c, at, count_get(older, id, &a), count_get(newer, id, &b), id, added);
}

/* Draft 4 has a flag that makes the limit itself exclusive. */
struct limit_rule {
	enum js_keyword_id inclusive;
	enum js_keyword_id exclusive;
	enum js_keyword_id flag;
	enum js_diff inclusive_added;
	enum js_diff exclusive_added;
};

static const struct js_number *limit_get(const struct shape *shape,
	const struct limit_rule *rule, bool exclusive, struct js_number *number)
{
	const struct json *flag = js_value(shape->node, rule->flag);
	bool flagged = flag && flag->type == JSON_TRUE;
	const struct json *value = js_value(shape->node,
		exclusive && !flagged ? rule->exclusive : rule->inclusive);

	if (!value || (flagged && !exclusive)) {
		return NULL;
	}
	js_number_read(value->text, number);
	return number;
}

/* A limit that is new follows from one of the other kind that old has. */
static bool limit_follows(const struct shape *older, const struct limit_rule *rule, bool exclusive,
	const struct js_number *newer)
{
	struct js_number number;
	const struct js_number *other = limit_get(older, rule, !exclusive, &number);
	int order = other ? js_number_cmp(newer, other) : 0;

	if (!other) {
		return false;
	}
	order = rule->inclusive == JS_MAXIMUM ? order : -order;
	return exclusive ? order > 0 : order >= 0;
}

static void limit_check(struct check *c, const struct step *at, const struct shape *older,
	const struct shape *newer, const struct limit_rule *rule)
{
	for (unsigned exclusive = 0; exclusive < 2; exclusive++) {
		struct js_number a;
		struct js_number b;
		const struct js_number *before = limit_get(older, rule, exclusive, &a);
		const struct js_number *after = limit_get(newer, rule, exclusive, &b);
		if (before || !after || !limit_follows(older, rule, exclusive, after)) {
			limits_report(c, at, before, after,
				exclusive ? rule->exclusive : rule->inclusive,
				exclusive ? rule->exclusive_added : rule->inclusive_added);
		}
	}
}

static void divisor_check(struct check *c, const struct step *at, const struct shape *older,
	const struct shape *newer)
{
	const struct json *x = js_value(older->node, JS_MULTIPLE_OF);
	const struct json *y = js_value(newer->node, JS_MULTIPLE_OF);
	const char *keyword = js_keyword_name(JS_MULTIPLE_OF);
	struct js_number a;
	struct js_number b;

	if (!x || !y) {
		if (x || y) {
			report_at(c, at, keyword,
				y ? DIFF_MULTIPLE_OF_ADDED : DIFF_MULTIPLE_OF_REMOVED);
		}
		return;
	}
	js_number_read(x->text, &a);
	js_number_read(y->text, &b);
	if (js_number_equal(&a, &b)) {
		return;
	}
	bool small = a.n_digits <= DIVISOR_DIGITS_MAX && b.n_digits <= DIVISOR_DIGITS_MAX;
	check_spend(c, small ? (a.n_digits + 1) * (b.n_digits + 1) / 64 : 1);
	report_at(c, at, keyword,
		small && js_number_is_multiple(&b, &a) ? DIFF_MULTIPLE_OF_EXPANDED :
		small && js_number_is_multiple(&a, &b) ? DIFF_MULTIPLE_OF_REDUCED :
							 DIFF_MULTIPLE_OF_CHANGED);
}

static void number_check(struct check *c, const struct step *at, const struct shape *older,
	const struct shape *newer)
{
	static const struct limit_rule maximum = { JS_MAXIMUM, JS_EXCLUSIVE_MAXIMUM,
		JS_EXCLUSIVE_MAXIMUM_4, DIFF_MAXIMUM_ADDED, DIFF_EXCLUSIVE_MAXIMUM_ADDED };
	static const struct limit_rule minimum = { JS_MINIMUM, JS_EXCLUSIVE_MINIMUM,
		JS_EXCLUSIVE_MINIMUM_4, DIFF_MINIMUM_ADDED, DIFF_EXCLUSIVE_MINIMUM_ADDED };

	limit_check(c, at, older, newer, &maximum);
	limit_check(c, at, older, newer, &minimum);
	divisor_check(c, at, older, newer);
}

static void pattern_check(struct check *c, const struct step *at, enum js_keyword_id id,
	const struct json *older, const struct json *newer)
{
	const char *keyword = js_keyword_name(id);

	if (!older && newer) {
		report_at(c, at, keyword, DIFF_PATTERN_ADDED);
	} else if (older && !newer) {
		report_at(c, at, keyword, DIFF_PATTERN_REMOVED);
	} else if (older && newer && !str_eq(older->text, newer->text)) {
		report_at(c, at, keyword, DIFF_PATTERN_CHANGED);
	}
}

/* Where "format" is only an annotation it says nothing. */
static const struct json *format_get(const struct shape *shape)
{
	const struct js_resource *resource = shape->node->resource;

	return resource && resource->asserts_format ? js_value(shape->node, JS_FORMAT) : NULL;
}

static void string_check(struct check *c, const struct step *at, const struct shape *older,
	const struct shape *newer)
{
	count_check(c, at, older, newer, JS_MAX_LENGTH, DIFF_MAX_LENGTH_ADDED);
	count_check(c, at, older, newer, JS_MIN_LENGTH, DIFF_MIN_LENGTH_ADDED);
	pattern_check(c, at, JS_PATTERN, js_value(older->node, JS_PATTERN),
		js_value(newer->node, JS_PATTERN));
	/* No difference of its own: a format that is checked is a pattern by name. */
	pattern_check(c, at, JS_FORMAT, format_get(older), format_get(newer));
}

void base_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	unsigned types = types_check(c, at, older, newer);

	if (types == 0 || check_enough(c)) {
		return;
	}
	enum_check(c, at, older, newer);
	if ((types & TYPE_NUMBER) != 0) {
		number_check(c, at, older, newer);
	}
	if ((types & TYPE_STRING) != 0) {
		string_check(c, at, older, newer);
	}
	if ((types & TYPE_OBJECT) != 0 && !check_enough(c)) {
		object_check(c, at, older, newer);
	}
	if ((types & TYPE_ARRAY) != 0 && !check_enough(c)) {
		array_check(c, at, older, newer);
	}
}
