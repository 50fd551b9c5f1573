/* SPDX-License-Identifier: Apache-2.0 */
/* A format without compatible. */
#define BAD_COMPATIBLE NULL
#include "bad.h"
