/* SPDX-License-Identifier: Apache-2.0 */
/* Pages and prefixes of lists. */
#include "api/page.h"

#include "api/ask.h"
#include "support/str.h"

static int64_t ask_int(struct request *request, const char *name)
{
	struct scute_str text;
	int64_t value = 0;

	if (request->query.len == 0 || !request_query(request, name, &text) || !str_to_i64(text, &value)) {
		return 0;
	}
	return value;
}

struct page page_ask(struct request *request, uint64_t limit_max)
{
	int64_t offset = ask_int(request, "offset");
	int64_t limit = ask_int(request, "limit");
	struct page page = { .offset = offset > 0 ? (uint64_t)offset : 0, .limit = limit_max };

	if (limit > 0 && (uint64_t)limit < limit_max) {
		page.limit = (uint64_t)limit;
	}
	return page;
}

bool page_take(struct page *page)
{
	uint64_t at = page->seen++;

	return at >= page->offset && at - page->offset < page->limit;
}

enum page_deleted page_ask_deleted(struct api *api, struct request *request)
{
	/* The second spelling is what confluent-kafka for Python sends. */
	if (ask_flag(api, request, "deletedOnly") || ask_flag(api, request, "deleted_only")) {
		return PAGE_DELETED;
	}
	return ask_flag(api, request, "deleted") ? PAGE_ALL : PAGE_LIVE;
}

struct prefix prefix_ask(struct request *request)
{
	struct scute_str text = SCUTE_STR(":*:");

	if (request->query.len > 0) {
		(void)request_query(request, "subjectPrefix", &text);
	}
	if (str_starts(text, SCUTE_STR(":*:"))) {
		return (struct prefix){ .any_context = true, .rest = { text.data + 3, text.len - 3 } };
	}
	return (struct prefix){ .context = context_of(text), .rest = context_rest(text) };
}

bool prefix_has(const struct prefix *prefix, struct scute_str subject)
{
	return (prefix->any_context || str_eq(context_of(subject), prefix->context)) &&
		str_starts(context_rest(subject), prefix->rest);
}
