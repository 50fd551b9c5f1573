/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of checks and the texts around them are Confluent's (confluent.md section 3 of
 * the fact sheets); the rules themselves are the formats'.
 */
#include "registry/compat.h"

#include "registry/refs.h"
#include "support/str.h"

#define DIFFERENCES_MAX 1000
#define OLD_SCHEMA_BYTES_MAX 10240
#define COMPAT_WORK_BYTES_MAX ((size_t)256 << 20)

struct messages {
	struct scute_str *items;
	size_t n;
	size_t cap;
	struct scute_arena *arena;
	bool failed;
};

static void add_message(struct messages *messages, struct scute_str text)
{
	if (messages->n == messages->cap) {
		size_t cap = messages->cap ? messages->cap * 2 : 16;
		struct scute_str *items = scute_alloc(messages->arena, cap * sizeof(*items));
		if (!items) {
			messages->failed = true;
			return;
		}
		for (size_t i = 0; i < messages->n; i++) {
			items[i] = messages->items[i];
		}
		messages->items = items;
		messages->cap = cap;
	}
	if (text.len > 0 && !text.data) {
		messages->failed = true;
		return;
	}
	messages->items[messages->n++] = text;
}

static void out_of_memory(struct registry_error *ret_error)
{
	*ret_error = (struct registry_error){ .code = REGISTRY_NO_MEMORY };
}

static void stored_invalid(const struct schema_type *type, const struct scute_error *err,
	struct scute_arena *arena, struct registry_error *ret_error)
{
	*ret_error = (struct registry_error){ .code = REGISTRY_STORED_SCHEMA_INVALID,
		.args = { type->name, arena_copy(arena, str_z(err->text)) } };
}

static bool parse_stored(const struct compat_question *question, const struct compat_old *old,
	struct scute_arena *work, struct scute_arena *arena, const struct scute_schema **ret_schema,
	struct registry_error *ret_error)
{
	const struct schema_type *type = old->schema->type;
	struct scute_source source = { sizeof(source), SCUTE_SOURCE_STORED, schema_text(old->schema),
		old->references, old->n_references, question->limits };
	struct scute_error err = { 0 };

	enum scute_status status = type->format->parse(&source, work, ret_schema, &err);
	if (status == SCUTE_ENOMEM) {
		out_of_memory(ret_error);
	} else if (status != SCUTE_OK) {
		stored_invalid(type, &err, arena, ret_error);
	}
	return status == SCUTE_OK;
}

/* A schema beyond the format's limits is the client's to change; anything else is not. */
static void cannot_compare(const struct schema_type *type, const struct scute_error *err,
	struct scute_arena *arena, struct registry_error *ret_error)
{
	struct scute_str text = arena_copy(arena, str_z(err->text));

	if (err->status == SCUTE_ENOMEM) {
		out_of_memory(ret_error);
	} else if (err->status == SCUTE_ELIMIT) {
		*ret_error = (struct registry_error){ REGISTRY_SCHEMA_INVALID, { type->name, text } };
	} else {
		*ret_error = (struct registry_error){ REGISTRY_INTERNAL, { text } };
	}
}

struct direction {
	const struct scute_schema *reader;
	const struct scute_schema *writer;
	const char *reader_label;
	const char *writer_label;
};

/* Adds the differences that make it incompatible. */
static bool compare(const struct compat_question *question, const struct direction *direction,
	struct messages *messages, struct compat_answer *answer, struct scute_error *err)
{
	const struct scute_format *format = question->type->format;
	struct scute_compat c = { .size = sizeof(c),
		.policy = question->policy == POLICY_LENIENT ? SCUTE_POLICY_LENIENT : SCUTE_POLICY_STRICT,
		.reader = direction->reader, .writer = direction->writer,
		.reader_label = direction->reader_label, .writer_label = direction->writer_label,
		.differences_max = DIFFERENCES_MAX, .arena = messages->arena };

	if (format->compatible(&c, err) != SCUTE_OK) {
		return false;
	}
	answer->compatible = answer->compatible && c.compatible;
	for (size_t i = 0; i < c.n_differences; i++) {
		if (!c.differences[i].compatible) {
			/* It may point into the stored schema, which does not last. */
			add_message(messages, arena_copy(messages->arena, c.differences[i].text));
		}
	}
	return true;
}

static void add_tail(struct messages *messages, const struct compat_old *old, enum level level)
{
	struct scute_str text = schema_text(old->schema);
	bool cut = text.len > OLD_SCHEMA_BYTES_MAX;
	struct buf buf;

	add_message(messages, arena_printf(messages->arena, "{oldSchemaVersion: %d}", old->number));
	buf_init_arena(&buf, text.len + 64, messages->arena);
	buf_append_z(&buf, cut ? "{oldSchema: <truncated> '" : "{oldSchema: '");
	if (cut) {
		text.len = OLD_SCHEMA_BYTES_MAX;
		while (text.len > 0 && ((unsigned char)text.data[text.len] & 0xc0u) == 0x80u) {
			text.len--; /* not inside a character */
		}
	}
	buf_append_str(&buf, text);
	buf_append_z(&buf, cut ? "...'}" : "'}");
	messages->failed = messages->failed || buf.failed;
	add_message(messages, buf_str(&buf));
	add_message(messages, arena_printf(messages->arena,
		"{validateFields: 'false', compatibility: '%s'}", level_name(level)));
}

