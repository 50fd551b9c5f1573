/* SPDX-License-Identifier: Apache-2.0 */
/* A format without canonical. */
#define BAD_CANONICAL NULL
#include "bad.h"
