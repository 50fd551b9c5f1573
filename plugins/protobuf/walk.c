/* SPDX-License-Identifier: Apache-2.0 */
/* From record to record of one message, and where groups end. */
#include "walk.h"

#include <assert.h>

/* A group that is open while its end is looked for. */
struct open_group {
	uint32_t number;
	uint32_t content; /* offset */
};

bool walk_fail(const struct walk *walk, const uint8_t *at, const char *reason)
{
	return codec_fail(walk->guard->codec, SCUTE_EINVAL, walk->path, "at byte %zu: %s",
		(size_t)(at - walk->guard->base), reason);
}

struct walk walk_begin(struct guard *guard, struct rt_type *type, const struct span *content,
	const struct codec_path *path, uint32_t depth)
{
	return (struct walk){ guard, type, path, depth, content, content->begin, 0 };
}

bool walk_more(struct walk *walk)
{
	while (walk->at == walk->span->end && walk->span->next) {
		walk->span = walk->span->next;
		walk->at = walk->span->begin;
	}
	return walk->at < walk->span->end;
}

/* Finds the ends of the group at record and of all groups in it. */
static bool find_group_ends(const struct walk *walk, const struct wire_record *record)
{
	struct guard *guard = walk->guard;
	struct open_group *open = guard->open;
	uint32_t depth_max = guard->codec->depth_max;
	struct wire_record inner = *record;
	uint32_t depth = 0;

	do {
		if (inner.type == WIRE_GROUP) {
			if (depth == depth_max) {
				return codec_fail(guard->codec, SCUTE_ELIMIT, walk->path,
					"groups are nested deeper than %u", depth_max);
			}
			open[depth++] = (struct open_group){ inner.number,
				(uint32_t)(inner.value - guard->base) };
		} else if (inner.type == WIRE_GROUP_END) {
			if (inner.number != open[--depth].number) {
				return walk_fail(walk, inner.begin,
					"another group ends than the one that began");
			}
			guard->group_ends[open[depth].content] =
				(uint32_t)(inner.begin - guard->base) + 1;
		}
		if (depth > 0) {
			const uint8_t *at = inner.end;
			const char *reason = at == walk->span->end ? "a group does not end" :
				wire_read(at, walk->span->end, &inner);
			if (reason) {
				return walk_fail(walk, at, reason);
			}
		}
	} while (depth > 0);
	return true;
}

static bool end_group(const struct walk *walk, struct wire_record *record)
{
	struct guard *guard = walk->guard;
	size_t offset = (size_t)(record->value - guard->base);
	struct wire_record end;

	if (!guard->group_ends) {
		guard->group_ends = codec_alloc(guard->codec, guard->len + 1,
			sizeof(*guard->group_ends));
		guard->open = codec_alloc(guard->codec, guard->codec->depth_max,
			sizeof(*guard->open));
		if (!guard->group_ends || !guard->open) {
			return false;
		}
	}
	if (guard->group_ends[offset] == 0 && !find_group_ends(walk, record)) {
		return false;
	}
	record->value_end = guard->base + guard->group_ends[offset] - 1;
	const char *reason = wire_read(record->value_end, walk->span->end, &end);
	assert(!reason && end.type == WIRE_GROUP_END);
	record->end = end.end;
	return true;
}

bool walk_next(struct walk *walk, struct wire_record *record)
{
	const char *reason = wire_read(walk->at, walk->span->end, record);

	if (reason) {
		return walk_fail(walk, walk->at, reason);
	}
	if (record->type == WIRE_GROUP_END) {
		return walk_fail(walk, walk->at, "a group ends that did not begin");
	}
	if (record->type == WIRE_GROUP && !end_group(walk, record)) {
		return false;
	}
	walk->at = record->end;
	return true;
}
