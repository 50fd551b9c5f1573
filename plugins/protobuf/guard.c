/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard in front of protobuf-c: one walk over the bytes of a message by its type that
 * writes them anew, holding only what protobuf-c can be trusted with.
 *
 * Its time is linear in the bytes. Two things see to that. Where a group ends is found once, for it
 * and for all groups in it (group_ends). And a singular message in several pieces, which the
 * specification wants merged, is walked once as a list of spans instead of being merged piece by
 * piece; whether a message has such fields is seen before it is walked.
 */
#include "support/arena.h"
#include "support/str.h"

#include "walk.h"

enum {
	LENGTH_BYTES = 5, /* of a length that is written before it is known */
};

static bool check_out(struct guard *guard)
{
	return !guard->out.failed || codec_fail_memory(guard->codec);
}

/* A tag and room for a length; returns where the content begins. */
static size_t open_length(struct guard *guard, uint32_t number)
{
	uint8_t head[16];
	size_t len = wire_put_varint(head, (uint64_t)number << 3 | WIRE_LENGTH);

	memset(head + len, 0, LENGTH_BYTES);
	buf_append(&guard->out, head, len + LENGTH_BYTES);
	return guard->out.len;
}

/* Fills in the length, in five bytes however small it is: every reader takes that. */
static bool close_length(struct guard *guard, size_t begin)
{
	size_t len = guard->out.len - begin;

	if (!check_out(guard)) {
		return false;
	}
	for (unsigned i = 0; i < LENGTH_BYTES; i++) {
		unsigned more = i < LENGTH_BYTES - 1 ? 0x80 : 0;
		guard->out.data[begin - LENGTH_BYTES + i] =
			(char)((len >> (7 * i) & 0x7f) | more);
	}
	return true;
}

static bool is_unknown_number(const struct pb_field *field, uint64_t value)
{
	return field->enum_type && field->enum_type->is_closed &&
		!pb_value_by_number(field->enum_type, (int32_t)(uint32_t)value);
}

/* Elements without tags, in one value. Those that a closed enum lacks are left out. */
static bool guard_packed(struct walk *walk, const struct rt_field *field,
	const struct wire_record *record)
{
	struct guard *guard = walk->guard;
	size_t len = (size_t)(record->value_end - record->value);
	enum wire_type type = wire_type_of(field->field);
	size_t begin = open_length(guard, record->number);
	const uint8_t *at = record->value;
	uint64_t n = 0;

	if (type != WIRE_VARINT) {
		size_t bytes = type == WIRE_64BIT ? 8 : 4;
		if (len % bytes != 0) {
			return walk_fail(walk, at, "packed numbers are cut off");
		}
		n = len / bytes;
		buf_append(&guard->out, at, len);
	}
	while (type == WIRE_VARINT && at < record->value_end) {
		const uint8_t *element = at;
		uint64_t value;
		if (!wire_varint(&at, record->value_end, &value)) {
			return walk_fail(walk, element, "a packed number is cut off or too long");
		}
		n++;
		if (!is_unknown_number(field->field, value)) {
			buf_append(&guard->out, element, (size_t)(at - element));
		}
	}
	return codec_count(guard->codec, n) && close_length(guard, begin);
}

static bool guard_content(struct guard *guard, struct rt_type *type, const struct span *content,
	const struct codec_path *path, uint32_t depth);

static bool guard_message(struct walk *walk, struct rt_field *field, const struct span *content)
{
	struct guard *guard = walk->guard;
	struct codec_path path = codec_at_name(walk->path, field->key);
	struct rt_type *type = rt_field_type(guard->codec, field);
	size_t before = guard->out.len;
	size_t begin;

	if (!type) {
		return false;
	}
	begin = open_length(guard, field->c->id);
	guard->drop_entry = false;
	if (!guard_content(guard, type, content, &path, walk->depth + 1) ||
	    !close_length(guard, begin)) {
		return false;
	}
	if (field->field->is_map && guard->drop_entry) {
		guard->out.len = before;
	}
	guard->drop_entry = false;
	return true;
}

