/* SPDX-License-Identifier: Apache-2.0 */
/* The schemaType that good has. */
#define BAD_NAME "other"
#include "bad.h"
