/* SPDX-License-Identifier: Apache-2.0 */
/* Two routes of one service that are the same. */
#define BAD_SERVICE
#define BAD_KIND SCUTE_KIND_SERVICE
#define BAD_ROUTES { "GET", "/twice/{a}", handle }, { "GET", "/twice/{b}", handle }
#include "bad.h"
