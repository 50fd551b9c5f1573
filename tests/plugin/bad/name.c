/* SPDX-License-Identifier: Apache-2.0 */
/* A name that is no key of a configuration. */
#define BAD_NAME "Bad\nName"
#include "bad.h"
