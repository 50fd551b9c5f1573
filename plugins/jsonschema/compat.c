/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can reader read what writer wrote: the rules of current registries, names and paths of the
 * differences included, made sound where theirs let instances slip (the exceptions, which keep
 * their verdict, are listed in docs/jsonschema-compatibility.md and end in compat_unproved).
 *
 * Each part of new has to follow from something that old says. A pair under comparison is
 * assumed to be compatible when it is met again inside of itself: instances are finite, and an
 * instance that shows otherwise has a smaller one in it that does. What was found good on such
 * an assumption is forgotten when the assumption fails.
 */
#include "compat.h"

#include "support/arena.h"
#include "support/str.h"

/* Steps that one question may take before it has no answer: some tenths of a second. */
#define STEPS_MAX 2000000u
/* Values of enum, const, default and of hashed members that may be looked at. */
#define VALUES_MAX 16000000u
/* Pairs inside pairs. From PUT_OFF_FROM on they wait until the stack is short again. */
#define NESTING_MAX 1000u
#define PUT_OFF_FROM 200u
/* A bad pair that many places refer to is described in so many of them. */
#define REPORTS_MAX 16u

bool check_halted(const struct check *c)
{
	return c->status != SCUTE_OK;
}

bool check_enough(const struct check *c)
{
	return c->status != SCUTE_OK || (c->trials > 0 && c->n_bad > c->stop_at_bad);
}

void check_fail(struct check *c, enum scute_status status)
{
	if (c->status == SCUTE_OK) {
		c->status = error_set(c->err, status,
			status == SCUTE_ENOMEM ? "out of memory for comparing schemas" :
						 "the two schemas are too intricate to compare");
	}
}

void check_spend(struct check *c, uint64_t steps)
{
	c->steps += steps;
	if (c->steps > STEPS_MAX) {
		check_fail(c, SCUTE_ELIMIT);
	}
}

void *check_alloc(struct check *c, size_t count, size_t bytes)
{
	void *at = arena_zalloc(c->arena, count, bytes);

	if (!at) {
		check_fail(c, SCUTE_ENOMEM);
	}
	return at;
}

static bool texts_differ(const struct shape *older, const struct shape *newer,
	enum js_keyword_id id)
{
	const struct json *a = js_value(older->node, id);
	const struct json *b = js_value(newer->node, id);

	if (!a || !b) {
		return a != b;
	}
	return a->type != b->type || !str_eq(a->text, b->text);
}

static bool defaults_differ(struct check *c, const struct shape *older,
	const struct shape *newer)
{
	const struct json *a = js_value(older->node, JS_DEFAULT);
	const struct json *b = js_value(newer->node, JS_DEFAULT);

	return a && b ? !values_equal(c, a, b) : a != b;
}

static const struct json *node_identifier(const struct js_node *node)
{
	return js_value(node, js_has(node, JS_ID) ? JS_ID : JS_ID_4);
}

static void annotations_check(struct check *c, const struct step *at,
	const struct shape *older, const struct shape *newer)
{
	if (c->trials > 0 || older->node == newer->node || !older->node || !newer->node) {
		return;
	}
	const struct json *a = node_identifier(older->node);
	const struct json *b = node_identifier(newer->node);

	if ((a || b) && (!a || !b || !str_eq(a->text, b->text))) {
		report(c, at, DIFF_ID_CHANGED);
	}
	if (texts_differ(older, newer, JS_TITLE)) {
		report(c, at, DIFF_TITLE_CHANGED);
	}
	if (texts_differ(older, newer, JS_DESCRIPTION)) {
		report(c, at, DIFF_DESCRIPTION_CHANGED);
	}
	if (defaults_differ(c, older, newer)) {
		report(c, at, DIFF_DEFAULT_CHANGED);
	}
}

/* Pairs whose verdict is plain. */
static bool is_plain_pair(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	if (shapes_same(c, older, newer)) {
		return true;
	}
	if (older->is_opaque || newer->is_opaque) {
		report(c, at, DIFF_TYPE_CHANGED);
		return true;
	}
	if (shape_is_false(c, older)) {
		if (!shape_is_false(c, newer)) {
			report(c, at, DIFF_TYPE_EXTENDED);
		}
		return true;
	}
	if (newer->is_true) {
		if (!older->is_true) {
			report(c, at, DIFF_TYPE_EXTENDED);
		}
		return true;
	}
	if (shape_is_false(c, newer)) {
		report(c, at, DIFF_TYPE_CHANGED);
		return true;
	}
	return false;
}

static void parts_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	if (core_check(c, at, older, newer)) {
		return;
	}
	if (!check_enough(c)) {
		products_check(c, at, older, newer);
	}
	if (!check_enough(c)) {
		sums_check(c, at, older, newer);
	}
	if (!check_enough(c)) {
		logic_check(c, at, older, newer);
	}
	if (!check_enough(c)) {
		unevaluated_check(c, at, older, newer);
	}
}

/* Compares a pair for the first time, or again because now its differences are wanted. */
static void memo_fill(struct check *c, const struct step *at, struct memo *memo)
{
	const struct memo *mark = c->last_good;
	uint32_t n_bad = c->n_bad;
	bool unproved = c->unproved;
	bool was_good = memo->state == MEMO_GOOD; /* then it is in the list of good ones already */

	memo->state = MEMO_OPEN;
	memo->n_reported = (uint8_t)(memo->n_reported + (c->trials == 0));
	c->unproved = false;
	c->nesting++;
	annotations_check(c, at, memo->older, memo->newer);
	if (!is_plain_pair(c, at, memo->older, memo->newer)) {
		parts_check(c, at, memo->older, memo->newer);
	}
	c->nesting--;
	memo->unproved = c->unproved;
	c->unproved = c->unproved || unproved;
	if (c->n_bad == n_bad && was_good) {
		memo->state = MEMO_GOOD;
		return;
	}
	if (c->n_bad == n_bad) {
		memo_good(c, memo);
		return;
	}
	memo->state = MEMO_BAD;
	if (c->trials > 0) {
		/* Elsewhere a bad pair spoils the verdict anyway; here another one may suit. */
		memo_forget(c, mark);
	}
}

