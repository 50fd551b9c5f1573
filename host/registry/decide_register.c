/* SPDX-License-Identifier: Apache-2.0 */
/* A new version: known already? references live? compatible? then its id and number. */
#include "registry/decide.h"

#include "registry/compat.h"
#include "registry/refs.h"
#include "support/str.h"

#define MESSAGES_BYTES_MAX (256u << 20)

/* While the write waited, a reference may have gone, or come to stand for another text. */
static bool references_stand(struct write *write, struct decision *decision)
{
	const struct schema_content *content = &write->args.content;
	const struct scute_reference *now;
	size_t n;
	struct scute_error err;

	enum scute_status status = refs_resolve(write->writer->registry, content->references,
		content->n_references, true, decision->arena, &now, &n, &err);
	if (status == SCUTE_OK && !refs_equal(now, n, write->args.resolved, write->args.n_resolved)) {
		status = error_set(&err, SCUTE_EREFERENCE, "a reference changed meanwhile");
	}
	if (status == SCUTE_ENOMEM) {
		decision_refuse(decision, REGISTRY_NO_MEMORY);
	} else if (status != SCUTE_OK) {
		decision->error = (struct registry_error){ .code = REGISTRY_REFERENCES_INVALID,
			.args = { content->type->name, arena_copy(decision->arena, str_z(err.text)) } };
	}
	return status == SCUTE_OK;
}

static struct scute_str join(const struct scute_str *items, size_t n, struct scute_arena *arena)
{
	struct buf buf;

	buf_init_arena(&buf, MESSAGES_BYTES_MAX, arena);
	for (size_t i = 0; i < n; i++) {
		buf_append_z(&buf, i > 0 ? ", " : "");
		buf_append_str(&buf, items[i]);
	}
	return buf_str(&buf);
}

/* Karapace cuts its list of incompatibilities at 300 characters. */
static struct scute_str cut(struct scute_str text, size_t characters_max)
{
	size_t at = 0;

	for (size_t n = 0; at < text.len; at++) {
		if (((unsigned char)text.data[at] & 0xc0u) != 0x80u && n++ == characters_max) {
			break;
		}
	}
	return (struct scute_str){ text.data, at };
}

static void refuse_incompatible(struct write *write, struct decision *decision, enum level level,
	const struct compat_answer *answer)
{
	struct scute_str all = join(answer->messages, answer->n_messages, decision->arena);
	struct scute_str differences = join(answer->messages, answer->n_differences, decision->arena);
	struct buf list;

	buf_init_arena(&list, all.len + 2, decision->arena);
	buf_append_byte(&list, '[');
	buf_append_str(&list, all);
	buf_append_byte(&list, ']');
	decision->error = (struct registry_error){ .code = REGISTRY_INCOMPATIBLE,
		.args = { str_z(level_name(level)), cut(differences, 300), write->args.subject,
			buf_str(&list) } };
}

/* Large: asks a worker, and is decided again when it has answered. */
static bool check_on_worker(struct write *write, const struct subject *subject, struct rule rule,
	struct decision *decision, struct compat_answer *ret_answer)
{
	struct registry *registry = write->writer->registry;
	const struct schema_content *content = &write->args.content;
	struct check_question question = { .type = content->type, .text = content->text,
		.references = write->args.resolved, .n_references = write->args.n_resolved,
		.rule = rule, .subject = subject };

	if (write->check && check_still_holds(write->check, subject, rule)) {
		const struct check_answer *answer = check_answer(write->check);
		decision->error = answer->error;
		*ret_answer = answer->compat;
		return answer->error.code == REGISTRY_OK;
	}
	check_free(write->check);
	write->check = NULL;
	write->check = check_start(registry, &question, write_checked, write);
	decision->is_checking = write->check != NULL;
	if (!write->check) {
		decision_refuse(decision, check_refusal(registry, &question));
	}
	return false;
}

static bool check_here(struct write *write, const struct subject *subject, struct rule rule,
	struct decision *decision, struct compat_answer *ret_answer)
{
	const struct registry *registry = write->writer->registry;
	struct compat_question question = { write->args.content.type, write->args.parsed,
		rule.level, &registry->options.limits, rule.policy };

