/* SPDX-License-Identifier: Apache-2.0 */
/* A route that nobody handles. */
#define BAD_SERVICE
#define BAD_KIND SCUTE_KIND_SERVICE
#define BAD_ROUTES { "GET", "/bad", handle }, { "GET", "/worse", NULL }
#include "bad.h"
