/* SPDX-License-Identifier: Apache-2.0 */
/* not, and if with then and else. */
#include "compat.h"

static void not_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	const char *keyword = js_keyword_name(JS_NOT);
	bool had = shape_get(older, JS_NOT) != NULL;
	struct shape *before;
	struct shape *after;

	if (!shape_get(newer, JS_NOT)) {
		if (had) {
			report_at(c, at, keyword, DIFF_NOT_TYPE_NARROWED);
		}
		return;
	}
	before = shape_sub(c, older, JS_NOT);
	after = shape_sub(c, newer, JS_NOT);
	if (!before || !after || shapes_disjoint(c, older, after)) {
		return;
	}
	if (!had || !pair_proved(c, after, before)) {
		report_at(c, at, keyword, DIFF_NOT_TYPE_EXTENDED);
	} else if (c->trials == 0 && !pair_proved(c, before, after)) {
		report_at(c, at, keyword, DIFF_NOT_TYPE_NARROWED);
	}
}

static bool is_conditional(const struct shape *shape)
{
	return shape_get(shape, JS_IF) && (shape_get(shape, JS_THEN) || shape_get(shape, JS_ELSE));
}

/* One of then and else: the condition leads there only where old's did. */
static void branch_check(struct check *c, const struct step *up, struct shape *older,
	struct shape *newer, enum js_keyword_id id)
{
	struct step at = step_keyword(up, js_keyword_name(id));
	struct shape *before = shape_sub(c, older, id);
	struct shape *after = shape_sub(c, newer, id);
	struct shape *if_before = shape_sub(c, older, JS_IF);
	struct shape *if_after = shape_sub(c, newer, JS_IF);

	if (!before || !after || !if_before || !if_after || after->is_true) {
		return;
	}
	if (id == JS_THEN ? !pair_proved(c, if_after, if_before) :
			    !pair_proved(c, if_before, if_after)) {
		report_at(c, up, js_keyword_name(JS_IF), DIFF_COMBINED_TYPE_SUBSCHEMAS_CHANGED);
		return;
	}
	pair_check(c, &at, before, after);
}

static void conditional_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	const char *keyword = js_keyword_name(JS_IF);

	if (!is_conditional(newer)) {
		if (is_conditional(older)) {
			report_at(c, at, keyword, DIFF_PRODUCT_TYPE_NARROWED);
		}
		return;
	}
	if (is_conditional(older)) {
		branch_check(c, at, older, newer, JS_THEN);
		if (!check_enough(c)) {
			branch_check(c, at, older, newer, JS_ELSE);
		}
		return;
	}
	struct shape *then = shape_sub(c, newer, JS_THEN);
	struct shape *otherwise = shape_sub(c, newer, JS_ELSE);
	if (then && otherwise && (!pair_try(c, older, then) || !pair_try(c, older, otherwise))) {
		report_at(c, at, keyword, DIFF_PRODUCT_TYPE_EXTENDED);
	}
}

void logic_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	not_check(c, at, older, newer);
	if (!check_enough(c)) {
		conditional_check(c, at, older, newer);
	}
}
