/* SPDX-License-Identifier: Apache-2.0 */
/* Versions and subjects that go: softly, or for good. */
#include "registry/decide.h"

#include <stdlib.h>

#include "support/str.h"

struct referrer_search {
	const struct subject *own; /* NULL: referrers inside of the subject count too */
	bool live;                 /* soft-deleted referrers do not count */
	bool found;
};

static bool note_referrer(void *user, const struct schema *schema)
{
	struct referrer_search *search = user;
	uint32_t uses = search->live ? schema->live : schema->uses;
	uint32_t own = 0;

	if (search->own) {
		own = search->live ? subject_live_uses(search->own, schema)
				   : subject_uses(search->own, schema);
	}
	search->found = own < uses;
	return !search->found;
}

bool decide_is_referenced(const struct write *write, int32_t number, const struct subject *own)
{
	const struct registry *registry = write->writer->registry;
	/* Karapace lets go of a reference with its record, Confluent with its last live version. */
	struct referrer_search search = { own, registry->options.dialect == RECORD_CONFLUENT, false };

	schemas_each_referrer(&registry->schemas, write->args.subject, number, note_referrer, &search);
	return search.found;
}

/* A SCHEMA record as it stands, to be written again with another deleted flag. False: no memory. */
static bool record_of(const struct write *write, const struct version *version,
	struct scute_arena *arena, struct record *ret_record)
{
	const struct schema *schema = version->schema;
	const struct schema_more *more = schema->more;
	struct record record = { .kind = RECORD_SCHEMA, .subject = write->args.subject,
		.version = version->number, .id = schema->id, .type = schema->type->name,
		.text = schema_text(schema), .deleted = version->deleted };

	if (more) {
		record.references = decide_references(write->args.subject, more->references,
			more->n_references, arena);
		record.n_references = more->n_references;
		record.extra = more->extra;
	}
	*ret_record = record;
	return !more || record.references;
}

/* The subject's setting and mode go with its last version; their records must not outlive it. */
static void put_setting_tombstones(struct write *write, struct decision *decision,
	const struct subject *subject)
{
	const struct setting *setting = subject_config(subject);
	struct record record = { .kind = RECORD_CONFIG, .subject = write->args.subject,
		.tombstone = true };

	if (setting->members.len > 0) {
		decision_put(write, decision, &record);
	}
	record.kind = RECORD_MODE;
	if (setting->mode != MODE_UNSET) {
		decision_put(write, decision, &record);
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
	if (decision_make_room(decision, 1 + 3 * KEYFORMS_MAX) &&
		decision_put_max_id(write, decision, version->schema->id)) {
		decision_put_tombstone(write, decision, version->number);
		if (subject->n_versions == 1) {
			put_setting_tombstones(write, decision, subject);
		}
	}
}

void decide_delete_version(struct write *write, struct decision *decision)
{
	const struct subject *subject = write_subject(write);
	struct scute_str name = write->args.subject;

	if (!decide_may_write(write, decision)) {
		return;
	}
	if (!subject || subject->n_versions == 0) {
		decision_refuse_subject(decision, REGISTRY_SUBJECT_NOT_FOUND, name);
		return;
	}
	const struct version *version = version_to_delete(write, subject);
	if (!version) {
		decision->error = (struct registry_error){ .code = REGISTRY_VERSION_NOT_FOUND,
			.args = { arena_printf(decision->arena, "%d",
				write->number ? write->number : -1) } };
	} else if (version->deleted && !write->permanent) {
		decision_refuse_version(decision, REGISTRY_VERSION_SOFT_DELETED, name, version->number);
	} else if (!version->deleted && write->permanent) {
		decision_refuse_version(decision, REGISTRY_VERSION_NOT_SOFT_DELETED, name, version->number);
	} else if (decide_is_referenced(write, version->number, NULL)) {
		decision_refuse_version(decision, REGISTRY_REFERENCE_EXISTS, name, version->number);
	} else if (write->permanent) {
		write->number = version->number;
		delete_permanently(write, decision, subject, version);
	} else if (decision_make_room(decision, 1)) {
		struct record record;
		if (!record_of(write, version, decision->arena, &record)) {
			decision_refuse(decision, REGISTRY_NO_MEMORY);
			return;
		}
		write->number = version->number;
		record.deleted = true;
		decision_put(write, decision, &record);
	}
}

/* Notes the versions that go. False: nothing to do, or the reason stands in decision. */
static bool collect(struct write *write, struct decision *decision, const struct subject *subject)
{
	write->numbers = malloc(subject->n_versions * sizeof(*write->numbers));
	if (!write->numbers) {
		decision_refuse(decision, REGISTRY_NO_MEMORY);
		return false;
	}
	for (uint32_t i = 0; i < subject->n_versions; i++) {
		const struct version *version = &subject->versions[i];
		if (version->deleted && !write->permanent) {
			continue;
		}
		if (decide_is_referenced(write, version->number, subject)) {
			decision_refuse_version(decision, REGISTRY_REFERENCE_EXISTS, write->args.subject,
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
	if (!decision_make_room(decision, 1 + (subject->n_versions + 2) * (size_t)KEYFORMS_MAX) ||
		!decision_put_max_id(write, decision, max_id)) {
		return;
	}
	bool backwards = write->writer->registry->options.dialect == RECORD_CONFLUENT;
	for (size_t i = 0; i < write->n_numbers && decision->error.code == REGISTRY_OK; i++) {
		size_t at = backwards ? write->n_numbers - 1 - i : i;
		decision_put_tombstone(write, decision, write->numbers[at]);
	}
	put_setting_tombstones(write, decision, subject);
}

void decide_delete_subject(struct write *write, struct decision *decision)
{
	const struct subject *subject = write_subject(write);
	struct scute_str name = write->args.subject;

	if (!decide_may_write(write, decision)) {
		return;
	}
	if (!subject || subject->n_versions == 0) {
		decision_refuse_subject(decision, REGISTRY_SUBJECT_NOT_FOUND, name);
	} else if (!write->permanent && !subject_has_live(subject)) {
		decision_refuse_subject(decision, REGISTRY_SUBJECT_SOFT_DELETED, name);
	} else if (write->permanent && subject_has_live(subject)) {
		decision_refuse_subject(decision, REGISTRY_SUBJECT_NOT_SOFT_DELETED, name);
	} else if (!collect(write, decision, subject)) {
		return;
	} else if (write->permanent) {
		delete_subject_permanently(write, decision, subject);
	} else if (decision_make_room(decision, 1)) {
		struct record record = { .kind = RECORD_DELETE_SUBJECT, .subject = name,
			.version = subject_latest(subject, false)->number };
		decision_put(write, decision, &record);
	}
}
