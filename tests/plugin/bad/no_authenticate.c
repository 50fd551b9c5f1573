/* SPDX-License-Identifier: Apache-2.0 */
/* An auth plugin without authenticate. */
#define BAD_AUTH
#define BAD_KIND SCUTE_KIND_AUTH
#define BAD_AUTHENTICATE NULL
#include "bad.h"
