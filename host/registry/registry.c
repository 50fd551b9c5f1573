/* SPDX-License-Identifier: Apache-2.0 */
/* Applying the log: records become subjects, versions, schemas and levels. */
#include "registry/registry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "metrics.h"
#include "registry/check.h"
#include "registry/parsed.h"
#include "registry/write.h"
#include "support/str.h"

#define LOG_NAME "registry"
#define PARSED_BYTES_MAX ((size_t)64 << 20)

/* NULL: no memory. */
static struct parsed_cache *parsed_cache_create(void)
{
	struct parsed_cache *cache = malloc(sizeof(*cache));

	if (cache) {
		parsed_cache_init(cache, PARSED_BYTES_MAX);
	}
	return cache;
}

static void parsed_cache_destroy(struct parsed_cache *cache)
{
	if (cache) {
		parsed_cache_finish(cache);
		free(cache);
	}
}

struct registry *registry_create(const struct registry_options *options)
{
	struct registry *registry = calloc(1, sizeof(*registry));

	if (!registry) {
		return NULL;
	}
	registry->options = *options;
	subjects_init(&registry->subjects);
	keyforms_init(&registry->keyforms, options->dialect == RECORD_CONFLUENT ? RECORD_KEY_BRIEF
										: RECORD_KEY_CANONICAL);
	registry->global = setting_unset;
	arena_init(&registry->work, options->work_bytes_max);
	bool ok = schemas_init(&registry->schemas);
	registry->writer = writer_create(registry);
	registry->parsed = parsed_cache_create();
	if (!ok || !registry->writer || !registry->parsed) {
		registry_destroy(registry);
		return NULL;
	}
	return registry;
}

void registry_destroy(struct registry *registry)
{
	if (!registry) {
		return;
	}
	writer_destroy(registry->writer);
	check_free_all(registry);
	parsed_cache_destroy(registry->parsed);
	subjects_finish(&registry->subjects, &registry->schemas);
	schemas_finish(&registry->schemas);
	keyforms_finish(&registry->keyforms);
	setting_finish(&registry->global);
	arena_finish(&registry->work);
	free(registry);
}

struct scute_arena *registry_work(struct registry *registry)
{
	arena_reset(&registry->work);
	return &registry->work.base;
}

const struct schema_type *registry_type(struct registry *registry, struct scute_str name)
{
	const struct scute_format *format = registry->options.format(registry->options.user, name);

	return schemas_type(&registry->schemas, name, format);
}

/* The scopes around a subject, from the inside: its own context (or the global setting), all of them. */
static const struct setting *context_setting(const struct registry *registry, struct scute_str subject)
{
	struct scute_str rest = context_rest(subject);
	struct scute_str bare = { subject.data, subject.len - rest.len };

	return bare.len == 0 ? &registry->global
			     : subject_config(subjects_find(&registry->subjects, bare));
}

static const struct setting *outermost(const struct registry *registry)
{
	return subject_config(subjects_find(&registry->subjects, SCUTE_STR(CONTEXT_GLOBAL)));
}

void registry_settings(const struct registry *registry, struct scute_str subject,
	const struct setting *ret_scopes[SETTING_SCOPES])
{
	ret_scopes[0] = subject.data ? subject_config(subjects_find(&registry->subjects, subject))
				     : &setting_unset;
	ret_scopes[1] = context_setting(registry, subject);
	ret_scopes[2] = outermost(registry);
}

bool registry_normalizes(const struct registry *registry, struct scute_str subject)
{
	const struct setting *scopes[SETTING_SCOPES];

	registry_settings(registry, subject, scopes);
	for (size_t i = 0; i < SETTING_SCOPES; i++) {
		if (scopes[i]->normalize != SETTING_UNSET) {
			return scopes[i]->normalize == SETTING_ON;
		}
	}
	return false;
}

struct rule registry_global_rule(const struct registry *registry)
{
	struct rule fallback = { registry->options.level, POLICY_STRICT };

	return rule_or(registry->global.rule, rule_or(outermost(registry)->rule, fallback));
}

struct rule registry_rule(const struct registry *registry, const struct subject *subject)
{
	struct rule fallback = { registry->options.level, POLICY_STRICT };
	struct rule own = subject_config(subject)->rule;
	struct rule around = subject ? context_setting(registry, subject_name(subject))->rule
				     : registry->global.rule;

