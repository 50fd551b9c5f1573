/* SPDX-License-Identifier: Apache-2.0 */
/* The kind was forgotten. */
#define BAD_KIND 0
#include "bad.h"
