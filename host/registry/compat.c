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
#define KEPT_BYTES_MAX ((size_t)16 << 20) /* of parsed schemas that one comparison leaves behind */

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

/* From the cache, or parsed now. */
static bool parse_stored(const struct compat_question *question, struct compat_old *old,
	struct scute_arena *arena, struct registry_error *ret_error)
{
	const struct schema_type *type = old->schema->type;
	struct scute_error err = { 0 };

	if (old->parsed) {
		return true;
	}
	enum scute_status status = parsed_create(old->schema, old->references, old->n_references,
		question->limits, &old->parsed, &err);
	old->is_new = status == SCUTE_OK;
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

/* Adds the differences that make it incompatible. work: for what goes with this comparison. */
static bool compare(const struct compat_question *question, const struct direction *direction,
	struct scute_arena *work, struct messages *messages, struct compat_answer *answer, struct scute_error *err)
{
	const struct scute_format *format = question->type->format;
	struct scute_compat c = { .size = sizeof(c),
		.policy = question->policy == POLICY_LENIENT ? SCUTE_POLICY_LENIENT : SCUTE_POLICY_STRICT,
		.reader = direction->reader, .writer = direction->writer,
		.reader_label = direction->reader_label, .writer_label = direction->writer_label,
		.differences_max = DIFFERENCES_MAX, .arena = work };

	if (format->compatible(&c, err) != SCUTE_OK) {
		return false;
	}
	answer->compatible = answer->compatible && c.compatible;
	for (size_t i = 0; i < c.n_differences; i++) {
		if (!c.differences[i].compatible) {
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
	const struct scute_schema *old, struct scute_arena *work, struct messages *messages,
	struct compat_answer *answer, struct scute_error *err)
{
	struct direction forward = { old, question->schema, "old", "new" };
	struct direction backward = { question->schema, old, "new", "old" };

	if (level_is_forward(question->level) &&
		!compare(question, &forward, work, messages, answer, err)) {
		return false;
	}
	return !level_is_backward(question->level) ||
		compare(question, &backward, work, messages, answer, err);
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

static bool compare_with(const struct compat_question *question, struct compat_old *old,
	struct scute_arena *work, struct scute_arena *arena, struct compat_answer *ret_answer,
	struct registry_error *ret_error)
{
	struct messages messages = { .arena = arena };
	struct compat_answer answer = { .compatible = true };
	struct scute_error err = { 0 };

	if (old->schema->type != question->type) {
		answer.compatible = false;
		add_message(&messages, SCUTE_STR("Incompatible because of different schema type"));
		return finish(question, old, &messages, &answer, ret_answer, ret_error);
	}
	if (!parse_stored(question, old, arena, ret_error)) {
		return false;
	}
	if (!compare_both_ways(question, old->parsed->result, work, &messages, &answer, &err)) {
		cannot_compare(question->type, &err, arena, ret_error);
		return false;
	}
	return finish(question, old, &messages, &answer, ret_answer, ret_error);
}

/* There may be thousands: what shall not be kept goes at once. */
static void leave(struct compat_old *old, size_t *kept_bytes)
{
	size_t bytes = old->is_new ? parsed_bytes(old->parsed) : 0;

	if (bytes == 0) {
		return;
	}
	if (parsed_is_keepable(old->parsed) && bytes <= KEPT_BYTES_MAX - *kept_bytes) {
		*kept_bytes += bytes;
		return;
	}
	parsed_destroy(old->parsed);
	old->parsed = NULL;
	old->is_new = false;
}

bool compat_compare(const struct compat_question *question, struct compat_old *olds, size_t n,
	struct scute_arena *arena, struct compat_answer *ret_answer, struct registry_error *ret_error)
{
	struct compat_answer answer = { .compatible = true };
	struct arena work; /* of one comparison at a time */
	size_t kept_bytes = 0;
	bool ok = true;

	arena_init(&work, COMPAT_WORK_BYTES_MAX);
	for (size_t i = 0; ok && i < n && answer.compatible; i++) {
		arena_reset(&work);
		ok = compare_with(question, &olds[i], &work.base, arena, &answer, ret_error);
		leave(&olds[i], &kept_bytes);
	}
	if (!ok && ret_error->code == REGISTRY_NO_MEMORY && work.used_bytes > work.max_bytes / 2) {
		ret_error->code = REGISTRY_SCHEMA_TOO_LARGE; /* the host's memory has not run out */
	}
	arena_finish(&work);
	if (ok) {
		*ret_answer = answer;
	}
	return ok;
}

void compat_settle(const struct registry *registry, struct compat_old *olds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct parsed *parsed = olds[i].parsed;
		if (parsed && olds[i].is_new) {
			parsed_keep(registry->parsed, parsed, olds[i].turn);
		} else if (parsed) {
			parsed_release(parsed);
		}
		olds[i].parsed = NULL;
	}
}

bool compat_here(const struct registry *registry, const struct compat_question *question,
	const struct subject *subject, const struct version *given, struct scute_arena *arena,
	struct compat_answer *ret_answer, struct registry_error *ret_error)
{
	struct compat_old *olds;
	size_t n;

	bool ok = compat_collect(registry, question->level, subject, given, arena, &olds, &n,
			ret_error) &&
		compat_compare(question, olds, n, arena, ret_answer, ret_error);
	compat_settle(registry, olds, n);
	return ok;
}

/* What its text needs, and itself from the cache. */
static bool complete(const struct registry *registry, struct scute_arena *arena, struct compat_old *old,
	struct registry_error *ret_error)
{
	const struct schema *schema = old->schema;
	const struct schema_more *more = schema->more;
	struct scute_error err = { 0 };

	enum scute_status status = refs_resolve(registry, more ? more->references : NULL,
		more ? more->n_references : 0, false, arena, &old->references,
		&old->n_references, &err);
	if (status == SCUTE_ENOMEM) {
		out_of_memory(ret_error);
	} else if (status != SCUTE_OK) {
		stored_invalid(schema->type, &err, arena, ret_error);
	} else {
		old->parsed = parsed_find(registry->parsed, schema, old->references,
			old->n_references);
	}
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

static size_t choose(enum level level, const struct subject *subject, const struct version *given,
	uint64_t turn, struct compat_old *olds)
{
	const struct version *version = given ? given : subject_latest(subject, false);
	size_t n = 0;

	if (!level_is_transitive(level)) {
		if (version && level != LEVEL_NONE) {
			olds[n++] = (struct compat_old){ .schema = version->schema,
				.number = version->number, .turn = turn };
		}
		return n;
	}
	for (uint32_t i = subject->n_versions; i-- > 0;) {
		version = &subject->versions[i];
		if (!version->deleted) {
			olds[n++] = (struct compat_old){ .schema = version->schema,
				.number = version->number, .turn = turn };
		}
	}
	return n;
}

bool compat_collect(const struct registry *registry, enum level level, const struct subject *subject,
	const struct version *given, struct scute_arena *arena, struct compat_old **ret_olds,
	size_t *ret_n, struct registry_error *ret_error)
{
	size_t room = level_is_transitive(level) ? count_live(subject) : 1;
	struct compat_old *olds = scute_alloc(arena, (room + 1) * sizeof(*olds));
	bool ok = true;

	*ret_olds = olds;
	*ret_n = 0;
	if (!olds) {
		out_of_memory(ret_error);
		return false;
	}
	*ret_n = choose(level, subject, given, parsed_cache_turn(registry->parsed), olds);
	for (size_t i = 0; ok && i < *ret_n; i++) {
		ok = complete(registry, arena, &olds[i], ret_error);
	}
	return ok;
}