	return rule_or(rule_or(own, around), rule_or(outermost(registry)->rule, fallback));
}

enum mode registry_mode(const struct registry *registry, struct scute_str subject)
{
	const struct setting *scopes[SETTING_SCOPES];

	registry_settings(registry, subject, scopes);
	if (scopes[2]->mode == MODE_READONLY_OVERRIDE || scopes[2]->mode == MODE_FORWARD) {
		return scopes[2]->mode;
	}
	if (scopes[1]->mode == MODE_READONLY_OVERRIDE) {
		return MODE_READONLY_OVERRIDE;
	}
	for (size_t i = 0; i < SETTING_SCOPES; i++) {
		if (scopes[i]->mode != MODE_UNSET) {
			return scopes[i]->mode;
		}
	}
	return MODE_READWRITE;
}

/* Everything that may hang on a schema goes before the schema does. */
static void about_to_drop(struct registry *registry, const struct version *version)
{
	if (!version || version->schema->uses > 1) {
		return;
	}
	parsed_forget(registry->parsed, version->schema);
	if (registry->on_drop) {
		registry->on_drop(registry->on_drop_user, version->schema);
	}
}

static enum apply_outcome apply_tombstone(struct registry *registry, const struct record *record)
{
	struct subject *subject =
		(struct subject *)(uintptr_t)subjects_find(&registry->subjects, record->subject);

	if (subject) {
		about_to_drop(registry, subject_version(subject, record->version));
		subject_remove(&registry->subjects, &registry->schemas, subject, record->version);
		subjects_prune(&registry->subjects, subject);
	}
	return APPLIED;
}

static const struct schema_reference *copy_references(const struct record *record,
	struct scute_arena *arena)
{
	struct schema_reference *references = scute_alloc(arena,
		(record->n_references + 1) * sizeof(*references));

	for (size_t i = 0; references && i < record->n_references; i++) {
		struct scute_str subject = context_name_in(record->references[i].subject,
			context_of(record->subject), arena);
		if (!subject.data && record->references[i].subject.len > 0) {
			return NULL;
		}
		references[i] = (struct schema_reference){ record->references[i].name, subject,
			record->references[i].version };
	}
	return references;
}

unsigned registry_source_flags(const struct registry *registry)
{
	return registry->options.dialect == RECORD_CONFLUENT ? SCUTE_SOURCE_KEEP_ORDER : 0u;
}

static struct schema *take_schema(struct registry *registry, const struct record *record)
{
	struct scute_arena *arena = &registry->work.base;
	struct schema_content content = { .text = record->text, .n_references = record->n_references,
		.extra = record->extra };
	struct hash128 identity;
	struct scute_error err;
	bool clash;

	content.context = context_of(record->subject);
	content.flags = registry_source_flags(registry);
	content.type = registry_type(registry, record->type);
	content.references = copy_references(record, arena);
	if (!content.type || !content.references) {
		return NULL;
	}
	if (!writer_identity(registry->writer, record, &identity) &&
		schemas_identity(&content, &registry->options.limits, arena, &identity, &err) !=
			SCUTE_OK) {
		return NULL;
	}
	struct schema *schema = schemas_take(&registry->schemas, record->id, &content, identity, &clash);
	if (record->id == INT32_MAX) {
		log_error(LOG_NAME, "subject \"%.*s\" version %d has id %u, the highest there is: no new "
			"schema can get an id any more", STR_ARGS(record->subject), record->version,
			record->id);
	}
	if (schema && clash) {
		log_error(LOG_NAME, "id %u stands for two different schemas; subject \"%.*s\" version %d "
			"keeps its own text, the id stays with the first",
			record->id, STR_ARGS(record->subject), record->version);
	}
	return schema;
}

/* Reported, not fatal: a restart would meet the same record again. */
static bool is_context_too_many(const struct registry *registry, struct scute_str name,
	const struct store_record *raw)
{
	const struct contexts *contexts = &registry->schemas.contexts;

	if (contexts->n < CONTEXTS_MAX || contexts_find(contexts, name)) {
		return false;
	}
	log_error(LOG_NAME, "offset %" PRId64 ": context \"%.*s\" is one more than %d; skipped",
		raw->offset, STR_ARGS(name), CONTEXTS_MAX);
	return true;
}

