/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A job owns what it reads: copies of the new text and its references, pins on the stored
 * schemas. So the request that asked may go, and the registry may change, while a worker is
 * at it.
 */
#include "registry/check.h"

#include <assert.h>
#include <stdlib.h>

#include "registry/refs.h"
#include "support/str.h"

struct check {
	struct check *next; /* of the registry's list of checks that run */
	struct check *prev;
	struct registry *registry;
	struct arena arena;
	size_t bytes; /* counted in the registry's checks_bytes */
	struct check_question question;
	struct compat_old *olds;
	size_t n_olds;
	const struct schema **pinned;
	size_t n_pinned;
	struct check_answer answer;
	void (*done)(void *user, struct check *check); /* NULL: cancelled */
	void *user;
	bool is_running;
};

static size_t references_bytes(const struct scute_reference *references, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++) {
		bytes += references[i].text.len;
	}
	return bytes;
}

static size_t question_bytes(const struct check_question *question)
{
	return question->text.len +
		references_bytes(question->references, question->n_references);
}

static size_t versions_bytes(const struct check_question *question)
{
	const struct subject *subject = question->subject;
	size_t bytes = 0;

	if (!subject || question->rule.level == LEVEL_NONE) {
		return 0;
	}
	if (!level_is_transitive(question->rule.level)) {
		const struct version *version =
			question->given ? question->given : subject_latest(subject, false);
		return version ? version->schema->text_len : 0;
	}
	for (uint32_t i = 0; i < subject->n_versions; i++) {
		if (!subject->versions[i].deleted) {
			bytes += subject->versions[i].schema->text_len;
		}
	}
	return bytes;
}

bool check_is_large(const struct registry *registry, const struct check_question *question)
{
	return registry->options.offload &&
		question_bytes(question) + versions_bytes(question) > CHECK_LOOP_BYTES_MAX;
}

/* --- on any thread --- */

static enum scute_status render(const struct check_question *question,
	const struct scute_schema *schema, struct scute_arena *arena, struct scute_str *ret_text,
	struct scute_error *err)
{
	const struct scute_format *format = question->type->format;

	if (question->form.len > 0) {
		enum scute_status status =
			format->render(schema, question->form, arena, ret_text, err);
		if (status != SCUTE_EUNSUPPORTED) {
			return status;
		}
		*ret_text = question->text;
		return SCUTE_OK;
	}
	if (question->normalize && SCUTE_HAS(format, normalize) && format->normalize) {
		return format->normalize(schema, arena, ret_text, err);
	}
	return format->canonical(schema, arena, ret_text, err);
}

bool check_parse(const struct check_question *question, const struct scute_limits *limits,
	struct scute_arena *arena, const struct scute_schema **ret_schema, struct scute_str *ret_text,
	struct registry_error *ret_error)
{
	struct scute_source source = { sizeof(source), question->flags, question->text, question->references,
		question->n_references, limits };
	struct scute_error err = { 0 };

	enum scute_status status = question->type->format->parse(&source, arena, ret_schema, &err);
	if (status == SCUTE_OK) {
		status = render(question, *ret_schema, arena, ret_text, &err);
	}
	if (status == SCUTE_OK) {
		return true;
	}
	struct scute_str text = arena_copy(arena, str_z(err.text));
	*ret_error = (struct registry_error){ REGISTRY_SCHEMA_INVALID,
		{ question->type->name, text } };
	if (question->flags & SCUTE_SOURCE_STORED) {
		ret_error->code = REGISTRY_STORED_SCHEMA_INVALID;
	}
	if (status == SCUTE_ENOMEM) {
		ret_error->code = REGISTRY_NO_MEMORY;
	} else if (status == SCUTE_EINTERNAL) {
		*ret_error = (struct registry_error){ REGISTRY_INTERNAL, { text } };
	}
	return false;
}

/* Of the text as it was sent, or as it was rendered. False: no memory. */
static bool identify(struct check *check, bool rendered, struct scute_arena *scratch)
{
	const struct check_question *question = &check->question;
	struct schema_content content;
	struct scute_error ignored;

	if (!question->identify || question->identify_rendered != rendered) {
		return true;
	}
	content = *question->identify;
	content.text = rendered ? check->answer.text : question->text;
	return schemas_identity(&content, &check->registry->options.limits, scratch,
			&check->answer.identity, &ignored) == SCUTE_OK;
}

