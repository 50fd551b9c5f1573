/* SPDX-License-Identifier: Apache-2.0 */
/* Made for a later minor version. */
#define BAD_MINOR 9
#define BAD_SIZE (sizeof(struct scute_plugin) + 64)
#include "bad.h"
