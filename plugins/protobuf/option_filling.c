/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that are filled field by field, and how they are written in the end. */
#include "interpret.h"

#include <stdlib.h>

#include "support/arena.h"
#include "support/buf.h"

static uint32_t slot_of(const struct interpreter *in, const void *parent, const void *field)
{
	uint64_t hash = ((uintptr_t)parent >> 4) * 0x9e3779b97f4a7c15u;

	hash = (hash ^ (uintptr_t)field >> 4) * 0xff51afd7ed558ccdu;
	return (uint32_t)(hash >> 32) & in->mask;
}

static struct set_slot *probe(const struct interpreter *in, const void *parent, const void *field)
{
	uint32_t at = slot_of(in, parent, field);

	while (in->slots[at].parent &&
		(in->slots[at].parent != parent || in->slots[at].field != field)) {
		at = (at + 1) & in->mask;
	}
	return &in->slots[at];
}

static bool grow(struct interpreter *in)
{
	const struct set_slot *old = in->slots;
	uint32_t n_old = old ? in->mask + 1 : 0;
	uint32_t size = old ? n_old * 2 : 64;

	in->slots = arena_zalloc(in->arena, size, sizeof(*in->slots));
	if (!in->slots) {
		return false;
	}
	in->mask = size - 1;
	for (uint32_t i = 0; i < n_old; i++) {
		if (old[i].parent) {
			*probe(in, old[i].parent, old[i].field) = old[i];
		}
	}
	return true;
}

struct set_slot *set_find(struct interpreter *in, const void *parent, const void *field)
{
	if ((!in->slots || in->n_set * 2 > in->mask) && !grow(in)) {
		return NULL;
	}
	struct set_slot *slot = probe(in, parent, field);
	if (!slot->parent) {
		slot->parent = parent;
		slot->field = field;
		in->n_set++;
	}
	return slot;
}

struct filling *filling_create(struct interpreter *in, const struct pb_message *message,
	bool statements)
{
	struct filling *filling = arena_zalloc(in->arena, 1, sizeof(*filling));

	if (filling) {
		filling->message = message;
		filling->end = &filling->first;
		filling->statements = statements;
	}
	return filling;
}

static enum scute_status add(struct interpreter *in, struct filling *filling,
	const struct record *like)
{
	struct record *record = scute_alloc(in->arena, sizeof(*record));

	if (!record) {
		return link_memory(in->linker);
	}
	*record = *like;
	record->place = filling->n++;
	*filling->end = record;
	filling->end = &record->next;
	return SCUTE_OK;
}

enum scute_status filling_add(struct interpreter *in, struct filling *filling,
	const struct pb_field *field, struct scute_str bytes, bool packed)
{
	return add(in, filling,
		&(struct record){ .field = field, .bytes = bytes, .packed = packed });
}

enum scute_status filling_add_message(struct interpreter *in, struct filling *filling,
	const struct pb_field *field, struct filling *content)
{
	return add(in, filling, &(struct record){ .field = field, .filling = content });
}

static bool goes_last(const struct filling *filling, const struct record *record)
{
	return filling->statements && record->field->extendee_name.len > 0;
}

static int by_number(const void *a, const void *b)
{
	const struct record *one = *(const struct record *const *)a;
	const struct record *other = *(const struct record *const *)b;

	if (one->field->number != other->field->number) {
		return one->field->number < other->field->number ? -1 : 1;
	}
	return one->place < other->place ? -1 : one->place > other->place;
}

static enum scute_status write_record(struct interpreter *in, const struct record *record,
	struct buf *out)
{
	const struct pb_field *field = record->field;
	enum scute_status status;

	if (!record->filling) {
		buf_append_str(out, record->bytes);
		return SCUTE_OK;
	}
	if (field->is_delimited) {
		pack_tag(out, field->number, PACK_START_GROUP);
		status = filling_write(in, record->filling, out);
		pack_tag(out, field->number, PACK_END_GROUP);
		return status;
	}
	size_t begin = pack_begin(out, field->number);
	status = filling_write(in, record->filling, out);
	if (status == SCUTE_OK) {
		pack_end(out, begin);
	}
	return status;
}

/*
 * The elements of one packed field, which stand next to each other from i on; the place behind
 * them.
 */
static uint32_t write_packed(struct record *const *records, uint32_t i, uint32_t n, struct buf *out)
{
	const struct pb_field *field = records[i]->field;
	size_t begin = pack_begin(out, field->number);

	for (; i < n && records[i]->field == field && records[i]->packed; i++) {
		buf_append_str(out, records[i]->bytes);
	}
	pack_end(out, begin);
	return i;
}

enum scute_status filling_write(struct interpreter *in, struct filling *filling, struct buf *out)
{
	enum scute_status status = SCUTE_OK;
	struct record **sorted = NULL;
	uint32_t n = 0;

	if (filling->n > 0) {
		sorted = scute_alloc(in->arena, filling->n * sizeof(struct record *));
		if (!sorted) {
			return link_memory(in->linker);
		}
	}
	for (struct record *record = filling->first; record; record = record->next) {
		if (!goes_last(filling, record)) {
			sorted[n++] = record;
		}
	}
	if (n > 1) {
		qsort(sorted, n, sizeof(struct record *), by_number);
	}
	for (uint32_t i = 0; i < n && status == SCUTE_OK;) {
		if (sorted[i]->packed) {
			i = write_packed(sorted, i, n, out);
		} else {
			status = write_record(in, sorted[i++], out);
		}
	}
	for (struct record *record = filling->first; record && status == SCUTE_OK;
		record = record->next) {
		if (goes_last(filling, record)) {
			status = write_record(in, record, out);
		}
	}
	return status == SCUTE_OK && out->failed ? link_memory(in->linker) : status;
}