static void fail_memory(struct check *check)
{
	check->answer.error = (struct registry_error){ .code = REGISTRY_NO_MEMORY };
}

static void find_answer(struct check *check, struct scute_arena *scratch)
{
	const struct scute_limits *limits = &check->registry->options.limits;
	struct check_answer *answer = &check->answer;
	struct compat_question question = { check->question.type, NULL, check->question.rule.level, limits,
		check->question.rule.policy };

	if (!identify(check, false, scratch)) {
		fail_memory(check);
		return;
	}
	if (!check_parse(&check->question, limits, scratch, &question.schema, &answer->text,
			&answer->error)) {
		return;
	}
	if (!identify(check, true, scratch)) {
		fail_memory(check);
		return;
	}
	compat_compare(&question, check->olds, check->n_olds, scratch, &answer->compat, &answer->error);
}

/* What is told outlives the memory that it was found with. False: no memory. */
static bool keep_answer(struct check *check)
{
	struct scute_arena *arena = &check->arena.base;
	struct check_answer *answer = &check->answer;
	struct scute_str *messages = scute_alloc(arena, (answer->compat.n_messages + 1) * sizeof(*messages));
	bool ok = messages && arena_keep(arena, &answer->text);

	for (size_t i = 0; ok && i < REGISTRY_ARGS_MAX; i++) {
		ok = arena_keep(arena, &answer->error.args[i]);
	}
	for (size_t i = 0; ok && i < answer->compat.n_messages; i++) {
		messages[i] = answer->compat.messages[i];
		ok = arena_keep(arena, &messages[i]);
	}
	answer->compat.messages = messages;
	return ok;
}

/* Much memory is needed for a short time, and given back here: that alone takes milliseconds. */
static void work(void *user)
{
	struct check *check = user;
	struct arena scratch;

	if (check->answer.error.code != REGISTRY_OK) {
		return; /* what it compares with can not be used */
	}
	arena_init(&scratch, check->arena.max_bytes);
	find_answer(check, &scratch.base);
	/* Who fills the job's arena asked for too much; the host's memory has not run out then. */
	if (check->answer.error.code == REGISTRY_NO_MEMORY &&
		scratch.used_bytes > scratch.max_bytes / 2) {
		check->answer.error.code = REGISTRY_SCHEMA_TOO_LARGE;
	}
	if (!keep_answer(check)) {
		fail_memory(check);
	}
	arena_finish(&scratch);
}

/* --- on the loop --- */

static void unlink_check(struct check *check)
{
	assert(check->registry->checks_bytes >= check->bytes);
	check->registry->checks_bytes -= check->bytes;
	if (check->prev) {
		check->prev->next = check->next;
	} else {
		check->registry->checks = check->next;
	}
	if (check->next) {
		check->next->prev = check->prev;
	}
}

void check_free(struct check *check)
{
	if (!check) {
		return;
	}
	unlink_check(check);
	compat_settle(check->registry, check->olds, check->n_olds);
	for (size_t i = 0; i < check->n_pinned; i++) {
		schema_unpin(check->pinned[i]);
	}
	arena_finish(&check->arena);
	free(check);
}

static void worked(void *user)
{
	struct check *check = user;

	check->is_running = false;
	compat_settle(check->registry, check->olds, check->n_olds);
	if (check->done) {
		check->done(check->user, check);
	} else {
		check_free(check);
	}
}

static bool pin(struct check *check, const struct schema *schema)
{
	if (!schema_pin(schema)) {
		return false;
	}
	check->pinned[check->n_pinned++] = schema;
	return true;
}

static bool pin_references(struct check *check, const struct scute_reference *references, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct subject *subject =
			subjects_find(&check->registry->subjects, references[i].subject);
		const struct version *version =
			subject ? subject_version(subject, references[i].version) : NULL;
		if (!version || !pin(check, version->schema)) {
			return false;
		}
	}
	return true;
}

/* Names in references of stored schemas stand in the schemas' own memory, pinned with them. */
static bool pin_all(struct check *check)
{
	size_t n = 0;

	for (size_t i = 0; i < check->n_olds; i++) {
		n += 1 + check->olds[i].n_references;
	}
	check->pinned = scute_alloc(&check->arena.base, (n + 1) * sizeof(struct schema *));
	if (!check->pinned) {
		return false;
	}
	for (size_t i = 0; i < check->n_olds; i++) {
		const struct compat_old *old = &check->olds[i];
		if (!pin(check, old->schema) ||
			!pin_references(check, old->references, old->n_references)) {
			return false;
		}
	}
	return true;
}

