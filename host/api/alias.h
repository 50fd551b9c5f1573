/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subject whose settings have an alias stands for that other subject, in what is asked of
 * subjects, but not in /config and /mode, where it is itself. One step only. Source: confluent.md
 * 1.2 of the project's fact sheets.
 */
#ifndef API_ALIAS_H
#define API_ALIAS_H

#include "api/api.h"

/*
 * The subject that name stands for, in arena; name itself when that is all. A target without a
 * context is in that of name. data NULL: no memory.
 */
struct scute_str alias_of(const struct api *api, struct scute_str name, struct scute_arena *arena);

/* Puts the subject that is meant in place of the path's {subject}. False: no memory. */
bool alias_follow(const struct api *api, struct request *request);

#endif