static void put_off(struct check *c, const struct step *at, struct memo *memo)
{
	struct put_off *item = check_alloc(c, 1, sizeof(*item));

	if (!item) {
		return;
	}
	*item = (struct put_off){ c->put_offs, memo, { "", 0 }, c->pure };
	if (c->trials == 0) {
		item->path = step_path(c, at);
		check_spend(c, item->path.len / 16);
	}
	memo->state = MEMO_OPEN;
	c->put_offs = item;
}

/* Compares what was put off since mark; in a trial until one is bad. */
static void put_offs_drain(struct check *c, const struct put_off *mark)
{
	struct step root = { 0 };
	struct scute_str prefix = c->path_prefix;
	bool pure = c->pure;

	while (c->put_offs != mark) {
		struct put_off *item = c->put_offs;
		c->put_offs = item->next;
		if (check_enough(c)) {
			item->memo->state = MEMO_NEW;
			continue;
		}
		c->path_prefix = item->path;
		c->pure = item->pure;
		memo_fill(c, &root, item->memo);
	}
	c->path_prefix = prefix;
	c->pure = pure;
}

void pair_check(struct check *c, const struct step *at, struct shape *older,
	struct shape *newer)
{
	struct memo *memo;

	check_spend(c, 1);
	if (check_halted(c) || !older || !newer || (older == newer)) {
		return;
	}
	if (c->nesting >= NESTING_MAX) {
		check_fail(c, SCUTE_ELIMIT);
		return;
	}
	memo = memo_get(c, older, newer);
	if (!memo) {
		return;
	}
	if (memo->state == MEMO_OPEN) {
		/* No smaller instance, but the same one once more: nothing bears the assumption. */
		if (shape_is_endless(c, newer) && !shape_is_endless(c, older)) {
			report(c, at, DIFF_TYPE_CHANGED);
		}
		return;
	}
	if (memo->state == MEMO_NEW || (c->trials == 0 && memo->n_reported == 0) ||
		(c->trials == 0 && memo->state == MEMO_BAD && memo->n_reported < REPORTS_MAX)) {
		if (c->nesting >= PUT_OFF_FROM && memo->state == MEMO_NEW) {
			put_off(c, at, memo);
		} else {
			memo_fill(c, at, memo);
		}
		return;
	}
	c->unproved = c->unproved || memo->unproved;
	c->n_bad += memo->state == MEMO_BAD;
}

struct trial trial_begin(struct check *c)
{
	struct trial trial = { c->last_good, c->put_offs, c->n_bad, c->stop_at_bad, c->unproved };

	c->trials++;
	c->stop_at_bad = c->n_bad;
	return trial;
}

bool trial_end(struct check *c, const struct trial *trial)
{
	bool good;

	put_offs_drain(c, trial->waiting);
	c->trials--;
	c->stop_at_bad = trial->stop_at_bad;
	good = c->n_bad == trial->n_bad && !check_halted(c);
	if (!good) {
		memo_forget(c, trial->mark);
		c->unproved = trial->unproved;
	}
	c->n_bad = trial->n_bad;
	return good;
}

bool pair_try(struct check *c, struct shape *older, struct shape *newer)
{
	struct step root = { 0 };
	struct trial trial = trial_begin(c);

	pair_check(c, &root, older, newer);
	return trial_end(c, &trial);
}

bool pair_proved(struct check *c, struct shape *older, struct shape *newer)
{
	bool pure = c->pure;
	bool unproved = c->unproved;
	bool good;

	c->pure = true;
	good = pair_try(c, older, newer);
	c->pure = pure;
	c->unproved = unproved;
	return good;
}

/* A schema and itself, whatever its space and its order of members. */
static bool same_documents(struct check *c)
{
	const struct js_document *x = c->compat->reader->documents;
	const struct js_document *y = c->compat->writer->documents;

	while (x && y && str_eq(x->name, y->name) &&
		(str_eq(x->text, y->text) || values_equal(c, x->json, y->json))) {
		x = x->next;
		y = y->next;
	}
	return !x && !y;
}

enum scute_status js_compatible_proof(struct scute_compat *compat, bool *ret_unproved,
	struct scute_error *err)
{
	struct step root = { 0 };
	struct check c = { .arena = compat->arena, .err = err, .compat = compat,
		.path_prefix = { "", 0 } };

	*ret_unproved = false;
	js_work_init(&c.work, compat->arena, VALUES_MAX);
	compat->differences = NULL;
	compat->n_differences = 0;
	if (!same_documents(&c) && memo_init(&c) && shapes_init(&c)) {
		struct shape *older = shape_of(&c, 0, compat->writer->root);
		struct shape *newer = shape_of(&c, 1, compat->reader->root);
		pair_check(&c, &root, older, newer);
		put_offs_drain(&c, NULL);
	}
	if (check_halted(&c) || report_finish(&c, compat) != SCUTE_OK) {
		return c.status;
	}
	compat->compatible = c.n_bad == 0;
	*ret_unproved = c.unproved;
	return SCUTE_OK;
}

enum scute_status js_compatible(struct scute_compat *compat, struct scute_error *err)
{
	bool unproved;

	return js_compatible_proof(compat, &unproved, err);
}
