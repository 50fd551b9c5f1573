/* SPDX-License-Identifier: Apache-2.0 */
/* A service with a list of no routes. */
#define BAD_SERVICE
#define BAD_KIND SCUTE_KIND_SERVICE
#define BAD_N_ROUTES 0
#include "bad.h"
