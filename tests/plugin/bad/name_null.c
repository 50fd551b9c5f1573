/* SPDX-License-Identifier: Apache-2.0 */
/* No name. */
#define BAD_NAME NULL
#include "bad.h"
