/* SPDX-License-Identifier: Apache-2.0 */
/* A struct scute_plugin too small to hold its own version, which is therefore not believed. */
#define BAD_SIZE 8
#define BAD_MAJOR 9
#include "bad.h"