static bool guard_scalar(struct walk *walk, const struct rt_field *field,
	const struct wire_record *record, bool *ret_kept)
{
	struct guard *guard = walk->guard;
	struct scute_str value = { (const char *)record->value,
		(size_t)(record->value_end - record->value) };
	struct codec_path path = codec_at_name(walk->path, field->key);
	const uint8_t *at = record->value;
	uint64_t number;

	if (field->field->type == PB_TYPE_STRING && !str_is_utf8(value)) {
		return codec_fail(guard->codec, SCUTE_EINVAL, &path,
			"at byte %zu: a string is not UTF-8", (size_t)(at - guard->base));
	}
	if (field->field->enum_type && wire_varint(&at, record->value_end, &number) &&
	    is_unknown_number(field->field, number)) {
		guard->drop_entry = walk->type->message->is_map_entry;
		*ret_kept = false;
		return true;
	}
	buf_append(&guard->out, record->begin, (size_t)(record->end - record->begin));
	return check_out(guard) && codec_count(guard->codec, field->is_repeated);
}

static bool is_packed(const struct rt_field *field, const struct wire_record *record)
{
	return field->is_repeated && record->type == WIRE_LENGTH &&
		wire_type_of(field->field) != WIRE_LENGTH &&
		wire_type_of(field->field) != WIRE_GROUP;
}

/* ret_kept becomes false when it is as good as unknown. */
static bool guard_record(struct walk *walk, struct rt_field *field,
	const struct wire_record *record, bool *ret_kept)
{
	*ret_kept = true;
	if (field->field->type == PB_TYPE_UNKNOWN) {
		struct codec_path path = codec_at_name(walk->path, field->key);
		return codec_fail(walk->guard->codec, SCUTE_EREFERENCE, &path,
			"the schema does not say what %.*s is", STR_ARGS(field->field->type_name));
	}
	if (is_packed(field, record)) {
		return guard_packed(walk, field, record);
	}
	if (record->type != (uint8_t)wire_type_of(field->field)) {
		*ret_kept = false;
		return true;
	}
	if (field->is_message) {
		struct span content = { record->value, record->value_end, NULL };
		return guard_message(walk, field, &content);
	}
	return guard_scalar(walk, field, record, ret_kept);
}

static bool is_single(const struct rt_field *field, const struct wire_record *record)
{
	return field->is_message && !field->is_repeated &&
		record->type == (uint8_t)wire_type_of(field->field);
}

/* Does a singular message field occur twice? Looks at each record, into none. */
static bool find_split(struct walk walk, bool *ret_split)
{
	struct rt_type *type = walk.type;
	struct wire_record record;
	uint32_t stamp = ++walk.guard->codec->stamp;

	if (!type->stamps) {
		type->stamps = codec_alloc(walk.guard->codec, type->n_singles,
			sizeof(*type->stamps));
		if (!type->stamps) {
			return false;
		}
	}
	while (walk_more(&walk)) {
		if (!walk_next(&walk, &record)) {
			return false;
		}
		struct rt_field *field = rt_find(type, record.number, &walk.hint);
		if (field && is_single(field, &record)) {
			if (type->stamps[field->single] == stamp) {
				*ret_split = true;
				return true;
			}
			type->stamps[field->single] = stamp;
		}
	}
	return true;
}

/* What is unknown, or as good as, is left out. */
static bool leave_out(const struct walk *walk, const struct wire_record *record)
{
	return !walk->guard->codec->known_only ||
		walk_fail(walk, record->begin, "a field that the message does not have");
}

static bool guard_plain(struct walk walk)
{
	struct wire_record record;

	while (walk_more(&walk)) {
		bool kept = false;
		if (!walk_next(&walk, &record)) {
			return false;
		}
		struct rt_field *field = rt_find(walk.type, record.number, &walk.hint);
		if (field && !guard_record(&walk, field, &record, &kept)) {
			return false;
		}
		if (!kept && !leave_out(&walk, &record)) {
			return false;
		}
	}
	return true;
}

/* The pieces of the singular messages of one message that has some in several. */
struct pieces {
	struct span **first;    /* by rt_field.single */
	struct span **last;
	struct rt_field **live; /* by oneof: the member that came last */
};