static enum apply_outcome apply_schema(struct registry *registry, const struct record *record,
	const struct store_record *raw)
{
	if (record->tombstone) {
		return apply_tombstone(registry, record);
	}
	if (is_context_too_many(registry, context_of(record->subject), raw)) {
		return APPLY_SKIPPED;
	}
	struct version version = { .number = record->version, .deleted = record->deleted,
		.timestamp_ms = raw->timestamp_ms };
	version.schema = take_schema(registry, record);
	if (!version.schema) {
		return APPLY_NO_MEMORY;
	}
	struct subject *subject = subjects_get(&registry->subjects, record->subject);
	if (subject) {
		about_to_drop(registry, subject_version(subject, record->version));
	}
	if (!subject || !subject_put(&registry->subjects, &registry->schemas, subject, &version)) {
		schemas_drop(&registry->schemas, version.schema);
		if (subject) {
			subjects_prune(&registry->subjects, subject); /* made just now, for nothing */
		}
		return APPLY_NO_MEMORY;
	}
	return APPLIED;
}

static enum apply_outcome setting_outcome(enum scute_status status, const struct store_record *raw,
	const struct scute_error *err)
{
	if (status == SCUTE_OK) {
		return APPLIED;
	}
	if (status == SCUTE_ENOMEM) {
		return APPLY_NO_MEMORY;
	}
	log_warning(LOG_NAME, "offset %" PRId64 ": %s; skipped", raw->offset, err->text);
	return APPLY_SKIPPED;
}

static enum apply_outcome apply_config(struct registry *registry, const struct record *record,
	const struct store_record *raw)
{
	struct scute_str members = record->tombstone ? SCUTE_STR("") : record->extra;
	struct scute_error err;

	if (!record->subject.data) {
		return setting_outcome(setting_put(&registry->global, members, &err), raw, &err);
	}
	struct subject *subject = subjects_get(&registry->subjects, record->subject);
	if (!subject) {
		return APPLY_NO_MEMORY;
	}
	enum apply_outcome outcome =
		setting_outcome(subject_set_config(subject, members, &err), raw, &err);
	subjects_prune(&registry->subjects, subject);
	return outcome;
}

static enum apply_outcome apply_mode(struct registry *registry, const struct record *record,
	const struct store_record *raw)
{
	enum mode mode = MODE_UNSET;

	if (!record->tombstone && !mode_parse(record->mode, &mode)) {
		log_warning(LOG_NAME, "offset %" PRId64 ": unknown mode \"%.*s\"; skipped", raw->offset,
			STR_ARGS(record->mode));
		return APPLY_SKIPPED;
	}
	if (!record->subject.data) {
		registry->global.mode = mode;
		return APPLIED;
	}
	struct subject *subject = subjects_get(&registry->subjects, record->subject);
	if (!subject) {
		return APPLY_NO_MEMORY;
	}
	bool ok = subject_set_mode(subject, mode);
	subjects_prune(&registry->subjects, subject);
	return ok ? APPLIED : APPLY_NO_MEMORY;
}

static enum apply_outcome apply_delete_subject(struct registry *registry, const struct record *record,
	const struct store_record *raw)
{
	struct subject *subject;

	(void)raw;
	if (record->tombstone) {
		return APPLIED; /* only forgets the marker */
	}
	subject = (struct subject *)(uintptr_t)subjects_find(&registry->subjects, record->subject);
	if (subject) {
		subject_delete_up_to(&registry->subjects, subject, record->version);
	}
	return APPLIED;
}

/* Confluent, on entering IMPORT mode: soft-deleted versions of the subject are forgotten. */
static enum apply_outcome apply_clear_subject(struct registry *registry, const struct record *record,
	const struct store_record *raw)
{
	struct subject *subject;

	(void)raw;
	if (record->tombstone || !record->subject.data) {
		return APPLIED;
	}
	subject = (struct subject *)(uintptr_t)subjects_find(&registry->subjects, record->subject);
	for (uint32_t i = subject ? subject->n_versions : 0; i-- > 0;) {
		if (subject->versions[i].deleted) {
			about_to_drop(registry, &subject->versions[i]);
			subject_remove(&registry->subjects, &registry->schemas, subject,
				subject->versions[i].number);
		}
	}
	if (subject) {
		subjects_prune(&registry->subjects, subject);
	}
	return APPLIED;
}

static void forget_persisted(struct contexts *contexts)
{
	for (size_t i = 0; i < contexts->n; i++) {
		contexts->all[i]->persisted_max_id = 0;
	}
}