static bool compare_both_ways(const struct compat_question *question,
	const struct scute_schema *old, struct messages *messages, struct compat_answer *answer,
	struct scute_error *err)
{
	struct direction forward = { old, question->schema, "old", "new" };
	struct direction backward = { question->schema, old, "new", "old" };

	if (level_is_forward(question->level) &&
		!compare(question, &forward, messages, answer, err)) {
		return false;
	}
	return !level_is_backward(question->level) ||
		compare(question, &backward, messages, answer, err);
}

static bool finish(const struct compat_question *question, const struct compat_old *old,
	struct messages *messages, struct compat_answer *answer, struct compat_answer *ret_answer,
	struct registry_error *ret_error)
{
	answer->n_differences = messages->n;
	if (!answer->compatible) {
		add_tail(messages, old, question->level);
		answer->messages = messages->items;
		answer->n_messages = messages->n;
	}
	if (messages->failed) {
		out_of_memory(ret_error);
		return false;
	}
	*ret_answer = *answer;
	return true;
}

static bool compare_with(const struct compat_question *question, const struct compat_old *old,
	struct scute_arena *work, struct scute_arena *arena, struct compat_answer *ret_answer,
	struct registry_error *ret_error)
{
	struct messages messages = { .arena = arena };
	struct compat_answer answer = { .compatible = true };
	const struct scute_schema *schema;
	struct scute_error err = { 0 };

	if (old->schema->type != question->type) {
		answer.compatible = false;
		add_message(&messages, SCUTE_STR("Incompatible because of different schema type"));
		return finish(question, old, &messages, &answer, ret_answer, ret_error);
	}
	if (!parse_stored(question, old, work, arena, &schema, ret_error)) {
		return false;
	}
	if (!compare_both_ways(question, schema, &messages, &answer, &err)) {
		cannot_compare(question->type, &err, arena, ret_error);
		return false;
	}
	return finish(question, old, &messages, &answer, ret_answer, ret_error);
}

bool compat_compare(const struct compat_question *question, const struct compat_old *olds, size_t n,
	struct scute_arena *arena, struct compat_answer *ret_answer, struct registry_error *ret_error)
{
	struct compat_answer answer = { .compatible = true };
	struct arena work; /* of one stored schema at a time: there may be thousands */
	bool ok = true;

	arena_init(&work, COMPAT_WORK_BYTES_MAX);
	for (size_t i = 0; ok && i < n && answer.compatible; i++) {
		arena_reset(&work);
		ok = compare_with(question, &olds[i], &work.base, arena, &answer, ret_error);
	}
	arena_finish(&work);
	if (ok) {
		*ret_answer = answer;
	}
	return ok;
}

static bool collect_one(const struct registry *registry, const struct version *version,
	struct scute_arena *arena, struct compat_old *ret_old, struct registry_error *ret_error)
{
	const struct schema *schema = version->schema;
	const struct schema_more *more = schema->more;
	struct compat_old old = { schema, version->number, NULL, 0 };
	struct scute_error err = { 0 };

	enum scute_status status = refs_resolve(registry, more ? more->references : NULL,
		more ? more->n_references : 0, false, arena, &old.references, &old.n_references,
		&err);
	if (status == SCUTE_ENOMEM) {
		out_of_memory(ret_error);
	} else if (status != SCUTE_OK) {
		stored_invalid(schema->type, &err, arena, ret_error);
	}
	*ret_old = old;
	return status == SCUTE_OK;
}

static size_t count_live(const struct subject *subject)
{
	size_t n = 0;

	for (uint32_t i = 0; i < subject->n_versions; i++) {
		n += !subject->versions[i].deleted;
	}
	return n;
}

bool compat_collect(const struct registry *registry, enum level level, const struct subject *subject,
	const struct version *given, struct scute_arena *arena, const struct compat_old **ret_olds,
	size_t *ret_n, struct registry_error *ret_error)
{
	bool transitive = level_is_transitive(level);
	size_t room = transitive ? count_live(subject) : 1;
	struct compat_old *olds = scute_alloc(arena, (room + 1) * sizeof(*olds));
	size_t n = 0;

	*ret_olds = olds;
	*ret_n = 0;
	if (!olds) {
		out_of_memory(ret_error);
		return false;
	}
	if (!transitive) {
		const struct version *version = given ? given : subject_latest(subject, false);
		*ret_n = version && level != LEVEL_NONE;
		return *ret_n == 0 || collect_one(registry, version, arena, &olds[0], ret_error);
	}
	for (uint32_t i = subject->n_versions; i-- > 0;) {
		const struct version *version = &subject->versions[i];
		if (!version->deleted &&
			!collect_one(registry, version, arena, &olds[n++], ret_error)) {
			return false;
		}
	}
	*ret_n = n;
	return true;
}
