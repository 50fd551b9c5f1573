/* SPDX-License-Identifier: Apache-2.0 */
/* From a subject's alias to the subject that is meant. */
#include "api/alias.h"

#include <assert.h>
#include <string.h>

#include "support/str.h"

struct scute_str alias_of(const struct api *api, struct scute_str name, struct scute_arena *arena)
{
	const struct setting *own = subject_config(subjects_find(&api->registry->subjects, name));
	struct scute_str context = { name.data, name.len - context_rest(name).len };

	if (!own->alias.data) {
		return name;
	}
	if (context_rest(own->alias).len != own->alias.len) {
		context.len = 0; /* it names one of its own */
	}
	return context_plain(
		arena_printf(arena, "%.*s%.*s", STR_ARGS(context), STR_ARGS(own->alias)));
}

bool alias_follow(const struct api *api, struct request *request)
{
	struct scute_str meant = alias_of(api, request->params[0], &request->arena.base);

	assert(strstr(request->route->pattern, "{subject}") == strchr(request->route->pattern, '{'));
	if (!meant.data) {
		return false;
	}
	request->params[0] = meant;
	return true;
}
