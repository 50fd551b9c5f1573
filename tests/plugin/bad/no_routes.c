/* SPDX-License-Identifier: Apache-2.0 */
/* A service without a list of routes. */
#define BAD_SERVICE
#define BAD_KIND SCUTE_KIND_SERVICE
#define BAD_NULL_ROUTES
#include "bad.h"
