/* SPDX-License-Identifier: Apache-2.0 */
/* Settings and modes, set and taken back. */
#include "registry/decide.h"

#include <stdlib.h>
#include <string.h>

#include "support/str.h"

static const struct setting *setting_of(const struct write *write)
{
	if (!write->args.subject.data) {
		return &write->writer->registry->global;
	}
	return subject_config(write_subject(write));
}

void decision_refuse_mode(struct write *write, struct decision *decision, const char *what)
{
	struct scute_str subject = write->args.subject;
	struct scute_str context = context_of(subject);

	decision->error = (struct registry_error){ REGISTRY_OPERATION_NOT_PERMITTED,
		{ arena_printf(decision->arena, "Subject %.*s in context %.*s is %s",
			STR_ARGS(context_rest(subject)), STR_ARGS(context), what) } };
}

bool decide_may_write(struct write *write, struct decision *decision)
{
	if (mode_is_readonly(registry_mode(write->writer->registry, write->args.subject))) {
		decision_refuse_mode(write, decision, "in read-only mode");
		return false;
	}
	return true;
}

void decide_set_config(struct write *write, struct decision *decision)
{
	struct record record = { .kind = RECORD_CONFIG, .subject = write->args.subject };

	if (!decide_may_write(write, decision)) {
		return;
	}
	if (!setting_merge(setting_of(write)->members, write->patch, decision->arena, &record.extra)) {
		decision_refuse(decision, REGISTRY_NO_MEMORY);
		return;
	}
	if (decision_make_room(decision, KEYFORMS_MAX)) {
		record.tombstone = record.extra.len == 0;
		decision_put(write, decision, &record);
	}
}

/* What is taken back is told to whoever asked. */
static bool note_members(struct write *write, struct scute_str members)
{
	write->text = malloc(members.len + 1);
	if (!write->text) {
		return false;
	}
	memcpy(write->text, members.data, members.len);
	write->text_len = members.len;
	return true;
}

void decide_clear_config(struct write *write, struct decision *decision)
{
	const struct setting *setting = setting_of(write);
	struct record record = { .kind = RECORD_CONFIG, .subject = write->args.subject,
		.tombstone = true };

	if (!decide_may_write(write, decision)) {
		return;
	}
	if (setting->members.len == 0) {
		return; /* nothing is set: nothing to take back */
	}
	if (!note_members(write, setting->members)) {
		decision_refuse(decision, REGISTRY_NO_MEMORY);
	} else if (decision_make_room(decision, KEYFORMS_MAX)) {
		decision_put(write, decision, &record);
	}
}

/* --- modes --- */

/* Calls each(user, subject) for the subjects that a mode of that scope holds for; stops on false. */
static bool each_in_scope(const struct write *write,
	bool (*each)(void *user, const struct subject *subject), void *user)
{
	const struct registry *registry = write->writer->registry;
	struct scute_str scope = write->args.subject;
	bool all = str_eq_z(scope, CONTEXT_GLOBAL);

	if (scope.data && !context_is_bare(scope)) {
		const struct subject *subject = write_subject(write);
		return !subject || each(user, subject);
	}
	for (const struct subject *at = registry->subjects.first; at; at = at->next) {
		if ((all || str_eq(context_of(subject_name(at)), context_of(scope))) && !each(user, at)) {
			return false;
		}
	}
	return true;
}

static bool has_no_live(void *user, const struct subject *subject)
{
	(void)user;
	return !subject_has_live(subject);
}

static bool count_versions(void *user, const struct subject *subject)
{
	*(size_t *)user += subject->n_versions;
	return true;
}

struct clearing {
	struct write *write;
	struct decision *decision;
};

/* Imports bring their own numbers and ids: what was softly deleted must not stand in their way. */
static bool clear_leftovers(void *user, const struct subject *subject)
{
	struct clearing *clearing = user;
	struct decision *decision = clearing->decision;
	struct record record = { .kind = RECORD_SCHEMA, .subject = subject_name(subject),
		.tombstone = true };

	for (uint32_t i = 0; i < subject->n_versions; i++) {
		if (subject->versions[i].deleted) {
			record.version = subject->versions[i].number;
			decision_put(clearing->write, decision, &record);
		}
	}
	return decision->error.code == REGISTRY_OK;
}

static bool put_clearing(struct write *write, struct decision *decision)
{
	struct clearing clearing = { write, decision };
	struct record record = { .kind = RECORD_CLEAR_SUBJECT, .subject = write->args.subject };
	size_t n = 0;

	each_in_scope(write, count_versions, &n);
	if (!decision_make_room(decision, (n + 2) * KEYFORMS_MAX + 1)) {
		return false;
	}
	if (n == 0) {
		return true;
	}
	return decision_put_max_id(write, decision, UINT32_MAX) &&
		each_in_scope(write, clear_leftovers, &clearing) &&
		decision_put(write, decision, &record);
}

static bool may_import(struct write *write, struct decision *decision)
{
	if (write->permanent || each_in_scope(write, has_no_live, NULL)) {
		return true;
	}
	decision->error = (struct registry_error){ REGISTRY_OPERATION_NOT_PERMITTED,
		{ SCUTE_STR("Cannot import since found existing subjects") } };
	return false;
}

void decide_set_mode(struct write *write, struct decision *decision)
{
	enum mode mode = (enum mode)write->number;
	bool begins = mode == MODE_IMPORT &&
		!mode_is_import(registry_mode(write->writer->registry, write->args.subject));
	struct record record = { .kind = RECORD_MODE, .subject = write->args.subject,
		.mode = str_z(mode_name(mode)) };

	if (begins && (!may_import(write, decision) ||
			(!write->permanent && !put_clearing(write, decision)))) {
		return;
	}
	if (decision->records || decision_make_room(decision, 1)) {
		decision_put(write, decision, &record);
	}
}

void decide_clear_mode(struct write *write, struct decision *decision)
{
	struct record record = { .kind = RECORD_MODE, .subject = write->args.subject,
		.tombstone = true };

	write->number = (int32_t)setting_of(write)->mode;
	if (setting_of(write)->mode != MODE_UNSET && decision_make_room(decision, KEYFORMS_MAX)) {
		decision_put(write, decision, &record);
	}
}
