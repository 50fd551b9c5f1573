/* SPDX-License-Identifier: Apache-2.0 */
/* No version. */
#define BAD_VERSION NULL
#include "bad.h"
