/* SPDX-License-Identifier: Apache-2.0 */
/* From a version (subject, number) to the schemas that refer to it. */
#ifndef REGISTRY_REFERRERS_H
#define REGISTRY_REFERRERS_H

#include "base/map.h"
#include "scute/types.h"

struct schema;

void referrers_init(struct map *referrers);
void referrers_finish(struct map *referrers);

/* Files schema under each version that it refers to. False: no memory, nothing filed. */
bool referrers_add(struct map *referrers, const struct schema *schema);
void referrers_remove(struct map *referrers, const struct schema *schema);

/* each returns false to stop. */
void referrers_each(const struct map *referrers, struct scute_str subject, int32_t version,
	bool (*each)(void *user, const struct schema *schema), void *user);

#endif
