/* SPDX-License-Identifier: Apache-2.0 */
/* The compatibility levels, one row each, and the policies. */
#include "registry/level.h"

#include <assert.h>

#include "support/str.h"

struct row {
	const char *name;
	bool backward;
	bool forward;
	bool transitive;
};

static const struct row rows[] = {
	[LEVEL_NONE] = { "NONE", false, false, false },
	[LEVEL_BACKWARD] = { "BACKWARD", true, false, false },
	[LEVEL_BACKWARD_TRANSITIVE] = { "BACKWARD_TRANSITIVE", true, false, true },
	[LEVEL_FORWARD] = { "FORWARD", false, true, false },
	[LEVEL_FORWARD_TRANSITIVE] = { "FORWARD_TRANSITIVE", false, true, true },
	[LEVEL_FULL] = { "FULL", true, true, false },
	[LEVEL_FULL_TRANSITIVE] = { "FULL_TRANSITIVE", true, true, true },
};

static const struct row *row_of(enum level level)
{
	assert(level >= LEVEL_NONE && level <= LEVEL_FULL_TRANSITIVE);
	return &rows[level];
}

bool level_parse(struct scute_str text, enum level *ret_level)
{
	for (int i = LEVEL_NONE; i <= LEVEL_FULL_TRANSITIVE; i++) {
		if (str_eq_nocase(text, str_z(rows[i].name))) {
			*ret_level = (enum level)i;
			return true;
		}
	}
	return false;
}

const char *level_name(enum level level)
{
	return row_of(level)->name;
}

bool level_is_backward(enum level level)
{
	return row_of(level)->backward;
}

bool level_is_forward(enum level level)
{
	return row_of(level)->forward;
}

bool level_is_transitive(enum level level)
{
	return row_of(level)->transitive;
}

struct rule rule_or(struct rule rule, struct rule other)
{
	return (struct rule){ rule.level != LEVEL_UNSET ? rule.level : other.level,
		rule.policy != POLICY_UNSET ? rule.policy : other.policy };
}

static const char *const policies[] = {
	[POLICY_STRICT] = "STRICT",
	[POLICY_LENIENT] = "LENIENT",
};

bool policy_parse(struct scute_str text, enum policy *ret_policy)
{
	for (int i = POLICY_STRICT; i <= POLICY_LENIENT; i++) {
		if (str_eq_nocase(text, str_z(policies[i]))) {
			*ret_policy = (enum policy)i;
			return true;
		}
	}
	return false;
}

const char *policy_name(enum policy policy)
{
	assert(policy == POLICY_STRICT || policy == POLICY_LENIENT);
	return policies[policy];
}
