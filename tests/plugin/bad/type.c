/* SPDX-License-Identifier: Apache-2.0 */
/* A schemaType in lower case. */
#define BAD_TYPE "bad"
#include "bad.h"
