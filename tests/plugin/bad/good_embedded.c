/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is wrong with this one either; it has an embedded name. */
#define BAD_NAME "embedded"
#define BAD_TYPE "EMBEDDED"
#define BAD_EMBEDDED "emb"
#include "bad.h"
