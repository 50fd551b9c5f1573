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

static bool parse_stored(const struct registry *registry, const struct schema *stored,
	struct scute_arena *arena, const struct scute_schema **ret_schema,
	struct registry_error *ret_error)
{
	const struct schema_more *more = stored->more;
	struct scute_source source = { sizeof(source), SCUTE_SOURCE_STORED, schema_text(stored), NULL,
		0, &registry->options.limits };
	struct scute_error err = { 0 };

	enum scute_status status = refs_resolve(registry, more ? more->references : NULL,
		more ? more->n_references : 0, false, arena, &source.references,
		&source.n_references, &err);
	if (status == SCUTE_OK) {
		status = stored->type->format->parse(&source, arena, ret_schema, &err);
	}
	if (status == SCUTE_ENOMEM) {
		out_of_memory(ret_error);
	} else if (status != SCUTE_OK) {
		stored_invalid(stored->type, &err, arena, ret_error);
	}
	return status == SCUTE_OK;
}

struct direction {
	const struct scute_schema *reader;
	const struct scute_schema *writer;
	const char *reader_label;
	const char *writer_label;
};

/* Adds the differences that make it incompatible. */
static bool compare(const struct scute_format *format, const struct direction *direction,
	struct messages *messages, struct compat_answer *answer, struct scute_error *err)
{
	struct scute_compat c = { .size = sizeof(c), .policy = SCUTE_POLICY_STRICT,
		.reader = direction->reader, .writer = direction->writer,
		.reader_label = direction->reader_label, .writer_label = direction->writer_label,
		.differences_max = DIFFERENCES_MAX, .arena = messages->arena };

	if (format->compatible(&c, err) != SCUTE_OK) {
		return false;
	}
	answer->compatible = answer->compatible && c.compatible;
	for (size_t i = 0; i < c.n_differences; i++) {
		if (!c.differences[i].compatible) {
			add_message(messages, c.differences[i].text);
		}
	}
	return true;
}

static void add_tail(struct messages *messages, const struct version *version, enum level level)
{
	struct scute_str text = schema_text(version->schema);
	bool cut = text.len > OLD_SCHEMA_BYTES_MAX;
	struct buf buf;

	add_message(messages, arena_printf(messages->arena, "{oldSchemaVersion: %d}", version->number));
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
	const struct scute_format *format = question->type->format;
	struct direction forward = { old, question->schema, "old", "new" };
	struct direction backward = { question->schema, old, "new", "old" };

	if (level_is_forward(question->level) &&
		!compare(format, &forward, messages, answer, err)) {
		return false;
	}
	return !level_is_backward(question->level) ||
		compare(format, &backward, messages, answer, err);
}

static bool finish(const struct compat_question *question, const struct version *version,
	struct messages *messages, struct compat_answer *answer, struct compat_answer *ret_answer,
	struct registry_error *ret_error)
{
	answer->n_differences = messages->n;
	if (!answer->compatible) {
		add_tail(messages, version, question->level);
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

bool compat_with_version(const struct registry *registry, const struct compat_question *question,
	const struct version *version, struct scute_arena *arena, struct compat_answer *ret_answer,
	struct registry_error *ret_error)
{
	struct messages messages = { .arena = arena };
	struct compat_answer answer = { .compatible = true };
	const struct scute_schema *old;
	struct scute_error err = { 0 };

	if (question->level == LEVEL_NONE) {
		*ret_answer = answer;
		return true;
	}
	if (version->schema->type != question->type) {
		answer.compatible = false;
		add_message(&messages, SCUTE_STR("Incompatible because of different schema type"));
		return finish(question, version, &messages, &answer, ret_answer, ret_error);
	}
	if (!parse_stored(registry, version->schema, arena, &old, ret_error)) {
		return false;
	}
	if (!compare_both_ways(question, old, &messages, &answer, &err)) {
		*ret_error = (struct registry_error){ .code = REGISTRY_INTERNAL,
			.args = { arena_copy(arena, str_z(err.text)) } };
		if (err.status == SCUTE_ENOMEM) {
			out_of_memory(ret_error);
		}
		return false;
	}
	return finish(question, version, &messages, &answer, ret_answer, ret_error);
}

bool compat_with_subject(const struct registry *registry, const struct compat_question *question,
	const struct subject *subject, const struct version *given, struct scute_arena *arena,
	struct compat_answer *ret_answer, struct registry_error *ret_error)
{
	struct compat_answer answer = { .compatible = true };
	bool transitive = level_is_transitive(question->level);

	if (!transitive) {
		const struct version *version = given ? given : subject_latest(subject, false);
		if (version) {
			return compat_with_version(registry, question, version, arena, ret_answer,
				ret_error);
		}
	}
	for (uint32_t i = transitive ? subject->n_versions : 0; i-- > 0 && answer.compatible;) {
		if (!subject->versions[i].deleted && !compat_with_version(registry, question,
				&subject->versions[i], arena, &answer, ret_error)) {
			return false;
		}
	}
	*ret_answer = answer;
	return true;
}
