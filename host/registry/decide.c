/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions of the five kinds of write. */
#include "registry/decide.h"

#include <stdlib.h>

#include "registry/compat.h"
#include "registry/refs.h"
#include "support/str.h"

#define RECORD_BYTES_MAX (256u << 20)

static const struct scute_str null_str = { NULL, 0 };

static void refuse(struct decision *decision, enum registry_code code)
{
	decision->error = (struct registry_error){ .code = code };
}

static void refuse_subject(struct decision *decision, enum registry_code code, struct scute_str subject)
{
	decision->error = (struct registry_error){ .code = code, .args = { subject } };
}

static void refuse_version(struct decision *decision, enum registry_code code, struct scute_str subject,
	int32_t number)
{
	decision->error = (struct registry_error){ .code = code, .args = { subject,
		arena_printf(decision->arena, "%d", number) } };
}

uint32_t decide_max_id(const struct writer *writer)
{
	uint32_t applied = writer->registry->schemas.max_id;

	return applied > writer->given_id ? applied : writer->given_id;
}

static bool encode_value(const struct record *record, struct scute_arena *arena,
	struct scute_str *ret_value)
{
	struct buf buf;

	*ret_value = null_str;
	if (record->tombstone) {
		return true;
	}
	buf_init_arena(&buf, RECORD_BYTES_MAX, arena);
	if (!record_write_value(&buf, record)) {
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
	if (!record_write_key(&buf, record, order) || !encode_value(record, arena, &raw.value)) {
		return false;
	}
	raw.key = buf_str(&buf);
	*ret_raw = raw;
	return true;
}

/* Room for n records; each of them may become a tombstone under several forms of its key. */
static bool make_room(struct decision *decision, size_t n)
{
	decision->records = scute_alloc(decision->arena, n * sizeof(*decision->records));
	if (!decision->records) {
		refuse(decision, REGISTRY_NO_MEMORY);
	}
	return decision->records != NULL;
}

/* A value goes under the one form of its key, a tombstone under all. */
static bool put(struct write *write, struct decision *decision, const struct record *record)
{
	const struct keyforms *forms = &write->writer->registry->keyforms;
	struct scute_str keys[KEYFORMS_MAX];
	struct scute_str value;
	size_t n = 1;

	if (record->tombstone) {
		n = keyforms_all(forms, record, decision->arena, keys);
	} else if (!keyforms_key(forms, record, decision->arena, &keys[0])) {
		n = 0;
	}
	if (n == 0 || !encode_value(record, decision->arena, &value)) {
		refuse(decision, REGISTRY_NO_MEMORY);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		decision->records[decision->n_records++] =
			(struct store_record){ .key = keys[i], .value = value };
	}
	return true;
}

static const struct subject *subject_of(const struct write *write)
{
	return subjects_find(&write->writer->registry->subjects, write->args.subject);
}

/* --- register --- */

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
		refuse(decision, REGISTRY_NO_MEMORY);
	} else if (status != SCUTE_OK) {
		decision->error = (struct registry_error){ .code = REGISTRY_REFERENCES_INVALID,
			.args = { content->type->name, arena_copy(decision->arena, str_z(err.text)) } };
	}
	return status == SCUTE_OK;
}

static struct scute_str join(const struct scute_str *items, size_t n, struct scute_arena *arena)
{
	struct buf buf;

	buf_init_arena(&buf, RECORD_BYTES_MAX, arena);
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
		refuse(decision, check_refusal(registry, &question));
	}
	return false;
}

static bool check_here(struct write *write, const struct subject *subject, struct rule rule,
	struct decision *decision, struct compat_answer *ret_answer)
{
	const struct registry *registry = write->writer->registry;
	struct compat_question question = { write->args.content.type, write->args.parsed,
		rule.level, &registry->options.limits, rule.policy };
	const struct compat_old *olds;
	size_t n;

