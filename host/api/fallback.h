/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads of subjects whose names say no context: what the default one does not have is looked for
 * in the others, under the profile confluent. Source: confluent.md 1.2 of the project's fact sheets.
 */
#ifndef API_FALLBACK_H
#define API_FALLBACK_H

#include "api/api.h"

/* So many contexts are looked into at most, the oldest first. */
#define FALLBACK_CONTEXTS_MAX 1000

/*
 * The path's {subject}, with a version that is live, or with any when deleted. Found in another
 * context, where the caller may read it, it is what the request asks for from then on: the
 * parameter has its whole name. Within the handler only. NULL: none.
 */
const struct subject *fallback_subject(struct api *api, struct request *request, bool deleted);

/* The schema of that id which a subject of that name has in another context than the default one. */
const struct schema *fallback_schema(struct api *api, struct scute_str name, uint32_t id);

#endif