	return compat_here(registry, &question, subject, NULL, decision->arena, ret_answer,
		&decision->error);
}

static bool is_compatible(struct write *write, const struct subject *subject,
	struct decision *decision)
{
	const struct registry *registry = write->writer->registry;
	struct check_question size = { .text = write->args.content.text,
		.references = write->args.resolved, .n_references = write->args.n_resolved,
		.rule = registry_rule(registry, subject), .subject = subject };
	struct compat_answer answer = { .compatible = true };

	if (size.rule.level == LEVEL_NONE || !subject_has_live(subject)) {
		return true;
	}
	bool on_worker = !write->args.parsed || check_is_large(registry, &size);
	bool ok = on_worker ? check_on_worker(write, subject, size.rule, decision, &answer)
			    : check_here(write, subject, size.rule, decision, &answer);
	if (ok && !answer.compatible) {
		refuse_incompatible(write, decision, size.rule.level, &answer);
	}
	return ok && answer.compatible;
}

/* What the mode lets through: with an id of their own imports alone, without one all but imports. */
static bool may_register(struct write *write, struct decision *decision)
{
	enum mode mode = registry_mode(write->writer->registry, write->args.subject);

	if (!decide_may_write(write, decision)) {
		return false;
	}
	if (mode_is_import(mode) != (write->args.id > 0)) {
		decision_refuse_mode(write, decision,
			write->args.id > 0 ? "not in import mode" : "not in read-write mode");
		return false;
	}
	return true;
}

static bool same_identity(struct hash128 a, struct hash128 b)
{
	return a.low == b.low && a.high == b.high;
}

/* An import keeps its id and number, unless they stand for something else here. */
static bool take_given(struct write *write, struct decision *decision, const struct subject *subject)
{
	const struct registry *registry = write->writer->registry;
	const struct context *context = write_context(write);
	const struct schema *holder = schemas_in(&registry->schemas, context->index, write->args.id);
	const struct version *version =
		subject && write->args.number > 0 ? subject_version(subject, write->args.number) : NULL;

	if ((holder && !same_identity(holder->identity, write->args.identity)) ||
		(version && !version->deleted &&
			!same_identity(version->schema->identity, write->args.identity))) {
		decision->error = (struct registry_error){ REGISTRY_OPERATION_NOT_PERMITTED,
			{ arena_printf(decision->arena,
				"Overwrite new schema with id %u in context %.*s is not permitted.",
				write->args.id, STR_ARGS(context_name(context))) } };
		return false;
	}
	write->id = write->args.id;
	write->number = write->args.number;
	return true;
}

static bool choose_id(struct write *write, struct decision *decision)
{
	const struct registry *registry = write->writer->registry;
	struct context *context = write_context(write);
	const struct schema *same = schemas_by_identity(&registry->schemas, write->args.identity);

	if (same) {
		write->id = same->id;
		return true;
	}
	uint32_t last = context_highest(context);
	if (last >= INT32_MAX) {
		decision->error = (struct registry_error){ .code = REGISTRY_INTERNAL,
			.args = { SCUTE_STR("all schema ids have been given out") } };
		return false;
	}
	write->id = last + 1;
	context->given_id = last + 1;
	return true;
}

/* A live version with this content whose id another writer gave to other content first. */
static const struct version *clashed_version(const struct subjects *subjects,
	const struct subject *subject, struct hash128 identity)
{
	const struct version *version =
		subject ? subjects_find_content(subjects, subject, identity, FIND_EXACT, false) : NULL;

	return version && !version->schema->is_indexed ? version : NULL;
}

/* The number for new content: the next one, or that of the version it puts right. 0: none is left. */
static int32_t choose_number(const struct subjects *subjects, const struct subject *subject,
	struct hash128 identity)
{
	const struct version *clashed = clashed_version(subjects, subject, identity);
	const struct version *last = subject ? subject_latest(subject, true) : NULL;

