/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of numbers: sorted once, each is compared with its neighbour, each number is looked up.
 */
#include "check.h"

#include <stdlib.h>

#include "support/arena.h"

struct sorted_range {
	int32_t start;
	int32_t end;
	uint32_t offset;
	bool extensions;
};

struct sorted {
	struct sorted_range *ranges;
	uint32_t n;
};

static int by_start(const void *a, const void *b)
{
	const struct sorted_range *one = a;
	const struct sorted_range *other = b;

	if (one->start != other->start) {
		return one->start < other->start ? -1 : 1;
	}
	return one->offset < other->offset ? -1 : one->offset > other->offset;
}

static void add(struct sorted *sorted, const struct pb_range *ranges, uint32_t n, bool extensions)
{
	for (uint32_t i = 0; i < n; i++) {
		sorted->ranges[sorted->n++] = (struct sorted_range){ ranges[i].start,
			ranges[i].end, ranges[i].offset, extensions };
	}
}

/* Sorts; the first two that have a number in common are an error. */
static enum scute_status sort(struct linker *linker, struct sorted *sorted)
{
	if (sorted->n > 1) {
		qsort(sorted->ranges, sorted->n, sizeof(*sorted->ranges), by_start);
	}
	for (uint32_t i = 1; i < sorted->n; i++) {
		const struct sorted_range *range = &sorted->ranges[i];
		const struct sorted_range *before = range - 1;
		if (range->start <= before->end) {
			const struct sorted_range *later =
				range->offset > before->offset ? range : before;
			const struct sorted_range *earlier = later == range ? before : range;
			return link_fail(linker, later->offset,
				"the range %d to %d overlaps with %s %d to %d", (int)later->start,
				(int)later->end, earlier->extensions ? "extensions" : "reserved",
				(int)earlier->start, (int)earlier->end);
		}
	}
	return SCUTE_OK;
}

static const struct sorted_range *find(const struct sorted *sorted, int32_t number)
{
	uint32_t low = 0;
	uint32_t high = sorted->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct sorted_range *range = &sorted->ranges[middle];
		if (number < range->start) {
			high = middle;
		} else if (number > range->end) {
			low = middle + 1;
		} else {
			return range;
		}
	}
	return NULL;
}

/* max: 0 for none. */
static enum scute_status check_ends(struct linker *linker, const struct pb_range *ranges,
	uint32_t n, bool positive, int32_t max)
{
	for (uint32_t i = 0; i < n; i++) {
		if (positive && ranges[i].start <= 0) {
			return link_fail(
				linker, ranges[i].offset, "the numbers of fields begin with 1");
		}
		if (ranges[i].end < ranges[i].start) {
			return link_fail(linker, ranges[i].offset,
				"the range ends with %d before it begins", (int)ranges[i].end);
		}
		if (max > 0 && ranges[i].end > max) {
			return link_fail(linker, ranges[i].offset,
				"the number of an extension is at most %d", (int)max);
		}
	}
	return SCUTE_OK;
}

/* Reserved names in a hash table of their own. */
struct names {
	const struct pb_reserved_name **slots;
	uint32_t mask;
};

static const struct pb_reserved_name **name_slot(const struct names *names, struct scute_str name)
{
	uint32_t at = pb_hash(name) & names->mask;

	while (names->slots[at] && !str_eq(names->slots[at]->name, name)) {
		at = (at + 1) & names->mask;
	}
	return &names->slots[at];
}

static enum scute_status names_init(struct linker *linker, const struct pb_reserved_name *reserved,
	uint32_t n, struct names *names)
{
	uint32_t size = 8;

	while (size < n * 2) {
		size *= 2;
	}
	names->mask = size - 1;
	names->slots = arena_zalloc(linker->arena, size, sizeof(*names->slots));
	if (!names->slots) {
		return link_memory(linker);
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct pb_reserved_name **slot = name_slot(names, reserved[i].name);
		if (*slot) {
			return link_fail(linker, reserved[i].offset, "\"%.*s\" is reserved twice",
				STR_ARGS(reserved[i].name));
		}
		*slot = &reserved[i];
	}
	return SCUTE_OK;
}

