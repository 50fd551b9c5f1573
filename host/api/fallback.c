/* SPDX-License-Identifier: Apache-2.0 */
/* One look-up a context. */
#include "api/fallback.h"

#include "api/gate.h"
#include "support/str.h"

#define NAME_BYTES_MAX ((size_t)1 << 20)

struct search {
	struct api *api;
	struct scute_str name;
	struct buf qualified;
	size_t next; /* index of the context to look into */
};

static bool is_unqualified(const struct api *api, struct scute_str name)
{
	return api->options.profile == PROFILE_CONFLUENT && context_rest(name).len == name.len;
}

static struct search begin(struct api *api, struct scute_str name)
{
	struct search search = { .api = api, .name = name, .next = 1 }; /* 0: the default one */

	if (!is_unqualified(api, name)) {
		search.next = FALLBACK_CONTEXTS_MAX;
	}
	buf_init(&search.qualified, NAME_BYTES_MAX);
	return search;
}

/* The next one of that name which the caller may read; NULL: no further one. */
static const struct subject *next(struct search *search)
{
	const struct registry *registry = search->api->registry;
	const struct contexts *contexts = &registry->schemas.contexts;
	const struct subject *subject;

	while (search->next < contexts->n && search->next < FALLBACK_CONTEXTS_MAX) {
		const struct context *context = contexts->all[search->next++];
		buf_reset(&search->qualified);
		buf_append_byte(&search->qualified, ':');
		buf_append_str(&search->qualified, context_name(context));
		buf_append_byte(&search->qualified, ':');
		buf_append_str(&search->qualified, search->name);
		subject = search->qualified.failed
			? NULL
			: subjects_find(&registry->subjects, buf_str(&search->qualified));
		if (subject && gate_may_read(search->api, subject_name(subject))) {
			return subject;
		}
	}
	return NULL;
}

const struct subject *fallback_subject(struct api *api, struct request *request, bool deleted)
{
	struct scute_str name = request_param(request, "subject");
	const struct subject *subject = subjects_find(&api->registry->subjects, name);

	if (subject && subject_latest(subject, deleted)) {
		return subject;
	}
	struct search search = begin(api, name);
	while ((subject = next(&search)) && !subject_latest(subject, deleted)) {
		continue;
	}
	if (subject && !request_set_param(request, "subject", subject_name(subject))) {
		subject = NULL;
	}
	buf_finish(&search.qualified);
	return subject;
}

const struct schema *fallback_schema(struct api *api, struct scute_str name, uint32_t id)
{
	const struct schemas *schemas = &api->registry->schemas;
	struct search search = begin(api, name);
	const struct schema *schema = NULL;
	const struct subject *subject;

	while (!schema && (subject = next(&search))) {
		const struct context *context = schemas->contexts.all[search.next - 1];
		schema = schemas_in(schemas, context->index, id);
		if (schema && !subjects_find_content(&api->registry->subjects, subject, schema->identity,
				FIND_EXACT, true)) {
			schema = NULL;
		}
	}
	buf_finish(&search.qualified);
	return schema;
}