	if (clashed) {
		return clashed->number;
	}
	if (last && last->number == INT32_MAX) {
		return 0;
	}
	return last ? last->number + 1 : 1;
}

/* A client may insist on the number that it expects. */
static bool is_expected(const struct write *write, struct decision *decision)
{
	if (write->args.number == 0 || write->args.number == write->number) {
		return true;
	}
	decision->error = (struct registry_error){ .code = REGISTRY_VERSION_NOT_NEXT };
	return false;
}

static bool choose_next(struct write *write, struct decision *decision, const struct subject *subject)
{
	write->number = choose_number(&write->writer->registry->subjects, subject,
		write->args.identity);
	if (write->number == 0) {
		decision->error = (struct registry_error){ .code = REGISTRY_INTERNAL,
			.args = { SCUTE_STR("the subject has no version numbers left") } };
		return false;
	}
	return is_expected(write, decision);
}

/* Id and number of new content. The id comes last: what is refused takes none. */
static bool choose(struct write *write, struct decision *decision, const struct subject *subject)
{
	if (write->args.id > 0) {
		return take_given(write, decision, subject) &&
			(write->number > 0 || choose_next(write, decision, subject));
	}
	return choose_next(write, decision, subject) && references_stand(write, decision) &&
		(!subject || is_compatible(write, subject, decision)) && choose_id(write, decision);
}

static bool is_there(const struct write *write, const struct subject *subject)
{
	const struct version *version = subject && write->args.id > 0
		? subject_version(subject, write->number)
		: NULL;

	return version && !version->deleted && version->schema->id == write->id;
}

/* Confluent tells of a context before its first schema. */
static void put_context(struct write *write, struct decision *decision)
{
	struct context *context = write_context(write);
	struct record record = { .kind = RECORD_CONTEXT, .context = context_name(context) };

	if (context->index > 0 && !context->is_recorded) {
		decision_put(write, decision, &record);
	}
}

/* .. and forgets softly deleted versions of the content that comes back. */
static bool is_put_away(const struct write *write, const struct version *version)
{
	return version->deleted && version->schema->id == write->id &&
		version->number != write->number &&
		!decide_is_referenced(write, version->number, NULL);
}

static size_t count_away(const struct write *write, const struct subject *subject)
{
	size_t n = 0;

	for (uint32_t i = 0; subject && i < subject->n_versions; i++) {
		n += is_put_away(write, &subject->versions[i]);
	}
	return n;
}

static bool make_place(struct write *write, struct decision *decision, const struct subject *subject)
{
	if (write->writer->registry->options.dialect != RECORD_CONFLUENT) {
		return decision_make_room(decision, 1);
	}
	if (!decision_make_room(decision, 2 + count_away(write, subject) * KEYFORMS_MAX)) {
		return false;
	}
	put_context(write, decision);
	for (uint32_t i = 0; subject && i < subject->n_versions; i++) {
		if (is_put_away(write, &subject->versions[i])) {
			decision_put_tombstone(write, decision, subject->versions[i].number);
		}
	}
	return decision->error.code == REGISTRY_OK;
}

void decide_register(struct write *write, struct decision *decision)
{
	const struct registry *registry = write->writer->registry;
	const struct schema_content *content = &write->args.content;
	const struct subject *subject = write_subject(write);

	write->number = 0;
	if ((write->args.id == 0 && registry_known(registry, write->args.subject,
			write->args.identity, &write->id, &write->number)) ||
		!may_register(write, decision) || !choose(write, decision, subject) ||
		is_there(write, subject) || !make_place(write, decision, subject)) {
		return;
	}
	struct record record = { .kind = RECORD_SCHEMA, .subject = write->args.subject,
		.version = write->number, .id = write->id, .type = content->type->name,
		.text = content->text, .extra = content->extra, .n_references = content->n_references };
	record.references = decide_references(write->args.subject, content->references,
		content->n_references, decision->arena);
	if (!record.references) {
		decision_refuse(decision, REGISTRY_NO_MEMORY);
		return;
	}
	decision_put(write, decision, &record);
}
