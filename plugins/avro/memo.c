/* SPDX-License-Identifier: Apache-2.0 */
/* Which pairs of types a comparison has met, and what came out. */
#include "compat.h"

#include "support/arena.h"
#include "support/str.h"

void memo_init(struct check *c)
{
	c->memos = c->memos_first;
	c->memos_mask = MEMOS_AT_FIRST - 1;
}

/* Nobody outside chooses addresses: a plain mix will do. */
static uint32_t slot_of(const struct check *c, const struct avro_node *reader,
	const struct avro_node *writer)
{
	uint64_t mix = (uint64_t)(uintptr_t)reader * 0x9e3779b97f4a7c15u;

	mix = (mix ^ (mix >> 29) ^ (uint64_t)(uintptr_t)writer) * 0xff51afd7ed558ccdu;
	return (uint32_t)(mix >> 32) & c->memos_mask;
}

static struct memo **find(const struct check *c, const struct avro_node *reader,
	const struct avro_node *writer)
{
	uint32_t at = slot_of(c, reader, writer);

	while (c->memos[at] && (c->memos[at]->reader != reader || c->memos[at]->writer != writer)) {
		at = (at + 1) & c->memos_mask;
	}
	return &c->memos[at];
}

static bool grow(struct check *c)
{
	struct memo **old = c->memos;
	uint32_t n_old = c->memos_mask + 1;
	struct memo **memos = arena_zalloc(c->arena, n_old * 4u, sizeof(struct memo *));

	if (!memos) {
		return false;
	}
	c->memos = memos;
	c->memos_mask = n_old * 4 - 1;
	for (uint32_t i = 0; i < n_old; i++) {
		if (old[i]) {
			*find(c, old[i]->reader, old[i]->writer) = old[i];
		}
	}
	return true;
}

enum scute_status memo_get(struct check *c, const struct avro_node *reader,
	const struct avro_node *writer, struct memo **ret_memo)
{
	struct memo **slot = find(c, reader, writer);

	if (!*slot) {
		if (c->n_memos * 2 > c->memos_mask) {
			if (!grow(c)) {
				return report_memory(c);
			}
			slot = find(c, reader, writer);
		}
		struct memo *memo = scute_alloc(c->arena, sizeof(*memo));
		if (!memo) {
			return report_memory(c);
		}
		*memo = (struct memo){ reader, writer, NULL, NULL, MEMO_NEW };
		*slot = memo;
		c->n_memos++;
	}
	*ret_memo = *slot;
	return SCUTE_OK;
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
		c->last_good->state = MEMO_NEW;
		c->last_good = c->last_good->good_before;
	}
}
