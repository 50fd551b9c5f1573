/* SPDX-License-Identifier: Apache-2.0 */
/* The name that good has. */
#define BAD_TYPE "OTHER"
#include "bad.h"
