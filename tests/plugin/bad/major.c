/* SPDX-License-Identifier: Apache-2.0 */
/* Made for another major version, whose struct may be smaller than ours. */
#define BAD_MAJOR 2
#define BAD_SIZE 16
#include "bad.h"