	return compat_collect(registry, rule.level, subject, NULL, decision->arena, &olds, &n,
			&decision->error) &&
		compat_compare(&question, olds, n, decision->arena, ret_answer, &decision->error);
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

static bool choose_id(struct write *write, struct decision *decision)
{
	struct writer *writer = write->writer;
	const struct schema *same =
		schemas_by_identity(&writer->registry->schemas, write->args.identity);

	if (same) {
		write->id = same->id;
		return true;
	}
	uint32_t last = decide_max_id(writer);
	if (last >= INT32_MAX) {
		decision->error = (struct registry_error){ .code = REGISTRY_INTERNAL,
			.args = { SCUTE_STR("all schema ids have been given out") } };
		return false;
	}
	write->id = last + 1;
	writer->given_id = last + 1;
	return true;
}

/* A live version with this content whose id another writer gave to other content first. */
static const struct version *clashed_version(const struct subject *subject, struct hash128 identity)
{
	for (uint32_t i = subject ? subject->n_versions : 0; i-- > 0;) {
		const struct version *version = &subject->versions[i];
		if (!version->deleted && !version->schema->is_indexed &&
			version->schema->identity.low == identity.low &&
			version->schema->identity.high == identity.high) {
			return version;
		}
	}
	return NULL;
}

/* The number for new content: the next one, or that of the version it puts right. 0: none is left. */
static int32_t choose_number(const struct subject *subject, struct hash128 identity)
{
	const struct version *clashed = clashed_version(subject, identity);
	const struct version *last = subject ? subject_latest(subject, true) : NULL;

	if (clashed) {
		return clashed->number;
	}
	if (last && last->number == INT32_MAX) {
		return 0;
	}
	return last ? last->number + 1 : 1;
}

void decide_register(struct write *write, struct decision *decision)
{
	const struct registry *registry = write->writer->registry;
	const struct schema_content *content = &write->args.content;
	const struct subject *subject = subject_of(write);

	if (registry_known(registry, write->args.subject, write->args.identity, &write->id,
			&write->number) ||
		!references_stand(write, decision) ||
		(subject && !is_compatible(write, subject, decision)) ||
		!choose_id(write, decision) || !make_room(decision, 1)) {
		return;
	}
	write->number = choose_number(subject, write->args.identity);
	if (write->number == 0) {
		decision->error = (struct registry_error){ .code = REGISTRY_INTERNAL,
			.args = { SCUTE_STR("the subject has no version numbers left") } };
		return;
	}
	struct record record = { .kind = RECORD_SCHEMA, .subject = write->args.subject,
		.version = write->number, .id = write->id, .type = content->type->name,
		.text = content->text, .extra = content->extra, .n_references = content->n_references };
	struct record_reference *references = scute_alloc(decision->arena,
		(content->n_references + 1) * sizeof(*references));
	for (size_t i = 0; references && i < content->n_references; i++) {
		references[i] = (struct record_reference){ content->references[i].name,
			content->references[i].subject, content->references[i].version };
	}
	if (!references) {
		refuse(decision, REGISTRY_NO_MEMORY);
		return;
	}
	record.references = references;
	put(write, decision, &record);
}

/* --- deletes --- */

struct referrer_search {
	const struct subject *own; /* NULL: referrers inside of the subject count too */
	bool found;
};

static bool note_referrer(void *user, const struct schema *schema)
{
	struct referrer_search *search = user;

	search->found = !search->own || subject_uses(search->own, schema) < schema->uses;
	return !search->found;
}

static bool is_referenced(const struct write *write, int32_t number, const struct subject *own)
{
	struct referrer_search search = { own, false };

	schemas_each_referrer(&write->writer->registry->schemas, write->args.subject, number,
		note_referrer, &search);
	return search.found;
}

/* A SCHEMA record as it stands, to be written again with another deleted flag. */
static struct record record_of(const struct write *write, const struct version *version,
	struct scute_arena *arena)
{
	const struct schema *schema = version->schema;
	const struct schema_more *more = schema->more;
	struct record record = { .kind = RECORD_SCHEMA, .subject = write->args.subject,
		.version = version->number, .id = schema->id, .type = schema->type->name,
		.text = schema_text(schema), .deleted = version->deleted };