/* An oneof holds what came last: what another member had before is checked and forgotten. */
static bool choose(struct walk *walk, struct pieces *pieces, struct rt_field *field)
{
	size_t before = walk->guard->out.len;
	struct rt_field **live;

	if (!(field->c->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)) {
		return true;
	}
	live = &pieces->live[field->field->oneof->index];
	if (*live && *live != field && (*live)->is_message) {
		if (!guard_message(walk, *live, pieces->first[(*live)->single])) {
			return false;
		}
		pieces->first[(*live)->single] = NULL;
		walk->guard->out.len = before;
	}
	*live = field;
	return true;
}

static bool add_piece(struct walk *walk, struct pieces *pieces, struct rt_field *field,
	const struct wire_record *record)
{
	struct span *span = codec_alloc(walk->guard->codec, 1, sizeof(*span));

	if (!span || !choose(walk, pieces, field)) {
		return false;
	}
	*span = (struct span){ record->value, record->value_end, NULL };
	if (pieces->first[field->single]) {
		pieces->last[field->single]->next = span;
	} else {
		pieces->first[field->single] = span;
	}
	pieces->last[field->single] = span;
	return true;
}

static bool guard_pieces(struct walk *walk, const struct pieces *pieces)
{
	for (uint32_t i = 0; i < walk->type->n_fields; i++) {
		struct rt_field *field = &walk->type->fields[i];
		if (field->is_message && !field->is_repeated && pieces->first[field->single] &&
		    !guard_message(walk, field, pieces->first[field->single])) {
			return false;
		}
	}
	return true;
}

/* As guard_plain, but singular messages come last, each from all its pieces. */
static bool guard_split(struct walk walk)
{
	struct codec *codec = walk.guard->codec;
	size_t n = walk.type->n_singles;
	struct wire_record record;
	struct pieces pieces = { .first = codec_alloc(codec, n, sizeof(*pieces.first)) };

	pieces.last = codec_alloc(codec, n, sizeof(*pieces.last));
	pieces.live = codec_alloc(codec, walk.type->message->n_oneofs, sizeof(*pieces.live));
	if (!pieces.first || !pieces.last || !pieces.live || !codec_count(codec, n / 4)) {
		return false;
	}
	while (walk_more(&walk)) {
		bool kept = false;
		if (!walk_next(&walk, &record)) {
			return false;
		}
		struct rt_field *field = rt_find(walk.type, record.number, &walk.hint);
		if (field && is_single(field, &record)) {
			if (!add_piece(&walk, &pieces, field, &record)) {
				return false;
			}
			continue;
		}
		if (field && !guard_record(&walk, field, &record, &kept)) {
			return false;
		}
		if (kept ? !choose(&walk, &pieces, field) : !leave_out(&walk, &record)) {
			return false;
		}
	}
	return guard_pieces(&walk, &pieces);
}

static bool guard_content(struct guard *guard, struct rt_type *type, const struct span *content,
	const struct codec_path *path, uint32_t depth)
{
	struct walk walk = walk_begin(guard, type, content, path, depth);
	bool split = false;

	if (!codec_descend(guard->codec, path, depth) || !codec_count(guard->codec, type->weight)) {
		return false;
	}
	if (type->n_singles > 0 && !find_split(walk, &split)) {
		return false;
	}
	return split ? guard_split(walk) : guard_plain(walk);
}

bool wire_guard(struct codec *codec, struct rt_type *type, struct scute_str bytes,
	const struct codec_path *path, uint32_t depth, struct scute_str *ret_bytes)
{
	const uint8_t *base = bytes.len > 0 ? (const uint8_t *)bytes.data : (const uint8_t *)"";
	struct guard guard = { .codec = codec, .base = base, .len = bytes.len };
	struct span content = { base, base + bytes.len, NULL };

	if (!codec_spend(codec, bytes.len)) {
		return false;
	}
	/* A message of two bytes may come to have four more, for its length. */
	buf_init_arena(&guard.out, bytes.len * 3 + 64, codec->arena);
	if (!buf_reserve(&guard.out, bytes.len + 32)) {
		return codec_fail_memory(codec);
	}
	if (!guard_content(&guard, type, &content, path, depth)) {
		return false;
	}
	*ret_bytes = buf_str(&guard.out);
	return check_out(&guard);
}
