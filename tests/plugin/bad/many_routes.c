/* SPDX-License-Identifier: Apache-2.0 */
/* A service that counts more routes than the host takes. */
#define BAD_SERVICE
#define BAD_KIND SCUTE_KIND_SERVICE
#define BAD_N_ROUTES 257
#include "bad.h"