static void persist(struct context *context, uint32_t max_id)
{
	context->persisted_max_id = max_id;
	if (max_id > context->max_id) {
		context->max_id = max_id;
	}
}

static enum apply_outcome apply_noop(struct registry *registry, const struct record *record,
	const struct store_record *raw)
{
	struct contexts *contexts = &registry->schemas.contexts;

	/* All NOOPs share one key: compaction keeps the last one, be it another program's. */
	forget_persisted(contexts);
	persist(contexts->all[0], (uint32_t)record->max_id);
	for (size_t i = 0; i < record->n_max_ids; i++) {
		if (is_context_too_many(registry, record->max_ids[i].context, raw)) {
			continue;
		}
		struct context *context = contexts_get(contexts, record->max_ids[i].context);
		if (!context) {
			return APPLY_NO_MEMORY;
		}
		persist(context, (uint32_t)record->max_ids[i].id);
	}
	return APPLIED;
}

static enum apply_outcome apply_context(struct registry *registry, const struct record *record,
	const struct store_record *raw)
{
	struct context *context = NULL;

	if (record->tombstone || record->context.len == 0) {
		return APPLIED;
	}
	if (is_context_too_many(registry, record->context, raw)) {
		return APPLY_SKIPPED;
	}
	context = contexts_get(&registry->schemas.contexts, record->context);
	if (!context) {
		return APPLY_NO_MEMORY;
	}
	context->is_recorded = true;
	return APPLIED;
}

static enum apply_outcome apply_other(struct registry *registry, const struct record *record,
	const struct store_record *raw)
{
	(void)registry;
	(void)record;
	log_warning(LOG_NAME, "offset %" PRId64 ": unknown keytype in key %.*s; skipped", raw->offset,
		STR_ARGS(raw->key));
	return APPLY_SKIPPED;
}

typedef enum apply_outcome (*apply_fn)(struct registry *registry, const struct record *record,
	const struct store_record *raw);

static const apply_fn apply_by_kind[] = {
	[RECORD_OTHER] = apply_other,
	[RECORD_SCHEMA] = apply_schema,
	[RECORD_CONFIG] = apply_config,
	[RECORD_MODE] = apply_mode,
	[RECORD_DELETE_SUBJECT] = apply_delete_subject,
	[RECORD_CLEAR_SUBJECT] = apply_clear_subject,
	[RECORD_CONTEXT] = apply_context,
	[RECORD_NOOP] = apply_noop,
};

static bool has_logical_key(enum record_kind kind)
{
	return kind == RECORD_SCHEMA || kind == RECORD_CONFIG || kind == RECORD_MODE ||
		kind == RECORD_DELETE_SUBJECT;
}

static void update_metrics(const struct registry *registry)
{
	metrics.registry_schemas = (int64_t)registry->schemas.count;
	metrics.registry_subjects = (int64_t)registry->subjects.count;
	metrics.registry_versions_live = (int64_t)registry->subjects.live;
	metrics.registry_versions_deleted = (int64_t)registry->subjects.deleted;
}

enum apply_outcome registry_apply(struct registry *registry, const struct store_record *raw)
{
	struct scute_arena *arena = registry_work(registry);
	enum record_key_order order;
	struct record record;
	struct scute_error err;
	enum apply_outcome outcome = APPLY_SKIPPED;

	enum scute_status status = raw->key.len > KEYFORMS_KEY_BYTES_MAX
		? error_set(&err, SCUTE_ELIMIT, "the key is too long")
		: record_read(raw, arena, &record, &order, &err);
	if (status == SCUTE_ENOMEM && raw->value.len <= registry->options.work_bytes_max / 256) {
		return APPLY_NO_MEMORY; /* a larger one is a record that nobody can read: skipped */
	}
	if (status != SCUTE_OK) {
		log_warning(LOG_NAME, "offset %" PRId64 ": %s; skipped", raw->offset, err.text);
	} else if (has_logical_key(record.kind) &&
		!keyforms_note(&registry->keyforms, &record, order, raw->key, arena)) {
		return APPLY_NO_MEMORY;
	} else {
		outcome = apply_by_kind[record.kind](registry, &record, raw);
	}
	metrics.store_records_read_total++;
	metrics.store_offset = raw->offset;
	if (outcome == APPLY_SKIPPED) {
		registry->skipped++;
		metrics.store_records_skipped_total++;
	}
	update_metrics(registry);
	return outcome;
}
