/* SPDX-License-Identifier: Apache-2.0 */
/* A struct scute_plugin that ends before the table. */
#define BAD_SIZE offsetof(struct scute_plugin, table)
#include "bad.h"
