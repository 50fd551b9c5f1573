/* SPDX-License-Identifier: Apache-2.0 */
/* What all decisions share: refusing, and putting records together. */
#include "registry/decide.h"

#include "support/arena.h"
#include "support/str.h"

#define RECORD_BYTES_MAX (256u << 20)

static const struct scute_str null_str = { NULL, 0 };

void decision_refuse(struct decision *decision, enum registry_code code)
{
	decision->error = (struct registry_error){ .code = code };
}

void decision_refuse_subject(struct decision *decision, enum registry_code code, struct scute_str subject)
{
	decision->error = (struct registry_error){ .code = code, .args = { subject } };
}

void decision_refuse_version(struct decision *decision, enum registry_code code, struct scute_str subject,
	int32_t number)
{
	decision->error = (struct registry_error){ .code = code, .args = { subject,
		arena_printf(decision->arena, "%d", number) } };
}

bool decide_noop(const struct writer *writer, const struct context *context,
	struct scute_arena *arena, struct record *ret_record)
{
	const struct contexts *contexts = &writer->registry->schemas.contexts;
	struct record_max_id *max_ids = scute_alloc(arena, contexts->n * sizeof(*max_ids));
	struct record record = { .kind = RECORD_NOOP, .max_ids = max_ids,
		.max_id = context_highest(contexts->all[0]) };

	for (size_t i = 1; max_ids && i < contexts->n; i++) {
		const struct context *other = contexts->all[i];
		if (other == context || other->persisted_max_id > 0) {
			max_ids[record.n_max_ids++] =
				(struct record_max_id){ context_name(other), context_highest(other) };
		}
	}
	*ret_record = record;
	return max_ids != NULL;
}

static bool encode_value(const struct record *record, enum record_dialect dialect, struct scute_arena *arena,
	struct scute_str *ret_value)
{
	struct buf buf;

	*ret_value = null_str;
	if (record->tombstone) {
		return true;
	}
	buf_init_arena(&buf, RECORD_BYTES_MAX, arena);
	/* A large text is then written without moving what is there: every fourth byte may need an escape. */
	(void)buf_reserve(&buf, record->text.len + record->text.len / 4 + record->extra.len + 256);
	if (!record_write_value(&buf, record, dialect)) {
		return false;
	}
	*ret_value = buf_str(&buf);
	return true;
}

bool decide_encode(const struct record *record, enum record_key_order order, struct scute_arena *arena,
	struct store_record *ret_raw)
{
	struct buf buf;
	struct store_record raw = { 0 };

	buf_init_arena(&buf, RECORD_BYTES_MAX, arena);
	if (!record_write_key(&buf, record, order) || !encode_value(record, RECORD_KARAPACE, arena, &raw.value)) {
		return false;
	}
	raw.key = buf_str(&buf);
	*ret_raw = raw;
	return true;
}

bool decision_make_room(struct decision *decision, size_t n)
{
	decision->records = scute_alloc(decision->arena, n * sizeof(*decision->records));
	if (!decision->records) {
		decision_refuse(decision, REGISTRY_NO_MEMORY);
	}
	return decision->records != NULL;
}

bool decision_put(struct write *write, struct decision *decision, const struct record *record)
{
	const struct keyforms *forms = &write->writer->registry->keyforms;
	enum record_dialect dialect = write->writer->registry->options.dialect;
	struct scute_str keys[KEYFORMS_MAX];
	struct scute_str value;
	size_t n = 1;

	if (record->tombstone) {
		n = keyforms_all(forms, record, decision->arena, keys);
	} else if (!keyforms_key(forms, record, decision->arena, &keys[0])) {
		n = 0;
	}
	if (n == 0 || !encode_value(record, dialect, decision->arena, &value)) {
		decision_refuse(decision, REGISTRY_NO_MEMORY);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		decision->records[decision->n_records++] =
			(struct store_record){ .key = keys[i], .value = value };
	}
	return true;
}

const struct subject *write_subject(const struct write *write)
{
	return subjects_find(&write->writer->registry->subjects, write->args.subject);
}

struct context *write_context(const struct write *write)
{
	const struct contexts *contexts = &write->writer->registry->schemas.contexts;
	struct context *context = contexts_find(contexts, context_of(write->args.subject));

	return context ? context : contexts->all[0];
}

bool decision_put_max_id(struct write *write, struct decision *decision, uint32_t id)
{
	const struct registry *registry = write->writer->registry;
	const struct context *context = write_context(write);
	struct record record;

	if (context->max_id <= context->persisted_max_id || (id < context->max_id &&
			schemas_in(&registry->schemas, context->index, context->max_id))) {
		return true;
	}
	if (!decide_noop(write->writer, context, decision->arena, &record) ||
		!decide_encode(&record, RECORD_KEY_CANONICAL, decision->arena,
			&decision->records[decision->n_records])) {
		decision_refuse(decision, REGISTRY_NO_MEMORY);
		return false;
	}
	decision->n_records++;
	return true;
}

void decision_put_tombstone(struct write *write, struct decision *decision, int32_t number)
{
	struct record record = { .kind = RECORD_SCHEMA, .subject = write->args.subject,
		.version = number, .tombstone = true };

	decision_put(write, decision, &record);
}

const struct record_reference *decide_references(struct scute_str subject,
	const struct schema_reference *references, size_t n, struct scute_arena *arena)
{
	struct record_reference *made = scute_alloc(arena, (n + 1) * sizeof(*made));

	for (size_t i = 0; made && i < n; i++) {
		struct scute_str called = context_call(references[i].subject, context_of(subject), arena);
		if (!called.data && references[i].subject.len > 0) {
			return NULL;
		}
		made[i] = (struct record_reference){ references[i].name, called, references[i].version };
	}
	return made;
}
