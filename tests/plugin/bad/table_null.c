/* SPDX-License-Identifier: Apache-2.0 */
/* No table. */
#define BAD_NULL_TABLE
#include "bad.h"
