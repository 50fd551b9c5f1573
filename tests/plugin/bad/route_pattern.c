/* SPDX-License-Identifier: Apache-2.0 */
/* A pattern that is none. */
#define BAD_SERVICE
#define BAD_KIND SCUTE_KIND_SERVICE
#define BAD_ROUTES { "GET", "no-slash", handle }
#include "bad.h"
