/* SPDX-License-Identifier: Apache-2.0 */
/* An auth plugin without authorize. */
#define BAD_AUTH
#define BAD_KIND SCUTE_KIND_AUTH
#define BAD_AUTHORIZE NULL
#include "bad.h"