/* All that an identity is made of but the text. */
static bool copy_content(struct check *check, const struct schema_content *content)
{
	struct scute_arena *arena = &check->arena.base;
	struct schema_content *copy = scute_alloc(arena, sizeof(*copy));
	struct schema_reference *references =
		scute_alloc(arena, (content->n_references + 1) * sizeof(*references));

	if (!copy || !references) {
		return false;
	}
	*copy = *content;
	copy->references = references;
	for (size_t i = 0; i < content->n_references; i++) {
		references[i] = content->references[i];
		if (!arena_keep(arena, &references[i].name) ||
			!arena_keep(arena, &references[i].subject)) {
			return false;
		}
	}
	check->question.identify = copy;
	return arena_keep(arena, &copy->extra) && arena_keep(arena, &copy->context);
}

static bool copy_question(struct check *check, const struct check_question *question)
{
	struct scute_arena *arena = &check->arena.base;

	if (question->identify && !copy_content(check, question->identify)) {
		return false;
	}
	const struct schema_content *identify = check->question.identify;

	check->question = *question;
	check->question.identify = identify;
	check->question.text = arena_copy(arena, question->text);
	check->question.references = refs_copy(question->references, question->n_references, arena);
	return check->question.text.data && check->question.references &&
		arena_keep(arena, &check->question.form);
}

static bool prepare(struct check *check, const struct check_question *question)
{
	if (!copy_question(check, question)) {
		return false;
	}
	if (question->subject && !compat_collect(check->registry, question->rule.level, question->subject,
			question->given, &check->arena.base, &check->olds, &check->n_olds,
			&check->answer.error) &&
		check->answer.error.code == REGISTRY_NO_MEMORY) {
		return false; /* any other error is told by the answer */
	}
	return pin_all(check);
}

enum registry_code check_refusal(const struct registry *registry, const struct check_question *question)
{
	bool full = question_bytes(question) > CHECKS_BYTES_MAX - registry->checks_bytes;

	return full ? REGISTRY_BUSY : REGISTRY_NO_MEMORY;
}

static struct check *check_create(struct registry *registry, size_t bytes)
{
	if (bytes > CHECKS_BYTES_MAX - registry->checks_bytes) {
		return NULL;
	}
	struct check *check = calloc(1, sizeof(*check));
	if (!check) {
		return NULL;
	}
	check->bytes = bytes;
	registry->checks_bytes += bytes;
	check->registry = registry;
	arena_init(&check->arena, registry->options.work_bytes_max);
	check->answer.compat.compatible = true;
	check->next = registry->checks;
	if (check->next) {
		check->next->prev = check;
	}
	registry->checks = check;
	return check;
}

struct check *check_start(struct registry *registry, const struct check_question *question,
	void (*done)(void *user, struct check *check), void *user)
{
	struct check *check = check_create(registry, question_bytes(question));

	if (!check) {
		return NULL;
	}
	check->done = done;
	check->user = user;
	if (!prepare(check, question) ||
		!registry->options.offload(registry->options.user, work, worked, check)) {
		check_free(check);
		return NULL;
	}
	check->is_running = true;
	return check;
}

const struct check_answer *check_answer(const struct check *check)
{
	assert(!check->is_running);
	return &check->answer;
}

bool check_still_holds(const struct check *check, const struct subject *subject, struct rule rule)
{
	const struct check_question *question = &check->question;
	size_t n = 0;

	if (!rule_equal(rule, question->rule)) {
		return false;
	}
	if (!level_is_transitive(question->rule.level)) {
		const struct version *latest = subject_latest(subject, false);
		return check->n_olds == (latest != NULL) &&
			(!latest || latest->schema == check->olds[0].schema);
	}
	for (uint32_t i = subject->n_versions; i-- > 0;) {
		const struct version *version = &subject->versions[i];
		if (version->deleted) {
			continue;
		}
		if (n >= check->n_olds || check->olds[n].schema != version->schema) {
			return false;
		}
		n++;
	}
	return n == check->n_olds;
}

void check_cancel(struct check *check)
{
	if (!check) {
		return;
	}
	check->done = NULL;
	if (!check->is_running) {
		check_free(check);
	}
}

void check_free_all(struct registry *registry)
{
	while (registry->checks) {
		check_free(registry->checks);
	}
}
