/* SPDX-License-Identifier: Apache-2.0 */
/* A kind that does not exist. */
#define BAD_KIND 77
#include "bad.h"
