/* SPDX-License-Identifier: Apache-2.0 */
/* A service table that ends before drain. */
#define BAD_SERVICE
#define BAD_KIND SCUTE_KIND_SERVICE
#define BAD_TABLE_SIZE offsetof(struct scute_service, drain)
#include "bad.h"
