/* SPDX-License-Identifier: Apache-2.0 */
/* The seven compatibility levels and what each asks for; the policy beside them. */
#ifndef REGISTRY_LEVEL_H
#define REGISTRY_LEVEL_H

#include "scute/format.h"

enum level {
	LEVEL_UNSET = -1, /* nothing of its own: the global one holds */
	LEVEL_NONE,
	LEVEL_BACKWARD,
	LEVEL_BACKWARD_TRANSITIVE,
	LEVEL_FORWARD,
	LEVEL_FORWARD_TRANSITIVE,
	LEVEL_FULL,
	LEVEL_FULL_TRANSITIVE,
};

/* compatibilityPolicy: whether a format's lenient exceptions count. */
enum policy {
	POLICY_UNSET = -1, /* nothing of its own: the global one holds */
	POLICY_STRICT = SCUTE_POLICY_STRICT,
	POLICY_LENIENT = SCUTE_POLICY_LENIENT,
};

/* What is asked of a new version. Either may be unset. */
struct rule {
	enum level level;
	enum policy policy;
};

/* That level, and nothing said of the policy. */
static inline struct rule rule_at(enum level level)
{
	return (struct rule){ level, POLICY_UNSET };
}

static inline bool rule_equal(struct rule a, struct rule b)
{
	return a.level == b.level && a.policy == b.policy;
}

/* Each member of rule, or of other where rule leaves it unset. */
struct rule rule_or(struct rule rule, struct rule other);

/* Any case; false when it is none of the seven. */
bool level_parse(struct scute_str text, enum level *ret_level);
const char *level_name(enum level level);

/* New schema must read old data; old schema must read new data; against all versions. */
bool level_is_backward(enum level level);
bool level_is_forward(enum level level);
bool level_is_transitive(enum level level);

/* Any case; false when it is neither. */
bool policy_parse(struct scute_str text, enum policy *ret_policy);
const char *policy_name(enum policy policy);

#endif