	if (more) {
		struct record_reference *references = scute_alloc(arena,
			(more->n_references + 1) * sizeof(*references));
		for (size_t i = 0; references && i < more->n_references; i++) {
			references[i] = (struct record_reference){ more->references[i].name,
				more->references[i].subject, more->references[i].version };
		}
		record.references = references;
		record.n_references = more->n_references;
		record.extra = more->extra;
	}
	return record;
}

/*
 * Compaction forgets a tombstone's record: unless the highest id stands in the log beside
 * it, a NOOP that says so goes first, or a restart would give the id out again. id: the
 * highest that loses a record.
 */
static bool put_max_id(struct write *write, struct decision *decision, uint32_t id)
{
	const struct registry *registry = write->writer->registry;
	uint32_t highest = registry->schemas.max_id;
	struct record record = { .kind = RECORD_NOOP, .max_id = decide_max_id(write->writer) };

	if (highest <= registry->persisted_max_id ||
		(id < highest && schemas_by_id(&registry->schemas, highest))) {
		return true;
	}
	if (!decide_encode(&record, RECORD_KEY_CANONICAL, decision->arena,
			&decision->records[decision->n_records])) {
		refuse(decision, REGISTRY_NO_MEMORY);
		return false;
	}
	decision->n_records++;
	return true;
}

static void put_tombstone(struct write *write, struct decision *decision, int32_t number)
{
	struct record record = { .kind = RECORD_SCHEMA, .subject = write->args.subject,
		.version = number, .tombstone = true };

	put(write, decision, &record);
}

/* The subject's level goes with its last version; its record must not outlive it. */
static void put_level_tombstone(struct write *write, struct decision *decision,
	const struct subject *subject)
{
	struct record record = { .kind = RECORD_CONFIG, .subject = write->args.subject,
		.tombstone = true };

	if (subject->config) {
		put(write, decision, &record);
	}
}

static const struct version *version_to_delete(const struct write *write, const struct subject *subject)
{
	if (write->number != 0) {
		return subject_version(subject, write->number);
	}
	return subject_latest(subject, write->permanent);
}

static void delete_permanently(struct write *write, struct decision *decision,
	const struct subject *subject, const struct version *version)
{
	if (make_room(decision, 1 + 2 * KEYFORMS_MAX) &&
		put_max_id(write, decision, version->schema->id)) {
		put_tombstone(write, decision, version->number);
		if (subject->n_versions == 1) {
			put_level_tombstone(write, decision, subject);
		}
	}
}

void decide_delete_version(struct write *write, struct decision *decision)
{
	const struct subject *subject = subject_of(write);
	struct scute_str name = write->args.subject;

	if (!subject || subject->n_versions == 0) {
		refuse_subject(decision, REGISTRY_SUBJECT_NOT_FOUND, name);
		return;
	}
	const struct version *version = version_to_delete(write, subject);
	if (!version) {
		decision->error = (struct registry_error){ .code = REGISTRY_VERSION_NOT_FOUND,
			.args = { arena_printf(decision->arena, "%d",
				write->number ? write->number : -1) } };
	} else if (version->deleted && !write->permanent) {
		refuse_version(decision, REGISTRY_VERSION_SOFT_DELETED, name, version->number);
	} else if (!version->deleted && write->permanent) {
		refuse_version(decision, REGISTRY_VERSION_NOT_SOFT_DELETED, name, version->number);
	} else if (is_referenced(write, version->number, NULL)) {
		refuse_version(decision, REGISTRY_REFERENCE_EXISTS, name, version->number);
	} else if (write->permanent) {
		write->number = version->number;
		delete_permanently(write, decision, subject, version);
	} else if (make_room(decision, 1)) {
		struct record record = record_of(write, version, decision->arena);
		write->number = version->number;
		record.deleted = true;
		put(write, decision, &record);
	}
}

/* Notes the versions that go. False: nothing to do, or the reason stands in decision. */
static bool collect(struct write *write, struct decision *decision, const struct subject *subject)
{
	write->numbers = malloc(subject->n_versions * sizeof(*write->numbers));
	if (!write->numbers) {
		refuse(decision, REGISTRY_NO_MEMORY);
		return false;
	}
	for (uint32_t i = 0; i < subject->n_versions; i++) {
		const struct version *version = &subject->versions[i];
		if (version->deleted && !write->permanent) {
			continue;
		}
		if (is_referenced(write, version->number, subject)) {
			refuse_version(decision, REGISTRY_REFERENCE_EXISTS, write->args.subject,
				version->number);
			return false;
		}
		write->numbers[write->n_numbers++] = version->number;
	}
	return true;
}

static void delete_subject_permanently(struct write *write, struct decision *decision,
	const struct subject *subject)
{
	uint32_t max_id = 0;

	for (uint32_t i = 0; i < subject->n_versions; i++) {
		uint32_t id = subject->versions[i].schema->id;
		max_id = id > max_id ? id : max_id;
	}
	if (!make_room(decision, 1 + (subject->n_versions + 1) * (size_t)KEYFORMS_MAX) ||
		!put_max_id(write, decision, max_id)) {
		return;
	}
	for (size_t i = 0; i < write->n_numbers && decision->error.code == REGISTRY_OK; i++) {
		put_tombstone(write, decision, write->numbers[i]);
	}
	put_level_tombstone(write, decision, subject);
}

void decide_delete_subject(struct write *write, struct decision *decision)
{
	const struct subject *subject = subject_of(write);
	struct scute_str name = write->args.subject;

	if (!subject || subject->n_versions == 0) {
		refuse_subject(decision, REGISTRY_SUBJECT_NOT_FOUND, name);
	} else if (!write->permanent && !subject_has_live(subject)) {
		refuse_subject(decision, REGISTRY_SUBJECT_SOFT_DELETED, name);
	} else if (write->permanent && subject_has_live(subject)) {
		refuse_subject(decision, REGISTRY_SUBJECT_NOT_SOFT_DELETED, name);
	} else if (!collect(write, decision, subject)) {
		return;
	} else if (write->permanent) {
		delete_subject_permanently(write, decision, subject);
	} else if (make_room(decision, 1)) {
		struct record record = { .kind = RECORD_DELETE_SUBJECT, .subject = name,
			.version = subject_latest(subject, false)->number };
		put(write, decision, &record);
	}
}

/* --- rules --- */

static const struct setting *setting_of(const struct write *write)
{
	if (!write->args.subject.data) {
		return &write->writer->registry->global;
	}
	return subject_config(subject_of(write));
}

void decide_set_rule(struct write *write, struct decision *decision)
{
	const struct setting *setting = setting_of(write);
	struct rule rule = rule_or(write->rule, setting->rule);
	struct record record = { .kind = RECORD_CONFIG, .subject = write->args.subject,
		.extra = setting->extra };

	if (rule.level != LEVEL_UNSET) {
		record.level = str_z(level_name(rule.level));
	}
	if (rule.policy != POLICY_UNSET) {
		record.policy = str_z(policy_name(rule.policy));
	}
	write->rule = rule;
	if (make_room(decision, 1)) {
		put(write, decision, &record);
	}
}

void decide_clear_rule(struct write *write, struct decision *decision)
{
	const struct setting *setting = setting_of(write);
	struct record record = { .kind = RECORD_CONFIG, .subject = write->args.subject,
		.tombstone = true };

	write->rule = setting->rule;
	if (setting_is_empty(setting)) {
		return; /* nothing is set: nothing to take back */
	}
	if (make_room(decision, KEYFORMS_MAX)) {
		put(write, decision, &record);
	}
}
