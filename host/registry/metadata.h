/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metadata and ruleSet of a version: read from requests and records, merged from a subject's
 * defaults, what is given and its overrides, written in Confluent's order. Source: confluent.md
 * 1.2 (bodies) and 1.4 (register order) of the project's fact sheets.
 */
#ifndef REGISTRY_METADATA_H
#define REGISTRY_METADATA_H

#include "support/json_in.h"

/* Each NULL when there is none. Trees are the caller's. */
struct metadata {
	const struct json *metadata; /* {tags, properties, sensitive} */
	const struct json *rules;    /* {migrationRules, domainRules, encodingRules, enableAt} */
};

#define METADATA_LAYERS_MAX 3

/* Members of a record's value ("metadata":{..},"ruleSet":{..}) as trees. False: no memory, or no JSON. */
bool metadata_read(struct scute_str extra, struct scute_arena *arena, struct metadata *ret_metadata);

/* Whether shapes and words are right; err tells what is not. A JSON null is nothing. */
bool metadata_check(const struct metadata *metadata, struct scute_error *err);

/*
 * The layers as one, later ones before earlier ones, as members without braces; empty when no
 * layer has anything. False: no memory.
 */
bool metadata_write(const struct metadata *layers, size_t n, struct scute_arena *arena,
	struct scute_str *ret_extra);

/* Whether properties has that pair. */
bool metadata_has(const struct metadata *metadata, struct scute_str key, struct scute_str value);

#endif
