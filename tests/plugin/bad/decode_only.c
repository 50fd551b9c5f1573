/* SPDX-License-Identifier: Apache-2.0 */
/* It decodes what it can not encode. */
#define BAD_DECODE convert
#include "bad.h"
