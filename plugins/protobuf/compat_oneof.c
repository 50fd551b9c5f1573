/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Oneofs. Of the fields in one at most one is set: a reader may take any group of fields for a
 * oneof of which the writer never set two. Names of oneofs are not on the wire, so one that is
 * new but holds what was a oneof before is the same under another name.
 */
#include "compat.h"

#include <stdlib.h>

#include "support/arena.h"
#include "support/str.h"

/* By place in the message: the oneof of the same name on the other side, or NULL. */
struct matches {
	const struct pb_oneof **of_writer;
	const struct pb_oneof **of_reader;
};

static int names_compare(const void *a, const void *b)
{
	const struct pb_oneof *x = *(const struct pb_oneof *const *)a;
	const struct pb_oneof *y = *(const struct pb_oneof *const *)b;
	int order = str_cmp(x->name, y->name);

	return order != 0 ? order : x->index - y->index;
}

/* Those of the text, by name. */
static const struct pb_oneof **sorted(struct check *c, const struct pb_message *message,
	uint32_t *ret_count)
{
	size_t bytes = message->n_oneofs * sizeof(const struct pb_oneof *);
	const struct pb_oneof **oneofs = scute_alloc(c->arena, bytes);
	uint32_t n = 0;

	for (uint32_t i = 0; oneofs && i < message->n_oneofs; i++) {
		if (!message->oneofs[i]->is_synthetic) {
			oneofs[n++] = message->oneofs[i];
		}
	}
	if (oneofs) {
		qsort(oneofs, n, sizeof(*oneofs), names_compare);
	}
	*ret_count = n;
	return oneofs;
}

static enum scute_status match(struct check *c, const struct pair *pair, struct matches *matches)
{
	uint32_t n_writers;
	uint32_t n_readers;
	const struct pb_oneof **writers = sorted(c, pair->writer, &n_writers);
	const struct pb_oneof **readers = sorted(c, pair->reader, &n_readers);
	uint32_t w = 0;
	uint32_t r = 0;

	matches->of_writer = arena_zalloc(c->arena, pair->writer->n_oneofs,
		sizeof(const struct pb_oneof *));
	matches->of_reader = arena_zalloc(c->arena, pair->reader->n_oneofs,
		sizeof(const struct pb_oneof *));
	if (!writers || !readers || !matches->of_writer || !matches->of_reader) {
		return compat_memory(c);
	}
	while (w < n_writers && r < n_readers) {
		int order = str_cmp(writers[w]->name, readers[r]->name);
		if (order == 0) {
			matches->of_writer[writers[w]->index] = readers[r];
			matches->of_reader[readers[r]->index] = writers[w];
		}
		w += order <= 0;
		r += order >= 0;
	}
	return SCUTE_OK;
}

static enum scute_status field_report(struct check *c, enum diff diff, const struct place *message,
	const struct pb_oneof *oneof, const struct pb_field *field)
{
	const struct place in = { .up = message, .name = oneof->name };
	const struct place at = { .up = &in, .number = field->number };

	return compat_report(c, diff, &at);
}

/* The writer's oneof: is it gone, which of its fields are, and which left it? */
static enum scute_status writer_check(struct check *c, const struct place *message,
	const struct pair *pair, const struct pb_oneof *oneof, const struct pb_oneof *other)
{
	const struct place at = { .up = message, .name = oneof->name };
	uint32_t n_left = 0;
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < oneof->n_fields; i++) {
		n_left += compat_field_counts(pair->writer, oneof->fields[i]) &&
			  pb_field_by_number(pair->reader, oneof->fields[i]->number);
	}
	if (!other) {
		status = compat_report(c, DIFF_ONEOF_REMOVED, &at);
	}
	for (uint32_t i = 0; i < oneof->n_fields && status == SCUTE_OK; i++) {
		const struct pb_field *field =
			pb_field_by_number(pair->reader, oneof->fields[i]->number);
		if (!compat_field_counts(pair->writer, oneof->fields[i])) {
			continue;
		}
		if (field && !compat_oneof_of(field)) {
			status = field_report(c, DIFF_ONEOF_FIELD_MOVED_TO_TOP_LEVEL, message,
				oneof, field);
		} else if (!field && (other || n_left > 0)) {
			/* Who asks which one is set gets another answer than was given. */
			status = field_report(c, DIFF_ONEOF_FIELD_REMOVED, message, oneof,
				oneof->fields[i]);
		}
	}
	return status;
}

/* A oneof that both have: what the reader put into it. */
static enum scute_status reader_check(struct check *c, const struct place *message,
	const struct pair *pair, const struct pb_oneof *oneof, const struct pb_oneof *other)
{
	enum scute_status status = SCUTE_OK;

	for (uint32_t i = 0; i < oneof->n_fields && status == SCUTE_OK; i++) {
		const struct pb_field *field =
			pb_field_by_number(pair->writer, oneof->fields[i]->number);
		if (!compat_field_counts(pair->reader, oneof->fields[i])) {
			continue;
		}
		if (!field) {
			status = field_report(c, DIFF_ONEOF_FIELD_ADDED, message, oneof,
				oneof->fields[i]);
		} else if (compat_oneof_of(field) != other) {
			status = field_report(c, DIFF_FIELD_MOVED_TO_EXISTING_ONEOF, message, oneof,
				field);
		}
	}
	return status;
}

/* A oneof that only the reader has: are two of its fields from different places? */
static enum scute_status new_check(struct check *c, const struct place *message,
	const struct pair *pair, const struct pb_oneof *oneof)
{
	const struct place at = { .up = message, .name = oneof->name };
	const struct pb_field *first = NULL;
	bool several = false;

	for (uint32_t i = 0; i < oneof->n_fields; i++) {
		const struct pb_field *field =
			pb_field_by_number(pair->writer, oneof->fields[i]->number);
		if (!field || !compat_field_counts(pair->reader, oneof->fields[i])) {
			continue;
		}
		if (first && (!compat_oneof_of(first) ||
				     compat_oneof_of(first) != compat_oneof_of(field))) {
			several = true;
		}
		first = field;
	}
	return compat_report(c, several ? DIFF_MULTIPLE_FIELDS_MOVED_TO_ONEOF : DIFF_ONEOF_ADDED,
		&at);
}

enum scute_status compat_oneofs(struct check *c, const struct place *at, const struct pair *pair)
{
	struct matches matches;
	enum scute_status status;

	if (pair->writer->n_oneofs == 0 && pair->reader->n_oneofs == 0) {
		return SCUTE_OK;
	}
	status = match(c, pair, &matches);
	for (uint32_t i = 0; i < pair->writer->n_oneofs && status == SCUTE_OK; i++) {
		const struct pb_oneof *oneof = pair->writer->oneofs[i];
		if (!oneof->is_synthetic) {
			status = writer_check(c, at, pair, oneof, matches.of_writer[i]);
		}
	}
	for (uint32_t i = 0; i < pair->reader->n_oneofs && status == SCUTE_OK; i++) {
		const struct pb_oneof *oneof = pair->reader->oneofs[i];
		if (oneof->is_synthetic) {
			continue;
		}
		status = matches.of_reader[i] ?
			reader_check(c, at, pair, oneof, matches.of_reader[i]) :
			new_check(c, at, pair, oneof);
	}
	return status;
}
