/* SPDX-License-Identifier: Apache-2.0 */
/* Which pairs of schemas a comparison has met, and what came out. */
#include "compat.h"

#include "support/arena.h"

#define MEMOS_AT_FIRST 64u

bool memo_init(struct check *c)
{
	c->memos = check_alloc(c, MEMOS_AT_FIRST, sizeof(*c->memos));
	c->memos_mask = MEMOS_AT_FIRST - 1;
	return c->memos != NULL;
}

/* Nobody outside chooses addresses: a plain mix will do. */
static uint32_t slot_of(const struct check *c, const struct shape *older,
	const struct shape *newer, bool pure)
{
	uint64_t mix = (uint64_t)(uintptr_t)older * 0x9e3779b97f4a7c15u + pure;

	mix = (mix ^ (mix >> 29) ^ (uint64_t)(uintptr_t)newer) * 0xff51afd7ed558ccdu;
	return (uint32_t)(mix >> 32) & c->memos_mask;
}

static struct memo **find(const struct check *c, const struct shape *older,
	const struct shape *newer, bool pure)
{
	uint32_t at = slot_of(c, older, newer, pure);

	while (c->memos[at] && (c->memos[at]->older != older || c->memos[at]->newer != newer ||
				       c->memos[at]->pure != pure)) {
		at = (at + 1) & c->memos_mask;
	}
	return &c->memos[at];
}

static bool grow(struct check *c)
{
	struct memo **old = c->memos;
	uint32_t n_old = c->memos_mask + 1;
	struct memo **memos = check_alloc(c, n_old * 4u, sizeof(struct memo *));

	if (!memos) {
		return false;
	}
	c->memos = memos;
	c->memos_mask = n_old * 4 - 1;
	for (uint32_t i = 0; i < n_old; i++) {
		if (old[i]) {
			*find(c, old[i]->older, old[i]->newer, old[i]->pure) = old[i];
		}
	}
	return true;
}

struct memo *memo_get(struct check *c, struct shape *older, struct shape *newer)
{
	struct memo **slot = find(c, older, newer, c->pure);

	if (*slot) {
		return *slot;
	}
	if (c->n_memos * 2 > c->memos_mask) {
		if (!grow(c)) {
			return NULL;
		}
		slot = find(c, older, newer, c->pure);
	}
	struct memo *memo = check_alloc(c, 1, sizeof(*memo));
	if (memo) {
		*memo = (struct memo){ .older = older, .newer = newer, .pure = c->pure };
		*slot = memo;
		c->n_memos++;
	}
	return memo;
}

void memo_good(struct check *c, struct memo *memo)
{
	memo->state = MEMO_GOOD;
	memo->good_before = c->last_good;
	c->last_good = memo;
}

void memo_forget(struct check *c, const struct memo *mark)
{
	while (c->last_good != mark) {
		struct memo *memo = c->last_good;
		if (memo->state == MEMO_GOOD) {
			memo->state = MEMO_NEW;
		}
		c->last_good = memo->good_before;
	}
}
