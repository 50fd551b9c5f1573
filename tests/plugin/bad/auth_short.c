/* SPDX-License-Identifier: Apache-2.0 */
/* An auth table that ends before reload. */
#define BAD_AUTH
#define BAD_KIND SCUTE_KIND_AUTH
#define BAD_TABLE_SIZE offsetof(struct scute_auth, reload)
#include "bad.h"
