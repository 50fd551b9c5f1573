/* SPDX-License-Identifier: Apache-2.0 */
/* A format table that ends before decode. */
#define BAD_TABLE_SIZE offsetof(struct scute_format, decode)
#include "bad.h"
