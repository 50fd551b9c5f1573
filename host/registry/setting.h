/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a CONFIG record says for a subject, a context or all: a level, a policy, and the members
 * that Confluent has beside them; and the mode of a MODE record. The members are kept as they
 * stand in the record, so that nothing is lost; what decisions ask for is read out of them.
 */
#ifndef REGISTRY_SETTING_H
#define REGISTRY_SETTING_H

#include "registry/level.h"
#include "registry/mode.h"
#include "scute/types.h"

enum setting_flag {
	SETTING_UNSET = -1, /* the scope around it decides */
	SETTING_OFF,
	SETTING_ON,
};

struct setting {
	struct rule rule;
	enum mode mode;
	enum setting_flag normalize;
	bool has_metadata;        /* one of default/overrideMetadata, default/overrideRuleSet */
	struct scute_str members; /* owned: JSON members without braces, compact; empty: no CONFIG */
	struct scute_str group;   /* compatibilityGroup; owned; data NULL: none */
	struct scute_str alias;   /* owned; data NULL: none */
};

/* A nothing. */
extern const struct setting setting_unset;

/*
 * Takes copies of members and what they say; the mode stays. SCUTE_EINVAL: they are no JSON, or
 * level and policy are unknown words; SCUTE_ENOMEM. Nothing has changed then.
 */
enum scute_status setting_put(struct setting *setting, struct scute_str members, struct scute_error *err);
void setting_finish(struct setting *setting);

/* Neither CONFIG nor MODE. */
bool setting_is_empty(const struct setting *setting);

/*
 * The members after a change: patch is a JSON object whose members replace those of the same
 * name, or take them back where they are null. In Confluent's order, unknown ones behind.
 * Allocates in arena. False: no memory, or one of them is no JSON.
 */
bool setting_merge(struct scute_str members, struct scute_str patch, struct scute_arena *arena,
	struct scute_str *ret_members);

/* One member's JSON text, "" when there is none of that name. False: no memory. */
bool setting_member(const struct setting *setting, const char *name, struct scute_arena *arena,
	struct scute_str *ret_json);

/* The names that a CONFIG value may have, in Confluent's order; ends with NULL. */
extern const char *const setting_names[];

#endif
