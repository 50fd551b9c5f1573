/* SPDX-License-Identifier: Apache-2.0 */
/* A format without type. */
#define BAD_TYPE NULL
#include "bad.h"
