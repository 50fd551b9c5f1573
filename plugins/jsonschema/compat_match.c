/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The best matching of two lists of schemas: old members to new ones that accept what they do,
 * each to one of its own, as many as possible. Most lists hardly change, so that pairs are only
 * compared when the search gets to them: those of equal text first, then those at equal places,
 * then along augmenting paths.
 */
#include "compat.h"

/* Lists from this length on are first matched by hash. */
#define HASH_FROM 8u

enum edge {
	EDGE_UNKNOWN,
	EDGE_YES,
	EDGE_NO,
};

struct matcher {
	struct check *c;
	struct shape **older;
	struct shape **newer;
	uint32_t n_older;
	uint32_t n_newer;
	uint8_t *edges;
	struct matching *matching;
	uint32_t *queue; /* of old members */
	uint32_t *from;  /* by new member: the old one that the search came from */
};

static struct shape **members(struct check *c, struct shape *shape,
	enum shape_combination kind)
{
	uint32_t n = shape->lists[kind].count;
	struct shape **all = check_alloc(c, n + 1u, sizeof(*all));

	for (uint32_t i = 0; all && i < n; i++) {
		all[i] = shape_member(c, shape, kind, i);
		if (!all[i]) {
			return NULL;
		}
	}
	return all;
}

static bool edge(struct matcher *m, uint32_t i, uint32_t k)
{
	uint8_t *known = &m->edges[(size_t)i * m->n_newer + k];

	if (*known == EDGE_UNKNOWN) {
		check_spend(m->c, 1);
		*known = pair_try(m->c, m->older[i], m->newer[k]) ? EDGE_YES : EDGE_NO;
	}
	return *known == EDGE_YES;
}

static void join(struct matcher *m, uint32_t i, uint32_t k)
{
	m->matching->partners[i] = k;
	m->matching->owners[k] = i;
}

static uint64_t hash_of(struct check *c, const struct shape *shape)
{
	return shape->node->value ? value_hash(c, shape->node->value) : 0;
}

/* Each text meets an equal one that is still free. */
static void match_by_hash(struct matcher *m)
{
	uint32_t mask = 15;
	uint64_t *hashes;
	uint32_t *places; /* plus one; 0: empty */

	while (mask < m->n_newer * 2) {
		mask = mask * 2 + 1;
	}
	hashes = check_alloc(m->c, mask + 1u, sizeof(*hashes));
	places = check_alloc(m->c, mask + 1u, sizeof(*places));
	if (!hashes || !places) {
		return;
	}
	for (uint32_t k = 0; k < m->n_newer && !check_halted(m->c); k++) {
		uint64_t hash = hash_of(m->c, m->newer[k]);
		uint32_t at = (uint32_t)hash & mask;
		while (places[at] != 0 && hashes[at] != hash) {
			at = (at + 1) & mask; /* one of several equal ones is enough */
		}
		hashes[at] = hash;
		places[at] = k + 1;
	}
	for (uint32_t i = 0; i < m->n_older && !check_halted(m->c); i++) {
		uint64_t hash = hash_of(m->c, m->older[i]);
		uint32_t at = (uint32_t)hash & mask;
		while (places[at] != 0 && hashes[at] != hash) {
			at = (at + 1) & mask;
		}
		if (places[at] != 0 && m->matching->owners[places[at] - 1] == UNMATCHED &&
			edge(m, i, places[at] - 1)) {
			join(m, i, places[at] - 1);
		}
	}
}

static void match_by_place(struct matcher *m)
{
	for (uint32_t i = 0; i < m->n_older && i < m->n_newer && !check_halted(m->c); i++) {
		if (m->matching->partners[i] == UNMATCHED &&
			m->matching->owners[i] == UNMATCHED && edge(m, i, i)) {
			join(m, i, i);
		}
	}
}

/* Back along the path: each old member takes the new one it was led to. */
static void path_flip(struct matcher *m, uint32_t k)
{
	while (k != UNMATCHED) {
		uint32_t i = m->from[k];
		uint32_t next = m->matching->partners[i];
		join(m, i, k);
		k = next;
	}
}

/* Looks for a free new member, in breadth. */
static void augment(struct matcher *m, uint32_t start)
{
	uint32_t head = 0;
	uint32_t tail = 0;

	for (uint32_t k = 0; k < m->n_newer; k++) {
		m->from[k] = UNMATCHED;
	}
	m->queue[tail++] = start;
	while (head < tail) {
		uint32_t i = m->queue[head++];
		check_spend(m->c, 1 + m->n_newer / 16);
		for (uint32_t k = 0; k < m->n_newer && !check_halted(m->c); k++) {
			if (m->from[k] != UNMATCHED || !edge(m, i, k)) {
				continue;
			}
			m->from[k] = i;
			if (m->matching->owners[k] == UNMATCHED) {
				path_flip(m, k);
				return;
			}
			m->queue[tail++] = m->matching->owners[k];
		}
	}
}

static bool matcher_init(struct matcher *m)
{
	size_t n_edges = (size_t)m->n_older * m->n_newer;

	check_spend(m->c, n_edges / 64);
	if (!m->older || !m->newer || check_halted(m->c)) {
		return false;
	}
	m->edges = check_alloc(m->c, n_edges + 1, 1);
	m->queue = check_alloc(m->c, m->n_older + 1u, sizeof(*m->queue));
	m->from = check_alloc(m->c, m->n_newer + 1u, sizeof(*m->from));
	m->matching->partners = check_alloc(m->c, m->n_older + 1u, sizeof(uint32_t));
	m->matching->owners = check_alloc(m->c, m->n_newer + 1u, sizeof(uint32_t));
	if (check_halted(m->c)) {
		return false;
	}
	for (uint32_t i = 0; i < m->n_older; i++) {
		m->matching->partners[i] = UNMATCHED;
	}
	for (uint32_t k = 0; k < m->n_newer; k++) {
		m->matching->owners[k] = UNMATCHED;
	}
	return true;
}

bool members_match(struct check *c, struct shape *older, enum shape_combination old_kind,
	struct shape *newer, enum shape_combination new_kind, struct matching *ret_matching)
{
	struct matcher m = { .c = c, .older = members(c, older, old_kind),
		.newer = members(c, newer, new_kind), .n_older = older->lists[old_kind].count,
		.n_newer = newer->lists[new_kind].count, .matching = ret_matching };
	bool unproved = c->unproved;

	*ret_matching = (struct matching){ 0 };
	if (!matcher_init(&m)) {
		return false;
	}
	if (m.n_older >= HASH_FROM || m.n_newer >= HASH_FROM) {
		match_by_hash(&m);
	}
	match_by_place(&m);
	for (uint32_t i = 0; i < m.n_older && !check_halted(c); i++) {
		if (ret_matching->partners[i] == UNMATCHED) {
			augment(&m, i);
		}
		ret_matching->count += ret_matching->partners[i] != UNMATCHED;
	}
	c->unproved = unproved; /* of the pairs that are taken, pair_check will tell again */
	return !check_halted(c);
}
