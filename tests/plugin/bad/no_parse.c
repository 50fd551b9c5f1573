/* SPDX-License-Identifier: Apache-2.0 */
/* A format without parse. */
#define BAD_PARSE NULL
#include "bad.h"
