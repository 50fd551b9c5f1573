/* SPDX-License-Identifier: Apache-2.0 */
/* Rules set and taken back. */
#include "registry/decide.h"

#include "support/str.h"

static const struct setting *setting_of(const struct write *write)
{
	if (!write->args.subject.data) {
		return &write->writer->registry->global;
	}
	return subject_config(write_subject(write));
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
	if (decision_make_room(decision, 1)) {
		decision_put(write, decision, &record);
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
	if (decision_make_room(decision, KEYFORMS_MAX)) {
		decision_put(write, decision, &record);
	}
}