static enum scute_status name_is_free(struct linker *linker, const struct names *names,
	struct scute_str name, uint32_t offset)
{
	if (*name_slot(names, name)) {
		return link_fail(linker, offset, "the name \"%.*s\" is reserved", STR_ARGS(name));
	}
	return SCUTE_OK;
}

static enum scute_status number_is_free(struct linker *linker, const struct sorted *sorted,
	int32_t number, uint32_t offset)
{
	const struct sorted_range *range = find(sorted, number);

	if (!range) {
		return SCUTE_OK;
	}
	if (range->extensions) {
		return link_fail(linker, offset,
			"the number %d is one of those for extensions (%d to %d)", (int)number,
			(int)range->start, (int)range->end);
	}
	return link_fail(linker, offset, "the number %d is reserved", (int)number);
}

enum scute_status check_message_ranges(struct linker *linker, const struct pb_message *message)
{
	/* A descriptor holds the end of a range as the number behind it, in 32 bits. */
	int32_t max = message->is_message_set ? INT32_MAX - 1 : PB_FIELD_NUMBER_MAX;
	uint32_t n = message->n_reserved + message->n_extension_ranges;
	struct sorted sorted = { NULL, 0 };
	struct names names = { NULL, 0 };

	if (n == 0 && message->n_reserved_names == 0) {
		return SCUTE_OK;
	}
	enum scute_status status =
		check_ends(linker, message->reserved, message->n_reserved, true, 0);
	if (status == SCUTE_OK) {
		status = check_ends(linker, message->extension_ranges, message->n_extension_ranges,
			true, max);
	}
	if (status != SCUTE_OK) {
		return status;
	}
	sorted.ranges = scute_alloc(linker->arena, (n + 1) * sizeof(*sorted.ranges));
	if (!sorted.ranges) {
		return link_memory(linker);
	}
	add(&sorted, message->reserved, message->n_reserved, false);
	add(&sorted, message->extension_ranges, message->n_extension_ranges, true);
	status = sort(linker, &sorted);
	if (status == SCUTE_OK) {
		status = names_init(linker, message->reserved_names, message->n_reserved_names,
			&names);
	}
	for (uint32_t i = 0; i < message->n_fields && status == SCUTE_OK; i++) {
		const struct pb_field *field = message->fields[i];
		status = number_is_free(linker, &sorted, field->number, field->number_offset);
		if (status == SCUTE_OK) {
			status = name_is_free(linker, &names, field->name, field->name_offset);
		}
	}
	return status;
}

enum scute_status check_enum_ranges(struct linker *linker, const struct pb_enum *enum_)
{
	struct sorted sorted = { NULL, 0 };
	struct names names = { NULL, 0 };

	if (enum_->n_reserved == 0 && enum_->n_reserved_names == 0) {
		return SCUTE_OK;
	}
	enum scute_status status =
		check_ends(linker, enum_->reserved, enum_->n_reserved, false, 0);
	if (status != SCUTE_OK) {
		return status;
	}
	sorted.ranges =
		scute_alloc(linker->arena, (enum_->n_reserved + 1) * sizeof(*sorted.ranges));
	if (!sorted.ranges) {
		return link_memory(linker);
	}
	add(&sorted, enum_->reserved, enum_->n_reserved, false);
	status = sort(linker, &sorted);
	if (status == SCUTE_OK) {
		status = names_init(linker, enum_->reserved_names, enum_->n_reserved_names, &names);
	}
	for (uint32_t i = 0; i < enum_->n_values && status == SCUTE_OK; i++) {
		const struct pb_enum_value *value = enum_->values[i];
		status = number_is_free(linker, &sorted, value->number, value->number_offset);
		if (status == SCUTE_OK) {
			status = name_is_free(linker, &names, value->name, value->name_offset);
		}
	}
	return status;
}
