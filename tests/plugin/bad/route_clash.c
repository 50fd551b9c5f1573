/* SPDX-License-Identifier: Apache-2.0 */
/* A route that t_service has too, with another name for its parameter. */
#define BAD_SERVICE
#define BAD_KIND SCUTE_KIND_SERVICE
#define BAD_NAME "clash"
#define BAD_ROUTES { "GET", "/clash/free", handle }, { "GET", "/t/echo/{other}", handle }
#include "bad.h"
