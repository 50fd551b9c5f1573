/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a list is asked for: a prefix of subjects, soft-deleted ones, a page. Source: confluent.md
 * 1.0 (paging) and 1.2 (subjectPrefix) of the project's fact sheets.
 */
#ifndef API_PAGE_H
#define API_PAGE_H

#include "api/api.h"

struct page {
	uint64_t offset; /* so many are left out first */
	uint64_t limit;
	uint64_t seen;   /* that were asked for, left out ones included */
};

/* limit_max: also the default; a limit that is none, or beyond it, is as if absent. */
struct page page_ask(struct request *request, uint64_t limit_max);

/* Counts one item; whether it stands on the page. */
bool page_take(struct page *page);

/* Nothing that follows is on the page. */
static inline bool page_is_full(const struct page *page)
{
	return page->seen >= page->offset && page->seen - page->offset >= page->limit;
}

/* Which of the soft-deleted ones a list has. */
enum page_deleted {
	PAGE_LIVE,
	PAGE_ALL,     /* deleted=true */
	PAGE_DELETED, /* deletedOnly=true, which wins */
};

enum page_deleted page_ask_deleted(struct api *api, struct request *request);

static inline bool page_has(enum page_deleted wanted, bool deleted)
{
	return wanted == PAGE_ALL || deleted == (wanted == PAGE_DELETED);
}

/* Subjects by the beginning of their names. */
struct prefix {
	bool any_context;
	struct scute_str context;
	struct scute_str rest;
};

/* subjectPrefix: ":*:p" in any context, ":.lab:p" in that one, "p" in the default one; absent: all. */
struct prefix prefix_ask(struct request *request);
bool prefix_has(const struct prefix *prefix, struct scute_str subject);

#endif
