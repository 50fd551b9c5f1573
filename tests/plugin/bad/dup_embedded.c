/* SPDX-License-Identifier: Apache-2.0 */
/* The embedded name that good_embedded has. */
#define BAD_NAME "other"
#define BAD_TYPE "OTHER"
#define BAD_EMBEDDED "emb"
#include "bad.h"
